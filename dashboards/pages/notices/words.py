"""In: rows about notices. Out: their words: state, way, person, gateway. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.pieces import Children, badge, link
from dashboards.formats import short_instant
from dashboards.viewer import Viewer
from energy.alerting.notices.notice import NoticeState
from energy.alerting.notices.reports import NoticeRow

TONES = {
    NoticeState.QUEUED: "calm",
    NoticeState.HANDED: "good",
    NoticeState.JOINED: "good",
    NoticeState.DELIVERED: "good",
    NoticeState.FAILED: "bad",
    NoticeState.GIVEN_UP: "bad",
    NoticeState.WITHDRAWN: "calm",
}
GATEWAY_TONES = {"takes": "good", "refuses": "fair", "down": "bad", "silent": "calm"}
OF_ALERTS = ("alert", "over")
"""What a notice tells where its subject is an alert."""


def state_badge(viewer: Viewer, row: NoticeRow) -> Component:
    """Return how far a notice is."""
    state = NoticeState(row.state)
    return badge(viewer.say(f"notice_state.{state}"), TONES[state])


def way_word(viewer: Viewer, way: str) -> str:
    """Return the word for a kind of gateway."""
    return viewer.say(f"notice_way.{way}")


def kind_word(viewer: Viewer, row: NoticeRow) -> str:
    """Return what a notice tells, with its level and repeat where it has such."""
    said = viewer.say(f"notice_kind.{row.template}")
    if row.repeat:
        said = viewer.say("notices_page.repeated", what=said, repeat=row.repeat)
    return viewer.say("notices_page.levelled", what=said, level=row.level) if row.level else said


def about_link(viewer: Viewer, row: NoticeRow) -> Children:
    """Return what a notice tells, as the way to its alert."""
    words = kind_word(viewer, row)
    return link(words, f"/alerts/{row.subject}") if row.about in OF_ALERTS else words


def person_of(row: NoticeRow, names: Mapping[str, str]) -> Children:
    """Return who is told: the key of the contact, the name where it may be read."""
    name = names.get(row.contact)
    if not name:
        return row.contact
    return [html.Div(name), html.Div(row.contact, className="card-what")]


def by_what(viewer: Viewer, row: NoticeRow) -> Children:
    """Return by which way and gateway somebody is told."""
    way = way_word(viewer, row.way)
    return [html.Div(way), html.Div(row.gateway, className="card-what") if row.gateway else None]


def progress(viewer: Viewer, row: NoticeRow, zone: ZoneInfo) -> Children:
    """Return when a notice was handed over and arrived, or why it was not."""
    said: list[Component | str | None] = [state_badge(viewer, row)]
    if row.handed_at is not None:
        took = (row.handed_at - row.queued_at).total_seconds()
        said.append(_small(viewer.say("notices_page.handed_after", seconds=f"{took:.1f}")))
    elif row.state == NoticeState.QUEUED and row.not_before > row.queued_at:
        at = short_instant(viewer.language, row.not_before, zone)
        said.append(_small(viewer.say("notices_page.not_before", at=at)))
    if row.delivered_at is not None:
        at = short_instant(viewer.language, row.delivered_at, zone)
        said.append(_small(viewer.say("notices_page.arrived", at=at)))
    if row.tries:
        said.append(_small(viewer.say("notices_page.tries", count=row.tries)))
    if row.reason and row.state not in {NoticeState.DELIVERED, NoticeState.HANDED}:
        said.append(_small(row.reason))
    return said


def _small(words: str) -> Component:
    return html.Div(words, className="card-what notice-small")
