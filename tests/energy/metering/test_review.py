"""A decision about a case: what may be decided, and what its event holds."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from energy.base.finding import Severity
from energy.metering.decision import ResolvedFinding
from energy.metering.review import (
    CaseReasonError,
    CaseStateError,
    DecidedCase,
    Said,
    decided,
    finding_document,
    finding_of,
)
from energy.metering.review_case import Case, CaseFinding, CaseState, DecisionKind

NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
KEY = {"code": "register.jump", "channel": 7, "start": NOON, "position": 42}
FINDING = CaseFinding(
    finding=ResolvedFinding.create_id(code="register.jump", channel=7, start=NOON, position=42),
    code="register.jump",
    channel=7,
    start=NOON,
    position=42,
    end=NOON + timedelta(minutes=15),
    severity=Severity.DO_NOT_BILL,
    point="m1",
)
SAID = Said(
    reason=" seen ", by=UUID(int=1), command_id=UUID(int=9), stake=Decimal("12.30"), currency="GBP"
)


def case(state: CaseState = CaseState.OPEN) -> Case:
    return Case(
        case=UUID(int=5),
        cause="step",
        point="m1",
        source="",
        findings=(FINDING,),
        state=state,
        decision=None,
    )


def created(aggregate: DecidedCase) -> DecidedCase.Created:
    (event,) = aggregate.collect_events()
    assert isinstance(event, DecidedCase.Created)
    return event


def test_an_event_names_the_findings_the_money_and_the_person() -> None:
    event = created(decided(case(), DecisionKind.HELD, SAID, until=date(2026, 12, 1)))
    assert (event.case, event.number, event.kind) == (UUID(int=5), 1, "held")
    assert (event.reason, event.stake, event.currency) == ("seen", "12.30", "GBP")
    assert (event.until, event.decided_by) == (date(2026, 12, 1), UUID(int=1))
    assert event.findings == [finding_document(FINDING)]
    assert finding_of(event.findings[0], "m1", "") == FINDING


def test_money_that_nobody_pays_is_empty_not_zero() -> None:
    said = Said(reason="r", by=UUID(int=1), command_id=UUID(int=9))
    assert created(decided(case(), DecisionKind.ACCEPTED, said)).stake == ""


def test_two_decisions_about_one_state_of_a_case_have_one_id() -> None:
    first = decided(case(), DecisionKind.ACCEPTED, SAID)
    second = decided(case(), DecisionKind.HELD, SAID, until=date(2026, 12, 1))
    assert first.id == second.id


def test_a_decision_without_reason_or_without_sense_is_refused() -> None:
    mute = Said(reason="  ", by=UUID(int=1), command_id=UUID(int=9))
    with pytest.raises(CaseReasonError, match="the reason stays in the journal"):
        decided(case(), DecisionKind.ACCEPTED, mute)
    with pytest.raises(CaseStateError, match="nothing to release"):
        decided(case(), DecisionKind.RELEASED, SAID)
    assert decided(case(CaseState.HELD), DecisionKind.RELEASED, SAID).kind == "released"
