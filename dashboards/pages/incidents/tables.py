"""In: a tab. Out: the table behind the list of incidents. I/O by the port."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from billing.ledger.sheets import Cell, Sheet
from dashboards.components.work_pieces import class_words, clock_words
from dashboards.pages.parts import Parts
from dashboards.queries.work_rows import IncidentLine, IncidentTab
from dashboards.selection import Selection
from dashboards.viewer import Viewer

_HEADS = ("incident", "what", "class", "urgency", "place", "node", "point", "state", "owner")
_CLOCKS = ("heard", "clock", "due")


def board_sheet(tab: IncidentTab, parts: Parts, viewer: Viewer, selection: Selection) -> Sheet:
    """Return the incidents of a tab."""
    del selection
    told = parts.queries.incidents(viewer.scope, tab).rows
    return Sheet(
        name=f"incidents_{tab}",
        heads=tuple(viewer.say(f"cli.work_head.{name}") for name in (*_HEADS, *_CLOCKS)),
        rows=[_cells(viewer, line, parts.settings.zone) for line in told.lines],
    )


def _cells(viewer: Viewer, line: IncidentLine, zone: ZoneInfo) -> list[Cell]:
    row = line.row
    return [
        row.number,
        row.what,
        class_words(viewer, line.level),
        viewer.say(f"cli.work_urgency.{row.urgency}"),
        line.where.place,
        line.where.node,
        line.where.point,
        viewer.say(f"cli.work_state.{row.state}"),
        line.owner,
        instant_cell(row.heard_at, zone),
        clock_words(viewer, line.clock)[0],
        instant_cell(line.clock.due_at, zone),
    ]


def instant_cell(at: datetime | None, zone: ZoneInfo) -> Cell:
    """Return an instant on the site's clock, with its offset."""
    return None if at is None else at.astimezone(zone).isoformat(timespec="minutes")


INCIDENT_TABLES: dict[str, Callable[[Parts, Viewer, Selection], Sheet | None]] = {
    f"incidents_{tab}": partial(board_sheet, tab) for tab in IncidentTab
}
