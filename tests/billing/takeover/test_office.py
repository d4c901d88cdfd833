"""A town taken over: two signatures, all or nothing, killed at any step and gone on with."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from billing.accounts.party import Party, facts_from, party_id
from billing.errors import WrongStateError
from billing.invoices.number_series import NumberSeries, series_id
from billing.takeover.errors import ParallelRunError, TakeOverError, TakeOverPersonError
from billing.takeover.office import TakeOverOffice
from billing.takeover.sheets import Sheet
from billing.takeover.site_take_over import LoadState
from billing.takeover.state import may_issue, require_released
from billing.views.account_terms import read_deposits
from energy.journal.application import JournalApplication
from tests.billing.takeover.workbooks import Rows, desk, filled, meters_only, saved, stated
from tests.billing.town import APPROVER, CLERK, Town

pytestmark = pytest.mark.servers


@pytest.fixture
def bare(town: Town) -> Town:
    """The town with its meters and tariffs, without an account."""
    meters_only(town)
    return town


def loaded(town: Town, path: Path, rows: Rows | None = None) -> tuple[TakeOverOffice, str]:
    office = desk(town)
    checked = office.check(saved(rows or filled(), path / "w.xlsx"))
    assert checked.problems == ()
    return office, office.load(checked, by=CLERK).sha256


def books_of(town: Town) -> list[tuple[object, ...]]:
    """Return what the books and the metering journal hold, without instants and sealed texts."""
    town.catch_up()
    s = town.site.schema
    statements = (
        f"SELECT topic, count(*) FROM {s}.books_events GROUP BY topic ORDER BY topic",
        f"SELECT topic, count(*) FROM {s}.metering_events GROUP BY topic ORDER BY topic",
        f"SELECT account, opened_on FROM {s}.account ORDER BY 1",
        f"SELECT account, point, tariff, valid_from FROM {s}.account_channel ORDER BY 1, 2",
        f"SELECT number, kind, account, amount, due_on FROM {s}.open_item ORDER BY 1",
        f"SELECT account, key, paid FROM {s}.deposit ORDER BY 1, 2",
        f"SELECT name, value FROM {s}.meter_fact ORDER BY 1, 2",
        f"SELECT channel, count FROM {s}.reading ORDER BY 1, at",
        f"SELECT account, sum(amount) FROM {s}.ledger_posting GROUP BY 1 ORDER BY 1",
    )
    return [row for statement in statements for row in town.rows(statement)]


def test_a_signed_workbook_becomes_accounts_items_deposits_readings_and_numbers(
    bare: Town, tmp_path: Path
) -> None:
    office, sha256 = loaded(bare, tmp_path)
    bare.catch_up()
    s = bare.site.schema
    assert bare.one(f"SELECT count(*) FROM {s}.account") == 0
    assert may_issue(bare.office.books)
    load = office.sign(sha256[:12], by=APPROVER)
    assert load.state is LoadState.WRITTEN
    bare.catch_up()
    account = bare.office.books.account("001")
    assert bare.vault.open(account.person, account.name_sealed) == "Tenant of b1 Ltd"
    assert [supply.point for supply in account.supplies] == ["b1-elec", "b1-gas"]
    party = bare.office.books.find(party_id(bare.site.key, "P-b1"))
    assert isinstance(party, Party)
    facts = facts_from(bare.vault.open(party.person, party.facts_sealed))
    assert facts is not None and facts.tax_ids == (("vat", "GB 999 9999 73"),)
    assert (facts.city, facts.postcode, facts.country) == ("Town", "TN1 1AA", "GB")
    items = bare.rows(f"SELECT number, kind, amount, due_on::text FROM {s}.open_item ORDER BY 1")
    assert items == [
        ("OLD-18-1", "opening", Decimal("100.1"), "2019-01-04"),
        ("OLD-18-3", "opening", Decimal("300.3"), "2019-01-04"),
    ]
    assert [str(item[2]) for item in items] == ["100.10", "300.30"], "the currency's digits"
    with bare.database.connection() as connection:
        (deposit, _) = read_deposits(connection, s)
    sums = (deposit.asked, deposit.paid, deposit.applied, deposit.held)
    assert [str(each) for each in sums] == ["250.00", "250.00", "0.00", "250.00"]
    readings = f"SELECT channel, count FROM {s}.reading ORDER BY channel"
    assert bare.rows(readings) == [(2, 120_150), (4, 120_350)]
    facts_told = bare.rows(f"SELECT name, value FROM {s}.meter_fact ORDER BY serial, name")
    assert facts_told[:2] == [("installed_on", "2014-03-02"), ("next_check", "2024-03-01")]
    series: NumberSeries | None = bare.office.books.find(series_id(bare.site.key, "CAM", 2019))
    assert series is not None and series.started == (4711, "R/2018/4709")
    number = series.allocate([UUID(int=7)], command_id=UUID(int=8))
    assert number == ["CAM-2019-004711"]
    assert bare.one(f"SELECT sum(amount) FROM {s}.ledger_posting") == 0
    opening = f"SELECT sum(amount) FROM {s}.ledger_posting WHERE account = 'opening_balance'"
    assert bare.one(opening) == Decimal(500) - Decimal("400.4")


def test_nobody_issues_until_the_parallel_run_is_released(bare: Town, tmp_path: Path) -> None:
    office, sha256 = loaded(bare, tmp_path)
    require_released(bare.office.books)
    office.sign(sha256, by=APPROVER)
    assert not may_issue(bare.office.books)
    with pytest.raises(ParallelRunError):
        require_released(bare.office.books)


def test_the_second_signature_is_another_persons(bare: Town, tmp_path: Path) -> None:
    office, sha256 = loaded(bare, tmp_path)
    with pytest.raises(TakeOverPersonError):
        office.sign(sha256, by=CLERK)
    with pytest.raises(TakeOverError):
        office.sign("ffff", by=APPROVER)
    bare.catch_up()
    assert bare.one(f"SELECT count(*) FROM {bare.site.schema}.account") == 0


def test_the_same_workbook_is_loaded_and_written_once(bare: Town, tmp_path: Path) -> None:
    office, sha256 = loaded(bare, tmp_path)
    position = bare.office.books.position()
    assert loaded(bare, tmp_path)[1] == sha256
    assert bare.office.books.position() == position
    office.sign(sha256, by=APPROVER)
    written = books_of(bare)
    assert office.sign(sha256, by=APPROVER).state is LoadState.WRITTEN
    assert books_of(bare) == written
    checked = office.check(tmp_path / "w.xlsx")
    assert {each.code for each in checked.problems} >= {"there_already", "series_begun"}
    with pytest.raises(TakeOverError):
        office.load(checked, by=CLERK)


def test_a_workbook_is_given_up_and_another_takes_its_place(bare: Town, tmp_path: Path) -> None:
    office, sha256 = loaded(bare, tmp_path)
    rows = filled()
    rows[Sheet.DEPOSITS].pop()
    other = office.check(saved(stated(rows), tmp_path / "o.xlsx"))
    with pytest.raises(TakeOverError):
        office.load(other, by=CLERK)
    assert office.drop(sha256[:10], reason="wrong list", by=CLERK).state is LoadState.DROPPED
    with pytest.raises(TakeOverError):
        office.sign(sha256, by=APPROVER)
    assert office.load(other, by=CLERK).sha256 != sha256
    assert loaded_again(office, tmp_path) is None


def loaded_again(office: TakeOverOffice, path: Path) -> None:
    with pytest.raises(TakeOverError):
        office.load(office.check(path / "w.xlsx"), by=CLERK)


class Killed(BaseException):
    """The process is gone."""


def test_killed_behind_any_store_and_repeated_it_gives_the_same_books(
    bare: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office, sha256 = loaded(bare, tmp_path)
    store: Callable[..., int] = JournalApplication.store
    accounts = f"SELECT count(*) FROM {bare.site.schema}.account"

    def dying(self: JournalApplication, *aggregates: Any) -> int:
        before = self.position()
        position = store(self, *aggregates)
        if position > before:
            raise Killed
        return position

    monkeypatch.setattr(JournalApplication, "store", dying)
    for _ in range(20):
        try:
            office.sign(sha256, by=APPROVER)
        except Killed:
            office = desk(bare)
            monkeypatch.undo()
            bare.catch_up()
            assert bare.one(accounts) in {0, 2}, "half of it was seen"
            monkeypatch.setattr(JournalApplication, "store", dying)
        else:
            break
    monkeypatch.undo()
    assert office.sign(sha256, by=APPROVER).state is LoadState.WRITTEN
    topics = dict(
        bare.rows(f"SELECT topic, count(*) FROM {bare.site.schema}.books_events GROUP BY topic")
    )
    assert topics["account.opened"] == 2 and topics["takeover.written"] == 1
    assert topics["receivable.taken_over"] == 2 and topics["number_series.started"] == 1


def test_what_changed_since_the_load_keeps_the_workbook_out(bare: Town, tmp_path: Path) -> None:
    office, sha256 = loaded(bare, tmp_path)
    bare.open_account("b1", ["b1-elec"])
    bare.catch_up()
    with pytest.raises(TakeOverError):
        office.sign(sha256, by=APPROVER)
    bare.catch_up()
    assert bare.one(f"SELECT count(*) FROM {bare.site.schema}.account") == 1


def test_a_prepaid_balance_is_the_first_money_of_its_account(bare: Town, tmp_path: Path) -> None:
    rows = filled()
    rows[Sheet.PREPAID] = [
        {"account": "003", "first_day": rows[Sheet.CONTRACTS][0]["valid_from"], "balance": 75.5}
    ]
    office, sha256 = loaded(bare, tmp_path, stated(rows))
    office.sign(sha256, by=APPROVER)
    bare.catch_up()
    s = bare.site.schema
    assert bare.one(f"SELECT count(*) FROM {s}.point_payment") == 2
    liability = f"SELECT sum(amount) FROM {s}.ledger_posting WHERE account = 'prepaid_liability'"
    assert bare.one(liability) == Decimal("-75.5")


def test_a_series_that_gave_numbers_is_not_started_again() -> None:
    series = NumberSeries(site="s", prefix="P", year=2026, command_id=UUID(int=1))
    series.allocate([UUID(int=2)], command_id=UUID(int=3))
    with pytest.raises(WrongStateError):
        series.start(9, last_number="8", by=None, command_id=UUID(int=4))
