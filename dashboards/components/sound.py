"""In: what is heard at a site. Out: what one screen plays and says of it. Pure.

Tones are made and time is counted by assets/sound.js: a page whose server is gone goes on sounding,
and ends a silence by itself. What stands here in data attributes is all that it knows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.pieces import extra, icon, notice
from dashboards.formats import clock_text
from dashboards.queries.sound_rows import SilenceTold, SoundBoard
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.alerting.severity import AlertSeverity
from energy.alerting.sounding.silence import LONGEST_MIN
from energy.alerting.sounding.sound_test import PATIENCE
from energy.base.period import Period

SOUND, SOUND_ACT = "sound", "sound-act"
"""Kinds of the holder of a screen's sound, and of its buttons."""
EVERY = "every"
"""Name of the holder that lists every screen."""
FRESH = timedelta(seconds=90)
"""How long after its begin a test is still played by a screen that hears of it late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """What is heard at a site now."""

    board: SoundBoard
    shift: Period
    zone: ZoneInfo
    now: datetime


def holder(screen: str, children: list[Component] | None = None) -> Component:
    """Return what the sound of a screen stands in; callbacks fill it."""
    made: Component = html.Div(
        children or [],
        id={"type": SOUND, "screen": screen},
        className="sound stack" if screen == EVERY else "sound",
    )
    return made


def act_button(act: str, about: str, at: str, words: str, *, quiet: bool = False) -> Component:
    """Return a button of the sound.

    Args:
        act: What it does, see pages/sound/callbacks.py.
        about: What it does it to.
        at: Holder that it stands in: two may show the same button.
        words: Its words.
        quiet: Whether it steps back behind another one.
    """
    made: Component = html.Button(
        words,
        id={"type": SOUND_ACT, "act": act, "about": about, "at": at},
        className=f"button sound-{act}{' quiet' if quiet else ''}",
        type="button",
        n_clicks=0,
    )
    return made


def sound_strip(
    viewer: Viewer, hearing: Hearing, screen: str, *, refusal: str | None = None
) -> list[Component]:
    """Return what one screen plays and says: off in red, on, silent with the time left."""
    board, now = hearing.board, hearing.now
    heard = board.heard(screen, hearing.shift.start)
    begun = board.begun(screen, now - PATIENCE)
    fresh = begun is not None and now - begun.begun_at <= FRESH
    left = board.silence.left_s(now) if board.silence else 0
    return [
        html.Div(
            [
                _off(viewer, hearing),
                html.Span(
                    [
                        icon("sound"),
                        html.Strong(viewer.say("sound.on")),
                        html.Span(
                            viewer.say(
                                "sound.tested",
                                at=clock_text(viewer.language, heard.heard_at, hearing.zone),
                                by=heard.heard_by,
                            )
                            if heard and heard.heard_at
                            else "",
                            className="sound-who",
                        ),
                    ],
                    className="sound-says sound-is-on",
                ),
                _silent(viewer, board.silence, left),
                html.Div(_buttons(viewer, hearing, screen, left), className="sound-buttons"),
                notice(refusal, good=False) if refusal else None,
            ],
            className="sound-strip",
            role="group",
            **extra(
                aria_label=viewer.say("sound.title"),
                data_stamp=str(int(now.timestamp() * 1000)),
                data_alarm=loudest(board),
                data_left=str(left),
                data_due="" if heard else "1",
                data_due_in=str(int((hearing.shift.end - now).total_seconds())),
                data_test=str(begun.test) if begun and fresh else "",
            ),
        )
    ]


def loudest(board: SoundBoard) -> str:
    """Return the worst severity that is to be heard; "" for none."""
    heard = {severity for _, severity in board.sounding}
    return next((str(each) for each in AlertSeverity if str(each) in heard), "")


def test_acts(viewer: Viewer, hearing: Hearing, screen: str, at: str) -> list[Component]:
    """Return the buttons of a screen's test, for who may press them."""
    if not viewer.scope.may(Right.ACKNOWLEDGE):
        return []
    begun = hearing.board.begun(screen, hearing.now - PATIENCE)
    if begun is not None:
        return [act_button("hear", str(begun.test), at, viewer.say("sound.heard"))]
    seen = hearing.board.test_seen(screen)
    quiet = hearing.board.heard(screen, hearing.shift.start) is not None
    words = viewer.say("sound.test")
    return [act_button("begin", f"{screen}@{seen}", at, words, quiet=quiet)]


def silence_acts(
    viewer: Viewer, board: SoundBoard, left: int, at: str, *minutes: int
) -> list[Component]:
    """Return the buttons that begin or end a silence, for who may press them."""
    if not viewer.scope.may(Right.ACKNOWLEDGE):
        return []
    seen = board.silence_seen
    if left:
        return [act_button("resume", seen, at, viewer.say("sound.resume"), quiet=True)]
    return [
        act_button(
            "silence",
            f"{each}@{seen}",
            at,
            f"{viewer.say('sound.silence')} {viewer.say('sound.minutes', minutes=each)}",
            quiet=True,
        )
        for each in minutes
    ]


def _off(viewer: Viewer, hearing: Hearing) -> Component:
    since = clock_text(viewer.language, hearing.shift.start, hearing.zone)
    return html.Span(
        [
            icon("sound-off"),
            html.Strong(viewer.say("sound.off")),
            html.Span(viewer.say("sound.due", at=since), className="sound-who sound-if-due"),
            html.Span(viewer.say("sound.blocked"), className="sound-who sound-if-blocked"),
        ],
        className="sound-says sound-is-off",
        role="status",
    )


def _silent(viewer: Viewer, silence: SilenceTold | None, left: int) -> Component | None:
    if silence is None or not left:
        return None
    return html.Span(
        [
            icon("sound-off"),
            html.Span(viewer.say("sound.silent", by=silence.by)),
            html.Strong(clock_of(left), className="sound-left"),
        ],
        className="sound-says sound-is-silent",
    )


def clock_of(seconds: int) -> str:
    """Return a short time as minutes and seconds; assets/sound.js counts it down."""
    return f"{seconds // 60}:{seconds % 60:02d}"


def _buttons(viewer: Viewer, hearing: Hearing, screen: str, left: int) -> list[Component]:
    made = test_acts(viewer, hearing, screen, screen)
    unlock = html.Button(
        viewer.say("sound.play"), type="button", className="button sound-unlock sound-if-blocked"
    )
    made += silence_acts(viewer, hearing.board, left, screen, LONGEST_MIN)
    if not viewer.scope.may(Right.ACKNOWLEDGE):
        made.append(html.Span(viewer.say("sound.from_desk"), className="sound-who sound-if-due"))
    return [unlock, *made]
