"""In: a profile's file. Out: which records of a meter are which quantities. I/O: files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from adapters.mbus.decode import FLAGS, MOST_BITS, STATUS, STATUS_BITS, UNITS, Wire
from adapters.mbus.records import Function
from adapters.mbus.units import measured
from adapters.meter_profile import MeterProfile, ProfileReader, ids_in, own_ids, profile_text
from energy.metering.channel import ChannelFacts, Kind

PROTOCOL = "mbus"
PROFILES = Path(__file__).parent / "profiles"
FUNCTIONS = {"now": Function.INSTANTANEOUS, "maximum": Function.MAXIMUM,
             "minimum": Function.MINIMUM}  # fmt: skip


class MbusReader(ProfileReader[Wire]):
    """Reads how a record looks: what it measures, storage, tariff, part, kind, extensions, bits."""

    OWN_KEYS: Mapping[str, str] = {
        "media": r"[0-9A-F]{2}( [0-9A-F]{2})*",
        "application_reset": "yes|no",
    }
    WIRE_KEYS = frozenset(
        {"record", "storage", "tariff", "subunit", "function", "extensions", "bits"}
    )

    def wire(self, where: str, row: Mapping[str, object], facts: ChannelFacts) -> Wire | None:
        """Return how the record looks; None after a problem was noted."""
        before = len(self.problems)
        what = str(row.get("record"))
        if what not in (measured().keys() | FLAGS):
            names = ", ".join(sorted(measured().keys() | FLAGS))
            self.problems.append(f"{where}: record must be one of {names}")
        function = FUNCTIONS.get(str(row.get("function", "now")))
        if function is None:
            self.problems.append(f"{where}: function must be one of {', '.join(FUNCTIONS)}")
        bits = self._bits(where, row.get("bits"), what)
        if (facts.kind is Kind.STATE) != (what in FLAGS):
            self.problems.append(f"{where}: states are bits of {', '.join(sorted(FLAGS))}")
        if what not in FLAGS:
            self._fitting(where, what, facts)
        extensions = self._extensions(where, row.get("extensions", []))
        if len(self.problems) > before or function is None:
            return None
        return Wire(
            what=what,
            storage=self.whole(where, row, "storage", least=0) or 0,
            tariff=self.whole(where, row, "tariff", least=0) or 0,
            subunit=self.whole(where, row, "subunit", least=0) or 0,
            function=function,
            extensions=extensions,
            bits=bits,
        )

    def _fitting(self, where: str, what: str, facts: ChannelFacts) -> None:
        """Note a unit that no record of the kind has."""
        fitting = [unit for unit, own in UNITS.items() if own.record in measured().get(what, ())]
        if facts.unit not in fitting:
            self.problems.append(f"{where}: unit must be one of {', '.join(fitting)}")

    def _extensions(self, where: str, value: object) -> tuple[int, ...]:
        if isinstance(value, list) and all(
            isinstance(each, str) and re.fullmatch("[0-7][0-9A-F]", each) for each in value
        ):
            return tuple(int(each, 16) for each in value)
        self.problems.append(f'{where}: extensions must be a list such as ["3C"]')
        return ()

    def _bits(self, where: str, value: object, what: str) -> tuple[int, int] | None:
        if what not in FLAGS and value is None:
            return None
        most = STATUS_BITS if what == STATUS else MOST_BITS
        if isinstance(value, list) and len(value) == 2 and all(type(v) is int for v in value):
            first, width = value
            if what in FLAGS and first >= 0 and width >= 1 and first + width <= most:
                return first, width
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
    return MbusReader(text, name=name).profile()


def shipped() -> list[str]:
    """Return the ids of the profiles that ship."""
    return ids_in(PROFILES)


def known() -> list[str]:
    """Return the ids of all profiles: those that ship and a site's own."""
    return [*shipped(), *own_ids(PROTOCOL)]


def fitting(medium: int, unit: str) -> list[str]:
    """Return the profiles that ship for a meter, best first; none when no one fits.

    Args:
        medium: As in its head.
        unit: Unit of its first energy or volume: Wh, J or m3.
    """
    found = []
    for name in shipped():
        read = load(name)
        counters = [p for p in read.points.values() if p.billing]
        units = {UNITS[point.unit].record for point in counters}
        if f"{medium:02X}" in read.own["media"].split() and unit in units:
            found.append(name)
    return found
