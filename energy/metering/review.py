"""In: a decision about a case of findings. Out: its one event. Pure.

Each decision has a stream of its own, made of the case and of how many decisions there were: two
people who decide upon the same state meet each other, and the second is refused. A decision counts
from its own position on: what a bill knew before it does not change.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.clock import from_us, to_us
from energy.base.errors import RefusedError
from energy.base.finding import Severity
from energy.base.ids import id_of
from energy.metering.correction import FourEyesError
from energy.metering.decision import ResolvedFinding
from energy.metering.review_case import Case, CaseFinding, CaseState, DecisionKind


class CaseStateError(RefusedError):
    """A decision does not fit what the case waits for."""

    code = "review.state"


class CaseReasonError(RefusedError):
    """A decision lacks its reason."""

    code = "review.reason"


class DecidedCase(JournalAggregate):
    """One decision about a case."""

    TOPIC = "decided_case"

    class Created(JournalAggregate.Created):
        """A person decided about the findings of a case."""

        TOPIC = "case.decided"
        case: UUID
        number: int
        kind: str
        """A DecisionKind."""
        cause: str
        point: str
        """Empty when a whole source is meant."""
        source: str
        findings: list[dict[str, Any]]
        """As `finding_document` makes them; the decision is about these and no others."""
        reason: str
        evidence: list[str]
        """SHA-256 of attachments, in hex."""
        until: date | None
        correction: UUID | None
        estimate: UUID | None
        """Stream of the estimated readings."""
        stake: str
        """Money at stake as the person saw it; empty when nobody paid. [currency]"""
        currency: str
        proposed_by: UUID | None
        decided_by: UUID

    @staticmethod
    def create_id(*, case: UUID, number: int, **_: object) -> UUID:
        """Return the id from case and number: one state of a case is decided upon once."""
        return id_of("decided_case", case.hex, str(number))

    @event(Created)
    def __init__(
        self,
        *,
        case: UUID,
        number: int,
        kind: str,
        cause: str,
        point: str,
        source: str,
        findings: list[dict[str, Any]],
        reason: str,
        evidence: list[str],
        until: date | None,
        correction: UUID | None,
        estimate: UUID | None,
        stake: str,
        currency: str,
        proposed_by: UUID | None,
        decided_by: UUID,
        command_id: UUID,
    ) -> None:
        """Decide; `decided` checks what may be."""
        self.case = case
        self.kind = kind
        self.decided_by = decided_by
        self.correction = correction


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a person says with a decision."""

    reason: str
    by: UUID
    command_id: UUID
    evidence: tuple[str, ...] = ()
    """SHA-256 of attachments, in hex."""
    stake: Decimal | None = None
    """Money at stake; None when nobody pays. [currency]"""
    currency: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """What a person's acceptance does to the findings of a case; together they are all of it."""

    ended: tuple[CaseFinding, ...]
    """They end: two people looked at each, or one suffices."""
    proposed: tuple[CaseFinding, ...]
    """They wait for another person."""


def acceptance_of(case: Case, by: UUID, *, alone: bool) -> Acceptance:
    """Return what a person's acceptance of a case does, finding by finding.

    A person looked at what stands in the proposal and at nothing that came to the case later.

    Args:
        case: The case as it was seen.
        by: The person.
        alone: Whether one person suffices for the case.

    Raises:
        FourEyesError: The person proposed all of it.
    """
    first = case.proposers
    others = tuple(each for each in case.findings if first.get(each.finding, by) != by)
    rest = tuple(each for each in case.findings if each not in others)
    own = any(first.get(each.finding) == by for each in rest)
    if own and not others and all(each.finding in first for each in rest):
        raise FourEyesError.of("review.four_eyes", short=case.case.hex[:8])
    if alone and not own:
        return Acceptance(ended=case.findings, proposed=())
    return Acceptance(ended=others, proposed=rest)


def touched(case: Case, channel: int, instants: Collection[datetime]) -> tuple[CaseFinding, ...]:
    """Return the findings of a case that a correction is about: whose spans hold one instant.

    Where none of the corrected channel does, those of the point's other channels: a register may
    feed a channel that a finding names.

    Args:
        case: The case as it was seen.
        channel: The channel corrected.
        instants: The corrected ones.

    Raises:
        CaseStateError: No finding's span holds one of them.
    """
    held = [each for each in case.findings if any(each.start <= at <= each.end for at in instants)]
    found = tuple(each for each in held if each.channel == channel) or tuple(held)
    if not found:
        raise CaseStateError.of("review.not_touched", short=case.case.hex[:8])
    return found


def rest_of(command: UUID) -> UUID:
    """Return the id of the command for what an acceptance leaves to another person.

    Args:
        command: The command that ended the other findings of the case.
    """
    return id_of("review_rest", command.hex)


def decided(
    case: Case,
    kind: DecisionKind,
    said: Said,
    *,
    findings: Sequence[CaseFinding] | None = None,
    until: date | None = None,
    correction: UUID | None = None,
    estimate: UUID | None = None,
    proposed_by: UUID | None = None,
    behind: int = 0,
) -> DecidedCase:
    """Return a decision about a case as it was seen.

    Args:
        case: The case, with the decision before this one.
        kind: What is decided.
        said: Why and by whom.
        findings: Those it is about; None for all of the case.
        until: First local day on which a hold is over.
        correction: The correction that was proposed.
        estimate: Stream of the estimated readings.
        proposed_by: The first of two people.
        behind: How many decisions of the same command come before it.

    Raises:
        CaseReasonError: The reason is missing.
        CaseStateError: A correction of it waits for its second person, or nothing can be released.
    """
    if not said.reason.strip():
        raise CaseReasonError.of("review.no_reason")
    if case.state is CaseState.CORRECTION:
        assert case.decision is not None, "somebody proposed the correction"
        assert case.decision.correction is not None, "and it has an id"
        raise CaseStateError.of("review.correction_waits", short=case.decision.correction.hex[:8])
    if kind is DecisionKind.RELEASED and case.state is CaseState.OPEN:
        raise CaseStateError.of("review.nothing_held", short=case.case.hex[:8])
    return DecidedCase(
        case=case.case,
        number=case.number + 1 + behind,
        kind=kind.value,
        cause=case.cause,
        point=case.point or "",
        source=case.source,
        findings=[finding_document(each) for each in findings or case.findings],
        reason=said.reason.strip(),
        evidence=list(said.evidence),
        until=until,
        correction=correction,
        estimate=estimate,
        stake="" if said.stake is None else format(said.stake, "f"),
        currency=said.currency,
        proposed_by=proposed_by,
        decided_by=said.by,
        command_id=said.command_id,
    )


def finding_document(finding: CaseFinding) -> dict[str, Any]:
    """Return a finding as the events hold it: its key, its end and what it forbids."""
    return {
        "code": finding.code,
        "channel": finding.channel,
        "start_us": to_us(finding.start),
        "end_us": to_us(finding.end),
        "position": finding.position,
        "severity": finding.severity.value,
    }


def finding_of(document: Mapping[str, Any], point: str | None, source: str) -> CaseFinding:
    """Return a finding from an event.

    Args:
        document: As `finding_document` makes it.
        point: Point of the case.
        source: Source of the case.
    """
    start: datetime = from_us(document["start_us"])
    key = {
        "code": document["code"],
        "channel": document["channel"],
        "start": start,
        "position": document["position"],
    }
    return CaseFinding(
        finding=ResolvedFinding.create_id(**key),
        **key,
        end=from_us(document["end_us"]),
        severity=Severity(document["severity"]),
        point=point,
        source=source,
    )
