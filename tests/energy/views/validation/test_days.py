"""A meter that tells its load profile and its register must tell the same energy with both."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest

from energy.base.clock import to_us
from energy.metering.plant import ChannelRegister
from energy.views.validation.days import checked_days
from energy.views.validation.readings import Met
from tests.fixtures.batches import MIDNIGHT, reading
from tests.fixtures.meters import commission, counter_facts, interval_facts, planned
from tests.fixtures.postgres import TestSite, command

pytestmark = pytest.mark.servers
REGISTER, INTERVALS = 1, 2


@pytest.fixture
def site(new_site: Any) -> TestSite:
    """A point with a register and a channel of intervals, 0.01 kWh a count each."""
    site: TestSite = new_site(at=MIDNIGHT)
    metering = site.application("metering")
    register = ChannelRegister(site=site.site.key, command_id=command("register"))
    register.take(point="m1", count=2, command_id=command("register"))
    meter = planned(site.site.key, "m1", REGISTER, counter_facts(), interval_facts())
    commission(meter, multiplier=Fraction(1))
    metering.store(register, meter)
    return site


def looked(site: TestSite) -> Met:
    met = Met()
    first, last = to_us(MIDNIGHT), to_us(MIDNIGHT + timedelta(days=2))
    with site.writer.connection() as connection:
        checked_days(
            connection,
            site.schema,
            site.site.zone,
            MIDNIGHT + timedelta(days=3),
            {INTERVALS: (first, last)},
            met,
        )
    return met


@pytest.mark.parametrize(("lost", "found"), [(0, 0), (1, 0), (98, 0), (99, 1)])
def test_only_what_rounding_cannot_explain_is_told(site: TestSite, lost: int, found: int) -> None:
    site.accept(*(reading(REGISTER, 15 * n, 1_000 + 10 * n) for n in range(2 * 96 + 1)))
    site.accept(
        *(reading(INTERVALS, 15 * n, 10 + (lost if n == 40 else 0)) for n in range(1, 2 * 96 + 1))
    )
    site.project()
    met = looked(site)
    assert [each.proof["difference"] for each in met.found] == [10 * lost] * found
    assert len(met.scopes) >= 2
