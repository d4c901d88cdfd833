"""In: work orders as they stand. Out: rows at a terminal. I/O: reads, terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from scripts.commands.asked import runs
from scripts.commands.frame import Opened
from scripts.commands.incident_print import (
    clock_for_machines,
    heads,
    print_history,
    said_standing,
)
from scripts.commands.printing import print_facts, print_table
from scripts.commands.work_frame import used_and_left

if runs():
    from energy.service.work.checklist import Answer, CheckItem, Checklist
    from energy.service.work.clock import Standing
    from energy.service.work.done_reads import (
        PaperRow,
        PartRow,
        TimeRow,
        read_papers,
        read_parts,
        read_times,
    )
    from energy.service.work.reads import (
        FactRow,
        IncidentRow,
        LevelsRow,
        OrderRow,
        read_history,
        read_incidents,
        read_levels,
    )

_LONGEST = 48
_SHA = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderStory:
    """A work order with what belongs to it."""

    order: OrderRow
    clock: Standing
    incident: IncidentRow | None
    parts: Sequence[PartRow]
    times: Sequence[TimeRow]
    papers: Sequence[PaperRow]
    history: Sequence[FactRow]


def story_of(at: Opened, row: OrderRow) -> OrderStory:
    """Return an order with what belongs to it."""
    schema, order = at.site.schema, row.work_order
    with at.system.database.connection() as connection:
        whole = (
            read_incidents(connection, schema, incident=row.incident)[0] if row.incident else None
        )
        return OrderStory(
            order=row,
            clock=clock_of(at, read_levels(connection, schema), row),
            incident=whole,
            parts=read_parts(connection, schema, order),
            times=read_times(connection, schema, order),
            papers=read_papers(connection, schema, order),
            history=read_history(connection, schema, order),
        )


def clock_of(at: Opened, levels: Mapping[int, LevelsRow], row: OrderRow) -> Standing:
    """Return how the clock of an order stands now."""
    return row.clock(levels, at.site.zone, at.system.clock.now())


def for_machines(told: OrderRow | OrderStory, clock: Standing) -> dict[str, object]:
    """Return an order, or all that belongs to it, with its clock; spans in seconds."""
    parts = {each.name: getattr(told, each.name) for each in fields(told)}
    return {**parts, "clock": clock_for_machines(clock)}


def print_checklists(at: Opened, found: Sequence[tuple[int, Checklist]]) -> None:
    """Print a row a question."""
    rows = [
        (each.key, version, item.key, item.ask[at.language], item.answer, item.unit or None)
        for version, each in found
        for item in each.items
    ]
    head = heads(at, "checklist", "version", "item", "ask", "answer", "unit")
    print_table(head, rows, right=(1,), nothing=at.text("none.checklists"))


def print_orders(at: Opened, found: Sequence[tuple[OrderRow, Standing]]) -> None:
    """Print a row an order, with its clock."""
    rows = [
        (
            row.number,
            at.text(f"work_state.{row.state}"),
            at.text(f"work_kind.{row.kind}"),
            row.level,
            at.name_of(row.owner),
            at.name_of(row.assigned),
            row.since.astimezone(at.site.zone),
            f"{said_standing(at, clock)}{'' if row.due_at else _by_class(at)}",
            used_and_left(clock)[1],
            _due(at, row, clock),
            row.what[:_LONGEST],
        )
        for row, clock in found
    ]
    keys = ("order", "state", "kind", "class", "owner", "assigned", "since", "clock", "left", "due")
    print_table(heads(at, *keys, "what"), rows, right=(8,), nothing=at.text("none.work"))


def _by_class(at: Opened) -> str:
    return f" ({at.text('work.by_class')})"


def _due(at: Opened, row: OrderRow, clock: Standing) -> datetime | None:
    due_at = row.due_at or clock.due_at
    return None if due_at is None else due_at.astimezone(at.site.zone)


def print_order(at: Opened, story: OrderStory) -> None:
    """Print an order: facts, checklist, parts, time, papers, what happened."""
    row, zone = story.order, at.site.zone
    facts: dict[str, Any] = {
        "order": row.number,
        "what": row.what,
        "state": at.text(f"work_state.{row.state}"),
        "kind": at.text(f"work_kind.{row.kind}"),
        "incident": story.incident.number if story.incident else "",
        "plan": row.plan,
        "equipment": row.equipment,
        "class": row.level,
        "owner": at.name_of(row.owner),
        "assigned": at.name_of(row.assigned),
        **{name: getattr(row, name) for name in ("place", "node", "point")},
        "since": row.since.astimezone(zone),
        "clock": f"{said_standing(at, story.clock)}{'' if row.due_at else _by_class(at)}",
        "left": "" if story.clock.stopped else used_and_left(story.clock)[1],
        "due": _due(at, row, story.clock),
        "waits_for": at.text(f"work_waits.{row.waits_for}") if row.waits_for else "",
        "doer": at.name_of(row.done_by),
        "signer": at.name_of(row.signed_by),
        "reason": row.reason,
    }
    print_facts([(at.text(f"work_head.{key}"), value) for key, value in facts.items() if value])
    _print_work(at, story)
    print_history(at, story.history)


def _print_work(at: Opened, story: OrderStory) -> None:
    """Print what was done: checklist, parts, time, papers."""
    row, zone = story.order, at.site.zone
    _part(
        at,
        "questions",
        ("item", "ask", "answer", "unit"),
        [
            (item.key, item.ask[at.language], _answer(at, item, row), item.unit or None)
            for item in row.items
        ],
    )
    _part(
        at,
        "parts",
        ("item", "number", "unit", "person"),
        [(each.item, each.number, each.unit, at.name_of(each.person)) for each in story.parts],
        right=(1,),
    )
    _part(
        at,
        "times",
        ("person", "from", "to", "minutes"),
        [
            (
                at.name_of(each.person),
                each.began_at.astimezone(zone),
                each.ended_at.astimezone(zone),
                each.minutes,
            )
            for each in story.times
        ],
        right=(3,),
    )
    _part(
        at,
        "papers",
        ("document", "kind", "person"),
        [(each.sha256[:_SHA], each.media_type, at.name_of(each.person)) for each in story.papers],
    )


def _part(
    at: Opened,
    title: str,
    keys: Sequence[str],
    rows: Sequence[tuple[object, ...]],
    right: tuple[int, ...] = (),
) -> None:
    if rows:
        print(f"\n{at.text(f'work.{title}')}")
        print_table(heads(at, *keys), rows, right=right)


def _answer(at: Opened, item: CheckItem, row: OrderRow) -> str | None:
    said = row.answers.get(item.key)
    if said is not None and item.answer is Answer.YES_NO:
        return at.text(f"work.{said}")
    return said
