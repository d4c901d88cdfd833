"""Money that came in is told in words, whatever room booked it."""

from __future__ import annotations

import pytest

from billing.receivables.account_book import Means
from dashboards.components.account_moves import came_by
from dashboards.security.scope import Role
from tests.dashboards.test_pages import viewer


@pytest.mark.parametrize(
    "means",
    [*map(str, Means), "opening", "shift.cash_taken", "deposit.applied", "prepaid.refunded"],
)
def test_each_way_has_a_word(means: str) -> None:
    assert came_by(viewer(Role.TENANT, "zh"), means).isascii() is False
    assert came_by(viewer(Role.TENANT), means)


def test_a_way_that_nobody_knows_yet_is_told_by_its_code() -> None:
    assert came_by(viewer(Role.TENANT), "shop.voucher") == "shop.voucher"
    assert came_by(viewer(Role.TENANT), "shift.cash_taken") == "cash desk"
