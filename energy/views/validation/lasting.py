"""In: spans of a check that goes on. Out: notes of its begin and its end. I/O: reads.

A run that a finding stands for already is not told again; one that a person has resolved is told
anew when it lasts a day longer. A run within which late readings show an end was none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
import psycopg

from energy.base.clock import from_us, to_us
from energy.base.finding import Severity
from energy.base.ids import id_of
from energy.metering.checks.span import Span
from energy.metering.note import Note, Phase, note
from energy.views.noted import FOR_GOOD
from energy.views.validation.told import SOURCE, over

Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A finding of a check at a channel."""

    start_us: int
    end_us: int
    """When it ended or was resolved; FOR_GOOD while it holds. [us]"""
    position: int | None
    """Its journal position; None once a person has resolved it."""

    @property
    def holds(self) -> bool:
        """Return whether it has not ended."""
        return self.end_us >= to_us(FOR_GOOD)


def known_runs(
    connection: Connection, schema: str, code: str, channels: Sequence[int], since: datetime
) -> Mapping[int, list[Run]]:
    """Return the findings there are, by channel; what was explained stands anew.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        code: Of the check.
        channels: Which channels.
        since: What ended or was resolved before is left out, aware UTC.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT channel, start_at, end_at, CASE WHEN resolved_position IS NULL THEN position END "
        f"FROM {schema}.finding WHERE code = %s "
        "AND channel = ANY(%s) AND explained_position IS NULL AND end_at >= %s "
        "AND NOT (end_at = %s AND resolved_position IS NOT NULL) "
        "UNION ALL SELECT channel, start_at, resolved_at, NULL "
        f"FROM {schema}.finding WHERE code = %s AND channel = ANY(%s) AND end_at = %s "
        "AND resolved_position IS NOT NULL AND resolved_at >= %s",
        (
            *(code, list(channels), since, FOR_GOOD),
            *(code, list(channels), FOR_GOOD, since),
        ),
    ).fetchall()
    known: dict[int, list[Run]] = {}
    for channel, start, end, position in rows:
        run = Run(start_us=to_us(start), end_us=to_us(end), position=position)
        known.setdefault(channel, []).append(run)
    return known


def lasting_notes(
    code: str,
    severity: Severity,
    channel: int,
    *,
    spans: Sequence[Span],
    ends: Sequence[int],
    known: Sequence[Run],
    proof: Mapping[str, object],
) -> list[Note]:
    """Return what is new of one channel. Pure.

    Args:
        code: Of the check.
        severity: Of the check.
        channel: Its number.
        spans: What the check met.
        ends: Instants that end a run, by time. [us]
        known: Its findings.
        proof: What else the notes tell.
    """

    def told(span: Span, phase: Phase) -> Note:
        made = note(
            code,
            from_us(span.start_us),
            from_us(span.end_us),
            source=SOURCE,
            channel=channel,
            severity=severity,
            proof={**span.proof, **proof},
            note_id=id_of("check", code, str(channel), str(span.start_us), phase),
        )
        return msgspec.structs.replace(made, phase=phase)

    holds = [run.start_us for run in known if run.holds]
    if holds:
        later = [at_us for at_us in ends if at_us >= holds[0]]
        if not later:
            return []
        return [told(Span(start_us=holds[0], end_us=later[0], lasts=False), Phase.OVER)]
    none = [
        (run, run.position)
        for run in known
        if run.position is not None and any(run.start_us <= at < run.end_us for at in ends)
    ]
    stand = [run for run in known if all(run is not each for each, _ in none)]
    return [
        over((code, channel, run.start_us, run.end_us), severity, position)
        for run, position in none
    ] + [
        told(span, Phase.BEGUN if span.lasts else Phase.WAS)
        for span in spans
        if not any(run.start_us < span.end_us and run.end_us > span.start_us for run in stand)
    ]
