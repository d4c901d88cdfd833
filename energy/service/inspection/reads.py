"""In: the tables of inspections. Out: suspicions, inspections, rules as they stand. I/O: reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import psycopg

from energy.service.inspection.kinds import SuspicionState
from energy.service.inspection.rules import RuleSet

Connection = psycopg.Connection[tuple[object, ...]]
_IN_VAIN: Final = "(w.state = 'cancelled' OR (w.state = 'ended' AND i.state = 'ordered'))"
"""Whether the work order w of the inspection i is over without a finding that counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesRow:
    """A version of the rules."""

    version: int
    valid_from: date
    rules: RuleSet
    author: UUID
    published_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspicionRow:
    """Something suspected, and what became of it."""

    suspicion: UUID
    kind: str
    about: str
    utility: str
    first_day: date
    last_day: date
    energy: int
    """What may be missing. [base unit]"""
    figures: Mapping[str, str]
    words: str
    noted_by: UUID
    noted_at: datetime
    state: str
    reason: str
    work_order: UUID | None
    settled_by: UUID | None
    settled_at: datetime | None
    in_vain: int
    """Inspections of it that are over without a finding; behind the last it is open again."""
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionRow:
    """An inspection as it stands."""

    inspection: UUID
    work_order: UUID
    number: str
    suspicion: UUID
    about: str
    inspectors: Sequence[UUID]
    ordered_by: UUID
    ordered_at: datetime
    state: str
    order_state: str
    """Of its work order."""
    finding: str
    error_percent: str | None
    first_day: date | None
    last_day: date | None
    words: str
    found_by: UUID | None
    found_at: datetime | None
    missed: Mapping[str, Any] | None
    """The fields of `Missed`, as JSON values."""
    refused: bool
    """Whether the proposal was refused since: another one may be made."""
    proposed_by: UUID | None
    proposed_at: datetime | None
    approved_by: UUID | None
    approved_at: datetime | None
    position: int
    """Of the last thing that happened to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRow:
    """What was seen on the spot."""

    position: int
    seen_at: datetime
    readings: Sequence[str]
    seals: Sequence[str]
    error_percent: str
    words: str
    person: UUID
    told_at: datetime


def read_rules(connection: Connection, schema: str) -> list[RulesRow]:
    """Return the rules of a site, version by version."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT version, valid_from, spec, author, published_at "
        f"FROM {schema}.inspection_rules ORDER BY version".encode()
    ).fetchall()
    return [
        RulesRow(
            version=version,
            valid_from=first,
            rules=RuleSet.from_json(spec),
            author=author,
            published_at=at,
        )
        for version, first, spec, author, at in rows
    ]


def read_suspicions(
    connection: Connection, schema: str, *, settled: bool = False, named: str = ""
) -> list[SuspicionRow]:
    """Return suspicions, those with the most energy of their utility first.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        settled: Also those that were dismissed or ordered; one that is named is there anyhow.
            One whose inspection is over without a finding is open again.
        named: Only those whose id begins so.
    """
    joined = f"{schema}.inspection AS i JOIN {schema}.work_order AS w USING (work_order)"
    own = {
        "state": "CASE WHEN s.state = 'ordered' AND EXISTS (SELECT FROM "
        f"{joined} WHERE i.work_order = s.work_order AND {_IN_VAIN}) "
        "THEN %(open)s ELSE s.state END",
        "in_vain": "(SELECT count(*) FROM "
        f"{joined} WHERE i.suspicion = s.suspicion AND {_IN_VAIN})",
    }
    names = [each.name for each in fields(SuspicionRow)]
    columns = [own.get(name, f"s.{name}") for name in names]
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {', '.join(columns)} FROM {schema}.suspicion AS s "
        f"WHERE (%(settled)s OR %(named)s <> '' OR {own['state']} = %(open)s) "
        "AND (%(named)s = '' OR starts_with(replace(s.suspicion::text, '-', ''), "
        "replace(lower(%(named)s), '-', ''))) "
        "ORDER BY s.utility, abs(s.energy) DESC, s.kind, s.about, s.first_day".encode(),
        {"settled": settled, "named": named, "open": SuspicionState.OPEN},
    ).fetchall()
    return [SuspicionRow(**dict(zip(names, row, strict=True))) for row in rows]


def read_told(connection: Connection, schema: str) -> list[tuple[str, str, date]]:
    """Return kind, what it is about and last day of every suspicion, whatever became of it.

    Until the work order of its inspection is over it reaches to the end of time: it is not
    suspected again.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT s.kind, s.about, CASE WHEN w.state NOT IN ('ended', 'cancelled') "
        f"THEN '9999-12-31'::date ELSE s.last_day END FROM {schema}.suspicion AS s "
        f"LEFT JOIN {schema}.inspection AS i USING (suspicion) "
        f"LEFT JOIN {schema}.work_order AS w ON w.work_order = i.work_order".encode()
    ).fetchall()
    return [(kind, about, last) for kind, about, last in rows]


def read_inspections(
    connection: Connection, schema: str, *, over: bool = True, named: str = ""
) -> list[InspectionRow]:
    """Return inspections, the newest first.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        over: Also those whose work order is over and of which nothing waits for approval.
        named: Only that of this number, or whose work order's id begins so.
    """
    own = {"order_state": "w.state", "refused": "coalesce(a.state = 'rejected', false)"}
    names = [each.name for each in fields(InspectionRow)]
    columns = [own.get(name, f"i.{name}") for name in names]
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {', '.join(columns)} FROM {schema}.inspection AS i "
        f"JOIN {schema}.work_order AS w USING (work_order) LEFT JOIN {schema}.adjustment AS a "
        "ON a.adjustment::text = i.missed ->> 'adjustment' "
        "WHERE (%(over)s OR i.state = 'proposed' OR w.state NOT IN ('ended', 'cancelled')) "
        "AND (%(named)s = '' OR i.number = upper(%(named)s) "
        "OR starts_with(replace(i.work_order::text, '-', ''), "
        "replace(lower(%(named)s), '-', ''))) ORDER BY i.ordered_at DESC, i.number DESC".encode(),
        {"over": over or bool(named), "named": named},
    ).fetchall()
    return [InspectionRow(**dict(zip(names, row, strict=True))) for row in rows]


def read_evidence(connection: Connection, schema: str, inspection: UUID) -> list[EvidenceRow]:
    """Return what was seen on the spot, in the order of telling."""
    names = [each.name for each in fields(EvidenceRow)]
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {', '.join(names)} FROM {schema}.inspection_evidence WHERE inspection = %s "
        "ORDER BY position".encode(),
        (inspection,),
    ).fetchall()
    return [EvidenceRow(**dict(zip(names, row, strict=True))) for row in rows]
