"""In: dated changes of a place tree, each with its journal position. Out: the tree then. Pure.

What holds at an instant follows from all changes from days up to it, in the order of their days
and, on one day, of their positions. A change told later from an earlier day on slips in where its
day puts it; what was known at a position is the same without the changes behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from fractions import Fraction
from itertools import groupby
from typing import Any

from energy.base.period import Period

ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
"""From when on a tree holds that was defined without a day."""
UNSTORED = 2**62
"""Position of a change that stands in no journal yet: behind every other."""
AREA = "area_m2"


class PlaceAct(StrEnum):
    """What a change says of a place."""

    DEFINED = "defined"
    MOVED = "moved"
    RENAMED = "renamed"
    VALUED = "valued"
    """It has another value of an attribute: area, headcount, any number."""
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place as it is at an instant."""

    key: str
    parent: str | None
    kind: str
    name: str
    attributes: Mapping[str, Fraction] = field(default_factory=dict)
    """By name: area_m2, headcount, any number."""

    @property
    def area_m2(self) -> Fraction | None:
        """Return the floor area, None where it is not known. [m2]."""
        return self.attributes.get(AREA)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceChange:
    """One change of one place from an instant on."""

    act: PlaceAct
    place: str
    valid_from: datetime
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What it says, JSON values: parent, kind, name, attributes; name and value of an attribute."""
    position: int = UNSTORED
    """Journal position of its event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueSpan:
    """The time an attribute of a place had one value."""

    start: datetime
    end: datetime
    value: Fraction


class PlaceBook:
    """Every change of a site's place tree that is known."""

    def __init__(self, changes: Iterable[PlaceChange] = ()) -> None:
        """Put changes in order; those of one day and position stay as they come."""
        ordered = sorted(changes, key=lambda each: (each.valid_from, each.position))
        self._changes: dict[str, list[PlaceChange]] = {}
        for change in ordered:
            self._changes.setdefault(change.place, []).append(change)

    def __iter__(self) -> Iterator[PlaceChange]:
        """Yield the changes, place by place, each in order."""
        for changes in self._changes.values():
            yield from changes

    def with_changes(self, changes: Iterable[PlaceChange]) -> PlaceBook:
        """Return a book with some more changes."""
        return PlaceBook([*self, *changes])

    def says(self, changes: Sequence[PlaceChange]) -> bool:
        """Return whether changes stand here already, and told again would change nothing.

        Args:
            changes: All from one instant on.
        """
        if not all(change in self._told(change.place) for change in map(_unstored, changes)):
            return False
        again = self.with_changes(changes)
        instants = {change.valid_from for change in changes}
        instants |= {day for day in self.days() if day > min(instants)}
        return all(again.at(instant) == self.at(instant) for instant in instants)

    def _told(self, place: str) -> list[PlaceChange]:
        return [_unstored(change) for change in self._changes.get(place, ())]

    def at(self, instant: datetime) -> dict[str, Place]:
        """Return the tree at an instant, by key."""
        found = {key: self.place_at(key, instant) for key in self._changes}
        return {key: place for key, place in sorted(found.items()) if place is not None}

    def place_at(self, key: str, instant: datetime) -> Place | None:
        """Return a place at an instant; None where it is none then."""
        place: Place | None = None
        for change in self._changes.get(key, ()):
            if change.valid_from > instant:
                break
            place = _changed(place, change)
        return place

    def value_spans(self, key: str, name: str, period: Period) -> list[ValueSpan]:
        """Return the values of an attribute over a period; nothing where it has none.

        Args:
            key: The place.
            name: Of the attribute.
            period: The span asked for.
        """
        changes = self._changes.get(key, [])
        days = {each.valid_from for each in changes}
        edges = sorted({period.start, *(d for d in days if period.start < d < period.end)})
        spans: list[ValueSpan] = []
        for start, end in zip(edges, [*edges[1:], period.end], strict=True):
            place = self.place_at(key, start)
            value = None if place is None else place.attributes.get(name)
            if value is None or start >= end:
                continue
            if spans and spans[-1].end == start and spans[-1].value == value:
                spans[-1] = replace(spans[-1], end=end)
            else:
                spans.append(ValueSpan(start=start, end=end, value=value))
        return spans

    def days(self) -> list[datetime]:
        """Return the instants from which on something changes, in order."""
        return sorted({change.valid_from for change in self})

    def problems(self, since: datetime) -> list[tuple[str, dict[str, object]]]:
        """Return what does not fit from an instant on: keys of texts with their values.

        Args:
            since: Of a change; what was before it stays as it is.
        """
        found: list[tuple[str, dict[str, object]]] = []
        for instant in [since, *(day for day in self.days() if day > since)]:
            for problem in _problems(self.at(instant)):
                if problem not in found:
                    found.append(problem)
        return found


