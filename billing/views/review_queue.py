"""In: open findings, decisions, tariffs. Out: the review queue as rows, by money. I/O: reads.

What a page or a command shows of the queue: cases with the money that hangs on them, the dearest
first; what nobody pays for comes last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from billing.rating.stake import Stake
from billing.views.stakes import Doubt, read_stakes
from billing.views.supply import Connection
from energy.base.finding import Severity
from energy.base.ids import meant_by
from energy.base.period import local_day
from energy.metering.review_case import Case
from energy.store.sites import Site
from energy.views.review import CaseNameError, read_cases
from energy.views.services import ANY_SOURCE, Service, points_of_source, read_services

UNREAD = frozenset({"missing", "lost"})
"""Causes by which readings are lacking: what a register counted meanwhile is in no doubt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedCase:
    """A case and the money that hangs on it."""

    case: Case
    stake: Stake | None
    """None when nobody pays for what is doubtful."""
    name: str
    """Name of the metering point; empty when a whole source is meant."""
    place: str
    """Place of the metering point; empty when a whole source is meant."""


def read_queue(
    connection: Connection,
    site: Site,
    now: datetime,
    *,
    point: str | None = None,
    as_of: int | None = None,
    names: Sequence[str] = (),
    priced: bool = True,
) -> list[QueuedCase]:
    """Return the cases that wait, the most money first.

    Args:
        connection: Any connection that may read.
        site: The site.
        now: Present instant.
        point: Only of this metering point, and of whole sources.
        as_of: As known at this metering position; None for now.
        names: Only cases whose ids begin so: of no other the money is asked for; none for all.
        priced: Whether to say what hangs on them; else they come as if nobody paid.
    """
    today = local_day(now, site.zone)
    cases = read_cases(connection, site.schema, today, point=point, as_of=as_of)
    wrong = _wrong(cases)
    if names:
        meant = {c.case for name in names for c in meant_by(name, cases, lambda each: each.case)}
        cases = [case for case in cases if case.case in meant]
    meters = {} if names and not cases else _meters(connection, site.schema)
    stakes: list[Stake | None] = [None] * len(cases)
    if priced:
        wide = any(_of_whole_source(case) for case in cases)
        services = read_services(connection, site.schema, as_of=as_of) if wide else []
        doubts = [_doubt(case, meters, services, wrong) for case in cases]
        stakes = read_stakes(connection, site, doubts, now, as_of=as_of)
    queue = [
        QueuedCase(
            case=case,
            stake=stake,
            name=meters[case.point][0] if case.point in meters else "",
            place=meters[case.point][1] if case.point in meters else "",
        )
        for case, stake in zip(cases, stakes, strict=True)
    ]
    return sorted(queue, key=_order)


def case_named(queue: Sequence[QueuedCase], name: str) -> QueuedCase | None:
    """Return the waiting case whose id begins so; None when there is none.

    Raises:
        CaseNameError: More than one begins so.
    """
    meant = meant_by(name, queue, lambda row: row.case.case)
    if len(meant) > 1:
        raise CaseNameError.of("review.several", name=name)
    return meant[0] if meant else None


def _wrong(cases: Sequence[Case]) -> dict[str | None, tuple[tuple[datetime, datetime], ...]]:
    """Return where values that were read are in doubt, by point."""
    spans: dict[str | None, set[tuple[datetime, datetime]]] = {}
    for case in cases:
        if case.cause not in UNREAD and case.severity is Severity.DO_NOT_BILL:
            mine = {(each.start, each.end) for each in case.findings}
            spans.setdefault(case.point, set()).update(mine)
    return {point: tuple(sorted(each)) for point, each in spans.items()}


def _doubt(
    case: Case,
    meters: dict[str, tuple[str, str]],
    services: Sequence[Service],
    wrong: dict[str | None, tuple[tuple[datetime, datetime], ...]],
) -> Doubt:
    """Return the usage that a case puts in doubt.

    What is missing because a wrong value was read beside it is the money of that one alone.
    """
    unread = case.cause in UNREAD
    return Doubt(
        points=_points(case, meters, services),
        start=case.start,
        end=case.end,
        only_missing=unread,
        parts=tuple(sorted({(each.start, each.end) for each in case.findings})),
        elsewhere=wrong.get(case.point, ()) if unread and case.point is not None else (),
    )


def _order(row: QueuedCase) -> tuple[bool, Decimal, bool, datetime, str]:
    """Return the key of a row: money, then what bars bills, then age."""
    amount = Decimal(0) if row.stake is None else row.stake.amount
    warns = row.case.severity is Severity.WARN
    return row.stake is None, -amount, warns, row.case.start, row.case.case.hex


def _meters(connection: Connection, schema: str) -> dict[str, tuple[str, str]]:
    """Return name and place of each metering point."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT point, name, place FROM {schema}.meter"
    ).fetchall()
    return {point: (name, place) for point, name, place in rows}


def _of_whole_source(case: Case) -> bool:
    """Return whether a case bars the bills of every point of a source."""
    return case.point is None and case.severity is not Severity.WARN


def _points(
    case: Case, meters: dict[str, tuple[str, str]], services: Sequence[Service]
) -> tuple[str, ...]:
    """Return the points a case is about: its own, or those that its source served meanwhile."""
    if case.point is not None:
        return (case.point,)
    if not _of_whole_source(case):
        return ()
    if case.source in ANY_SOURCE:
        return tuple(sorted(meters))
    return tuple(sorted(points_of_source(services, case.source, [(case.start, case.end)])))
