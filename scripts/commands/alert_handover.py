"""In: `alert handover`. Out: what the next shift is to know, shown or as a PDF. I/O: one file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

from energy.base.errors import RefusedError
from energy.base.period import local_day
from scripts.commands.asked import runs
from scripts.commands.field_paper import write
from scripts.commands.frame import Opened, opened
from scripts.commands.printing import cell, print_json, print_table
from scripts.commands.tree import Json

if runs():
    from billing.documents.field_paper import Paper, render_paper
    from dashboards.queries.alert_rows import AlertTab
    from dashboards.queries.rows import AlertRow
    from dashboards.selection import selection_of
    from energy.alerting.notices.shift_tests import present_rows, read_shifts
    from energy.alerting.outages.reads import read_outages
    from energy.alerting.sounding.reads import read_silences, read_tests
    from energy.alerting.sounding.shift import shift_at
    from energy.alerting.suppression_desk import SuppressionDesk
    from energy.service.duty.calling import called_by
    from energy.service.duty.reads import read_duty_plan, read_on_duty, read_points
    from energy.service.work.reads import IncidentRow, OrderRow, read_incidents, read_orders
    from energy.system import WEB
    from scripts.commands.alert_words import state_of, what_of

SHORT = 8
MOST = 40
"""Incidents and orders on the sheet; `incident list` and `work list` have all."""
LONGEST = 160
"""Signs of a reason on the sheet; the journal holds all of it."""
_HALF_A_DAY = timedelta(hours=12)
"""What counts as this shift where no plan of duty says it."""
_TESTED = timedelta(days=2)
"""How far back a test message of the present shift may lie."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One table of the sheet."""

    key: str
    heads: Sequence[str]
    rows: Sequence[Sequence[object]]
    more: int = 0
    """Rows there is no room for."""


def handover(
    ctx: typer.Context,
    file: Path | None = None,
    hours: Annotated[int, typer.Option(min=1, max=168)] = 12,
    *,
    as_json: Json = False,
) -> None:
    """Show what the next shift is to know, or write it as a sheet to sign (PDF)."""
    if file is not None and file.suffix != ".pdf":
        raise RefusedError.of("file.no_pdf", target=file)
    with opened(ctx, WEB) as at:
        parts = list(_parts(at, timedelta(hours=hours)))
        if as_json:
            rows = {p.key: [dict(zip(p.heads, row, strict=True)) for row in p.rows] for p in parts}
            print_json({**rows, "more": {p.key: p.more for p in parts}})
        elif file is None:
            for part in parts:
                _print(at, part, hours)
        else:
            write(at, file, sheet_of(at, parts, hours))


def sheet_of(at: Opened, parts: Sequence[Part], hours: int) -> bytes:
    """Return the sheet to sign, as PDF.

    Raises:
        DocumentError: It cannot be set.
    """
    language = at.language
    page: dict[str, Any] = {
        "language": language,
        "site": at.site.name,
        "title": at.say("handover.title"),
        "made": at.say("handover.made", at=_local(at, at.system.clock.now())),
        "page": at.say("handover.page", page="{page}", pages="{pages}"),
        "parts": [
            {
                "title": _title(at, part, hours),
                "head": [at.say(f"handover_head.{key}") for key in part.heads],
                "rows": [[_short(cell(each)) for each in row] for row in part.rows],
                "none": at.say(f"handover.none_{part.key}"),
                "more": _more(at, part) if part.more else "",
            }
            for part in parts
        ],
        "sound": at.say("handover.sound"),
        "remarks": at.say("handover.remarks"),
        "signatures": [at.say("handover.gives"), at.say("handover.takes")],
        "signature": [at.say(f"handover.{key}") for key in ("name", "time", "signature")],
    }
    return render_paper(Paper.HANDOVER, page, dated=at.system.clock.now())


def _print(at: Opened, part: Part, hours: int) -> None:
    print(_title(at, part, hours))
    heads = [at.say(f"handover_head.{key}") for key in part.heads]
    rows = [[_short(cell(each)) for each in row] for row in part.rows]
    print_table(heads, rows, nothing=at.say(f"handover.none_{part.key}"))
    if part.more:
        print(_more(at, part))
    print()


def _title(at: Opened, part: Part, hours: int) -> str:
    return at.say(f"handover.part_{part.key}", number=len(part.rows) + part.more, hours=hours)


def _more(at: Opened, part: Part) -> str:
    key = "handover.more_work" if part.key == "work" else "handover.more"
    return at.say(key, number=part.more)


def _parts(at: Opened, ahead: timedelta) -> Iterator[Part]:
    now = at.system.clock.now()
    yield _roster(at, now)
    yield _phones(at, now)
    yield _points(at)
    yield _work(at)
    yield _sounds(at, now)
    yield _alerts(
        at, AlertTab.OPEN, ("alert", "severity", "what", "point", "raised", "state", "owner")
    )
    yield _alerts(
        at, AlertTab.SHELVED, ("alert", "severity", "what", "point", "state", "reason", "by")
    )
    yield _spans(at, now, now + ahead)
    yield _outages(at, now, now + ahead)


def _phones(at: Opened, now: datetime) -> Part:
    with at.system.database.connection() as connection:
        called = called_by(at.system.database, at.site)
        found = read_shifts(connection, at.site, now - _TESTED, now, called)
    rows = [
        (
            _local(at, each.begin),
            each.contact,
            each.way,
            at.text(f"notice.shift_{each.state}"),
            None if each.delivered_at is None else _local(at, each.delivered_at),
        )
        for each in present_rows(found)
    ]
    return Part(key="phones", heads=("shift", "contact", "way", "state", "receipt"), rows=rows)


