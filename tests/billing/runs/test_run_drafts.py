"""What a frozen run bills: the books as they were, each point's days once, nothing set aside."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

import psycopg
import pytest

from billing.accounts.account import Supply
from billing.errors import AlreadyBilledError, ParkedBooksError, UnknownHoldError
from billing.prepaid.payment_kind import PaymentKind, PointPayment
from billing.runs.review import Review
from energy.base.ids import id_of
from energy.base.units import Utility
from energy.journal.application import JournalApplication
from tests.billing.samples import ISSUER
from tests.billing.town import APPROVER, CLERK, FIRST, LAST, Town

pytestmark = pytest.mark.servers


def opened(town: Town, *accounts: str) -> UUID:
    """Open a run and let the views pass its mark."""
    run = town.office.open_run(FIRST, LAST, CLERK, uuid4(), accounts=accounts)
    town.catch_up()
    return run


def assign(town: Town, point: str, first: date = FIRST, end: date | None = None) -> None:
    """Let A-b1 pay for another point."""
    tariff = "campus-gas" if point.endswith("gas") else "campus-electricity"
    supply = Supply(point=point, tariff=tariff, valid_from=first, valid_to=end)
    town.office.assign_supply("A-b1", supply, command_id=uuid4())
    town.catch_up()


def meter_b5(town: Town) -> None:
    """Commission a meter that nobody pays for yet, and read it."""
    metering = JournalApplication(town.database, town.site.schema, "metering", town.clock)
    metering.store(town._meter(5, "b5-elec", Utility.ELECTRICITY))
    town.read(channels=(5,))
    town.catch_up()


def points_of(review: Review) -> list[list[str]]:
    return [
        [supply["point"] for supply in json.loads(draft.document)["supplies"]]
        for draft in review.drafts
    ]


def test_a_supply_assigned_after_opening_is_not_billed_by_the_run(metered: Town) -> None:
    run = opened(metered)
    assign(metered, "b2-gas")
    review = metered.office.rate(run)
    assert points_of(review) == [["b1-elec", "b1-gas"], ["b2-elec", "b2-gas"]]
    assert review.findings == []


def test_an_account_opened_after_the_run_is_not_billed_by_it(metered: Town) -> None:
    run = opened(metered)
    metered.open_account("b3", ["b1-gas"])
    metered.catch_up()
    review = metered.office.rate(run)
    assert [draft.account for draft in review.drafts] == ["A-b1", "A-b2"]
    assert review.findings == []


def test_the_issuer_and_his_numbers_are_those_named_when_the_run_opened(metered: Town) -> None:
    run = opened(metered)
    other = replace(ISSUER, name="Another Utility Ltd", prefix="AUL")
    metered.office.name_issuer(other, command_id=id_of("later"))
    metered.catch_up()
    (draft, _) = metered.office.rate(run).drafts
    assert json.loads(draft.document)["issuer"]["name"] == ISSUER.name
    metered.office.approve(run, APPROVER)
    assert metered.office.issue(run, CLERK) == ["CAM-2019-000001", "CAM-2019-000002"]


def test_days_that_a_card_pays_for_are_not_billed(metered: Town) -> None:
    books = metered.office.books
    for point, account, day in (("b1-elec", "A-b1", LAST), ("b2-elec", "A-b2", FIRST)):
        paid = PointPayment(site=metered.site.key, point=point, command_id=uuid4())
        paid.claim(PaymentKind.CARD, account, day, command_id=uuid4())
        books.store(paid)
    gas = PointPayment(site=metered.site.key, point="b2-gas", command_id=uuid4())
    gas.claim(PaymentKind.CARD, "A-b2", FIRST, command_id=uuid4())
    gas.release("A-b2", LAST, command_id=uuid4())
    books.store(gas)
    metered.bill()
    days = {
        each.point: (each.first_day, each.last_day)
        for account in ("A-b1", "A-b2")
        for each in books.account(account).billed
    }
    assert days == {
        "b1-elec": (FIRST, date(2019, 1, 2)),
        "b1-gas": (FIRST, LAST),
        "b2-gas": (LAST, LAST),
    }


def test_an_account_that_pays_by_card_alone_has_no_bill(metered: Town) -> None:
    for point in ("b2-elec", "b2-gas"):
        paid = PointPayment(site=metered.site.key, point=point, command_id=uuid4())
        paid.claim(PaymentKind.CARD, "A-b2", FIRST, command_id=uuid4())
        metered.office.books.store(paid)
    review = metered.office.rate(opened(metered))
    assert [draft.account for draft in review.drafts] == ["A-b1"]


def test_a_supply_assigned_late_gets_an_invoice_of_its_own(metered: Town) -> None:
    meter_b5(metered)
    metered.bill()
    assign(metered, "b5-elec")
    run = opened(metered, "A-b1")
    review = metered.office.rate(run)
    assert points_of(review) == [["b5-elec"]]
    assert [(each.code, each.severity, each.proof["point"]) for each in review.findings] == [
        ("bill.point_billed_before", "warn", "b1-elec"),
        ("bill.point_billed_before", "warn", "b1-gas"),
    ]
    metered.office.approve(run, APPROVER)
    assert metered.office.issue(run, CLERK) == ["CAM-2019-000003"]
    billed = metered.office.books.account("A-b1").billed
    assert sorted(each.point for each in billed) == ["b1-elec", "b1-gas", "b5-elec"]
    assert all(metered.office.re_rate(draft.invoice).same for draft in review.drafts)


def test_a_point_billed_in_a_part_is_a_finding_that_names_it(metered: Town) -> None:
    meter_b5(metered)
    metered.bill(first=LAST, last=LAST)
    assign(metered, "b5-elec", end=date(2019, 1, 3))
    review = metered.office.rate(opened(metered, "A-b1"))
    assert {(each.code, each.proof["point"]) for each in review.findings} == {
        ("bill.already_billed", "b1-elec"),
        ("bill.already_billed", "b1-gas"),
    }


def test_an_invoice_notes_each_point_s_own_days(metered: Town) -> None:
    meter_b5(metered)
    assign(metered, "b5-elec", first=date(2019, 1, 2), end=date(2019, 1, 3))
    early = metered.open_and_rate(first=FIRST, last=date(2019, 1, 2))
    metered.bill()
    metered.office.approve(early, APPROVER)
    with pytest.raises(AlreadyBilledError, match="A-b1 has an issued invoice for b1-elec"):
        metered.office.issue(early, CLERK)
    days = {
        each.point: (each.first_day.isoformat(), each.last_day.isoformat())
        for each in metered.office.books.account("A-b1").billed
    }
    assert days == {
        "b1-elec": ("2019-01-01", "2019-01-03"),
        "b1-gas": ("2019-01-01", "2019-01-03"),
        "b5-elec": ("2019-01-02", "2019-01-02"),
    }


def assign_unfoldable(metered: Town) -> None:
    """Assign a point whose name no table takes, as an older journal may have it."""
    unfoldable = Supply(point="p\x00q", tariff="campus-gas", valid_from=FIRST, valid_to=None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("energy.journal.recorder.has_nul", lambda _value: False)
        metered.office.assign_supply("A-b1", unfoldable, command_id=uuid4())


def test_a_run_is_not_rated_past_an_entry_of_the_books_set_aside(metered: Town) -> None:
    assign_unfoldable(metered)
    parked = metered.office.books.position()
    while metered.follow_books.step():
        pass
    run = metered.office.open_run(FIRST, LAST, CLERK, uuid4())
    while metered.follow_metering.step() or metered.follow_books.step():
        pass
    with pytest.raises(ParkedBooksError, match=rf"position {parked}: .*\n.*`bill rate 2019") as why:
        metered.office.rate(run)
    assert why.value.positions == [parked]
    assert metered.office.books.run(run).state == "open"
    with psycopg.connect(metered.database.dsn) as connection:
        connection.execute(f"UPDATE {metered.site.schema}.parked SET resolved_at = now()")
    assert metered.office.rate(run).findings == []


def test_an_entry_set_aside_after_opening_does_not_concern_the_run(metered: Town) -> None:
    run = opened(metered)
    assign_unfoldable(metered)
    while metered.follow_books.step():
        pass
    assert metered.office.rate(run).findings == []


def test_rating_again_without_a_command_id_rates_again(metered: Town) -> None:
    run = opened(metered)
    metered.office.rate(run)
    rated = metered.office.books.run(run).version
    metered.office.rate(run)
    assert metered.office.books.run(run).version == rated + 1
    metered.office.rate(run, command_id=id_of("once"))
    metered.office.rate(run, command_id=id_of("once"))
    assert metered.office.books.run(run).version == rated + 2


def test_an_account_held_out_must_have_a_draft_in_the_run(metered: Town) -> None:
    run = metered.open_and_rate(accounts=["A-b1"])
    for hold in (["A-b11"], ["A-b1", "A-b2"]):
        with pytest.raises(UnknownHoldError, match=f"no draft of {hold[-1]}; nothing was approved"):
            metered.office.approve(run, APPROVER, hold=hold)
    assert metered.office.books.run(run).state == "rated"
    metered.office.approve(run, APPROVER, hold=["A-b1"])
    assert metered.office.books.run(run).held == ["A-b1"]


@pytest.mark.parametrize("end", ["explained_position", "resolved_position"])
def test_a_finding_ended_after_the_mark_still_bars_the_run(metered: Town, end: str) -> None:
    run = opened(metered)
    mark = metered.office.books.run(run).metering_position
    with psycopg.connect(metered.database.dsn) as connection:
        connection.execute(
            f"INSERT INTO {metered.site.schema}.finding "
            f"(code, severity, channel, start_at, end_at, position, {end}, resolved_at) VALUES "
            "('usage.jump', 'do_not_bill', 1, '2019-01-02', '2019-01-02', 1, %s, now())",
            (mark + 1,),
        )
    assert [each.code for each in metered.office.rate(run).findings] == ["usage.jump"]
    with psycopg.connect(metered.database.dsn) as connection:
        connection.execute(f"UPDATE {metered.site.schema}.finding SET {end} = %s", (mark,))
    assert metered.office.rate(run).findings == []
