"""In: a database server. Out: a billed town with two tenants, served, its person in any role. I/O.

Real queries and desks in the role of the web process; only the doors are made up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from billing.cash_desk.desk import Desk, Payment
from billing.cash_desk.shift_events import Means
from billing.enquiries.desk import EnquiryDesk
from billing.enquiries.enquiry import About, Subject
from billing.office import BillingOffice
from billing.prepaid.office import PrepaidOffice
from billing.receivables.collecting import Collecting
from billing.views.outage_tenants import supplied_by
from billing.views.service_desk import desk_books
from dashboards.commands import Commands
from dashboards.notice_commands import NoticeCommands
from dashboards.rule_commands import RuleCommands
from dashboards.security.scope import Role
from energy.alerting.desk import AlertDesk
from energy.alerting.notices.desk import NoticeDesk
from energy.alerting.outages.desk import OutageDesk
from energy.alerting.rule_desk import RuleDesk
from energy.alerting.sounding.desk import SoundDesk
from energy.alerting.suppression_desk import SuppressionDesk
from energy.base.clock import ManualClock
from energy.base.ids import id_of
from energy.journal.application import JournalApplication
from energy.metering.plant import SupplyGraph
from energy.service.note_desk import NoteDesk
from energy.service.reports.desk import ReportDesk
from energy.service.reports.table import Column, ReportTable
from energy.service.requests.article import ArticleText
from energy.service.requests.article_desk import ArticleDesk
from energy.service.requests.desk import RequestDesk
from energy.service.requests.kinds import RequestKind
from energy.service.work.desk import IncidentDesk, WorkPlanDesk
from energy.service.work.heard import Spot
from energy.service.work.kinds import Origin
from energy.service.work.levels import parse_levels
from energy.store.embedded import EmbeddedPostgres
from energy.views.rollup import roll_up
from processes.web import (
    displays_of,
    duty_of,
    equipment_of,
    money_of,
    shift_reports_of,
    takeover_of,
    till_of,
    work_of,
)
from processes.web_service import service_of
from tests.billing.conftest import new_town, server
from tests.billing.town import CLERK, Town
from tests.dashboards.fake_till import no_card_writer
from tests.dashboards.fakes import PASSWORD, FakePeople, person_of, settings, web_over
from tests.dashboards.queries.conftest import NOW, WebTown, shown
from tests.dashboards.security.matrix_lists import NOBODY, ONE, OTHER, WORDS
from tests.energy.service.reports.edition import contents
from tests.energy.service.requests.counter import Counter
from tests.energy.service.work.shop import Shop
from tests.energy.service.work.test_levels import FILE
from tests.fixtures.doubts import review_of
from tests.fixtures.supply import electricity, node
from tests.fixtures.town_book import TownBook
from tests.fixtures.town_cases import cases_asked
from tests.fixtures.town_inspections import inspected, inspections_at
from tests.fixtures.town_switching import ask, written

__all__ = ["server"]
DISPUTE = """
[[level]]
class = "bill-dispute"
name = { en = "Bill dispute", zh = "账单异议" }
response_min = 60
resolution_min = 600
counting = "round_the_clock"
"""
LATE = date(2019, 6, 3)
"""Day of the letters of matrix_lists.ROUTES."""


@dataclass(frozen=True)
class Subjects:
    """What the pages and callbacks of the town are about."""

    run: UUID
    invoices: dict[str, UUID]
    numbers: dict[str, str]
    enquiries: dict[str, UUID]
    outages: dict[str, UUID]
    receipts: dict[str, str]
    cases: dict[str, str]
    """Number of a supply case of each tenant."""
    inspections: dict[str, tuple[str, str]]
    """Id of a suspicion of each tenant's meter, and number of its inspection."""
    work: dict[str, tuple[str, str]]
    """Number of an incident that the tenant told, and of an order of it."""
    requests: dict[str, str]
    """Number of a dispute of the tenant's bill at the service desk."""

    def of(self, building: str) -> dict[str, str]:
        return {
            "run": str(self.run),
            "invoice": str(self.invoices[building]),
            "building": building,
            "person": str(NOBODY),
            "number": self.numbers[building],
            "enquiry": str(self.enquiries[building]),
            "outage": str(self.outages[building]),
            "receipt": self.receipts[building],
            "incident": self.work[building][0],
            "order": self.work[building][1],
            "request": self.requests[building],
            "case": self.cases[building],
            "suspicion": self.inspections[building][0],
            "inspection": self.inspections[building][1],
        }


READS_ADDRESS = "page.children"


