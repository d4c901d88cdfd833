"""In: a selection or an alert. Out: the tables behind the pages of notices. I/O by the port."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from billing.ledger.sheets import Cell, Sheet
from dashboards.pages.notices.words import kind_word, way_word
from dashboards.pages.parts import Parts
from dashboards.queries.notice_rows import NoticeTab
from dashboards.selection import Selection
from dashboards.viewer import Viewer
from energy.alerting.notices.reports import NoticeRow

HEADS = (
    *("queued", "about", "person", "g_way", "g_gateway", "state", "handed", "arrived_last"),
    *("tried", "reason", "segments", "cost", "currency", "text"),
)
STATISTICS = (
    *("gateway", "handed", "delivered", "failed", "doubles", "refused", "down"),
    *("segments", "cost", "currency", "wait_s"),
)


def board_sheet(tab: NoticeTab, parts: Parts, viewer: Viewer, selection: Selection) -> Sheet:
    """Return the notices of a tab."""
    board = parts.queries.notice_board(viewer.scope, tab, selection).rows
    name = f"notices_{tab}_{selection.first}_{selection.last}"
    return _sheet(parts, viewer, name, board.rows)


def alert_sheet(parts: Parts, viewer: Viewer, subject: str) -> Sheet | None:
    """Return who was told of an alert."""
    try:
        alert = UUID(subject)
    except ValueError:
        return None
    answer = parts.queries.alert(viewer.scope, alert)
    if answer is None:
        return None
    return _sheet(parts, viewer, f"alert_notices_{alert.hex[:8]}", answer.rows.told.rows)


def _sheet(parts: Parts, viewer: Viewer, name: str, rows: Sequence[NoticeRow]) -> Sheet:
    return Sheet(
        name=name,
        heads=tuple(viewer.say(f"notices_page.{head}") for head in HEADS),
        rows=[_cells(parts, viewer, row) for row in rows],
    )


def _cells(parts: Parts, viewer: Viewer, row: NoticeRow) -> list[Cell]:
    return [
        _instant(parts, row.queued_at),
        kind_word(viewer, row),
        row.contact,
        way_word(viewer, row.way),
        row.gateway,
        viewer.say(f"notice_state.{row.state}"),
        _instant(parts, row.handed_at),
        _instant(parts, row.delivered_at),
        row.tries,
        row.reason,
        row.segments,
        row.cost,
        row.currency,
        row.text,
    ]


def _instant(parts: Parts, at: datetime | None) -> str:
    return "" if at is None else at.astimezone(parts.settings.zone).isoformat(timespec="seconds")


def statistics_sheet(parts: Parts, viewer: Viewer, selection: Selection) -> Sheet:
    """Return what went by each gateway in the selected time, and what it cost."""
    board = parts.queries.notice_board(viewer.scope, NoticeTab.ALL, selection).rows
    return Sheet(
        name=f"notice_statistics_{selection.first}_{selection.last}",
        heads=tuple(viewer.say(f"cli.notice_head.{name}") for name in STATISTICS),
        rows=[[getattr(row, name) for name in STATISTICS] for row in board.statistics],
    )


def gateways_sheet(parts: Parts, viewer: Viewer, selection: Selection) -> Sheet:
    """Return how the gateways do."""
    board = parts.queries.notice_board(viewer.scope, NoticeTab.ALL, selection).rows
    names = ("gateway", "way", "state", "taken", "arrived_last", "untaken_last", "waiting_now")
    return Sheet(
        name="notice_gateways",
        heads=tuple(viewer.say(f"notices_page.g_{name}") for name in names),
        rows=[
            [
                row.gateway,
                way_word(viewer, row.way),
                viewer.say(f"notice_gateway.{row.state}"),
                _instant(parts, row.handed_at),
                _instant(parts, row.delivered_at),
                _instant(parts, row.tried_at),
                row.waiting,
            ]
            for row in board.gateways
        ],
    )


NOTICE_TABLES: dict[str, Callable[[Parts, Viewer, Selection], Sheet | None]] = {
    **{f"notices_{tab}": partial(board_sheet, tab) for tab in NoticeTab},
    "notice_statistics": statistics_sheet,
    "notice_gateways": gateways_sheet,
}
NOTICE_TABLES_OF = {"alert_notices": alert_sheet}
