"""Step 5a. From: the rounds of a site, the log of a day. To: their pages. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.act_form import act_form
from dashboards.components.pieces import badge, chart, data_age, empty, extra, link, page, panel
from dashboards.components.twin import twin, twin_body
from dashboards.figures.patrol_value import patrol_value
from dashboards.formats import clock_text, day_text, short_instant
from dashboards.pages.rounds.paths import PATH, START, course_path, day_path, walk_path
from dashboards.patrol_sheet import SheetReader, said_limits, sheet_of
from dashboards.queries.patrol_rows import PatrolBoard, PatrolCourse, PatrolDay
from dashboards.queries.rows import Answer
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.base.period import local_day
from energy.service.rounds.items import LogKind
from energy.service.rounds.reads import RoundRow
from energy.service.rounds.schedule import Standing
from energy.service.rounds.sheet import log_sheet

TONES = {
    Standing.COMING: "calm",
    Standing.DUE: "fair",
    Standing.OVERDUE: "bad",
    Standing.RUNNING: "calm",
    Standing.WALKED: "good",
    Standing.MISSED: "bad",
}
MOST_MISSED = 40


def board_page(viewer: Viewer, answer: Answer[PatrolBoard], *, zone: ZoneInfo) -> Component:
    """Return what is due, under way, next, and missed."""
    told, age = answer.rows, data_age(viewer, answer.age_s, answer.as_of)
    cards = [round_card(viewer, row, told, zone) for row in told.now]
    return page(
        viewer.say("nav.rounds"),
        [
            panel(
                viewer.say("patrol_pages.now"),
                html.Div(cards, className="patrol-cards")
                if cards
                else empty(viewer.say("patrol_pages.no_plan")),
                aside=age,
                name="patrol-now",
            ),
            panel(viewer.say("patrol_pages.missed"), _missed(viewer, told, zone), name="missed"),
            panel(
                viewer.say("patrol_pages.every"),
                html.Ul(
                    [
                        html.Li(link(viewer.named(spec.name), f"{PATH}/{spec.key}"))
                        for spec in told.planned
                    ],
                    className="patrol-list",
                ),
                name="patrol-every",
            )
            if told.planned
            else None,
        ],
        name="rounds",
    )


def walks_page(viewer: Viewer, answer: Answer[PatrolBoard], *, zone: ZoneInfo) -> Component:
    """Return the rounds as a phone shows them."""
    told = answer.rows
    cards = [round_card(viewer, row, told, zone) for row in told.now]
    return page(
        viewer.say("nav.rounds"),
        html.Div(cards, className="patrol-cards")
        if cards
        else empty(viewer.say("patrol_pages.no_plan")),
        name="walks",
        crumbs=link(viewer.say("phone.title"), "/m"),
    )


def round_card(viewer: Viewer, row: RoundRow, told: PatrolBoard, zone: ZoneInfo) -> Component:
    """Return a round as it stands, with what the viewer may do about it."""
    day = local_day(row.due_at, zone)
    same = local_day(row.until, zone) == day
    spans = viewer.say(
        "patrol_pages.due",
        due=short_instant(viewer.language, row.due_at, zone),
        until=(clock_text if same else short_instant)(viewer.language, row.until, zone),
    )
    return html.Article(
        [
            html.Div(
                [
                    link(viewer.named(row.spec.name), day_path(row.spec.key, day)),
                    state(viewer, row),
                ],
                className="patrol-head",
            ),
            html.Div(spans, className="patrol-faint"),
            _who(viewer, row, told),
            _begin(viewer, row),
        ],
        className="patrol-card",
        **extra(data_state=str(row.standing)),
    )


def state(viewer: Viewer, row: RoundRow) -> Component:
    """Return how a round stands, as a badge."""
    words = viewer.say(f"cli.patrol_state.{row.standing}")
    late = row.late and row.walk is not None
    words = f"{words}, {viewer.say('cli.patrol.late')}" if late else words
    return badge(words, "bad" if late else TONES[row.standing])


def _who(viewer: Viewer, row: RoundRow, told: PatrolBoard) -> Component | None:
    if row.walk is None:
        return None
    name = told.names.get(row.walk.owner, row.walk.owner.hex[:8])
    words = viewer.say("patrol_pages.walked", name=name, left=row.left, outside=row.outside)
    mine = row.walk.owner == viewer.scope.person and row.standing is Standing.RUNNING
    go = viewer.say("patrol_said.go") if mine else viewer.say("patrol_pages.look")
    button = "button" if mine else ""
    return html.Div(
        [
            html.Div(words),
            html.P(link(go, walk_path(row.walk.patrol_round), name=button), className="patrol-go"),
        ]
    )


def _begin(viewer: Viewer, row: RoundRow) -> Component | None:
    open_ = row.walk is None and row.standing in {Standing.DUE, Standing.OVERDUE}
    if not open_ or not viewer.scope.may(Right.WORK):
        return None
    about = f"{row.spec.key}@{row.due_at.isoformat()}"
    return act_form(viewer, START, about, (), button="patrol_act.begin")


def _missed(viewer: Viewer, told: PatrolBoard, zone: ZoneInfo) -> Component:
    if not told.missed:
        return empty(viewer.say("patrol_pages.none_missed"))
    return html.Ul(
        [
            html.Li(
                [
                    link(
                        viewer.named(row.spec.name),
                        day_path(row.spec.key, local_day(row.due_at, zone)),
                    ),
                    html.Span(short_instant(viewer.language, row.due_at, zone)),
                    state(viewer, row),
                ]
            )
            for row in told.missed[:MOST_MISSED]
        ],
        className="patrol-list",
    )


def day_page(
    viewer: Viewer, answer: Answer[PatrolDay], *, zone: ZoneInfo, now: datetime
) -> Component:
    """Return the log sheet of a round and day."""
    told, today = answer.rows, local_day(now, zone)
    key, step = told.spec.key, timedelta(days=1)
    reader = reader_of(viewer, told, zone)
    log = log_sheet(told.rows)
    later = told.day < today
    steps = [
        link(viewer.say("patrol_pages.day_before"), day_path(key, told.day - step)),
        html.Strong(day_text(viewer.language, told.day)),
        link(viewer.say("patrol_pages.day_after"), day_path(key, told.day + step))
        if later
        else None,
    ]
    return page(
        viewer.named(told.spec.name),
        [
            html.Nav(steps, className="patrol-days", **extra(aria_label=viewer.say("nav.rounds"))),
            panel(
                viewer.say("patrol_pages.sheet"),
                [
                    html.Div(
                        twin_body(viewer, sheet_of(log, key, reader)), className="patrol-sheet"
                    )
                    if log.columns
                    else empty(viewer.say("patrol_pages.no_rounds")),
                    html.P(viewer.say("cli.patrol.marks"), className="subtitle"),
                    _paper(viewer, told) if log.columns else None,
                    twin(viewer, f"patrol~{key}@{told.day}", "") if log.columns else None,
                ],
                aside=data_age(viewer, answer.age_s, answer.as_of),
                name="patrol-sheet",
            ),
            _courses(viewer, told),
        ],
        name="round-day",
        crumbs=link(viewer.say("nav.rounds"), PATH),
    )


def _paper(viewer: Viewer, told: PatrolDay) -> Component:
    """Return where the sheet is as a paper."""
    return html.P(
        html.A(
            viewer.say("patrol_pages.paper"),
            href=f"/download{day_path(told.spec.key, told.day)}.pdf",
            download="",
            className="twin-file",
        ),
        className="twin-files",
    )


def _courses(viewer: Viewer, told: PatrolDay) -> Component | None:
    """Return where the course of each number leads."""
    key = told.spec.key
    numbers = [
        (stop, item)
        for stop in told.spec.stops
        for item in stop.items
        if item.kind is LogKind.NUMBER
    ]
    if not numbers:
        return None
    lines = [
        html.Li(
            link(
                f"{viewer.named(stop.name)} · {viewer.named(item.name)}",
                course_path(key, told.day, stop.key, item.key),
            )
        )
        for stop, item in numbers
    ]
    return panel(
        viewer.say("patrol_pages.courses"),
        html.Ul(lines, className="patrol-list"),
        name="patrol-courses",
    )


def reader_of(viewer: Viewer, told: PatrolDay, zone: ZoneInfo) -> SheetReader:
    """Return who reads a sheet on a page."""
    return SheetReader(
        language=viewer.language,
        zone=zone,
        name_of=lambda person: told.names.get(person, person.hex[:8]),
    )


def course_page(viewer: Viewer, answer: Answer[PatrolCourse], *, zone: ZoneInfo) -> Component:
    """Return a number over two weeks, with its limits."""
    told, item = answer.rows, answer.rows.item
    title = f"{viewer.named(told.stop.name)} · {viewer.named(item.name)}"
    texts = {"value": viewer.named(item.name), "limit": viewer.say("patrol_pages.limit")}
    label = viewer.say(
        "patrol_pages.course_label",
        name=title,
        count=len(told.values),
        outside=sum(each.outside for each in told.values),
    )
    days = f"{day_text(viewer.language, told.first)} – {day_text(viewer.language, told.last)}"
    figure = patrol_value(told, zone=zone, theme=viewer.theme, texts=texts)
    limits = f"{said_limits(item, viewer.language)} {item.unit}".strip()
    return page(
        title,
        panel(
            days,
            [
                chart(figure, chart_id="patrol-value", label=label, language=viewer.language)
                if told.values
                else empty(viewer.say("patrol_pages.nothing_read")),
                html.P(viewer.say("patrol_page.limits", limits=limits), className="subtitle")
                if limits
                else None,
                twin(
                    viewer,
                    f"patrol_value~{told.spec.key}@{told.last}@{told.stop.key}@{item.key}",
                    "",
                ),
            ],
            aside=data_age(viewer, answer.age_s, answer.as_of),
            name="patrol-course",
        ),
        name="round-value",
        crumbs=link(viewer.named(told.spec.name), day_path(told.spec.key, told.last)),
    )


def day_named(text: str) -> date | None:
    """Return the day that an address names; None where it names none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
