"""In: the plan of duty as a person writes it (TOML). Out: shifts, posts, who may stand. Pure.

People are ids of the directory here; the file names their sign-ins, whoever reads it resolves them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from energy.service.duty.errors import DutyError
from energy.service.duty.names import NO_NAMES, DutyNames, names_of

_KEY = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_PLAN_KEYS = frozenset({"rest_h", "shift", "post", "group", "gap"})
_MOST_REST_H = 48
_MOST_GAP_DAYS = 31
NOBODY = "-"
"""Stands in a pattern where nobody is on a post."""


class PostKind(StrEnum):
    """What a post asks of whoever is on it."""

    DESK = "desk"
    """To be there: between two such shifts lies a rest."""
    ON_CALL = "on_call"
    """To be reached."""
    STAND_IN = "stand_in"
    """To be ready to take another post; it may be taken beside this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A shift by its key; it ends when the next one begins."""

    name: str
    """Its key; what people read is in the names of the plan."""
    at: time
    """When it begins, by the site's clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A place that somebody is to fill in every shift."""

    key: str
    kind: PostKind
    group: str
    """Qualification: who may fill it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyPlan:
    """How the day is divided, what is to be filled and by whom."""

    shifts: tuple[Shift, ...]
    posts: tuple[Post, ...]
    groups: Mapping[str, tuple[UUID, ...]]
    rest: timedelta
    """Least time between two shifts at desks of one person."""
    gap_to: tuple[str, ...] = ()
    """Groups and contacts of notices that are told of gaps; () tells nobody."""
    gap_days: int = 0
    """How many days ahead a gap is told."""
    names: DutyNames = NO_NAMES
    """What people read in place of keys."""

    def post(self, key: str) -> Post | None:
        """Return a post by its key."""
        return next((each for each in self.posts if each.key == key), None)

    def qualified(self, post: str) -> tuple[UUID, ...]:
        """Return who may fill a post, in the plan's order; nobody, where there is no such post."""
        found = self.post(post)
        return self.groups.get(found.group, ()) if found else ()


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class SlotKey:
    """One post of one shift of one local day: the day on which the shift begins."""

    day: date
    shift: str
    post: str

    def __str__(self) -> str:
        """Return it as people type it: "2026-12-05/night/desk"."""
        return f"{self.day.isoformat()}/{self.shift}/{self.post}"


def slot_from(text: str) -> SlotKey:
    """Return the slot that a text names.

    Raises:
        DutyError: It names none.
    """
    parts = text.split("/")
    try:
        day = date.fromisoformat(parts[0])
    except ValueError as error:
        raise DutyError.of("slot", slot=text[:60]) from error
    if len(parts) != 3 or not all(parts):
        raise DutyError.of("slot", slot=text[:60])
    return SlotKey(day=day, shift=parts[1], post=parts[2])


def plan_from(spec: Mapping[str, Any]) -> DutyPlan:
    """Return the plan that a person wrote.

    Args:
        spec: As an event holds it: `rest_h`, `shift` (key, name, at; or name, a text, and at),
            `post` (key, kind, group, perhaps name), `group` (ids of people by qualification),
            perhaps `gap` (to, days).

    Raises:
        DutyError: It says too little, too much or what cannot be.
    """
    for key in sorted(set(spec) - _PLAN_KEYS):
        raise DutyError.of("unknown_key", key=key, known=", ".join(sorted(_PLAN_KEYS)))
    rest_h = spec.get("rest_h")
    if type(rest_h) is not int or not 0 <= rest_h <= _MOST_REST_H:
        raise DutyError.of("rest_h", most=_MOST_REST_H)
    groups = {key: _people(key, row) for key, row in _table(spec.get("group")).items()}
    of_shifts, of_posts = _rows(spec.get("shift")), _rows(spec.get("post"))
    shifts = sorted(map(_planned, of_shifts), key=lambda each: each.at)
    posts = tuple(_post(row, groups) for row in of_posts)
    if not shifts or not posts:
        raise DutyError.of("empty_plan")
    for values in ([s.name for s in shifts], [s.at for s in shifts], [p.key for p in posts]):
        if len(set(values)) != len(values):
            raise DutyError.of("twice", values=", ".join(map(str, values)))
    rest = timedelta(hours=rest_h)
    to, days = _gap(spec.get("gap"))
    return DutyPlan(
        shifts=tuple(shifts),
        posts=posts,
        groups=groups,
        rest=rest,
        gap_to=to,
        gap_days=days,
        names=names_of(of_shifts, of_posts),
    )


