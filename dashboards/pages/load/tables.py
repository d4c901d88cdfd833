"""In: a selection. Out: the table behind the load chart. I/O by the port."""

from __future__ import annotations

from decimal import Decimal

from billing.ledger.sheets import Cell, Sheet
from dashboards.figures.load_days import days_of
from dashboards.figures.load_range import MOST_STEPS
from dashboards.formats import RATE_NAMES, UNITS
from dashboards.pages.load.view_model import load_model
from dashboards.pages.parts import Parts
from dashboards.queries.load_rows import LoadRange
from dashboards.selection import Selection
from dashboards.viewer import Viewer


def load_sheet(parts: Parts, viewer: Viewer, selection: Selection) -> Sheet | None:
    """Return the table of the selected load; None where there is none."""
    model = load_model(parts, viewer, selection)
    return None if model.load is None else sheet_of(parts, viewer, model.load.rows)


def sheet_of(parts: Parts, viewer: Viewer, rows: LoadRange) -> Sheet:
    """Return the table of a load: interval by interval, or day by day where it is drawn so."""
    if len(rows.curve.usage) > MOST_STEPS:
        return _daily(parts, viewer, rows)
    curve, zone, unit = rows.curve, parts.settings.zone, UNITS[rows.utility][0]
    cells: list[list[Cell]] = []
    for n in range(len(curve.usage)):
        at = rows.start_of(n).astimezone(zone)
        known = bool(curve.known[n])
        share = Decimal(int(curve.known[n]) * 100) / max(int(curve.meters[n]), 1)
        cells.append(
            [
                at.isoformat(timespec="minutes"),
                Decimal(int(curve.usage[n])) / unit.per_unit if known else None,
                share.quantize(Decimal("0.1")),
            ]
        )
    heads = ("start", "usage", "known")
    return Sheet(name=_name(rows), heads=_heads(viewer, heads, unit.name), rows=cells)


def _daily(parts: Parts, viewer: Viewer, rows: LoadRange) -> Sheet:
    unit, rate = UNITS[rows.utility][0], RATE_NAMES[rows.utility]
    days = days_of(rows, rows.curve, parts.settings.zone)
    cells: list[list[Cell]] = [
        [
            day.day,
            None if day.usage is None else Decimal(day.usage) / unit.per_unit,
            _rate(day.least),
            _rate(day.mean),
            _rate(day.greatest),
        ]
        for day in days
    ]
    heads = ("day", "usage", "least", "mean", "greatest")
    return Sheet(name=_name(rows), heads=_heads(viewer, heads, unit.name, rate), rows=cells)


def _name(rows: LoadRange) -> str:
    """Return the file's name: what and from when to when."""
    days = (
        f"{rows.curve.first}"
        if rows.curve.first == rows.last
        else f"{rows.curve.first}_{rows.last}"
    )
    return f"load_{rows.utility}_{days}"


def _rate(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(str(round(value, 3)))


def _heads(viewer: Viewer, names: tuple[str, ...], unit: str, rate: str = "") -> tuple[str, ...]:
    return tuple(viewer.say(f"load_table.{name}", unit=unit, rate=rate) for name in names)
