"""In: a kind of cost bearer, local days. Out: what each used, or each shift of it. I/O: reads.

A point counts for its bearer on the days on which the bearer holds it. An interval belongs to the
shift in which it begins, and to the local day of its clock; what lies in no shift is told as such.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction

import numpy as np

from energy.base.errors import RefusedError
from energy.base.period import Period, grid_of, local_day, midnight, span_of_days
from energy.base.units import BASE_UNIT, Utility, to_base
from energy.metering.shares.bearer import Bearer, BearerKind, Hold, HoursScope
from energy.metering.shares.week_hours import OUTSIDE
from energy.metering.usage import UsageSpan
from energy.metering.usage_groups import Every, UsageGroup
from energy.metering.usage_parts import Flags, Groups, groups_of, summed
from energy.store.pool import Database
from energy.store.sites import Site
from energy.views.computed import channel_usage
from energy.views.readings_told import position_when
from energy.views.shares.bearers import read_bearers, read_holds, read_hours
from energy.views.told import Connection
from energy.views.usage_channels import UsageChannel, usage_channels


class By(StrEnum):
    """Whose usage is told."""

    LINE = "line"
    SHIFT = "shift"
    """Of production lines."""
    DEVICE = "device"
    """Each metering point of production lines."""
    COST_CENTRE = "cost-centre"
    TENANT = "tenant"
    DEPARTMENT = "department"

    @property
    def kind(self) -> BearerKind:
        """Return the kind of bearer it is of."""
        match self:
            case By.LINE | By.SHIFT | By.DEVICE:
                return BearerKind.PRODUCTION_LINE
            case By.COST_CENTRE:
                return BearerKind.COST_CENTRE
            case By.TENANT:
                return BearerKind.TENANT
            case By.DEPARTMENT:
                return BearerKind.DEPARTMENT


class NoBearerError(RefusedError):
    """There is nothing whose usage could be told."""

    code = "bearer.none"


@dataclass(frozen=True, slots=True, kw_only=True)
class BearerUsage:
    """The usage of one utility by a bearer, or by a shift or device of it."""

    bearer: str
    name: str
    account: str | None
    shift: str | None
    """None where no shifts are told; "" outside of all."""
    point: str | None
    """None unless devices are told."""
    utility: Utility
    base_unit: str
    unit: str
    per_unit: Fraction
    """[base unit / unit]"""
    groups: tuple[UsageGroup, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BearersUsage:
    """The usage of all bearers of a kind."""

    by: By
    as_of: int | None
    """Metering position; None for now."""
    rows: tuple[BearerUsage, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Held:
    """What a bearer holds of a utility: a span and the intervals of the days it is held."""

    channel: UsageChannel
    span: UsageSpan
    meant: Flags


@dataclass(slots=True, kw_only=True)
class _GroupsOf:
    """The groups of each grid, made once."""

    period: Period
    site: Site
    every: Every
    made: dict[int, Groups] = field(default_factory=dict)

    def summed(self, parts: Sequence[_Held]) -> tuple[UsageGroup, ...]:
        """Return the sums of the intervals meant."""
        for step_s in {part.span.step_s for part in parts} - set(self.made):
            self.made[step_s] = groups_of(self.period, step_s, self.site.zone, self.every)
        told = ((part.span, part.meant, self.made[part.span.step_s]) for part in parts)
        return tuple(summed(told, self.site.zone))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """One question."""

    connection: Connection
    site: Site
    by: By
    period: Period
    as_of: int | None
    groups: _GroupsOf


def read_bearer_usage(
    database: Database,
    site: Site,
    by: By,
    first: date,
    last: date,
    every: Every,
    *,
    as_of: str | None = None,
) -> BearersUsage:
    """Return the usage of every bearer of a kind over local days, by key.

    Args:
        database: Any pool that may read.
        site: The site.
        by: Whose usage.
        first: First local day.
        last: Last local day, included.
        every: Width of a group.
        as_of: Position, instant or mark; None for now.

    Raises:
        NoBearerError: There is no such bearer, or the days run backwards.
        UnknownKnowledgeError: Nothing is known at `as_of`.
        NotFoldedError: The views have not come that far.
    """
    if last < first:
        raise NoBearerError.of("days.backwards", first=first, last=last)
    with database.connection() as connection:
        position = position_when(connection, site, as_of)
        every_bearer = read_bearers(connection, site.schema, as_of=position)
        bearers = [row.bearer for row in every_bearer if row.kind is by.kind]
        if not bearers:
            raise NoBearerError.of("bearer.none", kind=by.kind.value)
        period = span_of_days(first, last, site.zone)
        asked = _Asked(
            connection=connection,
            site=site,
            by=by,
            period=period,
            as_of=position,
            groups=_GroupsOf(period=period, site=site, every=every),
        )
        held = _held(connection, site, by.kind, period, position)
        rows = [row for bearer in bearers for row in _rows(asked, bearer, held.get(bearer.key, []))]
    return BearersUsage(by=by, as_of=position, rows=tuple(rows))


def _rows(asked: _Asked, bearer: Bearer, held: Sequence[_Held]) -> Iterator[BearerUsage]:
    """Yield the usage of a bearer, or of each shift or device of it, by utility."""
    for name in sorted({each.channel.utility for each in held}):
        mine = [each for each in held if each.channel.utility == name]
        utility, unit = Utility(name), mine[0].channel.unit
        for shift, point, parts in _parts(asked, bearer.key, mine):
            yield BearerUsage(
                bearer=bearer.key,
                name=bearer.name,
                account=bearer.account,
                shift=shift,
                point=point,
                utility=utility,
                base_unit=BASE_UNIT[utility],
                unit=unit,
                per_unit=to_base(utility, unit),
                groups=asked.groups.summed(parts),
            )


def _parts(
    asked: _Asked, bearer: str, held: Sequence[_Held]
) -> Iterator[tuple[str | None, str | None, list[_Held]]]:
    """Yield shift, point and what is summed for it."""
    match asked.by:
        case By.SHIFT:
            for shift, parts in _shifts(asked, bearer, held):
                yield shift, None, parts
        case By.DEVICE:
            for point in sorted({each.channel.point for each in held}):
                yield None, point, [each for each in held if each.channel.point == point]
        case _:
            yield None, None, list(held)


def _shifts(asked: _Asked, line: str, held: Sequence[_Held]) -> Iterator[tuple[str, list[_Held]]]:
    """Yield each shift of a production line, "" for what lies in none, with what is summed."""
    site, scope = asked.site, HoursScope.PRODUCTION_LINE
    hours = read_hours(asked.connection, site.schema, scope, line, as_of=asked.as_of)
    steps = {each.span.step_s for each in held}
    belongs = {
        step_s: np.full(grid_of(asked.period, step_s), OUTSIDE, dtype=np.int64)
        if hours is None
        else hours.belongs(asked.period, step_s, site.zone)
        for step_s in steps
    }
    names = () if hours is None else hours.names
    for place, name in [*enumerate(names), (OUTSIDE, "")]:
        parts = [
            replace(each, meant=each.meant & (belongs[each.span.step_s] == place)) for each in held
        ]
        if any(part.meant.any() for part in parts):
            yield name, parts


def _held(
    connection: Connection, site: Site, kind: BearerKind, period: Period, as_of: int | None
) -> Mapping[str, list[_Held]]:
    """Return what each bearer of a kind holds in a period."""
    first = local_day(period.start, site.zone)
    last = local_day(period.end - timedelta(microseconds=1), site.zone)
    rows = [
        row.hold
        for row in read_holds(connection, site.schema, kinds=[kind], as_of=as_of)
        if row.hold.valid_from <= last and (row.hold.valid_to is None or row.hold.valid_to > first)
    ]
    channels = usage_channels(connection, site.schema, sorted({hold.point for hold in rows}))
    numbers = sorted(channel.number for channel in channels.values())
    spans = (
        channel_usage(connection, site.schema, site.zone, numbers, period, as_of) if numbers else {}
    )
    held: dict[str, list[_Held]] = {}
    for hold in rows:
        if hold.point in channels:
            channel = channels[hold.point]
            span = spans[channel.number]
            meant = _meant(hold, span, site)
            held.setdefault(hold.bearer, []).append(_Held(channel=channel, span=span, meant=meant))
    return held


def _meant(hold: Hold, span: UsageSpan, site: Site) -> Flags:
    """Return the intervals of the days on which a point is held."""
    step = timedelta(seconds=span.step_s)
    many = len(span.usage)
    low = max((midnight(hold.valid_from, site.zone) - span.start) // step, 0)
    high = many
    if hold.valid_to is not None:
        high = min((midnight(hold.valid_to, site.zone) - span.start) // step, many)
    meant = np.zeros(many, dtype=np.bool_)
    meant[min(low, many) : max(high, 0)] = True
    return meant
