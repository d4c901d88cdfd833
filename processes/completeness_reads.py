"""In: local days, what to look at. Out: how complete each thing's usage is, worst first. I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar

from energy.base.clock import Clock
from energy.base.errors import RefusedError
from energy.base.period import (
    Period,
    day_period,
    days_between,
    local_day,
    midnight,
    span_of_days,
)
from energy.metering.completeness import DUE_AFTER, Completeness, together
from energy.store.pool import Database
from energy.store.sites import Site
from energy.views.as_of import folded_position
from energy.views.completeness import (
    channel_completeness,
    computed_points,
    daily_completeness,
    gauge_completeness,
    placed_points,
    served_channels,
    served_spans,
    supplied_points,
    supply_changes,
)
from energy.views.places import place_changes
from energy.views.told import Connection
from energy.views.usage_channels import UsageChannel

Key = TypeVar("Key")
_EXACT = 10**15
"""Scores are put in order as so many parts of one."""
DAYS = 7
"""Whole local days looked at where nothing is said."""


class By(StrEnum):
    """What completeness is told of."""

    CHANNEL = "channel"
    DAY = "day"
    PLACE = "place"
    NODE = "node"
    GAUGE = "gauge"
    """Readings of gauges against those due at the interval of their source."""


class CompletenessError(RefusedError):
    """Completeness was asked for something that is not there."""

    code = "completeness"


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletenessRow:
    """How complete one thing is."""

    what: str
    """Channel, ISO day, place or supply node."""
    intervals: Completeness | None
    """Readings of a gauge; None where nobody knows how many are due."""
    received: int | None = None
    """Readings of a gauge."""

    @property
    def score(self) -> Fraction | None:
        """Return the share that readings tell of."""
        return None if self.intervals is None else self.intervals.score


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletenessReport:
    """How complete a site's usage of some local days is."""

    first: date
    last: date
    by: By
    position: int
    """Metering position that it reflects."""
    rows: tuple[CompletenessRow, ...]
    """The worst first; days in order."""
    total: Completeness
    """Of all channels looked at, each once."""
    things: int
    """How many there are; `rows` may hold the worst of them only."""
    computed: int = 0
    """Computed points of the site: in no row, what they lack is what their inputs lack."""


def default_days(clock: Clock, site: Site) -> tuple[date, date]:
    """Return the last whole local days."""
    today = local_day(clock.now(), site.zone)
    return today - timedelta(days=DAYS), today - timedelta(days=1)


def read_completeness(
    database: Database,
    site: Site,
    clock: Clock,
    first: date,
    last: date,
    *,
    by: By = By.CHANNEL,
    point: str | None = None,
    place: str | None = None,
    utility: str | None = None,
    worst: int | None = None,
    every: bool = False,
) -> CompletenessReport:
    """Return how complete usage is, as the roll-up has it now.

    Args:
        database: Any pool that may read.
        site: The site.
        clock: The injected clock.
        first: First local day.
        last: Last local day, included; what is not over yet is not expected.
        by: What it is told of.
        point: Of this metering point only.
        place: Of points in and below this place only, on the days that they were there.
        utility: Of this utility only.
        worst: So many rows at most, the worst; None for all.
        every: Also channels that no bill may rest on.

    Raises:
        CompletenessError: The days run backwards, or there is no such point or place.
    """
    if last < first:
        raise CompletenessError.of("days.backwards", first=first, last=last)
    with database.connection() as connection:
        position = folded_position(connection, site.schema)
        computed = len(computed_points(connection, site.schema)) if point is None else 0
        if by is By.GAUGE:
            rows, total = _gauges(connection, site, clock.now(), first, last, point, place)
        else:
            channels = _chosen(connection, site, point, utility, every=every)
            parts = _stretches(connection, site, first, last, by, place, channels)
            rows, total = _usage(connection, site, clock.now(), by, parts)
    if by is not By.DAY:
        rows = sorted(rows, key=_badness)
    shown = rows if worst is None else sorted(rows, key=_badness)[:worst]
    return CompletenessReport(
        first=first,
        last=last,
        by=by,
        position=position,
        rows=tuple(shown),
        total=total,
        things=len(rows),
        computed=computed,
    )


def point_scores(database: Database, site: Site, clock: Clock) -> dict[str, Fraction | None]:
    """Return the score of each point's billing channels over the last whole local days."""
    first, last = default_days(clock, site)
    with database.connection() as connection:
        channels = list(served_channels(connection, site.schema).values())
        period = _until(site, first, last, clock.now())
        served = served_spans(connection, site.schema)
        found = channel_completeness(connection, site.schema, channels, served, period, first, last)
    told: dict[str, Completeness] = {}
    for row in channels:
        told[row.point] = told.get(row.point, Completeness()) + found[row.number]
    return {point: each.score for point, each in told.items()}


def _badness(row: CompletenessRow) -> tuple[int, int, str]:
    """Return the order of rows: the worst score first, then what lacks most."""
    told = row.intervals
    if told is None or told.expected == 0:
        return 2 * _EXACT, 0, row.what
    return (told.measured + told.shaped) * _EXACT // told.expected, -told.missing, row.what


