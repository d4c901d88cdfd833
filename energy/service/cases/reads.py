"""In: the tables of supply cases. Out: cases as they stand, plans, offers, papers. I/O: reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg

from energy.service.cases.errors import CaseError
from energy.service.cases.kinds import CaseKind, CaseState, CaseStep
from energy.service.cases.plan import CasePlan
from energy.service.cases.progress import CasePause, CaseRow, StepRow
from energy.service.work.done_reads import PaperRow

Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """A version of the steps."""

    version: int
    valid_from: date
    plan: CasePlan
    author: UUID
    published_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRow:
    """An offer to an applicant."""

    quotation: int
    items: Sequence[tuple[str, Decimal]]
    """What, and how much before tax."""
    tax_percent: Decimal
    net: Decimal
    tax: Decimal
    total: Decimal
    currency: str
    valid_until: date
    lapses_at: datetime
    quoted_at: datetime
    quoted_by: UUID | None
    """None for the applicant's eyes."""
    accepted_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFact:
    """Something that happened to a case."""

    act: str
    person: UUID
    at: datetime
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStory:
    """A case with what belongs to it."""

    case: CaseRow
    plan: CasePlan
    offers: Sequence[OfferRow]
    papers: Sequence[PaperRow]
    order: str
    """Number of its work order; "" of none."""
    facts: Sequence[CaseFact]


def read_case_plans(connection: Connection, schema: str) -> dict[int, PlanRow]:
    """Return the steps of a site by version."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT version, valid_from, spec, author, published_at "
        f"FROM {schema}.case_plan ORDER BY version".encode()
    ).fetchall()
    return {
        row[0]: PlanRow(
            version=row[0],
            valid_from=row[1],
            plan=CasePlan.from_json(row[2]),
            author=row[3],
            published_at=row[4],
        )
        for row in rows
    }


def read_cases(
    connection: Connection,
    schema: str,
    *,
    over: bool = False,
    number: str = "",
    owner: UUID | None = None,
    kind: CaseKind | None = None,
) -> list[CaseRow]:
    """Return supply cases with steps and pauses, the oldest first.

    Args:
        connection: Any connection that may read; a tenant's sees its own.
        schema: The site's schema.
        over: Also those that are over; one that is named is there however far it is.
        number: Only this one, for example "C-2026-00017".
        owner: Only those that this person owns or is asked to take.
        kind: Only those of a kind.
    """
    names = [each.name for each in fields(CaseRow) if each.name not in {"been", "pauses"}]
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {', '.join(names)} FROM {schema}.supply_case "
        "WHERE (%(over)s OR %(number)s <> '' OR state = %(open)s) "
        "AND (%(number)s = '' OR number = upper(%(number)s)) "
        "AND (%(owner)s::uuid IS NULL OR %(owner)s IN (owner, offered)) "
        "AND (%(kind)s::text IS NULL OR kind = %(kind)s) ORDER BY asked_at, number".encode(),
        {
            "over": over,
            "number": number.strip(),
            "open": CaseState.OPEN,
            "owner": owner,
            "kind": kind,
        },
    ).fetchall()
    cases = [row[0] for row in rows]
    been, pauses = _steps(connection, schema, cases), _pauses(connection, schema, cases)
    return [_case(dict(zip(names, row, strict=True)), been[row[0]], pauses[row[0]]) for row in rows]


def _case(told: dict[str, Any], been: list[StepRow], pauses: list[CasePause]) -> CaseRow:
    kept = {
        "kind": CaseKind(told["kind"]),
        "steps": tuple(CaseStep(step) for step in told["steps"]),
        "step": CaseStep(told["step"]),
        "state": CaseState(told["state"]),
    }
    return CaseRow(**{**told, **kept}, been=been, pauses=pauses)


def _steps(
    connection: Connection, schema: str, cases: Sequence[UUID]
) -> Mapping[UUID, list[StepRow]]:
    names = [each.name for each in fields(StepRow)]
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT supply_case, {', '.join(names)} FROM {schema}.supply_case_step "
        "WHERE supply_case = ANY(%s) ORDER BY place".encode(),
        (list(cases),),
    ).fetchall()
    found: dict[UUID, list[StepRow]] = defaultdict(list)
    for case, *row in rows:
        told = dict(zip(names, row, strict=True))
        found[case].append(StepRow(**{**told, "step": CaseStep(told["step"])}))
    return found


def _pauses(
    connection: Connection, schema: str, cases: Sequence[UUID]
) -> Mapping[UUID, list[CasePause]]:
    names = [each.name for each in fields(CasePause)]
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT supply_case, {', '.join(names)} FROM {schema}.supply_case_pause "
        "WHERE supply_case = ANY(%s) ORDER BY position".encode(),
        (list(cases),),
    ).fetchall()
    found: dict[UUID, list[CasePause]] = defaultdict(list)
    for case, *row in rows:
        found[case].append(CasePause(**dict(zip(names, row, strict=True))))
    return found


def case_named(connection: Connection, schema: str, number: str) -> CaseRow:
    """Return the case of a number.

    Raises:
        CaseError: There is none, or it is not to be seen here.
    """
    found = read_cases(connection, schema, number=number) if number.strip() else []
    if not found:
        raise CaseError.of("none")
    return found[0]


def read_offers(connection: Connection, schema: str, case: UUID) -> list[OfferRow]:
    """Return the offers of a case, in order."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT quotation, spec, valid_until, lapses_at, quoted_at, quoted_by, accepted_at "
        f"FROM {schema}.supply_case_offer WHERE supply_case = %s ORDER BY quotation",
        (case,),
    ).fetchall()
    return [offer_of(*row) for row in rows]


