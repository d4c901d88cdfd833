"""In: the rounds of a day. Out: the log sheet: values by stop, a column for each round. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from energy.service.rounds.items import LogItem, Stop
from energy.service.rounds.kinds import COUNTING, Entry
from energy.service.rounds.reads import RoundRow, ValueRow
from energy.service.rounds.schedule import Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One round of the day."""

    due_at: datetime
    standing: Standing
    late: bool
    owner: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What is known of a value on one round."""

    told: ValueRow | None
    """What counts; None where nothing was read."""
    earlier: Sequence[ValueRow]
    """What was told before and mended."""
    doubts: Sequence[ValueRow]
    """What others brought beside it."""
    late: bool
    skipped: str
    """Why it was not read; "" where it was, or nobody said so."""
    raised: Sequence[str]
    """Numbers of incidents and work orders."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One log value."""

    stop: Stop
    item: LogItem
    cells: Mapping[datetime, Cell]
    """By the instant at which the round is due; a round that nobody began has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogSheet:
    """The log of a round on a day."""

    columns: Sequence[Column]
    lines: Sequence[Line]


def log_sheet(rows: Sequence[RoundRow]) -> LogSheet:
    """Return the sheet of the rounds of one key and day, in the order of their instants.

    What is still to come has no column. Values that only some versions of the plan have stand
    behind those of the newest.
    """
    asked: dict[tuple[str, str], tuple[Stop, LogItem]] = {}
    for row in sorted(rows, key=lambda each: -each.version):
        for stop in row.spec.stops:
            for item in stop.items:
                asked.setdefault((stop.key, item.key), (stop, item))
    begun = [row for row in rows if row.standing is not Standing.COMING]
    return LogSheet(
        columns=[
            Column(
                due_at=row.due_at,
                standing=row.standing,
                late=row.late,
                owner=None if row.walk is None else row.walk.owner,
            )
            for row in begun
        ],
        lines=[
            Line(
                stop=stop,
                item=item,
                cells={
                    row.due_at: _cell(row, stop.key, item.key)
                    for row in begun
                    if row.walk is not None
                },
            )
            for stop, item in asked.values()
        ],
    )


def _cell(row: RoundRow, stop: str, value: str) -> Cell:
    entries = [each for each in row.values if (each.stop, each.value) == (stop, value)]
    told = next((each for each in entries if each.counts), None)
    reasons = [each.reason for each in row.skips if each.stop == stop]
    return Cell(
        told=told,
        earlier=[e for e in entries if not e.counts and e.entry in COUNTING],
        doubts=[each for each in entries if each.entry == Entry.DOUBT],
        late=any(each.entry == Entry.TOLD and each.read_at > row.until for each in entries),
        skipped=reasons[-1] if reasons and told is None else "",
        raised=[e.number for e in row.raised if (e.stop, e.value) == (stop, value)],
    )
