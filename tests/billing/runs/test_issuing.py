"""An issue looks once more at who pays for what: never billed and on a card as well."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from uuid import UUID, uuid4

import pytest

from billing.runs.bill_run import RunState
from energy.base.errors import EnergyError
from tests.billing.prepaid.purse import Purse
from tests.billing.prepaid.test_card_price import CARD_TARIFF
from tests.billing.town import APPROVER, CLERK, LAST, Town

pytestmark = pytest.mark.servers


@pytest.fixture
def purse(metered: Town) -> Purse:
    tariff = CARD_TARIFF.format(mode="inclusive")
    metered.office.publish_tariff(tariff, command_id=uuid4(), by=None)
    metered.catch_up()
    return Purse(metered)


def to_card(purse: Purse, command: UUID | None = None, first: date = LAST) -> None:
    act = purse.act(command=command)
    purse.cards.open("b2-elec", "A-b2", "card-electricity", "M-1", first, ceiling=None, act=act)


def approved(town: Town) -> UUID:
    run = town.open_and_rate()
    town.office.approve(run, APPROVER)
    return run


@pytest.mark.parametrize("followed", [False, True])
def test_a_card_registered_after_the_approval_is_left_out_of_the_issue(
    purse: Purse, *, followed: bool
) -> None:
    town = purse.town
    run = approved(town)
    command = uuid4()
    for _ in range(2):  # the answer of the first one was lost
        to_card(purse, command)
    if followed:
        town.catch_up()
    numbers = town.office.issue(run, CLERK)
    assert len(numbers) == 1
    assert town.office.issue(run, CLERK) == numbers
    assert town.office.left_out(run) == {"A-b2": ["b2-elec"]}
    assert town.office.books.run(run).state is RunState.ISSUED
    town.catch_up()
    rest = town.office.open_run(date(2019, 1, 1), LAST, CLERK, uuid4(), accounts=["A-b2"])
    town.catch_up()
    town.office.rate(rest)
    town.office.approve(rest, APPROVER, accept_rest=True)
    (number,) = town.office.issue(rest, CLERK)
    town.catch_up()
    days = town.office.books.account("A-b2").billed
    assert {(each.point, each.last_day.day) for each in days} == {("b2-elec", 2), ("b2-gas", 3)}
    assert number not in numbers


def test_a_card_from_behind_the_billed_days_leaves_nothing_out(purse: Purse) -> None:
    run = approved(purse.town)
    to_card(purse, first=date(2019, 1, 4))
    assert len(purse.town.office.issue(run, CLERK)) == 2
    assert purse.town.office.left_out(run) == {}


def test_a_card_and_an_issue_at_once_never_both_take_a_day(purse: Purse) -> None:
    run = approved(purse.town)

    def outcome(number: int) -> str:
        try:
            if number:
                to_card(purse)
            else:
                purse.town.new_office().issue(run, CLERK)
        except EnergyError as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(2) as pool:
        issued, card = pool.map(outcome, (0, 1))
    assert issued == "done"
    billed = {each.point for each in purse.town.office.books.account("A-b2").billed}
    left_out = purse.town.office.left_out(run)
    if card == "done":
        assert (billed, left_out) == (set(), {"A-b2": ["b2-elec"]})
    else:
        assert card == "prepaid.billed_behind"
        assert (billed, left_out) == ({"b2-elec", "b2-gas"}, {})
