"""In: patrol rounds. Out: the tables behind their pages. I/O by the port."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from billing.ledger.sheets import Cell, Sheet
from dashboards.pages.parts import Parts
from dashboards.pages.rounds.layout import day_named, reader_of
from dashboards.patrol_paper import log_pdf
from dashboards.patrol_sheet import sheet_of
from dashboards.viewer import Viewer
from energy.service.rounds.schedule import Standing
from energy.service.rounds.sheet import log_sheet


def day_sheet(parts: Parts, viewer: Viewer, subject: str) -> Sheet | None:
    """Return the log sheet of a round and day; None where there is none."""
    key, _, named = subject.partition("@")
    day = day_named(named)
    answer = None if day is None else parts.queries.patrol_day(viewer.scope, key, day)
    if answer is None:
        return None
    reader = reader_of(viewer, answer.rows, parts.settings.zone)
    return sheet_of(log_sheet(answer.rows.rows), f"{key}-{named}", reader)


def day_paper(parts: Parts, viewer: Viewer, key: str, named: str) -> bytes | None:
    """Return the log sheet of a round and day as PDF; None where there is none.

    Raises:
        DocumentError: It cannot be set.
    """
    day = day_named(named)
    answer = None if day is None else parts.queries.patrol_day(viewer.scope, key, day)
    if day is None or answer is None:
        return None
    if all(row.standing is Standing.COMING for row in answer.rows.rows):
        return None
    reader = reader_of(viewer, answer.rows, parts.settings.zone)
    return log_pdf(answer.rows.rows, day, parts.settings.site_name, reader, now=parts.clock.now())


def value_sheet(parts: Parts, viewer: Viewer, subject: str) -> Sheet | None:
    """Return a number over two weeks; None where there is none."""
    key, named, stop, value = (*subject.split("@"), "", "", "", "")[:4]
    day = day_named(named)
    if day is None:
        return None
    answer = parts.queries.patrol_course(viewer.scope, key, stop, value, day)
    if answer is None:
        return None
    told, zone = answer.rows, parts.settings.zone
    rows: list[list[Cell]] = [
        [
            each.read_at.astimezone(zone).isoformat(timespec="minutes"),
            Decimal(each.said),
            viewer.say("cli.patrol.outside") if each.outside else "",
        ]
        for each in told.values
    ]
    heads = tuple(viewer.say(f"cli.patrol_head.{head}") for head in ("read", "said", "remark"))
    return Sheet(name=f"{key}-{stop}-{value}", heads=heads, rows=rows)


ROUND_TABLES_OF: dict[str, Callable[[Parts, Viewer, str], Sheet | None]] = {
    "patrol": day_sheet,
    "patrol_value": value_sheet,
}
