"""In: an issued invoice, two positions. Out: what it would charge as known there, and why. I/O.

Reads only: nothing is proposed here. A correction is proposed by the nightly look or `bill find`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from billing.books import Books
from billing.corrections.anew import Known, drafted_anew
from billing.corrections.causes import causes_between
from billing.corrections.difference import adjustments_between, document_of, own_total
from billing.invoices.invoice import Invoice
from billing.views.late import acts_between
from billing.views.learned import (
    BilledDays,
    LearnedAct,
    LearnedMark,
    billed_days,
    known_now,
    learned_acts,
    learned_marks,
    newest_mark,
)
from billing.views.supply import Connection
from energy.base.period import local_day, span_of_days
from energy.journal.learned import learned_at
from energy.journal.recorder import read_entries
from energy.views.adjustments import AdjustmentRow, read_adjustments
from energy.views.arrivals import Lot, usage_arrived

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownStep:
    """A state of knowledge in which an invoice may be drafted otherwise than before it."""

    known: Known
    at: datetime | None
    """When it was reached; None for the present."""
    points: tuple[str, ...] = ()
    """Whose usage is known otherwise."""
    topics: tuple[str, ...] = ()
    """What the books learned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """Something that arrived since an invoice and made it another one."""

    kind: str
    """Of a meter: batch, correction, manual, estimate, retry, meter or meter_error; of the books:
    the topic of the entry."""
    journal: str
    first_position: int
    last_position: int
    at: datetime | None
    point: str = ""
    """As the invoice names it; "" for what the books learned."""
    utility: str = ""
    source: str = ""
    by: UUID | None = None
    reason: str = ""
    first_day: date | None = None
    """First local day whose usage it changed."""
    last_day: date | None = None
    difference: int | None = None
    """What it added to the usage of the days; None of what a computed one rests on. [base unit]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AsKnown:
    """An issued invoice beside what it would be as known at some positions."""

    known: Known
    was: Decimal
    """Its total as issued. [currency]"""
    now: Decimal
    """What it would be. [currency]"""
    charges: tuple[Mapping[str, Any], ...]
    """Charge lines that differ, as a credit note or the next bill would list them."""
    causes: tuple[Mapping[str, Any], ...]
    barred: tuple[str, ...]
    """Codes of findings that forbid to bill what is known there."""
    arrived: tuple[Arrived, ...]
    """In the order of time."""


def known_steps(books: Books, invoice: Invoice) -> list[KnownStep]:
    """Return the states of knowledge of an issued invoice, from its own to the present one.

    Args:
        books: The site's books.
        invoice: The invoice.
    """
    issued, provenance = _known_of(invoice)
    with books.database.connection() as connection:
        billed = billed_days(connection, books.site, provenance)
        marks = learned_marks(connection, books.schema, billed, issued.metering)
        acts = learned_acts(connection, books.schema, invoice.account, billed, issued.books)
        reached = known_now(connection, books.schema)
        frozen = newest_mark(connection, books.schema)
    # Where no more came since the last mark, the present is what the mark says: a lookup.
    metering = reached[0] if any(each.position is None for each in marks) else frozen
    now = Known(metering=max(metering, issued.metering), books=max(reached[1], issued.books))
    return steps_between(issued, now, marks, acts)


def steps_between(
    issued: Known, now: Known, marks: Sequence[LearnedMark], acts: Sequence[LearnedAct]
) -> list[KnownStep]:
    """Return the states of knowledge between two, both included, in the order of time. Pure.

    Args:
        issued: What the invoice knew.
        now: The present.
        marks: From which on usage is known otherwise.
        acts: What the books learned.
    """
    steps = [KnownStep(known=issued, at=None)]
    learned: list[LearnedMark | LearnedAct] = [*marks, *acts]
    dated = [(each.at, each) for each in learned if each.at is not None]
    for at, each in sorted(dated, key=lambda pair: pair[0]):
        last = steps[-1]
        if isinstance(each, LearnedMark):
            assert each.position is not None, "a dated mark has a position"
            known = replace(last.known, metering=each.position)
            step = KnownStep(known=known, at=at, points=each.points)
        else:
            known = replace(last.known, books=each.position)
            step = KnownStep(known=known, at=at, topics=(each.topic,))
        if last.at == at:  # one command of the books may be several entries
            both = last.points + step.points, last.topics + step.topics
            steps[-1] = replace(step, points=both[0], topics=both[1])
        else:
            steps.append(step)
    waiting = tuple(point for each in marks if each.position is None for point in each.points)
    return [*steps, KnownStep(known=now, at=None, points=waiting)]


def known_on(steps: Sequence[KnownStep], day: date, zone: ZoneInfo, today: date) -> Known:
    """Return what was known of an invoice on a local day: the last step reached by then. Pure.

    Args:
        steps: Its states of knowledge, from its own to the present one.
        day: The day; before the first step it is what the invoice knew.
        zone: Of the site.
        today: The present day: from it on all is known that is.
    """
    if day >= today:
        return steps[-1].known
    reached = [
        each for each in steps[1:-1] if each.at is not None and local_day(each.at, zone) <= day
    ]
    return (reached or steps[:1])[-1].known


def known_at(steps: Sequence[KnownStep], metering: int) -> Known:
    """Return what was known of an invoice at a position of the metering journal. Pure.

    The books stand as at the last step before.

    Args:
        steps: Its states of knowledge, from its own to the present one.
        metering: The position.
    """
    before = [each for each in steps if each.known.metering <= metering]
    return Known(metering=metering, books=(before or steps[:1])[-1].known.books)


def bill_as_known(books: Books, invoice: Invoice, known: Known) -> AsKnown:
    """Return what an issued invoice would charge as known at some positions, and why.

    Args:
        books: The site's books.
        invoice: The invoice.
        known: Positions that the views have passed.

    Raises:
        NotFoldedError: They have not.
    """
    issued, provenance = _known_of(invoice)
    draft = drafted_anew(books, invoice, known)
    was, now = document_of(invoice.document), document_of(draft.document)
    entries = adjustments_between(
        was, now, number=invoice.number or "", dated=was["dated"], correction=""
    )
    with books.database.connection() as connection:
        agreed = acts_between(connection, books.schema, invoice.account, issued.books, known.books)
        causes = tuple(causes_between(was, now, agreed))
        billed = billed_days(connection, books.site, provenance)
        marks = learned_marks(connection, books.schema, billed, issued.metering)
        touched = {point for each in marks for point in each.points}
        asked = _Asked(
            connection=connection,
            books=books,
            since=issued,
            until=known,
            utilities={block["point"]: block["utility"] for block in was["supplies"]},
        )
        arrived = [
            *(each for days in billed if days.point in touched for each in _of_usage(asked, days)),
            *_of_books(asked, invoice.account, billed),
        ]
    return AsKnown(
        known=known,
        was=invoice.total,
        now=invoice.total + own_total(now) - own_total(was),
        charges=tuple(charge for entry in entries for charge in _charges(entry)),
        causes=causes,
        barred=tuple(sorted({each.code for each in draft.findings})) if draft.dirty else (),
        arrived=tuple(sorted(arrived, key=lambda each: (each.at or _NEVER, each.first_position))),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """Between which states of knowledge of an invoice is looked."""

    connection: Connection
    books: Books
    since: Known
    until: Known
    utilities: Mapping[str, str]
    """By point."""


def _of_usage(asked: _Asked, billed: BilledDays) -> Iterator[Arrived]:
    """Yield what changed the usage of a channel, and what was decided of its meter's error."""
    site, schema = asked.books.site, asked.books.schema
    days = date.fromisoformat(billed.first_day), date.fromisoformat(billed.last_day)
    since, until = asked.since.metering, asked.until.metering
    found = usage_arrived(
        asked.connection,
        schema,
        site.zone,
        billed.channel,
        span_of_days(*days, site.zone),
        since=since,
        until=until,
    )
    told = {"point": billed.point, "utility": asked.utilities.get(billed.point, "")}
    for lot in found.lots:
        if lot.days:
            yield _of_lot(lot, told, own=not billed.behind)
    for row in read_adjustments(asked.connection, schema, channels=[billed.channel]):
        position = row.decided_position or 0
        if row.state == "approved" and since < position <= until and _meet(row, days):
            yield Arrived(
                kind="meter_error",
                journal="metering",
                first_position=position,
                last_position=position,
                at=_learned(asked, position),
                by=row.decided_by,
                reason=row.reason,
                first_day=row.first,
                last_day=row.last,
                difference=row.total,
                **told,
            )


