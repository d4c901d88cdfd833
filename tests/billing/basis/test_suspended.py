"""Usage on suspended days is told, whatever becomes of the fixed charges."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from billing.basis.register import Where
from billing.basis.suspended import used_while_suspended
from tests.billing.samples import span

ZONE = ZoneInfo("UTC")
WHERE = Where(channel=4, position=9)


@pytest.mark.parametrize(
    ("first", "after", "used"),
    [(1, 2, [0]), (2, 3, [7]), (3, 5, []), (1, 4, [7])],
)
def test_what_was_used_on_suspended_days_is_told(first: int, after: int, used: list[int]) -> None:
    usage = span([0, 0, 7, 0], datetime(2024, 1, 1, tzinfo=UTC), channel=4, step_s=43_200)
    days = [(date(2024, 1, first), date(2024, 1, after))]
    found = used_while_suspended(usage, days, zone=ZONE, where=WHERE)
    assert [each.proof["used"] for each in found] == [each for each in used if each]
    assert all(each.code == "bill.used_while_suspended" and each.channel == 4 for each in found)
