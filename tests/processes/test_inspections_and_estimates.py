"""What an inspection found follows the usage: by hand, to the cent, for both ways of correcting."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import uuid4

import pytest

from billing.invoices.issuer import CorrectionMode
from energy.journal.corrections import Corrections
from energy.service.inspection.found import Claim
from energy.service.inspection.kinds import FindingKind, Method
from energy.views.adjustments import adjusted_usage
from energy.views.registry import load_channels
from tests.billing.conftest import server, town
from tests.billing.corrections.story import Story
from tests.billing.town import count_at
from tests.processes.test_inspections import BY_ERROR, CARL, DORA, Case, case, slow

__all__ = ["case", "server", "town"]
pytestmark = pytest.mark.servers
BY_LOAD = Claim(method=Method.LOAD, load=Fraction("1.25"), hours=Fraction(16))


@pytest.mark.parametrize(
    ("mode", "claim", "added", "then", "charged"),
    [
        # 1.25 m3 an hour for 16 hours are 20 m3 a day: 15 were estimated, 19.18 were read. The day
        # is billed as before, now of what was read.
        (CorrectionMode.CREDIT_REBILL, BY_LOAD, 5_000, 820, "0.00"),
        # Of 15 m3 shown 15 x 20 / 80 = 3.75 are missing, of the 19.18 that were read 4.795.
        # 18.75 m3 were billed, 23.975 flowed: 205.729 and 263.059 kWh (x 39.5 / 3.6, 3 digits).
        # Gas at 0.0312: 8.21 - 6.42 = 1.79; the levy at 0.00203: 0.53 - 0.42 = 0.11; tax 20 %.
        (CorrectionMode.ADJUST_NEXT, BY_ERROR, 3_750, 4_795, "2.28"),
    ],
)
def test_an_estimate_replaced_behind_a_back_billing_is_not_billed_twice(
    case: Case, mode: CorrectionMode, claim: Claim, added: int, then: int, charged: str
) -> None:
    town, story, four = case.town, Story(case.town), date(2019, 1, 4)
    story.say_by(mode)
    begin, end = datetime(2019, 1, 4, tzinfo=UTC), datetime(2019, 1, 5, tzinfo=UTC)
    quarter = timedelta(minutes=15)
    town.read(first=begin + quarter, last=end, channels=(1, 3, 4))
    with town.database.connection() as connection:
        gas = load_channels(connection, case.site.schema)[2]
    stated = Corrections(town.database, case.site.schema, town.clock)
    told: dict[str, Any] = {"method": "mean", "inputs": {}, "by": CARL, "command_id": uuid4()}
    stated.estimate(gas, [(end, count_at(2, begin) + 1_500)], **told)
    town.catch_up()
    story.bill(four)
    order = case.inspected(
        slow(first=four, last=four)
        if claim is BY_ERROR
        else slow(finding=FindingKind.WIRING, error_percent=None, first=four, last=four)
    )
    case.work(order, "sign", DORA)
    assert case.draft(order, claim) == added
    case.propose(order, claim)
    case.approve(order)
    assert story.settle_all() == ["CAM-2019-000001/1"]
    town.read(first=begin + quarter, last=end, channels=(2,))
    town.catch_up()
    with town.database.connection() as connection:
        beside = adjusted_usage(connection, case.site.schema, case.site.zone, [2], four, four)
    assert beside == {2: {four: then}}
    (name,) = story.look().proposed
    _, proposal = town.office.corrections.proposal(name)
    assert [(each["cause"], each["point"]) for each in proposal.causes] == [("readings", "b1-gas")]
    assert Decimal(proposal.total) == Decimal(charged)
    assert story.all_same(), "what was issued follows from what was known then"