def shifts_from(rows: Sequence[Mapping[str, Any]]) -> tuple[Shift, ...]:
    """Return shifts as an event holds them."""
    return tuple(_shift(row) for row in rows)


def pattern_from(table: object, plan: DutyPlan) -> dict[tuple[str, str], list[UUID | None]]:
    """Return who follows whom on each post in each shift, day by day.

    Args:
        table: By post and shift: ids of people, or "-" where nobody is on it.
        plan: That holds.

    Raises:
        DutyError: It names an unknown post or shift, or who is not qualified for the post.
    """
    names = {shift.name for shift in plan.shifts}
    found: dict[tuple[str, str], list[UUID | None]] = {}
    for key, row in _table(table).items():
        for shift, people in _table(row).items():
            if plan.post(key) is None or shift not in names:
                raise DutyError.of("no_post", post=key, shift=shift)
            found[key, shift] = [None if who == NOBODY else _person(who) for who in _list(people)]
            if not found[key, shift]:
                raise DutyError.of("no_post", post=key, shift=shift)
            for person in found[key, shift]:
                if person is not None and person not in plan.qualified(key):
                    raise DutyError.of("not_qualified", slot=f"{shift}/{key}")
    return found


def slots_of(
    pattern: Mapping[tuple[str, str], Sequence[UUID | None]],
    plan: DutyPlan,
    days: Sequence[date],
    anchor: date,
) -> dict[SlotKey, UUID | None]:
    """Return who is on which post on which day by a repeating pattern.

    Args:
        pattern: Who follows whom, by post and shift; a pair without one has nobody.
        plan: That holds.
        days: Local days.
        anchor: The day on which each row of the pattern begins.
    """
    return {
        SlotKey(day=day, shift=shift.name, post=post.key): _of_day(
            pattern.get((post.key, shift.name), (None,)), (day - anchor).days
        )
        for day in days
        for shift in plan.shifts
        for post in plan.posts
    }


def _of_day(people: Sequence[UUID | None], number: int) -> UUID | None:
    return people[number % len(people)]


def _planned(row: Mapping[str, Any]) -> Shift:
    """Return a shift of a plan: with a key of its own, its `name` is what people read."""
    if "key" not in row:
        return _shift(row)
    if set(row) != {"key", "name", "at"}:
        raise DutyError.of("shift", name=str(row["key"]))
    return _shift({"name": row["key"], "at": row["at"]})


def _shift(row: Mapping[str, Any]) -> Shift:
    name = row.get("name")
    try:
        at = time.fromisoformat(str(row.get("at")))
    except ValueError as error:
        raise DutyError.of("shift", name=str(name)) from error
    if set(row) != {"name", "at"} or not _key(name) or at.tzinfo is not None or at.second:
        raise DutyError.of("shift", name=str(name))
    return Shift(name=str(name), at=at)


def _post(row: Mapping[str, Any], groups: Mapping[str, object]) -> Post:
    key, kind, group = row.get("key"), str(row.get("kind")), row.get("group")
    good = set(row) - {"name"} == {"key", "kind", "group"} and _key(key) and kind in set(PostKind)
    if not good or group not in groups:
        raise DutyError.of("post", post=str(key), known=", ".join(PostKind))
    return Post(key=str(key), kind=PostKind(kind), group=str(group))


def _gap(row: object) -> tuple[tuple[str, ...], int]:
    if row is None:
        return (), 0
    table = _table(row)
    to, days = table.get("to"), table.get("days")
    texts = isinstance(to, list) and to and all(isinstance(each, str) and each for each in to)
    if set(table) != {"to", "days"} or not texts or type(days) is not int:
        raise DutyError.of("gap", most=_MOST_GAP_DAYS)
    if not 1 <= days <= _MOST_GAP_DAYS:
        raise DutyError.of("gap", most=_MOST_GAP_DAYS)
    assert isinstance(to, list), "checked above"
    return tuple(dict.fromkeys(to)), days


def _people(group: str, row: object) -> tuple[UUID, ...]:
    if not _key(group):
        raise DutyError.of("group", group=group)
    return tuple(dict.fromkeys(_person(each) for each in _list(row)))


def _person(text: object) -> UUID:
    try:
        return UUID(str(text))
    except ValueError as error:
        raise DutyError.of("person", person=str(text)[:60]) from error


def _key(value: object) -> bool:
    return isinstance(value, str) and _KEY.fullmatch(value) is not None


def _table(value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise DutyError.of("table")
    return value


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise DutyError.of("table")
    return value


def _rows(value: object) -> list[Mapping[str, Any]]:
    return [_table(row) for row in _list(value)]
