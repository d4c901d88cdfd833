"""In: delivered intervals that end beside the grid. Out: a finding a channel and day. I/O.

A gateway whose clock stamps 10:00:03 would fill a page a day. One row tells a day's: the first, the
last and how many. It follows from the readings of its day alone, not from the order of their
arrival; like every finding of the fold, what a mark has seen stays as a row that was explained.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from energy.base.clock import from_us, to_us
from energy.base.finding import Finding, Severity
from energy.journal.ingest import store_findings
from energy.metering.interval_fold import OddInterval
from energy.metering.usage import OFF_GRID
from energy.metering.usage_strips import Ints
from energy.views.usage_rows import Windows

Cursor = psycopg.Cursor[tuple[object, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """A finding as it stands."""

    channel: int
    start: datetime
    end: datetime
    position: int
    proof: dict[str, Any]
    resolved: bool

    def tells(self, wanted: Finding) -> bool:
        """Return whether it says what a day says now."""
        return (self.start, self.end, self.proof) == (wanted.start, wanted.end, wanted.proof)


def days_with_some(cursor: Cursor, schema: str, days: Windows, odd: Sequence[OddInterval]) -> Ints:
    """Return the places of the days that have such intervals now, or had some before.

    Args:
        cursor: Inside the follower's transaction.
        schema: The site's schema.
        days: Whole local days of channels, those of which a part was folded.
        odd: What was found in the parts.
    """
    found = {each.window for each in odd if each.code == OFF_GRID}
    for row in _known(cursor, schema, days):
        found.update(np.flatnonzero(_holds(days, row)).tolist())
    return np.array(sorted(found), dtype=np.int64)


def tell_off_grid(
    cursor: Cursor, schema: str, days: Windows, odd: Sequence[OddInterval], epoch: int
) -> None:
    """Write one finding a channel and day, and let those that say something else hold no more.

    Args:
        cursor: Inside the follower's transaction.
        schema: The site's schema.
        days: Whole local days of channels.
        odd: What was found in them.
        epoch: Position of the last mark.
    """
    wanted = _wanted(days, odd)
    told = set[int]()
    for row in _known(cursor, schema, days):
        [place, *_] = np.flatnonzero(_holds(days, row)).tolist()
        if place in wanted and row.tells(wanted[place]):
            told.add(place)
        elif not row.resolved:
            _close(cursor, schema, row, epoch)
    fresh = [_since(each, epoch) for place, each in wanted.items() if place not in told]
    store_findings(cursor.connection, schema, fresh)


def _known(cursor: Cursor, schema: str, days: Windows) -> list[_Known]:
    """Return the findings of some days that hold, those that a person has resolved too."""
    if len(days.channel) == 0:
        return []
    rows: list[tuple[Any, ...]] = cursor.execute(
        "SELECT channel, start_at, end_at, position, proof, resolved_position IS NOT NULL "
        f"FROM {schema}.finding WHERE code = %s AND channel = ANY(%s) AND start_at > %s "
        "AND start_at <= %s AND explained_position IS NULL",
        (
            OFF_GRID,
            np.unique(days.channel).tolist(),
            from_us(int(days.low_us.min())),
            from_us(int(days.high_us.max())),
        ),
    ).fetchall()
    known = [
        _Known(channel=channel, start=start, end=end, position=position, proof=proof, resolved=done)
        for channel, start, end, position, proof, done in rows
    ]
    return [row for row in known if _holds(days, row).any()]


def _holds(days: Windows, row: _Known) -> NDArray[np.bool_]:
    at_us = to_us(row.start)
    held: NDArray[np.bool_] = days.channel == row.channel
    return held & (days.low_us < at_us) & (days.high_us >= at_us)


def _wanted(days: Windows, odd: Sequence[OddInterval]) -> dict[int, Finding]:
    """Return what each day says, by its place."""
    by_day: dict[int, list[OddInterval]] = {}
    for each in odd:
        if each.code == OFF_GRID:
            by_day.setdefault(each.window, []).append(each)
    return {
        place: Finding(
            code=OFF_GRID,
            severity=Severity.WARN,  # what is not folded is missing, so it need not block
            channel=int(days.channel[place]),
            start=from_us(min(each.end_us for each in found)),
            end=from_us(max(each.end_us for each in found)),
            position=max(each.position for each in found),
            proof={"readings": len(found), "position": max(each.position for each in found)},
        )
        for place, found in by_day.items()
    }


def _since(found: Finding, epoch: int) -> Finding:
    """Return a finding as known from where it is told: nobody saw it at the last mark."""
    return replace(found, position=max(found.position, epoch + 1))


def _close(cursor: Cursor, schema: str, row: _Known, epoch: int) -> None:
    key = {
        "code": OFF_GRID,
        "channel": row.channel,
        "start": row.start,
        "position": row.position,
        "epoch": epoch,
    }
    where = "code = %(code)s AND channel = %(channel)s AND start_at = %(start)s"
    where += " AND position = %(position)s"
    if row.position > epoch:
        cursor.execute(f"DELETE FROM {schema}.finding WHERE {where}", key)
    else:
        cursor.execute(
            f"UPDATE {schema}.finding SET explained_position = %(epoch)s + 1 WHERE {where}", key
        )
