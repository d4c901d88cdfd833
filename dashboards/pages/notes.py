"""Step 5a. From: a form that pins or changes a note. To: the answer, the figure anew. I/O by ports.

What a form is about is a text: "point/KEY" on the page of a metering point, "site/KEY" on the
overview (the place that holds all others), "plan/YEAR/NODE" on the page of a plan.
"""

from __future__ import annotations

from datetime import MAXYEAR, MINYEAR

from dash import ALL, MATCH, Dash, Input, NoUpdate, Output, State, ctx, no_update
from dash.development.base_component import Component

from dashboards.components.notes import (
    EDIT_FIRST,
    EDIT_LAST,
    EDIT_TEXT,
    FIGURE,
    FIRST,
    LAST,
    PIN,
    SAID,
    SAVE,
    TEXT,
    WITHDRAW,
)
from dashboards.components.pieces import notice
from dashboards.note_words import wall_instant
from dashboards.pages.meters.layout import usage_parts
from dashboards.pages.parts import Parts
from dashboards.pages.plan.layout import plan_panels
from dashboards.pages.subjects import id_named, number_named
from dashboards.told import refusal_text
from dashboards.viewer import Viewer, current_viewer
from energy.base.errors import EnergyError
from energy.metering.pinned_note import NoteWords, PinnedNoteError
from energy.metering.plans.plan import NodeKind, PlanNode

Children = list[Component]


def register(app: Dash, parts: Parts) -> None:
    """Add the callbacks of the forms to the app."""

    @app.callback(
        Output({"type": SAID, "about": MATCH}, "children"),
        Input({"type": PIN, "about": MATCH}, "n_clicks"),
        State({"type": TEXT, "about": MATCH}, "value"),
        State({"type": FIRST, "about": MATCH}, "value"),
        State({"type": LAST, "about": MATCH}, "value"),
        prevent_initial_call=True,
    )
    def pin(_clicks: int, text: str | None, first: str | None, last: str | None) -> Component:
        viewer = current_viewer()
        pressed = ctx.triggered_id
        assert pressed is not None, "a button was pressed"
        try:
            pin_note(parts, viewer, pressed["about"], text or "", first or "", last or "")
        except EnergyError as error:
            return notice(refusal_text(viewer.language, error), good=False)
        return notice(viewer.say("notes.pinned"), good=True)

    @app.callback(
        Output({"type": SAID, "about": MATCH}, "children", allow_duplicate=True),
        Input({"type": SAVE, "about": MATCH, "note": ALL, "version": ALL}, "n_clicks"),
        Input({"type": WITHDRAW, "about": MATCH, "note": ALL}, "n_clicks"),
        State({"type": EDIT_TEXT, "about": MATCH, "note": ALL}, "value"),
        State({"type": EDIT_FIRST, "about": MATCH, "note": ALL}, "value"),
        State({"type": EDIT_LAST, "about": MATCH, "note": ALL}, "value"),
        prevent_initial_call=True,
    )
    def change(*_typed: list[str]) -> Component | NoUpdate:
        viewer, pressed = current_viewer(), ctx.triggered_id
        if not isinstance(pressed, dict) or not ctx.triggered[0]["value"]:
            return no_update  # buttons that came with a new list were not pressed
        try:
            if pressed["type"] == WITHDRAW:
                said = "notes.withdrawn"
                position = parts.commands.withdraw_note(viewer.scope, id_named(pressed["note"]))
            else:
                said = "notes.saved"
                position = edit_note(parts, viewer, pressed, _typed_at(pressed["note"]))
        except EnergyError as error:
            return notice(refusal_text(viewer.language, error), good=False)
        parts.queries.await_change(viewer.scope, position)
        return notice(viewer.say(said), good=True)

    @app.callback(
        Output({"type": FIGURE, "about": MATCH}, "children"),
        Input({"type": SAID, "about": MATCH}, "children"),
        State({"type": FIGURE, "about": MATCH}, "id"),
        prevent_initial_call=True,
    )
    def redraw(_said: Component, figure: dict[str, str]) -> Children:
        return figure_of(parts, current_viewer(), figure["about"])


def _typed_at(note: str) -> tuple[str, str, str]:
    """Return the words and times typed at a note, of all that the request carries."""
    typed = [
        next((str(each.get("value") or "") for each in field if each["id"]["note"] == note), "")
        for field in ctx.states_list
    ]
    return typed[0], typed[1], typed[2]


def pin_note(parts: Parts, viewer: Viewer, about: str, text: str, first: str, last: str) -> None:
    """Pin what was typed, and wait until it is seen.

    Raises:
        PinnedNoteError: It cannot be pinned.
        NotPermittedError: The person has no role at the site.
    """
    words = _words(parts, viewer, about, (text, first, last))
    note = parts.commands.pin_note(viewer.scope, words)
    parts.queries.await_note(viewer.scope, note)


def edit_note(
    parts: Parts, viewer: Viewer, pressed: dict[str, str], typed: tuple[str, str, str]
) -> int:
    """Let a note say what was typed; return the position in the journal.

    Raises:
        PinnedNoteError: It cannot say that, or is another person's.
        NotPermittedError: The person has no role at the site.
    """
    words = _words(parts, viewer, pressed["about"], typed)
    note, version = id_named(pressed["note"]), number_named(pressed["version"])
    return parts.commands.edit_note(viewer.scope, note, version, words)


def _words(parts: Parts, viewer: Viewer, about: str, typed: tuple[str, str, str]) -> NoteWords:
    zone = parts.settings.zone
    text, first, last = typed
    kind, _, key = about.partition("/")
    place, point = "", ""
    if kind == "point":
        point = key
    elif kind == "plan":
        place, point = _pinned_to(parts, viewer, key)
    elif kind == "site":
        place = key
    return NoteWords.checked(
        text=text,
        first=wall_instant(first, zone),
        last=wall_instant(last, zone, last=True),
        place=place,
        point=point,
        zone=zone,
    )


def _pinned_to(parts: Parts, viewer: Viewer, key: str) -> tuple[str, str]:
    """Return the place of "2026/place:hall", or the point of "2026/supply:feeder-1".

    Raises:
        PinnedNoteError: The node is no place, nor measured by one point.
    """
    year, _, name = key.partition("/")
    node = PlanNode.named(name)
    if node.kind is NodeKind.PLACE:
        return node.key, ""
    plan = parts.queries.plan(viewer.scope, node, _year(year))
    if plan is None or not plan.rows.point:
        raise PinnedNoteError.of("note.about_nothing")
    return "", plan.rows.point


def _year(text: str) -> int:
    return number_named(text, least=MINYEAR, most=MAXYEAR - 1)


def figure_of(parts: Parts, viewer: Viewer, about: str) -> Children:
    """Return the figure of a form anew."""
    kind, _, key = about.partition("/")
    zone = parts.settings.zone
    if kind == "point":
        answer = parts.queries.meter(viewer.scope, key)
        return [] if answer is None else usage_parts(viewer, answer, zone=zone)
    year, _, node = key.partition("/")
    plan = parts.queries.plan(viewer.scope, PlanNode.named(node), _year(year))
    return [] if plan is None else plan_panels(viewer, plan, zone=zone)
