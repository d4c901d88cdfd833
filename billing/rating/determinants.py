"""In: a channel's usage and a tariff version. Out: integer sums per tariff period. Pure.

An interval belongs to the tariff period of its start in local wall time, through zoneinfo: days
of 23 and 25 hours fall out right. A tariff of standard time goes by the zone's winter clock all
the year; the billed days stay local days. A missing interval is a do-not-bill finding, never a
zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from billing.errors import CalendarGapError, RatingError
from billing.rating.charge import Determinants, UsageSum
from billing.tariffs.tariff import MINUTES_PER_DAY, Clock, TariffVersion
from energy.base.clock import from_us, to_us
from energy.base.finding import Finding, Severity
from energy.base.period import Period, grid_of
from energy.base.quality import Quality
from energy.base.wall_time import wall_text
from energy.metering.usage import UsageSpan

MISSING_CODE = "bill.usage_missing"
_UNBILLABLE = (int(Quality.MISSING), int(Quality.SUSPECT))


def determinants_of(
    span: UsageSpan, tariff: TariffVersion, period: Period, *, position: int
) -> tuple[Determinants, list[Finding]]:
    """Return what can be charged for in a period, and what stands in the way.

    Args:
        span: Usage of one channel; what it does not cover is missing. [base unit]
        tariff: The version that prices the whole period.
        period: Half-open, on the usage's grid.
        position: Metering position that the usage reflects; stands in the findings.

    Returns:
        The sums of the known intervals and one finding a gap. With findings the sums must not
        be billed.

    Raises:
        RatingError: A tariff period begins inside a usage interval.
    """
    usage, quality = _cut(span, period)
    known = ~np.isin(quality, _UNBILLABLE)
    codes = period_codes(tariff, to_us(period.start), len(usage), span.step_s, shape_s=span.shape_s)
    by_period = {
        each.key: _sum(usage, quality, known & (codes == index), codes == index)
        for index, each in enumerate(tariff.periods)
    }
    everything = np.ones(len(usage), dtype=np.bool_)
    whole = _sum(usage, quality, known, everything)
    findings = _gaps(span, period, known, position)
    return Determinants(by_period=by_period, whole=whole), findings


@lru_cache(maxsize=512)
def period_codes(
    tariff: TariffVersion, start_us: int, intervals: int, step_s: int, *, shape_s: int = 0
) -> NDArray[np.int16]:
    """Return the tariff period of each interval as an index; -1 where the tariff has none.

    Built once for all meters that share tariff version and period.

    Args:
        tariff: The version.
        start_us: Start of the first interval. [us]
        intervals: Number of intervals.
        step_s: Width of an interval; divides an hour. [s]
        shape_s: Width within which nobody knows when the usage was, if that is more. [s]

    Raises:
        RatingError: A tariff period begins inside an interval.
    """
    if step_s % 60 or 3600 % step_s:
        raise RatingError(
            f"Usage every {step_s} s cannot be rated by time of day. "
            "Use a grid of whole minutes that divides the hour."
        )
    known_minutes = max(step_s, shape_s) // 60
    tables: dict[tuple[str, str], NDArray[np.int16]] = {}
    codes = np.empty(intervals, dtype=np.int16)
    start, step = from_us(start_us), timedelta(seconds=step_s)
    done = 0
    while done < intervals:
        wall = (start + done * step).astimezone(_clock(tariff, start + done * step))
        key = (tariff.season_of(wall.month, wall.day), day_class_of(tariff, wall.date()))
        if key not in tables:
            of_minutes = tariff.period_of_minutes(*key)
            _check_grid(of_minutes, known_minutes)
            tables[key] = np.array(of_minutes, dtype=np.int16)
        minute = wall.hour * 60 + wall.minute
        many = min(_left_of_day(wall, minute, step_s), intervals - done)
        codes[done : done + many] = tables[key][minute + step_s // 60 * np.arange(many)]
        done += many
    codes.flags.writeable = False
    return codes


def day_class_of(tariff: TariffVersion, day: date) -> str:
    """Return the day class of a local day, by the tariff's calendar or by its weekday.

    Raises:
        CalendarGapError: The calendar of the day's year is not published.
    """
    if tariff.calendar is None:
        return tariff.day_class_of(day.weekday())
    found = tariff.calendar.day_class(day)
    if found is None:
        raise CalendarGapError(
            f"Calendar {tariff.calendar.name} is not published for {day.year}. "
            "Publish the year, then rate again."
        )
    return found


@lru_cache(maxsize=64)
def _winter(zone: ZoneInfo, year: int) -> tzinfo:
    """Return a zone's clock of the winter (of either hemisphere), the whole year."""
    offsets = [datetime(year, month, 1, tzinfo=zone).utcoffset() for month in (1, 7)]
    return timezone(min(offset for offset in offsets if offset is not None))


