"""In: errors that a laboratory found, usage. Out: what the usage lacks or has too much. Pure.

A meter with the error e [%] shows W x (1 + e / 100) where W flowed, so what it showed lacks
-shown x e / (100 + e). Everything is exact until the total of a span is rounded once, half up, and
given to the local days by largest remainder.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import Any

from energy.base.errors import RefusedError

LEAST_PERCENT = Fraction(-100)
"""An error of -100 % is a meter that stands still: nothing follows from what it showed."""
HOUR_S = 3600
Interval = tuple[date, int, int]
"""Local day, width [s] and usage [base unit] of an interval of which the usage is known."""


class ErrorCurveError(RefusedError):
    """Errors that no laboratory can have found, or loads that tell nothing."""

    code = "meter.error_curve"


class LoadUnit(StrEnum):
    """In what the load points are stated."""

    PERCENT = "%"
    """Of the rated load."""
    AMPERE = "A"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadPoint:
    """The errors found at one load."""

    load: Decimal
    """[% of rated, or A]"""
    before: Decimal
    """As found. [%]"""
    after: Decimal | None = None
    """As left; None where nothing was adjusted. [%]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorCurve:
    """Load points by load."""

    unit: LoadUnit
    points: tuple[LoadPoint, ...]

    def error_at(self, load: Fraction) -> Fraction:
        """Return the error as found at a load: on the line between two points, flat beyond. [%].

        Args:
            load: [% of rated, or A]
        """
        first, last = self.points[0], self.points[-1]
        if load <= first.load:
            return Fraction(first.before)
        for low, high in pairwise(self.points):
            if load <= high.load:
                rise = Fraction(high.before) - Fraction(low.before)
                run = Fraction(high.load) - Fraction(low.load)
                return Fraction(low.before) + rise * (load - Fraction(low.load)) / run
        return Fraction(last.before)


def curve_of(unit: LoadUnit, points: Iterable[LoadPoint]) -> ErrorCurve:
    """Return the curve of some load points, in any order.

    Raises:
        ErrorCurveError: None, one load twice, one below zero, or an error of -100 % or less.
    """
    ordered = tuple(sorted(points, key=lambda point: point.load))
    if not ordered:
        raise ErrorCurveError.of("error_curve.none")
    for low, high in pairwise(ordered):
        if low.load == high.load:
            raise ErrorCurveError.of("error_curve.twice", load=low.load, unit=unit.value)
    for point in ordered:
        if point.load < 0:
            raise ErrorCurveError.of("error_curve.load", load=point.load, unit=unit.value)
        for error in (point.before, point.after):
            if error is not None:
                check_error(Fraction(error))
    return ErrorCurve(unit=unit, points=ordered)


def check_error(percent: Fraction) -> None:
    """Refuse an error that no meter has which counts.

    Raises:
        ErrorCurveError: It is -100 % or less.
    """
    if percent <= LEAST_PERCENT:
        raise ErrorCurveError.of("error_curve.error", error=float(percent))


def curve_to_json(curve: ErrorCurve) -> list[list[str]]:
    """Return the load points as [load, error before, error after], exact."""
    return [
        [str(p.load), str(p.before), "" if p.after is None else str(p.after)] for p in curve.points
    ]


def curve_from_json(unit: str, points: Sequence[Sequence[str]]) -> ErrorCurve:
    """Return the curve that `curve_to_json` stored."""
    return curve_of(
        LoadUnit(unit),
        (
            LoadPoint(
                load=Decimal(load), before=Decimal(before), after=Decimal(after) if after else None
            )
            for load, before, after in points
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What a decision applies to every interval of its span."""

    error: Fraction | None = None
    """One weighted error for all loads. [%]"""
    curve: ErrorCurve | None = None
    """Else the error at the load of each interval."""
    full_load: Fraction | None = None
    """Load of 100 % (or of one ampere) in base units an hour; for a curve. [base unit / h]"""

    def error_of(self, usage: int, step_s: int) -> Fraction:
        """Return the error at the mean load of an interval. [%].

        Args:
            usage: What the meter showed. [base unit]
            step_s: Width of the interval. [s]
        """
        if self.curve is None:
            assert self.error is not None, "either a weighted error or a curve"
            return self.error
        assert self.full_load is not None, "a curve comes with its full load"
        load = Fraction(usage * HOUR_S, step_s) / self.full_load
        return self.curve.error_at(load * (100 if self.curve.unit is LoadUnit.PERCENT else 1))

    def to_json(self) -> dict[str, Any]:
        """Return it as the event holds it, exact."""
        if self.curve is None:
            return {"error_percent": str(self.error)}
        return {
            "unit": self.curve.unit.value,
            "points": curve_to_json(self.curve),
            "full_load": str(self.full_load),
        }

    @staticmethod
    def from_json(stored: Mapping[str, Any]) -> Basis:
        """Return what `to_json` stored."""
        if "points" not in stored:
            return Basis(error=Fraction(stored["error_percent"]))
        return Basis(
            curve=curve_from_json(stored["unit"], stored["points"]),
            full_load=Fraction(stored["full_load"]),
        )


def lacking(intervals: Iterable[Interval], basis: Basis) -> dict[date, int]:
    """Return what the usage of each local day lacks, below zero where it has too much. [base unit].

    Args:
        intervals: Of the span, of which the usage is known.
        basis: The error applied.
    """
    return whole_parts(exactly_lacking(intervals, basis))


def exactly_lacking(intervals: Iterable[Interval], basis: Basis) -> dict[date, Fraction]:
    """Return what `lacking` returns, before it is rounded. [base unit].

    Args:
        intervals: Of which the usage is known.
        basis: The error applied.
    """
    exact: dict[date, Fraction] = {}
    known: dict[tuple[int, int], Fraction] = {}
    for day, step_s, usage in intervals:
        key = (step_s, usage)
        if key not in known:
            error = basis.error_of(usage, step_s)
            known[key] = -usage * error / (100 + error)
        exact[day] = exact.get(day, Fraction(0)) + known[key]
    return exact


def whole_parts(exact: Mapping[date, Fraction]) -> dict[date, int]:
    """Return whole numbers that add up to the total rounded half up: by largest remainder.

    Args:
        exact: Exact parts by day.
    """
    total = (2 * sum(exact.values(), Fraction(0)) + 1) // 2
    parts = {day: part.__floor__() for day, part in exact.items()}
    lacks = total - sum(parts.values())
    by_remainder = sorted(exact, key=lambda day: (parts[day] - exact[day], day))
    for day in by_remainder[:lacks]:
        parts[day] += 1
    return dict(sorted(parts.items()))
