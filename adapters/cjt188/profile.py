"""In: a profile's file. Out: which values of a meter's answer are which quantities. I/O: files."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

from adapters.cjt188.decode import LAYOUTS, STATUS, Item, Wire
from adapters.cjt188.units import CODES, UNITS
from adapters.meter_profile import ProfileReader
from adapters.profile_fields import Fields
from adapters.profile_shelf import OWN_PROFILES, ProfileShelf
from energy.metering.channel import ChannelFacts, Kind

PROTOCOL = "cjt188"
STATUS_BITS = 16


class Cjt188Reader(ProfileReader[Wire]):
    """Reads where a value lies: its name in the layout, bits of a state."""

    OWN_KEYS: Mapping[str, str] = {
        "meter_type": r"[1-4][0-9]",
        "layout": "|".join(LAYOUTS),
        "edition": "2004|2018",
        "sequence": "repeated|free",
    }
    WIRE_KEYS = frozenset({"item", "bits"})

    def wire(self, fields: Fields, facts: ChannelFacts) -> Wire | None:
        """Return where a value lies; None after a problem was noted."""
        layout = LAYOUTS.get(str(self.fields.table.get("layout")), {})
        name = str(fields.table.get("item"))
        item = layout.get(name)
        if item is None or name == "clock":
            names = ", ".join(key for key in layout if key != "clock")
            fields.problem(f"item must be one of {names}")
            return None
        before, is_status = len(fields.problems), name == STATUS
        if (facts.kind is Kind.STATE) != is_status:
            fields.problem("states lie in the status, and nothing else does")
        bits = fields.bits(most=STATUS_BITS if is_status else 0, needed=is_status)
        if not is_status:
            _check_fit(fields, item, facts)
        return None if len(fields.problems) > before else Wire(item=item, bits=bits)


def _check_fit(fields: Fields, item: Item, facts: ChannelFacts) -> None:
    """Note a unit that the meter cannot send, or a resolution that loses counts."""
    if item.has_unit and facts.unit not in CODES:
        units = ", ".join(unit.name for unit in UNITS.values())
        fields.problem(f"unit must be one of {units}")
    exact = facts.kind is Kind.COUNTER or not item.has_unit
    if exact and facts.resolution != Fraction(1, 10**item.decimals):
        fields.problem(f"resolution must be {Fraction(1, 10**item.decimals)}")


PROFILES = ProfileShelf(
    Path(__file__).parent / "profiles", own=f"{OWN_PROFILES}/{PROTOCOL}", parse=Cjt188Reader.parse
)
"""Those that ship, and an installation's own."""
