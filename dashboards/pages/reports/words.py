"""In: rows of a report. Out: their texts, the same on page and paper. Pure."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from dashboards.components.pieces import age_text
from dashboards.formats import (
    NOTHING,
    amount_text,
    day_text,
    number,
    percent_text,
    significant,
)
from dashboards.pages.reports.told import ToldPlace, ToldRow, beside_days
from dashboards.queries.report_rows import BilledCost, ReportPage
from dashboards.queries.rows import Answer
from dashboards.viewer import Viewer
from energy.metering.conversion import STATED, Converted, Factor


def change_text(viewer: Viewer, page: ReportPage, row: ToldRow, *, short: bool = False) -> str:
    """Return how an amount stands to that beside it; "" where nothing is compared.

    Args:
        viewer: Who reads.
        page: The report.
        row: The amount.
        short: Whether the per cent alone are wanted, as in a table.
    """
    if page.before_first is None:
        return NOTHING if short else ""
    if row.change is None:
        said = "load_page.change_unknown" if row.before is None else "load_page.beside"
        return NOTHING if short else viewer.say(said, amount=_beside(viewer, page, row))
    sign = "+" if row.change > 0 else ""
    share = f"{sign}{number(viewer.language, row.change)} %"
    if short:
        return share
    days, beside = beside_days(page)
    said = viewer.say("load_page.change", share=share, amount=_beside(viewer, page, row))
    part = days < len(page.own.days.usage)
    return f"{said}, {viewer.say('report_page.first_days', days=beside)}" if part else said


def _beside(viewer: Viewer, page: ReportPage, row: ToldRow) -> str:
    return amount_text(viewer.language, page.utility, row.before)


def converted_text(viewer: Viewer, told: Converted) -> str:
    """Return an amount in another unit with four figures; a dash where it is not known."""
    if told.value is None:
        return NOTHING
    value = Decimal(told.value.numerator) / told.value.denominator
    return number(viewer.language, significant(value))


def source_texts(viewer: Viewer, told: Converted) -> list[str]:
    """Return the factors behind an amount, each with its source."""
    return [factor_text(viewer, each) for each in told.factors]


def factor_text(viewer: Viewer, factor: Factor) -> str:
    """Return a conversion factor with its unit and source."""
    return viewer.say(
        "report_page.factor",
        value=number(viewer.language, _exact(factor.value)),
        unit=f"{STATED[factor.measure]}/{factor.unit}",
        source=factor.source,
    )


def _exact(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / value.denominator


def cost_text(viewer: Viewer, cost: BilledCost) -> str:
    """Return what the cost of a report holds, and what not."""
    if not cost.points:
        return viewer.say("report_page.beyond" if cost.beyond else "report_page.not_billed")
    said = viewer.say("report_page.billed", points=cost.points)
    if not cost.beyond:
        return said
    return f"{said}; {viewer.say('report_page.also_beyond', points=cost.beyond)}"


def quality_facts(
    viewer: Viewer, answer: Answer[ReportPage], own: ToldPlace
) -> list[tuple[str, str]]:
    """Return what a report rests on, as names and texts."""
    page, complete = answer.rows, own.complete
    pairs = [
        (
            viewer.say("report_page.days"),
            f"{day_text(viewer.language, page.first)} – {day_text(viewer.language, page.last)}",
        )
    ]
    if page.before_first is not None and page.own.before is not None:
        pairs.append(
            (viewer.say("report_page.days_beside"), day_text(viewer.language, page.before_first))
        )
    for name, many in (
        ("measured", complete.measured),
        ("interpolated", complete.shaped),
        ("estimated", complete.estimated),
        ("missing", complete.missing),
    ):
        share = complete.share(many)
        said = NOTHING if share is None else percent_text(share)
        pairs.append(
            (
                viewer.say(f"quality.{name}"),
                viewer.say("report_page.intervals", share=said, count=many),
            )
        )
    for measure, told in own.converted.items():
        said = "; ".join(source_texts(viewer, told)) or viewer.say("report_page.no_factor")
        pairs.append((viewer.say(f"measure.{measure}"), said))
    pairs.append((viewer.say("why.age"), age_text(viewer, answer.age_s)))
    pairs.append((viewer.say("why.position"), str(answer.as_of)))
    return pairs
