"""Shares of a common meter on bills: tenants change in the month, a shop is empty."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from billing.accounts.account import Supply
from billing.errors import AlreadyBilledError
from billing.office import BillingOffice
from billing.views.books import books_follower
from energy.base.errors import UnknownMeterError
from energy.base.finding import Severity
from energy.base.ids import id_of
from energy.base.secrets import PersonVault
from energy.journal.directory import TableKeys
from energy.store.pool import Database
from energy.store.sites import Site
from energy.views.shares import usage as share_usage
from processes.shares.payers import Instead, PayerError, assign_payer
from tests.billing.samples import ISSUER, TARIFFS
from tests.fixtures.postgres import TestSite
from tests.fixtures.shares import BY, FIRST, LAST, TENANTS, Mall, share_file

pytestmark = pytest.mark.servers
CLERK, APPROVER = UUID(int=1), UUID(int=2)
MARCH = date(2019, 3, 1)
ACCOUNTS = "".join(
    each.replace("\nholds", f'\naccount = "A-{key}"\nholds')
    for key, each in zip(
        ("", "bakery", "cafe", "florist", "kiosk"), re.split(r"(?=\[\[)", TENANTS), strict=True
    )
)
"""The tenants with their accounts."""
PAYS: dict[str, tuple[str, date, date | None]] = {
    "A-bakery": ("common.u1", MARCH, None),
    "A-cafe": ("common.u2", MARCH, date(2019, 3, 28)),
    "A-florist": ("common.u2", date(2019, 3, 30), None),
    "A-kiosk": ("common.u3", MARCH, None),
    "A-owner": ("common.landlord", MARCH, None),
}


class Bills:
    """The billing office of the mall."""

    def __init__(self, mall: Mall) -> None:
        self.mall, site = mall, mall.site
        self.follow = books_follower(site.writer, site.schema, site.clock)
        vault = PersonVault(bytes(range(32)), TableKeys(site.writer))
        self.office = BillingOffice(site.writer, site.site, site.clock, vault, view_timeout_s=0.2)
        self.office.name_issuer(ISSUER, command_id=id_of("issuer"))
        text = (TARIFFS / "campus-electricity.toml").read_text(encoding="utf-8")
        self.office.publish_tariff(text, command_id=id_of("tariff"), by=None)

    def open_accounts(self, pays: Mapping[str, tuple[str, date, date | None]] = PAYS) -> None:
        for account, (point, valid_from, valid_to) in pays.items():
            supply = Supply(
                point=point, tariff="campus-electricity", valid_from=valid_from, valid_to=valid_to
            )
            self.office.open_account(
                account=account,
                name=account,
                address="1 Road",
                email="tenant@mall.example",
                language="en",
                opened_on=date(2018, 1, 1),
                supplies=[supply],
                command_id=id_of("account", account),
            )

    def open_empty(self, account: str) -> None:
        """Open an account that pays for nothing yet."""
        self.office.open_account(
            account=account,
            name=account,
            address="1 Road",
            email="tenant@mall.example",
            language="en",
            opened_on=date(2018, 1, 1),
            supplies=[],
            command_id=id_of("account", account),
        )

    def rate(self, name: str) -> UUID:
        """Open and rate a run over the days."""
        run = self.office.open_run(FIRST, LAST, CLERK, id_of(name))
        self.mall.site.project()
        while self.follow.step():
            pass
        self.office.rate(run, command_id=id_of("rate", name))
        return run

    def billed(self, run: UUID) -> dict[str, Decimal]:
        """Return what a run bills, by account. [kWh]."""
        found = {}
        for draft in self.office.review(run).drafts:
            charges = json.loads(draft.document)["supplies"][0]["charges"]
            found[draft.account] = sum(
                (Decimal(c["quantity"]) for c in charges if c["period"]), Decimal(0)
            )
        return found


@pytest.fixture
def mall(site_schema: TestSite) -> Mall:
    mall = Mall(site_schema)
    mall.found()
    mall.site.clock.move_to(mall.site.clock.now() + timedelta(days=100))
    return mall


def test_a_bill_is_of_the_shares_and_a_key_told_later_leaves_it_as_known_then(mall: Mall) -> None:
    mall.read()
    mall.define(share_file() + TENANTS)
    bills = Bills(mall)
    bills.open_accounts()
    run = bills.rate("first")
    assert [f.code for f in bills.office.review(run).findings] == []
    billed = bills.billed(run)
    whole = sum(day or 0 for day in mall.days("lobby"))
    assert sum(billed.values()) == Decimal(whole) / 1000
    u2 = [day or 0 for day in mall.days("common.u2")]
    assert billed["A-cafe"] == Decimal(sum(u2[:2])) / 1000
    assert billed["A-florist"] == Decimal(sum(u2[4:])) / 1000
    assert billed["A-owner"] == Decimal(sum(d or 0 for d in mall.days("common.landlord"))) / 1000
    other = share_file('[{ by = "headcount" }]').replace("2019-03-01", "2019-03-27")
    mall.desk.revise(other.replace("headcount = 6", "headcount = 9"), reason="agreed", by=BY)
    mall.site.project()
    assert sum(day or 0 for day in mall.days("common.u1")) > 1000 * billed["A-bakery"]
    bills.office.rate(run, command_id=id_of("once more"))
    assert bills.billed(run) == billed
    bills.office.approve(run, APPROVER)
    assert len(bills.office.issue(run, CLERK)) == len(PAYS)


def test_a_share_gets_one_payer_a_day_with_a_tariff_of_its_utility(mall: Mall) -> None:
    mall.define(share_file())
    bills = Bills(mall)
    bills.open_accounts()
    while bills.follow.step():
        pass
    where = (mall.site.writer, mall.site.site, bills.office)
    free = Supply(
        point="common.u2",
        tariff="campus-electricity",
        valid_from=date(2019, 3, 28),
        valid_to=date(2019, 3, 30),
    )
    with pytest.raises(PayerError, match="paid for by A-florist"):
        assign_payer(*where, "A-owner", replace(free, valid_to=None))
    with pytest.raises(PayerError, match="There is no tariff 'none'"):
        assign_payer(*where, "A-owner", replace(free, tariff="none"))
    with pytest.raises(PayerError, match="There is no account A-9"):
        assign_payer(*where, "A-9", replace(free, tariff="none"))
    with pytest.raises(UnknownMeterError):
        assign_payer(*where, "A-owner", replace(free, point="common.u9"))
    for _ in range(2):
        assign_payer(*where, "A-owner", free)
        while bills.follow.step():
            pass
    paid = "SELECT account FROM {s}.account_channel WHERE point = 'common.u2' ORDER BY valid_from"
    assert mall.site.rows(paid) == [("A-cafe",), ("A-owner",), ("A-florist",)]


def test_a_share_of_a_missing_interval_is_missing_on_the_bill_too(mall: Mall) -> None:
    mall.read(without={("lobby", slot) for slot in range(5 * 96 + 1, 6 * 96)})
    mall.define(share_file() + TENANTS)
    bills = Bills(mall)
    bills.open_accounts()
    review = bills.office.review(bills.rate("first"))
    barred = {f.code for f in review.findings if f.severity is Severity.DO_NOT_BILL}
    assert barred == {"bill.usage_missing"}


def test_the_shares_of_one_meter_are_divided_once_for_all_bills(
    mall: Mall, monkeypatch: pytest.MonkeyPatch
) -> None:
    mall.read()
    mall.define(share_file('[{ by = "area" }]', vacancy="counted"))
    bills = Bills(mall)
    bills.open_accounts()
    asked: list[int] = []
    divide = share_usage.share_usage

    def counted(*where: Any) -> Any:
        asked.append(1)
        return divide(*where)

    monkeypatch.setattr(share_usage, "share_usage", counted)
    bills.rate("first")
    periods = {days[1:] for days in PAYS.values()}
    assert len(asked) == len(periods) < len(PAYS)


def taken_over(mall: Mall) -> tuple[Bills, tuple[Database, Site, BillingOffice]]:
    """The cafe pays without an end, and leaves; the florist comes."""
    mall.read()
    bills = Bills(mall)
    open_cafe = ("common.u2", MARCH, None)
    bills.open_accounts({k: v for k, v in PAYS.items() if k != "A-florist"} | {"A-cafe": open_cafe})
    bills.open_empty("A-florist")
    mall.define(share_file() + ACCOUNTS)
    while bills.follow.step():
        pass
    return bills, (mall.site.writer, mall.site.site, bills.office)


def told(bills: Bills, run: UUID) -> list[tuple[Any, ...]]:
    """Return what is told of payers that do not hold what they pay for."""
    found = [f for f in bills.office.review(run).findings if f.code == "bill.holder_not_payer"]
    assert all(f.severity is Severity.WARN for f in found)
    keys = ("account", "holder", "holder_account", "first_day", "last_day")
    return [tuple(f.proof[key] for key in keys) for f in found]


def test_a_tenant_that_left_and_pays_on_is_told_by_days_and_accounts(mall: Mall) -> None:
    bills, _ = taken_over(mall)
    assert told(bills, bills.rate("first")) == [
        ("A-cafe", None, None, "2019-03-28", "2019-03-29"),
        ("A-cafe", "florist", "A-florist", "2019-03-30", "2019-03-31"),
    ]


def test_another_payer_instead_ends_the_old_days_and_a_run_opened_before_knows_them(
    mall: Mall,
) -> None:
    bills, where = taken_over(mall)
    before = bills.rate("first")
    billed = bills.billed(before)
    mine = Supply(
        point="common.u2", tariff="campus-electricity", valid_from=date(2019, 3, 28), valid_to=None
    )
    with pytest.raises(PayerError, match=r"paid for by A-cafe .* end what it pays by --instead"):
        assign_payer(*where, "A-florist", mine)
    instead = Instead(reason="the florist moved in", by=CLERK)
    until = replace(mine, valid_to=date(2019, 3, 30))
    with pytest.raises(PayerError, match=r"A-cafe pays for common.u2 beyond 2019-03-30"):
        assign_payer(*where, "A-florist", until, instead=instead)
    with pytest.raises(PayerError, match="not before the first of these days"):
        assign_payer(*where, "A-florist", replace(mine, valid_from=MARCH), instead=instead)
    ((other, was),) = assign_payer(*where, "A-florist", mine, instead=instead)
    assert (other, was.valid_from, was.valid_to) == ("A-cafe", MARCH, None)
    while bills.follow.step():
        pass
    assert assign_payer(*where, "A-florist", mine, instead=instead) == []
    paid = (
        "SELECT account, valid_to FROM {s}.account_channel WHERE point = 'common.u2' "
        "ORDER BY valid_from"
    )
    assert mall.site.rows(paid) == [("A-cafe", mine.valid_from), ("A-florist", None)]
    bills.office.rate(before, command_id=id_of("once more"))
    assert bills.billed(before) == billed  # as known when it was opened
    bills.office.abandon(before, APPROVER, "another payer", command_id=id_of("abandon"))
    after = bills.rate("second")
    assert told(bills, after) == []
    assert bills.billed(after)["A-cafe"] + bills.billed(after)["A-florist"] == billed["A-cafe"]


def test_days_that_are_billed_do_not_end(mall: Mall) -> None:
    bills, where = taken_over(mall)
    run = bills.rate("first")
    bills.office.approve(run, APPROVER)
    bills.office.issue(run, CLERK)
    mine = Supply(
        point="common.u2", tariff="campus-electricity", valid_from=date(2019, 3, 28), valid_to=None
    )
    with pytest.raises(AlreadyBilledError):
        assign_payer(*where, "A-florist", mine, instead=Instead(reason="late", by=CLERK))
    assert [s.valid_to for s in bills.office.books.account("A-cafe").supplies] == [None]
