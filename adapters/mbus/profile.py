"""In: a profile's file. Out: which records of a meter are which quantities. I/O: files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from adapters.mbus.decode import FLAGS, MOST_BITS, STATUS, STATUS_BITS, UNITS, Wire
from adapters.mbus.records import Function
from adapters.mbus.units import measured
from adapters.meter_profile import ProfileReader
from adapters.profile_fields import Fields
from adapters.profile_shelf import OWN_PROFILES, ProfileShelf
from energy.metering.channel import ChannelFacts, Kind

PROTOCOL = "mbus"
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

    def wire(self, fields: Fields, facts: ChannelFacts) -> Wire | None:
        """Return how the record looks; None after a problem was noted."""
        before = len(fields.problems)
        what = str(fields.table.get("record"))
        if what not in (measured().keys() | FLAGS):
            names = ", ".join(sorted(measured().keys() | FLAGS))
            fields.problem(f"record must be one of {names}")
        function = FUNCTIONS.get(str(fields.table.get("function", "now")))
        if function is None:
            fields.problem(f"function must be one of {', '.join(FUNCTIONS)}")
        is_state, most = what in FLAGS, STATUS_BITS if what == STATUS else MOST_BITS
        bits = fields.bits(most=most if is_state else 0, needed=is_state)
        if (facts.kind is Kind.STATE) != is_state:
            fields.problem(f"states are bits of {', '.join(sorted(FLAGS))}")
        if not is_state:
            _check_unit(fields, what, facts)
        extensions = _extensions(fields)
        if len(fields.problems) > before or function is None:
            return None
        return Wire(
            what=what,
            storage=fields.whole("storage", 0) or 0,
            tariff=fields.whole("tariff", 0) or 0,
            subunit=fields.whole("subunit", 0) or 0,
            function=function,
            extensions=extensions,
            bits=bits,
        )


def _check_unit(fields: Fields, what: str, facts: ChannelFacts) -> None:
    """Note a unit that no record of the kind has."""
    fitting = [unit for unit, own in UNITS.items() if own.record in measured().get(what, ())]
    if facts.unit not in fitting:
        fields.problem(f"unit must be one of {', '.join(fitting)}")


def _extensions(fields: Fields) -> tuple[int, ...]:
    value = fields.table.get("extensions", [])
    if isinstance(value, list) and all(
        isinstance(each, str) and re.fullmatch("[0-7][0-9A-F]", each) for each in value
    ):
        return tuple(int(each, 16) for each in value)
    fields.problem('extensions must be a list such as ["3C"]')
    return ()


PROFILES = ProfileShelf(
    Path(__file__).parent / "profiles", own=f"{OWN_PROFILES}/{PROTOCOL}", parse=MbusReader.parse
)
"""Those that ship, and an installation's own."""


def fitting(medium: int, unit: str) -> list[str]:
    """Return the profiles that ship for a meter, best first; none when no one fits.

    Args:
        medium: As in its head.
        unit: Unit of its first energy or volume: Wh, J or m3.
    """
    found = []
    for name in PROFILES.shipped():
        read = PROFILES.load(name)
        counters = [p for p in read.points.values() if p.billing]
        units = {UNITS[point.unit].record for point in counters}
        if f"{medium:02X}" in read.own["media"].split() and unit in units:
            found.append(name)
    return found
