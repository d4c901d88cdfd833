"""What a tenant is told is its own: figures of a real database, in the role of the web process."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from dashboards.security.scope import Role, Scope
from energy.base.errors import NotPermittedError
from energy.base.ids import id_of
from energy.store.embedded import EmbeddedPostgres
from energy.views.rollup import roll_up
from tests.billing.conftest import new_town
from tests.dashboards.queries.conftest import WebTown, shown

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def billed(server: EmbeddedPostgres) -> Iterator[WebTown]:
    with new_town(server) as made, shown(server, made) as web:
        made.bill()
        with made.database.connection() as connection:
            while roll_up(connection, made.site.schema):
                pass
        yield web


def tenant(web: WebTown, *tenants: str, role: Role = Role.TENANT) -> Scope:
    return Scope(
        person=id_of("person", "mia"),
        name="Mia",
        roles=frozenset({role}),
        sites=frozenset({web.town.site.key}),
        tenants=frozenset(tenants),
    )


def invoice_of(web: WebTown, account: str) -> UUID:
    found = web.town.one(
        f"SELECT invoice FROM {web.town.site.schema}.invoice WHERE account = '{account}'"
    )
    assert isinstance(found, UUID)
    return found


def test_a_tenant_is_told_its_account_meters_and_bills(billed: WebTown) -> None:
    own = billed.queries.own_page(tenant(billed, "account/A-b1")).rows
    (account,), (bill,) = own.accounts, own.bills
    assert (account.account, account.name, account.prepaid) == ("A-b1", "Tenant of b1", None)
    assert account.open == bill.open == bill.total > 0
    assert bill.invoice == invoice_of(billed, "A-b1")
    assert [(m.point, m.serial, m.ended_on) for m in own.meters] == [
        ("b1-elec", "SN-0001", None),
        ("b1-gas", "SN-0002", None),
    ]


def test_days_and_months_of_a_meter_are_those_of_the_roll_up(billed: WebTown) -> None:
    first, last = date(2019, 1, 1), date(2019, 1, 3)
    own = billed.queries.own_usage(tenant(billed, "account/A-b1"), "b1-elec", first, last)
    assert own is not None
    rows = billed.town.rows(
        f"SELECT usage FROM {billed.town.site.schema}.usage_day WHERE channel = 1 "
        "AND day BETWEEN '2019-01-01' AND '2019-01-03' ORDER BY day"
    )
    assert [(day.usage,) for day in own.days] == rows
    month = billed.town.one(
        f"SELECT usage FROM {billed.town.site.schema}.usage_month WHERE channel = 1 "
        "AND month = '2019-01-01'"
    )
    assert dict(own.months)[first] == month


def test_a_bill_has_the_lines_of_its_document(billed: WebTown) -> None:
    invoice = invoice_of(billed, "A-b1")
    own = billed.queries.own_bill(tenant(billed, "account/A-b1"), invoice)
    assert own is not None
    net = billed.town.one(
        f"SELECT net FROM {billed.town.site.schema}.invoice WHERE invoice = '{invoice}'"
    )
    assert sum((line.amount for line in own.lines), Decimal(0)) == net


def test_what_is_another_tenants_is_not_there(billed: WebTown) -> None:
    who = tenant(billed, "account/A-b1")
    assert billed.queries.own_bill(who, invoice_of(billed, "A-b2")) is None
    assert billed.queries.own_usage(who, "b2-elec", date(2019, 1, 1), date(2019, 1, 3)) is None
    nobody = billed.queries.own_page(tenant(billed)).rows
    assert (nobody.accounts, nobody.meters, nobody.bills) == ((), (), ())


def test_staff_without_the_role_have_no_portal(billed: WebTown) -> None:
    with pytest.raises(NotPermittedError):
        billed.queries.own_page(tenant(billed, "account/A-b1", role=Role.ADMIN))
