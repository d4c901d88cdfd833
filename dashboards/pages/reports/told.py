"""In: a report, conversion factors. Out: its rows as page, file and paper tell them. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

from dashboards.figures.report_steps import ReportStep, Step, step_of, steps_of
from dashboards.formats import clock_text, month_text, short_day
from dashboards.queries.report_rows import BilledCost, ReportPage, ReportPlace
from dashboards.viewer import Viewer
from energy.metering.completeness import Completeness
from energy.metering.conversion import ConversionFactors, Converted, Measure

MEASURES = (Measure.TCE, Measure.CO2)
"""What a report says of every amount besides its own unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldRow:
    """An amount of a report with what belongs to it."""

    name: str
    usage: int | None
    """What is known; None where nothing is. [base unit]"""
    whole: bool
    before: int | None
    """What it is compared with, None unless all of it is known. [base unit]"""
    change: Decimal | None
    """Against what it is compared with, None unless both are wholly known. [%]"""
    converted: dict[Measure, Converted]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldPlace(ToldRow):
    """A place of a report."""

    key: str
    share: Fraction | None
    """Of the whole report. [1]"""
    complete: Completeness
    cost: BilledCost | None


def beside_days(page: ReportPage) -> tuple[int, int]:
    """Return how many days are compared: of the report, and of the time beside.

    What is over is compared whole, a month of 31 days with one of 28; of what is not, as many
    days as are over.
    """
    own = len(page.own.days.usage)
    beside = len(page.own.before.usage) if page.own.before is not None else 0
    return (own, beside) if page.due >= own else (page.due, min(page.due, beside))


def change_of(now: int | None, before: int | None) -> Decimal | None:
    """Return the change in per cent with one digit; None where either is unknown or was zero."""
    if now is None or not before:
        return None
    return (Decimal((now - before) * 100) / before).quantize(Decimal("0.1"))


def told_place(page: ReportPage, place: ReportPlace, factors: ConversionFactors) -> ToldPlace:
    """Return what a report says of a place."""
    days, beside = beside_days(page)
    now = place.days.total(days) if days else None
    before = None if place.before is None or not beside else place.before.total(beside)
    anything = bool(place.days.whole.any()) or bool(place.days.usage.any())
    whole = page.own.days.known()
    return ToldPlace(
        key=place.key,
        name=place.name,
        usage=place.days.known() if anything else None,
        whole=place.days.total(page.due) is not None,
        before=before,
        change=change_of(now, before),
        converted={
            measure: _known(
                factors.converted(page.utility, measure, page.first, place.days.usage.tolist()),
                anything=anything,
            )
            for measure in MEASURES
        },
        share=Fraction(place.days.known(), whole) if whole and anything else None,
        complete=place.complete,
        cost=place.cost,
    )


def _known(told: Converted, *, anything: bool) -> Converted:
    """Return a converted sum; without a value where nothing of it is known."""
    return told if anything else replace(told, value=None)


def told_places(page: ReportPage, factors: ConversionFactors) -> list[ToldPlace]:
    """Return what a report says of the places right below that have meters of the utility."""
    told = [told_place(page, child, factors) for child in page.children]
    return [each for each in told if each.usage is not None or each.complete.expected]


def told_steps(
    viewer: Viewer, page: ReportPage, zone: ZoneInfo, factors: ConversionFactors
) -> list[ToldRow]:
    """Return what a report says of its steps."""
    names = step_names(viewer, page, steps_of(page, zone), zone)
    return [
        _told_step(page, step, name, factors)
        for step, name in zip(steps_of(page, zone), names, strict=True)
    ]


def _told_step(
    page: ReportPage, step: ReportStep, name: str, factors: ConversionFactors
) -> ToldRow:
    days = [step.usage or 0]
    if step_of(page) is Step.MONTH:
        first = (step.day - page.first).days
        until = _month_after(step.day)
        days = page.own.days.usage[first : (until - page.first).days].tolist()
    nothing = Converted(value=None, factors=())
    return ToldRow(
        name=name,
        usage=step.usage,
        whole=step.whole,
        before=step.before,
        change=change_of(step.usage if step.whole else None, step.before),
        converted={
            measure: nothing
            if step.usage is None
            else factors.converted(page.utility, measure, step.day, days)
            for measure in MEASURES
        },
    )


def _month_after(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def step_names(
    viewer: Viewer,
    page: ReportPage,
    steps: list[ReportStep],
    zone: ZoneInfo,
) -> list[str]:
    """Return how the steps are called: hours by the clock, days, or months."""
    language = viewer.language
    match step_of(page):
        case Step.HOUR:
            return [clock_text(language, s.start, zone) for s in steps if s.start is not None]
        case Step.DAY:
            return [short_day(language, step.day) for step in steps]
        case Step.MONTH:
            return [month_text(language, step.day) for step in steps]
