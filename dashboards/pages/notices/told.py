"""Step 5a. From: who was told of an alert. To: the panel on the alert's page. Pure."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.pieces import Children, badge, empty, panel, table
from dashboards.components.twin import twin
from dashboards.formats import NOTHING, instant_text, short_instant
from dashboards.pages.notices.words import by_what, kind_word, person_of, progress, way_word
from dashboards.queries.notice_rows import AlertTold
from dashboards.queries.rows import AlertRow
from dashboards.viewer import Viewer

HEADS = ("queued", "about", "person", "by", "state")
GOOD_REPLIES = frozenset({"acknowledged", "seen_already"})


def told_panel(viewer: Viewer, row: AlertRow, told: AlertTold, zone: ZoneInfo) -> Component:
    """Return who was told of an alert, what came back, and when the next level is told."""
    rows: list[list[Children]] = [
        [
            short_instant(viewer.language, each.queued_at, zone),
            kind_word(viewer, each),
            person_of(each, told.names),
            by_what(viewer, each),
            progress(viewer, each, zone),
        ]
        for each in told.rows
    ]
    heads = [viewer.say(f"notices_page.{name}") for name in HEADS]
    return panel(
        viewer.say("notices_page.told"),
        [
            html.P(_next(viewer, told, zone), className="subtitle notice-next"),
            table(heads, rows, name="alert-told")
            if rows
            else empty(viewer.say("notices_page.nobody_told")),
            _replies(viewer, told, zone),
            twin(viewer, f"alert_notices~{row.alert}", "") if rows else None,
        ],
        name="alert-told",
    )


def _next(viewer: Viewer, told: AlertTold, zone: ZoneInfo) -> str:
    if not told.planned:
        return viewer.say("notices_page.no_plan")
    if told.level is None:
        return viewer.say("notices_page.no_next")
    if told.level_at is None:
        return viewer.say("notices_page.next_due", level=told.level)
    at = instant_text(viewer.language, told.level_at, zone)
    return viewer.say("notices_page.next_at", level=told.level, at=at)


def _replies(viewer: Viewer, told: AlertTold, zone: ZoneInfo) -> Component | None:
    if not told.replies:
        return None
    heads = [viewer.say(f"notices_page.{name}") for name in ("replied", "person", "by", "reply")]
    rows: list[list[Children]] = [
        [
            short_instant(viewer.language, each.at, zone),
            told.names.get(each.contact) or each.contact or NOTHING,
            way_word(viewer, each.way),
            badge(
                viewer.say(f"notice_reply.{each.outcome}"),
                "good" if each.outcome in GOOD_REPLIES else "fair",
            ),
        ]
        for each in told.replies
    ]
    return table(heads, rows, name="alert-replies")