@dataclass
class Matrix:
    """A server over the town, and whoever sits before it."""

    web: WebTown
    people: FakePeople
    server: Flask
    client: FlaskClient
    subjects: Subjects
    token: str

    def sit(self, role: Role, *tenants: str) -> None:
        """Let the signed-in person have another role, bound to tenants."""
        person = self.people.people["grace"]
        self.people.people["grace"] = replace(person, roles=(str(role),))
        self.people.tenancies = frozenset(tenants)

    def post(self, body: dict[str, Any]) -> Any:
        return self.client.post(
            "/_dash-update-component", json=body, headers={"X-CSRFToken": self.token}
        )

    def page(self, address: str) -> str:
        path, _, search = address.partition("?")
        body = {
            "output": READS_ADDRESS,
            "outputs": {"id": "page", "property": "children"},
            "inputs": [
                {"id": "url", "property": "pathname", "value": path},
                {"id": "url", "property": "search", "value": f"?{search}" if search else ""},
            ],
            "changedPropIds": ["url.pathname"],
        }
        answer = self.post(body)
        assert answer.status_code == 200, address
        return str(answer.text)

    def secrets(self, building: str) -> list[str]:
        """Return texts that only the tenant of a building, and staff, may be told."""
        numbers = {"b1": ("SN-0001", "SN-0002"), "b2": ("SN-0003", "SN-0004")}[building]
        money = [f"A-{building}", f"Tenant of {building}", self.subjects.numbers[building]]
        paid = self.subjects.receipts[building]
        return [*numbers, f"Meter of {building}", *money, WORDS[building], paid]

    def stored(self) -> object:
        """Return how many entries the journals of the site hold."""
        schema = self.web.town.site.schema
        return self.web.town.rows(f"SELECT application, position FROM {schema}.journal_head")


@pytest.fixture(scope="module")
def matrix(server: EmbeddedPostgres) -> Iterator[Matrix]:
    with new_town(server) as town, shown(server, town) as web:
        metering = JournalApplication(town.database, town.site.schema, "metering", town.clock)
        metering.store(supply_of(town.site.key))
        run, _ = town.bill()
        with town.database.connection() as connection:
            while roll_up(connection, town.site.schema):
                pass
        rows: list[Any] = town.rows(
            f"SELECT account, invoice, number FROM {town.site.schema}.invoice"
        )
        desk = EnquiryDesk(town.office.books, town.clock, town.vault)
        asked = {
            account[2:]: desk.ask(
                About(account=account, subject=Subject.BILL, key=number), WORDS[account[2:]], NOBODY
            )
            for account, _, number in rows
        }
        receipts = {each: paid_at_desk(town, f"A-{each}") for each in (ONE, OTHER)}
        dunned(town)
        town.catch_up()
        outages = planned_outages(town)
        switched(town)
        reported(town, next(number for account, _, number in rows if account == f"A-{ONE}"))
        work = work_under_way(town)
        requests = disputes(town, {account[2:]: number for account, _, number in rows})
        book = TownBook(town=town, clock=ManualClock(NOW))
        cases = cases_asked(book, (ONE, OTHER), NOBODY)
        inspections = inspected(
            TownBook(town=town, clock=ManualClock(NOW)),
            (ONE, OTHER),
            (NOBODY, id_of("person", "x")),
        )
        subjects = Subjects(
            run=run,
            enquiries=asked,
            outages=outages,
            receipts=receipts,
            work=work,
            requests=requests,
            cases=cases,
            inspections=inspections,
            invoices={account[2:]: invoice for account, invoice, _ in rows},
            numbers={account[2:]: number for account, _, number in rows},
        )
        clock = ManualClock(NOW)
        made = web_over(
            web.queries,
            commands_of(web, town, desk, clock),
            clock,
            person_of("grace", "viewer"),
            settings=replace(settings(), site_key=town.site.key, zone=town.site.zone),
        )
        client, token = signed_in(made.server)
        yield Matrix(web, made.people, made.server, client, subjects, token)


def signed_in(made: Flask) -> tuple[FlaskClient, str]:
    """Return a browser in which the person has signed in, and its token."""
    client = made.test_client()
    answer = client.post("/login", data={"sign_in": "grace", "password": PASSWORD})
    assert answer.status_code == 303
    cookie = client.get_cookie("meterline_csrf")
    assert cookie is not None
    return client, cookie.value


def commands_of(web: WebTown, town: Town, desk: EnquiryDesk, clock: ManualClock) -> Commands:
    """Return the writes of the town by the web's role."""
    office = BillingOffice(web.staff, town.site, clock, town.vault)
    return Commands(
        town.site.key,
        alerts=AlertDesk(web.staff, town.site, clock),
        outages=OutageDesk(web.staff, town.site, clock, supplied_by(web.staff, town.site)),
        sound=SoundDesk(web.staff, town.site.key, town.site.schema, clock),
        office=office,
        notes=NoteDesk(web.staff, town.site.schema, clock),
        money=money_of(office, town.vault),
        till=till_of(office, clock, no_card_writer),
        displays=displays_of(web.staff, town.site, clock),
        review=review_of(town, web.staff),
        takeover=takeover_of(office, town.vault),
        rules=RuleCommands(
            town.site.key,
            RuleDesk(web.staff, town.site, clock),
            SuppressionDesk(web.staff, town.site.schema, clock),
        ),
        work=work_of(office, web.staff, clock),
        notices=NoticeCommands(town.site.key, NoticeDesk(web.staff, town.site, town.vault, clock)),
        duty=duty_of(web.staff, town.site, clock),
        equipment=equipment_of(web.staff, town.site, clock),
        enquiries=desk,
        shift_reports=shift_reports_of(web.staff, town.site, clock),
        service=service_of(
            web.staff,
            town.site,
            clock,
            office.books,
            town.vault,
            inspections=inspections_at(town, web.staff, clock),
        ),
    )


