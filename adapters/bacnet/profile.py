"""In: a profile's file. Out: which objects of a device are which quantities. I/O: files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from adapters.bacnet.address import LAST_INSTANCE
from adapters.meter_profile import MeterProfile, ProfileReader, ids_in, own_ids, profile_text
from adapters.server_wire import read_bits, read_scale
from energy.metering.channel import ChannelFacts

PROTOCOL = "bacnet"
PROFILES = Path(__file__).parent / "profiles"
TYPES: Mapping[str, int] = {
    "analog-input": 0, "analog-output": 1, "analog-value": 2, "binary-input": 3,
    "binary-output": 4, "binary-value": 5, "multi-state-input": 13, "multi-state-output": 14,
    "multi-state-value": 19, "accumulator": 23, "pulse-converter": 24, "integer-value": 45,
    "large-analog-value": 46, "positive-integer-value": 48,
}  # fmt: skip
"""Kinds of objects that hold values of meters, with their numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """Where a value lies: the present value of an object."""

    type: str
    instance: int
    scale: Fraction
    """Units of the channel in one of the device. [unit / raw]"""
    bits: tuple[int, int] | None = None
    """First bit and width of a state; None takes the whole value."""

    @property
    def object(self) -> str:
        """Return the object as it is written."""
        return f"{self.type},{self.instance}"


class BacnetReader(ProfileReader[Wire]):
    """Reads where a value lies: object, scale, bits."""

    WIRE_KEYS = frozenset({"object", "scale", "bits"})

    def wire(self, where: str, row: Mapping[str, object], facts: ChannelFacts) -> Wire | None:
        """Return where a value lies; None after a problem was noted."""
        before = len(self.problems)
        kind, _, number = str(row.get("object")).partition(",")
        good = kind in TYPES and re.fullmatch("[0-9]{1,7}", number) is not None
        if not good or int(number) > LAST_INSTANCE:
            self.problems.append(
                f'{where}: object must look like "accumulator,3", a kind of {", ".join(TYPES)}'
            )
        scale = read_scale(self.problems, where, row)
        bits = read_bits(self.problems, where, row, facts)
        if len(self.problems) > before:
            return None
        return Wire(type=kind, instance=int(number), scale=scale, bits=bits)


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
    return BacnetReader(text, name=name).profile()


def shipped() -> list[str]:
    """Return the ids of the profiles that ship."""
    return ids_in(PROFILES)


def known() -> list[str]:
    """Return the ids of all profiles: those that ship and a site's own."""
    return [*shipped(), *own_ids(PROTOCOL)]
