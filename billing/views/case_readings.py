"""In: the findings of a case. Out: the readings in doubt and their neighbours. I/O: reads.

Every reading in doubt is shown with the sound ones around it; what lies between is left out. Of a
finding that lasts, its ends are shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final

from energy.base.period import local_day
from energy.metering.channel import Channel, Kind
from energy.metering.review_case import CaseFinding
from energy.store.pool import Database
from energy.store.sites import Site
from energy.views.readings_told import ReadingRow, Standing, read_readings

MOST_READINGS: Final = 12
"""Readings of a span that are shown; of more the first and the last."""
BESIDE: Final = 2
"""Sound readings that are shown on either side."""
_JUMP: Final = "register.jump"
_FALL: Final = "register.negative_step"
_MOMENT: Final = timedelta(microseconds=1)
_DAY: Final = timedelta(days=1)
_Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownReadings:
    """The readings of a case that a person must see."""

    rows: tuple[ReadingRow, ...] = ()
    """By instant, with every value that was superseded."""
    doubted: tuple[datetime, ...] = ()
    """Instants of those that findings put in doubt."""
    behind_gap: tuple[datetime, ...] = ()
    """Instants ahead of which sound readings are left out."""


def shown_readings(
    database: Database,
    site: Site,
    channel: Channel,
    findings: Sequence[CaseFinding],
    now: datetime,
) -> ShownReadings:
    """Return the readings in doubt with those that count right before and behind.

    Args:
        database: Any pool that may read.
        site: The site.
        channel: The channel in doubt.
        findings: Of the case.
        now: Present instant: what lasts is shown up to here.
    """
    if channel.facts.kind is Kind.COMPUTED:
        return ShownReadings()
    mine = [each for each in findings if each.channel == channel.number] or list(findings)
    spans = _merged([(each.start, max(min(each.end, now), each.start)) for each in mine])
    rows = [
        row
        for first, last in _days(spans, site)
        for row in read_readings(
            database,
            site,
            channel.point,
            first,
            last,
            quantity=channel.facts.quantity,
            history=True,
        )
    ]
    wrong = doubtful(mine)
    shown = sorted({n for span in spans for n in _around(rows, span)})
    picked = [rows[n] for n in shown]
    far = [n for before, n in pairwise(shown) if n > before + 1]
    return ShownReadings(
        rows=tuple(picked),
        doubted=tuple(
            sorted({row.at for row in picked if any(low <= row.at <= high for low, high in wrong)})
        ),
        behind_gap=tuple(rows[n].at for n in far),
    )


def doubtful(findings: Sequence[CaseFinding]) -> list[_Span]:
    """Return where readings are in doubt, both ends included.

    A jump begins doubt that the fall behind it ends; a fall alone, or a jump, doubts what it leads
    to. Any other finding doubts what lies between its ends, or its one instant.

    Args:
        findings: Of one case.
    """
    steps = sorted(
        (each for each in findings if each.code in (_JUMP, _FALL)),
        key=lambda each: (each.channel, each.start),
    )
    spans: list[_Span] = []
    before: CaseFinding | None = None
    for each in steps:
        if before is not None and before.channel == each.channel and before.code != each.code:
            spans[-1], before = (before.end, each.start), None  # it came back
        else:
            spans.append((each.end, each.end))
            before = each
    for each in findings:
        if each.code in (_JUMP, _FALL):
            continue
        if each.start == each.end:
            spans.append((each.start, each.end))
        else:  # an interval is read at its end
            own = each.end if each.code.startswith("interval.") else each.end - _MOMENT
            spans.append((each.start + _MOMENT, own))
    return spans


def _merged(spans: Sequence[_Span]) -> list[_Span]:
    """Return spans in order, those that touch as one."""
    merged: list[_Span] = []
    for low, high in sorted(spans):
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return merged


def _days(spans: Sequence[_Span], site: Site) -> list[tuple[date, date]]:
    """Return the local days around the ends of spans, one run where they touch."""
    wanted: set[date] = set()
    for low, high in spans:
        first, last = local_day(low, site.zone), local_day(high, site.zone)
        near = {first, last}
        if last - first <= 3 * _DAY:
            near |= {first + n * _DAY for n in range((last - first).days)}
        wanted |= {day + n * _DAY for day in near for n in (-1, 0, 1)}
    runs: list[tuple[date, date]] = []
    for day in sorted(wanted):
        if runs and day - runs[-1][1] == _DAY:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


def _around(rows: Sequence[ReadingRow], span: _Span) -> list[int]:
    """Return the places of the readings of a span, and of those that count on either side."""
    low, high = span
    inside = [n for n, row in enumerate(rows) if low <= row.at <= high]
    if len(inside) > MOST_READINGS:
        half = MOST_READINGS // 2
        inside = [*inside[:half], *inside[-half:]]
    counting = [n for n, row in enumerate(rows) if row.standing is Standing.COUNTS]
    before = [n for n in counting if rows[n].at < low][-BESIDE:]
    behind = [n for n in counting if rows[n].at > high][:BESIDE]
    return [*before, *inside, *behind]
