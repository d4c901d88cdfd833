"""In: a tab. Out: the table behind the list of work orders. I/O by the port."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from zoneinfo import ZoneInfo

from billing.ledger.sheets import Cell, Sheet
from dashboards.components.work_pieces import kind_words
from dashboards.pages.incidents.tables import instant_cell
from dashboards.pages.parts import Parts
from dashboards.queries.work_rows import OrderLine, OrderTab
from dashboards.selection import Selection
from dashboards.viewer import Viewer

_HEADS = ("order", "what", "kind", "incident", "plan", "equipment", "place", "node", "point")
_STATES = ("state", "owner", "assigned", "since", "due")


def board_sheet(tab: OrderTab, parts: Parts, viewer: Viewer, selection: Selection) -> Sheet:
    """Return the work orders of a tab."""
    del selection
    told = parts.queries.work_orders(viewer.scope, tab).rows
    return Sheet(
        name=f"orders_{tab}",
        heads=tuple(viewer.say(f"cli.work_head.{name}") for name in (*_HEADS, *_STATES)),
        rows=[_cells(viewer, line, parts.settings.zone) for line in told.lines],
    )


def _cells(viewer: Viewer, line: OrderLine, zone: ZoneInfo) -> list[Cell]:
    row = line.row
    return [
        row.number,
        row.what,
        kind_words(viewer, row.kind),
        line.incident,
        row.plan,
        row.equipment,
        line.where.place,
        line.where.node,
        line.where.point,
        viewer.say(f"cli.work_state.{row.state}"),
        line.owner,
        line.assigned,
        instant_cell(row.since, zone),
        instant_cell(line.due_at, zone),
    ]


ORDER_TABLES: dict[str, Callable[[Parts, Viewer, Selection], Sheet | None]] = {
    f"orders_{tab}": partial(board_sheet, tab) for tab in OrderTab
}
