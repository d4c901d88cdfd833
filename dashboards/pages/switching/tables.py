"""In: switching orders. Out: the tables behind their pages. I/O by the port."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from billing.ledger.sheets import Cell, Sheet
from dashboards.pages.parts import Parts
from dashboards.pages.switching.pieces import request_word, state_word
from dashboards.selection import Selection
from dashboards.viewer import Viewer

_HEADS = ("number", "state", "node", "name", "from", "to", "reason", "request")


def orders_sheet(parts: Parts, viewer: Viewer, selection: Selection) -> Sheet:
    """Return every switching order, those that are not over first."""
    del selection
    told, zone = parts.queries.switching(viewer.scope).rows, parts.settings.zone
    rows: list[list[Cell]] = [
        [
            row.number,
            state_word(viewer, row),
            row.about.removeprefix("node:"),
            viewer.named(row.name),
            _local(row.begins_at, zone),
            _local(row.ends_at, zone),
            row.reason,
            request_word(viewer, row),
        ]
        for row in (*told.orders, *told.past)
    ]
    heads = tuple(viewer.say(f"cli.switching_head.{name}") for name in _HEADS)
    return Sheet(name="switching", heads=heads, rows=rows)


def story_sheet(parts: Parts, viewer: Viewer, subject: str) -> Sheet | None:
    """Return what happened to an order; None where there is none."""
    answer = parts.queries.switching_order(viewer.scope, subject)
    if answer is None:
        return None
    told, zone = answer.rows, parts.settings.zone
    heads = ("at", "act", "step", "person", "words")
    return Sheet(
        name=told.story.order.number,
        heads=tuple(viewer.say(f"cli.switching_head.{name}") for name in heads),
        rows=[
            [
                fact.at.astimezone(zone).isoformat(timespec="seconds"),
                viewer.say(f"cli.switching_act.{fact.act}"),
                fact.step,
                told.names.person(fact.person),
                fact.words,
            ]
            for fact in told.story.facts
        ],
    )


def _local(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).isoformat(timespec="minutes")


SWITCHING_TABLES: dict[str, Callable[[Parts, Viewer, Selection], Sheet | None]] = {
    "switching": orders_sheet
}
SWITCHING_TABLES_OF: dict[str, Callable[[Parts, Viewer, str], Sheet | None]] = {
    "switching": story_sheet
}
