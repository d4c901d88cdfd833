"""In: what the next shift is to know. Out: the parts of the sheet of handover, its paper. Pure.

The command row prints the same parts as the page shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from billing.documents.field_paper import Paper, render_paper
from dashboards.components.alert_list import alert_state
from dashboards.queries.alert_rows import AlertBoard, AlertTab
from dashboards.queries.handover_rows import HandoverFacts, ReportDue
from dashboards.queries.rows import AlertRow
from dashboards.viewer import Viewer
from energy.alerting import words
from energy.service.duty.names import DutyNames
from energy.service.reports.kinds import ReportKind

SHORT = 8
MOST = 40
"""Incidents and orders on the sheet; their own pages have all."""
LONGEST = 160
"""Signs of a reason on the sheet; the journal holds all of it."""
_OPEN = ("alert", "severity", "what", "point", "raised", "state", "owner")
_SHELVED = ("alert", "severity", "what", "point", "state", "reason", "by")


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetPart:
    """One table of the sheet."""

    key: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str | None]]
    more: int = 0
    """Rows there is no room for."""

    def title(self, viewer: Viewer, hours: int) -> str:
        """Return its title with how many rows there are."""
        number = len(self.rows) + self.more
        return viewer.say(f"handover.part_{self.key}", number=number, hours=hours)

    def head_words(self, viewer: Viewer) -> list[str]:
        """Return its heads in words."""
        return [viewer.say(f"handover_head.{key}") for key in self.heads]

    def nothing(self, viewer: Viewer) -> str:
        """Return what stands where there is no row."""
        return viewer.say(f"handover.none_{self.key}")

    def rest(self, viewer: Viewer) -> str:
        """Return how many rows there is no room for; "" where none."""
        if not self.more:
            return ""
        key = "handover.more_work" if self.key == "work" else "handover.more"
        return viewer.say(key, number=self.more)


def sheet_parts(
    viewer: Viewer,
    facts: HandoverFacts,
    alerts: AlertBoard,
    shelved: AlertBoard,
    names: DutyNames,
    *,
    zone: ZoneInfo,
    now: datetime,
) -> Iterator[SheetPart]:
    """Yield the parts of the sheet in their order."""
    yield _permits(viewer, facts, zone)
    yield _switching(viewer, facts, zone)
    yield _roster(viewer, facts, names, zone, now)
    yield _phones(viewer, facts, zone)
    yield _points(facts, zone)
    yield _work(viewer, facts)
    yield _calls(viewer, facts, zone)
    yield _reports(viewer, facts, names, zone)
    yield _sounds(viewer, facts, zone)
    yield _alerts(viewer, alerts, AlertTab.OPEN, _OPEN, zone)
    yield _alerts(viewer, shelved, AlertTab.SHELVED, _SHELVED, zone)
    yield _spans(viewer, facts, zone)
    yield _outages(viewer, facts, zone)


def sheet_paper(
    viewer: Viewer,
    parts: Sequence[SheetPart],
    hours: int,
    *,
    site: str,
    zone: ZoneInfo,
    now: datetime,
) -> bytes:
    """Return the sheet to sign, as PDF.

    Raises:
        DocumentError: It cannot be set.
    """
    page: dict[str, Any] = {
        "language": viewer.language,
        "site": site,
        "title": viewer.say("handover.title"),
        "made": viewer.say("handover.made", at=_local(now, zone)),
        "page": viewer.say("handover.page", page="{page}", pages="{pages}"),
        "parts": [
            {
                "title": part.title(viewer, hours),
                "head": part.head_words(viewer),
                "rows": [[shown(each) for each in row] for row in part.rows],
                "none": part.nothing(viewer),
                "more": part.rest(viewer),
            }
            for part in parts
        ],
        "sound": viewer.say("handover.sound"),
        "remarks": viewer.say("handover.remarks"),
        "signatures": [viewer.say("handover.gives"), viewer.say("handover.takes")],
        "signature": [viewer.say(f"handover.{key}") for key in ("name", "time", "signature")],
    }
    return render_paper(Paper.HANDOVER, page, dated=now)


def shown(text: str | None) -> str:
    """Return a cell of the sheet, shortened; nothing is a dash."""
    if text is None:
        return "-"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _permits(viewer: Viewer, facts: HandoverFacts, zone: ZoneInfo) -> SheetPart:
    """Return where people work: the first thing a shift hands on."""
    rows = [
        (
            *(each.number, each.node, each.what, each.place or None, each.earthed_at or None),
            *(each.holder, _due(viewer, each.until, zone, late=each.late)),
        )
        for each in facts.permits
    ]
    heads = ("number", "node", "what", "point", "earthed", "holder", "to")
    return SheetPart(key="permits", heads=heads, rows=rows)


def _switching(viewer: Viewer, facts: HandoverFacts, zone: ZoneInfo) -> SheetPart:
    rows = [
        (
            *(each.number, viewer.say(f"cli.switching_state.{each.state}"), each.node),
            *(_local(each.begins_at, zone), _local(each.ends_at, zone)),
            *(each.operator, each.guardian),
        )
        for each in facts.switching
    ]
    heads = ("number", "state", "node", "from", "to", "operator", "guardian")
    return SheetPart(key="switching", heads=heads, rows=rows)


def _calls(viewer: Viewer, facts: HandoverFacts, zone: ZoneInfo) -> SheetPart:
    rows = [
        (each.number, each.who, _due(viewer, each.due_at, zone, late=each.late))
        for each in facts.calls
    ]
    return SheetPart(key="calls", heads=("number", "person", "due"), rows=rows)


def _reports(viewer: Viewer, facts: HandoverFacts, names: DutyNames, zone: ZoneInfo) -> SheetPart:
    def span(each: ReportDue) -> str:
        shift = each.kind == ReportKind.SHIFT
        return names.shift_of_day(each.span, viewer.language) if shift else each.span

    rows = [
        (
            *(viewer.say(f"cli.report_kind.{each.kind}"), span(each)),
            _due(viewer, each.due_at, zone, late=each.late),
        )
        for each in facts.reports
    ]
    return SheetPart(key="reports", heads=("report", "span", "due"), rows=rows)


def _due(viewer: Viewer, at: datetime, zone: ZoneInfo, *, late: bool) -> str:
    local = _local(at, zone)
    return viewer.say("handover.late", at=local) if late else local


def _roster(
    viewer: Viewer, facts: HandoverFacts, names: DutyNames, zone: ZoneInfo, now: datetime
) -> SheetPart:
    """Return who is on duty in this shift and in the next, uncovered posts with why."""
    rows: list[tuple[str | None, ...]] = []
    for each in facts.shifts:
        begin = _local(each.period.start if each.period else now, zone)
        name = f"{begin} {names.shift(each.shift, viewer.language)}".strip()
        for post in each.posts:
            told = post.who.name if post.who else None
            if told is None:
                why = viewer.say(f"cli.duty_why.{post.why}")
                told = viewer.say("handover.uncovered", why=why)
            rows.append((name, names.post(post.post, viewer.language), told))
    return SheetPart(key="roster", heads=("shift", "post", "person"), rows=rows)


def _phones(viewer: Viewer, facts: HandoverFacts, zone: ZoneInfo) -> SheetPart:
    rows = [
        (
            _local(each.begin, zone),
            each.contact,
            each.way,
            viewer.say(f"cli.notice.shift_{each.state}"),
            None if each.delivered_at is None else _local(each.delivered_at, zone),
        )
        for each in facts.phones
    ]
    return SheetPart(key="phones", heads=("shift", "contact", "way", "state", "receipt"), rows=rows)


def _points(facts: HandoverFacts, zone: ZoneInfo) -> SheetPart:
    rows = [(e.entry.hex[:SHORT], _local(e.at, zone), e.by, e.text) for e in facts.points]
    return SheetPart(key="points", heads=("entry", "told", "by", "what"), rows=rows)


def _work(viewer: Viewer, facts: HandoverFacts) -> SheetPart:
    rows = [
        (e.number, e.what, e.where or None, viewer.say(f"cli.work_state.{e.state}"), e.owner)
        for e in facts.work[:MOST]
    ]
    heads = ("number", "what", "point", "state", "owned")
    return SheetPart(key="work", heads=heads, rows=rows, more=len(facts.work) - len(rows))


def _sounds(viewer: Viewer, facts: HandoverFacts, zone: ZoneInfo) -> SheetPart:
    rows = [
        (_local(each.at, zone), viewer.say(f"handover.{each.act}"), each.screen or None, each.by)
        for each in facts.sounds
    ]
    return SheetPart(key="sounds", heads=("from", "act", "screen", "by"), rows=rows)


def _alerts(
    viewer: Viewer, board: AlertBoard, tab: AlertTab, heads: Sequence[str], zone: ZoneInfo
) -> SheetPart:
    """Return alerts: what stands before what is over and only to be closed."""
    ordered = sorted(board.rows, key=lambda each: each.cleared_at is not None)
    told = [_alert(viewer, each, zone) for each in ordered]
    rows = [tuple(each[key] for key in heads) for each in told]
    more = max(0, board.counts[tab] - len(rows))
    return SheetPart(key=str(tab), heads=heads, rows=rows, more=more)


def _alert(viewer: Viewer, row: AlertRow, zone: ZoneInfo) -> dict[str, str | None]:
    return {
        "alert": row.alert.hex[:SHORT],
        "severity": viewer.say(f"severity.{row.severity}"),
        "what": words.what_of(viewer.language, row.rule, row.code),
        "point": row.point or row.meter or None,
        "raised": _local(row.raised_at, zone),
        "state": alert_state(viewer, row, zone),
        "owner": row.assigned_to or row.acknowledged_by,
        "reason": row.shelf_reason or None,
        "by": row.shelved_by,
    }


def _spans(viewer: Viewer, facts: HandoverFacts, zone: ZoneInfo) -> SheetPart:
    rows = [
        (
            viewer.say(f"suppression_why.{each.why}"),
            each.about,
            _local(each.begins_at, zone),
            _local(each.ends_at, zone),
            each.reason,
            each.by,
        )
        for each in facts.spans
    ]
    return SheetPart(key="spans", heads=("why", "about", "from", "to", "reason", "by"), rows=rows)


def _outages(viewer: Viewer, facts: HandoverFacts, zone: ZoneInfo) -> SheetPart:
    rows = [
        (
            each.outage.hex[:SHORT],
            viewer.say(f"cli.outage_state.{each.state}"),
            each.node,
            _local(each.begins_at, zone),
            _local(each.ends_at, zone),
            each.reason,
        )
        for each in facts.outages
    ]
    heads = ("outage", "state", "node", "from", "to", "reason")
    return SheetPart(key="outages", heads=heads, rows=rows)


def _local(instant: datetime, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%Y-%m-%d %H:%M}"
