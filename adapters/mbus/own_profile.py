"""In: a profile that ships, and what one meter sends. Out: a profile of that very meter. Pure.

What the meter does not send is left out, and a counter that is written in decimals turns where its
digits end: the profiles that ship cannot know how many those are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from adapters.mbus.client import Readout
from adapters.mbus.decode import UNITS, Wire, matching, unfit
from adapters.mbus.numbers import BCD_CODINGS
from adapters.mbus.records import Record
from adapters.mbus.units import Meaning
from adapters.meter_profile import MeterProfile, ProfilePoint
from energy.metering.channel import LARGEST_MODULUS, Kind

_POINT = "\n[[point]]\n"
_QUANTITY = re.compile(r'^quantity = "([a-z0-9_]+)"$', re.MULTILINE)
_ID = re.compile(r'^id = ".*"$', re.MULTILINE)


def own_profile(text: str, profile: MeterProfile[Wire], readout: Readout, name: str) -> str:
    """Return the profile of one meter as a file.

    Args:
        text: The profile that ships, as a file.
        profile: The same, read.
        readout: What the meter sends.
        name: Id of the new profile.
    """
    head, *blocks = text.split(_POINT)
    kept = [_ID.sub(f'id = "{name}"', head, count=1).rstrip("\n") + "\n"]
    for block in blocks:
        stated = _QUANTITY.search(block)
        assert stated is not None, "the profile was checked"
        point = profile.point(stated.group(1))
        found = matching(readout.records, point.wire)
        if point.wire.what == "status" or found:
            modulus = turns_at(point, found)
            own = "" if modulus is None else f"modulus = {modulus}\n"
            kept.append(_POINT + block.rstrip("\n") + "\n" + own)
    return "".join(kept)


def turns_at(point: ProfilePoint[Wire], found: Sequence[tuple[Record, Meaning]]) -> int | None:
    """Return at which count a meter's register returns to zero; None where nobody can tell.

    Args:
        point: The counter.
        found: Its records; only one of decimals tells its digits. [count]
    """
    if point.facts.kind is not Kind.COUNTER or point.facts.modulus is not None or len(found) != 1:
        return None
    ((record, meaning),) = found
    if record.coding not in BCD_CODINGS or unfit(meaning, point.facts) is not None:
        return None
    own = UNITS[point.unit].factor * point.resolution
    turn = Fraction(10 ** (2 * len(record.octets))) * meaning.step / own
    return int(turn) if turn <= LARGEST_MODULUS else None
