"""In: the address of a meter as it stands in a site file. Out: its parts, and back. Pure.

"5" is a primary address, 1 to 250. "12345678" is a secondary one: the number on the plate;
"12345678KAM1B04" adds manufacturer, version and medium, for numbers that two makers gave.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from adapters.bcd import octets_of
from adapters.errors import AdapterError

LAST_PRIMARY = 250
ANY_NUMBER, ANY_OCTET = "F" * 8, 0xFF
_WRITTEN = re.compile(r"([0-9]{8})(?:([A-Z]{3})([0-9A-F]{2})([0-9A-F]{2}))?")


class MbusAddressError(AdapterError):
    """A text is no address of an M-Bus meter."""

    code = "mbus.address"

    def __init__(self, text: str) -> None:
        """Name the text and what an address looks like."""
        super().__init__()
        self.keep("address.mbus", text=text, last=LAST_PRIMARY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Secondary:
    """What a meter is selected by; wildcards match every meter."""

    number: str = ANY_NUMBER
    """Eight digits, highest first; F stands for any."""
    manufacturer: str = ""
    """Three letters; empty for any."""
    version: int = ANY_OCTET
    medium: int = ANY_OCTET

    def octets(self) -> bytes:
        """Return the eight bytes of a selection."""
        maker = code_of(self.manufacturer) if self.manufacturer else 0xFFFF
        tail = bytes((self.version, self.medium))
        return octets_of(self.number) + maker.to_bytes(2, "little") + tail

    def fits(self, other: Secondary) -> bool:
        """Return whether a meter's own full address is one that this selects."""
        digits = zip(self.number, other.number, strict=True)
        return (
            all(mine in {"F", theirs} for mine, theirs in digits)
            and self.manufacturer in {"", other.manufacturer}
            and self.version in {ANY_OCTET, other.version}
            and self.medium in {ANY_OCTET, other.medium}
        )

    def __str__(self) -> str:
        """Return it as it stands in a site file."""
        if not self.manufacturer:
            return self.number
        return f"{self.number}{self.manufacturer}{self.version:02X}{self.medium:02X}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a meter answers: either a primary or a secondary address."""

    primary: int | None = None
    secondary: Secondary | None = None

    def __str__(self) -> str:
        """Return it as it stands in a site file."""
        return str(self.secondary if self.primary is None else self.primary)


def parse(text: str) -> Address:
    """Return the address that is written in a text.

    Args:
        text: As in a site file.

    Raises:
        MbusAddressError: It is none.
    """
    if re.fullmatch(r"[0-9]{1,3}", text) and 1 <= int(text) <= LAST_PRIMARY:
        return Address(primary=int(text))
    written = _WRITTEN.fullmatch(text)
    if written is None:
        raise MbusAddressError(text)
    number, maker, version, medium = written.groups()
    if maker is None:
        return Address(secondary=Secondary(number=number))
    return Address(
        secondary=Secondary(
            number=number, manufacturer=maker, version=int(version, 16), medium=int(medium, 16)
        )
    )


def code_of(manufacturer: str) -> int:
    """Return the code of three letters: five bits each, A is 1."""
    first, second, third = (ord(letter) - 64 for letter in manufacturer)
    return first << 10 | second << 5 | third


def letters_of(code: int) -> str:
    """Return the three letters of a manufacturer's code; the top bit is not part of them."""
    return "".join(chr((code >> shift & 0x1F) + 64) for shift in (10, 5, 0))
