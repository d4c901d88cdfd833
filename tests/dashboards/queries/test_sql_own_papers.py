"""A tenant's receipts and letters in a real database: its own, as they said, nobody else's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest

from billing.accounts.desk import AccountDesk
from billing.accounts.party import PartyFacts
from billing.accounts.roles import PartyRole
from billing.accounts.terms import DatedParty
from billing.cash_desk.desk import Desk, Payment
from billing.cash_desk.shift_events import Means
from billing.enquiries.enquiry import EnquiryError, Subject
from billing.prepaid.card_office import CardOffice
from billing.prepaid.office import PrepaidOffice
from billing.receivables.collecting import Collecting
from dashboards.queries.sql_enquiries import SqlEnquiries
from dashboards.queries.sql_site import SqlSite
from dashboards.security.scope import Role, Scope
from dashboards.told import refusal_text
from energy.base.clock import ManualClock
from energy.base.errors import NotPermittedError
from energy.base.ids import id_of
from energy.store.embedded import EmbeddedPostgres
from tests.billing.conftest import new_town, server
from tests.billing.town import CLERK, Town
from tests.dashboards.queries.conftest import WebTown, shown
from tests.dashboards.queries.test_sql import scope

__all__ = ["server"]
pytestmark = pytest.mark.servers
LATE = date(2019, 6, 3)
PAID_AT = datetime(2019, 2, 5, 10, tzinfo=UTC)
PAID = date(2019, 2, 5)


def pay(town: Town, *accounts: str) -> None:
    """Let accounts pay 5, 6, ... at one desk, and give the last one its money back."""
    town.clock.move_to(PAID_AT)
    books = town.office.books
    desk = Desk(books, PrepaidOffice(books, town.clock), "MAIN")
    desk.open(Decimal(0), desk.office.act(CLERK, uuid4()))
    for pounds, account in enumerate(accounts, 5):
        paid = Payment(amount=Decimal(pounds), means=Means.CASH)
        taking = desk.pay(account, None, paid, desk.office.act(CLERK, uuid4()))
    desk.void(CardOffice(books), taking.receipt, "wrong account", desk.office.act(CLERK, uuid4()))


def dun(town: Town) -> None:
    collecting = Collecting(town.office.books, town.vault)
    for letter in collecting.due_letters(LATE):
        command = id_of("dun", town.site.key, letter.account)
        collecting.send(letter, LATE, command_id=command)


@pytest.fixture(scope="module")
def papers(server: EmbeddedPostgres) -> Iterator[WebTown]:
    with new_town(server) as town, shown(server, town) as web:
        town.bill()
        pay(town, "A-b1", "A-b2", "A-b1")
        dun(town)
        town.catch_up()
        yield web


def tenant(web: WebTown, *tenants: str) -> Scope:
    return replace(scope(web, Role.TENANT), tenants=frozenset(tenants))


def test_a_tenant_s_page_lists_its_own_receipts_and_letters(papers: WebTown) -> None:
    own = papers.queries.own_page(tenant(papers, "account/A-b1")).rows
    assert [(each.account, each.on, each.amount, each.void) for each in own.receipts] == [
        ("A-b1", PAID, Decimal(7), True),
        ("A-b1", PAID, Decimal(5), False),
    ]
    (letter,) = own.letters
    (bill,) = own.bills
    assert (letter.account, letter.on, letter.level) == ("A-b1", LATE, 1)
    assert letter.items == (bill.number,)
    other = papers.queries.own_page(tenant(papers, "account/A-b2")).rows
    assert {each.account for each in (*other.receipts, *other.letters)} == {"A-b2"}
    nobody = papers.queries.own_page(tenant(papers)).rows
    assert (nobody.receipts, nobody.letters) == ((), ())


def test_a_receipt_is_the_one_of_the_desk_and_only_its_tenant_s(papers: WebTown) -> None:
    queries, who = papers.queries, tenant(papers, "account/A-b1")
    clerk = scope(papers, Role.BILLING_CLERK)
    for each in queries.own_page(who).rows.receipts:
        mine = queries.own_receipt(who, each.receipt)
        assert mine is not None
        assert mine == queries.receipt(clerk, "MAIN", 1, each.receipt)
        assert (mine.to.name, bool(mine.voids)) == ("Tenant of b1", each.void)
        assert queries.own_receipt(tenant(papers, "account/A-b2"), each.receipt) is None
        assert queries.own_receipt(tenant(papers), each.receipt) is None
    assert queries.own_receipt(who, "R-MAIN-2019-000009") is None


def test_a_letter_says_what_it_said_when_it_was_sent_and_only_to_its_tenant(
    papers: WebTown,
) -> None:
    queries, who = papers.queries, tenant(papers, "account/A-b1")
    (bill,) = queries.own_page(who).rows.bills
    told = queries.own_letter(who, "A-b1", LATE, 1)
    assert told is not None
    assert told["to"]["name"] == "Tenant of b1"
    assert [each["number"] for each in told["items"]] == [bill.number]
    assert told["number"] == "A-b1-20190603-1"
    assert queries.own_letter(who, "A-b1", LATE, 2) is None
    assert queries.own_letter(who, "A-b1", PAID, 1) is None
    assert queries.own_letter(who, "A-b2", LATE, 1) is None
    assert queries.own_letter(tenant(papers, "account/A-b2"), "A-b1", LATE, 1) is None


def test_papers_are_of_who_has_the_account_on_their_day(server: EmbeddedPostgres) -> None:
    with new_town(server) as town, shown(server, town) as web:
        desk = AccountDesk(town.office.books, town.vault)
        for party, first in (("mill", date(2018, 1, 1)), ("forge", date(2019, 3, 1))):
            facts = PartyFacts(legal_name=party, billing_address="Quay 1")
            desk.put_party(party, facts, by=CLERK, command_id=uuid4())
            named = DatedParty(role=PartyRole.TENANT, party=party, valid_from=first)
            desk.name_party("A-b1", named, by=CLERK, command_id=uuid4())
        town.bill()
        pay(town, "A-b1")
        dun(town)
        town.catch_up()
        before, after = (
            web.queries.own_page(tenant(web, f"party/{party}")).rows for party in ("mill", "forge")
        )
        (receipt,) = before.receipts
        assert (before.letters, after.receipts) == ((), ())
        assert [each.on for each in after.letters] == [LATE]
        forge = tenant(web, "party/forge")
        assert web.queries.own_receipt(forge, receipt.receipt) is None
        assert web.queries.own_letter(forge, "A-b1", LATE, 1) is not None
        mill = tenant(web, "party/mill")
        assert web.queries.own_letter(mill, "A-b1", LATE, 1) is None
        (bill,) = before.bills
        asked = [
            (Subject.BILL, bill.number),
            (Subject.METER, "b1-elec"),
            (Subject.ACCOUNT, "A-b1"),
        ]
        for each in asked:
            own = web.queries.own_subject(mill, *each)
            assert own is not None
            assert own.account == "A-b1"
        assert_nobody_asks_about_what_is_no_longer_its_own(web, mill, forge, asked)


def assert_nobody_asks_about_what_is_no_longer_its_own(
    web: WebTown, left: Scope, came: Scope, asked: list[tuple[Subject, str]]
) -> None:
    """Months later who left sees its last bill, but would be read by who came."""
    late = SqlEnquiries(
        SqlSite(
            database=web.staff,
            site=web.town.site,
            clock=ManualClock(datetime(2019, 6, 3, 12, tzinfo=UTC)),
            vault=web.town.vault,
            walled=web.database,
        )
    )
    for each in asked:
        with pytest.raises(EnquiryError) as refused:
            late.own_subject(left, *each)
        assert "A-b1 is no longer yours" in refusal_text("en", refused.value)
        assert "联系收费部门" in refusal_text("zh", refused.value)
    told = [late.own_subject(came, *each) for each in asked]
    assert [own and own.account for own in told] == [None, "A-b1", "A-b1"]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.TENANT])
def test_staff_without_the_role_have_no_papers_of_the_portal(papers: WebTown, role: Role) -> None:
    who = replace(scope(papers, role), tenants=frozenset({"account/A-b1"}))
    with pytest.raises(NotPermittedError):
        papers.queries.own_receipt(who, "R-MAIN-2019-000001")
    with pytest.raises(NotPermittedError):
        papers.queries.own_letter(who, "A-b1", LATE, 1)
