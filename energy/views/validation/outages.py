"""In: gaps of channels. Out: one finding a source where the whole source was silent. I/O: reads.

When a gateway or a site is down, hundreds of channels are silent for one reason: it is told once,
of the source, with the time in which no channel of it has a reading. A reading that comes late for
that time shows that the source was not silent as a whole: then each gap is told of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
import psycopg

from energy.base.clock import from_us, to_us
from energy.base.ids import id_of
from energy.metering.channel import USAGE_KINDS
from energy.metering.checks import missing
from energy.metering.note import Note, Phase, note
from energy.metering.source_facts import MQTT
from energy.views.validation.lot import Windows
from energy.views.validation.readings import Met, look_for_gaps
from energy.views.validation.told import Told

Connection = psycopg.Connection[tuple[object, ...]]
FEWEST_POINTS = 2
"""A source with fewer points is told by its channels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outage:
    """A time in which no channel of a source has a reading."""

    source: str
    start_us: int
    end_us: int
    every_s: int
    """How often its channels are read. [s]"""

    def explains(self, gap: Told) -> bool:
        """Return whether a channel's gap is this one: it begins and ends about the same time."""
        about_us = self.every_s * 1_000_000
        return (
            abs(gap.start_us - self.start_us) <= about_us
            and abs(gap.end_us - self.end_us) <= about_us
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A finding of a whole source that the site has or had."""

    outage: _Outage
    position: int
    explained: int | None
    resolved: bool


def grouped_outages(connection: Connection, schema: str, windows: Windows, met: Met) -> list[Note]:
    """Take gaps of whole sources out of what was met; return the notes that tell them instead.

    Args:
        connection: Any connection that may read; the views have folded every note told so far.
        schema: The site's schema.
        windows: Time of the fresh readings by channel. [us]
        met: Gaps that one finding of a source tells are taken out; those it told wrongly come in.
    """
    if not windows:
        return []
    members = _members(connection, schema)
    source_of = {number: source for source, own in members.items() for number in own}
    rows = _rows(connection, schema, windows)
    notes = list(_ended(connection, schema, members, windows, rows, met))
    gone = {each.id for each in notes}
    standing = [row for row in rows if row.explained is None and _over(row).id not in gone]
    gaps: dict[str, list[Told]] = {}
    for each in met.found:
        if each.code == missing.CODE and each.channel in source_of:
            gaps.setdefault(source_of[each.channel], []).append(each)
    told: set[tuple[str, int, int, int]] = set()
    for source, own in gaps.items():
        known = [row.outage for row in standing if row.outage.source == source]
        for outage, mine in _outages(source, own, known):
            if outage not in known:
                if not _silent(connection, schema, members[source], outage):
                    continue
                notes.append(_new(outage, rows, len(members[source])))
            told |= {each.key for each in mine}
    met.found = [each for each in met.found if each.key not in told]
    return notes


def _outages(
    source: str, gaps: Sequence[Told], known: Sequence[_Outage]
) -> Iterator[tuple[_Outage, list[Told]]]:
    """Yield the times in which gaps of a source fall together, each with its gaps."""
    waiting = sorted(gaps, key=lambda each: (each.start_us, each.end_us, each.channel))
    for outage in known:
        mine = [each for each in waiting if outage.explains(each)]
        waiting = [each for each in waiting if not outage.explains(each)]
        yield outage, mine
    while waiting:
        first = waiting[0]
        every_s = int(first.proof["expected_every_s"])
        about = _Outage(
            source=source, start_us=first.start_us, end_us=first.end_us, every_s=every_s
        )
        mine = [each for each in waiting if about.explains(each)]
        waiting = [each for each in waiting if not about.explains(each)]
        start_us, end_us = max(g.start_us for g in mine), min(g.end_us for g in mine)
        yield _Outage(source=source, start_us=start_us, end_us=end_us, every_s=every_s), mine


def _ended(
    connection: Connection,
    schema: str,
    members: Mapping[str, Collection[int]],
    windows: Windows,
    rows: Sequence[_Row],
    met: Met,
) -> Iterator[Note]:
    """Yield the ends of findings of sources that have got a reading for their time after all."""
    for row in rows:
        channels = members.get(row.outage.source, ())
        low, high = row.outage.start_us, row.outage.end_us
        fresh = any(n in windows and windows[n][0] < high and windows[n][1] > low for n in channels)
        if row.explained is not None or row.resolved or not fresh:
            continue
        if _silent(connection, schema, channels, row.outage):
            continue
        look_for_gaps(connection, schema, dict.fromkeys(channels, (low, high)), met)
        yield _over(row)


def _silent(
    connection: Connection, schema: str, channels: Collection[int], outage: _Outage
) -> bool:
    """Return whether no channel of a source has a reading within a time."""
    row = connection.execute(
        f"SELECT FROM {schema}.batch_index WHERE channel = ANY(%s) AND first_at < %s "
        "AND last_at > %s LIMIT 1",
        (list(channels), from_us(outage.end_us), from_us(outage.start_us)),
    ).fetchone()
    return row is None


def _members(connection: Connection, schema: str) -> dict[str, list[int]]:
    """Return the channels of each source whose readings are missed where there are none."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT m.source, array_agg(c.number), count(DISTINCT c.point) FROM {schema}.channel AS c "
        f"JOIN {schema}.meter AS m USING (point) JOIN {schema}.source AS s ON s.key = m.source "
        "WHERE c.billing AND c.kind = ANY(%s) AND c.utility IS NOT NULL AND m.serial IS NOT NULL "
        "AND m.retired_at IS NULL AND (s.kind <> %s OR c.kind = 'interval') GROUP BY m.source",
        (list(USAGE_KINDS), MQTT),
    ).fetchall()
    return {source: numbers for source, numbers, points in rows if points >= FEWEST_POINTS}


def _rows(connection: Connection, schema: str, windows: Windows) -> list[_Row]:
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT proof->>'source', start_at, end_at, (proof->>'expected_every_s')::int, position, "
        f"explained_position, resolved_position IS NOT NULL FROM {schema}.finding WHERE code = %s "
        "AND channel = 0 AND proof ? 'channels' AND start_at <= %s AND end_at >= %s",
        (
            missing.CODE,
            from_us(max(high for _, high in windows.values())),
            from_us(min(low for low, _ in windows.values()) - 86_400_000_000),
        ),
    ).fetchall()
    return [
        _Row(
            outage=_Outage(
                source=source, start_us=to_us(start), end_us=to_us(end), every_s=every_s
            ),
            position=position,
            explained=explained,
            resolved=resolved,
        )
        for source, start, end, every_s, position, explained, resolved in rows
    ]


def _new(outage: _Outage, rows: Sequence[_Row], channels: int) -> Note:
    before = max((row.explained or 0 for row in rows if row.outage == outage), default=0)
    return _note(
        outage,
        {"channels": channels, "expected_every_s": outage.every_s},
        "check of source",
        before,
    )


def _over(row: _Row) -> Note:
    told = _note(row.outage, {}, "check of source over", row.position)
    return msgspec.structs.replace(told, phase=Phase.EXPLAINED)


def _note(outage: _Outage, proof: dict[str, int], words: str, position: int) -> Note:
    numbers = (str(n) for n in (outage.start_us, outage.end_us, position))
    return note(
        missing.CODE,
        from_us(outage.start_us),
        from_us(outage.end_us),
        source=outage.source,
        severity=missing.SEVERITY,
        proof=proof,
        note_id=id_of(words, missing.CODE, outage.source, *numbers),
    )
