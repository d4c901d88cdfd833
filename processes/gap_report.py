"""In: a site, a time, what its spools say. Out: where readings are missing, and why. I/O: reads.

A gap is a span without a reading of a polled channel though slots were due. Its reason, where one
is known: it still waits in a spool, it was thinned or dropped (findings say so), the collector was
down, the channel's map has changed. Where none is known the report says how far the gap reaches:
one meter, its whole bus, or every source of the site.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Any
from uuid import UUID

from energy.base.clock import from_us
from energy.store.pool import Database
from energy.views.gaps import (
    EmptySpan,
    KnownFact,
    MissingBatches,
    empty_spans,
    facts_between,
    missing_batches,
    newest_batches,
    polled_channels,
)

FACTS = {
    "spool.thinned": "thinned",
    "spool.readings_dropped": "dropped",
    "collector.was_down": "collector_down",
    "collect.map_changed": "map_changed",
    "batch.conflict": "numbered_anew",
}
"""Codes of findings that explain a gap, and the reason they give."""
WITHIN = timedelta(minutes=2)
"""Spans whose ends lie so near to each other are one event."""


class Fate(StrEnum):
    """What became of batch numbers that the journal lacks."""

    WAITING = "waiting"
    THINNED = "thinned"
    NUMBERED_ANEW = "numbered_anew"
    LOST = "lost"
    ELSEWHERE = "elsewhere"
    """Its collector is none of this installation: ask there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Channels of one point without readings for one span."""

    point: str
    source: str
    quantities: tuple[str, ...]
    start: datetime
    end: datetime
    slots: int
    """Slots that were due, of one channel."""
    reason: str
    """waiting, thinned, dropped, collector_down, map_changed; else site, bus or meter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingNumbers:
    """Batch numbers that the journal lacks, and what became of them."""

    source_epoch: UUID
    first: int
    last: int
    fate: Fate


@dataclass(frozen=True, slots=True, kw_only=True)
class GapReport:
    """Everything that is missing in a time."""

    gaps: tuple[Gap, ...]
    numbers: tuple[MissingNumbers, ...]

    @property
    def is_whole(self) -> bool:
        """Return whether nothing is missing, or only waits."""
        waiting = {"waiting", "thinned"}
        return all(gap.reason in waiting for gap in self.gaps) and all(
            each.fate not in {Fate.LOST, Fate.ELSEWHERE} for each in self.numbers
        )


def gap_report(
    database: Database,
    schema: str,
    start: datetime,
    end: datetime,
    *,
    source: str | None = None,
    spool: Mapping[str, Any] | None = None,
) -> GapReport:
    """Return where readings are missing.

    Args:
        database: The process's pool.
        schema: The site's schema.
        start: Begin of the time, aware UTC.
        end: Its end, aware UTC; not in the future.
        source: Only of this source; None of all.
        spool: What the site's collector says of its spool (/waiting); None without one.
    """
    with database.connection() as connection:
        channels = polled_channels(connection, schema, source)
        spans = empty_spans(connection, schema, channels, start, end)
        facts = facts_between(connection, schema, list(FACTS), start, end)
        missing = missing_batches(connection, schema, start)
        epochs = [UUID(spool["source_epoch"])] if spool and "source_epoch" in spool else []
        newest = newest_batches(connection, schema, epochs)
    sources = {channel.source for channel in channels}
    return GapReport(
        gaps=tuple(_gaps(spans, facts, spool or {}, len(sources), end)),
        numbers=tuple(_numbers(missing, facts, spool or {}, newest)),
    )


def _gaps(
    spans: Sequence[EmptySpan],
    facts: Sequence[KnownFact],
    spool: Mapping[str, Any],
    sources: int,
    end: datetime,
) -> list[Gap]:
    """Return the spans by point, each with its reason; the oldest first."""
    groups: dict[tuple[str, datetime, datetime, str], list[EmptySpan]] = {}
    for span in spans:
        reason = _known_reason(span, facts, spool, end) or _reach(span, spans, sources)
        key = (span.channel.point, span.start, span.end, reason)
        groups.setdefault(key, []).append(span)
    return sorted(
        (
            Gap(
                point=point,
                source=some[0].channel.source,
                quantities=tuple(span.channel.quantity for span in some),
                start=start,
                end=last,
                slots=some[0].slots,
                reason=reason,
            )
            for (point, start, last, reason), some in groups.items()
        ),
        key=lambda gap: (gap.start, gap.point),
    )


