"""Prepaid accounts settled from real readings: what the month's invoice says, to the cent."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from billing.errors import RatingError
from billing.prepaid.errors import PrepaidRefusedError
from billing.prepaid.month import PrepaidMonth, month_id
from billing.prepaid.rules import Rules
from billing.prepaid.server_account import Every
from billing.prepaid.settling import Outcome, Settling
from billing.views.prepaid import read_entries, read_warnings
from energy.metering.reading import Reading
from tests.billing.prepaid.purse import BEGUN, NO_BARS, Purse, at
from tests.billing.town import Town, count_at

pytestmark = pytest.mark.servers


@pytest.fixture
def purse(town: Town) -> Purse:
    town.found()
    found = Purse(town)
    found.open()
    return found


def _read(purse: Purse, first: datetime, last: datetime, step: timedelta) -> None:
    readings, instant = [], first
    while instant <= last:
        readings += [
            Reading(channel=n, at=instant, count=count_at(n, instant)) for n in (1, 2, 3, 4)
        ]
        instant += step
    purse.town.accept(readings)


def _month(purse: Purse, first: date = BEGUN) -> PrepaidMonth:
    found = purse.books.find(month_id(purse.town.site.key, "A-b1", first))
    assert isinstance(found, PrepaidMonth)
    return found


def test_a_month_of_settlements_is_the_invoice_to_the_cent(purse: Purse) -> None:
    purse.top_up("500")
    _read(purse, at(1), at(1, month=2), timedelta(hours=1))
    for day in (2, 5, 17):
        purse.settle(at(day, 6))
    (before,) = purse.settle(at(1, 6, month=2))
    assert before.settled_to == at(1, month=2)
    assert len(_month(purse).steps) == 31
    run, numbers = purse.town.bill(first=date(2019, 1, 1), last=date(2019, 1, 31))
    invoice = purse.books.invoice(purse.books.run(run).invoices[0])
    (after,) = purse.settle(at(1, 7, month=2))
    assert after.closed == (numbers[0],)
    month = _month(purse)
    assert month.invoice == numbers[0]
    assert sum(step.amount for step in month.steps) == invoice.total
    assert purse.shown() == Decimal(500) - invoice.total == purse.office.balance("A-b1")


def test_a_late_reading_is_a_true_up_of_its_day_and_changes_no_settlement(purse: Purse) -> None:
    _read(purse, at(1), at(4), timedelta(hours=12))
    purse.settle(at(4, 6))
    known, before = purse.town.clock.now(), [step.amount for step in _month(purse).steps]
    purse.town.clock.move_to(known + timedelta(hours=1))
    late = Reading(channel=1, at=at(2, 18), count=count_at(1, at(2, 18)) + 400)
    purse.town.accept([late])
    (outcome,) = purse.settle(at(4, 7))
    with purse.town.database.connection() as connection:
        rows = read_entries(connection, purse.town.site.schema, "A-b1", at(1), at(9))
    settled = [row for row in rows if row.kind == "settlement"]
    assert [-row.amount for row in settled] == before
    corrected = [row for row in rows if row.kind == "true_up"]
    assert -sum(row.amount for row in corrected) == outcome.trued_up
    assert {row.effective_at for row in corrected} <= {at(2), at(3), at(4)}
    assert purse.shown(at=at(4), known=known) == -sum(before)
    assert purse.shown(at=at(4)) == -_month(purse).settled


def test_settling_waits_where_a_reading_is_missing_and_goes_on_when_it_came(purse: Purse) -> None:
    _read(purse, at(1), at(2, 12), timedelta(hours=12))
    (outcome,) = purse.settle(at(6))
    assert outcome.settled_to == at(2)
    assert outcome.behind
    _read(purse, at(6), at(6, 6), timedelta(hours=6))
    (outcome,) = purse.settle(at(6, 7))
    assert outcome.settled_to == at(6)
    assert not outcome.behind


def test_settled_by_the_hour_the_day_costs_the_same(town: Town) -> None:
    town.found()
    purse = Purse(town)
    purse.open("A-b1", every=Every.HOUR)
    purse.open("A-b2", every=Every.DAY)
    _read(purse, at(1), at(3), timedelta(hours=1))
    for hour in (3, 9, 10, 23):
        outcomes = purse.settle(at(1, hour))
        assert {o.account: o.settled_to for o in outcomes}["A-b1"] == at(1, hour)
    purse.settle(at(3))
    with town.database.connection() as connection:
        schema = town.site.schema
        hourly = read_entries(connection, schema, "A-b1", at(1), at(2))
    assert len(hourly) == 5
    run, _ = town.bill(first=date(2019, 1, 1), last=date(2019, 1, 2))
    invoice = purse.books.invoice(purse.books.run(run).invoices[0])
    assert _month(purse).settled == invoice.total


def test_settling_twice_at_once_settles_once(purse: Purse) -> None:
    _read(purse, at(1), at(4), timedelta(hours=6))
    purse.settle(at(4))
    version = _month(purse).version
    purse.settle(at(4))
    assert _month(purse).version == version


def test_a_level_is_warned_of_once_a_crossing(purse: Purse) -> None:
    purse.rules(Rules(warn_money=(Decimal(20), Decimal(0)), warn_days=(2,)))
    _read(purse, at(1), at(6), timedelta(hours=6))
    purse.settle(at(2))
    cost = _month(purse).settled
    assert cost > 0
    purse.top_up(str(cost * 2 + 10))
    purse.settle(at(3))
    purse.settle(at(3, 1))
    with purse.town.database.connection() as connection:
        schema = purse.town.site.schema
        told = [(w.kind, w.level) for w in read_warnings(connection, schema, every=True)]
        assert told.count(("money", Decimal(20))) == 2  # before the top-up, and again now
        purse.top_up("1000")
        purse.town.catch_up()
        assert read_warnings(connection, schema) == []


def test_an_account_that_cannot_be_rated_holds_no_other_back(
    purse: Purse, monkeypatch: pytest.MonkeyPatch
) -> None:
    purse.open("A-b2")
    _read(purse, at(1), at(3), timedelta(hours=12))
    once = Settling._once

    def rated(self: Settling, key: str, *more: object) -> Outcome:
        if key == "A-b1":
            raise RatingError("no window of demand")
        return once(self, key, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(Settling, "_once", rated)
    stuck, other = purse.settle(at(3))
    assert (stuck.fault, stuck.behind, stuck.balance) == ("no window of demand", True, Decimal(0))
    assert (other.fault, other.settled_to) == ("", at(3))


def test_a_credit_note_gives_back_and_its_new_invoice_takes_again(purse: Purse) -> None:
    """The documents are rows of the table, as part of corrections writes them."""
    purse.top_up("500")
    _read(purse, at(1), at(1, month=2), timedelta(hours=1))
    purse.settle(at(1, 6, month=2))
    _, numbers = purse.town.bill(first=date(2019, 1, 1), last=date(2019, 1, 31))
    purse.settle(at(1, 7, month=2))
    before = purse.office.balance("A-b1")
    with purse.town.database.connection() as connection:
        for number, kind, total in (("CN-1", "credit_note", 40), ("CAM-2019-9", "invoice", 35)):
            connection.execute(
                f"INSERT INTO {purse.town.site.schema}.invoice (invoice, run, account, number, "
                "state, first_day, last_day, currency, net, tax, total, findings, document, "
                "provenance, sha256, position) SELECT gen_random_uuid(), run, account, %s, state, "
                "first_day, last_day, currency, net, tax, %s, 0, %s, provenance, sha256, position "
                f"FROM {purse.town.site.schema}.invoice WHERE number = %s",
                (number, total, f'{{"kind":"{kind}"}}', numbers[0]),
            )
    (outcome,) = purse.settle(at(1, 8, month=2))
    assert set(outcome.closed) == {"CN-1", "CAM-2019-9"}
    assert purse.office.balance("A-b1") == before + 40 - 35 == purse.shown()


def test_an_ended_account_is_refunded_by_a_second_person_when_it_is_billed(purse: Purse) -> None:
    from uuid import uuid4

    from tests.billing.town import APPROVER, CLERK

    purse.rules(NO_BARS)
    purse.top_up("500")
    _read(purse, at(1), at(1, month=2), timedelta(hours=1))
    purse.settle(at(15))
    with pytest.raises(PrepaidRefusedError, match="beyond"):
        purse.office.end("A-b1", date(2019, 1, 10), "left", by=CLERK, command_id=uuid4())
    purse.office.end("A-b1", date(2019, 1, 21), "left", by=CLERK, command_id=uuid4())
    purse.town.catch_up()
    purse.settle(at(1, month=2))
    assert _month(purse).settled_to == at(21)
    with pytest.raises(PrepaidRefusedError, match="no invoice yet"):
        purse.office.refund("A-b1", means="transfer", reference="x", act=purse.act(APPROVER))
    run, _ = purse.town.bill(first=date(2019, 1, 1), last=date(2019, 1, 20))
    purse.settle(at(1, 1, month=2))
    total = purse.books.invoice(purse.books.run(run).invoices[0]).total
    with pytest.raises(PrepaidRefusedError, match="second person"):
        purse.office.refund("A-b1", means="transfer", reference="x", act=purse.act(CLERK))
    refund = purse.office.refund("A-b1", means="transfer", reference="x", act=purse.act(APPROVER))
    purse.town.catch_up()
    assert refund == Decimal(500) - total
    assert purse.shown() == 0
    assert purse.settle(at(2, month=2)) == []