def paid_at_desk(town: Town, account: str) -> str:
    """Let a tenant pay at a desk of its own; return the receipt's number."""
    books = town.office.books
    desk = Desk(books, PrepaidOffice(books, town.clock), account[2:].upper())
    desk.open(Decimal(0), desk.office.act(CLERK, id_of("shift", account)))
    paid = Payment(amount=Decimal("5.00"), means=Means.CASH)
    return desk.pay(account, None, paid, desk.office.act(CLERK, id_of("paid", account))).receipt


def dunned(town: Town) -> None:
    """Write to both tenants about their bills."""
    collecting = Collecting(town.office.books, town.vault)
    for letter in collecting.due_letters(LATE):
        collecting.send(letter, LATE, command_id=id_of("dun", letter.account))


def planned_outages(town: Town) -> dict[str, UUID]:
    """Plan an outage of each tenant's node, and let a second person review one; return them."""
    book = TownBook(town=town, clock=ManualClock(NOW))
    book.people()
    found = {each: book.planned(f"{each}-node") for each in (ONE, OTHER)}
    book.reviewed(found[ONE])
    return found


def switched(town: Town) -> None:
    """Write a switching order that billing asked for; a request of the other tenant waits."""
    book = TownBook(town=town, clock=ManualClock(NOW))
    ask(book, f"A-{OTHER}")
    written(book, f"{ONE}-node", ask(book, f"A-{ONE}"))


def reported(town: Town, number: str) -> None:
    """Keep a report of a day in two editions, its money with a word of who may read bills."""
    book = TownBook(town=town, clock=ManualClock(NOW))
    desk = ReportDesk(book.writer, book.site, book.clock)
    columns = (Column(name="what", kind="text"), Column(name="total", kind="amount"))
    for position, total in enumerate(("1.00", "2.00"), 1):
        part = ReportTable(key="money", columns=columns, rows=((number, total),))
        made = replace(contents(position), span="2019-01-02", tables=(part,))
        desk.keep(made, {"metering": position})
    book.settle()


def work_under_way(town: Town) -> dict[str, tuple[str, str]]:
    """Open an incident that each tenant told of, and an order of it; return their numbers."""
    book = TownBook(town=town, clock=ManualClock(NOW))
    shop = Shop(book.known)
    shop.publish()
    incidents = IncidentDesk(book.writer, book.site, book.clock, lambda _account: True)
    found = {}
    for each in (ONE, OTHER):
        heard = shop.heard(
            origin=Origin.ACCOUNT,
            about=f"A-{each}",
            spot=Spot(point=f"{each}-elec"),
            heard_at=NOW,
        )
        made = id_of("work", each)
        incident = incidents.open(heard, "critical", by=NOBODY, command_id=made)
        job = shop.job(incident=incident, since=NOW)
        order = shop.orders.open(job, "", checklist="meter-swap", by=NOBODY, command_id=made)
        found[each] = (incidents.incident(incident).number, shop.orders.order(order).number)
    book.settle()
    return found


def disputes(town: Town, bills: dict[str, str]) -> dict[str, str]:
    """Let both tenants dispute their bills by phone, and an article be known; return numbers."""
    book = TownBook(town=town, clock=ManualClock(NOW))
    counter = Counter(book.known)
    first, levels = parse_levels(FILE + DISPUTE)
    WorkPlanDesk(book.writer, book.site, book.clock).publish_levels(
        levels, valid_from=first, by=NOBODY, command_id=id_of("levels", "disputes")
    )
    desk = RequestDesk(
        book.writer, book.site, book.clock, town.vault, desk_books(town.office.books)
    )
    found = {}
    for building, number in bills.items():
        asked = counter.asked(
            kind=RequestKind.BILL_DISPUTE,
            tenant=f"account/A-{building}",
            invoice=number,
            heard_at=NOW,
        )
        made = id_of("dispute", building)
        request = desk.open(asked, WORDS[building], by=NOBODY, command_id=made)
        found[building] = desk.request(request).number
    known = ArticleDesk(book.writer, book.site, book.clock)
    both = {"en": "A broken seal", "zh": "铅封损坏"}
    text = ArticleText(title=both, text=both, tags=[])
    known.write("broken-seal", text, by=NOBODY, command_id=id_of("article", "seal"))
    book.settle()
    return found


def supply_of(site: str) -> SupplyGraph:
    """Return the electricity of the town: a node for each tenant's meter."""
    nodes = (node(f"{each}-node", "grid", point=f"{each}-elec") for each in (ONE, OTHER))
    return electricity(site, node("grid", kind="incomer"), *nodes)
