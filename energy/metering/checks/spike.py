"""In: counters with their falls. Out: readings that left the register's way and came back. Pure.

A spike of a million counts that is gone at the next reading, or a zero of a gateway that lost its
meter: the register itself has gone on. Which readings are wrong is told by the fewer of both
sides; where both have as many, a person must tell.
"""

from __future__ import annotations

from typing import Final

from energy.base.finding import Severity
from energy.metering.checks.falls import Kind, excursion_of, kind_of
from energy.metering.checks.registers import Excursion, Registers
from energy.metering.checks.span import Span

CODE: Final = "register.spike"
SEVERITY: Final = Severity.WARN


def found(registers: Registers) -> list[Span]:
    """Return where readings left the register's way, from the last good one to the next."""
    return [
        Span(
            place=place,
            start_us=way.left_us,
            end_us=way.right_us,
            lasts=False,
            proof={
                "before": way.left,
                "after": way.right,
                "wrong": len(way.suspects),
                "least": min(count for _, count in way.suspects),
                "greatest": max(count for _, count in way.suspects),
            },
        )
        for place, way in ways(registers)
    ]


def ways(registers: Registers) -> list[tuple[int, Excursion]]:
    """Return the excursions by place; of one within another only the greater."""
    every = [
        (fall.place, way)
        for fall in registers.falls
        if kind_of(fall) is Kind.SPIKE and (way := excursion_of(fall)) is not None
    ]
    return [
        (place, way)
        for place, way in every
        if not any(
            other != way and other.left_us <= way.left_us and way.right_us <= other.right_us
            for own, other in every
            if own == place
        )
    ]


def restored(way: Excursion) -> list[tuple[int, int]]:
    """Return what the register can have shown instead of the wrong readings: a straight way.

    Their total is measured, so any way between its ends has the exact sum. [(us, count)]
    """
    rise, whole_us = way.right - way.left, way.right_us - way.left_us
    return [
        (at_us, way.left + rise * (at_us - way.left_us) // whole_us) for at_us, _ in way.suspects
    ]
