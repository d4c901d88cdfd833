"""In: channels and spans of local days. Out: how each of them is known in each, as columns. I/O.

One grouped read of `completeness_day` whatever the number of channels and days: a year of hundreds
of channels crosses as five columns of numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from energy.base.clock import to_us
from energy.base.period import Period
from energy.metering.completeness import Completeness, expected_intervals
from energy.store.arrays import use_arrays
from energy.views.completeness import Served, served_in
from energy.views.usage_channels import UsageChannel

Connection = psycopg.Connection[tuple[object, ...]]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySpan:
    """Local days that stand in one column."""

    first: date
    last: date
    period: Period
    """Span in which intervals are expected: the days, cut where they are not yet over."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CompletenessGrid:
    """Intervals of channels (rows) in spans of days (columns)."""

    expected: Ints
    measured: Ints
    shaped: Ints
    estimated: Ints

    def of(self, row: int | slice, column: int | slice = slice(None)) -> Completeness:
        """Return the completeness of some rows and columns together."""
        return Completeness(
            expected=int(self.expected[row, column].sum()),
            measured=int(self.measured[row, column].sum()),
            shaped=int(self.shaped[row, column].sum()),
            estimated=int(self.estimated[row, column].sum()),
        )

    def taken(self, rows: Sequence[int]) -> CompletenessGrid:
        """Return some rows in another order."""
        which = np.array(rows, dtype=np.int64)
        return CompletenessGrid(
            expected=self.expected[which],
            measured=self.measured[which],
            shaped=self.shaped[which],
            estimated=self.estimated[which],
        )


def completeness_grid(
    connection: Connection,
    schema: str,
    channels: Sequence[UsageChannel],
    served: dict[int, list[tuple[int, int]]],
    spans: Sequence[DaySpan],
    *,
    origin: date,
    step_days: int,
) -> CompletenessGrid:
    """Return how channels are known in spans of days.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        channels: The channels: one row each.
        served: As `served_spans` returned it.
        spans: One column each, in order and without a hole.
        origin: First day of a step that begins on or before the first span.
        step_days: Days of a step; the first and the last span may hold fewer. [d]
    """
    shape = len(channels), len(spans)
    known = np.zeros((3, *shape), dtype=np.int64)
    expected = np.zeros(shape, dtype=np.int64)
    if not channels or not spans:
        return _grid(expected, known)
    _add_known(connection, schema, channels, spans, known, origin, step_days)
    told: dict[Served, Ints] = {}
    whole = Period(start=spans[0].period.start, end=spans[-1].period.end)
    for row, channel in enumerate(channels):
        key = served_in(channel, served, whole)
        if key not in told:
            told[key] = _expected(key, spans)
        expected[row] = told[key]
    return _grid(np.maximum(expected, known.sum(axis=0)), known)


def day_steps(first: date, last: date, step_days: int) -> tuple[date, list[tuple[date, date]]]:
    """Return the begin of the first step and first and last day of each; weeks begin on Mondays."""
    origin = first - timedelta(days=first.weekday()) if step_days == 7 else first
    steps, begin = [], origin
    while max(begin, first) <= last:
        end = begin + timedelta(days=step_days - 1)
        steps.append((max(begin, first), min(end, last)))
        begin += timedelta(days=step_days)
    return origin, steps


def _grid(expected: Ints, known: Ints) -> CompletenessGrid:
    return CompletenessGrid(
        expected=expected, measured=known[0], shaped=known[1], estimated=known[2]
    )


def _expected(key: Served, spans: Sequence[DaySpan]) -> Ints:
    served, step_us = key
    bounds = [(to_us(span.period.start), to_us(span.period.end)) for span in spans]
    found = [expected_intervals(served, *each, step_us) for each in bounds]
    return np.array(found, dtype=np.int64)


def _add_known(
    connection: Connection,
    schema: str,
    channels: Sequence[UsageChannel],
    spans: Sequence[DaySpan],
    known: Ints,
    origin: date,
    step_days: int,
) -> None:
    """Add what the roll-up holds to the counts, one row of columns for all of it."""
    numbers = np.array([channel.number for channel in channels], dtype=np.int64)
    order = np.argsort(numbers)
    cursor = connection.cursor()
    use_arrays(cursor)
    row: tuple[Any, ...] | None = cursor.execute(
        "SELECT array_agg(n), array_agg(step), array_agg(measured), array_agg(shaped), "
        "array_agg(estimated) FROM (SELECT channel::bigint AS n, "
        "((day - %s::date) / %s)::bigint AS step, sum(measured)::bigint AS measured, "
        "sum(shaped)::bigint AS shaped, sum(estimated)::bigint AS estimated "
        f"FROM {schema}.completeness_day WHERE day BETWEEN %s AND %s AND channel = ANY(%s) "
        "GROUP BY 1, 2) AS told",
        (origin, step_days, spans[0].first, spans[-1].last, numbers.tolist()),
        binary=True,
    ).fetchone()
    if row is None or row[0] is None:
        return
    number, step, *counts = row
    at = order[np.searchsorted(numbers[order], number)]
    for total, count in zip(known, counts, strict=True):
        total[at, step] = count
