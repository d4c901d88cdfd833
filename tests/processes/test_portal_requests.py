"""What is said at the portal reaches the desk, however many wait and whatever one of them is."""

from __future__ import annotations

import pytest

from billing.books import Books
from billing.enquiries.desk import EnquiryDesk
from billing.enquiries.enquiry import About, Subject
from billing.views.enquiries import MOST
from energy.system import System
from processes.portal_requests import PortalChore
from processes.settling import settle
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
