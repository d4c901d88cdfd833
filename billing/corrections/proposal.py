"""In: nothing. Out: proposals about an issued invoice, and what is read of them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from billing.invoices.issuer import CorrectionMode


class ProposalState(StrEnum):
    """What became of a proposal."""

    PROPOSED = "proposed"
    SUPERSEDED = "superseded"
    """Another was proposed before anybody decided, or the invoice was taken back."""
    REJECTED = "rejected"
    ACCEPTED = "accepted"
    """Waits for the next bill of the account (`adjust_next`)."""
    APPLIED = "applied"
    """Stands on an issued document."""


TAKEN = frozenset({ProposalState.ACCEPTED, ProposalState.APPLIED})
"""States of what was accepted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One proposal about one invoice: the days drafted anew, or a credit of one charge line."""

    number: int
    """Counted from 1."""
    document: str
    """Canonical JSON as it would be drafted now; "" of a credit."""
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
    credit: Mapping[str, Any] | None = None
    """Of a credit, the entry of `adjustments` that takes it back; None of what is drafted anew."""


class Proposals:
    """The proposals about one invoice, in the order of their numbers, as they are read."""

    number: str
    """Of the invoice."""
    proposals: list[Proposal]

    @property
    def billed(self) -> str | None:
        """Return the document that stands billed; None while that is the invoice's own."""
        last = self._last_billed
        return None if last is None else last.document

    @property
    def billed_position(self) -> int | None:
        """Return the books position of what stands billed; None while that is the invoice's own."""
        last = self._last_billed
        return None if last is None else last.books_position

    @property
    def _last_billed(self) -> Proposal | None:
        return next((each for each in reversed(self.drafted) if each.state in TAKEN), None)

    @property
    def drafted(self) -> list[Proposal]:
        """Return the proposals that hold a document: all but the credits."""
        return [each for each in self.proposals if each.credit is None]

    @property
    def credits(self) -> list[Mapping[str, Any]]:
        """Return the entries of the credits that were accepted, in the order of their numbers."""
        taken = (each.credit for each in self.proposals if each.state in TAKEN)
        return [credit for credit in taken if credit is not None]

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
            each.document for each in self.drafted if each.number < number and each.state in TAKEN
        ]
        return before[-1] if before else own
