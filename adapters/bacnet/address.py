"""In: the address of a meter as it stands in a site file. Out: its parts, and back. Pure.

"1001" is the instance number of a BACnet device. "1001+20" is a meter of a gateway: 20 is added to
the instance of each object of its profile. "1001@2001:5" lies behind a router: station 5 of network
2001.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from adapters.errors import AdapterError

LAST_INSTANCE = 4_194_302
LAST_NETWORK, LAST_STATION = 65_534, 255
_WRITTEN = re.compile(r"([0-9]{1,7})(?:\+([0-9]{1,7}))?(?:@([0-9]{1,5}):([0-9]{1,3}))?")


class BacnetAddressError(AdapterError):
    """A text is no address of a meter behind BACnet."""

    code = "bacnet.address"

    def __init__(self, text: str) -> None:
        """Name the text and what an address looks like."""
        super().__init__()
        self.keep("address.bacnet", text=text)


@dataclass(frozen=True, slots=True, kw_only=True)
class BacnetAddress:
    """Where a meter lies."""

    device: int
    """Instance number of the device."""
    offset: int = 0
    """Added to the instance of each object."""
    route: str = ""
    """Network and station behind a router, "2001:5"; empty for the device at the host itself."""

    def __str__(self) -> str:
        """Return it as it is written."""
        offset = f"+{self.offset}" if self.offset else ""
        return f"{self.device}{offset}" + (f"@{self.route}" if self.route else "")


def parse(text: str) -> BacnetAddress:
    """Return the address that a text names.

    Raises:
        BacnetAddressError: It names none.
    """
    found = _WRITTEN.fullmatch(text) if text.isascii() else None
    if found is None:
        raise BacnetAddressError(text)
    device, offset, network, station = (int(part) if part else 0 for part in found.groups())
    behind = found.group(3) is not None
    if device + offset > LAST_INSTANCE or (
        behind and not (1 <= network <= LAST_NETWORK and station <= LAST_STATION)
    ):
        raise BacnetAddressError(text)
    route = f"{network}:{station}" if behind else ""
    return BacnetAddress(device=device, offset=offset, route=route)
