"""In: a diagram's utility and node. Out: the table of every value of it. I/O by the port."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from billing.ledger.sheets import Cell, Sheet
from dashboards.formats import RATE_NAMES, significant
from dashboards.pages.meters.layout import quantity_name
from dashboards.pages.parts import Parts
from dashboards.pages.plant.words import kind_word, state_text
from dashboards.queries.one_line_rows import LineNode, OneLine, Position
from dashboards.viewer import Viewer
from energy.base.units import Utility

_HEADS = ("node", "kind", "what", "value", "unit", "told", "stale")


def one_line_sheet(parts: Parts, viewer: Viewer, subject: str) -> Sheet | None:
    """Return every value of a diagram; None where there is none.

    Args:
        parts: Queries and settings.
        viewer: Who asks.
        subject: "electricity~bus-1": utility and key of the diagram.
    """
    utility, _, key = subject.partition("~")
    if utility not in set(Utility):
        return None
    answer = parts.queries.one_line(viewer.scope, Utility(utility), key, "")
    return None if answer is None else sheet_of(viewer, answer.rows, zone=parts.settings.zone)


def sheet_of(viewer: Viewer, rows: OneLine, *, zone: ZoneInfo) -> Sheet:
    """Return the table of a diagram: nodes in order, each with all that is told of it."""
    cells: list[list[Cell]] = []
    for tie in rows.ties:
        told = None if tie.state is None else tie.state.at
        known = tie.position is not Position.UNKNOWN
        word = viewer.say(f"position.{tie.position}")
        what = viewer.say("one_line.kind_state")
        cells.append(_row(viewer, [tie.name, "tie", what], word, "", told, known=known, zone=zone))
    for node in rows.nodes:
        cells += _of_node(viewer, rows, node, zone)
    return Sheet(
        name=f"one_line_{rows.utility}_{rows.root}",
        heads=tuple(viewer.say(f"one_line_table.{name}") for name in _HEADS),
        rows=cells,
    )


def _of_node(viewer: Viewer, rows: OneLine, node: LineNode, zone: ZoneInfo) -> list[list[Cell]]:
    def row(what: str, value: Cell, unit: str, told: datetime | None, *, known: bool) -> list[Cell]:
        return _row(viewer, [node.name, node.kind, what], value, unit, told, known=known, zone=zone)

    rate = node.rate
    what = viewer.say("one_line_table.rate")
    unit = RATE_NAMES[rows.utility]
    if rate is None:
        cells = [row(what, None, unit, None, known=False)]
    else:
        cells = [row(what, significant(rate.value), unit, rate.at, known=not rate.stale)]
    if node.load is not None and rate is not None:
        share = Decimal(int(node.load * 1000)) / 10
        what = viewer.say("one_line_table.share")
        cells.append(row(what, share, "%", rate.at, known=not rate.stale))
    for state in node.states:
        known = state.at is not None and state.position is not Position.UNKNOWN
        name = quantity_name(viewer, state.quantity)
        cells.append(row(name, state_text(viewer, state), "", state.at, known=known))
    for value in node.values:
        name = quantity_name(viewer, value.quantity)
        unit = viewer.unit(value.unit)
        cells.append(row(name, value.value, unit, value.at, known=not value.stale))
    return cells


def _row(
    viewer: Viewer,
    named: list[str],
    value: Cell,
    unit: str,
    told: datetime | None,
    *,
    known: bool,
    zone: ZoneInfo,
) -> list[Cell]:
    name, kind, what = named
    state = "fresh" if known else "nothing" if told is None else "old"
    return [
        name,
        kind_word(viewer, kind),
        what,
        value,
        unit,
        None if told is None else told.astimezone(zone).isoformat(timespec="seconds"),
        viewer.say(f"one_line_table.{state}"),
    ]
