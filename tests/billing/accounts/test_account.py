"""Who pays for which point, and which days are billed."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from billing.accounts.account import Account, PointDays, Supply, account_id, person_of
from billing.errors import AlreadyBilledError, WrongStateError

COMMAND = UUID(int=1)


def opened() -> Account:
    return Account(
        site="cambridge",
        account="A-1",
        person=person_of("cambridge", "A-1"),
        name_sealed="s1:x",
        address_sealed="s1:y",
        email_sealed="s1:z",
        language="en",
        opened_on=date(2019, 1, 1),
        command_id=COMMAND,
    )


def supply(first: date, end: date | None = None, point: str = "p") -> Supply:
    return Supply(point=point, tariff="t", valid_from=first, valid_to=end)


def test_its_id_follows_from_its_key() -> None:
    assert opened().id == account_id("cambridge", "A-1")


def test_a_point_is_assigned_once_at_a_time() -> None:
    account = opened()
    account.assign_supply(supply(date(2019, 1, 1), date(2019, 2, 1)), command_id=COMMAND)
    account.assign_supply(supply(date(2019, 2, 1)), command_id=COMMAND)
    account.assign_supply(supply(date(2019, 2, 1), point="q"), command_id=COMMAND)
    with pytest.raises(WrongStateError, match="Point p of account A-1 is assigned already"):
        account.assign_supply(supply(date(2020, 1, 1)), command_id=COMMAND)
    assert len(account.supplies) == 3


def test_nothing_is_supplied_before_the_account_opens() -> None:
    with pytest.raises(WrongStateError, match="opened on 2019-01-01"):
        opened().assign_supply(supply(date(2018, 12, 31)), command_id=COMMAND)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2019, 1, 31), date(2019, 2, 27)),
        (date(2019, 1, 5), date(2019, 1, 6)),
        (date(2018, 12, 1), date(2019, 1, 1)),
    ],
)
def test_a_day_of_a_point_is_billed_once(first: date, last: date) -> None:
    account = opened()
    bill(account, "p", date(2019, 1, 1), date(2019, 1, 31))
    with pytest.raises(AlreadyBilledError, match="A-1 has an issued invoice for p"):
        bill(account, "p", first, last)
    assert len(account.billed) == 1
    bill(account, "p", date(2019, 2, 1), date(2019, 2, 28))
    assert len(account.billed) == 2


def test_another_point_of_the_account_can_be_billed_on_the_same_days() -> None:
    account = opened()
    bill(account, "p", date(2019, 1, 1), date(2019, 1, 31))
    bill(account, "q", date(2019, 1, 1), date(2019, 1, 31))
    assert [each.point for each in account.billed] == ["p", "q"]


def test_the_days_billed_of_a_point_are_its_own_not_the_invoice_s() -> None:
    account = opened()
    half = PointDays(point="p", first_day=date(2019, 1, 1), last_day=date(2019, 1, 15))
    account.bill(
        invoice=UUID(int=5),
        first_day=date(2019, 1, 1),
        last_day=date(2019, 1, 31),
        points=[half],
        command_id=COMMAND,
    )
    week = PointDays(point="p", first_day=date(2019, 1, 12), last_day=date(2019, 1, 18))
    assert (account.billed_days(half), account.billed_days(week)) == (15, 4)
    bill(account, "p", date(2019, 1, 16), date(2019, 1, 31))


def bill(account: Account, point: str, first: date, last: date) -> None:
    """Note an invoice over one point."""
    account.bill(
        invoice=UUID(int=5),
        first_day=first,
        last_day=last,
        points=[PointDays(point=point, first_day=first, last_day=last)],
        command_id=COMMAND,
    )
