"""Contracts that say otherwise of billed days, meters' errors under any basis: corrected once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from billing.accounts.contract import Contract
from billing.accounts.desk import AccountDesk
from billing.accounts.terms import BasisTerm
from billing.basis.basis import BillingBasis
from billing.corrections.errors import StaleCorrectionError
from billing.invoices.issuer import CorrectionMode
from energy.base.ids import id_of
from energy.journal.application import JournalApplication
from energy.metering.calibration.adjustment import Adjustment
from tests.billing.corrections.story import Story, read_midnights, total
from tests.billing.samples import TARIFFS
from tests.billing.town import APPROVER, CLERK, Town

pytestmark = pytest.mark.servers
ONE, TWO, THREE = (date(2019, 1, day) for day in (1, 2, 3))


def named_otherwise(town: Town, price: str = "0.0999") -> None:
    """Publish gas under another tariff."""
    text = (TARIFFS / "campus-gas.toml").read_text(encoding="utf-8")
    text = text.replace('"campus-gas"', '"green-gas"').replace("0.0312", price)
    assert "green-gas" in text
    town.office.publish_tariff(text, command_id=uuid4(), by=CLERK)
    town.catch_up()


def change_tariff(town: Town, day: date, tariff: str = "green-gas") -> None:
    desk = AccountDesk(town.office.books, town.vault)
    desk.change_tariff(
        "A-b1", "b1-gas", tariff, day, reason="agreed late", by=CLERK, command_id=uuid4()
    )
    town.catch_up()


def tell(town: Town, told: Callable[[Contract], object], command: Any) -> None:
    AccountDesk(town.office.books, town.vault).tell("A-b1", told, command_id=command)
    town.catch_up()


def by_register(town: Town, first: date = date(2018, 1, 1)) -> None:
    command = uuid4()
    term = BasisTerm(point="b1-gas", basis=BillingBasis.REGISTER, valid_from=first)
    tell(town, lambda known: known.set_basis(term, by=CLERK, command_id=command), command)


def adjust(town: Town, days: list[list[Any]]) -> None:
    adjustment = Adjustment(
        channel=2,
        serial="SN-0002",
        first=ONE,
        last=THREE,
        days=days,
        basis={},
        certificate="",
        known_position=1,
        reason="slow",
        proposed_by=CLERK,
        command_id=id_of("error"),
    )
    adjustment.approve(by=APPROVER, command_id=id_of("error", "yes"))
    JournalApplication(town.database, town.site.schema, "metering", town.clock).store(adjustment)
    town.catch_up()


@pytest.fixture
def story(town: Town) -> Story:
    town.found()
    read_midnights(town, 3)
    return Story(town)


@pytest.mark.parametrize("mode", list(CorrectionMode))
@pytest.mark.parametrize(("day", "days"), [(TWO, [TWO, THREE]), (ONE, [ONE, THREE])])
def test_another_tariff_of_billed_days_is_proposed_with_its_days(
    story: Story, mode: CorrectionMode, day: date, days: list[date]
) -> None:
    story.say_by(mode)
    story.bill(ONE, THREE)
    was = story.paid()["A-b1"]
    named_otherwise(story.town)
    assert story.look().proposed == ()  # nobody pays by it yet
    change_tariff(story.town, day)
    assert story.look().proposed == ("CAM-2019-000001/1",)
    assert story.look().proposed == ()
    _, proposal = story.town.office.corrections.proposal("CAM-2019-000001/1")
    (cause,) = proposal.causes
    assert (cause["cause"], cause["point"]) == ("tariff", "b1-gas")
    assert cause["days"] == [each.isoformat() for each in days]
    assert [row[0] for row in cause["now"]][-1] == "green-gas"
    assert story.settle_all() == ["CAM-2019-000001/1"]
    if mode is CorrectionMode.CREDIT_REBILL:
        assert story.paid()["A-b1"] == was + Decimal(proposal.total)
    assert story.all_same()
    assert story.look().proposed == ()


def test_what_a_changed_tariff_corrects_is_what_would_have_been_billed(story: Story) -> None:
    story.bill(ONE, THREE)
    named_otherwise(story.town)
    change_tariff(story.town, TWO)
    story.settle_all()
    again = story.documents()[-1]
    account = story.town.office.books.account("A-b1")
    (invoice,) = account.billed_by
    account.credit(invoice, command_id=uuid4())
    story.town.office.books.store(account)
    story.town.catch_up()
    run = story.town.open_and_rate(first=ONE, last=THREE, accounts=("A-b1",))
    (draft,) = story.town.office.review(run).drafts
    assert draft.total == total(again)


def test_a_proposal_that_the_contract_has_left_behind_is_refused(story: Story) -> None:
    story.bill(ONE, THREE)
    named_otherwise(story.town)
    change_tariff(story.town, TWO)
    story.look()
    change_tariff(story.town, TWO, "campus-gas")
    with pytest.raises(StaleCorrectionError, match="bill find"):
        story.accept("CAM-2019-000001/1")
    assert story.look().proposed == ()
    assert story.waiting() == []


def test_another_basis_of_billed_days_is_proposed_as_agreed(story: Story) -> None:
    story.bill(ONE, THREE)
    by_register(story.town, TWO)
    assert story.look().proposed == ("CAM-2019-000001/1",)
    _, proposal = story.town.office.corrections.proposal("CAM-2019-000001/1")
    (cause,) = proposal.causes
    assert (cause["cause"], cause["point"]) == ("terms", "b1-gas")
    assert cause["days"] == ["2019-01-01", "2019-01-03"]
    assert len(cause["acts"]) == 1


@pytest.mark.parametrize("first", [True, False])
def test_a_meters_error_is_billed_and_corrects_what_registers_counted(
    story: Story, *, first: bool
) -> None:
    town = story.town
    by_register(town)
    if first:
        story.bill(ONE, THREE)
    plain = total(story.documents()[0]) if first else None
    adjust(town, [[ONE, 7000], [TWO, -3000], [THREE, 6000]])
    if first:
        assert story.look().proposed == ("CAM-2019-000001/1",)
        _, proposal = town.office.corrections.proposal("CAM-2019-000001/1")
        (cause,) = proposal.causes
        assert (cause["cause"], Decimal(cause["now"]) - Decimal(cause["was"])) == (
            "meter_error",
            10,
        )
        story.settle_all()
        assert total(story.documents()[-1]) > (plain or 0)
    else:
        story.bill(ONE, THREE)
        block = story.documents()[0]["supplies"][1]
        assert [each["amount"] for each in block["adjusted"]] == [7000, -3000, 6000]
        assert story.look().proposed == ()
    assert story.all_same()
