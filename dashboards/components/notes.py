"""In: notes and a viewer. Out: the numbered list below a figure, and the form to pin one. Pure.

What people typed is put into the page as text, never as HTML.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.components.pieces import extra
from dashboards.formats import instant_text
from dashboards.note_words import wall_text
from dashboards.queries.plan_rows import NoteRow
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.metering.pinned_note import LONGEST

TEXT, FIRST, LAST, PIN, SAID, FIGURE = (
    f"note-{name}" for name in ("text", "first", "last", "pin", "said", "figure")
)
"""Kinds of a form's parts; each has the key "about" beside."""


def note_list(viewer: Viewer, notes: Sequence[NoteRow], *, zone: ZoneInfo) -> Component | None:
    """Return the notes of a figure, each under the number of its mark; None without any."""
    if not notes:
        return None
    rows = [
        html.Li(
            [
                html.Div(note.text, className="note-text"),
                html.Div(
                    viewer.say(
                        "notes.by",
                        author=note.author,
                        about=note.about,
                        first=instant_text(viewer.language, note.first, zone),
                        last=instant_text(viewer.language, note.last, zone),
                    ),
                    className="subtitle",
                ),
            ]
        )
        for note in notes
    ]
    title = viewer.say("notes.title")
    return html.Div(
        [html.H3(title), html.Ol(rows, className="notes")],
        className="note-list",
        role="group",
        **extra(aria_label=title),
    )


def note_form(
    viewer: Viewer, about: str, *, zone: ZoneInfo, first: datetime, last: datetime
) -> Component | None:
    """Return the form that pins a note; None for who may not.

    Args:
        viewer: Who looks.
        about: What the note is pinned to, as dashboards/pages/notes.py reads it.
        zone: The site's zone.
        first: Span that is proposed.
        last: Its end.
    """
    if not viewer.scope.may(Right.PIN_NOTES):
        return None
    return html.Details(
        [
            html.Summary(viewer.say("notes.pin")),
            html.Div(
                [
                    _field(viewer, "notes.text", _text(about)),
                    _field(viewer, "notes.first", _time(FIRST, about, wall_text(first, zone))),
                    _field(viewer, "notes.last", _time(LAST, about, wall_text(last, zone))),
                    html.Button(
                        viewer.say("notes.button"),
                        id=part(PIN, about),
                        className="button",
                        type="button",
                    ),
                ],
                className="note-form",
            ),
            html.Div(id=part(SAID, about), role="status", className="note-said"),
        ],
        className="note-pin",
    )


def part(kind: str, about: str) -> dict[str, str]:
    """Return the id of a part of the form about something."""
    return {"type": kind, "about": about}


def _field(viewer: Viewer, key: str, control: Component) -> Component:
    return html.Label([html.Span(viewer.say(key)), control], className="note-field")


def _text(about: str) -> Component:
    area: Component = dcc.Textarea(
        id=part(TEXT, about), maxLength=LONGEST, rows=3, className="note-input"
    )
    return area


def _time(kind: str, about: str, value: str) -> Component:
    field: Component = dcc.Input(
        id=part(kind, about), type="text", value=value, maxLength=16, className="note-input"
    )
    return field
