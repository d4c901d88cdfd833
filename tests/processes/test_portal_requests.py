"""What is said at the portal reaches the desk, however many wait and whatever one of them is."""

from __future__ import annotations

from uuid import UUID

import pytest

from billing.books import Books
from billing.enquiries.desk import EnquiryDesk
from billing.enquiries.enquiry import About, EnquiryError, Subject
from billing.views.enquiries import MOST
from dashboards.queries.sql_enquiries import SqlEnquiries
from dashboards.queries.sql_site import SqlSite
from dashboards.security.scope import Role, Scope
from energy.service.requests.errors import RequestError
from energy.service.requests.kinds import RequestKind
from energy.system import System
from processes.portal_requests import PortalChore, answer_in_portal, request_desk
from processes.settling import settle
from processes.web_service import requests_of
from tests.fixtures.postgres import new_site
from tests.scripts.commands.test_account import OPEN
from tests.scripts.commands.test_readings import Row, row
from tests.scripts.commands.test_request import MIA, brought, desk, said_in_portal, system

__all__ = ["desk", "new_site", "row", "system"]
pytestmark = pytest.mark.servers


def asks(system: System, row: Row, *words: str, account: str = "A-1") -> None:
    """Let a tenant ask at the portal; the desk does not know yet."""
    site = row.site.site
    asking = EnquiryDesk(Books(system.database, site, system.clock), system.clock, system.vault)
    about = About(account=account, subject=Subject.METER, key="m1")
    for each in words:
        asking.ask(about, each, MIA)
    settle(system.database, site, system.clock, "books")


def test_an_answer_at_the_portal_stops_the_clock_however_many_wait(
    desk: Row, system: System
) -> None:
    said_in_portal(system, desk, "why so much?")
    (listed,) = desk.json("request list")
    number = listed["request"]["number"]
    asks(system, desk, *(f"and no. {each}?" for each in range(MOST)))
    desk(f"request answer {number} because --way portal --by clerk")
    story = desk.json(f"request show {number}")
    assert story["request"]["responded_at"], "the clock of the first answer stands"
    assert [each["words"] for each in story["history"]] == ["", "because"]
    assert story["words"] == "why so much?"


def test_all_that_wait_are_requests(desk: Row, system: System) -> None:
    asks(system, desk, *(f"no. {each}?" for each in range(MOST + 1)))
    brought(system, desk)
    assert desk.site.rows("SELECT count(*) FROM {s}.tenant_request") == [(MOST + 1,)]


def test_one_that_is_refused_keeps_no_other_from_the_desk_and_comes_later(
    desk: Row, system: System
) -> None:
    asks(system, desk, "who am I?", account="A-2")
    asks(system, desk, "and I?")
    chore = PortalChore(system, desk.site.site)
    requests = "SELECT tenant FROM {s}.tenant_request ORDER BY tenant"
    for accounts in (["account/A-1"], ["account/A-1", "account/A-2"]):
        assert not chore.step(), "a refusal is no reason to try at once"
        settle(system.database, desk.site.site, system.clock, "operations")
        assert [tenant for (tenant,) in desk.site.rows(requests)] == accounts
        desk(f"account open A-2 {OPEN} --by clerk")


@pytest.mark.parametrize("left", ["disable manager", "erase manager --name Manager"])
def test_nobody_who_left_owns_an_enquiry(desk: Row, system: System, left: str) -> None:
    desk("user add root --name Root --role admin")
    desk("user add dot --name Dot --role desk")
    desk("user disable manager --by root")
    if left.startswith("erase"):
        desk(f"user {left} --by root")
    said_in_portal(system, desk, "who hears me?")
    dot = system.people.by_sign_in("dot")
    assert dot is not None
    assert desk.site.rows("SELECT owner FROM {s}.tenant_request") == [(dot.person,)]
    assert "Dot" in desk("request list").stdout


def asking(system: System, row: Row, *tenants: str) -> tuple[SqlEnquiries, Scope]:
    """Return the questions of the portal, and a tenant's eyes."""
    site = row.site.site
    at = SqlSite(database=system.database, site=site, clock=system.clock, vault=system.vault)
    scope = Scope(
        person=MIA,
        name="Mia",
        roles=frozenset({Role.TENANT}),
        sites=frozenset({site.key}),
        tenants=frozenset(tenants),
    )
    return SqlEnquiries(at), scope


