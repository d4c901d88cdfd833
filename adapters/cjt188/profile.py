"""In: a profile's file. Out: which values of a meter's answer are which quantities. I/O: files."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

from adapters.cjt188.decode import LAYOUTS, STATUS, Item, Wire
from adapters.cjt188.units import CODES, UNITS
from adapters.meter_profile import MeterProfile, ProfileReader, ids_in, own_ids, profile_text
from energy.metering.channel import ChannelFacts, Kind

PROTOCOL = "cjt188"
PROFILES = Path(__file__).parent / "profiles"
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

    def wire(self, where: str, row: Mapping[str, object], facts: ChannelFacts) -> Wire | None:
        """Return where a value lies; None after a problem was noted."""
        layout = LAYOUTS.get(str(self.raw.get("layout")), {})
        name = str(row.get("item"))
        item = layout.get(name)
        if item is None or name == "clock":
            names = ", ".join(key for key in layout if key != "clock")
            self.problems.append(f"{where}: item must be one of {names}")
            return None
        before = len(self.problems)
        if (facts.kind is Kind.STATE) != (name == STATUS):
            self.problems.append(f"{where}: states lie in the status, and nothing else does")
        bits = self._bits(where, row.get("bits"), needed=name == STATUS)
        if name != STATUS:
            self._fitting(where, item, facts)
        return None if len(self.problems) > before else Wire(item=item, bits=bits)

    def _fitting(self, where: str, item: Item, facts: ChannelFacts) -> None:
        """Note a unit that the meter cannot send, or a resolution that loses counts."""
        if item.has_unit and facts.unit not in CODES:
            units = ", ".join(unit.name for unit in UNITS.values())
            self.problems.append(f"{where}: unit must be one of {units}")
        exact = facts.kind is Kind.COUNTER or not item.has_unit
        if exact and facts.resolution != Fraction(1, 10**item.decimals):
            self.problems.append(f"{where}: resolution must be {Fraction(1, 10**item.decimals)}")

    def _bits(self, where: str, value: object, *, needed: bool) -> tuple[int, int] | None:
        if value is None and not needed:
            return None
        if isinstance(value, list) and len(value) == 2 and all(type(v) is int for v in value):
            first, count = value
            if needed and first >= 0 and count >= 1 and first + count <= STATUS_BITS:
                return first, count
        self.problems.append(f"{where}: a state, and nothing else, has bits = [first, width]")
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
    return Cjt188Reader(text, name=name).profile()


def shipped() -> list[str]:
    """Return the ids of the profiles that ship."""
    return ids_in(PROFILES)


def known() -> list[str]:
    """Return the ids of all profiles: those that ship and a site's own."""
    return [*shipped(), *own_ids(PROTOCOL)]
