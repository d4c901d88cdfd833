"""In: an accepted correction. Out: credit note and the invoice that follows. I/O: PostgreSQL.

What a person accepts is what is issued: the new invoice is drafted at the proposal's own positions
and must charge what the proposal says. Where a charge line is credited nothing is drafted anew: the
invoice follows as it was, with the credit on it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from billing.books import Books
from billing.canonical import canonical_json
from billing.corrections.anew import Known, supplies_anew
from billing.corrections.causes import reason_of
from billing.corrections.correction import Corrections
from billing.corrections.credit import credit_document
from billing.corrections.difference import document_of, same_charges
from billing.corrections.errors import (
    BarredCorrectionError,
    NotCreditableError,
    StaleCorrectionError,
)
from billing.corrections.line_credit import credited_document, credited_provenance
from billing.corrections.proposal import Proposal
from billing.fapiao.desk import require_creditable
from billing.invoices.drafting import draft_invoice
from billing.invoices.invoice import Invoice
from billing.invoices.numbering import CREDIT_SUFFIX, addressee_of, take_numbers
from billing.takeover.state import require_released
from energy.base.clock import Clock
from energy.base.period import local_day
from energy.base.secrets import PersonVault


@dataclass(frozen=True, slots=True)
class Rebilling:
    """Takes invoices back and bills them again."""

    books: Books
    vault: PersonVault
    clock: Clock

    def rebill(
        self, found: Corrections, proposal: Proposal, invoice: Invoice, command_id: UUID
    ) -> None:
        """Issue a credit note and the invoice that follows, with all that belongs to them.

        Args:
            found: What was learned of the invoice.
            proposal: Accepted, not stored yet.
            invoice: That is taken back.
            command_id: The command's id.

        Raises:
            NotCreditableError: The invoice was credited in the meantime.
            BarredCorrectionError: Findings forbid to bill what the proposal says.
            StaleCorrectionError: The contract says something else since it was proposed.
            RedLetterPendingError: Its fapiao stands.
            ParallelRunError: The old system still bills.
            WrongStateError: The addressee was erased.
            ConflictError: Somebody else was faster.
        """
        account = self.books.account(invoice.account)
        if invoice.id not in account.billed_by:
            raise NotCreditableError(found.number)
        require_creditable(self.books, self.books.site.key, found.number)
        require_released(self.books)
        today = local_day(self.clock.now(), self.books.site.zone)
        prefix, year = self.books.issuer().prefix, today.year
        credit = self._credit_draft(invoice, today, proposal, command_id)
        (note,), notes = take_numbers(
            self.books, prefix + CREDIT_SUFFIX, year, [credit.id], command_id
        )
        follow = self._follower if proposal.credit is None else self._line_taken
        follower = follow(found, proposal, invoice, today, note, command_id)
        (number,), series = take_numbers(self.books, prefix, year, [follower.id], command_id)
        addressee = addressee_of(self.books, self.vault, account, invoice.last_day)
        credit.issue(number=note, addressee=addressee, command_id=command_id)
        follower.issue(number=number, addressee=addressee, command_id=command_id)
        account.credit(invoice.id, command_id=command_id)
        account.bill(
            invoice=follower.id,
            first_day=follower.first_day,
            last_day=follower.last_day,
            points=follower.points,
            command_id=command_id,
        )
        found.apply(
            proposal.number, document=follower.id, credit_note=credit.id, command_id=command_id
        )
        self.books.store(*notes, *series, credit, follower, account, found)

    def _credit_draft(
        self, invoice: Invoice, today: date, proposal: Proposal, command_id: UUID
    ) -> Invoice:
        reason = reason_of(proposal.causes)
        provenance = {
            "credits": str(invoice.id),
            "metering_position": proposal.metering_position,
            "books_position": proposal.books_position,
            "supplies": [],
            "findings": [],
        }
        return self._document(
            invoice,
            f"credit/{invoice.number}",
            credit_document(invoice.document, dated=today, reason=reason),
            canonical_json(provenance),
            command_id,
        )

    def _follower(
        self,
        found: Corrections,
        proposal: Proposal,
        invoice: Invoice,
        today: date,
        note: str,
        command_id: UUID,
    ) -> Invoice:
        known = Known(metering=proposal.metering_position, books=proposal.books_position)
        issued, provenance = json.loads(invoice.document), json.loads(invoice.provenance)
        facts = replace(
            supplies_anew(self.books, invoice, known),
            issuer=self.books.issuer(),
            dated=today,
            adjustments=issued.get("adjustments", ()),
            corrections=[(UUID(i), n) for i, n in provenance.get("corrections", ())],
            replaces={
                "number": found.number,
                "dated": issued["dated"],
                "credit_note": note,
            },
        )
        draft = draft_invoice(facts)
        if draft.dirty:
            codes = sorted({each.code for each in draft.findings})
            raise BarredCorrectionError(found.number, codes)
        if not same_charges(document_of(draft.document), document_of(proposal.document)):
            raise StaleCorrectionError(found.name(proposal.number))
        return self._document(
            invoice, f"rebill/{invoice.number}", draft.document, draft.provenance, command_id
        )

    def _line_taken(
        self,
        found: Corrections,
        proposal: Proposal,
        invoice: Invoice,
        today: date,
        note: str,
        command_id: UUID,
    ) -> Invoice:
        """Return the invoice again as it was, with the credit of a line on it."""
        assert proposal.credit is not None, "the caller asked"
        document = credited_document(
            invoice.document,
            proposal.credit,
            issuer=self.books.issuer(),
            dated=today,
            credit_note=note,
        )
        provenance = credited_provenance(invoice.provenance, (str(found.invoice), proposal.number))
        return self._document(invoice, f"rebill/{invoice.number}", document, provenance, command_id)

    def _document(
        self, invoice: Invoice, key: str, document: str, provenance: str, command_id: UUID
    ) -> Invoice:
        return Invoice(
            site=self.books.site.key,
            run=invoice.run,
            key=key,
            account=invoice.account,
            first_day=invoice.first_day,
            last_day=invoice.last_day,
            currency=invoice.currency,
            document=document,
            provenance=provenance,
            findings=[],
            command_id=command_id,
        )
