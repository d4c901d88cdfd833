"""The desk of accounts on a real journal: tariffs by date, parties sealed, two at once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from billing.accounts.account import Supply
from billing.accounts.desk import OpenAccount
from billing.accounts.errors import ContractError, DepositError, PartyError
from billing.accounts.party import PartyFacts
from billing.accounts.roles import PartyRole
from billing.accounts.terms import DatedParty
from billing.errors import WrongStateError
from billing.views.account_terms import (
    party_of_account,
    read_contracts,
    read_deposits,
    read_parties,
    require_tariff,
)
from billing.views.payers import read_payers
from energy.base.errors import ConflictError
from tests.fixtures.accounts import CLERK, TARIFF, YEAR, Yard
from tests.fixtures.postgres import (
    TestSite,
    command,
    database_server,
    new_site,
    site_schema,
)

__all__ = ["database_server", "new_site", "site_schema"]
pytestmark = pytest.mark.servers
FEB = date(2019, 2, 1)


@pytest.fixture
def yard(site_schema: TestSite) -> Yard:
    yard = Yard(site_schema)
    yard.found("m1")
    return yard


def tariff(yard: Yard, name: str, day: date, **more: Any) -> str:
    told = more.pop("command_id", uuid4())
    return yard.desk.change_tariff("A", "m1", name, day, reason="agreed", by=CLERK, command_id=told)


def spans(yard: Yard, books: int = 2**62) -> list[tuple[str, str, str | None]]:
    with yard.site.writer.connection() as connection:
        payers = read_payers(
            connection,
            yard.site.schema,
            date(2019, 1, 1),
            date(2019, 3, 31),
            books_position=books,
            ended=yard.office.books.ended_behind(books),
        )
    return [
        (each.tariff, str(each.valid_from), str(each.valid_to))
        for payer in payers
        for each in payer.supplies
    ]


def test_a_tariff_changes_on_a_day_and_the_supply_is_cut_there(yard: Yard) -> None:
    before = yard.site.application("books").position()
    assert tariff(yard, "other", FEB) == TARIFF
    assert tariff(yard, "other", FEB) == "other"
    yard.catch_up()
    assert spans(yard) == [
        (TARIFF, "2019-01-01", "2019-02-01"),
        ("other", "2019-02-01", "2019-04-01"),
    ]
    assert spans(yard, before) == [(TARIFF, "2019-01-01", "2019-04-01")]
    tariff(yard, "third", FEB)
    yard.catch_up()
    assert spans(yard)[1:] == [("third", "2019-02-01", "2019-04-01")]
    with pytest.raises(ContractError, match="does not pay for m1 on 2017"):
        tariff(yard, "other", date(2017, 1, 1))
    with yard.site.writer.connection() as connection:
        require_tariff(connection, yard.site.schema, "m1", TARIFF)
        with pytest.raises(ContractError, match="no tariff 'other'"):
            require_tariff(connection, yard.site.schema, "m1", "other")


def test_two_at_once_change_one_supply_once(yard: Yard) -> None:
    first, second = yard.desk, yard.desk
    stale = second.books.account("A")
    first.change_tariff("A", "m1", "other", FEB, reason="r", by=CLERK, command_id=uuid4())
    supply = stale.supplies[0]
    stale.end_supply(supply, FEB, reason="r", by=CLERK, command_id=uuid4())
    with pytest.raises(ConflictError):
        second.books.store(stale)


def test_a_party_is_sealed_changed_and_erased_with_its_key(yard: Yard) -> None:
    facts = PartyFacts(legal_name="Harbour Ltd", billing_address="Quay 1")
    assert yard.desk.put_party("harbour", facts, by=CLERK, command_id=uuid4())
    assert not yard.desk.put_party("harbour", facts, by=CLERK, command_id=uuid4())
    dated = DatedParty(role=PartyRole.TENANT, party="harbour", valid_from=FEB)
    yard.desk.name_party("A", dated, by=CLERK, command_id=uuid4())
    with pytest.raises(PartyError, match="no party mill"):
        yard.desk.name_party(
            "A",
            DatedParty(role=PartyRole.PAYER, party="mill", valid_from=FEB),
            by=CLERK,
            command_id=uuid4(),
        )
    moved = PartyFacts(legal_name="Harbour Ltd", billing_address="Quay 9")
    assert yard.desk.put_party("harbour", moved, by=CLERK, command_id=uuid4())
    yard.catch_up()
    where = (yard.site.schema, yard.vault)
    with yard.site.writer.connection() as connection:
        assert read_parties(connection, *where) == {"harbour": moved}
        found = party_of_account(connection, *where, "A", FEB, PartyRole.PAYER, PartyRole.TENANT)
        assert found == moved
        early = party_of_account(connection, *where, "A", YEAR, PartyRole.TENANT)
        assert early is None
        stored = connection.execute(
            f"SELECT string_agg(convert_from(state, 'UTF8'), '') FROM {yard.site.schema}."
            "books_events"
        ).fetchone()
        assert stored is not None and "Quay" not in str(stored[0])
        connection.execute("DELETE FROM directory.person_key")
        assert read_parties(connection, *where) == {"harbour": None}


def test_thousands_are_opened_by_the_hundred_and_the_same_file_again_opens_none(
    yard: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("billing.accounts.desk.BATCH", 8)

    def asked(n: int) -> OpenAccount:
        return OpenAccount(
            account=f"T-{n:04d}",
            name=f"Tenant {n}",
            address="1 Yard",
            email="t@yard.example",
            language="zh",
            opened_on=YEAR,
            supplies=(Supply(point=f"p{n}", tariff=TARIFF, valid_from=YEAR, valid_to=None),),
        )

    many = [asked(n) for n in range(20)]
    assert yard.desk.open_many(many[:9], command="file") == 9
    assert yard.desk.open_many(many, command="file") == 11
    assert yard.desk.open_many(many, command="file") == 0
    with pytest.raises(WrongStateError, match="T-0000"):
        yard.desk.open_many(many[:1], command="another file")
    yard.catch_up()
    with yard.site.writer.connection() as connection:
        every = read_contracts(connection, yard.site.schema)
    assert len(every) == 22 and every["T-0019"].supplies[0].point == "p19"


def test_a_deposit_stands_in_its_row_and_its_key_is_taken_once(yard: Yard) -> None:
    told = command("ask")
    for _ in range(2):
        yard.desk.ask_deposit(
            "A",
            "D-1",
            Decimal("500.00"),
            asked_on=YEAR,
            due_on=FEB,
            reason="new",
            by=CLERK,
            command_id=told,
        )
    with pytest.raises(DepositError, match="has a deposit D-1"):
        yard.desk.ask_deposit(
            "A",
            "D-1",
            Decimal(5),
            asked_on=YEAR,
            due_on=FEB,
            reason="",
            by=CLERK,
            command_id=uuid4(),
        )
    paid = command("pay")
    for new in (True, False):
        _, done = yard.desk.with_deposit(
            "A",
            "D-1",
            lambda known: known.pay(
                Decimal("200.00"), means="bank", reference="", on=FEB, by=CLERK, command_id=paid
            ),
            command_id=paid,
        )
        assert done is new
    for amount in ("0.001", "0", "Infinity"):
        with pytest.raises(DepositError, match="no amount"):
            yard.desk.money(Decimal(amount))
    yard.catch_up()
    with yard.site.writer.connection() as connection:
        (row,) = read_deposits(connection, yard.site.schema, "A")
    assert [int(each) for each in (row.asked, row.paid, row.held)] == [500, 200, 200]
