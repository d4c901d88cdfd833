"""In: people and the nightly job. Out: corrections proposed, decided, issued. I/O: PostgreSQL.

What a person accepts is what is issued: the new invoice is drafted at the proposal's own positions
and must charge what the proposal says.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

from billing.books import Books
from billing.corrections.anew import Known, PayersKnown, drafted_anew
from billing.corrections.bearing import corrections_of
from billing.corrections.causes import causes_between
from billing.corrections.correction import Corrections
from billing.corrections.difference import document_of, own_total, same_charges
from billing.corrections.errors import StaleCorrectionError, UnknownCorrectionError
from billing.corrections.line_desk import CreditState, LineCredit, LineDesk, still_holds
from billing.corrections.proposal import Proposal, ProposalState
from billing.corrections.rebilling import Rebilling
from billing.errors import UnknownBillingObjectError
from billing.invoices.invoice import Invoice
from billing.invoices.issuer import CorrectionMode, NamedIssuer, default_issuer, issuer_id
from billing.money import plain
from billing.retrying import retried
from billing.views.books import BOOKS_VIEWS
from billing.views.find import invoice_named
from billing.views.late import acts_between, maybe_changed
from billing.views.supply import SupplyReader
from energy.base.secrets import PersonVault
from energy.journal.follower import wait_for_position
from energy.journal.marks import Marks
from energy.journal.recorder import head_position
from energy.views.computed import asked_together
from energy.views.worker import METERING_VIEWS


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What looking for corrections found."""

    looked_at: int
    """Invoices drafted anew."""
    proposed: tuple[str, ...]
    """Names of new proposals."""
    barred: tuple[tuple[str, tuple[str, ...]], ...]
    """Invoices whose days cannot be billed as known now, with the codes of the findings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of an accepted correction."""

    name: str
    mode: CorrectionMode
    credit_note: str | None
    invoice: str | None
    """Number of the invoice that follows; None where the next bill bears the difference."""


