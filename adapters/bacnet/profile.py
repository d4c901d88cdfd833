"""In: a profile's file. Out: which objects of a device are which quantities. I/O: files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from adapters.bacnet.address import LAST_INSTANCE
from adapters.meter_profile import ProfileReader
from adapters.profile_fields import Fields
from adapters.profile_shelf import OWN_PROFILES, ProfileShelf
from adapters.server_wire import ServerWire, read_scale_and_bits
from energy.metering.channel import ChannelFacts

PROTOCOL = "bacnet"
TYPES: Mapping[str, int] = {
    "analog-input": 0, "analog-output": 1, "analog-value": 2, "binary-input": 3,
    "binary-output": 4, "binary-value": 5, "multi-state-input": 13, "multi-state-output": 14,
    "multi-state-value": 19, "accumulator": 23, "pulse-converter": 24, "integer-value": 45,
    "large-analog-value": 46, "positive-integer-value": 48,
}  # fmt: skip
"""Kinds of objects that hold values of meters, with their numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire(ServerWire):
    """Where a value lies: the present value of an object."""

    type: str
    instance: int

    @property
    def object(self) -> str:
        """Return the object as it is written."""
        return f"{self.type},{self.instance}"


class BacnetReader(ProfileReader[Wire]):
    """Reads where a value lies: object, scale, bits."""

    WIRE_KEYS = frozenset({"object", "scale", "bits"})

    def wire(self, fields: Fields, facts: ChannelFacts) -> Wire | None:
        """Return where a value lies; None after a problem was noted."""
        before = len(fields.problems)
        kind, _, number = str(fields.table.get("object")).partition(",")
        good = kind in TYPES and re.fullmatch("[0-9]{1,7}", number) is not None
        if not good or int(number) > LAST_INSTANCE:
            names = ", ".join(TYPES)
            fields.problem(f'object must look like "accumulator,3", a kind of {names}')
        scale, bits = read_scale_and_bits(fields, facts)
        if len(fields.problems) > before:
            return None
        return Wire(type=kind, instance=int(number), scale=scale, bits=bits)


PROFILES = ProfileShelf(
    Path(__file__).parent / "profiles", own=f"{OWN_PROFILES}/{PROTOCOL}", parse=BacnetReader.parse
)
"""Those that ship, and an installation's own."""
