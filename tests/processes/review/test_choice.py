"""Nobody pays for a common meter; who pays for what is computed of it has its doubt at stake."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from billing.views.stakes import Doubt, read_stakes
from energy.base.ids import id_of
from energy.base.units import Utility
from energy.journal.application import JournalApplication
from energy.metering.channel import Channel, ChannelFacts, Kind, facts_to_json
from energy.metering.formula.formula import Formula
from energy.metering.meter import Meter
from energy.metering.review_case import DecisionKind
from processes.review.choice import SecondPersonError, require_single
from tests.billing.town import Town
from tests.fixtures.doubts import (
    AT,
    MANAGER,
    accept,
    barred,
    billed,
    doubted_town,
    next_run,
    queue,
    read_others,
    read_with_spike,
)
from tests.fixtures.postgres import TestSite
from tests.fixtures.shares import Mall, share_file
from tests.processes.shares.test_payers import Bills

pytestmark = pytest.mark.servers


def computed(town: Town, point: str, number: int, text: str) -> None:
    """Plan a computed channel that bills may be made of."""
    facts = ChannelFacts(
        quantity="computed",
        kind=Kind.COMPUTED,
        utility=Utility.ELECTRICITY,
        unit="kWh",
        resolution=Fraction(1, 100),
        modulus=None,
        billing=True,
    )
    command = id_of("test", point)
    meter = Meter(
        site=town.site.key,
        point=point,
        name=point,
        place="town",
        utility="electricity",
        channels=[facts_to_json(Channel(number=number, point=point, facts=facts))],
        command_id=command,
    )
    formula = Formula(
        site=town.site.key,
        point=point,
        channel=number,
        valid_from=date(2018, 1, 1),
        text=text,
        unit="kWh",
        constants=[],
        reason="",
        decided_by=None,
        command_id=command,
    )
    JournalApplication(town.database, town.site.schema, "metering", town.clock).store(
        meter, formula
    )
    town.catch_up()


@pytest.fixture
def town(new_site: Any) -> Town:
    """Return a town where an account pays for a quarter of a common meter, through two formulas."""
    town = doubted_town(new_site(at=AT))
    journal = JournalApplication(town.database, town.site.schema, "metering", town.clock)
    journal.store(town._meter(5, "common", Utility.ELECTRICITY))
    computed(town, "half", 6, "[common] / 2")
    computed(town, "quarter", 7, "[half] / 2")
    town.open_account("quarter", ["quarter"])
    return town


def test_a_spike_on_a_common_meter_takes_two_people_when_its_shares_are_dear(town: Town) -> None:
    read_others(town)
    read_with_spike(town, 1, by=0)
    read_with_spike(town, 5)
    run = billed(town)
    assert "register.jump" in barred(town, run)
    (row,) = queue(town)
    assert (row.case.point, row.stake is not None) == ("common", True)
    assert row.stake is not None
    assert row.stake.accounts == ("A-quarter",)
    # A quarter of the 20,000 kWh, at 0.1432 and the levy of 0.00583; the fall is expected usage.
    assert 745 < row.stake.amount < 746
    with pytest.raises(SecondPersonError):
        require_single([row], row.case.findings[0].finding, Decimal(500))
    (first,) = accept(town, [row], limit=Decimal(500))
    assert first.kind is DecisionKind.ACCEPTANCE_PROPOSED
    assert "register.jump" in barred(town, next_run(town, run))
    (second,) = accept(town, queue(town), MANAGER, limit=Decimal(500))
    assert second.kind is DecisionKind.ACCEPTED
    assert queue(town) == []


def test_what_no_paid_channel_rests_on_bears_no_money(town: Town) -> None:
    journal = JournalApplication(town.database, town.site.schema, "metering", town.clock)
    journal.store(town._meter(8, "alone", Utility.ELECTRICITY))
    read_with_spike(town, 8)
    (row,) = queue(town)
    assert (row.case.point, row.stake) == ("alone", None)


def test_a_common_meter_is_paid_by_all_who_pay_a_share_of_it(site_schema: TestSite) -> None:
    mall = Mall(site_schema)
    mall.found()
    mall.site.clock.move_to(mall.site.clock.now() + timedelta(days=100))
    mall.read()
    mall.define(share_file())
    bills = Bills(mall)
    bills.open_accounts()
    while bills.follow.step():
        pass
    mall.site.project()
    doubt = Doubt(
        points=("lobby",),
        start=datetime(2019, 3, 27, 12, tzinfo=UTC),
        end=datetime(2019, 3, 27, 13, tzinfo=UTC),
    )
    with mall.site.writer.connection() as connection:
        (stake,) = read_stakes(connection, mall.site.site, [doubt], mall.site.clock.now())
    assert stake is not None
    assert stake.accounts == ("A-bakery", "A-cafe", "A-kiosk", "A-owner")
    assert stake.amount > 0
