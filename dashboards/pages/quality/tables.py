"""In: a selection. Out: the tables behind the page of data quality. I/O by the port."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from billing.ledger.sheets import Cell, Sheet
from dashboards.components.alert_list import what_of
from dashboards.components.quality_grid import step_text
from dashboards.pages.parts import Parts
from dashboards.queries.quality_rows import QualityMeter, QualityPage
from dashboards.selection import Selection
from dashboards.viewer import Viewer

WHO = ("meter", "point", "place", "utility", "serial")
COUNTS = ("expected", "measured", "shaped", "estimated", "missing", "known")


def map_sheet(parts: Parts, viewer: Viewer, selection: Selection) -> Sheet | None:
    """Return the heat map: what each meter lacks, then its known share day by day."""
    page = _asked(parts, viewer, selection)
    if page is None:
        return None
    heads = [viewer.say(f"quality_table.{name}") for name in (*WHO, *COUNTS)]
    heads += [viewer.say("quality_table.step", day=step_text(viewer, s)) for s in page.steps]
    return Sheet(
        name=f"quality_{selection.first}_{selection.last}",
        heads=tuple(heads),
        rows=[
            [*_who(viewer, meter), *_counts(meter), *_steps(page, n)]
            for n, meter in enumerate(page.meters)
        ],
    )


def silent_sheet(parts: Parts, viewer: Viewer, selection: Selection) -> Sheet | None:
    """Return the silent meters with their newest reading."""
    page = _asked(parts, viewer, selection)
    if page is None:
        return None
    heads = [viewer.say(f"quality_table.{name}") for name in WHO]
    zone = parts.settings.zone
    return Sheet(
        name="silent_meters",
        heads=(*heads, viewer.say("quality_page.last_seen")),
        rows=[
            [*_who(viewer, m), m.last_at and m.last_at.astimezone(zone).isoformat()]
            for m in page.meters
            if m.silent
        ],
    )


def found_sheet(parts: Parts, viewer: Viewer, selection: Selection) -> Sheet | None:
    """Return how often what was found."""
    page = _asked(parts, viewer, selection)
    if page is None:
        return None
    names = ("finding", "found_count", "waiting_count")
    return Sheet(
        name=f"findings_{selection.first}_{selection.last}",
        heads=tuple(viewer.say(f"quality_page.{name}") for name in names),
        rows=[[what_of(viewer, "", each.code), each.found, each.waiting] for each in page.found],
    )


def _asked(parts: Parts, viewer: Viewer, selection: Selection) -> QualityPage | None:
    answer = parts.queries.quality(viewer.scope, selection)
    return None if answer is None else answer.rows


def _who(viewer: Viewer, meter: QualityMeter) -> list[Cell]:
    utility = viewer.say(f"utility.{meter.utility}")
    return [meter.name, meter.point, meter.place, utility, meter.serial]


def _counts(meter: QualityMeter) -> list[Cell]:
    told = meter.whole
    counts = (told.expected, told.measured, told.shaped, told.estimated, told.missing)
    return [*counts, _percent(told.score)]


def _steps(page: QualityPage, row: int) -> list[Cell]:
    return [_percent(page.grid.of(row, column).score) for column in range(len(page.steps))]


def _percent(share: Fraction | None) -> Decimal | None:
    """Return a share as a per cent with one digit, rounded down: only all of it is 100.0."""
    return None if share is None else Decimal(int(share * 1000)) / 10


QUALITY_TABLES: dict[str, Callable[[Parts, Viewer, Selection], Sheet | None]] = {
    "quality": map_sheet,
    "quality_silent": silent_sheet,
    "quality_found": found_sheet,
}