def offer_of(
    quotation: int,
    spec: Mapping[str, Any],
    valid_until: date,
    lapses_at: datetime,
    quoted_at: datetime,
    quoted_by: UUID | None,
    accepted_at: datetime | None,
) -> OfferRow:
    """Return an offer as its table holds it; `spec` as `Quotation.to_json` says it."""
    return OfferRow(
        quotation=quotation,
        items=[(what, Decimal(amount)) for what, amount in spec["items"]],
        **{name: Decimal(spec[name]) for name in ("tax_percent", "net", "tax", "total")},
        currency=spec["currency"],
        valid_until=valid_until,
        lapses_at=lapses_at,
        quoted_at=quoted_at,
        quoted_by=quoted_by,
        accepted_at=accepted_at,
    )


def read_case_story(connection: Connection, schema: str, row: CaseRow) -> CaseStory:
    """Return a case with what belongs to it."""
    papers: list[tuple[Any, ...]] = connection.execute(
        f"SELECT sha256, media_type, person, added_at FROM {schema}.supply_case_paper "
        "WHERE supply_case = %s ORDER BY position",
        (row.supply_case,),
    ).fetchall()
    facts: list[tuple[Any, ...]] = connection.execute(
        f"SELECT act, person, at, words FROM {schema}.supply_case_fact WHERE supply_case = %s "
        "ORDER BY position",
        (row.supply_case,),
    ).fetchall()
    order = connection.execute(
        f"SELECT number FROM {schema}.work_order WHERE work_order = %s", (row.work_order,)
    ).fetchone()
    named = [each.name for each in fields(PaperRow)]
    told = [each.name for each in fields(CaseFact)]
    return CaseStory(
        case=row,
        plan=read_case_plans(connection, schema)[row.plan].plan,
        offers=read_offers(connection, schema, row.supply_case),
        papers=[PaperRow(**dict(zip(named, each, strict=True))) for each in papers],
        order=str(order[0]) if order else "",
        facts=[CaseFact(**dict(zip(told, each, strict=True))) for each in facts],
    )
