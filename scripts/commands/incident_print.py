"""In: incidents as they stand. Out: rows at a terminal. I/O: reads, terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from scripts.commands.asked import runs
from scripts.commands.frame import Opened
from scripts.commands.printing import print_facts, print_table
from scripts.commands.work_frame import used_and_left

if runs():
    from energy.service.work.clock import Standing
    from energy.service.work.reads import (
        Clocks,
        FactRow,
        IncidentRow,
        LevelsRow,
        OrderRow,
        read_history,
        read_incidents,
        read_levels,
        read_orders,
    )

_LONGEST = 48
_PLAIN = ("words", "reason", "item", "number", "unit", "value")


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentStory:
    """An incident with what belongs to it."""

    incident: IncidentRow
    clocks: Clocks
    parent: IncidentRow | None
    orders: Sequence[OrderRow]
    history: Sequence[FactRow]


def story_of(at: Opened, row: IncidentRow) -> IncidentStory:
    """Return an incident with what belongs to it."""
    schema = at.site.schema
    with at.system.database.connection() as connection:
        levels = read_levels(connection, schema)
        orders = read_orders(connection, schema, over=True, incident=row.incident)
        history = read_history(connection, schema, row.incident)
        whole = read_incidents(connection, schema, incident=row.parent)[0] if row.parent else None
    return IncidentStory(
        incident=row,
        clocks=row.clocks(levels, at.site.zone, at.system.clock.now()),
        parent=whole,
        orders=orders,
        history=history,
    )


def for_machines(clocks: Clocks) -> dict[str, dict[str, object]]:
    """Return how clocks stand, spans in seconds."""
    return {
        "response": clock_for_machines(clocks.response),
        "resolution": clock_for_machines(clocks.resolution),
    }


def clock_for_machines(standing: Standing) -> dict[str, object]:
    """Return how a clock stands, spans in seconds."""
    return {
        "used_s": standing.used // timedelta(seconds=1),
        "left_s": standing.left // timedelta(seconds=1),
        "due_at": standing.due_at,
        "broken": standing.broken,
        "paused": standing.paused,
        "stopped": standing.stopped,
    }


def heads(at: Opened, *keys: str) -> list[str]:
    """Return the heads of columns."""
    return [at.text(f"work_head.{key}") for key in keys]


def print_levels(at: Opened, found: Mapping[int, LevelsRow]) -> None:
    """Print the service levels, the newest version first."""
    keys = ("version", "from", "class", "name", "response", "resolution", "counting")
    rows = [
        (
            row.version,
            row.valid_from,
            level.key,
            level.name[at.language],
            level.response_min,
            level.resolution_min,
            at.text(f"work.{level.counting}"),
            at.text("work.yes" if level.second_person else "work.no"),
        )
        for _, row in sorted(found.items(), reverse=True)
        for level in row.levels.levels
    ]
    head = heads(at, *keys, "second_person")
    print_table(head, rows, right=(0, 4, 5), nothing=at.text("none.levels"))


def print_incidents(at: Opened, found: Sequence[tuple[IncidentRow, Clocks]]) -> None:
    """Print a row an incident, with the clock that runs."""
    keys = ("incident", "state", "class", "urgency", "owner", "clock", "used", "left", "due")
    rows = []
    for row, clocks in found:
        which = "resolution" if clocks.response.stopped else "response"
        standing: Standing = getattr(clocks, which)
        rows.append(
            (
                row.number,
                at.text(f"work_state.{row.state}"),
                row.level,
                at.text(f"work_urgency.{row.urgency}"),
                at.name_of(row.owner),
                f"{at.text(f'work.{which}')}: {said_standing(at, standing)}",
                *used_and_left(standing),
                standing.due_at.astimezone(at.site.zone) if standing.due_at else None,
                row.what[:_LONGEST],
            )
        )
    print_table(heads(at, *keys, "what"), rows, right=(6, 7), nothing=at.text("none.incidents"))


def print_incident(at: Opened, story: IncidentStory) -> None:
    """Print an incident: facts, clocks, orders, what happened."""
    row, zone = story.incident, at.site.zone
    facts: dict[str, Any] = {
        "incident": row.number,
        "what": row.what,
        "state": at.text(f"work_state.{row.state}"),
        "origin": at.text(f"work_origin.{row.origin}"),
        "about": row.about,
        "class": row.level,
        "urgency": at.text(f"work_urgency.{row.urgency}"),
        "owner": at.name_of(row.owner),
        "offered": at.name_of(row.offered),
        **{name: getattr(row, name) for name in ("place", "node", "point")},
        "heard": row.heard_at.astimezone(zone),
        "waits_for": at.text(f"work_waits.{row.waits_for}") if row.waits_for else "",
        "problem": at.text(f"work_problem.{row.problem}") if row.problem else "",
        "cause": at.say(f"alert_cause.{row.cause}") if row.cause else "",
        "words": row.words,
        "changed": row.changed,
        "resolver": at.name_of(row.resolved_by),
        "closer": at.name_of(row.closed_by),
        "parent": story.parent.number if story.parent else "",
    }
    print_facts([(at.text(f"work_head.{key}"), value) for key, value in facts.items() if value])
    print_clocks(at, story.clocks, "work")
    if story.orders:
        print(f"\n{at.text('work.orders')}")
        rows = [
            (o.number, at.text(f"work_state.{o.state}"), at.name_of(o.owner), o.what[:_LONGEST])
            for o in story.orders
        ]
        print_table(heads(at, "order", "state", "owner", "what"), rows)
    print_history(at, story.history)


def print_clocks(at: Opened, clocks: Clocks, part: str) -> None:
    """Print the two clocks of an incident or a request.

    Args:
        at: The site.
        clocks: How they stand.
        part: Of the catalogue, which says what they are called.
    """
    print(f"\n{at.text('work.clocks')}")
    rows = [
        (
            at.text(f"{part}.{which}"),
            said_standing(at, standing),
            *used_and_left(standing),
            standing.due_at.astimezone(at.site.zone) if standing.due_at else None,
        )
        for which, standing in (("response", clocks.response), ("resolution", clocks.resolution))
    ]
    print_table(heads(at, "clock", "state", "used", "left", "due"), rows, right=(2, 3))


def print_history(at: Opened, history: Sequence[FactRow]) -> None:
    """Print what happened."""
    print(f"\n{at.text('work.history')}")
    rows = [
        (
            fact.at.astimezone(at.site.zone),
            at.text(f"work_act.{fact.act.partition('.')[2]}"),
            at.name_of(fact.person),
            _told(at, fact),
        )
        for fact in history
    ]
    print_table(heads(at, "at", "act", "person", "told"), rows)


def _told(at: Opened, fact: FactRow) -> str:
    """Return the words of what happened, without what stands elsewhere on the sheet."""
    if fact.act.endswith(".opened"):
        return ""
    told = fact.told
    coded = [
        at.text(f"work_waits.{told['waits_for']}") if "waits_for" in told else None,
        at.text(f"work_problem.{told['problem']}") if "problem" in told else None,
        at.say(f"alert_cause.{told['cause']}") if "cause" in told else None,
        at.name_of(UUID(told["to"])) if "to" in told else None,
    ]
    plain = [str(told[name]) for name in _PLAIN if name in told]
    return " · ".join([each for each in coded if each] + ([" ".join(plain)] if plain else []))


def said_standing(at: Opened, standing: Standing) -> str:
    """Return how a clock stands."""
    if standing.broken:
        return at.text("work.broken")
    if standing.stopped:
        return at.text("work.kept")
    return at.text("work.paused" if standing.paused else "work.running")
