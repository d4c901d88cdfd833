"""In: a clock. Out: made-up reports of shift, day and week behind the questions. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from dashboards.queries.rows import Answer
from dashboards.queries.shift_report_rows import (
    OwedPage,
    ReportBoard,
    ReportFile,
    ReportPage,
    ReportTab,
)
from dashboards.security.scope import Right, Scope
from dashboards.shift_papers.told import shown_changes, shown_tables
from energy.base.ids import id_of
from energy.service.reports.kinds import ReportKind
from energy.service.reports.plan import Owed, Stage
from energy.service.reports.reads import OwedReport, ReportRow
from energy.service.reports.table import Column, Contents, ReportTable, Series, seal_of
from tests.dashboards.fake_energy import NOW, SITE, FakeEnergy

ADA, BEN = id_of("person", "ada"), id_of("person", "ben")
NAMES = {ADA: "Ada King", BEN: "Ben Lee"}
HOUR = timedelta(hours=1)
MIDNIGHT = NOW.replace(hour=0, minute=0, second=0)
WORDS = "Half of terminal 2 is dark; supply over feeder 4 is being prepared."


def table(key: str, columns: str, *rows: tuple[Any, ...], names: int = 1) -> ReportTable:
    """Return a part: its columns are "name:kind" with a space between."""
    told = [each.partition(":") for each in columns.split()]
    made = tuple(Column(name=name, kind=kind.replace("=", ":")) for name, _, kind in told)
    return ReportTable(key=key, columns=made, rows=rows, names=names)


def contents(kind: str, span: str, begin: datetime, end: datetime) -> Contents:
    """Return what a report tells."""
    heard = (begin + HOUR).isoformat()
    used = (1_234_567, 0, 1_180_000, 0, 1_300_000, 25, 1_240_000)
    return Contents(
        kind=kind,
        span=span,
        begin=begin.isoformat(),
        end=end.isoformat(),
        facts={
            "electricity_wh": 1_234_567,
            "peak_w": 92_000,
            "peak_at": heard,
            "contract_w": 120_000,
            "what": f"{span.partition('/')[0]} main breaker of terminal 2 tripped",
        },
        tables=(
            table(
                "energy",
                "utility:word=utility area:text used:usage missing:permille previous:usage "
                "previous_missing:permille alike:usage alike_missing:permille plan:usage",
                ("electricity", "", *used),
                ("electricity", "Terminal 2", 600_000, 12, 590_000, 0, None, 1000, None),
                names=2,
            ),
            table(
                "severities",
                "severity:word=severity raised:count acknowledged:count open:count "
                "response:minutes longest:minutes",
                ("critical", 1, 1, 0, 2, 2),
                ("high", 4, 3, 1, 5, 31),
            ),
            table(
                "incidents",
                "number:text what:text class:text heard_at:instant state:word=report_state "
                "response:minutes response_kept:word=report_kept owner:person",
                (
                    *("I-2026-00001", "main breaker tripped", "critical", heard),
                    *("under_way", 75, "broken", str(ADA)),
                ),
            ),
            table("outages", "outage:text node:text"),
            table("money", "what:word=report_money total:amount", ("issued", "9500.50")),
        ),
        series=(Series(key="electricity", step_s=3600, values=(*range(40, 63), None)),),
    )


def _row(kind: str, span: str, edition: int = 1, **changed: Any) -> ReportRow:
    begin, end = MIDNIGHT - timedelta(days=1), MIDNIGHT
    changes = [
        ["energy", "electricity · -", "used", "1200000", "1234567"],
        ["money", "issued", "total", "9000.00", "9500.50"],
    ]
    row = ReportRow(
        report=id_of("report", kind, span),
        edition=edition,
        kind=kind,
        span=span,
        begin_at=begin,
        end_at=end,
        due_at=end + timedelta(hours=8, minutes=30),
        sha256=seal_of(f"{span} {edition}"),
        positions={"metering": 4711, "operations": 815},
        changes=changes if edition > 1 else [],
        made_at=end + timedelta(minutes=10 * edition),
        made_by=None,
        reviewed_by=None,
        reviewed_at=None,
        sent_by=None,
        sent_at=None,
        sent_to=(),
        reminded_at=None,
        late_told_at=None,
        first_sent_at=None,
    )
    return replace(row, **changed)


def _rows() -> list[ReportRow]:
    """Return every edition, the newest of each report first."""
    seen = {"reviewed_by": ADA, "reviewed_at": MIDNIGHT + 7 * HOUR}
    sent = MIDNIGHT + 8 * HOUR
    gone = {**seen, "sent_by": BEN, "sent_at": sent, "first_sent_at": sent, "sent_to": ["x"]}
    return [
        _row("day", "2026-07-14", 2, first_sent_at=sent),
        _row("day", "2026-07-14", **gone),
        _row("shift", "2026-07-14/night", due_at=MIDNIGHT + 20 * HOUR, **seen),
        _row("week", "2026-W28", due_at=None),
        _row("incident", "I-2026-00002/initial", made_by=ADA),
    ]


def _owed() -> list[OwedReport]:
    due = {"I-2026-00001": MIDNIGHT + 15 * HOUR, "I-2026-00002": MIDNIGHT + 9 * HOUR}
    return [
        OwedReport(
            incident=number,
            level="critical",
            name={"en": "Critical", "zh": "紧急"},
            what="main breaker of terminal 2 tripped",
            owed=Owed(name="initial", stage=Stage.INITIAL, due_at=at, sent_at=None),
        )
        for number, at in due.items()
    ]


@dataclass
class FakeShiftReports(FakeEnergy):
    """Questions about reports: of a day in two editions, a shift, a week, an incident."""

    def shift_reports(self, scope: Scope, tab: ReportTab) -> Answer[ReportBoard]:
        scope.demand(Right.READ_ENERGY, SITE)
        newest = list({row.report: row for row in reversed(_rows())}.values())
        by_tab: dict[ReportTab, Sequence[ReportRow]] = {
            each: [row for row in newest if each in {row.kind, ReportTab.WAITING}]
            for each in ReportTab
        }
        board = ReportBoard(
            tab=tab,
            lines=by_tab[tab],
            counts={each: len(rows) for each, rows in by_tab.items()},
            days=60,
            owed=_owed(),
            written=frozenset({"I-2026-00002/initial"}),
            remind_min=30,
            names=NAMES,
        )
        answer: Answer[ReportBoard] = Answer(as_of=48_213, age_s=41, rows=board)
        return answer

    def shift_report(
        self, scope: Scope, kind: str, span: str, edition: int | None = None
    ) -> Answer[ReportPage] | None:
        scope.demand(Right.READ_ENERGY, SITE)
        rows = [row for row in _rows() if (row.kind, row.span) == (kind, span)]
        found = [row for row in rows if edition in {None, row.edition}]
        if not found:
            return None
        row, money = found[0], scope.may(Right.READ_BILLS)
        told = contents(kind, span, row.begin_at, row.end_at)
        if kind == ReportKind.INCIDENT:
            said = table("incident", "fact:word=shift_report_head value:text", ("told", WORDS))
            own = told.table("incidents")
            assert own is not None
            told = replace(told, tables=(said, own), series=())
        page = ReportPage(
            row=replace(row, changes=shown_changes(row, money=money)),
            contents=replace(told, tables=tuple(shown_tables(told, money=money))),
            editions=rows,
            money=money,
            remind_min=30,
            names=NAMES,
            classes={"critical": {"en": "Critical", "zh": "紧急"}},
        )
        answer: Answer[ReportPage] = Answer(as_of=48_213, age_s=41, rows=page)
        return answer

    def owed_report(self, scope: Scope, number: str, stage: str) -> Answer[OwedPage] | None:
        scope.demand(Right.READ_ENERGY, SITE)
        if not scope.may(Right.WORK):
            scope.demand(Right.WORK, SITE)
        found = [e for e in _owed() if (e.incident, e.owed.name) == (number, stage)]
        if not found:
            return None
        page = OwedPage(report=found[0], said="", heard_at=MIDNIGHT + 14 * HOUR)
        answer: Answer[OwedPage] = Answer(as_of=48_213, age_s=41, rows=page)
        return answer

    def shift_report_file(
        self, scope: Scope, kind: str, span: str, edition: int, form: ReportFile, language: str
    ) -> bytes | None:
        scope.demand(Right.READ_ENERGY, SITE)
        return f"{kind} {span} {edition} {form} {language}".encode()


class FakeReportDesk:
    """Keeps what was said of reports."""

    def __init__(self) -> None:
        self.said: list[tuple[Any, ...]] = []
        self.commands: list[UUID] = []

    def review(self, kind: str, span: str, edition: int, *, by: UUID, command_id: UUID) -> None:
        self.said.append(("review", kind, span, edition, by))
        self.commands.append(command_id)

    def send(self, kind: str, span: str, *, by: UUID, command_id: UUID) -> int:
        self.said.append(("send", kind, span, by))
        self.commands.append(command_id)
        return 2

    def write_incident(
        self, number: str, stage: str, words: str, *, by: UUID, command_id: UUID
    ) -> tuple[int, bool]:
        self.said.append((ReportKind.INCIDENT, number, stage, words, by))
        self.commands.append(command_id)
        return 1, True
