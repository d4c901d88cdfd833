"""Who pays for which point, and which days are billed."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from billing.account import Account, Supply, account_id, person_of
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
def test_a_day_is_billed_once(first: date, last: date) -> None:
    account = opened()
    january = {"first_day": date(2019, 1, 1), "last_day": date(2019, 1, 31)}
    account.bill(invoice=UUID(int=5), **january, command_id=COMMAND)
    with pytest.raises(AlreadyBilledError, match="A-1 has an issued invoice"):
        account.bill(invoice=UUID(int=6), first_day=first, last_day=last, command_id=COMMAND)
    account.bill(
        invoice=UUID(int=6),
        first_day=date(2019, 2, 1),
        last_day=date(2019, 2, 28),
        command_id=COMMAND,
    )
    assert len(account.billed) == 2