def _clock(tariff: TariffVersion, at: datetime) -> tzinfo:
    """Return the clock that a tariff's times of day are of."""
    if tariff.clock is Clock.LOCAL:
        return tariff.zone
    return _winter(tariff.zone, at.astimezone(tariff.zone).year)


def missing(
    channel: int, start: datetime, step: timedelta, first: int, after: int, position: int
) -> Finding:
    """Return the do-not-bill finding of a gap.

    Args:
        channel: Channel concerned.
        start: Start of the grid.
        step: Width of an interval.
        first: First interval that is not known.
        after: The first behind the gap.
        position: Metering position that showed it.
    """
    return Finding(
        code=MISSING_CODE,
        severity=Severity.DO_NOT_BILL,
        channel=channel,
        start=start + first * step,
        end=start + after * step,
        position=position,
        proof={"intervals": after - first},
    )


def _left_of_day(wall: datetime, minute: int, step_s: int) -> int:
    """Return how many intervals from an instant on its local day's clock counts straight on.

    Args:
        wall: Start of the first, in local time.
        minute: The same as a minute of the day.
        step_s: Width of an interval. [s]
    """
    evening = datetime.combine(wall.date() + timedelta(days=1), time(), wall.tzinfo)
    if evening.utcoffset() != wall.utcoffset():
        return 1  # the clock is put forward or back before midnight
    return -((minute - MINUTES_PER_DAY) * 60 // step_s)


def _check_grid(table: Sequence[int], step_minutes: int) -> None:
    for minute in range(1, MINUTES_PER_DAY):
        if table[minute] != table[minute - 1] and minute % step_minutes:
            raise RatingError(
                f"A tariff period begins at {wall_text(minute)}, inside a usage interval of "
                f"{step_minutes} minutes. Set a finer grid for the channel (where it delivers "
                "longer intervals: a meter that delivers shorter ones) or another tariff."
            )


def _cut(span: UsageSpan, period: Period) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Return usage and quality of exactly the period; MISSING outside the span."""
    count = grid_of(period, span.step_s)
    offset, rest = divmod(period.start - span.start, timedelta(seconds=span.step_s))
    assert not rest, "period and usage share a grid"
    usage = np.zeros(count, dtype=np.int64)
    quality = np.full(count, int(Quality.MISSING), dtype=np.uint8)
    first, after = max(offset, 0), min(offset + count, len(span.usage))
    if first < after:
        usage[first - offset : after - offset] = span.usage[first:after]
        quality[first - offset : after - offset] = span.quality[first:after]
    return usage, quality


def _sum(
    usage: NDArray[np.int64],
    quality: NDArray[np.uint8],
    known: NDArray[np.bool_],
    within: NDArray[np.bool_],
) -> UsageSum:
    counts = np.bincount(quality[within], minlength=len(Quality))
    return UsageSum(
        base_units=int(usage[known].sum()),
        intervals={q: int(counts[q]) for q in Quality if counts[q]},
    )


def _gaps(
    span: UsageSpan, period: Period, known: NDArray[np.bool_], position: int
) -> list[Finding]:
    edges = np.flatnonzero(np.diff(np.concatenate(([1], known.astype(np.int8), [1]))))
    step = timedelta(seconds=span.step_s)
    return [
        missing(span.channel, period.start, step, int(first), int(after), position)
        for first, after in zip(edges[::2], edges[1::2], strict=True)
    ]
