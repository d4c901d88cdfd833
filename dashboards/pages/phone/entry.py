"""Step 5a. From: a meter, what was typed of its display. To: the form, and what it says. Pure.

What is odd about a value is told with the reading that says so, and a second button takes it as it
is. That button carries the whole statement, so that what was told is what is entered.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from dashboards.components.pieces import extra, notice, panel
from dashboards.display_commands import Read, Typed
from dashboards.formats import instant_text, number
from dashboards.pages.meters.layout import quantity_name
from dashboards.queries.phone_rows import PhoneMeter
from dashboards.queries.rows import RegisterRow
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.metering.channel import Kind

RECORD, CONFIRM, SAID = "phone-record", "phone-confirm", "phone-entry-said"
"""Kinds of ids of the form's parts; each has its point beside."""
FIELD = "phone-entry"
FIELDS = ("quantity", "value", "at", "note")
LONGEST, LONGEST_NOTE = 60, 300


def entry_form(viewer: Viewer, meter: PhoneMeter, *, form: str) -> Component | None:
    """Return the form of a reading; None for who may enter none, or where none can be.

    Args:
        viewer: Who stands before the meter.
        meter: What is told of it.
        form: Tells this drawing of the form from every other.
    """
    counters = [row for row in meter.registers if row.kind == Kind.COUNTER]
    plate = meter.plate
    serves = plate.commissioned_at is not None and plate.retired_at is None
    if not viewer.scope.may(Right.STATE_READINGS) or not counters or not serves:
        return None
    title = viewer.say("phone.enter")
    if meter.pulses:
        return panel(title, html.P(viewer.say("phone.pulses")), name="enter")
    billed = next((row for row in counters if row.billing), counters[0])
    point = plate.point
    return panel(
        title,
        html.Div(
            [
                _register(viewer, point, counters, billed),
                _field(viewer, "value", _input(point, "value", inputMode="decimal")),
                _field(viewer, "at", _input(point, "at", type="datetime-local")),
                _field(viewer, "note", _input(point, "note", maxLength=LONGEST_NOTE)),
                html.Button(
                    viewer.say("phone.record"),
                    id={"type": RECORD, "point": point, "form": form},
                    type="button",
                    className="button phone-wide",
                    n_clicks=0,
                ),
                html.Div(id={"type": SAID, "point": point}, role="status"),
            ],
            className="phone-entry",
        ),
        name="enter",
    )


def _register(
    viewer: Viewer, point: str, counters: list[RegisterRow], billed: RegisterRow
) -> Component:
    """Return the choice of a register; hidden where there is one."""
    choice: Component = dmc.Select(
        id=_id(point, "quantity"),
        label=viewer.say("register.quantity"),
        value=billed.quantity,
        data=[
            {
                "value": row.quantity,
                "label": f"{quantity_name(viewer, row.quantity)} [{viewer.unit(row.unit)}]",
            }
            for row in counters
        ],
        allowDeselect=False,
        size="md",
    )
    return html.Div(choice, hidden=len(counters) == 1)


def _field(viewer: Viewer, name: str, control: Component) -> Component:
    return html.Label(
        [html.Span(viewer.say(f"phone.{name}")), control],
        className=f"phone-field phone-field-{name}",
    )


def _input(point: str, name: str, **how: Any) -> Component:
    said: dict[str, Any] = {"type": "text", "maxLength": LONGEST, "autoComplete": "off", **how}
    field: Component = dcc.Input(id=_id(point, name), value="", **said)
    return field


def _id(point: str, name: str) -> dict[str, str]:
    return {"type": FIELD, "point": point, "field": name}


def refused(words: str) -> Component:
    """Return why nothing was entered."""
    return notice(words, good=False)


def doubted(viewer: Viewer, typed: Typed, read: Read, *, zone: ZoneInfo) -> Component:
    """Return what is odd about a reading, and the button that takes it as it is."""
    rows = [
        html.Li(
            viewer.say(
                f"phone.doubt_{doubt.doubted}",
                other=_value(viewer, other, read),
                at=instant_text(viewer.language, doubt.at, zone),
            )
        )
        for doubt, other in zip(read.doubts, read.others, strict=True)
    ]
    value = _value(viewer, read.shown, read)
    return html.Div(
        [
            html.Strong(viewer.say("phone.doubted", value=value)),
            html.Ul(rows),
            html.P(viewer.say("phone.look_again")),
            html.Button(
                viewer.say("phone.confirm", value=value),
                id={"type": CONFIRM, "point": typed.point, "said": statement(typed, read)},
                type="button",
                className="button quiet phone-wide",
                n_clicks=0,
            ),
        ],
        className="phone-doubt",
        **extra(aria_live="assertive"),
    )


def done(viewer: Viewer, read: Read, *, zone: ZoneInfo) -> Component:
    """Return that a reading was entered."""
    value = _value(viewer, read.shown, read)
    at = instant_text(viewer.language, read.at, zone)
    words = viewer.say("phone.done", value=value, at=at)
    beside = [" ", viewer.say("phone.beside")] if read.beside else []
    return html.Div(notice("".join([words, *beside]), good=True), role="status")


def _value(viewer: Viewer, shown: str, read: Read) -> str:
    return f"{number(viewer.language, Decimal(shown))} {viewer.unit(read.unit)}"


def printable(typed: object) -> str:
    """Return what was typed without signs that nobody sees: they are no part of a remark."""
    return "".join(sign for sign in str(typed) if sign.isprintable()).strip()


def statement(typed: Typed, read: Read) -> str:
    """Return a doubted statement as the confirming button carries it."""
    return urlencode(
        {
            "quantity": typed.quantity,
            "value": typed.value,
            "at": read.at.isoformat(),
            "note": typed.note,
            "doubts": " ".join(sorted(read.doubted)),
        }
    )


def confirmed(point: str, said: str) -> tuple[Typed, frozenset[str]]:
    """Return the statement that a confirming button carries, with the doubts it was told with."""
    told = {name: printable(text) for name, text in parse_qsl(said[:2000])}
    typed = Typed(
        point=point,
        quantity=told.get("quantity", ""),
        value=told.get("value", ""),
        at=told.get("at", ""),
        note=told.get("note", ""),
    )
    return typed, frozenset(told.get("doubts", "").split())
