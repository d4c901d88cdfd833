"""The service desk by the command row: who calls, what is said, the portal, a complaint's end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from billing.books import Books
from billing.enquiries.desk import EnquiryDesk
from billing.enquiries.enquiry import About, Subject
from billing.views.enquiries import read_enquiries
from dashboards.security.scope import RIGHTS, Right, Role
from energy.base.ids import id_of
from energy.system import WRITER, System, build
from processes.portal_requests import PortalChore
from processes.settling import settle
from tests.energy.service.requests.counter import LEVELS
from tests.fixtures.postgres import new_site
from tests.scripts.commands.test_account import OPEN
from tests.scripts.commands.test_readings import Row, row

__all__ = ["new_site", "row"]
pytestmark = pytest.mark.servers
MIA = id_of("person", "mia")
PARTY = """
legal_name = "Harbour Ltd"
[[contacts]]
name = "Mia Moss"
duty = "facilities"
phone = "+44 (0)20 7946 0000"
"""


@pytest.fixture
def desk(row: Row, tmp_path: Path) -> Row:
    """A tenant with an account and a telephone, and service levels."""
    row(f"account open A-1 {OPEN} --by clerk")
    (tmp_path / "party.toml").write_text(PARTY, "utf-8")
    row(f"account party harbour {tmp_path / 'party.toml'} --by clerk")
    row("account role A-1 tenant harbour --from 2018-12-01 --by clerk")
    (tmp_path / "levels.toml").write_text(LEVELS.replace("2019-01-01", "2018-01-01"), "utf-8")
    row(f"incident levels {tmp_path / 'levels.toml'} --by manager")
    return row


@pytest.fixture
def system(desk: Row) -> Iterator[System]:
    made = build(WRITER)
    yield made
    made.close()


def said_in_portal(system: System, row: Row, words: str, enquiry: UUID | None = None) -> UUID:
    """Let the tenant ask, or go on, and the desk know."""
    books = Books(system.database, row.site.site, system.clock)
    asking = EnquiryDesk(books, system.clock, system.vault)
    if enquiry is None:
        about = About(account="A-1", subject=Subject.METER, key="m1")
        enquiry = asking.ask(about, words, MIA)
    else:
        asking.say(enquiry, words, MIA, of_office=False)
    brought(system, row)
    return enquiry


def brought(system: System, row: Row) -> int:
    """Let the desk know; return how many events that stored."""
    site = row.site.site
    settle(system.database, site, system.clock, "books", "operations")
    told = "SELECT count(*) FROM {s}.operations_events"
    (before,) = row.site.rows(told)
    chore = PortalChore(system, site)
    while chore.step():
        """More of it waits."""
    settle(system.database, site, system.clock, "operations")
    (after,) = row.site.rows(told)
    return int(after[0]) - int(before[0])


def number_of(opened: str) -> str:
    return opened.split(maxsplit=1)[0]


def test_who_calls_is_found_by_the_number_and_it_is_kept_nowhere(desk: Row) -> None:
    said = "request open dark --kind complaint --tenant account/A-1 --by clerk"
    number = number_of(desk(said).stdout)
    for typed in ("0044 20 79460000", "020-7946-0000", "+442079460000"):
        (found,) = desk.json("request caller", typed, "--by", "clerk")
        assert found["tenant"]["name"] == "Harbour Ltd"
        assert found["tenant"]["accounts"] == ["A-1"]
        assert [each["number"] for each in found["open"]] == [number]
    told = desk("request caller", "020 7946 0000", "--by", "clerk").stdout
    assert "Mia Moss · facilities" in told
    assert "No tenant" in desk("request caller", "020 7946 0001", "--by", "clerk").stdout
    assert "no telephone number" in desk("request caller ext --by clerk", code=2).output
    assert "desk" in desk("request caller 5512 --by viewer", code=2).output
    for (state,) in desk.site.rows(
        "SELECT state FROM {s}.operations_events UNION ALL SELECT state FROM {s}.books_events"
    ):
        assert b"7946" not in bytes(state)


def test_a_complaint_goes_its_way_to_its_end(desk: Row) -> None:
    said = "request open dark --kind complaint --category supply --way counter --by clerk"
    number = number_of(desk(said).stdout)
    assert number_of(desk(said).stdout) == number, "said again it is the same"
    desk(f"request answer {number} sorry --way mail --by clerk")
    desk(f"request call-back {number} --who manager --by clerk", "--at", "2099-01-01 09:00")
    assert "Manager" in desk("request calls").stdout
    desk(f"request called {number} not_reached --by manager")
    desk(f"request called {number} not_reached --by manager")
    assert "not reached" in desk("request calls --all").stdout
    desk(f"request class {number} late --by clerk")
    desk(f"request judge {number} --justified --unit meters --by clerk")
    assert "W-" in desk(f"request order {number} look --by manager").stdout
    desk(f"request resolve {number} done --by clerk")
    assert "another person" in desk(f"request close {number} --by clerk", code=2).output
    desk(f"request rate {number} 4 --words fine --by clerk")
    desk(f"request close {number} --by manager")
    assert desk.json("request list") == []
    shown = desk(f"request show {number}").stdout
    for told in ("justified", "late", "not reached", "sorry", "fine", "first answer", "done"):
        assert told in shown
    story = desk.json(f"request show {number}")
    assert (story["request"]["points"], story["words"]) == (4, "dark")
    (listed,) = desk.json("request list --all")
    assert listed["clocks"]["response"]["broken"] is False


def test_words_said_again_on_one_day_are_said_once_also_when_the_tables_know_them(
    desk: Row,
) -> None:
    number = number_of(desk("request open dark --kind complaint --by clerk").stdout)
    for _ in range(2):
        desk(f"request answer {number} sorry --by clerk")
        desk(f"request note {number} loud --by clerk")
        desk(f"request escalate {number} --to manager --reason loud --by clerk")
    desk(f"request note {number} loud --by manager")
    story = desk.json(f"request show {number}")
    assert (story["request"]["answers"], story["request"]["escalations"]) == (1, 1)
    assert [each["words"] for each in story["history"]] == [
        *("dark", "sorry", "loud", "loud", "loud"),
    ]


def test_what_is_asked_at_the_portal_is_a_request_that_is_answered_there(
    desk: Row, system: System
) -> None:
    enquiry = said_in_portal(system, desk, "why so much?")
    (listed,) = desk.json("request list")
    request = listed["request"]
    assert (request["channel"], request["tenant"], request["point"]) == (
        *("portal", "account/A-1", "m1"),
    )
    number = request["number"]
    assert "Manager" in desk("request list").stdout, "who published the levels owns it"
    assert (
        "did not come"
        in desk(
            f"request answer {number_of(desk('request open x --by clerk').stdout)} x --way portal "
            "--by clerk",
            code=2,
        ).output
    )
    answer = f"request answer {number} because --way portal --by clerk"
    desk(answer)
    desk(answer)
    with system.database.connection() as connection:
        (known,) = read_enquiries(connection, desk.site.schema)
    assert (known.state, len(known.words)) == ("answered", 2)
    shown = desk(f"request show {number}").stdout
    for told in ("why so much?", "because", "Clerk"):
        assert told in shown
    desk(f"request resolve {number} explained --by clerk")
    said_in_portal(system, desk, "no, really", enquiry)
    story = desk.json(f"request show {number}")
    assert (story["request"]["state"], story["request"]["answers"]) == ("under_way", 1)
    assert [each["words"] for each in story["history"]] == [
        *("", "because", "", "no, really"),
    ]
    assert brought(system, desk) == 0, "said again it changes nothing"
    for (state,) in desk.site.rows("SELECT state FROM {s}.operations_events"):
        assert b"because" not in bytes(state)


def test_without_service_levels_the_portal_goes_on_without_the_desk(row: Row) -> None:
    row(f"account open A-1 {OPEN} --by clerk")
    made = build(WRITER)
    try:
        said_in_portal(made, row, "why?")
    finally:
        made.close()
    assert row.json("request list --all") == []


def test_who_serves_tenants_is_known() -> None:
    assert {role for role in Role if Right.SERVE in RIGHTS[role]} == {
        *(Role.BILLING_CLERK, Role.BILLING_APPROVER, Role.ENERGY_MANAGER),
        *(Role.ADMIN, Role.DESK),
    }


def test_nobody_is_forgotten_while_a_tenant_waits_for_him(desk: Row) -> None:
    desk("user add root --name Root --role admin")
    number = number_of(desk("request open dark --kind complaint --by clerk").stdout)
    desk(f"request call-back {number} --who approver --by clerk", "--at", "2099-01-01 09:00")
    for who in ("clerk", "approver"):
        told = desk(f"user erase {who} --name {who.title()} --by root", code=2).output
        assert number in told
