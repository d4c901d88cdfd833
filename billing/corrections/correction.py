"""In: what is known now of an issued invoice. Out: proposals, and what became of them. Pure.

One stream an invoice. A proposal holds the whole document as it would be drafted now; its
difference is against what stands billed: the invoice itself, or the last proposal accepted.
A credit of a charge line is a proposal without a document: money, whatever is learned later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from billing.canonical import sha256_of
from billing.corrections.errors import (
    CreditWaitingError,
    DecidedCorrectionError,
    OwnCorrectionError,
)
from billing.corrections.proposal import TAKEN, Proposal, Proposals, ProposalState
from billing.invoices.issuer import CorrectionMode
from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of


def corrections_id(site: str, invoice: UUID) -> UUID:
    """Return the id of the corrections of an invoice."""
    return id_of("corrections", site, str(invoice))


class Corrections(Proposals, JournalAggregate):
    """What was learned of one issued invoice."""

    TOPIC = "corrections"

    class Created(JournalAggregate.Created):
        """Something was learned of the invoice for the first time."""

        TOPIC = "corrections.opened"
        site: str
        invoice: UUID
        number: str
        account: str

    class Proposed(JournalAggregate.Event):
        """The invoice would be drafted otherwise now."""

        TOPIC = "corrections.proposed"
        invoice: UUID
        proposal: int
        document: str
        causes: list[dict[str, Any]]
        metering_position: int
        books_position: int
        total: str
        by: UUID | None

    class LineProposed(JournalAggregate.Event):
        """A person would take back a charge line, or a part of it."""

        TOPIC = "corrections.line_proposed"
        invoice: UUID
        proposal: int
        credit: dict[str, Any]
        causes: list[dict[str, Any]]
        metering_position: int
        books_position: int
        total: str
        by: UUID

    class Accepted(JournalAggregate.Event):
        """A person accepted the proposal."""

        TOPIC = "corrections.accepted"
        invoice: UUID
        proposal: int
        by: UUID
        why: str
        mode: str

    class Rejected(JournalAggregate.Event):
        """A person rejected the proposal."""

        TOPIC = "corrections.rejected"
        invoice: UUID
        proposal: int
        by: UUID
        why: str

    class Lapsed(JournalAggregate.Event):
        """What was proposed and not decided about is not so any more: nothing differs."""

        TOPIC = "corrections.lapsed"
        invoice: UUID
        proposal: int

    class Applied(JournalAggregate.Event):
        """The difference stands on an issued document, in one transaction with this."""

        TOPIC = "corrections.applied"
        invoice: UUID
        proposal: int
        document: UUID
        credit_note: UUID | None

    @staticmethod
    def create_id(*, site: str, invoice: UUID, **_: object) -> UUID:
        """Return the id from site and invoice."""
        return corrections_id(site, invoice)

    @event(Created)
    def __init__(
        self, *, site: str, invoice: UUID, number: str, account: str, command_id: UUID
    ) -> None:
        """Begin without proposals."""
        self.invoice = invoice
        self.number = number
        self.account = account
        self.proposals: list[Proposal] = []
        self.credited = False

    def propose(
        self,
        *,
        document: str,
        causes: Sequence[Mapping[str, Any]],
        metering_position: int,
        books_position: int,
        total: str,
        by: UUID | None,
        command_id: UUID,
    ) -> int | None:
        """Propose a document; return its number, None where it was proposed already.

        The same content is not proposed again after it was rejected, until another was accepted.

        Args:
            document: Canonical JSON as it would be drafted now.
            causes: What changed.
            metering_position: What the metering journal knew.
            books_position: What the books knew.
            total: Difference to what stands billed. [currency]
            by: Who asked; None for the nightly job.
            command_id: The command's id.
        """
        assert not self.credited, "a credited invoice is corrected no more"
        same = sha256_of(document)
        for each in reversed(self.drafted):
            if each.state in TAKEN:
                break
            if sha256_of(each.document) == same and each.state is not ProposalState.SUPERSEDED:
                return None
        number = len(self.proposals) + 1
        self._propose(
            invoice=self.invoice,
            proposal=number,
            document=document,
            causes=[dict(each) for each in causes],
            metering_position=metering_position,
            books_position=books_position,
            total=total,
            by=by,
            command_id=command_id,
        )
        return number

    def propose_credit(
        self,
        *,
        credit: Mapping[str, Any],
        causes: Sequence[Mapping[str, Any]],
        positions: tuple[int, int],
        by: UUID,
        command_id: UUID,
    ) -> int:
        """Propose to take back a charge line or a part of it; return the proposal's number.

        Args:
            credit: The entry of `adjustments` that does it.
            causes: Which line, and why.
            positions: What the invoice knew of the metering journal, and of the books.
            by: Who asks.
            command_id: The command's id.

        Raises:
            CreditWaitingError: Another credit of the invoice waits for a decision.
        """
        assert not self.credited, "a credited invoice is corrected no more"
        for each in self.proposals:
            if each.credit is not None and each.state is ProposalState.PROPOSED:
                raise CreditWaitingError(self.number, self.name(each.number))
        number = len(self.proposals) + 1
        self._propose_credit(
            invoice=self.invoice,
            proposal=number,
            credit=dict(credit),
            causes=[dict(each) for each in causes],
            metering_position=positions[0],
            books_position=positions[1],
            total=str(credit["gross"]),
            by=by,
            command_id=command_id,
        )
        return number

    def accept(
        self, number: int, *, by: UUID, why: str, mode: CorrectionMode, command_id: UUID
    ) -> None:
        """Accept a proposal as a second person.

        Raises:
            DecidedCorrectionError: It is not proposed any more.
            OwnCorrectionError: The same person raised it.
        """
        waiting = self._need_proposed(number)
        if by == waiting.raised_by:
            raise OwnCorrectionError(self.name(number))
        self._accept(
            invoice=self.invoice,
            proposal=number,
            by=by,
            why=why,
            mode=mode.value,
            command_id=command_id,
        )

    def reject(self, number: int, *, by: UUID, why: str, command_id: UUID) -> None:
        """Reject a proposal; the same content is not proposed again.

        Raises:
            DecidedCorrectionError: It is not proposed any more.
        """
        self._need_proposed(number)
        self._reject(invoice=self.invoice, proposal=number, by=by, why=why, command_id=command_id)

    def lapse(self, *, command_id: UUID) -> None:
        """Note that nothing differs any more; without an undecided proposal nothing happens."""
        last = self.drafted[-1] if self.drafted else None
        if last is not None and last.state is ProposalState.PROPOSED:
            self._lapse(invoice=self.invoice, proposal=last.number, command_id=command_id)

    def apply(
        self, number: int, *, document: UUID, credit_note: UUID | None = None, command_id: UUID
    ) -> None:
        """Note the document issued in the same transaction that bears the difference.

        Args:
            number: The proposal.
            document: The invoice.
            credit_note: What takes the old invoice back; None where it stands (`adjust_next`).
            command_id: The command's id.

        Raises:
            DecidedCorrectionError: Another document bears it already.
        """
        known = self.proposal(number)
        if known is None or known.state is not ProposalState.ACCEPTED:
            raise DecidedCorrectionError(
                self.name(number), "unknown" if known is None else known.state
            )
        self._apply(
            invoice=self.invoice,
            proposal=number,
            document=document,
            credit_note=credit_note,
            command_id=command_id,
        )

    def _need_proposed(self, number: int) -> Proposal:
        known = self.proposal(number)
        if known is None or known.state is not ProposalState.PROPOSED:
            state = "unknown" if known is None else known.state.value
            raise DecidedCorrectionError(self.name(number), state)
        return known

    def _become(self, number: int, **changes: Any) -> None:
        self.proposals[number - 1] = replace(self.proposals[number - 1], **changes)

    @event(Proposed)
    def _propose(
        self,
        *,
        invoice: UUID,
        proposal: int,
        document: str,
        causes: list[dict[str, Any]],
        metering_position: int,
        books_position: int,
        total: str,
        by: UUID | None,
        command_id: UUID,
    ) -> None:
        for each in self.drafted:
            if each.state is ProposalState.PROPOSED:
                self._become(each.number, state=ProposalState.SUPERSEDED)
        self.proposals.append(
            Proposal(
                number=proposal,
                document=document,
                causes=tuple(causes),
                metering_position=metering_position,
                books_position=books_position,
                total=total,
                raised_by=by,
            )
        )

    @event(LineProposed)
    def _propose_credit(
        self,
        *,
        invoice: UUID,
        proposal: int,
        credit: dict[str, Any],
        causes: list[dict[str, Any]],
        metering_position: int,
        books_position: int,
        total: str,
        by: UUID,
        command_id: UUID,
    ) -> None:
        self.proposals.append(
            Proposal(
                number=proposal,
                document="",
                causes=tuple(causes),
                metering_position=metering_position,
                books_position=books_position,
                total=total,
                raised_by=by,
                credit=credit,
            )
        )

    @event(Accepted)
    def _accept(
        self, *, invoice: UUID, proposal: int, by: UUID, why: str, mode: str, command_id: UUID
    ) -> None:
        self._become(
            proposal,
            state=ProposalState.ACCEPTED,
            decided_by=by,
            why=why,
            mode=CorrectionMode(mode),
        )

    @event(Rejected)
    def _reject(
        self, *, invoice: UUID, proposal: int, by: UUID, why: str, command_id: UUID
    ) -> None:
        self._become(proposal, state=ProposalState.REJECTED, decided_by=by, why=why)

    @event(Lapsed)
    def _lapse(self, *, invoice: UUID, proposal: int, command_id: UUID) -> None:
        self._become(proposal, state=ProposalState.SUPERSEDED)

    @event(Applied)
    def _apply(
        self,
        *,
        invoice: UUID,
        proposal: int,
        document: UUID,
        credit_note: UUID | None,
        command_id: UUID,
    ) -> None:
        self._become(proposal, state=ProposalState.APPLIED, applied_to=document)
        if credit_note is None:
            return
        self.credited = True
        for each in self.proposals:
            if each.state is ProposalState.PROPOSED:  # what waits is about an invoice taken back
                self._become(each.number, state=ProposalState.SUPERSEDED)
