"""In: `batch.refused` entries. Out: rows of `finding`. I/O: PostgreSQL."""

from __future__ import annotations

import psycopg

from energy.base.clock import from_us
from energy.base.finding import Finding, Severity
from energy.journal.entry import Entry
from energy.journal.ingest import store_findings
from energy.journal.refused import decode_refused


def fold_refused(cursor: psycopg.Cursor[tuple[object, ...]], schema: str, entry: Entry) -> None:
    """Write the finding on a refused batch, inside the follower's transaction.

    Args:
        cursor: Inside a transaction.
        schema: Schema of the views.
        entry: A `batch.refused` entry.

    Raises:
        JournalError: The entry does not decode.
    """
    record = decode_refused(entry.state)
    finding = Finding(
        code="batch.conflict",
        severity=Severity.DO_NOT_BILL,
        channel=None,
        start=from_us(record.first_us),
        end=from_us(record.last_us),
        position=entry.position,
        proof={
            "stream": str(record.stream),
            "sequence": record.sequence,
            "source": record.source,
            "readings": record.count,
            "hash": record.hash,
            "against": record.against,
        },
    )
    store_findings(cursor.connection, schema, [finding])
