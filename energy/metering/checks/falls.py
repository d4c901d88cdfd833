"""In: a fall of a register with the readings around it. Out: what kind of fall it is. Pure.

Each kind has one rule, asked in this order; the first that holds speaks. What none explains stays
a fall that nobody can tell (register.negative_step), and bars the bill until a person has looked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Final

from energy.metering.checks.registers import (
    FEW_COUNTS,
    HOUR_US,
    OUT_OF_PACE,
    Excursion,
    Fall,
    Registers,
)
from energy.metering.checks.span import Span

NOISE_COUNTS: Final = 2
"""A register that rounds or is read in two parts falls by no more. [count]"""
SETTLED_READINGS: Final = 3
"""Readings behind a fall from which on another register is believed. [reading]"""


class Kind(StrEnum):
    """What a fall may be."""

    OTHER_DEVICE = "other_device"
    ROLLOVER = "rollover"
    NOISE = "noise"
    SPIKE = "spike"
    RESET = "reset"
    SWAP = "swap"
    UNKNOWN = "unknown"


def kind_of(fall: Fall) -> Kind:
    """Return what a fall is by the first rule that holds; UNKNOWN by none."""
    if fall.turned:
        return Kind.SPIKE if fall.above is not None and fall.below is None else Kind.UNKNOWN
    return next((kind for kind, holds in _RULES if holds(fall)), Kind.UNKNOWN)


def falls_of(registers: Registers, *kinds: Kind) -> Iterator[Fall]:
    """Yield the falls of some kinds, by counter and time."""
    return (fall for fall in registers.falls if kind_of(fall) in kinds)


def span_of(fall: Fall, *, lasts: bool = False, **proof: int | bool) -> Span:
    """Return the span of a fall: from the reading before it to the one behind.

    Args:
        fall: The fall.
        lasts: Whether it goes on.
        proof: What a person looks at beside the counts before and after.
    """
    counts: dict[str, object] = {"before": fall.before, "after": fall.after}
    return Span(
        place=fall.place,
        start_us=fall.start_us,
        end_us=fall.end_us,
        lasts=lasts,
        proof=counts | proof,
    )


def excursion_of(fall: Fall) -> Excursion | None:
    """Return the fewer readings that are wrong; None where both sides have as many, or none."""
    above, below = fall.above, fall.below
    if above is None or below is None:
        return above or below
    if len(above.suspects) == len(below.suspects):
        return None
    return min(above, below, key=lambda each: len(each.suspects))


def _near_zero(fall: Fall) -> bool:
    """Return whether the register can have counted from zero to where it is now."""
    counted = OUT_OF_PACE * fall.pace_per_hour * fall.elapsed_us // HOUR_US
    return fall.after <= max(FEW_COUNTS, counted)


def _is_rollover(fall: Fall) -> bool:
    """From the last tenth into the first, but faster than the rated capacity allows."""
    return 0 < 9 * fall.modulus <= 10 * fall.before and 10 * fall.after < fall.modulus


def _is_noise(fall: Fall) -> bool:
    return fall.depth <= NOISE_COUNTS


def _is_spike(fall: Fall) -> bool:
    return excursion_of(fall) is not None


def _is_reset(fall: Fall) -> bool:
    return fall.behind > 0 and fall.above is None and fall.below is None and _near_zero(fall)


def _is_swap(fall: Fall) -> bool:
    settled = fall.behind >= SETTLED_READINGS and fall.above is None and fall.below is None
    return settled and not _near_zero(fall)


_RULES: Final[tuple[tuple[Kind, Callable[[Fall], bool]], ...]] = (
    (Kind.OTHER_DEVICE, lambda fall: fall.other_device),
    (Kind.NOISE, _is_noise),
    (Kind.SPIKE, _is_spike),
    (Kind.ROLLOVER, _is_rollover),
    (Kind.RESET, _is_reset),
    (Kind.SWAP, _is_swap),
)
