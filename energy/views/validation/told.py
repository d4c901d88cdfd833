"""In: what checks found, where they looked. Out: notes of what is new and what is over. I/O: reads.

A finding that stands is not told again, nor one that a person has resolved. One that stood where
was looked and is not met any more was explained by what came later. A note's id is made of what it
says, and of how often that was explained before: however often it is told, the journal keeps one.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
import psycopg

from energy.base.clock import from_us, to_us
from energy.base.finding import Severity
from energy.base.ids import id_of
from energy.metering.checks.span import Span
from energy.metering.note import Note, Phase, note

SOURCE: Final = "checks"
Connection = psycopg.Connection[tuple[object, ...]]
_Key = tuple[str, int, int, int]
"""Code, channel, start [us], end [us]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a check met at a channel."""

    code: str
    severity: Severity
    channel: int
    start_us: int
    end_us: int
    proof: dict[str, Any] = field(default_factory=dict)

    @staticmethod
    def of(code: str, severity: Severity, channel: int, span: Span) -> Told:
        """Return a span of a check as met at a channel."""
        return Told(
            code=code,
            severity=severity,
            channel=channel,
            start_us=span.start_us,
            end_us=span.end_us,
            proof=span.proof,
        )

    @property
    def key(self) -> _Key:
        """Return what tells it from others."""
        return (self.code, self.channel, self.start_us, self.end_us)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Where checks have looked: what stands there and was not met is over."""

    codes: Collection[str]
    channel: int
    low_us: int
    high_us: int

    def holds(self, key: _Key) -> bool:
        """Return whether a finding lies here, be it in part; one that only touches does not."""
        code, channel, start, end = key
        if code not in self.codes or channel != self.channel:
            return False
        if start == end:
            return self.low_us <= start <= self.high_us
        return start < self.high_us and end > self.low_us


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A finding of a check that the site has or had."""

    key: _Key
    position: int
    severity: Severity
    explained: int | None
    resolved: bool

    @property
    def open(self) -> bool:
        return self.explained is None and not self.resolved


def notes_of(
    connection: Connection, schema: str, found: Sequence[Told], scopes: Sequence[Scope]
) -> list[Note]:
    """Return what is new and what is over.

    Args:
        connection: Any connection that may read; the views have folded every note told so far.
        schema: The site's schema.
        found: Everything met within the scopes.
        scopes: Where was looked.
    """
    rows = _rows(connection, schema, scopes)
    known: dict[_Key, list[_Row]] = {}
    for row in rows:
        known.setdefault(row.key, []).append(row)
    by_key = {told.key: told for told in found}
    notes = []
    for key, told in by_key.items():
        before = known.get(key, [])
        if all(row.explained is not None for row in before):
            notes.append(_new(told, max((row.explained or 0 for row in before), default=0)))
    by_channel: dict[int, list[Scope]] = {}
    for scope in scopes:
        by_channel.setdefault(scope.channel, []).append(scope)
    return notes + [
        over(row.key, row.severity, row.position)
        for row in rows
        if row.open
        and row.key not in by_key
        and any(scope.holds(row.key) for scope in by_channel.get(row.key[1], ()))
    ]


def over(key: _Key, severity: Severity, position: int) -> Note:
    """Return the note that explains a finding.

    Args:
        key: Its code, channel, start [us] and end [us].
        severity: Its severity.
        position: Its position.
    """
    code, channel, start, end = key
    told = note(
        code,
        from_us(start),
        from_us(end),
        source=SOURCE,
        channel=channel,
        severity=severity,
        note_id=id_of("check over", code, *(str(n) for n in (channel, start, end, position))),
    )
    return msgspec.structs.replace(told, phase=Phase.EXPLAINED)


def _new(told: Told, after: int) -> Note:
    return note(
        told.code,
        from_us(told.start_us),
        from_us(told.end_us),
        source=SOURCE,
        channel=told.channel,
        severity=told.severity,
        proof=told.proof,
        note_id=id_of(
            "check",
            told.code,
            *(str(n) for n in (told.channel, told.start_us, told.end_us, after)),
        ),
    )


def _rows(connection: Connection, schema: str, scopes: Sequence[Scope]) -> list[_Row]:
    if not scopes:
        return []
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT code, channel, start_at, end_at, position, severity, explained_position, "
        f"resolved_position IS NOT NULL FROM {schema}.finding WHERE code = ANY(%s) "
        "AND channel = ANY(%s) AND proof->>'source' = %s AND start_at <= %s AND end_at >= %s",
        (
            sorted({code for scope in scopes for code in scope.codes}),
            sorted({scope.channel for scope in scopes}),
            SOURCE,
            from_us(max(scope.high_us for scope in scopes)),
            from_us(min(scope.low_us for scope in scopes)),
        ),
    ).fetchall()
    return [
        _Row(
            key=(code, channel, to_us(start), to_us(end)),
            position=position,
            severity=Severity(severity),
            explained=explained,
            resolved=resolved,
        )
        for code, channel, start, end, position, severity, explained, resolved in rows
    ]
