"""Step 5a. From: what is planned and assured. To: rows across the foot of a wall. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.outage_pieces import state_badge
from dashboards.components.pieces import badge, icon
from dashboards.formats import clock_text, short_day
from dashboards.pages.wall.view_model import WallModel
from dashboards.queries.outage_rows import OutageLine
from dashboards.viewer import Viewer
from energy.base.period import local_day
from energy.service.assurance.kinds import EventState
from energy.service.assurance.reads import EventRow

MOST = 2
"""Lines of the foot: of one row that stands alone, or one of each."""


def strips(viewer: Viewer, model: WallModel, zone: ZoneInfo, now: datetime) -> list[Component]:
    """Return assured events and planned outages side by side; nothing where there is none."""
    events = [_event(viewer, row, zone, now) for row in model.events]
    outages = [_outage(viewer, line, zone, now) for line in model.outages]
    told = {name: each for name, each in (("assurance", events), ("outages", outages)) if each}
    if not told:
        return []
    most = MOST // len(told)
    rows = [_strip(viewer, name, each, most) for name, each in told.items()]
    return [html.Div(rows, className="wall-strips")]


def _strip(viewer: Viewer, name: str, lines: Sequence[Component], most: int) -> Component:
    more = len(lines) - most
    count = html.Span(viewer.say("wall.more", count=more), className="wall-faint wall-more")
    return html.Section(
        [
            html.H2(viewer.say(f"nav.{name}")),
            html.Ul(list(lines[:most])),
            count if more > 0 else None,
        ],
        className=f"wall-panel wall-strip wall-{name}",
    )


def _outage(viewer: Viewer, line: OutageLine, zone: ZoneInfo, now: datetime) -> Component:
    return html.Li(
        [
            state_badge(viewer, line, now),
            icon(f"utility-{line.utility}"),
            html.Strong(line.name, className="wall-strip-name"),
            _span(viewer, line.begins_at, line.ends_at, zone, now),
        ]
    )


def _event(viewer: Viewer, row: EventRow, zone: ZoneInfo, now: datetime) -> Component:
    state = row.at(now)
    told, tone = _span(viewer, row.begins_at, row.ends_at, zone, now), "calm"
    if state is EventState.RUNNING:
        end = _moment(viewer, row.ends_at, zone, now)
        told, tone = html.Span(viewer.say("wall.until", at=end)), "fair"
    return html.Li(
        [
            badge(viewer.say(f"cli.event_state.{state}"), tone),
            html.Strong(row.title, className="wall-strip-name"),
            told,
        ]
    )


def _span(
    viewer: Viewer, begins_at: datetime, ends_at: datetime, zone: ZoneInfo, now: datetime
) -> Component:
    begin, end = (_moment(viewer, at, zone, now) for at in (begins_at, ends_at))
    return html.Span(f"{begin} – {end}")


def _moment(viewer: Viewer, at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """Return a time of day, of another day than today with its day: names need the room."""
    clock, day = clock_text(viewer.language, at, zone), local_day(at, zone)
    today = day == local_day(now, zone)
    return clock if today else f"{short_day(viewer.language, day)} {clock}"
