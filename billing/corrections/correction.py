"""In: what is known now of an issued invoice. Out: proposals, and what became of them. Pure.

One stream an invoice. A proposal holds the whole document as it would be drafted now; its
difference is against what stands billed: the invoice itself, or the last proposal accepted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from billing.canonical import sha256_of
from billing.corrections.errors import DecidedCorrectionError, OwnCorrectionError
from billing.invoices.issuer import CorrectionMode
from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of


class ProposalState(StrEnum):
    """What became of a proposal."""

    PROPOSED = "proposed"
    SUPERSEDED = "superseded"
    """Another was proposed before anybody decided."""
    REJECTED = "rejected"
    ACCEPTED = "accepted"
    """Waits for the next bill of the account (`adjust_next`)."""
    APPLIED = "applied"
    """Stands on an issued document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One proposal about one invoice."""

    number: int
    """Counted from 1."""
    document: str
    """Canonical JSON as it would be drafted now."""
    causes: tuple[Mapping[str, Any], ...]
    """What changed, as JSON values."""
    metering_position: int
    books_position: int
    total: str
    """Difference of the totals to what stood billed. [currency]"""
    raised_by: UUID | None
    """None for the nightly job."""
    state: ProposalState = ProposalState.PROPOSED
    mode: CorrectionMode | None = None
    decided_by: UUID | None = None
    why: str = ""
    applied_to: UUID | None = None
    """The invoice that bears it."""


def corrections_id(site: str, invoice: UUID) -> UUID:
    """Return the id of the corrections of an invoice."""
    return id_of("corrections", site, str(invoice))


class Corrections(JournalAggregate):
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

    @property
    def billed(self) -> str | None:
        """Return the document that stands billed; None while that is the invoice's own."""
        return next(
            (
                each.document
                for each in reversed(self.proposals)
                if each.state in (ProposalState.ACCEPTED, ProposalState.APPLIED)
            ),
            None,
        )

    @property
    def billed_position(self) -> int | None:
        """Return the books position of what stands billed; None while that is the invoice's own."""
        return next(
            (
                each.books_position
                for each in reversed(self.proposals)
                if each.state in (ProposalState.ACCEPTED, ProposalState.APPLIED)
            ),
            None,
        )

    @property
    def waiting(self) -> list[Proposal]:
        """Return what is accepted and stands on no document yet, in order."""
        return [each for each in self.proposals if each.state is ProposalState.ACCEPTED]

    def name(self, proposal: int) -> str:
        """Return a proposal's name, for example "CAM-2019-000003/1"."""
        return f"{self.number}/{proposal}"

    def proposal(self, number: int) -> Proposal | None:
        """Return a proposal; None when there is none of the number."""
        return self.proposals[number - 1] if 0 < number <= len(self.proposals) else None

    def base_of(self, number: int, own: str) -> str:
        """Return what stood billed before a proposal.

        Args:
            number: The proposal.
            own: The invoice's own document.
        """
        before = [
            each.document
            for each in self.proposals[: number - 1]
            if each.state in (ProposalState.ACCEPTED, ProposalState.APPLIED)
        ]
        return before[-1] if before else own

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
        for each in reversed(self.proposals):
            if each.state in (ProposalState.ACCEPTED, ProposalState.APPLIED):
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
        last = self.proposals[-1] if self.proposals else None
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
        for each in self.proposals:
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
        self.credited = self.credited or credit_note is not None
