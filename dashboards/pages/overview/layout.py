"""Step 5a. From: the answers of the overview's queries. To: its layout. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.alert_list import alert_list
from dashboards.components.flow_list import flow_list
from dashboards.components.kpi_tile import alerts_tile, completeness_tile, utility_tile
from dashboards.components.notes import note_form, note_list
from dashboards.components.outage_pieces import near, outage_strip
from dashboards.components.pieces import (
    Children,
    chart,
    data_age,
    empty,
    link,
    page,
    panel,
)
from dashboards.components.toolbar import utility_links
from dashboards.figures.energy_flow import FlowTexts, energy_flow
from dashboards.figures.load_profile import LoadTexts, load_profile
from dashboards.figures.usage_calendar import usage_calendar
from dashboards.formats import clock_text, day_text, number, rate_of, significant, zone_text
from dashboards.pages.overview.view_model import Overview
from dashboards.pages.review.layout import case_link, span_text, stake_text, where
from dashboards.queries.review_rows import ReviewQueue
from dashboards.queries.rows import (
    AlertRow,
    Answer,
    EnergyFlow,
    LoadProfile,
    UsageCalendar,
    UtilityTile,
)
from dashboards.selection import Selection
from dashboards.viewer import Viewer
from energy.base.period import day_period

PHONE_WEEKS = 13
MOST_DOUBTS = 5
TILES, LOAD, FLOW, ALERTS = "overview-tiles", "overview-load", "overview-flow", "overview-alerts"
OUTAGES = "overview-outages"


def overview(
    viewer: Viewer, model: Overview, selection: Selection, *, zone: ZoneInfo, now: datetime
) -> Component:
    """Return the page."""
    return page(
        viewer.say("overview.title"),
        [
            html.P(
                f"{day_text(viewer.language, now.astimezone(zone).date())} · "
                f"{clock_text(viewer.language, now, zone)} · {zone_text(now, zone)}",
                className="page-time",
            ),
            html.Div(outages_strip(viewer, model, zone=zone, now=now), id=OUTAGES),
            html.Div(tiles(viewer, model.tiles, model.alerts), id=TILES, className="tiles"),
            _switch(viewer, model, selection),
            html.Div(
                [
                    html.Div(
                        load_panel(viewer, model.load, zone=zone, place=model.place),
                        id=LOAD,
                        className="wide",
                    ),
                    html.Div(
                        alerts_panel(viewer, model.alerts, zone=zone), id=ALERTS, className="side"
                    ),
                ],
                className="columns",
            ),
            _form(viewer, model, zone, now),
            html.Div(
                [
                    html.Div(calendar_panel(viewer, model.calendar), className="wide"),
                    html.Div(doubts_panel(viewer, model.doubts, zone=zone), className="side"),
                ],
                className="columns",
            ),
            html.Div(flow_panel(viewer, model.flow), id=FLOW),
        ],
        name="overview",
    )


def outages_strip(
    viewer: Viewer, model: Overview, *, zone: ZoneInfo, now: datetime
) -> Component | None:
    """Return the planned outages that run or begin soon; None where none does."""
    return outage_strip(viewer, near(model.outages.rows, now), zone=zone, now=now)


def _form(viewer: Viewer, model: Overview, zone: ZoneInfo, now: datetime) -> Component | None:
    """Return the form of a note on the whole site; the live refresh leaves it alone."""
    if not model.place:
        return None
    first = day_period(now.astimezone(zone).date(), zone).start
    return note_form(viewer, f"site/{model.place}", zone=zone, first=first, last=now)


def _switch(viewer: Viewer, model: Overview, selection: Selection) -> Component | None:
    utilities = [tile.utility for tile in model.tiles.rows]
    return utility_links(viewer, selection, "/", utilities) if len(utilities) > 1 else None


def tiles(
    viewer: Viewer,
    answer: Answer[tuple[UtilityTile, ...]],
    alerts: Answer[tuple[AlertRow, ...]],
) -> list[Component]:
    """Return the tiles: one a utility, completeness, open alerts."""
    return [
        *(utility_tile(viewer, tile, answer) for tile in answer.rows),
        completeness_tile(viewer, answer),
        alerts_tile(viewer, alerts),
    ]


def load_panel(
    viewer: Viewer, answer: Answer[LoadProfile] | None, *, zone: ZoneInfo, place: str = ""
) -> Component:
    """Return today's curve with its tariff bands; `place` is that of the form below."""
    title = viewer.say("overview.load")
    if answer is None:
        return panel(title, empty(viewer.say("overview.no_meters")), name="load")
    profile = answer.rows
    texts = load_texts(viewer)
    figure = load_profile(
        profile, zone=zone, language=viewer.language, theme=viewer.theme, texts=texts
    )
    subtitle = viewer.say(
        "overview.load_of",
        utility=viewer.say(f"utility.{profile.utility}"),
        day=day_text(viewer.language, profile.day),
        minutes=profile.step_s // 60,
    )
    return panel(
        title,
        [
            html.P(subtitle, className="subtitle"),
            chart(
                figure,
                chart_id="load-chart",
                label=_load_summary(viewer, profile),
                language=viewer.language,
            ),
            note_list(
                viewer,
                profile.notes,
                zone=zone,
                about=f"site/{place}" if place else "",
                edit=False,
            ),
        ],
        aside=data_age(viewer, answer.age_s, answer.as_of),
        name="load",
    )


