"""Tenants as the web's role reads them in a real database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from uuid import uuid4

import pytest

from billing.accounts.agreed import AgreedQuantity
from billing.accounts.desk import AccountDesk
from billing.cash_desk.desk import Desk, Payment
from billing.cash_desk.shift_events import Means as DeskMeans
from billing.prepaid.office import PrepaidOffice
from billing.receivables.account_book import Means
from billing.receivables.collection import Collection
from billing.receivables.office import Incoming, Receivables
from dashboards.queries.sql import SqlQueries
from dashboards.queries.sql_site import SqlSite
from dashboards.queries.sql_tenants import shared_by
from dashboards.security.scope import Role
from energy.base.clock import ManualClock
from energy.base.errors import NotPermittedError
from energy.base.quality import Quality
from energy.base.units import Utility
from energy.metering.shares.part import KeyKind
from energy.metering.shares.version import KeyPortion, KeyVersion, Vacancy
from energy.views.rollup import roll_up
from energy.views.shares.rows import KeyRow, ShareRow
from tests.billing.town import CLERK, Town
from tests.dashboards.queries.conftest import WebTown
from tests.dashboards.queries.test_sql import scope

pytestmark = pytest.mark.servers
JAN, FEB, MAR = date(2019, 1, 1), date(2019, 2, 1), date(2019, 3, 1)
BILLED = datetime(2019, 2, 2, 9, tzinfo=UTC)


def test_a_tenant_s_page_tells_use_bills_meters_and_what_is_owed(web_town: WebTown) -> None:
    run, numbers = web_town.town.bill()
    with web_town.town.database.connection() as connection:
        while roll_up(connection, web_town.town.site.schema):
            pass
    queries, who = web_town.queries, scope(web_town, Role.BILLING_CLERK)
    rows = queries.tenants(who).rows.rows
    assert [(row.account, row.name, row.supplies) for row in rows] == [
        ("A-b1", "Tenant of b1", 2),
        ("A-b2", "Tenant of b2", 2),
    ]
    invoices = {row.account: row for row in queries.invoices(who, run).rows}
    later = SqlSite(
        database=web_town.staff,
        site=web_town.town.site,
        clock=ManualClock(BILLED),
        vault=web_town.town.vault,
        walled=web_town.database,
    )
    owed = SqlQueries(later).tenants(who).rows.rows
    assert [row.balance for row in owed] == [invoices[row.account].total for row in owed]
    assert all(row.balance == 0 for row in rows), "on that day nothing was billed yet"

    answer = queries.tenant(who, "A-b1")
    assert answer is not None
    page = answer.rows
    (bill,) = page.bills
    assert (bill.number in numbers, bill.account) == (True, "A-b1")
    assert bill.open == bill.total == page.standing.open > Decimal(0)
    assert {each.tariff for each in page.terms.supplies} == {"campus-electricity", "campus-gas"}
    assert set(page.meters) == {"b1-elec", "b1-gas"}
    use = {each.utility: each for each in page.use}
    assert set(use) == {Utility.ELECTRICITY, Utility.GAS}
    power = use[Utility.ELECTRICITY]
    assert power.meters == 1
    assert (power.now, power.known) == days_of(web_town, "2019-01-01", "2019-01-02")
    assert (power.before, power.known_before) == days_of(web_town, "2018-12-01", "2018-12-02")
    assert power.now
    assert power.known == Fraction(1)


def paid_at_desk(town: Town) -> None:
    """Let a customer pay on account at a cash desk."""
    books = town.office.books
    desk = Desk(books, PrepaidOffice(books, town.clock), "MAIN")
    desk.open(Decimal(0), desk.office.act(CLERK, uuid4()))
    paid = Payment(amount=Decimal("5.00"), means=DeskMeans.CASH)
    desk.pay("A-b1", None, paid, desk.office.act(CLERK, uuid4()))


def test_a_tenant_s_page_tells_deposits_demands_payments_and_the_tenant_its_own(
    web_town: WebTown,
) -> None:
    town = web_town.town
    desk = AccountDesk(town.office.books, town.vault)
    desk.ask_deposit(
        "A-b1",
        "D-1",
        Decimal("500.00"),
        asked_on=JAN,
        due_on=JAN,
        reason="new",
        by=CLERK,
        command_id=uuid4(),
    )
    for value, first in (("100", JAN), ("120", FEB)):
        agreed = AgreedQuantity(
            name="contract_demand_kw",
            unit="kW",
            value=Decimal(value),
            valid_from=first,
            valid_to=None,
        )
        told = uuid4()
        desk.tell(
            "A-b1",
            lambda contract, agreed=agreed, told=told: contract.agree(
                "b1-elec", agreed, by=CLERK, command_id=told
            ),
            command_id=told,
        )
    paid = Incoming(payment="P-1", amount=Decimal("9.50"), means=Means.CASH, reference="", on=JAN)
    Receivables(town.office.books).receive("A-b1", paid, by=CLERK, command_id=uuid4())
    paid_at_desk(town)
    collection = Collection(site=town.site.key, account="A-b1", currency="GBP", command_id=uuid4())
    collection.dun(1, ["CAM-2019-000001"], {}, on=FEB, command_id=uuid4())
    town.office.books.store(collection)
    town.catch_up()
    answer = web_town.queries.tenant(scope(web_town, Role.BILLING_CLERK), "A-b1")
    assert answer is not None
    assert [(e.on, e.level, e.items) for e in answer.rows.letters] == [
        (FEB, 1, ("CAM-2019-000001",))
    ]
    (receipt,) = answer.rows.receipts
    assert (receipt.desk, receipt.number, receipt.amount) == ("MAIN", 1, Decimal("5.00"))
    (deposit,) = answer.rows.deposits
    assert (deposit.key, deposit.asked, deposit.held) == ("D-1", Decimal("500.00"), Decimal(0))
    demands = answer.rows.terms.agreed["b1-elec"]
    assert [(each.value, each.valid_from) for each in demands] == [
        (Decimal(100), JAN),
        (Decimal(120), FEB),
    ]
    tenant = replace(scope(web_town, Role.TENANT), tenants=frozenset({"account/A-b1"}))
    (own,) = web_town.queries.own_page(tenant).rows.accounts
    payment = own.payments[-1]
    assert own.payments == answer.rows.standing.payments
    assert (payment.payment, payment.amount, payment.on) == ("P-1", Decimal("9.50"), JAN)
    other = replace(tenant, tenants=frozenset({"account/A-b2"}))
    assert web_town.queries.own_page(other).rows.accounts[0].payments == ()


def test_each_dated_key_of_a_share_holds_until_the_next() -> None:
    def key(first: date, by: KeyKind) -> KeyRow:
        version = KeyVersion(
            valid_from=first,
            keys=(KeyPortion(by=by, portion=Fraction(1)),),
            parts=(),
            vacancy=Vacancy.OWNER,
            owner=None,
            held_by="tenant",
        )
        return KeyRow(version=version, reason="", decided_by=CLERK, position=1)

    share = ShareRow(
        key="lift",
        name="Lift",
        whole={"point": "lift-elec", "quantity": "active_import"},
        grid_s=900,
        keys=(key(JAN, KeyKind.AREA), key(MAR, KeyKind.AREA), key(FEB, KeyKind.FIXED)),
        channels={"b1": 7},
        valid_to=date(2019, 4, 1),
    )
    found = shared_by(share, "b1-share")
    assert [(e.keys[0][0], e.valid_from, e.valid_to) for e in found] == [
        ("area", JAN, FEB),
        ("fixed", FEB, MAR),
        ("area", MAR, date(2019, 4, 1)),
    ]
    assert {(e.point, e.whole) for e in found} == {("b1-share", "lift-elec")}
    assert [e.valid_to for e in shared_by(replace(share, valid_to=None), "p")] == [FEB, MAR, None]
    assert len(shared_by(replace(share, valid_to=FEB), "p")) == 1


def days_of(web: WebTown, first: str, last: str) -> tuple[int, Fraction]:
    """Return the use of the first building's power over two days, and how much is known."""
    rows = web.town.rows(
        f"SELECT usage FROM {web.town.site.schema}.usage_day WHERE channel = 1 "
        f"AND day BETWEEN '{first}' AND '{last}' AND quality < {int(Quality.SUSPECT)}"
    )
    return sum(int(str(usage)) for (usage,) in rows), Fraction(len(rows), 2)


def test_a_tenant_s_page_is_for_readers_of_bills(seen_town: WebTown) -> None:
    queries = seen_town.queries
    assert queries.tenant(scope(seen_town), "A-none") is None
    for role in (Role.VIEWER, Role.TECHNICIAN, Role.TENANT, Role.KIOSK, Role.DESK):
        with pytest.raises(NotPermittedError):
            queries.tenants(scope(seen_town, role))
        with pytest.raises(NotPermittedError):
            queries.tenant(scope(seen_town, role), "A-b1")
