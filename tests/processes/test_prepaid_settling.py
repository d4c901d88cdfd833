"""When prepaid accounts are settled by the job: behind the hour or midnight, once."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from billing.views.prepaid import PrepaidRow
from energy.store.sites import Site
from processes.prepaid_settling import due

SITE = Site(key="s", name="S", zone=ZoneInfo("Asia/Shanghai"), currency="CNY", language="en")


def account(every: str, state: str = "open") -> PrepaidRow:
    return PrepaidRow(
        account="A", state=state, every=every, balance=Decimal(0), currency="CNY",
        credit=Decimal(0), credit_until=None, settled_to=None, connected=True,
        first_day=date(2019, 1, 1), ended_on=None,
    )  # fmt: skip


def at(hour: int, minute: int = 0, day: int = 2) -> datetime:
    """Return an instant by the clock of the site."""
    return datetime(2019, 1, day, hour, minute, tzinfo=SITE.zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("every", "last", "now", "is_due"),
    [
        ("day", at(0, 10), at(23, 59), False),
        ("day", at(0, 10), at(0, 9, day=3), False),
        ("day", at(0, 10), at(0, 10, day=3), True),
        ("hour", at(5, 10), at(6, 9), False),
        ("hour", at(5, 10), at(6, 10), True),
        ("hour", at(6, 10), at(6, 40), False),
    ],
)
def test_accounts_are_settled_ten_minutes_behind_their_hour_or_day(
    every: str, last: datetime, now: datetime, is_due: bool
) -> None:
    assert due([account(every)], last, now, SITE) is is_due


def test_without_open_accounts_nothing_is_due() -> None:
    assert not due([], None, at(12), SITE)
    assert not due([account("day", "settled")], None, at(12), SITE)
    assert due([account("day"), account("hour")], None, at(12), SITE)
