"""In: a selection or an alert. Out: the tables behind the alerts' pages. I/O by the port."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from uuid import UUID

from billing.ledger.sheets import Cell, Sheet
from dashboards.components.alert_list import alert_what, owner_of, state_and_incident, what_of
from dashboards.components.pieces import severity_word
from dashboards.pages.alerts.layout import share_of
from dashboards.pages.alerts.story import event_said, event_word
from dashboards.pages.parts import Parts
from dashboards.queries.alert_rows import AlertStory, AlertTab
from dashboards.queries.rows import AlertRow
from dashboards.selection import Selection
from dashboards.viewer import Viewer

HEADS = ("severity", "what", "raised", "place", "meter", "value", "limit", "state", "owner")


def board_sheet(tab: AlertTab, parts: Parts, viewer: Viewer, selection: Selection) -> Sheet:
    """Return the alerts of a tab."""
    board = parts.queries.alert_board(viewer.scope, tab, selection).rows
    return Sheet(
        name=f"alerts_{tab}_{selection.first}_{selection.last}",
        heads=tuple(viewer.say(f"alert_grid.{name}") for name in HEADS),
        rows=[_cells(parts, viewer, row) for row in board.rows],
    )


def _cells(parts: Parts, viewer: Viewer, row: AlertRow) -> list[Cell]:
    zone = parts.settings.zone
    return [
        severity_word(viewer, row.severity),
        alert_what(viewer, row),
        row.raised_at.astimezone(zone).isoformat(timespec="seconds"),
        row.place,
        row.meter,
        None if row.code else row.value,
        None if row.code else row.limit,
        state_and_incident(viewer, row, zone),
        owner_of(row) or "",
    ]


def actors_sheet(parts: Parts, viewer: Viewer, selection: Selection) -> Sheet:
    """Return who raised most alerts."""
    board = parts.queries.alert_board(viewer.scope, AlertTab.OPEN, selection).rows
    heads = ("alert_grid.what", "alert_grid.meter", "alert_page.count", "alert_page.share")
    return Sheet(
        name=f"alert_actors_{selection.first}_{selection.last}",
        heads=tuple(viewer.say(head) for head in heads),
        rows=[
            [
                what_of(viewer, actor.rule, actor.code),
                actor.meter,
                actor.raised,
                share_of(actor, board).quantize(1),
            ]
            for actor in board.actors
        ],
    )


def value_sheet(parts: Parts, viewer: Viewer, subject: str) -> Sheet | None:
    """Return the readings around an alert, minute by minute."""
    told = _told(parts, viewer, subject)
    if told is None or not told.readings:
        return None
    unit, zone = viewer.unit(told.row.unit), parts.settings.zone
    heads = [viewer.say("alert_page.at")]
    heads += [viewer.say(f"alert_page.{name}", unit=unit) for name in ("least", "greatest")]
    return Sheet(
        name=f"alert_value_{told.row.alert.hex[:8]}",
        heads=tuple(heads),
        rows=[
            [r.at.astimezone(zone).isoformat(timespec="seconds"), r.least, r.greatest]
            for r in told.readings
        ],
    )


def history_sheet(parts: Parts, viewer: Viewer, subject: str) -> Sheet | None:
    """Return what the journal holds of an alert."""
    told = _told(parts, viewer, subject)
    if told is None:
        return None
    names = ("at", "event", "said", "person", "position")
    zone = parts.settings.zone
    return Sheet(
        name=f"alert_history_{told.row.alert.hex[:8]}",
        heads=tuple(viewer.say(f"alert_page.{name}") for name in names),
        rows=[
            [
                event.at.astimezone(zone).isoformat(timespec="seconds"),
                event_word(viewer, event),
                event_said(viewer, event, zone),
                event.person or "",
                event.position,
            ]
            for event in told.events
        ],
    )


def _told(parts: Parts, viewer: Viewer, subject: str) -> AlertStory | None:
    try:
        alert = UUID(subject)
    except ValueError:
        return None
    answer = parts.queries.alert(viewer.scope, alert)
    return None if answer is None else answer.rows


ALERT_TABLES: dict[str, Callable[[Parts, Viewer, Selection], Sheet | None]] = {
    **{f"alerts_{tab}": partial(board_sheet, tab) for tab in AlertTab},
    "alert_actors": actors_sheet,
}
ALERT_TABLES_OF = {"alert_value": value_sheet, "alert_history": history_sheet}
