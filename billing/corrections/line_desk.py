"""In: people who credit a charge line of an issued invoice. Out: proposals. I/O: PostgreSQL.

A credit of a line is a proposal like any other: a second person accepts it, and what follows is
said as the site says corrections (docs/decisions/0059).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from billing.books import Books
from billing.corrections.bearing import corrections_of
from billing.corrections.correction import Corrections
from billing.corrections.difference import document_of
from billing.corrections.errors import LineCreditError, NotCreditableError
from billing.corrections.line_credit import (
    LONGEST_REASON,
    LineLeft,
    Standing,
    amount_of,
    credit_entry,
    credits_on,
    line_at,
    lines_left,
)
from billing.corrections.proposal import Proposal, ProposalState
from billing.invoices.invoice import Invoice, InvoiceState

CAUSE = "line"
"""Cause of a proposal that credits a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineCredit:
    """What a person would take back of an invoice."""

    place: int
    """Of the charge line on the bill, from 1."""
    amount: Decimal | None = None
    """Above zero; all that is left when None. [currency]"""
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditState:
    """What can be credited of an issued invoice."""

    lines: tuple[LineLeft, ...]
    """None of an invoice that was taken back."""
    waiting: str | None
    """Name of the credit that waits for a decision."""
    proposals: int
    """How many proposals there are about it."""


@dataclass(frozen=True, slots=True)
class LineDesk:
    """Credits charge lines of issued invoices."""

    books: Books

    def state(self, identity: UUID) -> CreditState:
        """Return what can be credited of an issued invoice.

        Raises:
            UnknownBillingObjectError: There is no such invoice.
            LineCreditError: It is a draft or a credit note.
        """
        invoice = self._issued(identity)
        found = corrections_of(self.books, identity)
        proposals = [] if found is None else found.proposals
        waiting = [
            each.number
            for each in proposals
            if each.credit is not None and each.state is ProposalState.PROPOSED
        ]
        standing = identity in self.books.account(invoice.account).billed_by
        return CreditState(
            lines=tuple(_lines(invoice, found)) if standing else (),
            waiting=found.name(waiting[0]) if found is not None and waiting else None,
            proposals=len(proposals),
        )

    def propose(self, identity: UUID, asked: LineCredit, *, by: UUID, command_id: UUID) -> str:
        """Propose to take back a charge line or a part of it; return the proposal's name.

        Args:
            identity: The invoice.
            asked: Which line, how much, and why.
            by: Who asks.
            command_id: The command's id; the same again is the same proposal.

        Raises:
            UnknownBillingObjectError: There is no such invoice.
            LineCreditError: It has no such line, nothing is left of it, less is left than is asked,
                no reason is given, or it is a draft or a credit note.
            CreditWaitingError: Another credit of the invoice waits for a decision.
            NotCreditableError: The invoice was taken back.
            ConflictError: Somebody else was faster.
        """
        invoice = self._issued(identity)
        number = invoice.number or ""
        found = corrections_of(self.books, identity)
        if found is not None and found.seen(command_id):
            return found.name(_said(found, asked, by))
        if identity not in self.books.account(invoice.account).billed_by:
            raise NotCreditableError(number)
        why = asked.why.strip()
        if not why or len(why) > LONGEST_REASON:
            raise LineCreditError.of("no_reason", most=LONGEST_REASON)
        line = line_at(_lines(invoice, found), asked.place, number)
        found = found or Corrections(
            site=self.books.site.key,
            invoice=identity,
            number=number,
            account=invoice.account,
            command_id=command_id,
        )
        name = found.name(len(found.proposals) + 1)
        amount = amount_of(line, asked.amount, number=number, currency=invoice.currency)
        entry = _entry(invoice, found, line, amount, name=name, why=why)
        provenance = json.loads(invoice.provenance)
        found.propose_credit(
            credit=entry,
            causes=[_cause(entry)],
            positions=(provenance["metering_position"], provenance["books_position"]),
            by=by,
            command_id=command_id,
        )
        self.books.store(found)
        return name

    def _issued(self, identity: UUID) -> Invoice:
        invoice = self.books.invoice(identity)
        billed = json.loads(invoice.document)["kind"] == "invoice"
        if not billed or invoice.state is not InvoiceState.ISSUED:
            raise LineCreditError.of("only_bills", number=invoice.number or invoice.account)
        return invoice


def still_holds(found: Corrections, proposal: Proposal, invoice: Invoice) -> bool:
    """Return whether a credit would be the same, were it proposed now.

    Another correction of the invoice may have been accepted since.

    Args:
        found: What was learned of the invoice.
        proposal: Of a credit.
        invoice: The invoice.
    """
    told = proposal.credit
    assert told is not None, "the caller asked"
    line = _lines(invoice, found)[told["credit"]["place"] - 1]
    amount = -Decimal(told["charges"][0]["amount"])
    if abs(amount) > abs(line.left) or (amount < 0) is not (line.left < 0):
        return False
    name, why = found.name(proposal.number), told["credit"]["reason"]
    return _entry(invoice, found, line, amount, name=name, why=why) == told


def _lines(invoice: Invoice, found: Corrections | None) -> list[LineLeft]:
    return lines_left(_standing(invoice, found))


def _entry(
    invoice: Invoice, found: Corrections, line: LineLeft, amount: Decimal, *, name: str, why: str
) -> dict[str, Any]:
    return credit_entry(_standing(invoice, found), line, amount, name=name, reason=why)


def _standing(invoice: Invoice, found: Corrections | None) -> Standing:
    issued = document_of(invoice.document)
    if found is None:
        return Standing(issued=issued, billed=issued, taken=credits_on(issued))
    billed = issued if found.billed is None else document_of(found.billed)
    return Standing(issued=issued, billed=billed, taken=[*credits_on(issued), *found.credits])


def _cause(entry: Mapping[str, Any]) -> dict[str, Any]:
    (charge,) = entry["charges"]
    return {
        "cause": CAUSE,
        "point": charge["point"],
        "days": [charge["first_day"], charge["last_day"]],
        "place": entry["credit"]["place"],
        "why": entry["credit"]["reason"],
    }


def _said(found: Corrections, asked: LineCredit, by: UUID) -> int:
    """Return the proposal that a repeated command made: the last one of the person and the line."""
    return next(
        each.number
        for each in reversed(found.proposals)
        if each.credit is not None
        and each.raised_by == by
        and each.credit["credit"]["place"] == asked.place
    )
