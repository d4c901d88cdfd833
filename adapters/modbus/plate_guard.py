"""In: a device's constant plate value, read anew. Out: whether its counters may be believed. Pure.

A serial number that changes is another device: its counters go on from elsewhere. A ratio that
changes makes every primary count mean something else. Either way the counts are kept and marked,
and a person is asked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from adapters.modbus.learned import Lesson
from adapters.modbus.register_map import RegisterPoint
from energy.metering.channel import Kind, Side

SURE_DIGITS = 5
"""Digits from which on a serial tells devices apart; shorter ones are house numbers."""


class Doubt(StrEnum):
    """Why the counters of a device are not believed."""

    OTHER_DEVICE = "other_device"
    RATIO_CHANGED = "ratio_changed"


DOUBT_MEANS: dict[Doubt, str] = {
    Doubt.OTHER_DEVICE: "another device answers: was the meter swapped without a record? Its "
    "counters are held until `field replace` has recorded the swap, or the old one is back",
    Doubt.RATIO_CHANGED: "a ratio was changed in the device: its counters are held until the old "
    "one is back or the new one is recorded with the exchange",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What a device shows in place of what it showed before."""

    doubt: Doubt
    quantity: str
    before: str
    now: str


def compared(
    lesson: Lesson,
    quantity: str,
    value: float | Fraction | str | None,
    *,
    recorded: str = "",
) -> Changed | None:
    """Return what has changed; None while the device is the one that is known.

    Args:
        lesson: What the device has taught; a first value is for the caller to keep.
        quantity: Name of the plate value, such as "serial_number" or "ct_ratio".
        value: What was read now; None for no number.
        recorded: Serial on record: the first that a device tells is held against it.
    """
    is_serial = "serial" in quantity or quantity.endswith("_id")
    before = lesson.plate
    if before is None and is_serial and value is not None and contradicts(recorded, str(value)):
        before = recorded
    if before is None or before == str(value):
        return None
    return Changed(
        doubt=Doubt.OTHER_DEVICE if is_serial else Doubt.RATIO_CHANGED,
        quantity=quantity,
        before=before,
        now=str(value),
    )


def contradicts(recorded: str, shown: str) -> bool:
    """Return whether a serial on record and one in a device are surely of two devices.

    People write "SN 0022 081134" where the device tells 22081134, or a house number that no
    register holds. Only two long plain numbers, neither of which holds the other, are two devices.

    Args:
        recorded: As it was typed at the plate.
        shown: As the device tells it.
    """
    one, other = _number(recorded), _number(shown)
    if min(len(one), len(other)) < SURE_DIGITS:
        return False
    return one not in other and other not in one


def _number(serial: str) -> str:
    """Return the plain number of a serial without zeros in front; "" where it is none."""
    found = re.fullmatch(r"[^0-9]*([0-9][0-9 ]*)", serial.strip())
    return "" if found is None else found[1].replace(" ", "").lstrip("0")


def is_held(point: RegisterPoint, doubt: Doubt) -> bool:
    """Return whether a value may not be believed; what a ratio does not touch may.

    Args:
        point: The value.
        doubt: What is wrong with the device.
    """
    if point.kind is not Kind.COUNTER:
        return False
    return doubt is Doubt.OTHER_DEVICE or point.side is not Side.SECONDARY
