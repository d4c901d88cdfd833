"""In: a selection. Out: the table of its savings by day. I/O by the port."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from billing.ledger.sheets import Cell, Sheet
from dashboards.formats import UNITS
from dashboards.pages.parts import Parts
from dashboards.pages.savings.view_model import savings_model
from dashboards.selection import Selection
from dashboards.viewer import Viewer

_MILLI = Decimal("0.001")
_HEADS = ("day", "expected", "actual", "avoided", "cusum", "hours")


def savings_sheet(parts: Parts, viewer: Viewer, selection: Selection) -> Sheet | None:
    """Return the savings day by day; None where there are none."""
    model = savings_model(parts, viewer, selection)
    savings, utility = model.savings, model.load.utility
    if savings is None or utility is None:
        return None
    unit = UNITS[utility][0]

    def told(value: Fraction | int, *, counted: int) -> Decimal | None:
        if not counted:
            return None
        exact = Fraction(value) / unit.per_unit
        return (Decimal(exact.numerator) / exact.denominator).quantize(_MILLI)

    rows: list[list[Cell]] = [
        [
            savings.day(day.day),
            told(day.expected, counted=day.counted),
            told(day.actual, counted=day.counted),
            told(day.avoided, counted=day.counted),
            told(total, counted=1),
            day.counted,
        ]
        for day, total in zip(savings.days, savings.cusum, strict=True)
    ]
    heads = tuple(viewer.say(f"savings_table.{name}", unit=unit.name) for name in _HEADS)
    return Sheet(name=f"savings_{utility}_{savings.first}", heads=heads, rows=rows)
