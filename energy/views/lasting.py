"""In: spans of a check that goes on. Out: notes of its begin and its end. I/O: reads.

A run that a finding stands for already is not told again; one that a person has resolved is told
anew when it lasts a day longer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from energy.views.validation_told import SOURCE

Connection = psycopg.Connection[tuple[object, ...]]
Known = Sequence[tuple[int, int]]
"""Start and end of the findings of a check at a channel; what still holds ends in FOR_GOOD. [us]"""


def known_runs(
    connection: Connection, schema: str, code: str, channels: Sequence[int], since: datetime
) -> Mapping[int, Known]:
    """Return the findings there are, by channel; what was explained stands anew. [us].

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        code: Of the check.
        channels: Which channels.
        since: What ended or was resolved before is left out, aware UTC.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT channel, start_at, end_at FROM {schema}.finding WHERE code = %s "
        "AND channel = ANY(%s) AND explained_position IS NULL AND end_at >= %s "
        "AND NOT (end_at = %s AND resolved_position IS NOT NULL) "
        "UNION ALL SELECT channel, start_at, resolved_at "
        f"FROM {schema}.finding WHERE code = %s AND channel = ANY(%s) AND end_at = %s "
        "AND resolved_position IS NOT NULL AND resolved_at >= %s",
        (
            *(code, list(channels), since, FOR_GOOD),
            *(code, list(channels), FOR_GOOD, since),
        ),
    ).fetchall()
    known: dict[int, list[tuple[int, int]]] = {}
    for channel, start, end in rows:
        known.setdefault(channel, []).append((to_us(start), to_us(end)))
    return known


def lasting_notes(
    code: str,
    severity: Severity,
    channel: int,
    *,
    spans: Sequence[Span],
    ends: Sequence[int],
    known: Known,
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

    holds = [start for start, end in known if end >= to_us(FOR_GOOD)]
    if holds:
        later = [at_us for at_us in ends if at_us >= holds[0]]
        if not later:
            return []
        return [told(Span(start_us=holds[0], end_us=later[0], lasts=False), Phase.OVER)]
    return [
        told(span, Phase.BEGUN if span.lasts else Phase.WAS)
        for span in spans
        if not any(start < span.end_us and end > span.start_us for start, end in known)
    ]
