"""In: requests as they stand. Out: rows at a terminal. I/O: reads, terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scripts.commands.asked import runs
from scripts.commands.frame import Opened
from scripts.commands.incident_print import heads as work_heads
from scripts.commands.incident_print import print_clocks, said_standing
from scripts.commands.printing import print_facts, print_table
from scripts.commands.work_frame import duration, used_and_left

if runs():
    from billing.enquiries.words import enquiry_words
    from billing.views.enquiries import read_enquiry
    from energy.service.requests.figures import Figures, Part
    from energy.service.requests.reads import (
        CallRow,
        MadeRow,
        RequestFact,
        RequestRow,
        read_calls,
        read_made,
        read_request_history,
    )
    from energy.service.work.reads import Clocks, LevelsRow, read_levels

_LONGEST = 48


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestStory:
    """A request with what belongs to it."""

    request: RequestRow
    words: str
    clocks: Clocks
    calls: Sequence[CallRow]
    made: Sequence[MadeRow]
    history: Sequence[tuple[RequestFact, str]]
    """What happened, with what was said."""


def heads(at: Opened, *keys: str) -> list[str]:
    """Return the heads of columns."""
    return [at.text(f"request_head.{key}") for key in keys]


def words_of(at: Opened, row: RequestRow) -> str:
    """Return what the tenant said first; that of the portal stands in its enquiry."""
    if row.words_sealed:
        return at.system.vault.open(row.person, row.words_sealed)
    return at.text("request.in_portal")


def story_of(at: Opened, row: RequestRow) -> RequestStory:
    """Return a request with what belongs to it."""
    schema, vault = at.site.schema, at.system.vault
    with at.system.database.connection() as connection:
        levels = read_levels(connection, schema)
        calls = read_calls(connection, schema, request=row.request, done=True)
        made = read_made(connection, schema, row.request)
        history = read_request_history(connection, schema, row.request)
        asked = read_enquiry(connection, schema, row.enquiry) if row.enquiry else None
    spoken = enquiry_words(vault, at.site.key, asked) if asked else ()
    said = dict(enumerate(spoken, 1))

    def words(fact: RequestFact) -> str:
        if fact.words_sealed:
            return vault.open(row.person, fact.words_sealed)
        return said.get(fact.told.get("word") or 0, "")

    return RequestStory(
        request=row,
        words=said.get(1) or words_of(at, row),
        clocks=row.clocks(levels, at.site.zone, at.system.clock.now()),
        calls=calls,
        made=made,
        history=[(fact, words(fact)) for fact in history],
    )


def print_requests(at: Opened, found: Sequence[tuple[RequestRow, Clocks]]) -> None:
    """Print a row a request, with the clock that runs."""
    keys = ("request", "state", "kind", "category", "tenant", "owner")
    rows = []
    for row, clocks in found:
        which = "resolution" if clocks.response.stopped else "response"
        standing = getattr(clocks, which)
        rows.append(
            (
                row.number,
                at.text(f"request_state.{row.state}"),
                at.text(f"request_kind.{row.kind}"),
                at.text(f"request_category.{row.category}"),
                row.tenant or None,
                at.name_of(row.owner),
                f"{at.text(f'request.{which}')}: {said_standing(at, standing)}",
                used_and_left(standing)[1],
                standing.due_at.astimezone(at.site.zone) if standing.due_at else None,
                words_of(at, row)[:_LONGEST],
            )
        )
    head = [*heads(at, *keys), *work_heads(at, "clock", "left", "due"), *heads(at, "words")]
    print_table(head, rows, right=(7,), nothing=at.text("none.requests"))


def print_request(at: Opened, story: RequestStory) -> None:
    """Print a request: facts, clocks, call-backs, what was made, what happened."""
    row, zone = story.request, at.site.zone
    complaint = {
        "complaint": row.complaint,
        "justified": None if row.justified is None else at.text(_yes(row.justified)),
        "unit": row.unit,
        "points": row.points,
    }
    facts: dict[str, Any] = {
        "request": row.number,
        "words": story.words,
        "state": at.text(f"request_state.{row.state}"),
        "kind": at.text(f"request_kind.{row.kind}"),
        "category": at.text(f"request_category.{row.category}"),
        "channel": at.text(f"request_channel.{row.channel}"),
        "tenant": row.tenant,
        "invoice": row.invoice,
        "place": row.place,
        "node": row.node,
        "point": row.point,
        "class": row.level,
        "owner": at.name_of(row.owner),
        "offered": at.name_of(row.offered),
        "escalations": row.escalations,
        "heard": row.heard_at.astimezone(zone),
        **complaint,
        "outcome": at.text(f"request_outcome.{row.outcome}") if row.outcome else "",
        "first_contact": None if row.first_contact is None else at.text(_yes(row.first_contact)),
        "score": row.score,
    }
    print_facts([(at.text(f"request_head.{key}"), value) for key, value in facts.items() if value])
    print_clocks(at, story.clocks, "request")
    if story.made:
        print(f"\n{at.text('request.made_from')}")
        rows = [
            (each.number, at.text(f"request_made.{each.kind}"), at.text(f"work_state.{each.state}"))
            for each in story.made
        ]
        print_table(heads(at, "number", "kind", "state"), rows)
    if story.calls:
        print(f"\n{at.text('request.calls')}")
        now = at.system.clock.now()
        called = [
            (
                each.due_at.astimezone(zone),
                at.name_of(each.person),
                at.text(f"request_call.{each.outcome or 'waits'}"),
                at.text("work.yes") if each.missed(now) else None,
            )
            for each in story.calls
        ]
        print_table(heads(at, "due", "who", "outcome", "missed"), called)
    _print_history(at, story)


def _yes(said: bool) -> str:  # noqa: FBT001 - what is said
    return "work.yes" if said else "work.no"


def _print_history(at: Opened, story: RequestStory) -> None:
    print(f"\n{at.text('work.history')}")
    rows = [
        (
            fact.at.astimezone(at.site.zone),
            at.text(f"request_act.{fact.act.partition('.')[2]}"),
            at.name_of(fact.person),
            _told(at, fact, words),
        )
        for fact, words in story.history
    ]
    print_table(work_heads(at, "at", "act", "person", "told"), rows)


def _told(at: Opened, fact: RequestFact, words: str) -> str:
    told = []
    if "way" in fact.told:
        told.append(at.text(f"request_channel.{fact.told['way']}"))
    if "outcome" in fact.told:
        part = "call" if fact.act.endswith("call_done") else "outcome"
        told.append(at.text(f"request_{part}.{fact.told['outcome']}"))
    if "justified" in fact.told:
        told.append(
            at.text("request.justified" if fact.told["justified"] else "request.unjustified")
        )
    plain = ("complaint", "unit", "score")
    told += [str(fact.told[name]) for name in plain if fact.told.get(name)]
    if fact.act.endswith(".made"):
        told.append(fact.told["number"])
    told += fact.told.get("articles", ())
    if words and not fact.act.endswith(".opened"):
        told.append(words)
    return " · ".join(told)


def print_figures(at: Opened, told: Figures, levels: Mapping[int, LevelsRow]) -> None:
    """Print the figures of a month.

    Args:
        at: The site.
        told: The figures.
        levels: By version: the newest that has them names classes of complaints and units.
    """
    facts = {
        "month": told.month.strftime("%Y-%m"),
        "heard": told.heard,
        "response": _part(told.response),
        "resolution": _part(told.resolution),
        "first_contact": _part(told.first_contact),
        "median": None if told.median_used is None else duration(told.median_used),
        "satisfaction": told.satisfaction,
    }
    print_facts(
        [(at.text(f"request_figure.{key}"), value) for key, value in facts.items() if value]
    )
    named: dict[str, str] = {}
    for _, row in sorted(levels.items()):
        named |= {each.key: each.name[at.language] for each in row.levels.levels}
        other = (*row.levels.complaints, *row.levels.units)
        named |= {each.key: each.name[at.language] for each in other}
    counts = [
        (at.text(f"request_head.{name}"), _key(at, name, key, named), many)
        for name, keys in told.counts.items()
        for key, many in keys.items()
    ]
    if counts:
        print()
        print_table(heads(at, "by", "key", "requests"), counts, right=(2,))
    if told.units:
        print()
        rows = [
            (named.get(each.unit, each.unit), each.judged, each.justified, each.points)
            for each in told.units
        ]
        print_table(heads(at, "unit", "judged", "justified", "points"), rows, right=(1, 2, 3))


def _part(part: Part) -> str:
    return f"{part.of_them}/{part.all_of} ({part.percent} %)" if part.all_of else ""


def _key(at: Opened, name: str, key: str, named: Mapping[str, str]) -> str:
    if name in {"level", "complaint"}:
        return named.get(key, key)
    return at.text(f"request_{name}.{key}")
