"""In: the tables of rounds. Out: the plan, rounds as they stand, what was read. I/O: reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg

from energy.base.period import local_day, span_of_days
from energy.service.rounds.items import PatrolPlan, RoundSpec
from energy.service.rounds.kinds import Entry
from energy.service.rounds.plans import Asked, Edition, asked_on
from energy.service.rounds.schedule import Standing, standing

Connection = psycopg.Connection[tuple[object, ...]]
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkRow:
    """A round that somebody began."""

    patrol_round: UUID
    key: str
    due_at: datetime
    version: int
    owner: UUID
    started_at: datetime
    ended_at: datetime | None
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueRow:
    """Something that was read, as it was told."""

    position: int
    patrol_round: UUID
    stop: str
    value: str
    entry: str
    counts: bool
    said: str
    read_at: datetime
    outside: bool
    reason: str
    note: str
    person: UUID
    told_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SkipRow:
    """A stop at which something was not read."""

    patrol_round: UUID
    stop: str
    reason: str
    person: UUID
    told_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RaisedRow:
    """What was made of a value."""

    patrol_round: UUID
    stop: str
    value: str
    kind: str
    thing: UUID
    number: str
    person: UUID
    told_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundRow:
    """A round that is due or was walked, with everything known of it."""

    spec: RoundSpec
    version: int
    due_at: datetime
    opens: datetime
    until: datetime
    standing: Standing
    walk: WalkRow | None
    values: Sequence[ValueRow]
    """Every entry, in order."""
    skips: Sequence[SkipRow]
    raised: Sequence[RaisedRow]
    late: bool
    """Whether something was read, or is to be read yet, behind the time it may take."""

    @property
    def counting(self) -> Mapping[tuple[str, str], ValueRow]:
        """Return the entries that count, by stop and value."""
        return {(each.stop, each.value): each for each in self.values if each.counts}

    @property
    def outside(self) -> int:
        """Return how many values are outside their limits."""
        return sum(each.outside for each in self.counting.values())

    @property
    def doubts(self) -> int:
        """Return how many values stand beside others."""
        return sum(each.entry == Entry.DOUBT for each in self.values)

    @property
    def left(self) -> int:
        """Return at how many stops something is to be read yet."""
        skipped, told = {each.stop for each in self.skips}, self.counting
        return sum(
            stop.key not in skipped
            and any(not item.optional and (stop.key, item.key) not in told for item in stop.items)
            for stop in self.spec.stops
        )

    def late_stop(self, stop: str) -> bool:
        """Return whether something at a stop was first read behind the time it may take."""
        return any(
            each.stop == stop and each.entry == Entry.TOLD and each.read_at > self.until
            for each in self.values
        )


def read_editions(connection: Connection, schema: str) -> list[Edition]:
    """Return every version of the plan, in the order of publishing."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT version, valid_from, published_at, spec "
        f"FROM {schema}.patrol_plan ORDER BY version".encode()
    ).fetchall()
    return [
        Edition(version=version, valid_from=first, published_at=at, plan=PatrolPlan.from_json(spec))
        for version, first, at, spec in rows
    ]


def read_rounds(
    connection: Connection,
    schema: str,
    zone: ZoneInfo,
    days: tuple[date, date],
    now: datetime,
    key: str = "",
) -> list[RoundRow]:
    """Return the rounds that are due on some local days or were walked then, in order.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        zone: The site's zone.
        days: First and last local day.
        now: The instant for which it is told how they stand.
        key: Only this round; "" for all.
    """
    editions = read_editions(connection, schema)
    first, last = days
    asked = asked_on(editions, first, last + timedelta(days=2), zone, key)
    walks = _walks(connection, schema, zone, days, key)
    told = _told(connection, schema, [each.patrol_round for each in walks.values()])
    span = span_of_days(first, last, zone)
    mine = {(each.spec.key, each.due_at): each for each in asked if each.due_at < span.end}
    for place, walk in walks.items():
        # begun by another version than the one that asks, or due last before it was published
        if place not in mine or mine[place].version != walk.version:
            plan = editions[walk.version - 1].plan
            spec = plan.find(walk.key)
            assert spec is not None, "a round is walked by the version that has it"
            mine[place] = Asked(version=walk.version, spec=spec, due_at=walk.due_at)
    opens = _next_opens(asked)
    found = [
        _row(each, walks.get(place), told, opens.get(place), now) for place, each in mine.items()
    ]
    return sorted(found, key=lambda row: (row.due_at, row.spec.key))


