"""In: notes and a viewer. Out: the numbered list below a figure, and the forms of notes. Pure.

What people typed is put into the page as text, never as HTML.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.components.pieces import extra
from dashboards.formats import day_text, instant_text
from dashboards.note_words import wall_text, whole_days
from dashboards.queries.plan_rows import NoteRow
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.metering.pinned_note import LONGEST

TEXT, FIRST, LAST, PIN, SAID, FIGURE = (
    f"note-{name}" for name in ("text", "first", "last", "pin", "said", "figure")
)
"""Kinds of a form's parts; each has the key "about" beside."""
EDIT_TEXT, EDIT_FIRST, EDIT_LAST, SAVE, WITHDRAW = (
    f"note-{name}" for name in ("edit-text", "edit-first", "edit-last", "save", "withdraw")
)
"""Kinds of what stands at a note of the list; each has "about" and "note" beside."""


def note_list(
    viewer: Viewer,
    notes: Sequence[NoteRow],
    *,
    zone: ZoneInfo,
    about: str = "",
    edit: bool = True,
) -> Component | None:
    """Return the notes of a figure, each under the number of its mark; None without any.

    Args:
        viewer: Who looks.
        notes: The notes.
        zone: The site's zone.
        about: What the form beside is about; "" where notes are only shown.
        edit: Whether they may be changed here; a figure that redraws itself would lose the words.
    """
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
                        span=_span(viewer, note, zone),
                    ),
                    className="subtitle",
                ),
                _actions(viewer, note, about, zone, edit=edit) if about else None,
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


def _span(viewer: Viewer, note: NoteRow, zone: ZoneInfo) -> str:
    """Return when a note holds; whole days by their days."""
    days = whole_days(note.first, note.last, zone)
    if days is None:
        first, last = (instant_text(viewer.language, at, zone) for at in (note.first, note.last))
    else:
        first, last = (day_text(viewer.language, day) for day in days)
    if first != last:
        return viewer.say("notes.span", first=first, last=last)
    return first if days is None else viewer.say("notes.all_day", day=first)


def _actions(
    viewer: Viewer, note: NoteRow, about: str, zone: ZoneInfo, *, edit: bool
) -> Component | None:
    """Return what the viewer may do to a note: change one's own, withdraw one's own or any."""
    own = note.by == viewer.scope.person
    if not viewer.scope.may(Right.PIN_NOTES) or not (
        own or viewer.scope.may(Right.DECIDE_READINGS)
    ):
        return None
    return html.Div(
        [
            _edit(viewer, note, about, zone) if own and edit else None,
            html.Details(
                [
                    html.Summary(viewer.say("notes.withdraw")),
                    html.Div(
                        [
                            html.Span(viewer.say("notes.withdraw_sure")),
                            html.Button(
                                viewer.say("notes.withdraw_button"),
                                id=part(WITHDRAW, about, note=note.note.hex),
                                className="button note-withdraw",
                                type="button",
                            ),
                        ],
                        className="note-sure",
                    ),
                ]
            ),
        ],
        className="note-actions",
    )


def _edit(viewer: Viewer, note: NoteRow, about: str, zone: ZoneInfo) -> Component:
    key = note.note.hex
    times = ((EDIT_FIRST, "notes.first", note.first), (EDIT_LAST, "notes.last", note.last))
    return html.Details(
        [
            html.Summary(viewer.say("notes.edit")),
            html.Div(
                [
                    _field(
                        viewer,
                        "notes.text",
                        _text(part(EDIT_TEXT, about, note=key), note.text),
                    ),
                    *(
                        _field(
                            viewer,
                            text,
                            _time(part(kind, about, note=key), wall_text(at, zone)),
                        )
                        for kind, text, at in times
                    ),
                    html.Button(
                        viewer.say("notes.save"),
                        id=part(SAVE, about, note=key, version=str(note.version)),
                        className="button note-save",
                        type="button",
                    ),
                ],
                className="note-form",
            ),
        ]
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
                    _field(viewer, "notes.text", _text(part(TEXT, about))),
                    _field(
                        viewer, "notes.first", _time(part(FIRST, about), wall_text(first, zone))
                    ),
                    _field(viewer, "notes.last", _time(part(LAST, about), wall_text(last, zone))),
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


def part(kind: str, about: str, **more: str) -> dict[str, str]:
    """Return the id of a part of the forms about something."""
    return {"type": kind, "about": about, **more}


def _field(viewer: Viewer, key: str, control: Component) -> Component:
    return html.Label([html.Span(viewer.say(key)), control], className="note-field")


def _text(identity: dict[str, str], value: str = "") -> Component:
    area: Component = dcc.Textarea(
        id=identity, value=value, maxLength=LONGEST, rows=3, className="note-input"
    )
    return area


def _time(identity: dict[str, str], value: str) -> Component:
    field: Component = dcc.Input(
        id=identity, type="text", value=value, maxLength=16, className="note-input"
    )
    return field
