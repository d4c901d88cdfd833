"""Decisions about cases in the journal: of two at one moment one stands, a repeated one is one."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from energy.base.finding import Severity
from energy.journal.reviews import CaseDecidedError, Reviews
from energy.metering.decision import ResolvedFinding
from energy.metering.review import Said
from energy.metering.review_case import Case, CaseFinding, CaseState, DecisionKind
from tests.fixtures.postgres import TestSite, command

pytestmark = pytest.mark.servers
NOON = datetime(2019, 1, 1, 12, tzinfo=UTC)


def case(number: int) -> Case:
    finding = CaseFinding(
        finding=ResolvedFinding.create_id(
            code="register.jump", channel=1, start=NOON, position=number
        ),
        code="register.jump",
        channel=1,
        start=NOON,
        position=number,
        end=NOON + timedelta(minutes=15),
        severity=Severity.DO_NOT_BILL,
        point="m1",
    )
    return Case(
        case=UUID(int=number),
        cause="step",
        point="m1",
        source="",
        findings=(finding,),
        state=CaseState.OPEN,
        decision=None,
    )


def said(who: int, *what: object) -> Said:
    return Said(reason="seen", by=UUID(int=who), command_id=command("review", who, *what))


def test_of_many_who_decide_at_once_one_is_first_and_the_others_learn_who(
    site_schema: TestSite,
) -> None:
    site, many = site_schema, 6
    begin = threading.Barrier(many)
    won: list[int] = []
    told: list[CaseDecidedError] = []

    def decide(who: int) -> None:
        reviews = Reviews(site.writer, site.schema, site.clock)
        begin.wait()
        try:
            if who % 2:
                reviews.accept(case(1), said(who), alone=True)
            else:
                reviews.hold(case(1), said(who), until=date(2019, 2, 1))
        except CaseDecidedError as error:
            told.append(error)
        else:
            won.append(who)

    threads = [threading.Thread(target=decide, args=(who,)) for who in range(1, many + 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(told)) == (1, many - 1)
    kind = DecisionKind.ACCEPTED if won[0] % 2 else DecisionKind.HELD
    assert {(error.by, error.kind) for error in told} == {(UUID(int=won[0]), kind)}
    stored = site.rows("SELECT count(*) FROM {s}.metering_events WHERE topic = 'case.decided'")
    assert stored == [(1,)]


def test_the_same_command_again_is_the_same_decision(site_schema: TestSite) -> None:
    reviews = Reviews(site_schema.writer, site_schema.schema, site_schema.clock)
    for _ in range(2):
        assert reviews.accept(case(2), said(1), alone=False) is DecisionKind.ACCEPTANCE_PROPOSED
    with pytest.raises(CaseDecidedError, match="first"):
        reviews.accept(case(2), said(1, "another"), alone=False)
