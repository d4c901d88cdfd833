"""In: the tables `finding` and `parked`. Out: what waits for a person, as rows. I/O: reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from energy.base.errors import RefusedError
from energy.base.finding import Severity
from energy.base.ids import meant_by
from energy.base.period import Period
from energy.journal.decisions import FindingKey
from energy.metering.checks.catalogue import FALL_CODES
from energy.metering.decision import ResolvedFinding
from energy.metering.usage import BREAK_CODES
from energy.views.positioned import LAST_POSITION, or_last

Connection = psycopg.Connection[tuple[object, ...]]


class UnknownFindingError(RefusedError):
    """A command named a finding that the site does not have."""

    code = "finding.unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    """A data problem and what became of it."""

    finding: UUID
    """Id made of the key; the same for ever."""
    key: FindingKey
    severity: str
    point: str | None
    quantity: str | None
    end: datetime
    proof: dict[str, Any]
    explained_position: int | None
    """Later readings explain it from here on."""
    resolved_position: int | None
    """A person resolved it from here on."""
    resolved_at: datetime | None
    resolved_by: UUID | None
    resolution: str | None

    @property
    def open(self) -> bool:
        """Return whether it waits for a person."""
        return self.explained_position is None and self.resolved_position is None


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedRow:
    """An entry that could not be folded."""

    position: int
    error: str
    parked_at: datetime
    resolved_position: int | None


def read_findings(
    connection: Connection,
    schema: str,
    *,
    point: str | None = None,
    open_only: bool = True,
    as_of: int | None = None,
) -> list[FindingRow]:
    """Return findings, the newest first.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        point: Only of this metering point, and of whole sources.
        open_only: Leave out what later readings explain or a person has resolved, and what tells
            of a fall that ended so: the next look explains it, nobody waits for that.
        as_of: As known at this metering position; None for now.
    """
    limit = or_last(as_of)
    waiting = f"AND {_OPEN.format(row='f')} AND {_stands(schema)} " if open_only else ""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {_COLUMNS} FROM {schema}.finding AS f "
        f"LEFT JOIN {schema}.channel AS c ON c.number = f.channel "
        "WHERE (%(point)s::text IS NULL OR f.channel = 0 OR c.point = %(point)s) "
        f"AND f.position <= %(limit)s {waiting}"
        "ORDER BY f.position DESC, f.code, f.channel, f.start_at",
        {
            "point": point,
            "limit": limit,
            "falls": list(FALL_CODES),
            "breaks": list(BREAK_CODES),
        },
    ).fetchall()
    return [_finding(row, limit) for row in rows]


def bars_behind(connection: Connection, schema: str, position: int, period: Period) -> bool:
    """Return whether something that bars the bill of a period was told behind a position.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        position: Metering position.
        period: The days.
    """
    row = connection.execute(
        f"SELECT FROM {schema}.finding WHERE severity = %s AND position > %s "
        "AND start_at < %s AND end_at >= %s LIMIT 1",
        (Severity.DO_NOT_BILL, position, period.end, period.start),
    ).fetchone()
    return row is not None


def findings_of(
    connection: Connection, schema: str, keys: Sequence[FindingKey]
) -> list[FindingRow]:
    """Return some findings, open or not, the newest first.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        keys: Which ones.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {_COLUMNS} FROM {schema}.finding AS f "
        "JOIN unnest(%s::text[], %s::int[], %s::timestamptz[], %s::bigint[]) "
        "AS k (code, channel, start_at, position) ON f.code = k.code AND f.channel = k.channel "
        "AND f.start_at = k.start_at AND f.position = k.position "
        f"LEFT JOIN {schema}.channel AS c ON c.number = f.channel "
        "ORDER BY f.position DESC, f.code, f.channel, f.start_at",
        (
            [key.code for key in keys],
            [key.channel for key in keys],
            [key.start for key in keys],
            [key.position for key in keys],
        ),
    ).fetchall()
    return [_finding(row, LAST_POSITION) for row in rows]


_COLUMNS = (
    "f.code, f.channel, f.start_at, f.position, f.severity, c.point, c.quantity, "
    "f.end_at, f.proof, f.explained_position, f.resolved_position, f.resolved_at, "
    "f.resolved_by, f.resolution"
)
_OPEN = (
    "({row}.explained_position IS NULL OR {row}.explained_position > %(limit)s) "
    "AND ({row}.resolved_position IS NULL OR {row}.resolved_position > %(limit)s)"
)
"""SQL of a row that waits for a person at the position `limit`."""


def _stands(schema: str) -> str:
    """Return SQL of a finding `f` that is of no fall, or of one that waits."""
    return (
        f"(f.code <> ALL(%(falls)s) OR EXISTS (SELECT FROM {schema}.finding AS b "
        "WHERE b.code = ANY(%(breaks)s) AND b.channel = f.channel AND b.position <= %(limit)s "
        f"AND {_OPEN.format(row='b')} AND b.start_at < f.end_at AND b.end_at > f.start_at))"
    )


def ended_falls(connection: Connection, schema: str) -> list[tuple[Any, ...]]:
    """Return code, channel, start, end, severity and position of what no open fall stands behind.

    A late reading, a correction, the record of a new meter or a person has explained it.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT f.code, f.channel, f.start_at, f.end_at, f.severity, f.position "
        f"FROM {schema}.finding AS f WHERE {_OPEN.format(row='f')} AND NOT {_stands(schema)}",
        {"limit": LAST_POSITION, "falls": list(FALL_CODES), "breaks": list(BREAK_CODES)},
    ).fetchall()
    return rows


def _finding(row: tuple[Any, ...], limit: int) -> FindingRow:
    code, channel, start, position, severity, point, quantity, end, proof, *decided = row
    explained, resolved_position, *resolved = decided
    known = resolved_position is not None and resolved_position <= limit
    key = FindingKey(code=code, channel=channel, start=start, position=position)
    return FindingRow(
        finding=ResolvedFinding.create_id(
            code=code, channel=channel, start=start, position=position
        ),
        key=key,
        severity=severity,
        point=point,
        quantity=quantity,
        end=end,
        proof=dict(proof),
        explained_position=explained if explained is not None and explained <= limit else None,
        resolved_position=resolved_position if known else None,
        resolved_at=resolved[0] if known else None,
        resolved_by=resolved[1] if known else None,
        resolution=resolved[2] if known else None,
    )


def finding_named(rows: Sequence[FindingRow], name: str) -> FindingRow:
    """Return the finding whose id begins so.

    Args:
        rows: The findings that may be meant.
        name: The id or its beginning.

    Raises:
        UnknownFindingError: None begins so, or more than one.
    """
    meant = meant_by(name, rows, lambda row: row.finding)
    if len(meant) != 1:
        key = "finding.several" if meant else "finding.no_such"
        raise UnknownFindingError.of(key, name=name, number=len(meant))
    return meant[0]


def read_parked(connection: Connection, schema: str) -> list[ParkedRow]:
    """Return the parked entries of the metering journal that nobody has settled, by position."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT position, error, parked_at, resolved_position FROM {schema}.parked "
        "WHERE follower = 'metering' AND resolved_at IS NULL ORDER BY position"
    ).fetchall()
    return [
        ParkedRow(position=position, error=error, parked_at=at, resolved_position=resolved)
        for position, error, at, resolved in rows
    ]
