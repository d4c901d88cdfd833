"""In: reports, their plan, what is owed. Out: rows on the terminal. I/O: standard output."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from scripts.commands.asked import runs
from scripts.commands.frame import Opened
from scripts.commands.printing import in_zone, print_facts, print_table

if runs():
    from dashboards.shift_papers.cells import RIGHT, Reader
    from dashboards.shift_papers.told import about_rows, change_rows, shown_tables
    from energy.service.reports.kinds import ReportKind
    from energy.service.reports.plan import ReportPlan
    from energy.service.reports.reads import OwedReport, ReportRow
    from energy.service.reports.table import Contents

SHORT = 12
_MOST = 15
"""Rows of a part on the terminal."""


def print_plan(at: Opened, plan: ReportPlan) -> None:
    """Print who gets which report by when."""
    days = {kind: f"{at_time:%H:%M}" for kind, at_time in plan.at.items()}
    facts = (
        ("to", ", ".join(plan.to) or None),
        ("remind", ", ".join(plan.remind) or None),
        ("remind_min", plan.remind_min),
        ("day", days.get(ReportKind.DAY)),
        ("week", days.get(ReportKind.WEEK)),
        ("shift_min", plan.shift_min),
        ("contract", plan.contract_kw),
        ("money", at.text("report.yes" if plan.money else "report.no")),
    )
    print_facts([(at.text(f"report_head.{key}"), value) for key, value in facts])
    if plan.incidents:
        print()
        heads = [
            at.text(f"report_head.{key}") for key in ("class", "initial", "follow_up", "final")
        ]
        rows = [
            (key, each.initial_min, each.follow_up_min or None, each.final_min)
            for key, each in sorted(plan.incidents.items())
        ]
        print_table(heads, rows, right=(1, 2, 3))


def print_reports(at: Opened, found: Sequence[ReportRow], now: datetime, remind_min: int) -> None:
    """Print reports with their deadlines."""
    rows = [
        (
            at.text(f"report_kind.{each.kind}"),
            each.span,
            each.edition,
            at.text(f"report_state.{each.state(now, remind_min)}"),
            _local(at, each.due_at),
            _local(at, each.made_at),
            at.name_of(each.reviewed_by),
            _local(at, each.sent_at),
            each.sha256[:SHORT],
        )
        for each in found
    ]
    keys = ("kind", "span", "edition", "state", "due", "made", "reviewed", "sent", "seal")
    heads = [at.text(f"report_head.{key}") for key in keys]
    print_table(heads, rows, right=(2,), nothing=at.text("report.nothing"))


def print_owed(at: Opened, found: Sequence[OwedReport], now: datetime) -> None:
    """Print the clocks of serious incidents."""
    rows = [
        (
            each.incident,
            each.level,
            each.owed.name,
            _local(at, each.owed.due_at),
            _local(at, each.owed.sent_at),
            at.text("report.yes" if each.owed.late(now) else "report.no"),
            each.what,
        )
        for each in found
    ]
    heads = [
        at.text(f"report_head.{key}")
        for key in ("incident", "class", "stage", "due", "sent", "late", "what")
    ]
    print_table(heads, rows, nothing=at.text("report.nothing_owed"))


def print_about(row: ReportRow, contents: Contents, reader: Reader, *, money: bool) -> None:
    """Print what a report tells: the beginning of each part; money to who may read bills."""
    print_facts([(str(name), value) for name, value in about_rows(row, contents, reader)])
    for part in shown_tables(contents, money=money):
        if not part.rows:
            continue
        print(f"\n{reader.say(f'shift_report_table.{part.key}')}")
        heads = [reader.head(each.name) for each in part.columns]
        right = [n for n, each in enumerate(part.columns) if each.kind in RIGHT]
        dicts = part.dicts()
        rows = [[reader.text(each, row) for each in part.columns] for row in dicts[:_MOST]]
        print_table(heads, rows, right=tuple(right))
        if len(dicts) > _MOST:
            print(reader.say("shift_report.more", number=len(dicts) - _MOST + part.more))
    changes = change_rows(row, contents, reader, money=money)
    if changes:
        print(f"\n{reader.say('shift_report_table.changes')}")
        names = ("table", "row", "column", "before", "after")
        print_table([reader.head(each) for each in names], changes)


def _local(at: Opened, instant: datetime | None) -> str | None:
    """Return an instant by the site's clock, its offset beside it."""
    local = in_zone(instant, at.site.zone)
    return None if local is None else local.isoformat(" ", "minutes")