def current(rows: Sequence[RoundRow]) -> list[RoundRow]:
    """Return what is to be looked at now: of each round what runs, is due, or comes next.

    Args:
        rows: Of yesterday to tomorrow.
    """
    asks = {Standing.RUNNING, Standing.DUE, Standing.OVERDUE}
    found = [row for row in rows if row.standing in asks]
    waiting = {row.spec.key for row in found}
    for row in rows:
        if row.standing is Standing.COMING and row.spec.key not in waiting:
            waiting.add(row.spec.key)
            found.append(row)
    return sorted(found, key=lambda row: (row.due_at, row.spec.key))


def days_around(now: datetime, zone: ZoneInfo) -> tuple[date, date]:
    """Return yesterday and tomorrow."""
    today = local_day(now, zone)
    return today - timedelta(days=1), today + timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What is known of some walks, by their ids."""

    values: Mapping[UUID, Sequence[ValueRow]]
    skips: Mapping[UUID, Sequence[SkipRow]]
    raised: Mapping[UUID, Sequence[RaisedRow]]


def _row(
    asked: Asked, walk: WalkRow | None, told: _Told, opens: datetime | None, now: datetime
) -> RoundRow:
    if walk is None:
        values: Sequence[ValueRow] = ()
        skips: Sequence[SkipRow] = ()
        raised: Sequence[RaisedRow] = ()
        early = timedelta(minutes=asked.spec.early_min)
        within = timedelta(minutes=asked.spec.within_min)
        stands = standing(asked.due_at, now, early=early, within=within, next_opens=opens)
        late = stands is Standing.OVERDUE
    else:
        values = told.values.get(walk.patrol_round, ())
        skips = told.skips.get(walk.patrol_round, ())
        raised = told.raised.get(walk.patrol_round, ())
        stands = Standing.RUNNING if walk.ended_at is None else Standing.WALKED
        late = (walk.ended_at is None and now > asked.until) or any(
            each.entry == Entry.TOLD and each.read_at > asked.until for each in values
        )
    return RoundRow(
        spec=asked.spec,
        version=asked.version,
        due_at=asked.due_at,
        opens=asked.opens,
        until=asked.until,
        standing=stands,
        walk=walk,
        values=values,
        skips=skips,
        raised=raised,
        late=late,
    )


def _next_opens(asked: Sequence[Asked]) -> dict[tuple[str, datetime], datetime]:
    """Return when the next one of each round may be begun."""
    by_key = defaultdict(list)
    for each in asked:
        by_key[each.spec.key].append(each)
    return {
        (key, one.due_at): following.opens
        for key, rounds in by_key.items()
        for one, following in pairwise(rounds)
    }


def _walks(
    connection: Connection, schema: str, zone: ZoneInfo, days: tuple[date, date], key: str
) -> dict[tuple[str, datetime], WalkRow]:
    span = span_of_days(*days, zone)
    found = _read(
        connection,
        WalkRow,
        f"{schema}.patrol_round WHERE due_at >= %s AND due_at < %s AND (%s = '' OR key = %s)",
        (span.start, span.end, key, key),
    )
    return {(each.key, each.due_at): each for each in found}


def _told(connection: Connection, schema: str, walks: list[UUID]) -> _Told:
    of_walks = "WHERE patrol_round = ANY(%s) ORDER BY position"
    return _Told(
        values=_by_walk(_read(connection, ValueRow, f"{schema}.patrol_value {of_walks}", (walks,))),
        skips=_by_walk(_read(connection, SkipRow, f"{schema}.patrol_skip {of_walks}", (walks,))),
        raised=_by_walk(
            _read(connection, RaisedRow, f"{schema}.patrol_raised {of_walks}", (walks,))
        ),
    )


def _by_walk(rows: Sequence[Any]) -> dict[UUID, list[Any]]:
    found = defaultdict(list)
    for row in rows:
        found[row.patrol_round].append(row)
    return found


def _read(
    connection: Connection, kind: type[Row], source: str, values: tuple[object, ...]
) -> list[Row]:
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    rows = connection.execute(
        f"SELECT {', '.join(names)} FROM {source}".encode(), values
    ).fetchall()
    return [kind(**dict(zip(names, row, strict=True))) for row in rows]
