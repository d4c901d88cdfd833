"""Step 5a. From: a form that pins a note. To: the answer, and the figure anew. I/O by ports.

What a form is about is a text: "point/KEY" on the page of a metering point, "site/KEY" on the
overview (the place that holds all others), "plan/YEAR/NODE" on the page of a plan.
"""

from __future__ import annotations

from dash import MATCH, Dash, Input, Output, State, ctx
from dash.development.base_component import Component

from dashboards.components.notes import FIGURE, FIRST, LAST, PIN, SAID, TEXT
from dashboards.components.pieces import notice
from dashboards.note_words import wall_instant
from dashboards.pages.meters.layout import usage_parts
from dashboards.pages.parts import Parts
from dashboards.pages.plan.layout import plan_panels
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
            return notice(error.told(viewer.language), good=False)
        return notice(viewer.say("notes.pinned"), good=True)

    @app.callback(
        Output({"type": FIGURE, "about": MATCH}, "children"),
        Input({"type": SAID, "about": MATCH}, "children"),
        State({"type": FIGURE, "about": MATCH}, "id"),
        prevent_initial_call=True,
    )
    def redraw(_said: Component, figure: dict[str, str]) -> Children:
        return figure_of(parts, current_viewer(), figure["about"])


def pin_note(parts: Parts, viewer: Viewer, about: str, text: str, first: str, last: str) -> None:
    """Pin what was typed, and wait until it is seen.

    Raises:
        PinnedNoteError: It cannot be pinned.
        NotPermittedError: The person has no role at the site.
    """
    zone = parts.settings.zone
    kind, _, key = about.partition("/")
    place, point = "", ""
    if kind == "point":
        point = key
    elif kind == "plan":
        place, point = _pinned_to(key)
    elif kind == "site":
        place = key
    words = NoteWords.checked(
        text=text,
        first=wall_instant(first, zone),
        last=wall_instant(last, zone, last=True),
        place=place,
        point=point,
    )
    note = parts.commands.pin_note(viewer.scope, words)
    parts.queries.await_note(viewer.scope, note)


def _pinned_to(key: str) -> tuple[str, str]:
    """Return the place of "2026/place:hall".

    Raises:
        PinnedNoteError: The node is no place.
    """
    node = PlanNode.named(key.partition("/")[2])
    if node.kind is not NodeKind.PLACE:
        raise PinnedNoteError.of("note.about_nothing")
    return node.key, ""


def figure_of(parts: Parts, viewer: Viewer, about: str) -> Children:
    """Return the figure of a form anew."""
    kind, _, key = about.partition("/")
    zone = parts.settings.zone
    if kind == "point":
        answer = parts.queries.meter(viewer.scope, key)
        return [] if answer is None else usage_parts(viewer, answer, zone=zone)
    year, _, node = key.partition("/")
    plan = parts.queries.plan(viewer.scope, PlanNode.named(node), int(year))
    return [] if plan is None else plan_panels(viewer, plan, zone=zone)
