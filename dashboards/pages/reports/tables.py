"""In: a selection. Out: the tables of its report. I/O by the port."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

from billing.ledger.sheets import Cell, Sheet
from dashboards.figures.report_steps import Step, step_of
from dashboards.formats import UNITS
from dashboards.pages.parts import Parts
from dashboards.pages.reports.told import ToldRow, told_places, told_steps
from dashboards.pages.reports.view_model import report_model
from dashboards.queries.report_rows import ReportPage
from dashboards.selection import Selection
from dashboards.viewer import Viewer
from energy.metering.conversion import Converted, Measure

_MILLI = Decimal("0.000001")
_CENT = Decimal("0.01")


def report_sheet(parts: Parts, viewer: Viewer, selection: Selection) -> Sheet | None:
    """Return the steps of the selected report; None where there is none."""
    model = report_model(parts, viewer, selection)
    if model.report is None:
        return None
    page, zone = model.report.rows, parts.settings.zone
    told = told_steps(viewer, page, zone, parts.settings.factors)
    heads = (f"step_{step_of(page)}", "usage", "whole", "before", "change", "tce", "co2")
    return Sheet(
        name=report_name(page),
        heads=_heads(viewer, page, heads, parts.settings.currency),
        rows=[
            [
                _first_cell(page, n, row),
                _amount(page, row.usage),
                viewer.say("report_table.yes" if row.whole else "report_table.no"),
                _amount(page, row.before),
                row.change,
                _converted(row.converted[Measure.TCE]),
                _converted(row.converted[Measure.CO2]),
            ]
            for n, row in enumerate(told)
        ],
    )


def report_places_sheet(parts: Parts, viewer: Viewer, selection: Selection) -> Sheet | None:
    """Return the places of the selected report; None where there is none."""
    model = report_model(parts, viewer, selection)
    if model.report is None:
        return None
    page = model.report.rows
    bills = page.own.cost is not None
    heads = ["place", "usage", "share", "before", "change", "complete", "estimated", "tce", "co2"]
    rows: list[list[Cell]] = []
    for each in told_places(page, parts.settings.factors):
        cells: list[Cell] = [
            each.name,
            _amount(page, each.usage),
            _percent(each.share),
            _amount(page, each.before),
            each.change,
            _percent(each.complete.score),
            _percent(each.complete.share(each.complete.estimated)),
            _converted(each.converted[Measure.TCE]),
            _converted(each.converted[Measure.CO2]),
        ]
        if each.cost is not None:
            cells.append(each.cost.net if each.cost.points else None)
        rows.append(cells)
    told = _heads(viewer, page, [*heads, *(["cost"] if bills else [])], parts.settings.currency)
    return Sheet(name=f"{report_name(page)}_places", heads=told, rows=rows)


def report_name(page: ReportPage) -> str:
    """Return the name of a report's files: what, where, from when to when."""
    days = f"{page.first}" if page.first == page.last else f"{page.first}_{page.last}"
    return "_".join(part for part in ("report", str(page.utility), page.own.key, days) if part)


def _first_cell(page: ReportPage, number: int, row: ToldRow) -> Cell:
    if step_of(page) is not Step.DAY:
        return row.name
    return page.first + timedelta(days=number)


def _heads(
    viewer: Viewer, page: ReportPage, names: tuple[str, ...] | list[str], currency: str
) -> tuple[str, ...]:
    unit = UNITS[page.utility][0].name
    return tuple(viewer.say(f"report_table.{name}", unit=unit, currency=currency) for name in names)


def _amount(page: ReportPage, usage: int | None) -> Decimal | None:
    return None if usage is None else Decimal(usage) / UNITS[page.utility][0].per_unit


def _percent(share: Fraction | None) -> Decimal | None:
    if share is None:
        return None
    return (Decimal(100 * share.numerator) / share.denominator).quantize(_CENT)


def _converted(told: Converted) -> Decimal | None:
    if told.value is None:
        return None
    return (Decimal(told.value.numerator) / told.value.denominator).quantize(_MILLI)
