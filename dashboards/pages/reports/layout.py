"""Step 5a. From: the answers of a report. To: its layout. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from dash import html
from dash.development.base_component import Component

from dashboards.components.figure_number import Why, figure_number
from dashboards.components.pieces import (
    Children,
    chart,
    data_age,
    empty,
    facts,
    link,
    page,
    panel,
    share_badge,
    table,
    tile,
)
from dashboards.components.toolbar import span_text, toolbar
from dashboards.components.twin import twin
from dashboards.figures.load_days import peak_of
from dashboards.figures.report_bars import ReportTexts, report_bars
from dashboards.figures.report_steps import step_of, steps_of
from dashboards.formats import (
    NOTHING,
    RATE_NAMES,
    amount,
    amount_in,
    number,
    percent_text,
    rate_of,
    short_instant,
    significant,
    unit_for,
)
from dashboards.pages.reports.told import ToldPlace, step_names, told_place, told_places
from dashboards.pages.reports.view_model import ReportModel
from dashboards.pages.reports.words import (
    change_text,
    converted_text,
    cost_text,
    quality_facts,
    source_texts,
)
from dashboards.queries.report_rows import ReportPage
from dashboards.queries.rows import Answer
from dashboards.selection import Compare, Selection
from dashboards.settings import WebSettings
from dashboards.viewer import Viewer
from energy.metering.conversion import Measure

PATH = "/reports"
COMPARISONS = (Compare.PREVIOUS, Compare.YEAR)


def report_page(
    viewer: Viewer, model: ReportModel, selection: Selection, settings: WebSettings
) -> Component:
    """Return the page."""
    bar = toolbar(
        viewer,
        selection,
        PATH,
        utilities=model.utilities,
        places=model.places,
        comparisons=COMPARISONS,
    )
    title = viewer.say("report_page.title")
    if model.report is None:
        said = "load_page.no_place" if model.utilities else "overview.no_meters"
        return page(title, [bar, empty(viewer.say(said))], name="reports")
    answer = model.report
    own = told_place(answer.rows, answer.rows.own, settings.factors)
    return page(
        title,
        [
            bar,
            html.Div(_tiles(viewer, answer, own, settings), className="tiles"),
            _steps(viewer, answer, selection, settings),
            _places(viewer, answer, selection, settings),
            _grounds(viewer, answer, own),
        ],
        name="reports",
    )


def _tiles(
    viewer: Viewer, answer: Answer[ReportPage], own: ToldPlace, settings: WebSettings
) -> list[Component]:
    rows = answer.rows
    complete, score = rows.own.complete, rows.own.complete.score
    why = _why(viewer, answer, "report_why.usage")
    usage = figure_number(
        viewer, *amount(viewer.language, rows.utility, own.usage), why, name="tile"
    )
    badge = share_badge(viewer, "report_page.told", score) if score is not None else ""
    change = change_text(viewer, rows, own)
    tiles = [tile(viewer.say("report_page.usage"), usage, badge, change)]
    tiles.append(_peak(viewer, answer, settings))
    if own.cost is not None:
        value = NOTHING if not own.cost.points else number(viewer.language, own.cost.net)
        cost = figure_number(
            viewer, value, settings.currency, _why(viewer, answer, "report_why.cost"), name="tile"
        )
        said = cost_text(viewer, own.cost)
        tiles.append(tile(viewer.say("report_page.cost"), cost, said))
    known = figure_number(
        viewer,
        NOTHING if score is None else percent_text(score).removesuffix(" %"),
        "%",
        _why(viewer, answer, "report_why.complete"),
        name="tile",
    )
    shaped = viewer.say(
        "report_page.estimated",
        shaped=_percent(complete.share(complete.shaped)),
        estimated=_percent(complete.share(complete.estimated)),
    )
    tiles.append(tile(viewer.say("report_page.complete"), known, shaped))
    tiles += [_converted(viewer, answer, own, measure) for measure in (Measure.TCE, Measure.CO2)]
    return tiles


def _peak(viewer: Viewer, answer: Answer[ReportPage], settings: WebSettings) -> Component:
    rows = answer.rows
    minutes, found = rows.curve.step_s // 60, peak_of(rows.curve)
    title = viewer.say("load_page.peak", minutes=minutes)
    why = _why(viewer, answer, "why.peak", minutes=minutes)

    def rate(usage: int, step_s: int) -> str:
        value = Decimal(repr(rate_of(rows.utility, usage, step_s)))
        return number(viewer.language, significant(value))

    value = NOTHING if found is None else rate(found[0], rows.curve.step_s)
    shown = figure_number(viewer, value, RATE_NAMES[rows.utility], why, name="tile")
    below = [] if found is None else [short_instant(viewer.language, found[1], settings.zone)]
    then = None if rows.before_curve is None else peak_of(rows.before_curve)
    if then is not None and rows.before_curve is not None:
        before = f"{rate(then[0], rows.before_curve.step_s)} {RATE_NAMES[rows.utility]}"
        below.append(viewer.say("load_page.beside", amount=before))
    return tile(title, shown, *below)


def _converted(
    viewer: Viewer, answer: Answer[ReportPage], own: ToldPlace, measure: Measure
) -> Component:
    value = converted_text(viewer, own.converted[measure])
    why = _why(viewer, answer, "report_why.converted")
    shown = figure_number(viewer, value, viewer.say(f"measure_unit.{measure}"), why, name="tile")
    sources = source_texts(viewer, own.converted[measure])
    said = "; ".join(sources) or viewer.say("report_page.no_factor")
    return tile(viewer.say(f"measure.{measure}"), shown, said)


def _why(viewer: Viewer, answer: Answer[ReportPage], how: str, **told: int) -> Why:
    utility = viewer.say(f"utility.{answer.rows.utility}")
    return Why(
        source=viewer.say("why.site", utility=utility),
        formula=viewer.say(how, **told),
        age_s=answer.age_s,
        as_of=answer.as_of,
    )


def _steps(
    viewer: Viewer, answer: Answer[ReportPage], selection: Selection, settings: WebSettings
) -> Component:
    rows, zone = answer.rows, settings.zone
    steps = steps_of(rows, zone)
    texts = ReportTexts(
        usage=viewer.say("report_page.usage"),
        partial=viewer.say("report_page.partial"),
        before=viewer.say(f"compare.{selection.compare}"),
        missing=viewer.say("load.missing"),
    )
    figure = report_bars(
        steps,
        step_names(viewer, rows, steps, zone),
        step=step_of(rows),
        utility=rows.utility,
        language=viewer.language,
        theme=viewer.theme,
        texts=texts,
    )
    said = what_text(viewer, rows, selection)
    return panel(
        viewer.say("report_page.course"),
        [
            html.P(said, className="subtitle"),
            chart(figure, chart_id="report-steps", label=said, language=viewer.language),
            html.P(
                html.A(
                    viewer.say("report_page.pdf"),
                    href=f"/download/report.pdf{selection.search()}",
                    download="",
                    className="twin-file",
                ),
                className="twin-files",
            ),
            twin(viewer, "report", selection.search()),
        ],
        aside=data_age(viewer, answer.age_s, answer.as_of),
        name="report-steps",
    )


def what_text(viewer: Viewer, rows: ReportPage, selection: Selection) -> str:
    """Return what a report is about: utility, place, time."""
    return viewer.say(
        "flow_page.what",
        utility=viewer.say(f"utility.{rows.utility}"),
        place=rows.own.name or viewer.say("toolbar.site"),
        span=span_text(viewer, selection),
    )


def _places(
    viewer: Viewer, answer: Answer[ReportPage], selection: Selection, settings: WebSettings
) -> Component | None:
    rows = answer.rows
    told = told_places(rows, settings.factors)
    if not told:
        return None
    largest = max((each.usage or 0 for each in told), default=0)
    unit = unit_for(rows.utility, largest)
    money_heads = ["cost"] if rows.own.cost is not None else []
    heads = ["usage", "share", "change", "complete", "estimated", "tce", "co2", *money_heads]
    named = {"unit": unit.name, "currency": settings.currency}

    def cells(each: ToldPlace) -> Sequence[Children]:
        there = f"{PATH}{replace(selection, place=each.key).search()}"
        usage = NOTHING
        if each.usage is not None:
            usage = amount_in(viewer.language, unit, each.usage).removesuffix(unit.name).strip()
        shown = [
            usage,
            _percent(each.share, bare=True),
            change_text(viewer, rows, each, short=True).removesuffix(" %"),
            _percent(each.complete.score, bare=True),
            _percent(each.complete.share(each.complete.estimated), bare=True),
            converted_text(viewer, each.converted[Measure.TCE]),
            converted_text(viewer, each.converted[Measure.CO2]),
        ]
        if each.cost is not None:
            nothing = not each.cost.points
            shown.append(NOTHING if nothing else number(viewer.language, each.cost.net))
        return [link(each.name, there), *shown]

    return panel(
        viewer.say("report_page.places"),
        [
            html.P(viewer.say("report_page.places_what"), className="subtitle"),
            table(
                [
                    viewer.say("report_table.place"),
                    *(">" + viewer.say(f"report_table.{name}", **named) for name in heads),
                ],
                [cells(each) for each in sorted(told, key=lambda row: -(row.usage or 0))],
                name="report-places",
            ),
            twin(viewer, "report_places", selection.search()),
        ],
        name="report-places",
    )


def _percent(share: Fraction | None, *, bare: bool = False) -> str:
    text = NOTHING if share is None else percent_text(share)
    return text.removesuffix(" %") if bare else text


def _grounds(viewer: Viewer, answer: Answer[ReportPage], own: ToldPlace) -> Component:
    """Return what the report rests on."""
    return panel(
        viewer.say("report_page.grounds"),
        facts(quality_facts(viewer, answer, own), name="report-grounds"),
        name="report-grounds",
    )
