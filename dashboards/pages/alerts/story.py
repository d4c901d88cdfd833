"""Step 5a. From: one alert's story. To: the layout of its page. Pure."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.alert_grid import now_text
from dashboards.components.alert_list import acknowledge_button, alert_state, alert_what
from dashboards.components.outage_pieces import PATH as OUTAGES
from dashboards.components.outage_pieces import plan_path
from dashboards.components.pieces import (
    Children,
    chart,
    data_age,
    empty,
    facts,
    link,
    page,
    panel,
    severity_badge,
    table,
)
from dashboards.components.twin import twin
from dashboards.figures.alert_value import alert_value
from dashboards.formats import NOTHING, STEP_UP, gauge_text, instant_text, short_instant
from dashboards.pages.alerts.forms import acts_panel
from dashboards.pages.alerts.layout import said
from dashboards.pages.incidents.forms import alert_panel
from dashboards.pages.notices.told import told_panel
from dashboards.queries.alert_rows import AlertEvent, AlertStory
from dashboards.queries.rows import AlertRow, Answer
from dashboards.queries.work_rows import AlertIncident
from dashboards.viewer import Viewer
from energy.alerting.suppression import Why

STORY = "alert-story"


def story_page(
    viewer: Viewer,
    answer: Answer[AlertStory],
    work: AlertIncident,
    *,
    zone: ZoneInfo,
    now: datetime,
) -> Component:
    """Return the page of an alert."""
    row = answer.rows.row
    return page(
        alert_what(viewer, row),
        [
            html.Div(
                story(viewer, answer, zone=zone, now=now, refusal=None),
                id={"type": STORY, "alert": str(row.alert)},
                className="stack",
            ),
            alert_panel(viewer, row.alert, work, alert_what(viewer, row)),
            _value(viewer, answer.rows, zone),
        ],
        name="alert",
        crumbs=[link(viewer.say("nav.alerts"), "/alerts"), html.Span(row.meter)],
    )


def story(
    viewer: Viewer,
    answer: Answer[AlertStory],
    *,
    zone: ZoneInfo,
    now: datetime,
    refusal: str | None,
) -> list[Component | None]:
    """Return what changes by an act: how the alert stands, what to do, children, history."""
    row = answer.rows.row
    return [
        panel(
            viewer.say("alert_grid.state"),
            [
                _facts(viewer, row, zone, now),
                _outages(viewer, answer.rows),
                _camera(viewer, answer.rows),
                _press(viewer, row),
                said(refusal),
            ],
            aside=data_age(viewer, answer.age_s, answer.as_of),
            name="alert-state",
        ),
        acts_panel(viewer, answer.rows),
        told_panel(viewer, row, answer.rows.told, zone),
        _children(viewer, answer.rows, zone),
        _history(viewer, answer.rows, zone),
    ]


def _facts(viewer: Viewer, row: AlertRow, zone: ZoneInfo, now: datetime) -> Component:
    unit = viewer.unit(row.unit)
    pairs: list[tuple[str, Children]] = [
        (viewer.say("alert_grid.severity"), severity_badge(viewer, row.severity)),
        (viewer.say("alert_grid.state"), alert_state(viewer, row, zone)),
        (viewer.say("alert_grid.raised"), instant_text(viewer.language, row.raised_at, zone)),
        (viewer.say("alert_grid.owner"), row.assigned_to or row.acknowledged_by or NOTHING),
        (viewer.say("alert_grid.place"), row.place or NOTHING),
        (
            viewer.say("alert_grid.meter"),
            link(row.meter, f"/meters/{row.point}") if row.point else row.meter or NOTHING,
        ),
    ]
    if not row.code:
        for name, value in (("value", row.value), ("limit", row.limit)):
            pairs.append(
                (viewer.say(f"alert_grid.{name}"), gauge_text(viewer.language, value, unit))
            )
        pairs.append((viewer.say("alert_page.now_value"), now_text(viewer, row, now)))
    if row.historic:
        pairs.append((viewer.say("alert_page.historic"), NOTHING))
    return facts(pairs + _life(viewer, row, zone), name="alert-facts")


def _life(viewer: Viewer, row: AlertRow, zone: ZoneInfo) -> list[tuple[str, Children]]:
    """Return what is known of an alert's life beside how it stands."""

    def at(instant: datetime) -> str:
        return instant_text(viewer.language, instant, zone)

    pairs: list[tuple[str, Children]] = []
    if row.acknowledged_at is not None and row.assigned_to is not None:
        pairs.append((viewer.say("alert_page.acknowledged"), row.acknowledged_by))
    if row.lost_at is not None:
        words = viewer.say("alert_page.unknown", at=at(row.lost_at))
        pairs.append((viewer.say("alert_event.lost"), words))
    if row.shelved_until is not None:
        words = viewer.say(
            "alert_page.shelf_by",
            at=at(row.shelved_until),
            person=row.shelved_by or "?",
            reason=row.shelf_reason,
        )
        pairs.append((viewer.say("alert_page.shelf"), words))
    if row.level:
        pairs.append((viewer.say("alert_page.level"), str(row.level)))
    if row.parent is not None:
        to = link(viewer.say("alert_page.to_parent"), f"/alerts/{row.parent}")
        pairs.append((viewer.say("alert_page.parent"), to))
    if row.cause:
        words = ", ".join(filter(None, (viewer.say(f"alert_cause.{row.cause}"), row.words)))
        pairs.append((viewer.say("alert_page.cause"), f"{words} ({row.closed_by or '?'})"))
    return pairs


