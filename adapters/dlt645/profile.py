"""In: a profile's file. Out: which identifiers of a meter are which quantities. I/O: files."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

from adapters.dlt645.decode import Wire
from adapters.meter_profile import MeterProfile, ProfileReader
from adapters.profile_fields import Fields
from adapters.profile_shelf import OWN_PROFILES, ProfileShelf
from energy.metering.channel import ChannelFacts, Kind

PROTOCOL = "dlt645"
_IDENTIFIER = re.compile(r"[0-9A-F]{8}")
_FORMAT = re.compile(r"(N+)(?:\.(N+))?")


class Dlt645Reader(ProfileReader[Wire]):
    """Reads where a value lies: identifier, block and format."""

    WIRE_KEYS = frozenset({"identifier", "block", "place", "format", "signed", "timed", "bits"})

    def profile(self, name: str) -> MeterProfile[Wire]:
        """Return the profile; it is worth nothing when a problem was noted.

        Args:
            name: Id that it must bear.
        """
        read = super().profile(name)
        wires = [point.wire for point in read.points.values() if point.wire.block]
        for block in sorted({wire.block for wire in wires}):
            held = [wire for wire in wires if wire.block == block]
            places = {wire.place for wire in held}
            if len({wire.size for wire in held}) > 1 or len(places) < len(held):
                self.fields.problem(f"block {block}: one size, and one value a place")
        return read

    def wire(self, fields: Fields, facts: ChannelFacts) -> Wire | None:
        """Return where a value lies; None after a problem was noted."""
        before = len(fields.problems)
        identifier, block = str(fields.table.get("identifier")), fields.text("block", "")
        for key, text in (("identifier", identifier), ("block", block)):
            if not _IDENTIFIER.fullmatch(text) and (text or key == "identifier"):
                fields.problem(f"{key} must be eight hexadecimal digits, DI3 first")
        whole, decimals = _format(fields)
        is_state = facts.kind is Kind.STATE
        bits = fields.bits(most=4 * (whole + decimals) if is_state else 0, needed=is_state)
        if facts.resolution != Fraction(1, 10**decimals):
            fields.problem("resolution must be that of the format")
        wire = Wire(
            identifier=identifier,
            block=block,
            place=fields.whole("place", 0, 63) or 0,
            digits=whole + decimals,
            decimals=decimals,
            signed=fields.flag("signed"),
            timed=fields.flag("timed"),
            bits=bits,
        )
        return None if len(fields.problems) > before else wire


def _format(fields: Fields) -> tuple[int, int]:
    """Return how many digits stand before and behind the point."""
    found = _FORMAT.fullmatch(str(fields.table.get("format")))
    whole, decimals = (len(found[1]), len(found[2] or "")) if found else (0, 0)
    if not found or (whole + decimals) % 2:
        fields.problem('format must be like "NNNNNN.NN", whole bytes')
    return whole, decimals


PROFILES = ProfileShelf(
    Path(__file__).parent / "profiles", own=f"{OWN_PROFILES}/{PROTOCOL}", parse=Dlt645Reader.parse
)
"""Those that ship, and an installation's own."""
