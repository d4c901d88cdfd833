"""Step 5a. From: what is told of a meter. To: its page for a phone. Pure."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.alert_list import what_of
from dashboards.components.device_text import device_text
from dashboards.components.pieces import (
    Children,
    badge,
    data_age,
    empty,
    facts,
    link,
    page,
    panel,
    quality_badge,
    severity_badge,
)
from dashboards.formats import NOTHING, day_text, instant_text, short_instant
from dashboards.pages.meters.layout import quantity_name, shown_text
from dashboards.pages.phone.entry import entry_form
from dashboards.pages.phone.layout import HOME
from dashboards.queries.phone_rows import Happened, PhoneMeter, PointEvent
from dashboards.queries.rows import Answer, RegisterRow
from dashboards.viewer import Viewer
from energy.metering.channel import Kind
from energy.metering.told_check import recorded_check

METER, READING = "phone-meter", "phone-reading"
"""Kinds of ids of the page's whole and of its readings; each has its point beside."""
SOON_D = 90
"""From so many days before on something is due soon. [d]"""
OUTCOMES = {"ok": "good", "noted": "fair", "refused": "bad"}


def meter_page(
    viewer: Viewer, answer: Answer[PhoneMeter], *, zone: ZoneInfo, today: date, form: str
) -> Component:
    """Return the page of a meter.

    Args:
        viewer: Who stands before it.
        answer: What is told of it.
        zone: The site's zone.
        today: The site's local day.
        form: Tells this drawing of the form from every other.
    """
    plate = answer.rows.plate
    return page(
        plate.name,
        html.Div(
            meter_parts(viewer, answer, zone=zone, today=today, form=form),
            id={"type": METER, "point": plate.point},
            className="stack",
        ),
        name="phone-meter",
        crumbs=[link(viewer.say("phone.title"), HOME), html.Span(plate.point)],
    )


def meter_parts(
    viewer: Viewer,
    answer: Answer[PhoneMeter],
    *,
    zone: ZoneInfo,
    today: date,
    form: str,
    said: Component | None = None,
) -> list[Component | None]:
    """Return everything below the heading.

    Args:
        viewer: Who stands before it.
        answer: What is told of it.
        zone: The site's zone.
        today: The site's local day.
        form: Tells this drawing of the form from every other.
        said: What became of an entry.
    """
    meter = answer.rows
    return [
        html.Div(
            reading_panel(viewer, answer, zone=zone),
            id={"type": READING, "point": meter.plate.point},
        ),
        entry_form(viewer, meter, form=form),
        said,
        _entered(viewer, meter, zone),
        panel(viewer.say("meter.plate"), _plate(viewer, meter, today, zone), name="plate"),
        panel(viewer.say("phone.checks"), _checks(viewer, meter), name="checks"),
        panel(viewer.say("phone.events"), _events(viewer, meter, zone), name="events"),
    ]


def reading_panel(viewer: Viewer, answer: Answer[PhoneMeter], *, zone: ZoneInfo) -> Component:
    """Return the last reading of every register: the billed counter first."""
    shown = [row for row in answer.rows.registers if row.kind != Kind.COMPUTED]
    shown.sort(key=lambda row: (not row.billing, row.kind != Kind.COUNTER, row.channel))
    device = answer.rows.plate.device
    body: Children = [
        *(_register(viewer, row, zone) for row in shown),
        html.P(device_text(viewer, device), className="subtitle") if device else None,
    ]
    if not shown:
        body = empty(viewer.say("meter.computed" if answer.rows.registers else "meter.no_readings"))
    return panel(
        viewer.say("phone.last"),
        body,
        aside=data_age(viewer, answer.age_s, answer.as_of),
        name="last",
    )


def _register(viewer: Viewer, row: RegisterRow, zone: ZoneInfo) -> Component:
    value = NOTHING if row.last is None else shown_text(viewer, row.last, row.unit)
    name = html.Span(quantity_name(viewer, row.quantity))
    return html.Div(
        [
            html.Div(
                [name, quality_badge(viewer, row.quality)],
                className="phone-row",
            ),
            html.Div(value, className="phone-register" if row.billing else "phone-value"),
            html.Div(instant_text(viewer.language, row.last_at, zone), className="subtitle"),
        ],
        className="phone-reading",
    )


