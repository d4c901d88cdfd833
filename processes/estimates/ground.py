"""In: a channel, a span, options. Out: what its method is asked, and its answer. I/O: reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction

from adapters.number_text import exact_number
from energy.base.clock import from_us, to_us
from energy.base.period import Period, local_day, midnight, span_of_days
from energy.base.units import to_base
from energy.metering.channel import Channel, Kind
from energy.metering.estimating.asked import Asked, Ends, EstimateError, Method, Told
from energy.metering.estimating.methods import method_named
from energy.store.sites import Site
from energy.views.estimates import Read, daily_levels, hourly_levels, measured_usage, read_around
from energy.views.point_rows import channels_of
from energy.views.told import Connection

MOST_STATED = 4_900
"""Readings of one estimate at most: the journal takes somewhat more."""
HISTORY_WEEKS = 8
"""Weeks on either side that are read where no option says more."""
OPTIONS = ("weeks", "days", "total", "parent", "schedule", "temperature", "holidays")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Readings that an estimate states."""

    readings: Sequence[tuple[int, int]]
    """By instant. [us, count]"""
    inputs: Mapping[str, str] = field(default_factory=dict)
    total: int | None = None
    """What is estimated of a missing total. [base unit]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What an estimate is asked for, and where it is looked up."""

    connection: Connection
    site: Site
    channel: Channel
    first: datetime
    """Start of the span, on the grid, aware UTC."""
    last: datetime
    """End of the span, on the grid."""
    method: Method
    options: Mapping[str, str]
    position: int

    @property
    def step_s(self) -> int:
        """Return the width of the intervals that the method is asked about. [s]."""
        return self.channel.facts.grid_s

    def read(self, *, estimates: bool = False) -> Read:
        """Return what was read in the span and on either side; estimates are none, or all are."""
        return read_around(
            self.connection,
            self.site.schema,
            self.channel.number,
            Period(start=self.first, end=self.last),
            self.position,
            estimates=estimates,
        )

    @property
    def level(self) -> bool:
        """Return whether the channel is a gauge."""
        return self.channel.facts.kind is Kind.GAUGE

    @property
    def total(self) -> Fraction | None:
        """Return the total that somebody states. [base unit].

        Raises:
            EstimateError: It is no number from zero on.
        """
        text = self.options.get("total")
        if text is None:
            return None
        value = None if "/" in text else exact_number(text)
        if value is None or not 0 <= value <= 10**15:
            raise EstimateError.of("estimate.total", text=text[:40])
        return value * self.per_unit

    @property
    def per_unit(self) -> Fraction:
        """Return what stands for one unit of the channel. [base unit; counts of a gauge]."""
        facts = self.channel.facts
        if self.level or facts.utility is None:
            return 1 / facts.resolution
        return to_base(facts.utility, facts.unit)

    def floor_us(self, at_us: int, step_s: int) -> int:
        """Return the start of the interval of the local day's grid that holds an instant. [us]."""
        day_us = to_us(midnight(local_day(from_us(at_us), self.site.zone), self.site.zone))
        return at_us - (at_us - day_us) % (step_s * 1_000_000)

    def ask(
        self, starts_us: Sequence[int], *, total_known: bool = False, ends: Ends | None = None
    ) -> Told:
        """Return what the method says of intervals.

        Args:
            starts_us: Starts of the intervals, ascending. [us]
            total_known: Whether a shape will do.
            ends: Of a gauge, what was read before and behind the span.

        Raises:
            EstimateError: The method lacks what it needs.
        """
        zone = self.site.zone
        starts = tuple(from_us(at) for at in starts_us)
        holidays = _days(self.options.get("holidays", ""))
        asked = Asked(
            starts=starts,
            step_s=self.step_s,
            zone=zone,
            history={},
            holidays=holidays,
            per_unit=self.per_unit,
            level=self.level,
            options=self.options,
        )
        reach = timedelta(weeks=asked.weeks(HISTORY_WEEKS) + 1)
        days = (local_day(starts[0] - reach, zone), local_day(starts[-1] + reach, zone))
        period = span_of_days(*days, zone)
        return self.method(
            Asked(
                starts=starts,
                step_s=self.step_s,
                zone=zone,
                history=self._history(period),
                parent=self._parent(period),
                temperatures=self._temperatures(*days),
                holidays=holidays,
                per_unit=self.per_unit,
                level=self.level,
                total_known=total_known,
                ends=ends,
                options=self.options,
            )
        )

    def _history(self, period: Period) -> dict[datetime, Fraction]:
        if self.level:
            found = hourly_levels(self.connection, self.site.schema, self.channel.number, period)
            step = timedelta(seconds=self.step_s)
            many = max(1, 3600 // self.step_s)
            return {at + n * step: value for at, value in found.items() for n in range(many)}
        return self._usage(self.channel, period)

    def _parent(self, period: Period) -> dict[datetime, Fraction]:
        named = self.options.get("parent")
        if named is None:
            return {}
        parent = _named(self.connection, self.site, named, (Kind.COUNTER, Kind.INTERVAL))
        own, theirs = self.channel.facts, parent.facts
        if self.level or own.utility != theirs.utility or own.grid_s != theirs.grid_s:
            raise EstimateError.of("estimate.parent_other", parent=parent.key, key=self.channel.key)
        return self._usage(parent, period)

    def _usage(self, channel: Channel, period: Period) -> dict[datetime, Fraction]:
        return measured_usage(self.connection, self.site.schema, self.site.zone, channel, period)

    def _temperatures(self, first: date, last: date) -> dict[date, Fraction]:
        named = self.options.get("temperature")
        if named is None:
            return {}
        gauge = _named(self.connection, self.site, named, (Kind.GAUGE,))
        counts = daily_levels(self.connection, self.site.schema, gauge.number, first, last)
        return {day: count * gauge.facts.resolution for day, count in counts.items()}


def ground_of(
    connection: Connection,
    site: Site,
    channel: Channel,
    span: tuple[datetime, datetime],
    method: str,
    options: Mapping[str, str],
    position: int,
) -> Ground:
    """Return the ground of an estimate, its span widened to whole intervals of the grid.

    Args:
        connection: Any connection that may read.
        site: The site.
        channel: The channel.
        span: First and last instant.
        method: Its name.
        options: As of `draft_estimate`.
        position: Metering position whose knowledge it rests on.

    Raises:
        EstimateError: There is no such method or option, or the span holds no interval.
    """
    unknown = [name for name in options if name not in OPTIONS]
    if unknown:
        known = ", ".join(OPTIONS)
        raise EstimateError.of("estimate.option", name=unknown[0], known=known)
    first, last = span
    ground = Ground(
        connection=connection,
        site=site,
        channel=channel,
        first=first,
        last=last,
        method=method_named(method),
        options=options,
        position=position,
    )
    step_s = channel.facts.grid_s
    low = from_us(ground.floor_us(to_us(first), step_s))
    high = from_us(ground.floor_us(to_us(last), step_s))
    if low >= high:
        raise EstimateError.of("estimate.no_span", first=first.astimezone(site.zone))
    return Ground(
        connection=connection,
        site=site,
        channel=channel,
        first=low,
        last=high,
        method=ground.method,
        options=options,
        position=position,
    )


def _named(connection: Connection, site: Site, name: str, kinds: Sequence[Kind]) -> Channel:
    """Return a channel by "POINT" or "POINT/quantity"; the billed one, else the first."""
    point, _, quantity = name.partition("/")
    found = [
        channel
        for channel in channels_of(connection, site.schema, point)
        if channel.facts.kind in kinds and quantity in ("", channel.facts.quantity)
    ]
    if not found:
        raise EstimateError.of("estimate.no_channel", name=name)
    return next((channel for channel in found if channel.facts.billing), found[0])


def _days(text: str) -> frozenset[date]:
    try:
        return frozenset(date.fromisoformat(day.strip()) for day in text.split(",") if day.strip())
    except ValueError as error:
        raise EstimateError.of("estimate.holidays", text=text[:100]) from error