def _roster(at: Opened, now: datetime) -> Part:
    """Return who is on duty in this shift and in the next, uncovered posts with why."""
    rows: list[Sequence[object]] = []
    with at.system.database.connection() as connection:
        shift = read_on_duty(connection, at.site, now)
        standing = [shift]
        if shift.period is not None:
            standing.append(read_on_duty(connection, at.site, shift.period.end))
    for each in standing:
        begin = _local(at, each.period.start) if each.period else _local(at, now)
        name = f"{begin} {each.shift}".strip()
        rows += [(name, post, at.name_of(who)) for post, who in each.posts.items()]
        for post, why in each.gaps.items():
            told = at.say("handover.uncovered", why=at.text(f"duty_why.{why}"))
            rows.append((name, post, told))
    return Part(key="roster", heads=("shift", "post", "person"), rows=rows)


def _points(at: Opened) -> Part:
    with at.system.database.connection() as connection:
        found = read_points(connection, at.site.schema)
    rows = [
        (each.entry.hex[:SHORT], _local(at, each.at), at.name_of(each.by), each.text)
        for each in found
    ]
    return Part(key="points", heads=("entry", "told", "by", "what"), rows=rows)


def _work(at: Opened) -> Part:
    """Return the incidents and work orders that are not over."""
    with at.system.database.connection() as connection:
        incidents = read_incidents(connection, at.site.schema)
        orders = read_orders(connection, at.site.schema)
    found: list[IncidentRow | OrderRow] = [*incidents, *orders]
    rows = [
        (
            each.number,
            each.what,
            each.point or each.node or each.place or None,
            at.text(f"work_state.{each.state}"),
            at.name_of(each.owner),
        )
        for each in found[:MOST]
    ]
    heads = ("number", "what", "point", "state", "owned")
    return Part(key="work", heads=heads, rows=rows, more=len(found) - len(rows))


def _sounds(at: Opened, now: datetime) -> Part:
    """Return the tests and silences of this shift: by the plan of duty, else of half a day."""
    with at.system.database.connection() as connection:
        plan = read_duty_plan(connection, at.site.schema)
        begins = [each.at for each in plan.shifts] if plan else []
        begun = shift_at(now, at.site.zone, begins).start if begins else now - _HALF_A_DAY
        tests = read_tests(connection, at.site.schema, begun)
        silences = read_silences(connection, at.site.schema, begun)
    rows: list[tuple[datetime, str, str | None, str | None]] = [
        (
            each.begun_at,
            at.say("handover.tested" if each.heard_at else "handover.unheard"),
            each.screen,
            at.name_of(each.heard_by or each.begun_by),
        )
        for each in tests
    ]
    rows += [
        (each.begins_at, at.say("handover.silenced"), None, at.name_of(each.by))
        for each in silences
    ]
    told = [(_local(at, begin), *rest) for begin, *rest in sorted(rows, key=lambda row: row[0])]
    return Part(key="sounds", heads=("from", "act", "screen", "by"), rows=told)


def _alerts(at: Opened, tab: AlertTab, heads: Sequence[str]) -> Part:
    today = local_day(at.system.clock.now(), at.site.zone)
    board = at.queries.alert_board(at.scope, tab, selection_of("", today)).rows
    rows = [tuple(_alert(at, each)[key] for key in heads) for each in board.rows]
    return Part(key=tab, heads=heads, rows=rows, more=max(0, board.counts[tab] - len(rows)))


def _alert(at: Opened, row: AlertRow) -> dict[str, object]:
    return {
        "alert": row.alert.hex[:SHORT],
        "severity": at.say(f"severity.{row.severity}"),
        "what": what_of(at, row),
        "point": row.point or row.meter or None,
        "raised": _local(at, row.raised_at),
        "state": state_of(at, row),
        "owner": row.assigned_to or row.acknowledged_by,
        "reason": row.shelf_reason or None,
        "by": row.shelved_by,
    }


def _spans(at: Opened, now: datetime, end: datetime) -> Part:
    desk = SuppressionDesk(at.system.database, at.site.schema, at.system.clock)
    rows = [
        (
            at.say(f"suppression_why.{each.why}"),
            each.about,
            _local(at, each.begins_at),
            _local(at, each.ends_at),
            each.reason,
            at.name_of(each.person),
        )
        for each in desk.spans()
        if each.ended_at is None and each.ends_at > now and each.begins_at < end
    ]
    return Part(key="spans", heads=("why", "about", "from", "to", "reason", "by"), rows=rows)


def _outages(at: Opened, now: datetime, end: datetime) -> Part:
    with at.system.database.connection() as connection:
        found = read_outages(connection, at.site.schema)
    rows = [
        (
            each.outage.hex[:SHORT],
            at.text(f"outage_state.{each.state(now)}"),
            each.about.removeprefix("node:"),
            _local(at, each.begins_at),
            _local(at, each.ends_at),
            each.reason,
        )
        for each in reversed(found)
        if not each.state(now).over and each.begins_at < end
    ]
    return Part(key="outages", heads=("outage", "state", "node", "from", "to", "reason"), rows=rows)


def _local(at: Opened, instant: datetime) -> str:
    return f"{instant.astimezone(at.site.zone):%Y-%m-%d %H:%M}"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
