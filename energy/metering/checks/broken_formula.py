"""In: versions of formulas, and what is wrong with each since when. Out: where one is broken. Pure.

A formula is checked when it is stored. What it rests on changes later: a class of meters gets one
that never adds up with the others, an input is retired, a place closed. From then on nothing is
known of it, which is no zero: whoever bills by it must mend it first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from energy.base.finding import Severity
from energy.metering.checks.span import Span
from energy.metering.formula.errors import FormulaError

CODE: Final = "formula.broken"
SEVERITY: Final = Severity.DO_NOT_BILL


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
    problems: tuple[tuple[int, FormulaError], ...]
    """Each with since when. [us]"""


def found(versions: Iterable[HeldVersion]) -> list[Span]:
    """Return where formulas are broken, each with the first that is wrong.

    Args:
        versions: Of some formulas.
    """
    spans = []
    for each in versions:
        wrong = [
            (max(since_us, each.start_us), error)
            for since_us, error in each.problems
            if since_us < each.end_us
        ]
        if wrong:
            start_us, error = min(wrong, key=lambda told: told[0])
            spans.append(
                Span(
                    place=each.place,
                    start_us=start_us,
                    end_us=each.end_us,
                    lasts=False,
                    proof={"formula": each.formula, **_said(error)},
                )
            )
    return spans


def _said(error: FormulaError) -> dict[str, object]:
    """Return why a formula is refused, and where in its text."""
    assert error.message is not None, "an error of a formula has a text"
    assert error.spot is not None, "an error of a formula has a place"
    row, column = error.spot.row, error.spot.column
    return {"because": str(error.message.values["cause"]), "row": row, "column": column}
