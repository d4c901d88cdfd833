"""Tenants move in and out: one reading for both, one transaction, shares follow."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from billing.accounts.account import PointDays
from billing.accounts.errors import MoveError
from billing.accounts.party import PartyFacts
from billing.accounts.roles import PartyRole
from billing.accounts.terms import BasisTerm, ContractTerms, DatedParty
from billing.basis.basis import BillingBasis
from billing.errors import AlreadyBilledError
from billing.views.account_terms import read_contracts
from billing.views.supply import SupplyReader
from energy.base.errors import ConflictError
from energy.metering.shares.bearer import Bearer, BearerBook, BearerKind, Hold, book_id
from processes.accounts.move_reading import Said, estimated_count
from processes.accounts.moving import NOBODY, Asked, Moved
from tests.billing.basis.test_register import reading
from tests.fixtures.accounts import CLERK, TARIFF, YEAR, Yard
from tests.fixtures.postgres import TestSite, command

pytestmark = pytest.mark.servers
JAN, MOVE, FEB = date(2019, 1, 1), date(2019, 1, 16), date(2019, 2, 1)
DAY = timedelta(days=1)


@pytest.fixture
def yard(site_schema: TestSite) -> Yard:
    return Yard(site_schema)


def out(**more: Any) -> Asked:
    facts: dict[str, Any] = {"account": "A", "came": False, "day": MOVE, "reason": "left"}
    return Asked(**facts | more)


def into(**more: Any) -> Asked:
    return out(**{"account": "B", "came": True, "points": ("m1",)} | more)


def terms(yard: Yard) -> dict[str, ContractTerms]:
    yard.catch_up()
    with yard.site.writer.connection() as connection:
        return read_contracts(connection, yard.site.schema)


def told(moved: Moved) -> list[tuple[str, str | None, str | None, str, str]]:
    return [(e.point, e.old, e.new, e.reading.shown, e.reading.how) for e in moved.hand_overs]


def days_of(yard: Yard) -> dict[str, list[tuple[str, str, str | None]]]:
    return {
        account: [
            (e.point, str(e.valid_from), None if e.valid_to is None else str(e.valid_to))
            for e in known.supplies
        ]
        for account, known in terms(yard).items()
    }


def test_the_reading_that_was_polled_at_midnight_stands_for_both(yard: Yard) -> None:
    channel = yard.found("m1")["m1"]
    yard.poll(channel, JAN, FEB)
    moved = yard.moving.move(out(other="B"), by=CLERK)
    assert told(moved) == [("m1", "A", "B", "441.60 kWh", "read")]
    assert days_of(yard) == {
        "A": [("m1", "2018-01-01", "2019-01-16")],
        "B": [("m1", "2019-01-16", None)],
    }
    known = terms(yard)
    assert [move.day for move in known["A"].final_bills] == [MOVE]
    assert known["B"].final_bills == ()
    assert known["B"].moves[0].points == known["A"].moves[0].points
    again = yard.moving.move(out(other="B"), by=CLERK)
    assert again.again and told(again) == told(moved)
    assert [len(each.moves) for each in terms(yard).values()] == [1, 1]


def test_a_display_entered_at_the_move_is_the_last_of_the_one_and_the_first_of_the_other(
    yard: Yard,
) -> None:
    channel = yard.found("m1")["m1"]
    yard.read(channel, (yard.midnight(JAN), 1000), (yard.midnight(FEB), 4100))
    with pytest.raises(MoveError, match="No reading of m1 stands at 2019-01-16"):
        yard.moving.move(out(other="B"), by=CLERK)
    assert days_of(yard)["B"] == []
    said = {"m1": Said(value="20.07")}
    moved = yard.moving.move(out(other="B", said=said), by=CLERK)
    assert told(moved) == [("m1", "A", "B", "20.07 kWh", "entered")]
    for account in ("A", "B"):
        command_id = uuid4()
        term = BasisTerm(point="m1", basis=BillingBasis.REGISTER, valid_from=YEAR)
        yard.desk.tell(
            account,
            lambda known, term=term, command_id=command_id: known.set_basis(  # type: ignore[misc]
                term, by=CLERK, command_id=command_id
            ),
            command_id=command_id,
        )
    yard.catch_up()
    with yard.site.writer.connection() as connection:
        position = yard.site.application("metering").position()
        reader = SupplyReader(connection, yard.site.site, position, 2**62)
        old = reader.facts("m1", TARIFF, JAN, MOVE - DAY, account="A")
        new = reader.facts("m1", TARIFF, MOVE, FEB - DAY, account="B")
    assert [each.base_units for each in (*old.sums, *new.sums)] == [10_070, 20_930]
    assert old.findings == new.findings == []
    assert old.registers[-1].closing_position == new.registers[0].opening_position
    with pytest.raises(MoveError, match=r"was read there: 20\.07"):
        yard.moving.move(out(account="B", other="A", said={"m1": Said(value="20.08")}), by=CLERK)


def test_an_estimate_is_straight_between_its_neighbours_and_told_as_one(yard: Yard) -> None:
    channel = yard.found("m1")["m1"]
    yard.read(channel, (yard.midnight(JAN), 1000), (yard.midnight(FEB), 4100))
    moved = yard.moving.move(out(other="B", said={"m1": Said(estimate=True)}), by=CLERK)
    assert told(moved) == [("m1", "A", "B", "25.00 kWh", "estimated")]
    (row,) = yard.site.rows("SELECT kind, method, readings FROM {s}.correction")
    assert row[:2] == ("estimate", "move_straight")


def test_behind_the_last_reading_an_estimate_goes_on_as_before_it() -> None:
    at = datetime.fromisoformat("2019-01-01T00:00:00+00:00")
    known = [reading(at, 990), reading(at + 10 * DAY, 10)]
    assert estimated_count(known, at + 15 * DAY, 1000) == 20
    assert estimated_count(known, at + 5 * DAY, 1000) == 0
    assert estimated_count([reading(at, 0), reading(at + 3 * DAY, 1)], at + DAY, None) == 0
    assert estimated_count([reading(at, 0), reading(at + 2 * DAY, 1)], at + DAY, None) == 1


def test_a_vacant_unit_is_its_owners_until_somebody_moves_in(yard: Yard) -> None:
    channel = yard.found("m1")["m1"]
    yard.poll(channel, JAN, FEB)
    with pytest.raises(MoveError, match="Nobody is named who pays once A is gone"):
        yard.moving.move(out(), by=CLERK)
    yard.open("O")
    yard.desk.put_party("landlord", PartyFacts(legal_name="L"), by=CLERK, command_id=uuid4())
    for account, role in (("A", PartyRole.OWNER), ("O", PartyRole.TENANT)):
        dated = DatedParty(role=role, party="landlord", valid_from=YEAR)
        yard.desk.name_party(account, dated, by=CLERK, command_id=uuid4())
    yard.moving.move(out(), by=CLERK)
    later = MOVE + 5 * DAY
    moved = yard.moving.move(into(day=later), by=CLERK)
    assert [(e.old, e.new) for e in moved.hand_overs] == [("O", "B")]
    assert days_of(yard) == {
        "A": [("m1", "2018-01-01", "2019-01-16")],
        "O": [("m1", "2019-01-16", "2019-01-21")],
        "B": [("m1", "2019-01-21", None)],
    }


def test_a_point_left_to_nobody_needs_its_tariff_again(yard: Yard) -> None:
    channel = yard.found("m1")["m1"]
    yard.poll(channel, JAN, FEB)
    yard.moving.move(out(other=NOBODY), by=CLERK)
    later = MOVE + 5 * DAY
    with pytest.raises(MoveError, match="Give --tariff"):
        yard.moving.move(into(day=later), by=CLERK)
    yard.moving.move(into(day=later, tariff=TARIFF), by=CLERK)
    assert days_of(yard)["B"] == [("m1", "2019-01-21", None)]


def test_of_two_who_move_one_tenant_out_at_once_one_is_refused(yard: Yard) -> None:
    channel = yard.found("m1")["m1"]
    yard.poll(channel, JAN, FEB)
    yard.open("C")
    yard.catch_up()
    first, second = yard.moving, yard.moving
    store = second._desk.books.store

    def late(*aggregates: Any) -> int:
        first.move(out(other="B"), by=CLERK)
        return store(*aggregates)

    second._desk.books.store = late  # type: ignore[method-assign]
    with pytest.raises(ConflictError):
        second.move(out(other="C"), by=CLERK)
    assert days_of(yard) == {
        "A": [("m1", "2018-01-01", "2019-01-16")],
        "B": [("m1", "2019-01-16", None)],
        "C": [],
    }


def test_a_planned_tariff_behind_the_move_is_taken_back_and_a_move_back_is_a_new_one(
    yard: Yard,
) -> None:
    channel = yard.found("m1")["m1"]
    yard.poll(channel, JAN, FEB)
    yard.desk.change_tariff(
        "A", "m1", "later", date(2019, 4, 1), reason="r", by=CLERK, command_id=uuid4()
    )
    yard.moving.move(out(other="B"), by=CLERK)
    assert days_of(yard)["A"] == [("m1", "2018-01-01", "2019-01-16")]
    yard.moving.move(into(account="A"), by=CLERK)
    assert days_of(yard)["B"] == []
    moved = yard.moving.move(out(other="B"), by=CLERK)
    assert not moved.again
    assert days_of(yard) == {
        "A": [("m1", "2018-01-01", "2019-01-16")],
        "B": [("m1", "2019-01-16", None)],
    }


def test_a_move_that_is_none_is_refused(yard: Yard) -> None:
    channel = yard.found("m1")["m1"]
    yard.read(channel, (yard.midnight(MOVE), 5))
    before = yard.site.application("books").position()
    for asked, words in (
        (out(points=("m9",), other="B"), "does not pay for m9"),
        (out(account="B", other="A"), "No point would change hands"),
        (into(points=()), "No point would change hands"),
        (into(account="A"), "would stay so"),
        (out(other="A"), "would stay so"),
    ):
        with pytest.raises(MoveError, match=words):
            yard.moving.move(asked, by=CLERK)
    assert yard.site.application("books").position() == before


def test_days_that_are_billed_are_not_given_to_another(yard: Yard) -> None:
    channel = yard.found("m1")["m1"]
    yard.poll(channel, JAN, FEB)
    known = yard.desk.books.account("A")

    known.bill(
        invoice=uuid4(),
        first_day=JAN,
        last_day=FEB - DAY,
        points=[PointDays(point="m1", first_day=JAN, last_day=FEB - DAY)],
        command_id=uuid4(),
    )
    yard.desk.books.store(known)
    with pytest.raises(AlreadyBilledError):
        yard.moving.move(out(other="B"), by=CLERK)


def test_the_holder_of_shares_moves_with_the_account(yard: Yard) -> None:
    channel = yard.found("m1")["m1"]
    yard.poll(channel, JAN, FEB)
    site = yard.site
    book = BearerBook(site=site.site.key, kind="tenant", command_id=command("book"))
    for key in ("A", "B"):
        bearer = Bearer(key=f"tenant-{key}", account=key)
        book.state(bearer, by=CLERK, command_id=command("book"))
    hold = Hold(bearer="tenant-A", point="m1", valid_from=YEAR, valid_to=None)
    book.hold(hold, by=CLERK, command_id=command("book"))
    site.application("metering").store(book)
    moved = yard.moving.move(out(other="B"), by=CLERK)
    assert moved.holds == (("m1", "tenant-B"),)
    assert yard.moving.move(out(other="B"), by=CLERK).holds == ()
    found = site.application("metering").find(book_id(site.site.key, BearerKind.TENANT))
    assert found is not None
    assert [(e.bearer, str(e.valid_from), e.valid_to) for e in found.holds] == [
        ("tenant-A", "2018-01-01", MOVE),
        ("tenant-B", "2019-01-16", None),
    ]