@dataclass(frozen=True, slots=True)
class CorrectionDesk:
    """Corrects the issued invoices of a site."""

    books: Books
    vault: PersonVault
    marks: Marks
    view_timeout_s: float = 60.0

    def mode(self) -> CorrectionMode:
        """Return how the site's billing entity says corrections."""
        known: NamedIssuer | None = self.books.find(issuer_id(self.books.site.key))
        return CorrectionMode.CREDIT_REBILL if known is None else known.correction_mode

    def set_mode(self, mode: CorrectionMode, *, by: UUID | None, command_id: UUID) -> None:
        """Say corrections in another way from now on."""
        site = self.books.site
        known: NamedIssuer | None = self.books.find(issuer_id(site.key))
        named = known or NamedIssuer(
            site=site.key, issuer=asdict(default_issuer(site)), command_id=command_id
        )
        named.set_correction_mode(mode, by=by, command_id=command_id)
        self.books.store(named)

    def find(
        self,
        *,
        by: UUID | None,
        command_id: UUID,
        accounts: Sequence[str] = (),
        since: date | None = None,
        caught_up: Callable[[], object] | None = None,
    ) -> Looked:
        """Draft anew what may have changed, and propose what differs; twice proposes once.

        Args:
            by: Who asks; None for the nightly job.
            command_id: The command's id.
            accounts: Only of these; all when empty.
            since: Only invoices whose last day is not before it.
            caught_up: Brings the views up to the mark; they are waited for when None.

        Raises:
            JournalError: The views did not come up to the mark in time.
        """
        known = self._mark(command_id)
        if caught_up is not None:
            caught_up()
        self._wait(known)
        proposed: list[str] = []
        barred: list[tuple[str, tuple[str, ...]]] = []
        with self.books.database.connection() as connection, asked_together():
            schema = self.books.schema
            invoices = maybe_changed(connection, schema, accounts=accounts, since=since)
            reader = SupplyReader(connection, self.books.site, known.metering, known.books)
            payers = PayersKnown(self.books, known)
            for identity in invoices:
                invoice = self.books.invoice(identity)
                draft = drafted_anew(self.books, invoice, known, reader=reader, payers=payers)
                if draft.dirty:
                    codes = tuple(sorted({each.code for each in draft.findings}))
                    barred.append((invoice.number or "", codes))
                    continue
                name = self._propose(invoice, draft.document, known, by, command_id)
                if name is not None:
                    proposed.append(name)
        return Looked(looked_at=len(invoices), proposed=tuple(proposed), barred=tuple(barred))

    def proposal(self, name: str) -> tuple[Corrections, Proposal]:
        """Return a proposal by its name, with the corrections that it is one of.

        Raises:
            UnknownCorrectionError: There is none.
        """
        number, _, place = name.rpartition("/")
        try:
            with self.books.database.connection() as connection:
                identity = invoice_named(connection, self.books.schema, number)
        except UnknownBillingObjectError as error:
            raise UnknownCorrectionError(name) from error
        found = corrections_of(self.books, identity)
        proposal = found.proposal(int(place)) if found is not None and place.isdecimal() else None
        if found is None or proposal is None:
            raise UnknownCorrectionError(name)
        return found, proposal

    def accept(self, name: str, *, by: UUID, why: str, command_id: UUID) -> Settled:
        """Accept a correction, and issue what follows where the mode says so, in one transaction.

        An invoice of which a difference stands on another bill is corrected so again, whatever
        the mode is by now.

        Args:
            name: For example "CAM-2019-000003/1".
            by: The person, not the one who raised it.
            why: What the person says of it.
            command_id: The command's id.

        Raises:
            UnknownCorrectionError: There is none.
            DecidedCorrectionError: It is decided already.
            OwnCorrectionError: The same person raised it.
            NotCreditableError: The invoice was credited in the meantime.
            BarredCorrectionError: Findings forbid to bill what the proposal says.
            StaleCorrectionError: The contract says something else since it was proposed.
            RedLetterPendingError: Its fapiao stands; the proposal stays as it is.
            ParallelRunError: The old system still bills.
            WrongStateError: The addressee was erased.
            ConflictError: Others were faster time and again; repeat the command.
        """
        return retried(lambda: self._accept(name, by=by, why=why, command_id=command_id))

    def credit_state(self, invoice: UUID) -> CreditState:
        """Return which charge lines of an issued invoice can be credited.

        Raises:
            UnknownBillingObjectError: There is no such invoice.
            LineCreditError: It is a draft or a credit note.
        """
        return LineDesk(self.books).state(invoice)

    def credit_line(self, invoice: UUID, asked: LineCredit, *, by: UUID, command_id: UUID) -> str:
        """Propose to take back a charge line or a part of it; return the proposal's name.

        Raises:
            RefusedError: As `LineDesk.propose` says.
            ConflictError: Others were faster time and again; repeat the command.
        """
        desk = LineDesk(self.books)
        return retried(lambda: desk.propose(invoice, asked, by=by, command_id=command_id))

    def reject(self, name: str, *, by: UUID, why: str, command_id: UUID) -> None:
        """Reject a correction; it is proposed again only once something else is learned.

        Raises:
            UnknownCorrectionError: There is none.
            DecidedCorrectionError: It is decided already.
        """
        found, proposal = self.proposal(name)
        if not found.seen(command_id):
            found.reject(proposal.number, by=by, why=why, command_id=command_id)
            self.books.store(found)

    def _mark(self, command_id: UUID) -> Known:
        with self.books.database.connection() as connection:
            head = head_position(connection, self.books.schema, "metering")
        reason = f"look for corrections, command {command_id}, after {head}"
        position = self.marks.append(reason=reason, at=self.marks.clock.now())
        return Known(metering=position, books=self.books.position())

    def _wait(self, known: Known) -> None:
        for follower, position in ((METERING_VIEWS, known.metering), (BOOKS_VIEWS, known.books)):
            wait_for_position(
                self.books.database,
                self.books.schema,
                follower,
                position,
                timeout_s=self.view_timeout_s,
            )

    def _propose(
        self, invoice: Invoice, document: str, known: Known, by: UUID | None, command_id: UUID
    ) -> str | None:
        """Propose what differs; return the name of a new proposal."""
        found = corrections_of(self.books, invoice.id)
        base = document_of((found and found.billed) or invoice.document)
        now = document_of(document)
        if same_charges(base, now):
            if found is not None:
                found.lapse(command_id=command_id)
                self.books.store(found)
            return None
        corrections = found or Corrections(
            site=self.books.site.key,
            invoice=invoice.id,
            number=invoice.number or "",
            account=invoice.account,
            command_id=command_id,
        )
        number = corrections.propose(
            document=document,
            causes=causes_between(base, now, self._acts(invoice, found, known)),
            metering_position=known.metering,
            books_position=known.books,
            total=plain(own_total(now) - own_total(base)),
            by=by,
            command_id=command_id,
        )
        self.books.store(corrections)
        return None if number is None else corrections.name(number)

    def _acts(self, invoice: Invoice, found: Corrections | None, known: Known) -> list[str]:
        """Return what was agreed with the account since what stands billed was known."""
        since: int = json.loads(invoice.provenance)["books_position"]
        if found is not None and found.billed_position is not None:
            since = found.billed_position
        with self.books.database.connection() as connection:
            return acts_between(connection, self.books.schema, invoice.account, since, known.books)

    def _accept(self, name: str, *, by: UUID, why: str, command_id: UUID) -> Settled:
        found, proposal = self.proposal(name)
        if found.seen(command_id):
            return self._settled(found, proposal.number)
        adjusted = any(
            each.mode is CorrectionMode.ADJUST_NEXT for each in found.proposals if each.decided_by
        )
        mode = CorrectionMode.ADJUST_NEXT if adjusted else self.mode()
        invoice = self.books.invoice(found.invoice)
        waits = proposal.credit is not None and proposal.state is ProposalState.PROPOSED
        if waits and not still_holds(found, proposal, invoice):
            raise StaleCorrectionError(name)
        found.accept(proposal.number, by=by, why=why, mode=mode, command_id=command_id)
        if mode is CorrectionMode.ADJUST_NEXT:
            self.books.store(found)
        else:
            Rebilling(self.books, self.vault, self.marks.clock).rebill(
                found, proposal, invoice, command_id
            )
        return self._settled(found, proposal.number)

    def _settled(self, found: Corrections, number: int) -> Settled:
        proposal = found.proposal(number)
        assert proposal is not None and proposal.mode is not None, "it is accepted"
        credit = invoice = None
        if proposal.mode is CorrectionMode.CREDIT_REBILL and proposal.applied_to is not None:
            invoice = self.books.invoice(proposal.applied_to).number
            credit = json.loads(self.books.invoice(proposal.applied_to).document)["replaces"][
                "credit_note"
            ]
        return Settled(
            name=found.name(number), mode=proposal.mode, credit_note=credit, invoice=invoice
        )
