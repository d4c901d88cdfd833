"""Step 5a. From: what is heard at the site. To: the page that lists its screens. Pure."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboards.components.pieces import Children, badge, empty, link, notice, page, panel, table
from dashboards.components.sound import (
    EVERY,
    Hearing,
    clock_of,
    holder,
    silence_acts,
    test_acts,
)
from dashboards.formats import clock_text
from dashboards.viewer import Viewer
from energy.alerting.sounding.silence import LONGEST_MIN
from energy.alerting.sounding.sound_test import PATIENCE


def sound_page(viewer: Viewer, hearing: Hearing) -> Component:
    """Return the page."""
    return page(
        viewer.say("sound.title"),
        [holder(EVERY, every_screen(viewer, hearing))],
        name="sound",
        crumbs=[link(viewer.say("nav.alerts"), "/alerts")],
    )


def every_screen(
    viewer: Viewer, hearing: Hearing, *, refusal: str | None = None
) -> list[Component]:
    """Return the silence, and each screen with its test in this shift."""
    return [
        *([notice(refusal, good=False)] if refusal else []),
        panel(viewer.say("sound.silence"), _silence(viewer, hearing), name="silence"),
        panel(
            viewer.say("sound.test"),
            [html.P(viewer.say("sound.what"), className="subtitle"), _screens(viewer, hearing)],
            aside=html.Span(
                viewer.say(
                    "sound.shift",
                    first=clock_text(viewer.language, hearing.shift.start, hearing.zone),
                    last=clock_text(viewer.language, hearing.shift.end, hearing.zone),
                ),
                className="data-age",
            ),
            name="sound-tests",
        ),
    ]


def _silence(viewer: Viewer, hearing: Hearing) -> list[Component]:
    silence = hearing.board.silence
    left = silence.left_s(hearing.now) if silence else 0
    says: Children = viewer.say("sound.not_silent")
    if silence is not None and left:
        says = [
            viewer.say("sound.silent", by=silence.by),
            " ",
            html.Strong(clock_of(left), className="sound-left"),
        ]
    buttons = silence_acts(viewer, hearing.board, left, EVERY, 2, 5, LONGEST_MIN)
    return [
        html.P(says, className="sound-now"),
        html.P(viewer.say("sound.silence_what", most=LONGEST_MIN), className="subtitle"),
        html.Div(buttons, className="sound-buttons"),
    ]


def _screens(viewer: Viewer, hearing: Hearing) -> Component:
    board = hearing.board
    if not board.screens:
        return empty(viewer.say("sound.none"))
    rows: list[list[Children]] = [
        [
            [screen.partition("/")[2], _here(viewer, screen)],
            viewer.say(f"admin.kind.{'desk' if screen.startswith('desk/') else 'kiosk'}"),
            _state(viewer, hearing, screen),
            html.Div(test_acts(viewer, hearing, screen, EVERY), className="sound-buttons"),
        ]
        for screen in board.screens
    ]
    heads = [viewer.say("sound.screen"), "", viewer.say("sound.state"), ""]
    return table(heads, rows, name="screens")


def _here(viewer: Viewer, screen: str) -> str:
    return f" · {viewer.say('sound.here')}" if screen == viewer.scope.screen else ""


def _state(viewer: Viewer, hearing: Hearing, screen: str) -> list[Component]:
    """Return how the test of a screen stands in this shift."""

    def told(key: str, at: object, by: str) -> Component:
        made: Component = html.Span(viewer.say(key, at=at, by=by), className="sound-who")
        return made

    heard = hearing.board.heard(screen, hearing.shift.start)
    if heard is not None and heard.heard_at is not None:
        at = clock_text(viewer.language, heard.heard_at, hearing.zone)
        return [badge(viewer.say("sound.on"), "good"), told("sound.tested", at, heard.heard_by)]
    found: list[Component] = [badge(viewer.say("sound.missing"), "bad")]
    begun = hearing.board.begun(screen, hearing.now - PATIENCE)
    if begun is not None:
        at = clock_text(viewer.language, begun.begun_at, hearing.zone)
        found.append(told("sound.waiting", at, begun.begun_by))
    return found