def _camera(viewer: Viewer, told: AlertStory) -> Component | None:
    """Return the way to the camera that shows the place; it opens beside this page."""
    if not told.camera:
        return None
    away = html.A(
        viewer.say("alert_page.camera"),
        href=told.camera,
        target="_blank",
        rel="noopener noreferrer",
        className="link",
    )
    return html.P(away, className="line-ways alert-camera")


def _outages(viewer: Viewer, told: AlertStory) -> Component | None:
    """Return the ways to the planned outage that expects it, and to who goes dark with its node."""
    ways: list[Component] = []
    if Why.OUTAGE in told.row.suppressed:
        ways.append(link(viewer.say("outage_ways.expected"), OUTAGES))
    if told.node is not None:
        ways.append(link(viewer.say("outage_ways.from_node"), plan_path(*told.node)))
    return html.P(ways, className="line-ways alert-outages") if ways else None


def _press(viewer: Viewer, row: AlertRow) -> Component | None:
    free = row.acknowledged_at is None and row.closed_at is None
    return acknowledge_button(viewer, row) if free else None


def _children(viewer: Viewer, told: AlertStory, zone: ZoneInfo) -> Component | None:
    if not told.children:
        return None
    heads = [viewer.say(f"alert_grid.{name}") for name in ("what", "meter", "raised", "state")]
    rows: list[list[Children]] = [
        [
            link(alert_what(viewer, row), f"/alerts/{row.alert}"),
            row.meter or NOTHING,
            short_instant(viewer.language, row.raised_at, zone),
            alert_state(viewer, row, zone),
        ]
        for row in told.children
    ]
    return panel(
        viewer.say("alert_page.children", count=told.row.children),
        table(heads, rows, name="alert-children"),
        name="alert-children",
    )


def _history(viewer: Viewer, told: AlertStory, zone: ZoneInfo) -> Component:
    names = ("at", "event", "said", "person")
    heads = [viewer.say(f"alert_page.{name}") for name in names]
    heads += [f">{viewer.say('alert_grid.value')}", f">{viewer.say('alert_page.position')}"]
    unit = viewer.unit(told.row.unit)
    rows: list[list[Children]] = [
        [
            instant_text(viewer.language, event.at, zone),
            event_word(viewer, event),
            event_said(viewer, event, zone) or NOTHING,
            event.person or NOTHING,
            NOTHING if event.value is None else gauge_text(viewer.language, event.value, unit),
            str(event.position),
        ]
        for event in told.events
    ]
    return panel(
        viewer.say("alert_page.history"),
        [
            table(heads, rows, name="alert-history"),
            twin(viewer, f"alert_history~{told.row.alert}", ""),
        ],
        name="alert-history",
    )


def event_word(viewer: Viewer, event: AlertEvent) -> str:
    """Return the word for an entry of the journal."""
    return viewer.say(f"alert_event.{event.what}")


def event_said(viewer: Viewer, event: AlertEvent, zone: ZoneInfo) -> str:
    """Return the reason, cause or end that an entry tells; "" where it tells none."""
    until = "" if event.until is None else instant_text(viewer.language, event.until, zone)
    code = viewer.say(event.code) if event.code else ""
    return ", ".join(filter(None, (code, until, event.said)))


def _value(viewer: Viewer, told: AlertStory, zone: ZoneInfo) -> Component:
    title = viewer.say("alert_page.value")
    if told.row.code:
        body: list[Component] = [
            empty(viewer.say("alert_page.unknown_value")),
            html.P(link(viewer.say("alert_page.to_review"), "/review")),
        ]
        return panel(title, body, name="alert-value")
    if not told.readings:
        return panel(title, empty(viewer.say("alert_page.value_none")), name="alert-value")
    unit, scale = scale_of(viewer, told.row)
    figure = alert_value(
        told,
        zone=zone,
        theme=viewer.theme,
        scale=scale,
        texts={
            "value": viewer.say("alert_grid.value"),
            "limit": viewer.say("alert_grid.limit"),
            "raised": viewer.say("alert_event.raised"),
            "cleared": viewer.say("alert_event.cleared"),
            "unit": unit,
        },
    )
    return panel(
        title,
        [
            html.P(viewer.say("alert_page.value_what"), className="subtitle"),
            chart(
                figure,
                chart_id="alert-value",
                label=_summary(viewer, told),
                language=viewer.language,
            ),
            twin(viewer, f"alert_value~{told.row.alert}", ""),
        ],
        name="alert-value",
    )


def scale_of(viewer: Viewer, row: AlertRow) -> tuple[str, Decimal]:
    """Return the unit that values are drawn in, and what they are divided by."""
    large = row.unit == "W" and abs(row.limit) >= STEP_UP * 1000
    return ("kW", Decimal(1000)) if large else (viewer.unit(row.unit), Decimal(1))


def _summary(viewer: Viewer, told: AlertStory) -> str:
    unit = viewer.unit(told.row.unit)
    ends = {
        "least": min(reading.least for reading in told.readings),
        "greatest": max(reading.greatest for reading in told.readings),
        "limit": told.row.limit,
    }
    texts = {name: gauge_text(viewer.language, value, unit) for name, value in ends.items()}
    return viewer.say("alert_page.summary", rule=alert_what(viewer, told.row), **texts)
