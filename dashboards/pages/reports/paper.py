"""In: a report. Out: it as PDF, by the typesetting of all papers. Pure."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

from billing.documents.chart import bars_svg
from billing.documents.covered import page_text
from billing.documents.frame import Framed, frame
from billing.documents.sheets.blocks import Block, facts, heading, table, text
from billing.documents.typesetting import Job, pdf
from billing.documents.words import Words
from dashboards.components.toolbar import span_text
from dashboards.figures.load_days import peak_of
from dashboards.figures.report_steps import step_of
from dashboards.formats import (
    NOTHING,
    RATE_NAMES,
    amount_in,
    amount_text,
    instant_text,
    money,
    number,
    percent_text,
    rate_of,
    significant,
    unit_for,
)
from dashboards.pages.reports.told import ToldPlace, ToldRow, told_place, told_places, told_steps
from dashboards.pages.reports.words import (
    change_text,
    converted_text,
    cost_text,
    quality_facts,
    source_texts,
)
from dashboards.queries.report_rows import ReportPage
from dashboards.queries.rows import Answer
from dashboards.selection import Selection
from dashboards.settings import WebSettings
from dashboards.viewer import Viewer
from energy.metering.conversion import Measure

TEMPLATE = "sheet.typ"
COLOUR = "#1b7f5c"
NO_GLYPH = "\u2082", "2"
"""The fonts of papers have no small two below the row, as in CO2."""
_CENT = Decimal("0.01")
THOUSANDTHS = 1000


def report_pdf(
    viewer: Viewer, answer: Answer[ReportPage], selection: Selection, settings: WebSettings
) -> bytes:
    """Return a report as PDF/A-2b.

    Raises:
        DocumentError: It cannot be set.
    """
    page = paper_of(viewer, answer, selection, settings)
    inputs = {"page": page_text(page).replace(*NO_GLYPH)}
    return pdf(Job(template=TEMPLATE, inputs=inputs, dated=answer.rows.now))


def paper_of(
    viewer: Viewer, answer: Answer[ReportPage], selection: Selection, settings: WebSettings
) -> dict[str, Any]:
    """Return a report as the template of papers reads it."""
    page, words = answer.rows, Words(viewer.language, "paper")
    place = page.own.name or settings.site_name
    utility = viewer.say(f"utility.{page.utility}")
    own = told_place(page, page.own, settings.factors)
    head = Framed(
        title=viewer.say("report_paper.title"),
        subtitle=f"{utility} · {span_text(viewer, selection)}",
        number="",
        dated=page.now.astimezone(settings.zone).date().isoformat(),
        facts=[
            [viewer.say("report_paper.place"), place],
            [viewer.say("report_paper.utility"), utility],
            [viewer.say("report_paper.days"), f"{page.first} – {page.last}"],
            [
                viewer.say("report_paper.made"),
                instant_text(viewer.language, page.now, settings.zone),
            ],
        ],
        issuer={"name": settings.site_name},
    )
    blocks = [
        heading(viewer.say("report_paper.figures")),
        facts(_figures(viewer, page, own, settings)),
        *_course(viewer, page, settings),
        *_places(viewer, page, settings),
        heading(viewer.say("report_page.grounds")),
        facts(quality_facts(viewer, answer, own)),
    ]
    return {**frame(words, "a4", None, head), "blocks": blocks}


def _figures(
    viewer: Viewer, page: ReportPage, own: ToldPlace, settings: WebSettings
) -> list[list[str]]:
    change = change_text(viewer, page, own)
    used = amount_text(viewer.language, page.utility, own.usage)
    score = page.own.complete.score
    rows = [
        [viewer.say("report_page.usage"), f"{used} ({change})" if change else used],
        [
            viewer.say("report_paper.peak", minutes=page.curve.step_s // 60),
            _peak(viewer, page, settings),
        ],
    ]
    if own.cost is not None:
        said = cost_text(viewer, own.cost)
        if own.cost.points:
            said = f"{money(viewer.language, own.cost.net, settings.currency)} ({said})"
        rows.append([viewer.say("report_page.cost"), said])
    told = NOTHING if score is None else percent_text(score)
    rows.append([viewer.say("report_page.complete"), told])
    for measure in (Measure.TCE, Measure.CO2):
        value = converted_text(viewer, own.converted[measure])
        unit = viewer.say(f"measure_unit.{measure}")
        sources = "; ".join(source_texts(viewer, own.converted[measure]))
        known = f"{value} {unit}" if value != NOTHING else NOTHING
        said = f"{known}, {sources}" if sources else viewer.say("report_page.no_factor")
        rows.append([viewer.say(f"measure.{measure}"), said])
    return rows


def _peak(viewer: Viewer, page: ReportPage, settings: WebSettings) -> str:
    found = peak_of(page.curve)
    if found is None:
        return NOTHING
    rate = Decimal(repr(rate_of(page.utility, found[0], page.curve.step_s)))
    said = f"{number(viewer.language, significant(rate))} {RATE_NAMES[page.utility]}"
    return f"{said}, {instant_text(viewer.language, found[1], settings.zone)}"


def _course(viewer: Viewer, page: ReportPage, settings: WebSettings) -> list[Block]:
    told = told_steps(viewer, page, settings.zone, settings.factors)
    largest = max((row.usage or 0 for row in told), default=0)
    if not largest:
        return [text(viewer.say("flow_page.nothing"))]
    unit = unit_for(page.utility, largest)
    heights = [None if row.usage is None else row.usage * THOUSANDTHS // largest for row in told]
    bars: Block = {
        "kind": "bars",
        "label": viewer.say("report_page.course"),
        "top": amount_in(viewer.language, unit, largest),
        "svg": bars_svg(heights, COLOUR),
        "first": told[0].name,
        "last": told[-1].name,
    }
    heads = [f"step_{step_of(page)}", "usage", "before", "change", "tce", "co2"]
    named = {"unit": unit.name, "currency": settings.currency}

    def cells(row: ToldRow) -> list[str]:
        values = [_in_unit(viewer, unit.per_unit, each) for each in (row.usage, row.before)]
        return [
            row.name if row.whole or row.usage is None else f"{row.name} *",
            *values,
            change_text(viewer, page, row, short=True).removesuffix(" %"),
            converted_text(viewer, row.converted[Measure.TCE]),
            converted_text(viewer, row.converted[Measure.CO2]),
        ]

    rows = table(
        [viewer.say(f"report_table.{head}", **named) for head in heads],
        [cells(row) for row in told],
        align="lrrrrr",
    )
    partly = any(row.usage is not None and not row.whole for row in told)
    note = [text(f"* {viewer.say('report_page.partial')}", soft=True)] if partly else []
    return [bars, rows, *note]


def _in_unit(viewer: Viewer, per_unit: int, usage: int | None) -> str:
    if usage is None:
        return NOTHING
    return number(viewer.language, (Decimal(usage) / per_unit).quantize(_CENT))


def _percent(share: Fraction | None) -> str:
    return NOTHING if share is None else percent_text(share).removesuffix(" %")


def _places(viewer: Viewer, page: ReportPage, settings: WebSettings) -> list[Block]:
    told = told_places(page, settings.factors)
    if not told:
        return []
    unit = unit_for(page.utility, max((each.usage or 0 for each in told), default=0))
    named = {"unit": unit.name, "currency": settings.currency}
    heads = ["place", "usage", "share", "change", "complete", "tce", "co2"]

    def cells(each: ToldPlace) -> list[str]:
        return [
            each.name,
            _in_unit(viewer, unit.per_unit, each.usage),
            _percent(each.share),
            change_text(viewer, page, each, short=True).removesuffix(" %"),
            _percent(each.complete.score),
            converted_text(viewer, each.converted[Measure.TCE]),
            converted_text(viewer, each.converted[Measure.CO2]),
        ]

    return [
        heading(viewer.say("report_page.places")),
        table(
            [viewer.say(f"report_table.{head}", **named) for head in heads],
            [cells(each) for each in sorted(told, key=lambda row: -(row.usage or 0))],
            align="lrrrrrr",
        ),
        text(viewer.say("report_page.places_what"), soft=True),
    ]