def _known_reason(
    span: EmptySpan, facts: Iterable[KnownFact], spool: Mapping[str, Any], end: datetime
) -> str | None:
    for waiting in spool.get("spans", ()):
        first, last = from_us(waiting["first_us"]), from_us(waiting["last_us"])
        if waiting["source"] == span.channel.source and first < span.end and last > span.start:
            return str(Fate.WAITING)
    if span.channel.source in spool.get("open", {}) and span.end == end:
        return str(Fate.WAITING)
    for fact in facts:
        ours = (
            fact.source in {"", span.channel.source}
            and fact.channel in {0, span.channel.number}
            and fact.proof.get("kind", span.channel.kind) == span.channel.kind
        )
        # A changed map explains everything from then on.
        until = span.end if fact.code == "collect.map_changed" else fact.end
        if ours and fact.code != "batch.conflict" and fact.start < span.end and until > span.start:
            return FACTS[fact.code]
    return None


def _reach(span: EmptySpan, spans: Sequence[EmptySpan], sources: int) -> str:
    """Return how far an unexplained gap reaches: meter, bus or site."""
    same = [
        other
        for other in spans
        if abs(other.start - span.start) <= WITHIN and abs(other.end - span.end) <= WITHIN
    ]
    touched = {other.channel.source for other in same}
    if len(touched) == sources > 1:
        return "site"
    points = {o.channel.point for o in same if o.channel.source == span.channel.source}
    return "bus" if len(points) > 1 else "meter"


def _numbers(
    missing: Sequence[MissingBatches],
    facts: Sequence[KnownFact],
    spool: Mapping[str, Any],
    newest: Mapping[UUID, int],
) -> list[MissingNumbers]:
    """Return the missing numbers, cut where their fate differs."""
    own = str(spool.get("source_epoch", ""))
    waiting = [tuple(each) for each in spool.get("sequences", ())]
    found = []
    for each in missing:
        epoch = str(each.source_epoch)
        sure = [(first, last, Fate.THINNED) for first, last in _thinned(facts, epoch)]
        sure += [
            (int(f.proof["sequence"]), int(f.proof["sequence"]), Fate.NUMBERED_ANEW)
            for f in facts
            if f.code == "batch.conflict" and f.proof.get("stream") == epoch
        ]
        if epoch == own:
            sure += [(first, last, Fate.WAITING) for first, last in waiting]
        rest = Fate.LOST if epoch == own else Fate.ELSEWHERE
        found += _cut(each, sure, rest)
    for epoch_id, last_known in newest.items():
        lost = [n for n in range(last_known + 1, int(spool["head"]) + 1) if not _within(n, waiting)]
        if lost and not _thinned(facts, own):
            found.append(
                MissingNumbers(source_epoch=epoch_id, first=lost[0], last=lost[-1], fate=Fate.LOST)
            )
    return found


def _thinned(facts: Iterable[KnownFact], epoch: str) -> list[tuple[int, int]]:
    return [
        (int(first), int(last))
        for fact in facts
        if fact.code == "spool.thinned" and fact.proof.get("source_epoch") == epoch
        for first, last in fact.proof.get("sequences", ())
    ]


def _within(number: int, ranges: Iterable[tuple[int, ...]]) -> bool:
    return any(first <= number <= last for first, last in ranges)


def _cut(
    missing: MissingBatches, sure: Sequence[tuple[int, int, Fate]], rest: Fate
) -> list[MissingNumbers]:
    """Return a range of numbers in pieces of one fate each."""
    bounds = {missing.first, missing.last + 1}
    for first, last, _ in sure:
        bounds |= {n for n in (first, last + 1) if missing.first < n <= missing.last}
    ordered = sorted(bounds)
    pieces = []
    for first, after in pairwise(ordered):
        fates = [fate for low, high, fate in sure if low <= first <= high]
        pieces.append(
            MissingNumbers(
                source_epoch=missing.source_epoch,
                first=first,
                last=after - 1,
                fate=fates[0] if fates else rest,
            )
        )
    return pieces
