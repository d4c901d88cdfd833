"""In: versions of formulas, and what is wrong with each and when. Out: where one is broken. Pure.

A formula is checked when it is stored. What it rests on changes later: a class of meters gets one
that never adds up with the others, an input is retired, a place closed. From then on nothing is
known of it, which is no zero: whoever bills by it must mend it first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from energy.base.finding import Severity
from energy.metering.checks.span import Span
from energy.metering.formula.errors import FormulaError

CODE: Final = "formula.broken"
SEVERITY: Final = Severity.DO_NOT_BILL


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with a formula, and when."""

    start_us: int
    """[us]"""
    end_us: int
    """When it is over; where nobody knows, no sooner than the version's end. [us]"""
    error: FormulaError


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldVersion:
    """The time a version of a formula holds, and what is wrong with it."""

    place: int
    """Place of the channel among those looked at."""
    formula: str
    """Its metering point."""
    start_us: int
    """[us]"""
    end_us: int
    """When the next one begins. [us]"""
    faults: tuple[Fault, ...]


def found(versions: Iterable[HeldVersion]) -> list[Span]:
    """Return where formulas are broken, each time with the fault that began first.

    Args:
        versions: Of some formulas.
    """
    return [span for each in versions for span in _broken(each)]


def _broken(version: HeldVersion) -> Iterator[Span]:
    done_us = version.start_us
    for fault in sorted(version.faults, key=lambda each: each.start_us):
        start_us, end_us = max(fault.start_us, done_us), min(fault.end_us, version.end_us)
        if start_us < end_us:
            done_us = end_us
            yield Span(
                place=version.place,
                start_us=start_us,
                end_us=end_us,
                lasts=False,
                proof={"formula": version.formula, **_said(fault.error)},
            )


def _said(error: FormulaError) -> dict[str, object]:
    """Return why a formula is refused, and where in its text."""
    assert error.message is not None, "an error of a formula has a text"
    assert error.spot is not None, "an error of a formula has a place"
    row, column = error.spot.row, error.spot.column
    return {"because": str(error.message.values["cause"]), "row": row, "column": column}
