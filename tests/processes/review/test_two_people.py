"""Two people look at each finding, however cases grow and join."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from energy.base.errors import NotPermittedError
from energy.metering.correction import FourEyesError
from energy.metering.reading import Reading
from energy.metering.review_case import CaseState, DecisionKind
from energy.views.review import read_decisions
from tests.billing.town import APPROVER, CLERK, Town, count_at
from tests.fixtures.doubts import (
    AT,
    MANAGER,
    SPIKE,
    accept,
    desk,
    doubt,
    doubted_town,
    noted,
    queue,
    read_with_spike,
    refusal,
)

pytestmark = pytest.mark.servers
LOW = Decimal(100)


@pytest.fixture
def town(new_site: Any) -> Town:
    return doubted_town(new_site(at=AT))


def test_the_second_person_ends_what_the_first_saw_and_proposes_the_rest(town: Town) -> None:
    read_with_spike(town)
    (seen,) = queue(town)
    accept(town, [seen], limit=LOW)
    later = SPIKE + timedelta(hours=6, minutes=5)
    town.accept([Reading(channel=1, at=later, count=count_at(1, later) + 90_000_000)])
    (grown,) = queue(town)
    named = {each.finding for each in seen.case.findings}
    came = {each.finding for each in grown.case.findings} - named
    assert grown.case.case == seen.case.case
    assert came
    clerk = accept(town, [grown], CLERK, limit=LOW, may_decide=False)
    assert isinstance(refusal(clerk), NotPermittedError)
    (second,) = accept(town, [grown], MANAGER, limit=LOW)
    assert (second.kind, second.ended) == (DecisionKind.ACCEPTANCE_PROPOSED, len(named))
    (rest,) = queue(town)
    assert rest.case.state is CaseState.ACCEPTANCE
    assert {each.finding for each in rest.case.findings} == came
    repeated = desk(town, MANAGER).repeated(rest.case.case.hex, "accept", "seen on site")
    assert repeated is not None
    assert repeated.position == second.position
    assert isinstance(refusal(accept(town, [rest], MANAGER, reason="mine")), FourEyesError)
    (third,) = accept(town, [rest], APPROVER, limit=LOW)
    assert third.kind is DecisionKind.ACCEPTED
    assert queue(town) == []
    with town.database.connection() as connection:
        told = read_decisions(connection, town.site.schema, case=seen.case.case)
    assert [(each.number, each.proposed_by, each.decided_by) for each in told] == [
        (4, MANAGER, APPROVER),
        (3, None, MANAGER),
        (2, APPROVER, MANAGER),
        (1, None, APPROVER),
    ]


def test_nobody_accepts_the_own_proposal_when_two_cases_join(town: Town) -> None:
    read_with_spike(town)
    (dear,) = queue(town)
    accept(town, [dear], APPROVER, limit=LOW)
    noted(town, doubt("register.noise", 3, 20))
    small = [row for row in queue(town) if row.case.case != dear.case.case]
    accept(town, small, MANAGER, limit=Decimal(0))
    noted(town, doubt("register.noise", 3, 6))
    (joined,) = queue(town)
    (own,) = accept(town, [joined], APPROVER, limit=LOW)
    assert (own.kind, own.ended) == (DecisionKind.ACCEPTANCE_PROPOSED, 1)
    (rest,) = queue(town)
    assert {each.finding for each in dear.case.findings} < set(rest.case.proposers)
    assert set(rest.case.proposers.values()) == {APPROVER}
    (other,) = accept(town, [rest], MANAGER, limit=LOW)
    assert other.kind is DecisionKind.ACCEPTED
    assert queue(town) == []
