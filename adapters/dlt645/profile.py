"""In: a profile's file. Out: which identifiers of a meter are which quantities. I/O: files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

from adapters.dlt645.decode import Wire
from adapters.meter_profile import (
    MeterProfile,
    MeterProfileError,
    ProfileReader,
    ids_in,
    own_ids,
    profile_text,
)
from energy.metering.channel import ChannelFacts, Kind

PROTOCOL = "dlt645"
PROFILES = Path(__file__).parent / "profiles"
_IDENTIFIER = re.compile(r"[0-9A-F]{8}")
_FORMAT = re.compile(r"(N+)(?:\.(N+))?")


class Dlt645Reader(ProfileReader[Wire]):
    """Reads where a value lies: identifier, block and format."""

    WIRE_KEYS = frozenset({"identifier", "block", "place", "format", "signed", "timed", "bits"})

    def profile(self) -> MeterProfile[Wire]:
        """Return the checked profile.

        Raises:
            MeterProfileError: Lists every problem.
        """
        read = super().profile()
        wires = [point.wire for point in read.points.values() if point.wire.block]
        for block in sorted({wire.block for wire in wires}):
            held = [wire for wire in wires if wire.block == block]
            places = {wire.place for wire in held}
            if len({wire.size for wire in held}) > 1 or len(places) < len(held):
                self.problems.append(f"block {block}: one size, and one value a place")
        if self.problems:
            raise MeterProfileError(self.name, self.problems)
        return read

    def wire(self, where: str, row: Mapping[str, object], facts: ChannelFacts) -> Wire | None:
        """Return where a value lies; None after a problem was noted."""
        before = len(self.problems)
        identifier, block = str(row.get("identifier")), str(row.get("block", ""))
        for key, text in (("identifier", identifier), ("block", block)):
            if not _IDENTIFIER.fullmatch(text) and (text or key == "identifier"):
                self.problems.append(f"{where}: {key} must be eight hexadecimal digits, DI3 first")
        whole, decimals = self._format(where, row.get("format"))
        bits = self._bits(where, row.get("bits"), 4 * (whole + decimals))
        signed, timed = row.get("signed", False), row.get("timed", False)
        if not isinstance(signed, bool) or not isinstance(timed, bool):
            self.problems.append(f"{where}: signed and timed must be true or false")
        if facts.resolution != Fraction(1, 10**decimals):
            self.problems.append(f"{where}: resolution must be that of the format")
        if (bits is None) == (facts.kind is Kind.STATE):
            self.problems.append(f"{where}: a state has bits, and nothing else has")
        place = self.whole(where, row, "place", least=0, most=63) or 0
        if len(self.problems) > before:
            return None
        return Wire(
            identifier=identifier,
            block=block,
            place=place,
            digits=whole + decimals,
            decimals=decimals,
            signed=bool(signed),
            timed=bool(timed),
            bits=bits,
        )

    def _format(self, where: str, value: object) -> tuple[int, int]:
        found = _FORMAT.fullmatch(str(value))
        whole, decimals = (len(found[1]), len(found[2] or "")) if found else (0, 0)
        if not found or (whole + decimals) % 2:
            self.problems.append(f'{where}: format must be like "NNNNNN.NN", whole bytes')
        return whole, decimals

    def _bits(self, where: str, value: object, width: int) -> tuple[int, int] | None:
        if value is None:
            return None
        if isinstance(value, list) and len(value) == 2 and all(type(v) is int for v in value):
            first, count = value
            if first >= 0 and count >= 1 and first + count <= width:
                return first, count
        self.problems.append(f"{where}: bits must be [first, width] inside the word")
        return None


def load(profile: str) -> MeterProfile[Wire]:
    """Return the checked profile of a meter, one that ships or a site's own.

    Args:
        profile: Id of the profile, the name of its file.

    Raises:
        MeterProfileError: There is no such profile or it has problems.
    """
    return parse(profile_text(profile, PROFILES, PROTOCOL), name=profile)


def parse(text: str, *, name: str) -> MeterProfile[Wire]:
    """Return the checked profile written in a text.

    Raises:
        MeterProfileError: Lists every problem.
    """
    return Dlt645Reader(text, name=name).profile()


def shipped() -> list[str]:
    """Return the ids of the profiles that ship."""
    return ids_in(PROFILES)


def known() -> list[str]:
    """Return the ids of all profiles: those that ship and a site's own."""
    return [*shipped(), *own_ids(PROTOCOL)]