def _of_lot(lot: Lot, told: Mapping[str, str], *, own: bool) -> Arrived:
    return Arrived(
        kind=lot.kind,
        journal="metering",
        first_position=lot.first_position,
        last_position=lot.last_position,
        at=lot.learned_to,
        source=lot.source or "",
        by=lot.by,
        reason=lot.reason or "",
        first_day=lot.days[0].day,
        last_day=lot.days[-1].day,
        difference=lot.difference if own else None,
        **told,
    )


def _of_books(asked: _Asked, account: str, billed: Sequence[BilledDays]) -> Iterator[Arrived]:
    """Yield what the books learned that bears on the invoice."""
    acts = learned_acts(asked.connection, asked.books.schema, account, billed, asked.since.books)
    for each in acts:
        if each.position <= asked.until.books:
            yield Arrived(
                kind=each.topic,
                journal="books",
                first_position=each.position,
                last_position=each.position,
                at=each.at,
            )


def _meet(row: AdjustmentRow, days: tuple[date, date]) -> bool:
    return row.first <= days[1] and row.last >= days[0]


def _learned(asked: _Asked, position: int) -> datetime | None:
    entries = read_entries(
        asked.connection,
        asked.books.schema,
        "metering",
        after=position - 1,
        limit=1,
        up_to=position,
    )
    return learned_at(entries[0]) if entries else None


def _known_of(invoice: Invoice) -> tuple[Known, Mapping[str, Any]]:
    provenance: dict[str, Any] = json.loads(invoice.provenance)
    known = Known(metering=provenance["metering_position"], books=provenance["books_position"])
    return known, provenance


def _charges(entry: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = entry["charges"]
    return found
