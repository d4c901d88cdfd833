"""In: a metering point and selected days. Out: the tables behind its page. I/O by the port."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

import numpy as np

from billing.ledger.sheets import Cell, Sheet
from dashboards.formats import UNITS
from dashboards.pages.meters.life_words import LISTS, MakeRows
from dashboards.pages.parts import Parts
from dashboards.queries.life_rows import MeterLife
from dashboards.selection import Selection
from dashboards.viewer import Viewer
from energy.base.quality import Quality

MakeSheetAt = Callable[[Parts, Viewer, Selection, str], Sheet | None]


def usage_sheet(parts: Parts, viewer: Viewer, selection: Selection, point: str) -> Sheet | None:
    """Return the usage of the selected days, interval by interval, with its quality."""
    life = _asked(parts, viewer, selection, point)
    if life is None or life.usage is None or life.utility is None:
        return None
    usage, unit, zone = life.usage, UNITS[life.utility][0], parts.settings.zone
    known = np.flatnonzero(usage.quality != Quality.MISSING)
    last = max(life.due, int(known[-1]) + 1 if len(known) else 0)
    step = timedelta(seconds=usage.step_s)
    cells: list[list[Cell]] = []
    for n in range(last):
        quality = Quality(int(usage.quality[n]))
        cells.append(
            [
                (usage.start + n * step).astimezone(zone).isoformat(timespec="minutes"),
                Decimal(int(usage.usage[n])) / unit.per_unit if quality < Quality.SUSPECT else None,
                viewer.say(f"quality.{quality.name.lower()}"),
            ]
        )
    heads = ("load_table.start", "load_table.usage", "life_head.quality")
    return Sheet(
        name=f"usage_{point}_{selection.first}_{selection.last}",
        heads=tuple(viewer.say(head, unit=unit.name) for head in heads),
        rows=cells,
    )


def list_sheet(
    name: str, make: MakeRows, parts: Parts, viewer: Viewer, selection: Selection, point: str
) -> Sheet | None:
    """Return a list of a point's page, all of its rows."""
    life = _asked(parts, viewer, selection, point)
    if life is None:
        return None
    zone = parts.settings.zone

    def told(at: datetime | None) -> str:
        return "" if at is None else at.astimezone(zone).isoformat(timespec="seconds")

    rows = make(viewer, life, told)
    heads = tuple(head.removeprefix(">") for head in rows.heads)
    return Sheet(name=f"{name}_{point}", heads=heads, rows=rows.cells)


def _asked(parts: Parts, viewer: Viewer, selection: Selection, point: str) -> MeterLife | None:
    answer = parts.queries.meter_life(viewer.scope, point, selection)
    return None if answer is None else answer.rows


LIFE_TABLES: dict[str, MakeSheetAt] = {
    "life_usage": usage_sheet,
    **{f"life_{name}": partial(list_sheet, name, make) for name, make in LISTS.items()},
}
