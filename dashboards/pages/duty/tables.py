"""In: a week. Out: the table behind the roster. I/O by the port."""

from __future__ import annotations

from collections.abc import Callable

from billing.ledger.sheets import Cell, Sheet
from dashboards.pages.duty.views import week_of
from dashboards.pages.parts import Parts
from dashboards.selection import Selection
from dashboards.viewer import Viewer


def roster_sheet(parts: Parts, viewer: Viewer, selection: Selection) -> Sheet | None:
    """Return the roster of the selected week, a slot a row."""
    chosen = week_of(selection)
    names = parts.queries.duty_names(viewer.scope)
    week = parts.queries.duty(viewer.scope, chosen.first, parts.clock.now()).rows.week
    rows: list[list[Cell]] = [
        [
            slot.day,
            names.shift(slot.shift, viewer.language),
            names.post(slot.post, viewer.language),
            cell.who.name if cell.who else None,
            ", ".join(viewer.say(f"duty_page.wrong_{kind}") for kind in cell.wrong),
        ]
        for slot, cell in sorted(week.cells.items(), key=lambda each: each[0])
    ]
    heads = ("table_day", "table_shift", "post", "table_person", "table_wrong")
    return Sheet(
        name=f"duty_{chosen.first}",
        heads=tuple(viewer.say(f"duty_page.{head}") for head in heads),
        rows=rows,
    )


DUTY_TABLES: dict[str, Callable[[Parts, Viewer, Selection], Sheet | None]] = {"duty": roster_sheet}