def _unstored(change: PlaceChange) -> PlaceChange:
    """Return what a change says, wherever it stands in the journal."""
    return replace(change, position=UNSTORED)


def _changed(place: Place | None, change: PlaceChange) -> Place | None:
    """Return a place after a change; a change of what is no place then says nothing."""
    facts = change.facts
    if change.act is PlaceAct.DEFINED:
        values = {name: Fraction(str(value)) for name, value in facts.get("attributes", {}).items()}
        return Place(
            key=change.place,
            parent=facts.get("parent"),
            kind=facts["kind"],
            name=facts["name"],
            attributes=values,
        )
    if place is None or change.act is PlaceAct.CLOSED:
        return None
    match change.act:
        case PlaceAct.MOVED:
            return replace(place, parent=facts["parent"])
        case PlaceAct.RENAMED:
            return replace(place, name=facts["name"])
    named = {name: value for name, value in place.attributes.items() if name != facts["name"]}
    if facts["value"] is not None:
        named[facts["name"]] = Fraction(facts["value"])
    return replace(place, attributes=named)


def _problems(tree: Mapping[str, Place]) -> Iterator[tuple[str, dict[str, object]]]:
    for place in tree.values():
        if place.parent is not None and place.parent not in tree:
            yield "place.no_parent", {"place": place.key, "parent": place.parent}
        seen: set[str] = set()
        at: str | None = place.key
        while at is not None and at in tree and at not in seen:
            seen.add(at)
            at = tree[at].parent
        if at is not None and at in seen:
            yield "place.circle", {"place": place.key}


def defined(places: Sequence[Mapping[str, Any]], *, valid_from: datetime) -> list[PlaceChange]:
    """Return the changes that define some places from an instant on.

    Args:
        places: As a site file writes them: key, parent, kind, name, area_m2, attributes.
        valid_from: From when on.
    """
    changes = []
    for place in places:
        attributes = {name: str(value) for name, value in place.get("attributes", {}).items()}
        if place.get(AREA) is not None:
            attributes[AREA] = str(place[AREA])
        facts = {"parent": place.get("parent"), "kind": place["kind"], "name": place["name"]}
        changes.append(
            PlaceChange(
                act=PlaceAct.DEFINED,
                place=place["key"],
                valid_from=valid_from,
                facts={**facts, "attributes": attributes},
            )
        )
    return changes


def redefined(
    before: Iterable[str], places: Sequence[Mapping[str, Any]], *, valid_from: datetime
) -> list[PlaceChange]:
    """Return the changes that put a tree in the stead of another.

    Args:
        before: Keys of every place there was.
        places: The new tree.
        valid_from: From when on.
    """
    keys = {place["key"] for place in places}
    gone = sorted(set(before) - keys)
    closed = [PlaceChange(act=PlaceAct.CLOSED, place=key, valid_from=valid_from) for key in gone]
    return [*closed, *defined(places, valid_from=valid_from)]


def within(tree: Mapping[str, Place], key: str) -> set[str]:
    """Return a place and everything below it."""
    below: dict[str | None, list[str]] = {}
    for parent, places in groupby(
        sorted(tree.values(), key=lambda each: each.parent or ""), key=lambda each: each.parent
    ):
        below[parent] = [place.key for place in places]
    found: set[str] = set()
    waiting = [key] if key in tree else []
    while waiting:
        at = waiting.pop()
        if at not in found:
            found.add(at)
            waiting.extend(below.get(at, ()))
    return found


def change_to_json(change: PlaceChange) -> dict[str, Any]:
    """Return what an event keeps of a change: all but its day and position."""
    return {"act": change.act.value, "place": change.place, "facts": dict(change.facts)}


def change_from_json(
    stored: Mapping[str, Any], *, valid_from: datetime, position: int = UNSTORED
) -> PlaceChange:
    """Return the change that change_to_json stored."""
    return PlaceChange(
        act=PlaceAct(stored["act"]),
        place=stored["place"],
        valid_from=valid_from,
        facts=stored["facts"],
        position=position,
    )


def inside_of(parents: Mapping[str, str | None], places: Iterable[str]) -> set[str]:
    """Return some places with every place inside them.

    Args:
        parents: Place -> the one it is in, None for the top.
        places: Keys of the places.
    """
    found = set(places)
    while fresh := {key for key, parent in parents.items() if parent in found} - found:
        found |= fresh
    return found
