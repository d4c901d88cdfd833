"""In: the register, what is due, a piece. Out: the tables behind their pages. I/O by the port."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from billing.ledger.sheets import Cell, Sheet
from dashboards.pages.equipment.piece import details
from dashboards.pages.equipment.pieces import class_words, due_words
from dashboards.pages.incidents.tables import instant_cell
from dashboards.pages.parts import Parts
from dashboards.selection import Selection
from dashboards.viewer import Viewer

_PIECE = ("number", "name", "class", "place", "maker", "type", "serial", "since", "out_on", "due")
_DUE = ("due", "on", "left_h", "plan", "what", "piece", "name", "last_done", "order")
_HISTORY = ("recorded", "day", "what", "details", "by")


def register_sheet(out: bool, parts: Parts, viewer: Viewer, selection: Selection) -> Sheet:  # noqa: FBT001  # bound by partial
    """Return the pieces in service, or those that are out."""
    del selection
    told = parts.queries.equipment(viewer.scope, out=out).rows
    rows: list[list[Cell]] = [
        [
            *(line.row.number, line.row.name, class_words(viewer, line.row.kind), line.place),
            *(line.row.maker, line.row.type, line.row.serial, line.row.in_service_since),
            line.row.out_on,
            None if line.next is None else due_words(viewer, line.next),
        ]
        for line in told.lines
    ]
    return Sheet(name="equipment", heads=_heads(viewer, _PIECE), rows=rows)


def due_sheet(parts: Parts, viewer: Viewer, selection: Selection) -> Sheet:
    """Return how every plan stands for every piece."""
    del selection
    rows: list[list[Cell]] = []
    for line in parts.queries.equipment_due(viewer.scope).rows.lines:
        row = line.row
        left = row.due.left_h
        rows.append(
            [
                *(viewer.say(f"cli.equipment_due.{row.due.state}"), row.due.on),
                None if left is None else round(left),
                *(row.plan.number, row.plan.spec.name, row.piece.number, row.piece.name),
                instant_cell(row.last_done, parts.settings.zone),
                None if line.order is None else line.order.number,
            ]
        )
    return Sheet(name="equipment-due", heads=_heads(viewer, _DUE), rows=rows)


def history_sheet(parts: Parts, viewer: Viewer, subject: str) -> Sheet | None:
    """Return what happened to a piece; None where there is none."""
    answer = parts.queries.equipment_piece(viewer.scope, subject)
    if answer is None:
        return None
    told, zone = answer.rows, parts.settings.zone
    rows: list[list[Cell]] = [
        [
            *(instant_cell(each.at, zone), each.day),
            *(viewer.say(f"cli.equipment_what.{each.what}"), details(viewer, each, zone)),
            told.names.get(each.person, "?"),
        ]
        for each in told.history
    ]
    return Sheet(name=told.row.number, heads=_heads(viewer, _HISTORY), rows=rows)


def _heads(viewer: Viewer, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(viewer.say(f"cli.equipment_head.{name}") for name in names)


EQUIPMENT_TABLES: dict[str, Callable[[Parts, Viewer, Selection], Sheet | None]] = {
    "equipment_in": partial(register_sheet, False),
    "equipment_out": partial(register_sheet, True),
    "equipment_due": due_sheet,
}
EQUIPMENT_TABLES_OF: dict[str, Callable[[Parts, Viewer, str], Sheet | None]] = {
    "equipment_history": history_sheet
}
