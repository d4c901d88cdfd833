"""What a day shares is the same whichever days are asked for, whatever the keys say."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from tests.fixtures.postgres import TestSite
from tests.fixtures.shares import BY, FIRST, LAST, TENANTS, Mall, share_file

pytestmark = pytest.mark.servers
SHARES = ("common.u1", "common.u2", "common.u3", "common.landlord")
CENTRES = """
[[bearer]]
kind = "cost_centre"
key = "marketing"
name = "Marketing"
holds = [{ points = ["common.u2"], valid_from = 2019-03-01 }]
"""
"""Holds the shop that has no tenant on two days, and none of the others."""
KEYS = ('[{ by = "area" }]', '[{ by = "headcount" }]', '[{ by = "energy" }]')


@pytest.fixture
def mall(site_schema: TestSite) -> Mall:
    mall = Mall(site_schema)
    mall.found()
    mall.read()
    return mall


def test_who_holds_by_a_later_key_does_not_fill_a_shop_before_it(mall: Mall) -> None:
    mall.define(share_file() + TENANTS + CENTRES)
    before = mall.days("common.u2")
    assert before[2:4] == [0, 0]
    text = share_file().replace("valid_from = 2019-03-01", f"valid_from = {LAST}")
    by_centre = text.replace('held_by = "tenant"', 'held_by = "cost_centre"')
    mall.desk.revise(by_centre, reason="by cost centre", by=BY)
    mall.site.project()
    assert mall.days("common.u2")[:5] == before[:5]
    assert mall.days("common.u1")[5] == 0  # no cost centre holds it


@pytest.mark.parametrize("seed", [7, pytest.param(2, marks=pytest.mark.slow)])
def test_a_month_and_any_of_its_days_agree_whatever_keys_and_holders_change(
    mall: Mall, seed: int
) -> None:
    chance = np.random.default_rng(seed)
    mall.define(share_file() + TENANTS + CENTRES)
    for n in chance.choice(6, 3, replace=False).tolist():
        day = FIRST + timedelta(days=n)
        vacancy = chance.choice(["owner", "others", "counted"])
        held_by = chance.choice(["tenant", "cost_centre"])
        text = share_file(chance.choice(list(KEYS)), vacancy)
        text = text.replace("valid_from = 2019-03-01", f"valid_from = {day}")
        text = text.replace('held_by = "tenant"', f'held_by = "{held_by}"')
        mall.desk.revise(text, reason="agreed", by=BY)
    mall.site.project()
    month = {point: mall.days(point, date(2019, 3, 1), LAST)[25:] for point in SHARES}
    assert [sum(n or 0 for n in day) for day in zip(*month.values(), strict=True)] == mall.days(
        "lobby"
    )
    for first in range(6):
        for last in range(first, 6):
            days = FIRST + timedelta(days=first), FIRST + timedelta(days=last)
            for point in SHARES:
                assert mall.days(point, *days) == month[point][first : last + 1], (point, days)
