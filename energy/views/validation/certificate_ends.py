"""In: certificates of meters in service. Out: notes of those that have ended. I/O: reads."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import psycopg

from energy.base.clock import from_us, to_us
from energy.base.period import local_day, span_of_days
from energy.metering.checks import certificate_ends
from energy.metering.checks.certificate_ends import Certificate
from energy.metering.meter_papers import Fact
from energy.metering.note import Note
from energy.views.meter_facts import due_facts
from energy.views.noted import FOR_GOOD
from energy.views.validation.lasting import known_runs, lasting_notes

Connection = psycopg.Connection[tuple[object, ...]]


def expired_certificates(
    connection: Connection, schema: str, zone: ZoneInfo, now: datetime
) -> list[Note]:
    """Return the notes of billed channels whose meter's certificate has ended, or holds again.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        zone: The site's zone: a certificate ends with its last local day.
        now: The present, aware UTC.
    """
    today, now_us = local_day(now, zone), to_us(now)
    told: dict[int, dict[str, Any]] = {}
    looked: list[Certificate] = []
    for row in due_facts(connection, schema, today - timedelta(days=1)):
        if row.name != Fact.CERTIFICATE_UNTIL:
            continue
        ends_us = to_us(span_of_days(row.day, row.day, zone).end)
        for channel in row.billing:
            told[channel] = {
                "point": row.point, "serial": row.serial, "valid_until": row.day.isoformat()
            }  # fmt: skip
            looked.append(Certificate(place=channel, ends_us=ends_us))
    spans = {span.place: span for span in certificate_ends.found(looked, now_us=now_us)}
    held = _held(connection, schema)
    channels = sorted({*spans, *held})
    if not channels:
        return []
    since = min([now, *held.values(), *(from_us(span.start_us) for span in spans.values())])
    known = known_runs(connection, schema, certificate_ends.CODE, channels, since)
    notes: list[Note] = []
    for channel in channels:
        notes += lasting_notes(
            certificate_ends.CODE,
            certificate_ends.SEVERITY,
            channel,
            spans=[spans[channel]] if channel in spans else [],
            ends=[] if channel in spans else [now_us],
            known=known.get(channel, ()),
            proof=told.get(channel, {}),
        )
    return [msgspec.structs.replace(note, stays=False) for note in notes]


def _held(connection: Connection, schema: str) -> dict[int, datetime]:
    """Return since when which channels are known to lack a certificate."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT channel, min(start_at) FROM {schema}.finding WHERE code = %s AND end_at = %s "
        "AND explained_position IS NULL AND resolved_position IS NULL GROUP BY channel",
        (certificate_ends.CODE, FOR_GOOD),
    ).fetchall()
    return dict(rows)
