"""Step 5a. From: news, or a pressed button of the sound. To: it done, each screen anew. I/O."""

from __future__ import annotations

from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, no_update
from dash.development.base_component import Component

from dashboards.components.sound import EVERY, SOUND, SOUND_ACT, Hearing, sound_strip
from dashboards.pages.parts import Parts
from dashboards.pages.sound.hearing import hearing_of
from dashboards.pages.sound.layout import every_screen
from dashboards.pages.subjects import id_named, unknown_subject
from dashboards.shell import LIVE
from dashboards.told import refusal_text
from dashboards.viewer import Viewer, current_viewer
from energy.base.errors import EnergyError


def register(app: Dash, parts: Parts) -> None:
    """Add the callback of every screen's sound to the app."""

    @app.callback(
        Output({"type": SOUND, "screen": ALL}, "children"),
        Input(LIVE, "data"),
        Input({"type": SOUND_ACT, "act": ALL, "about": ALL, "at": ALL}, "n_clicks"),
        State({"type": SOUND, "screen": ALL}, "id"),
    )
    def refresh(_live: str, _clicks: Any, holders: list[dict[str, str]]) -> Any:
        if not holders:
            return no_update
        viewer, pressed = current_viewer(), ctx.triggered_id
        names = [each["screen"] for each in holders]
        viewer.scope.demand_screen(names)
        at, refusal = "", None
        if isinstance(pressed, dict) and ctx.triggered[0]["value"]:
            at, refusal = pressed["at"], perform(parts, viewer, pressed["act"], pressed["about"])
        hearing = hearing_of(parts, viewer)
        return [_drawn(viewer, hearing, name, refusal if name == at else None) for name in names]


def _drawn(viewer: Viewer, hearing: Hearing, name: str, refusal: str | None) -> list[Component]:
    if name == EVERY:
        return every_screen(viewer, hearing, refusal=refusal)
    return sound_strip(viewer, hearing, name, refusal=refusal)


def perform(parts: Parts, viewer: Viewer, act: str, about: str) -> str | None:
    """Do what a button of the sound says and wait for it; return why not, None when done."""
    commands, scope = parts.commands.sound, viewer.scope
    subject, _, seen = about.rpartition("@")
    try:
        match act:
            case "begin":
                done = commands.begin_test(scope, subject, seen=seen)
            case "hear":
                done = commands.hear(scope, id_named(about))
            case "silence" if subject.isdecimal() and len(subject) <= 3:
                done = commands.silence(scope, int(subject), seen=seen)
            case "resume":
                done = commands.resume(scope, seen=about)
            case _:
                raise unknown_subject()
    except EnergyError as error:
        return refusal_text(viewer.language, error)
    parts.queries.await_change(scope, done)
    return None
