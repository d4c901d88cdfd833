"""Supply cases on a real database: numbers, orders, suspension, applicants, tables anew."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from uuid import UUID

import psycopg
import pytest

from energy.base.secrets import PersonVault
from energy.journal.directory import TableKeys
from energy.service.cases.case import SupplyCase
from energy.service.cases.code import case_code, code_fits
from energy.service.cases.errors import CaseError
from energy.service.cases.kinds import CaseKind, CaseState, Turn
from energy.service.cases.ports import PaidDays
from energy.service.cases.reads import case_named, read_cases
from energy.service.cases.seen import applicant_view, read_own_cases
from energy.service.cases.views import CASE_TABLES
from energy.service.switching.errors import SwitchingError
from energy.service.switching.kinds import RequestKind
from energy.service.switching.request import Asked
from energy.service.work.errors import WorkError
from energy.service.work.kinds import OrderState, WaitsFor
from energy.service.work.order_desk import WorkOrderDesk
from energy.store.pool import Database
from energy.store.wall import Own, see_all, see_case, see_own
from energy.system import OWNER, WEB
from processes.view_rebuild import rebuild_views
from tests.energy.service.cases.office import ANNA, BEN, Office
from tests.energy.service.switching.board import (
    END,
    GUARDIAN,
    HOLDER,
    OPERATOR,
    Board,
    permit,
)
from tests.energy.service.work.shop import Shop, fold
from tests.fixtures.batches import reading
from tests.fixtures.postgres import TestSite, command
from tests.fixtures.supply import STATION, electricity

pytestmark = pytest.mark.servers
UNTIL = date(2019, 1, 10)


@pytest.fixture
def office(site_schema: TestSite) -> Office:
    """Give a site with a supply graph, steps, service levels; m1 is paid by A-1."""
    site_schema.application("metering").store(electricity(site_schema.site.key, *STATION))
    site_schema.counter("m1")
    site_schema.project()
    made = Office(site_schema)
    assert made.publish() == 1
    Shop(site_schema).publish()
    made.books.days["A-1", "m1"] = [PaidDays(first_day=date(2018, 1, 1), after=None)]
    made.books.parties = {"A-1": {"party/harbour"}}
    return made


def to_work(office: Office, case: UUID) -> None:
    """Lead a new supply up to its work order."""
    for step in ("application", "survey"):
        office.step(case, step)
    office.quote(case, UNTIL)
    office.act(case, "accept", now=office.at.clock.now())
    office.act(case, "end_step", office.desk.case(case).step, "", {"account": "A-2"})


def test_a_case_of_the_same_words_is_one_and_numbers_have_no_gap(office: Office) -> None:
    first = office.open()
    assert office.open() == first
    with pytest.raises(CaseError, match="do not know 'party/nobody'"):
        office.open("x", applicant="party/nobody")
    with pytest.raises(WorkError, match="no UTILITY/KEY"):
        office.open("x", node="electricity/f9")
    with pytest.raises(CaseError, match="does not pay for m1"):
        office.open("x", CaseKind.CLOSURE, account="A-9")
    with pytest.raises(CaseError, match="not that of party/mill"):
        office.open("x", CaseKind.SUSPENSION, applicant="party/mill")
    second = office.open("other", CaseKind.SUSPENSION, applicant="party/harbour")
    numbers = [office.desk.case(each).number for each in (first, second)]
    assert numbers == ["C-2019-00001", "C-2019-00002"]


def test_an_order_is_stored_with_its_case_or_not_at_all(office: Office) -> None:
    case = office.open()
    with pytest.raises(CaseError, match="is at application"):
        office.desk.make_order(case, "critical", by=BEN, command_id=command("early"))
    to_work(office, case)
    before = office.at.rows("SELECT count(*) FROM {s}.operations_events")
    with pytest.raises(WorkError, match="no checklist"):
        office.desk.make_order(
            case, "critical", checklist="none", by=BEN, command_id=command("none")
        )
    assert office.at.rows("SELECT count(*) FROM {s}.operations_events") == before
    order = office.desk.make_order(case, "critical", by=BEN, command_id=command("order"))
    again = office.desk.make_order(case, "critical", by=BEN, command_id=command("order"))
    assert again == order == office.desk.case(case).order
    (after,) = office.at.rows("SELECT count(*) FROM {s}.operations_events")
    assert after[0] == before[0][0] + 3, "the order, its number, the case: once"
    with pytest.raises(CaseError, match="has work order W-2019-00001"):
        office.desk.make_order(case, "critical", by=BEN, command_id=command("more"))
    with pytest.raises(CaseError, match="is not finished"):
        office.step(case, "work")
    orders = WorkOrderDesk(office.at.writer, office.at.site, office.at.clock)
    made = command("cancel")
    orders.act(order, lambda it: it.cancel("rain", by=BEN, command_id=made), command_id=made)
    assert orders.order(order).state is OrderState.CANCELLED
    other = office.desk.make_order(case, "critical", by=BEN, command_id=command("second"))
    assert office.story(case).order == orders.order(other).number


def test_an_estimate_proves_no_commissioning(office: Office) -> None:
    case = office.open()
    to_work(office, case)
    with pytest.raises(CaseError, match="work"):
        office.step(case, "commissioning", point="m1")
    known = office.desk.case(case)
    office.act(case, "end_step", known.step, "", {})
    office.books.days.clear()
    with pytest.raises(CaseError, match="No meter is commissioned at 'm9'"):
        office.step(case, "commissioning", point="m9")
    with pytest.raises(CaseError, match="No reading of m1"):
        office.step(case, "commissioning", point="m1")
    office.at.accept(reading(1, 800, 100))
    office.at.project()
    office.at.tick(3600)
    office.step(case, "commissioning", point="m1")
    assert office.row(case).point == "m1"


def test_a_suspension_is_carried_out_by_switching_and_confirmed_by_readings(
    office: Office,
) -> None:
    case = office.open("pause", CaseKind.SUSPENSION)
    office.step(case, "application")
    board = Board(office.at)
    board.publish()
    board.asked["A-1/1"] = Asked(
        kind=RequestKind.DISCONNECT, reference="A-1/1", points=("m1",), ready=True
    )
    plain, order = board.write("plain"), board.write("asked", "A-1/1")
    carried_out(board, plain)
    fold(office.at)

    def refused(why: str, **said: str) -> None:
        with pytest.raises((CaseError, SwitchingError), match=why):
            office.step(case, "disconnection", **said)

    refused("Say which switching order")
    refused("no such switching order", switching="S-2019-00009")
    refused("S-2019-00001 is no disconnection of m1", switching="S-2019-00001")
    refused("S-2019-00002 is not completed", switching="S-2019-00002")
    carried_out(board, order)
    fold(office.at)
    refused("readings do not confirm", switching="S-2019-00002")
    office.at.accept(*(reading(1, 900 + 15 * n, 100) for n in range(6)))
    office.at.project()
    office.step(case, "disconnection", switching="S-2019-00002")
    with pytest.raises(CaseError, match="account suspend"):
        office.step(case, "terms")
    office.books.stopped["A-1", "m1"] = date(2019, 1, 1)
    office.step(case, "terms")
    assert office.row(case).state is CaseState.DONE


def carried_out(board: Board, order: UUID) -> None:
    """Let an order be carried out, with the permit that its template demands."""
    board.release(order)
    board.do(order, 1, 2, 3)
    made, now = command("permit", order), board.at.clock.now()
    board.desk.give_permit(order, permit(), by=GUARDIAN, command_id=made)
    assert now < END
    board.act(order, "return_permit", HOLDER)
    board.do(order, 4)
    board.act(order, "complete", OPERATOR)


def sees(web: Database, office: Office, tenants: Collection[str], **accounts: date) -> set[str]:
    """Return the numbers of the cases that somebody bound to some tenants finds."""
    held = {key.replace("_", "-"): ((first, None),) for key, first in accounts.items()}
    own = Own(accounts=held, channels={}, points=frozenset(), tenants=frozenset(tenants))
    with web.transaction() as connection:
        see_all(connection)
        see_own(connection, own, office.at.site.zone)
        found = read_own_cases(connection, office.at.site, office.at.clock.now())
        assert all(seen.promised.whole_at for seen in found)
        for table in CASE_TABLES:
            hidden = connection.execute(f"SELECT count(*) FROM {office.at.schema}.{table}")
            assert hidden.fetchone() == (0,), "the tables are the office's"
    return {seen.number[-1] for seen in found}


def test_an_applicant_sees_its_own_cases_and_nobody_elses(office: Office) -> None:
    office.open("1")
    office.open("2", CaseKind.CLOSURE)
    office.open("3", CaseKind.SUSPENSION, applicant="party/harbour")
    fold(office.at)
    web = Database(office.at.server.dsn(WEB), max_size=2)
    before, after = date(2018, 1, 1), date(2019, 1, 2)
    assert sees(web, office, ["party/mill"]) == {"1"}
    assert sees(web, office, ["party/harbour"], A_1=before) == {"2", "3"}
    assert sees(web, office, ["party/harbour"], A_1=after) == {"3"}, "the account came later"
    assert sees(web, office, ["account/A-1"], A_1=before) == {"2"}
    assert sees(web, office, ["party/forge"]) == set()
    with web.transaction() as connection:
        assert read_cases(connection, office.at.schema, over=True) == [], "nobody said whose eyes"
        now = office.at.clock.now()
        assert read_own_cases(connection, office.at.site, now) == [], "nor to the applicants"
    web.close()


def test_who_has_the_code_sees_that_case_alone_as_the_applicant_does(office: Office) -> None:
    case, other = office.open("1"), office.open("2", CaseKind.CLOSURE)
    office.step(case, "application", words="the neighbour's board is too small")
    office.step(case, "survey")
    quoted = office.quote(case, UNTIL)
    office.act(case, "hand_over", to=BEN)
    row, now = office.row(case), office.at.clock.now()
    with office.at.writer.connection() as connection:
        told = applicant_view(connection, office.at.site, row, now)
    web = Database(office.at.server.dsn(WEB), max_size=2)
    with web.transaction() as connection:
        see_case(connection, case)
        (seen,) = read_own_cases(connection, office.at.site, now)
        assert replace(seen, offer=None) == replace(told, offer=None)
        assert seen.offer is not None
        assert (seen.offer.total, seen.offer.quoted_by) == (quoted.sums.total, None)
        assert read_cases(connection, office.at.schema, over=True) == []
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            connection.execute(f"DELETE FROM {office.at.schema}.supply_case")
    with web.transaction() as connection:
        see_case(connection, other)
        assert [each.number for each in read_own_cases(connection, office.at.site, now)] == [
            "C-2019-00002"
        ]
    web.close()


def test_an_order_that_another_process_made_by_the_same_command_is_found(office: Office) -> None:
    case = office.open()
    to_work(office, case)
    desk, made = office.desk, command("order")
    asked = desk.case

    def overtaken(identity: UUID) -> SupplyCase:
        desk.case = asked  # type: ignore[method-assign]  # once
        found = asked(identity)
        office.desk.make_order(case, "critical", by=BEN, command_id=made)
        return found

    desk.case = overtaken  # type: ignore[method-assign]  # between its two looks at the case
    order = desk.make_order(case, "critical", by=BEN, command_id=made)
    assert office.desk.case(case).order == order


def test_the_applicant_reads_step_turn_offer_and_when(office: Office) -> None:
    case = office.open()
    for step in ("application", "survey"):
        office.step(case, step)
    quoted = office.quote(case, UNTIL)
    row = office.row(case)
    with office.at.writer.connection() as connection:
        now = office.at.clock.now()
        seen = applicant_view(connection, office.at.site, row, now)
        later = applicant_view(connection, office.at.site, row, quoted.lapses_at)
    assert (seen.turn, seen.waits_for) == (Turn.APPLICANT, WaitsFor.CUSTOMER)
    assert (later.turn, later.waits_for) == (Turn.OURS, "")
    assert seen.offer is not None
    assert str(seen.offer.total) == "120.00"
    assert [str(step) for step, _ in seen.done] == ["application", "survey"]
    assert [str(step) for step in seen.to_come] == [
        "contract",
        "work",
        "commissioning",
        "first_bill",
    ]
    office.act(case, "withdraw", "too dear")
    assert office.row(case).state is CaseState.WITHDRAWN


def test_the_code_of_a_case_fits_that_case_alone(office: Office) -> None:
    vault = PersonVault(bytes(range(32)), TableKeys(office.at.writer))
    first, second = office.open("1"), office.open("2")
    code = case_code(vault, first)
    assert code_fits(vault, first, code.lower().replace("-", " "))
    assert not code_fits(vault, second, code)
    assert not code_fits(vault, first, "")
    other = PersonVault(bytes(32), TableKeys(office.at.writer))
    assert not code_fits(other, first, code), "another installation has other codes"


def test_tables_folded_anew_are_the_tables_as_they_were(office: Office) -> None:
    case, other = office.open(), office.open("other")
    to_work(office, case)
    office.desk.make_order(case, "critical", by=BEN, command_id=command("order"))
    office.act(case, "wait", WaitsFor.PART, "cable")
    office.at.tick(7200)
    office.act(case, "resume")
    office.act(case, "hand_over", to=BEN)
    office.act(case, "take", by=BEN)
    made = command("paper")
    office.desk.add_paper(case, b"%PDF-1.4", "application/pdf", by=ANNA, command_id=made)
    office.step(other, "application")
    office.act(other, "refuse", "no room")
    with pytest.raises(CaseError, match="refused"):
        office.desk.add_paper(other, b"%PDF-1.5", "application/pdf", by=ANNA, command_id=made)
    assert office.at.rows("SELECT count(*) FROM {s}.attachment") == [(1,)], "refused, not kept"
    fold(office.at)

    def tables() -> dict[str, object]:
        return {
            name: office.at.rows(f"SELECT * FROM {{s}}.{name} ORDER BY 1, 2")
            for name in CASE_TABLES
        }

    before = tables()
    assert all(before.values())
    office.at.tick(9 * 86_400)
    owner = Database(office.at.server.dsn(OWNER), max_size=2)
    rebuild_views(owner, office.at.site, "cases", office.at.clock, wait_s=5, tell=lambda *_: None)
    owner.close()
    assert tables() == before
    with office.at.writer.connection() as connection:
        row = case_named(connection, office.at.schema, "c-2019-00001")
    assert [each.owner for each in row.been] == [*[ANNA] * 4, BEN]
    (offered, waited) = row.pauses
    assert offered.end_at == offered.begin_at, "the offer was taken at once"
    assert waited.end_at is not None
    assert (waited.end_at - waited.begin_at).total_seconds() == 7200