def load_texts(viewer: Viewer) -> LoadTexts:
    """Return the words of the day's curve."""
    names = ("measured", "shaped", "partial", "before", "missing", "now")
    return LoadTexts(**{name: viewer.say(f"load.{name}") for name in names})


def _load_summary(viewer: Viewer, profile: LoadProfile) -> str:
    rates = [
        rate_of(profile.utility, usage, profile.step_s)
        for usage in profile.usage
        if usage is not None
    ]
    if not rates:
        return viewer.say("load.summary_none")
    highest = number(viewer.language, significant(Decimal(repr(max(rates)))))
    unit = viewer.say(f"rate.{profile.utility}")
    return viewer.say("load.summary", known=len(rates), highest=highest, unit=unit)


def calendar_panel(viewer: Viewer, answer: Answer[UsageCalendar] | None) -> Component:
    """Return the days of twelve months as colours; on a phone the last weeks of them."""
    title = viewer.say("overview.calendar")
    if answer is None or not any(answer.rows.days):
        return panel(title, empty(viewer.say("overview.no_days")), name="calendar")
    rows = answer.rows
    wide = ("wide-only", rows.first, rows.days)
    short = len(rows.days) - PHONE_WEEKS * 7 - len(rows.days) % 7
    narrow = ("narrow-only", rows.first + timedelta(days=short), rows.days[short:])
    what = viewer.say("overview.calendar_of", utility=viewer.say(f"utility.{rows.utility}"))
    charts = [
        html.Div(
            chart(
                usage_calendar(
                    first,
                    days,
                    utility=rows.utility,
                    language=viewer.language,
                    theme=viewer.theme,
                ),
                chart_id=f"calendar-{name}",
                label=what,
                language=viewer.language,
            ),
            className=name,
        )
        for name, first, days in ((wide, narrow) if short > 0 else (("", rows.first, rows.days),))
    ]
    return panel(
        title,
        [html.P(what, className="subtitle"), *charts],
        aside=data_age(viewer, answer.age_s, answer.as_of),
        name="calendar",
    )


def doubts_panel(viewer: Viewer, answer: Answer[ReviewQueue], *, zone: ZoneInfo) -> Component:
    """Return the first of the cases that wait, the most money first, and the way to all."""
    queue = answer.rows
    items = [
        html.Li(
            [
                html.Div(
                    [case_link(viewer, row.queued.case), stake_text(viewer, row.queued.stake)],
                    className="card-head",
                ),
                html.Div(where(row.queued), className="card-what"),
                html.Div(span_text(viewer, row.queued.case, zone), className="card-what"),
            ]
        )
        for row in queue.rows[:MOST_DOUBTS]
    ]
    body: Children = empty(viewer.say("review.none"))
    if items:
        more = link(viewer.say("overview.doubts_all", count=queue.cases), "/review")
        body = [html.Ul(items, className="cards"), html.P(more)]
    return panel(viewer.say("overview.doubts"), body, name="doubts")


def flow_panel(viewer: Viewer, answer: Answer[EnergyFlow] | None) -> Component:
    """Return the energy flow: a Sankey on a wide screen, a sorted bar list on a phone."""
    title = viewer.say("overview.flow")
    if answer is None or not any(edge.amount for edge in answer.rows.edges):
        return panel(title, empty(viewer.say("overview.no_flow")), name="flow")
    flow = answer.rows
    texts = FlowTexts(others=viewer.say("flow.others"), unaccounted=viewer.say("flow.unaccounted"))
    figure = energy_flow(flow, language=viewer.language, theme=viewer.theme, texts=texts)
    utility = viewer.say(f"utility.{flow.utility}")
    subtitle = viewer.say(
        "overview.flow_of", utility=utility, day=day_text(viewer.language, flow.day)
    )
    return panel(
        title,
        [
            html.P(subtitle, className="subtitle"),
            html.Div(
                chart(figure, chart_id="flow-chart", label=subtitle, language=viewer.language),
                className="wide-only",
            ),
            _unknown(viewer, flow),
            html.Div(flow_list(viewer, flow), className="narrow-only"),
        ],
        aside=data_age(viewer, answer.age_s, answer.as_of),
        name="flow",
    )


def _unknown(viewer: Viewer, flow: EnergyFlow) -> Component | None:
    """Return the names of branches that are not drawn because something of them is unknown."""
    names = {node.key: node.name for node in flow.nodes}
    unknown = [names.get(e.target, e.target) for e in flow.edges if e.amount is None]
    if not unknown:
        return None
    text = viewer.say("flow.unknown", names=", ".join(unknown))
    return html.P(text, className="subtitle wide-only")


def alerts_panel(
    viewer: Viewer,
    answer: Answer[tuple[AlertRow, ...]],
    *,
    zone: ZoneInfo,
    refusal: str | None = None,
) -> Component:
    """Return the open alerts, each with its button or the name of who has seen it."""
    return panel(
        viewer.say("overview.alerts", count=len(answer.rows)),
        alert_list(viewer, answer.rows, zone=zone, refusal=refusal),
        aside=data_age(viewer, answer.age_s, answer.as_of),
        name="alerts",
    )
