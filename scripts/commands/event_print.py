"""In: assured events as they stand. Out: rows at a terminal. I/O: reads, terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from scripts.commands.asked import runs
from scripts.commands.duty_words import names_at
from scripts.commands.frame import Opened
from scripts.commands.printing import print_facts, print_table

if TYPE_CHECKING:
    from energy.base.period import Period
    from energy.service.reports.table import Contents, ReportTable
if runs():
    from dashboards.shift_papers.cells import Reader
    from dashboards.shift_papers.event_paper import EventPaper, head_key, limit_text
    from energy.service.assurance.reads import (
        AllowedRow,
        AnswerRow,
        EditionRow,
        EventRow,
        read_allowed,
        read_answers,
        read_editions,
    )
    from energy.service.assurance.reporting import read_manning
    from energy.service.assurance.staffing import Manned


@dataclass(frozen=True, slots=True, kw_only=True)
class EventStory:
    """An event with what belongs to it."""

    event: EventRow
    state: str
    manning: Sequence[Manned]
    answers: Sequence[AnswerRow]
    allowed: Sequence[AllowedRow]
    editions: Sequence[EditionRow]


def story_of(at: Opened, row: EventRow) -> EventStory:
    """Return an event with what belongs to it."""
    schema = at.site.schema
    with at.system.database.connection() as connection:
        return EventStory(
            event=row,
            state=str(row.at(at.system.clock.now())),
            manning=read_manning(connection, at.site, row.plan),
            answers=read_answers(connection, schema, row.assured_event),
            allowed=read_allowed(connection, schema, row.assured_event),
            editions=read_editions(connection, schema, row.assured_event),
        )


def print_events(at: Opened, found: Sequence[EventRow], now: datetime) -> None:
    """Print a row an event."""
    keys = ("number", "state", "title", "from", "to", "places", "edition")
    rows = [
        (
            row.number,
            _state(at, row, now),
            row.title,
            _local(at, row.begins_at),
            _local(at, row.ends_at),
            ", ".join([*row.plan.places, *row.plan.nodes]),
            row.edition,
        )
        for row in found
    ]
    print_table(_heads(at, *keys), rows, right=(6,), nothing=at.text("none.events"))


def print_event(at: Opened, story: EventStory) -> None:
    """Print an event: facts, limits, staffing, checklist, what is allowed, editions."""
    row, plan = story.event, story.event.plan
    facts = {
        "number": row.number,
        "state": _state(at, row, at.system.clock.now()),
        "title": row.title,
        "time": _span(at, plan.period),
        "places": ", ".join([*plan.places, *plan.nodes]),
        "approver": at.name_of(row.approved_by),
        "reason": row.reason,
        "signer": at.name_of(row.signed_by),
        "words": row.words,
    }
    print_facts([(at.text(f"event_head.{key}"), value) for key, value in facts.items() if value])
    _limits(at, story)
    _staff(at, story)
    _checks(at, story)
    if story.allowed:
        print(f"\n{at.text('event.allowed_part')}")
        keys = ("thing", "reason", "person", "at")
        told = [
            (each.called, each.reason, at.name_of(each.person), _local(at, each.told_at))
            for each in story.allowed
        ]
        print_table(_heads(at, *keys), told)
    print(f"\n{at.text('event.editions')}")
    heads = ("edition", "at", "author", "approver", "reason")
    editions = [
        (
            each.edition,
            _local(at, each.written_at),
            at.name_of(each.author),
            at.name_of(each.approved_by),
            each.reason,
        )
        for each in story.editions
    ]
    print_table(_heads(at, *heads), editions, right=(0,))


def _limits(at: Opened, story: EventStory) -> None:
    plan = story.event.plan
    if not plan.limits:
        return
    print(f"\n{at.text('event.limits')}")
    rows = [
        (
            each.rule,
            limit_text(each),
            each.severity or at.text("event.one_above"),
        )
        for each in plan.limits
    ]
    print_table(_heads(at, "rule", "limit", "severity"), rows)


def _staff(at: Opened, story: EventStory) -> None:
    if not story.manning:
        return
    print(f"\n{at.text('event.staff')}")
    names = names_at(at)
    rows = [
        (
            names.post(each.post, at.language),
            _span(at, each.period),
            at.name_of(each.person) if each.person else at.text(f"event_gap.{each.gap}"),
        )
        for each in story.manning
    ]
    print_table(_heads(at, "post", "time", "person"), rows)


def _checks(at: Opened, story: EventStory) -> None:
    plan = story.event.plan
    if not plan.checks:
        return
    latest = {each.item: each for each in story.answers}
    print(f"\n{at.text('event.checklist')}")
    rows = []
    for each in plan.checks:
        found = latest.get(each.item.key)
        rows.append(
            (
                each.item.key,
                at.text(f"event_phase.{each.phase}"),
                each.item.ask[at.language],
                f"{found.value} {each.item.unit}".strip() if found else None,
                at.name_of(found.person) if found else None,
                _local(at, found.told_at) if found else None,
            )
        )
    print_table(_heads(at, "item", "phase", "question", "answer", "person", "at"), rows)


def print_report(at: Opened, row: EventRow, contents: Contents) -> None:
    """Print what happened in the time of an event."""
    kept = "event.report_signed" if row.report is not None else "event.report_now"
    print(at.text(kept, number=row.number, title=contents.facts["title"]))
    for table in contents.tables:
        print(f"\n{at.text(f'event_part.{table.key}')}")
        heads = _heads(at, *(head_key(table, each) for each in table.columns))
        print_table(heads, _cells(at, table), nothing=at.text("none.of_event"))


def paper_of(at: Opened, row: EventRow, contents: Contents) -> bytes:
    """Return what happened in the time of an event as PDF."""
    schema, event = at.site.schema, row.assured_event
    with at.system.database.connection() as connection:
        answers = read_answers(connection, schema, event)
        allowed = read_allowed(connection, schema, event)
    reader = Reader(language=at.language, zone=at.site.zone, name_of=at.name_of, duty=names_at(at))
    return EventPaper(
        event=row,
        contents=contents,
        answers=answers,
        allowed=allowed,
        reader=reader,
        site=at.site.name,
        now=at.system.clock.now(),
    ).pdf()


def _cells(at: Opened, table: ReportTable) -> list[list[object]]:
    return [
        [_cell(at, column.kind, value) for column, value in zip(table.columns, row, strict=True)]
        for row in table.rows
    ]


def _cell(at: Opened, kind: str, value: object) -> object:
    if value is None:
        return None
    if kind == "instant":
        return _local(at, datetime.fromisoformat(str(value)))
    if kind == "person":
        return at.name_of(UUID(str(value)))
    if kind.startswith("word:"):
        return at.say(f"{kind.removeprefix('word:')}.{value}")
    return value


def _state(at: Opened, row: EventRow, now: datetime) -> str:
    return at.text(f"event_state.{row.at(now)}")


def _span(at: Opened, period: Period) -> str:
    return f"{_local(at, period.start)} – {_local(at, period.end)}"


def _local(at: Opened, instant: datetime) -> str:
    return f"{instant.astimezone(at.site.zone):%Y-%m-%d %H:%M}"


def _heads(at: Opened, *keys: str) -> list[str]:
    return [at.text(f"event_head.{key}") for key in keys]