def _chosen(
    connection: Connection,
    site: Site,
    point: str | None,
    utility: str | None,
    *,
    every: bool,
) -> list[UsageChannel]:
    """Return the channels looked at."""
    channels = list(served_channels(connection, site.schema, every=every).values())
    if point is not None:
        channels = [row for row in channels if row.point == point]
        if not channels:
            raise CompletenessError.of("completeness.point", point=point)
    return [row for row in channels if utility in (None, row.utility)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretch:
    """Local days on which no place and no point moved, and no supply graph changed."""

    first: date
    last: date
    channels: Sequence[UsageChannel]
    """What is looked at on them."""
    inside: Mapping[str, set[str]]
    """Points in and below each place; empty where nobody asked for places."""
    nodes: Mapping[str, Mapping[str, set[str]]]
    """Points at and below each supply node, by utility; empty where nobody asked for nodes."""


def _stretches(
    connection: Connection,
    site: Site,
    first: date,
    last: date,
    by: By,
    place: str | None,
    channels: Sequence[UsageChannel],
) -> list[_Stretch]:
    """Return the days asked for, in stretches where places or supply nodes are asked for.

    Raises:
        CompletenessError: There was no such place on any of the days.
    """
    placed, fed = place is not None or by is By.PLACE, by is By.NODE
    period = span_of_days(first, last, site.zone)
    moved = place_changes(connection, site.schema, period) if placed else []
    moved += supply_changes(connection, site.schema, period) if fed else []
    starts = sorted({first, *(local_day(at, site.zone) for at in moved)})
    found = []
    for start, end in zip(starts, [*starts[1:], last + timedelta(days=1)], strict=True):
        at = midnight(start, site.zone)
        inside = placed_points(connection, site.schema, at) if placed else {}
        here = None if place is None else inside.get(place, set())
        own = [row for row in channels if here is None or row.point in here]
        found.append(
            _Stretch(
                first=start,
                last=end - timedelta(days=1),
                channels=own,
                inside=inside,
                nodes=_nodes(connection, site, own, start) if fed else {},
            )
        )
    if place is not None and not any(place in each.inside for each in found):
        raise CompletenessError.of("completeness.place", place=place)
    return found


def _nodes(
    connection: Connection, site: Site, channels: Sequence[UsageChannel], day: date
) -> dict[str, dict[str, set[str]]]:
    """Return the points of supply nodes on a local day; what changed within it, counts for it."""
    at = day_period(day, site.zone).end - timedelta(microseconds=1)
    return {
        utility: supplied_points(connection, site.schema, utility, at)
        for utility in sorted({row.utility for row in channels})
    }


def _until(site: Site, first: date, last: date, now: datetime) -> Period:
    """Return the span of local days, cut where intervals are not expected yet."""
    period = span_of_days(first, last, site.zone)
    end = min(period.end, now - DUE_AFTER)
    return Period(start=period.start, end=max(period.start, end))


def _usage(
    connection: Connection, site: Site, now: datetime, by: By, parts: Sequence[_Stretch]
) -> tuple[list[CompletenessRow], Completeness]:
    served = served_spans(connection, site.schema)
    rows: dict[int, UsageChannel] = {}
    found: dict[int, Completeness] = {}
    told: dict[str, Completeness] = {}
    for part in parts:
        period, days = _until(site, part.first, part.last, now), (part.first, part.last)
        own = channel_completeness(connection, site.schema, part.channels, served, period, *days)
        rows |= {row.number: row for row in part.channels}
        _add(found, own)
        if by is By.DAY:
            each_day = [(d, _cut(day_period(d, site.zone), period)) for d in days_between(*days)]
            daily = daily_completeness(connection, site.schema, part.channels, served, each_day)
            told |= {f"{day}": each for day, each in daily.items()}
        elif by is By.PLACE:
            _add(told, _grouped(part.inside, part.channels, own))
        for utility, nodes in part.nodes.items():
            named = {f"{utility}/{key}": points for key, points in nodes.items()}
            _add(told, _grouped(named, [r for r in part.channels if r.utility == utility], own))
    if by is By.CHANNEL:
        told = {f"{row.point}/{row.quantity}": found[number] for number, row in rows.items()}
    shown = [
        CompletenessRow(what=what, intervals=each) for what, each in told.items() if each.expected
    ]
    return shown, together(found.values())


def _add(whole: dict[Key, Completeness], part: Mapping[Key, Completeness]) -> None:
    for key, each in part.items():
        whole[key] = whole.get(key, Completeness()) + each


def _cut(day: Period, whole: Period) -> Period:
    return Period(start=day.start, end=max(day.start, min(day.end, whole.end)))


def _grouped(
    groups: Mapping[str, set[str]],
    channels: Sequence[UsageChannel],
    found: Mapping[int, Completeness],
) -> dict[str, Completeness]:
    """Return the completeness of groups of points."""
    of_point: dict[str, list[int]] = {}
    for row in channels:
        of_point.setdefault(row.point, []).append(row.number)
    return {
        what: together(found[number] for point in points for number in of_point.get(point, ()))
        for what, points in groups.items()
    }


def _gauges(
    connection: Connection,
    site: Site,
    now: datetime,
    first: date,
    last: date,
    point: str | None,
    place: str | None,
) -> tuple[list[CompletenessRow], Completeness]:
    inside = None
    if place is not None:
        parts = _stretches(connection, site, first, last, By.GAUGE, place, ())
        inside = {point for part in parts for point in part.inside.get(place, ())}
    rows = []
    for row in gauge_completeness(
        connection, site.schema, _until(site, first, last, now), first, last
    ):
        if point not in (None, row.point) or (inside is not None and row.point not in inside):
            continue
        told = None
        if row.due is not None:
            told = Completeness(expected=row.due, measured=row.received)
        what = f"{row.point}/{row.quantity}"
        rows.append(CompletenessRow(what=what, intervals=told, received=row.received))
    return rows, together(row.intervals for row in rows if row.intervals is not None)
