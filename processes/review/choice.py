"""In: the review queue, what a person says of it. Out: which cases are meant, what became. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from billing.views.review_queue import QueuedCase
from energy.base.errors import EnergyError, NotPermittedError, RefusedError
from energy.base.finding import Severity
from energy.metering.review import CaseStateError, acceptance_of
from energy.metering.review_case import CaseState, Decision, DecisionKind


class HoldDayError(RefusedError):
    """A hold ends on no day to come."""

    code = "review.until"


class SecondPersonError(RefusedError):
    """A finding bears more money than one person may decide about."""

    code = "review.second_person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one case of a command."""

    case: UUID
    point: str | None
    cause: str
    stake: Decimal | None
    """[currency]"""
    kind: DecisionKind | None
    """None when it was refused."""
    position: int | None = None
    """Where the journal holds it; None when refused or not written."""
    correction: UUID | None = None
    refused: EnergyError | None = None
    ended: int = 0
    """Findings that ended although the case waits: another person had proposed them."""
    remaining: int = 0
    """Findings of the case that a proposed correction is not about: they wait on."""
    lacking: bool = False
    """Whether usage is missing in its span: that bars the bill whatever was accepted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Which cases a command is about; what is None does not restrict."""

    names: tuple[str, ...] = ()
    """Beginnings of ids; none means every case that fits the rest."""
    point: str | None = None
    cause: str | None = None
    severity: Severity | None = None
    up_to: Decimal | None = None
    """Most money at stake; what nobody pays for bears none. [currency]"""
    states: frozenset[CaseState] = frozenset(CaseState)

    def fits(self, row: QueuedCase) -> bool:
        """Return whether a case is meant, whatever its id."""
        case, amount = row.case, row.stake.amount if row.stake is not None else Decimal(0)
        return (
            (self.point is None or case.point == self.point)
            and (self.cause is None or self.cause in {case.cause, *case.codes})
            and (self.severity is None or case.severity is self.severity)
            and (self.up_to is None or amount <= self.up_to)
            and case.state in self.states
        )


def bears_money(row: QueuedCase) -> bool:
    """Return whether a case bars a bill that somebody pays."""
    return row.case.severity is Severity.DO_NOT_BILL and row.stake is not None


def exceeds(rows: Sequence[QueuedCase], limit: Decimal) -> bool:
    """Return whether cases bear more money together than one person may accept in one command.

    Money that nobody can tell counts as above any limit.

    Args:
        rows: The cases.
        limit: Most money. [currency]
    """
    stakes = [row.stake for row in rows if bears_money(row) and row.stake is not None]
    if any(stake.unknown for stake in stakes):
        return True
    return sum((stake.amount for stake in stakes), Decimal(0)) > limit


def acceptance(row: QueuedCase, by: UUID, *, alone: bool, may_decide: bool) -> bool:
    """Return whether a person ends a whole case by accepting it.

    Args:
        row: The case.
        by: The person.
        alone: Whether one person suffices for the command.
        may_decide: Whether the person decides on readings.

    Raises:
        FourEyesError: The person proposed all of it.
        NotPermittedError: The person would end findings and may only propose.
    """
    found = acceptance_of(row.case, by, alone=suffices(row, alone=alone, may_decide=may_decide))
    if found.ended and not may_decide:
        raise NotPermittedError.of("review.decider", short=row.case.case.hex[:8])
    return not found.proposed


def suffices(row: QueuedCase, *, alone: bool, may_decide: bool) -> bool:
    """Return whether one person ends a case: little money hangs on the command, or none on it."""
    return may_decide and (alone or not bears_money(row))


def lacks_usage(row: QueuedCase) -> bool:
    """Return whether usage that somebody pays is missing in the span of a case."""
    return row.stake is not None and bool(row.stake.expected or row.stake.unknown)


def require_single(queue: Sequence[QueuedCase], finding: UUID, limit: Decimal) -> None:
    """Refuse that one person ends a finding on whose case more hangs than one may decide about.

    Args:
        queue: The cases that wait.
        finding: The finding.
        limit: Most money. [currency]

    Raises:
        SecondPersonError: Too much money hangs on its case.
        CaseStateError: Its case waits for a second person.
    """
    for row in queue:
        if all(each.finding != finding for each in row.case.findings):
            continue
        short = row.case.case.hex[:8]
        waits = row.case.state in {CaseState.ACCEPTANCE, CaseState.CORRECTION}
        if waits or finding in row.case.proposers:
            raise CaseStateError.of("review.waits", short=short)
        if exceeds([row], limit) and row.stake is not None:
            raise SecondPersonError.of(
                "review.needs_second",
                short=short,
                amount=f"{row.stake.amount} {row.stake.currency}",
                limit=f"{limit} {row.stake.currency}",
            )


def outcome_of(
    row: QueuedCase, kind: DecisionKind | None, *, refused: EnergyError | None = None
) -> Outcome:
    """Return what became, or would become, of a case."""
    return Outcome(
        case=row.case.case,
        point=row.case.point,
        cause=row.case.cause,
        stake=None if row.stake is None else row.stake.amount,
        kind=kind,
        refused=refused,
    )


def became(row: QueuedCase, mine: Decision, rest: Decision | None) -> Outcome:
    """Return what a command made of a case.

    Args:
        row: The case as the command found it.
        mine: The command's decision.
        rest: What it left to another person by a second one.
    """
    left = len(row.case.findings) - len(mine.findings)
    return replace(
        done(rest or mine),
        lacking=mine.kind is DecisionKind.ACCEPTED and lacks_usage(row),
        ended=len(mine.findings) if rest is not None else 0,
        remaining=max(left, 0) if mine.kind is DecisionKind.CORRECTION_PROPOSED else 0,
    )


def done(decision: Decision) -> Outcome:
    """Return what a decision has done."""
    return Outcome(
        case=decision.case,
        point=decision.point,
        cause=decision.cause,
        stake=decision.stake,
        kind=decision.kind,
        position=decision.position,
        correction=decision.correction,
    )