def _plate(viewer: Viewer, meter: PhoneMeter, today: date, zone: ZoneInfo) -> Component:
    plate = meter.plate
    where = " · ".join(part for part in (plate.place, meter.location) if part)
    commissioned = instant_text(viewer.language, plate.commissioned_at, zone)
    pairs: list[tuple[str, Children]] = [
        (viewer.say("plate.serial"), plate.serial),
        (viewer.say("plate.multiplier"), f"× {plate.multiplier}"),  # times
        (viewer.say("plate.place"), where),
        (viewer.say("plate.profile"), plate.profile),
        (viewer.say("plate.seal"), plate.seal or NOTHING),
        (viewer.say("plate.commissioned"), commissioned),
        *((viewer.say(f"cli.fact.{name}"), _due(viewer, day, today)) for name, day in meter.due),
    ]
    if plate.retired_at is not None:
        retired = instant_text(viewer.language, plate.retired_at, zone)
        pairs.append((viewer.say("plate.retired"), badge(retired, "bad")))
    whole = link(viewer.say("phone.whole"), f"/meters/{plate.point}")
    return html.Div([facts(pairs, name="plate"), html.P(whole, className="phone-more")])


def _due(viewer: Viewer, day: date, today: date) -> list[str | Component | None]:
    left = (day - today).days
    tone = "bad" if left < 0 else "fair" if left <= SOON_D else "good"
    word = viewer.say(f"phone.due_{tone}", days=abs(left))
    return [day_text(viewer.language, day), " ", badge(word, tone)]


def _entered(viewer: Viewer, meter: PhoneMeter, zone: ZoneInfo) -> Component | None:
    """Return what people read from the display; None where nobody did."""
    if not meter.entered:
        return None
    rows = [
        html.Li(
            [
                html.Div(
                    [
                        html.Strong(shown_text(viewer, row.value, row.unit)),
                        html.Span(short_instant(viewer.language, row.at, zone)),
                    ],
                    className="card-head",
                ),
                html.Div(
                    " · ".join(
                        part for part in (quantity_name(viewer, row.quantity), row.by) if part
                    ),
                    className="card-what",
                ),
                html.Div(row.note, className="card-what") if row.note else None,
            ]
        )
        for row in meter.entered
    ]
    return panel(viewer.say("phone.entered"), html.Ul(rows, className="cards"), name="entered")


def _checks(viewer: Viewer, meter: PhoneMeter) -> Children:
    """Return the checks of the last act as its record keeps them."""
    if not meter.checks:
        return empty(viewer.say("phone.no_checks"))
    rows = []
    for check in meter.checks:
        name, outcome, text = recorded_check(viewer.language, check)
        word = viewer.say(f"field_sheet.outcome.{outcome}") if outcome in OUTCOMES else outcome
        rows.append(
            html.Li(
                [
                    html.Div(
                        [html.Span(name), badge(word, OUTCOMES.get(outcome, "calm"))],
                        className="card-head",
                    ),
                    html.Div(text, className="card-what"),
                ]
            )
        )
    return html.Ul(rows, className="cards")


def _events(viewer: Viewer, meter: PhoneMeter, zone: ZoneInfo) -> Children:
    if not meter.events:
        return empty(viewer.say("phone.no_events"))
    rows = [
        html.Li(
            [
                html.Div(
                    [
                        html.Span(_event(viewer, event)),
                        severity_badge(viewer, event.severity)
                        if event.happened is Happened.ALERT
                        else None,
                    ],
                    className="card-head",
                ),
                html.Div(short_instant(viewer.language, event.at, zone), className="card-what"),
            ]
        )
        for event in meter.events
    ]
    return html.Ul(rows, className="cards")


def _event(viewer: Viewer, event: PointEvent) -> str:
    what = what_of(viewer, event.what, event.code)
    return viewer.say(f"phone.event_{event.happened}", what=what, multiplier=event.multiplier)