def test_a_complaint_of_the_portal_has_a_number_a_promise_and_is_rated_once(
    desk: Row, system: System
) -> None:
    site = desk.site.site
    books = Books(system.database, site, system.clock)
    enquiries = EnquiryDesk(books, system.clock, system.vault)
    about = About(account="A-1", subject=Subject.ACCOUNT, key="A-1", kind=RequestKind.COMPLAINT)
    filed = enquiries.ask(about, "nobody came", MIA)
    assert enquiries.ask(about, "nobody came", MIA) == filed, "said twice it is one"
    brought(system, desk)
    ask, mia = asking(system, desk, "account/A-1")
    (told,) = ask.own_enquiries(mia)
    assert told.request is not None
    assert (told.kind, told.request.state, told.request.over) == ("complaint", "open", False)
    assert told.request.answer_by is not None
    number = told.request.number
    listed = desk.json("request list")
    assert [(each["request"]["kind"], each["request"]["level"]) for each in listed] == [
        ("complaint", "complaint")
    ]
    for act in (
        f"answer {number} sorry --way portal",
        f"class {number} late",
        f"judge {number} --justified --unit meters",
        f"resolve {number} done",
    ):
        desk(f"request {act} --by clerk")
    requests = requests_of(system.database, site, system.clock, books, system.vault)
    for _ in range(2):
        requests.rate_own(mia, filed, 5, "quick")
    with pytest.raises(RequestError, match="has rated"):
        requests.rate_own(mia, filed, 1, "")
    settle(system.database, site, system.clock, "operations", "books")
    (again,) = ask.own_enquiries(mia)
    assert again.request is not None
    assert (again.request.state, again.request.score) == ("resolved", 5)
    assert [word.words for word in again.said] == ["nobody came", "sorry"]


def test_a_complaint_whose_words_alone_are_in_the_table_is_a_complaint(
    desk: Row, system: System
) -> None:
    """The books are folded slice by slice, and a slice may end between two entries of one store."""
    site = desk.site.site
    books = Books(system.database, site, system.clock)
    about = About(account="A-1", subject=Subject.ACCOUNT, key="A-1", kind=RequestKind.COMPLAINT)
    EnquiryDesk(books, system.clock, system.vault).ask(about, "nobody came", MIA)
    settle(system.database, site, system.clock, "books")
    whole = desk.site.rows("SELECT kind, position FROM {s}.enquiry")
    cut = f"UPDATE {site.schema}.enquiry SET kind = %s, position = position - %s"
    with desk.site.writer.transaction() as connection:
        connection.execute(cut.encode(), ("enquiry", 1))
    chore = PortalChore(system, site)
    chore.step()
    settle(system.database, site, system.clock, "operations")
    told = "SELECT kind, level FROM {s}.tenant_request"
    assert desk.site.rows(told) == [("complaint", "complaint")]
    with desk.site.writer.transaction() as connection:
        connection.execute(cut.encode(), ("complaint", -1))
    assert desk.site.rows("SELECT kind, position FROM {s}.enquiry") == whole
    chore.step()
    settle(system.database, site, system.clock, "operations")
    assert desk.site.rows(told) == [("complaint", "complaint")]


def test_only_a_bill_is_disputed(desk: Row, system: System) -> None:
    books = Books(system.database, desk.site.site, system.clock)
    about = About(account="A-1", subject=Subject.METER, key="m1", kind=RequestKind.BILL_DISPUTE)
    with pytest.raises(EnquiryError, match="Only a bill"):
        EnquiryDesk(books, system.clock, system.vault).ask(about, "too much", MIA)


def test_the_articles_of_an_answer_are_kept_though_the_chore_was_faster(
    desk: Row, system: System
) -> None:
    site = desk.site.site
    enquiry = said_in_portal(system, desk, "a broken seal?")
    del enquiry
    request = desk.json("request list")[0]["request"]
    books = Books(system.database, site, system.clock)
    enquiries = EnquiryDesk(books, system.clock, system.vault)
    service = request_desk(system, site)
    known = service.request(UUID(request["request"]))
    assert known.enquiry is not None
    by = known.owner
    enquiries.say(known.enquiry, "It is tested.", by, of_office=True)
    brought(system, desk)
    told = [{"article": "seal", "version": 1}]
    for _ in range(2):
        answer_in_portal(enquiries, service, site, known, "It is tested.", told, by=by)
    kept = service.request(known.id)
    assert (kept.answers, kept.cited) == (1, {(2, "seal")})
    settle(system.database, site, system.clock, "operations")
    assert desk.site.rows("SELECT article FROM {s}.tenant_request_article") == [("seal",)]
    requests = requests_of(system.database, site, system.clock, books, system.vault)
    clerk = Scope(
        person=by,
        name="Clerk",
        roles=frozenset({Role.BILLING_CLERK}),
        sites=frozenset({site.key}),
    )
    for seen in (7, 7, 9):  # a form pressed twice, and the same words weeks later
        requests.answer_at_portal(clerk, known.id, "It is tested.", [], seen=seen)
    assert service.request(known.id).answers == 3
