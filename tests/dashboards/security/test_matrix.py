"""Every page, callback and route as every role and as another tenant: refused, or own rows only.

The lists are the app's own: what is added to it and not told here fails. Real queries and desks
over a billed town with two tenants, in the role of the web process; only the doors are made up.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient

from billing.enquiries.desk import EnquiryDesk
from billing.enquiries.enquiry import About, Subject
from billing.office import BillingOffice
from billing.views.outage_tenants import supplied_by
from dashboards.app import create_app
from dashboards.commands import Commands
from dashboards.notice_commands import NoticeCommands
from dashboards.pages.acts import ACTS
from dashboards.pages.views import VIEWS
from dashboards.rule_commands import RuleCommands
from dashboards.security.passwords import hashed
from dashboards.security.people import Doors
from dashboards.security.scope import RIGHTS, Right, Role
from energy.alerting.desk import AlertDesk
from energy.alerting.notices.desk import NoticeDesk
from energy.alerting.outages.desk import OutageDesk
from energy.alerting.rule_desk import RuleDesk
from energy.alerting.sounding.desk import SoundDesk
from energy.alerting.suppression_desk import SuppressionDesk
from energy.base.clock import ManualClock
from energy.base.ids import id_of
from energy.journal.application import JournalApplication
from energy.metering.places import ALWAYS
from energy.metering.plant import SupplyGraph
from energy.service.note_desk import NoteDesk
from energy.store.embedded import EmbeddedPostgres
from energy.views.rollup import roll_up
from processes.web import displays_of, money_of, takeover_of, till_of
from tests.billing.conftest import new_town, server
from tests.billing.town import Town
from tests.dashboards.fake_doors import FakeDoors, FakeSessionStore
from tests.dashboards.fake_till import no_card_writer
from tests.dashboards.fakes import PASSWORD, FakePeople, FakePerson, settings
from tests.dashboards.queries.conftest import NOW, WebTown, shown
from tests.fixtures.doubts import review_of
from tests.fixtures.supply import node, parts
from tests.fixtures.town_book import TownBook

__all__ = ["server"]
pytestmark = pytest.mark.servers
ONE, OTHER = "b1", "b2"
WORDS = {ONE: "Our oven was off all week", OTHER: "The shop was shut on Tuesday"}
"""What the tenants asked."""
NOBODY = UUID(int=7)
OPEN = None
"""Whoever is signed in."""


@dataclass(frozen=True)
class Subjects:
    """What the pages and callbacks of the town are about."""

    run: UUID
    invoices: dict[str, UUID]
    numbers: dict[str, str]
    enquiries: dict[str, UUID]
    outages: dict[str, UUID]

    def of(self, building: str) -> dict[str, str]:
        return {
            "run": str(self.run),
            "invoice": str(self.invoices[building]),
            "building": building,
            "person": str(NOBODY),
            "number": self.numbers[building],
            "enquiry": str(self.enquiries[building]),
            "outage": str(self.outages[building]),
        }


PAGES: dict[str, tuple[str, Right | None]] = {
    r"/": ("/", Right.READ_ENERGY),
    r"/reports": ("/reports?utility=electricity&compare=previous", Right.READ_ENERGY),
    r"/savings": ("/savings?utility=electricity", Right.READ_ENERGY),
    r"/load": ("/load?utility=electricity", Right.READ_ENERGY),
    r"/alerts/": ("/alerts/{person}", Right.READ_ENERGY),
    r"/alerts/sound": ("/alerts/sound", Right.READ_ENERGY),
    r"/alerts": ("/alerts", Right.READ_ENERGY),
    r"/rules": ("/rules", Right.READ_ENERGY),
    r"/rules/rule/": ("/rules/rule/none", Right.READ_ENERGY),
    r"/rules/expected": ("/rules/expected", Right.READ_ENERGY),
    r"/rules/actors": ("/rules/actors", Right.READ_ENERGY),
    r"/notices": ("/notices", Right.READ_ENERGY),
    r"/notices/texts": ("/notices/texts", Right.READ_ENERGY),
    r"/notices/texts/": ("/notices/texts/alert", Right.READ_ENERGY),
    r"/meters": ("/meters", Right.READ_ENERGY),
    r"/meters/quality": ("/meters/quality?span=week", Right.READ_ENERGY),
    r"/meters/": ("/meters/{building}-elec", Right.READ_ENERGY),
    r"/review": ("/review", Right.READ_ENERGY),
    r"/review/": ("/review/0123abcd", Right.READ_ENERGY),
    r"/plan": ("/plan/2019", Right.READ_ENERGY),
    r"/plan///": ("/plan/2019/place/town", Right.READ_ENERGY),
    r"/flows": ("/flows?utility=electricity", Right.READ_ENERGY),
    r"/plant": ("/plant", Right.READ_ENERGY),
    r"/outages": ("/outages", Right.READ_ENERGY),
    r"/outages/plan": (
        "/outages/plan?utility=electricity&node={building}-node",
        Right.READ_ENERGY,
    ),
    r"/outages/": ("/outages/{outage}", Right.READ_ENERGY),
    r"/plants": ("/plants?place={building}", Right.READ_ENERGY),
    r"/plant/": ("/plant/{building}-node?utility=electricity", Right.READ_ENERGY),
    r"/money": ("/money", Right.READ_BILLS),
    r"/tariffs": ("/tariffs", Right.READ_ENERGY),
    r"/tariffs///": ("/tariffs/campus-gas/2018-01-01/1", Right.READ_ENERGY),
    r"/tariffs////on/": ("/tariffs/campus-gas/2018-01-01/1/on/A-{building}", Right.READ_BILLS),
    r"/bills": ("/bills", Right.READ_BILLS),
    r"/bills/corrections": ("/bills/corrections", Right.READ_BILLS),
    r"/bills/corrections/": ("/bills/corrections/{number}/1", Right.READ_BILLS),
    r"/bills/runs/": ("/bills/runs/{run}", Right.READ_BILLS),
    r"/bills/runs//exceptions": ("/bills/runs/{run}/exceptions", Right.READ_BILLS),
    r"/bills/runs//exception/": ("/bills/runs/{run}/exception/none", Right.READ_BILLS),
    r"/bills/": ("/bills/{invoice}", Right.READ_BILLS),
    r"/bills//known/-": ("/bills/{invoice}/known/99-99", Right.READ_BILLS),
    r"/bills//lines//days/": ("/bills/{invoice}/lines/1/days/2019-01-02", Right.READ_BILLS),
    r"/bills//lines/": ("/bills/{invoice}/lines/1", Right.READ_BILLS),
    r"/admin": ("/admin", Right.ADMINISTER),
    r"/admin/people/": ("/admin/people/{person}", Right.ADMINISTER),
    r"/admin/events///": ("/admin/events/-/-/-", Right.ADMINISTER),
    r"/account": ("/account", OPEN),
    r"/tenants": ("/tenants", Right.READ_BILLS),
    r"/tenants/": ("/tenants/A-{building}", Right.READ_BILLS),
    r"/desk": ("/desk", Right.READ_BILLS),
    r"/takeover": ("/takeover", Right.READ_BILLS),
    r"/desk/": ("/desk/MAIN", Right.READ_BILLS),
    r"/desk//shifts/": ("/desk/MAIN/shifts/1", Right.READ_BILLS),
    r"/desk//": ("/desk/MAIN/A-{building}", Right.READ_BILLS),
    r"/wall/": ("/wall/main", Right.READ_ENERGY),
    r"/m": ("/m", Right.READ_ENERGY),
    r"/m/meters/": ("/m/meters/{building}-elec", Right.READ_ENERGY),
    r"/portal": ("/portal", Right.READ_OWN),
    r"/portal/meters/": ("/portal/meters/{building}-elec", Right.READ_OWN),
    r"/portal/enquiries": ("/portal/enquiries", Right.READ_OWN),
    r"/enquiries": ("/enquiries", Right.ANSWER),
    r"/portal/bills/": ("/portal/bills/{invoice}", Right.READ_OWN),
}
"""Form of an address without its groups -> an address, and what one must be allowed to see it."""
ROUTES: dict[str, tuple[str, Right | None]] = {
    "/login": ("/login", OPEN),
    "/change-password": ("/change-password", OPEN),
    "/second-factor": ("/second-factor", OPEN),
    "/pin": ("/pin", OPEN),
    "/kiosk/<token>": ("/kiosk/none", OPEN),
    "/preferences": ("/preferences", OPEN),
    "/health": ("/health", OPEN),
    "/metrics": ("/metrics", OPEN),
    "/download/bills/<uuid:invoice>.pdf": ("/download/bills/{invoice}.pdf", Right.READ_BILLS),
    "/download/own-bills/<uuid:invoice>.pdf": ("/download/own-bills/{invoice}.pdf", Right.READ_OWN),
    "/download/receipts/<desk>/<int:shift>/<receipt>.pdf": (
        "/download/receipts/MAIN/1/R-MAIN-2019-000001.pdf",
        Right.READ_BILLS,
    ),
    "/download/cash-up/<desk>/<int:shift>.pdf": ("/download/cash-up/MAIN/1.pdf", Right.READ_BILLS),
    "/download/tables/<name>.<form>": (
        "/download/tables/load.csv?utility=electricity",
        Right.READ_ENERGY,
    ),
    "/download/take-over.xlsx": ("/download/take-over.xlsx", Right.READ_BILLS),
    "/download/report.pdf": ("/download/report.pdf?span=month", Right.READ_ENERGY),
    "/assets/<path:filename>": ("/assets/app.css", OPEN),
    "/_dash-component-suites/<string:package_name>/<path:fingerprinted_path>": (
        "/_dash-component-suites/dash/x.js",
        OPEN,
    ),
    "/_dash-layout": ("/_dash-layout", OPEN),
    "/_dash-dependencies": ("/_dash-dependencies", OPEN),
    "/_reload-hash": ("/_reload-hash", OPEN),
    "/_favicon.ico": ("/_favicon.ico", OPEN),
    "/": ("/", OPEN),
    "/<path:path>": ("/meters", OPEN),
}
"""Rule -> an address, and what one must be allowed to get it; "/" is the frame without rows."""
POSTED = {
    *("/login", "/sign-out", "/change-password", "/second-factor", "/pin", "/devices"),
    "/_dash-update-component",
    *("/upload/take-over/workbook", "/upload/take-over/bills"),
}
"""Rules that take a POST: the doors have tests of their own, the others are posted below."""
WILD: dict[str, list[str]] = {
    "name": ["load"],
    "rule": ["none"],
    "key": ["{building}-node"],
    "alert": [str(NOBODY)],
    "outage": ["{outage}"],
    "about": ["point/b2-elec"],
    "note": [str(NOBODY)],
    "tab": ["open"],
    "act": sorted(ACTS),
    "field": ["amount", "words", "value"],
    "point": ["{building}-elec"],
    "form": ["2019-01-03T10:07:00+00:00"],
    "said": ["value=99999&doubts=above+below"],
    "path": ["/tariffs/campus-gas/2018-01-01/1"],
    "version": ["1"],
    "run": ["{run}"],
    "seen": ["0" * 64],
    "which": ["selected", "waiting"],
    "cause": [""],
    "invoice": ["{invoice}"],
    "pairs": ["1-1 2-2"],
    "metering": ["1"],
    "books": ["1"],
    "verb": ["approve", "issue", "end_session", "disable", "unlock", "roles"],
    "subject": [str(NOBODY)],
}
"""Part of an id that stands for many -> what is posted there."""
SOUND = {
    "screen": ["every", "wall/Hall"],
    "act": ["begin", "hear", "silence", "resume"],
    "about": ["desk/North@-", "10@-", "{person}"],
    "at": ["every"],
}
"""What a button of the sound is about."""
ENQUIRED = ["bill/{number}", "meter/{building}-elec", "{enquiry}"]
"""What an enquiry is about, or that it is."""
VALUES: dict[str, Any] = {
    "pathname": f"/admin/people/{NOBODY}",
    "search": "?utility=electricity",
    "n_intervals": 1,
    "n_clicks": 1,
    "n_submit": 1,
    "data": None,
    "cellRendererData": None,
    "clickData": None,
    "selectedRows": [],
    "rowData": [],
    "children": None,
    "value": "2019-01-01",
}
"""Property -> what is posted."""
ANSWERS = {200, 204, 400, 403, 404}
"""What a callback may answer to anybody."""
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
        return [*numbers, f"Meter of {building}", *money, WORDS[building]]

    def stored(self) -> object:
        """Return how many entries the journals of the site hold."""
        schema = self.web.town.site.schema
        return self.web.town.rows(f"SELECT application, position FROM {schema}.journal_head")


def grace() -> FakePerson:
    """Return who sits before the screens, as a viewer at first."""
    return FakePerson(
        person=id_of("person", "grace"),
        sign_in="grace",
        name="Grace",
        password_hash=hashed(PASSWORD),
        must_change=False,
        roles=("viewer",),
    )


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
        town.catch_up()
        outages = planned_outages(town)
        subjects = Subjects(
            run=run,
            enquiries=asked,
            outages=outages,
            invoices={account[2:]: invoice for account, invoice, _ in rows},
            numbers={account[2:]: number for account, _, number in rows},
        )
        clock = ManualClock(NOW)
        people = FakePeople({"grace": grace()})
        doors = FakeDoors(clock=clock, people=people, set_rules={"second_factor": []})
        made = create_app(
            replace(settings(), site_key=town.site.key, zone=town.site.zone),
            queries=web.queries,
            commands=commands_of(web, town, desk, clock),
            doors=Doors(people=people, access=doors, factors=doors, vault=doors),
            session_store=FakeSessionStore(),
            clock=clock,
            render_pdf=lambda _, document, language: f"%PDF {language} {document}".encode(),
        )
        client, token = signed_in(made)
        yield Matrix(web, people, made, client, subjects, token)


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
        alerts=AlertDesk(web.staff, town.site.schema, clock),
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
        notices=NoticeCommands(town.site.key, NoticeDesk(web.staff, town.site, town.vault, clock)),
        enquiries=desk,
    )


def planned_outages(town: Town) -> dict[str, UUID]:
    """Plan an outage of each tenant's node, and let a second person review one; return them."""
    book = TownBook(town=town, clock=ManualClock(NOW))
    book.people()
    found = {each: book.planned(f"{each}-node") for each in (ONE, OTHER)}
    book.reviewed(found[ONE])
    return found


def supply_of(site: str) -> SupplyGraph:
    """Return the electricity of the town: a node for each tenant's meter."""
    nodes, edges = parts(
        node("grid", kind="incomer"),
        *(node(f"{each}-node", "grid", point=f"{each}-elec") for each in (ONE, OTHER)),
    )
    return SupplyGraph(
        site=site,
        utility="electricity",
        valid_from=ALWAYS,
        nodes=nodes,
        edges=edges,
        command_id=id_of("supply", site),
    )


def form_of(pattern: str) -> str:
    """Return the form of an address without what stands in its groups."""
    kept, depth = "", 0
    for sign in pattern:
        depth += (sign == "(") - (sign == ")")
        kept += sign if depth == 0 and sign not in "()?" else ""
    return kept


def may(role: Role, right: Right | None) -> bool:
    return right is None or right in RIGHTS[role]


def bodies(callback: dict[str, Any], known: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Yield a callback's request for every choice of what its ids stand for."""
    outputs = callback["output"].strip(".").split("...")
    texts = [*outputs, *(e["id"] for e in (*callback["inputs"], *callback["state"]))]
    wild = sorted({part for text in texts for part in wild_of(text)})
    stands_for = dict(WILD)
    if '"type":"sound"' in callback["output"]:
        stands_for |= SOUND
    if "act-said" in callback["output"]:
        stands_for["about"] = [str(NOBODY), *ENQUIRED]
    for choice in product(*(stands_for[part] for part in wild)):
        chosen = {p: c.format(**known) for p, c in zip(wild, choice, strict=True)}
        inputs = [entry_of(entry, chosen) for entry in callback["inputs"]]
        first = inputs[-1][0] if isinstance(inputs[-1], list) else inputs[-1]
        name = first["id"]
        if isinstance(name, dict):
            name = written(name)
        state = [entry_of(entry, chosen) for entry in callback["state"]]
        if "till-found" in callback["output"]:  # somebody is looked for at a desk
            for entry, said in zip(state, ("road", "/desk/MAIN"), strict=True):
                entry["value"] = said
        yield {
            "output": callback["output"],
            "outputs": outputs_of(callback["output"], chosen),
            "inputs": inputs,
            "state": state,
            "changedPropIds": [f"{name}.{first['property']}"],
        }


def written(name: dict[str, str]) -> str:
    """Return an id as the browser writes it."""
    return json.dumps(name, separators=(",", ":"), sort_keys=True)


def told(answer: Any) -> str:
    """Return what an answer tells beside the ids that it was asked with."""
    return re.sub(r"bill.{1,8}CAM-\d+-\d+", "", answer.text)


def wild_of(text: str) -> set[str]:
    """Return the parts of an id, as dash writes it, that stand for many."""
    start = text.find("{")
    if start < 0:
        return set()
    parts = json.loads(text[start : text.rindex("}") + 1])
    return {part for part, stands_for in parts.items() if isinstance(stands_for, list)}


def entry_of(entry: dict[str, str], chosen: dict[str, str]) -> Any:
    name: Any = entry["id"]
    many = False
    if name.startswith("{"):
        parts = json.loads(name)
        many = ["ALL"] in parts.values()
        name = {p: chosen[p] if isinstance(v, list) else v for p, v in parts.items()}
    said = name if entry["property"] == "id" else VALUES[entry["property"]]
    posted = {"id": name, "property": entry["property"], "value": said}
    return [posted] if many else posted


def outputs_of(text: str, chosen: dict[str, str]) -> Any:
    if text.startswith(".."):
        return [outputs_of(each, chosen) for each in text.strip(".").split("...")]
    name, _, rest = text.rpartition(".")
    if name.startswith("{"):
        parts = json.loads(name)
        one = {
            "id": {p: chosen[p] if isinstance(v, list) else v for p, v in parts.items()},
            "property": rest.partition("@")[0],
        }
        return [one] if ["ALL"] in parts.values() else one
    return {"id": name, "property": rest.partition("@")[0]}


def test_every_page_and_route_of_the_app_is_told_here(matrix: Matrix) -> None:
    assert {form_of(view.path.pattern) for view in VIEWS} == set(PAGES)
    rules = {rule.rule for rule in matrix.server.url_map.iter_rules()}
    assert rules == ROUTES.keys() | POSTED
    posting = {r.rule for r in matrix.server.url_map.iter_rules() if "POST" in (r.methods or ())}
    assert posting == POSTED


def test_every_callback_of_the_app_can_be_posted_here(matrix: Matrix) -> None:
    known = matrix.subjects.of(OTHER)
    for callback in matrix.client.get("/_dash-dependencies").get_json():
        assert list(bodies(callback, known)), callback["output"]


@pytest.mark.parametrize("role", list(Role))
def test_a_page_is_shown_to_those_who_may_see_it_alone(matrix: Matrix, role: Role) -> None:
    matrix.sit(role)
    for form, (address, right) in PAGES.items():
        shown_page = matrix.page(address.format(**matrix.subjects.of(ONE)))
        if not may(role, right) and form != "/":
            assert '"data-ready":"absent"' in shown_page, form
    if not may(role, Right.READ_BILLS):
        for address, _right in PAGES.values():
            shown_page = matrix.page(address.format(**matrix.subjects.of(ONE)))
            assert matrix.subjects.numbers[ONE] not in shown_page, address


@pytest.mark.parametrize("mine", [ONE, OTHER])
def test_a_tenant_is_shown_its_own_alone(matrix: Matrix, mine: str) -> None:
    other = OTHER if mine == ONE else ONE
    matrix.sit(Role.TENANT, f"account/A-{mine}")
    for building, (form, (address, right)) in product((mine, other), PAGES.items()):
        shown_page = matrix.page(address.format(**matrix.subjects.of(building)))
        for secret in matrix.secrets(other):
            assert secret not in shown_page, f"{form} of {building} tells {secret}"
        theirs = building == mine or "{" not in address
        absent = '"data-ready":"absent"' in shown_page
        assert absent == (form != "/" and not (may(Role.TENANT, right) and theirs)), form
    assert matrix.secrets(mine)[0] in matrix.page("/portal")


@pytest.mark.parametrize("role", list(Role))
def test_a_route_answers_those_who_may_alone(matrix: Matrix, role: Role) -> None:
    matrix.sit(role, *([f"account/A-{ONE}"] if role is Role.TENANT else ()))
    for rule, (address, right) in ROUTES.items():
        with matrix.client.get(address.format(**matrix.subjects.of(OTHER))) as answer:
            if not may(role, right):
                assert answer.status_code == 403, rule
            for secret in () if may(role, Right.READ_BILLS) else matrix.secrets(OTHER)[2:]:
                assert secret.encode() not in answer.data, rule
    if not may(role, Right.ADMINISTER):
        bound = matrix.client.post("/devices", data={"csrf": matrix.token})
        assert bound.status_code in {400, 403}
    with matrix.client.get(f"/download/own-bills/{matrix.subjects.invoices[OTHER]}.pdf") as paper:
        assert paper.status_code == (404 if role is Role.TENANT else 403)
    with matrix.client.get(f"/download/own-bills/{matrix.subjects.invoices[ONE]}.pdf") as paper:
        assert paper.status_code == (200 if role is Role.TENANT else 403)


@pytest.mark.parametrize("role", list(Role))
def test_a_file_is_taken_of_those_who_may_hand_it_in_alone(matrix: Matrix, role: Role) -> None:
    matrix.sit(role, *([f"account/A-{ONE}"] if role is Role.TENANT else ()))
    before = matrix.stored()
    for rule, words in (("workbook", "no workbook"), ("bills", "parallel run")):
        data = {
            "run": str(matrix.subjects.run),
            "file": (io.BytesIO(b"PK not a workbook"), "take-over.xlsx"),
        }
        headers = {"X-CSRFToken": matrix.token}
        answer = matrix.client.post(f"/upload/take-over/{rule}", data=data, headers=headers)
        if may(role, Right.ISSUE):
            assert (answer.status_code, words in answer.text) == (422, True), answer.text
        else:
            assert answer.status_code == 403, rule
            assert matrix.subjects.numbers[ONE] not in answer.text
    assert matrix.stored() == before


@pytest.mark.parametrize(
    ("role", "mine"), [(Role.TENANT, ONE), (Role.TENANT, OTHER), (Role.KIOSK, "")]
)
def test_a_callback_tells_and_does_nothing_for_those_who_may_not(
    matrix: Matrix, role: Role, mine: str
) -> None:
    matrix.sit(role, *([f"account/A-{mine}"] if mine else ()))
    before = matrix.stored()
    for callback in matrix.client.get("/_dash-dependencies").get_json():
        for body in bodies(callback, matrix.subjects.of(OTHER if mine == ONE else ONE)):
            answer = matrix.post(body)
            assert answer.status_code in ANSWERS, (callback["output"], answer.text)
            for building in {ONE, OTHER} - {mine}:
                secrets = matrix.secrets(building)
                for secret in secrets[2:] if role is Role.KIOSK else secrets:
                    if role is Role.KIOSK and secret.startswith("Meter of"):
                        continue
                    assert secret not in told(answer), (callback["output"], secret)
    assert matrix.stored() == before


@pytest.mark.parametrize("role", [role for role in Role if not may(role, Right.READ_BILLS)])
def test_a_callback_tells_no_bill_to_those_who_read_none(matrix: Matrix, role: Role) -> None:
    matrix.sit(role)
    for callback in matrix.client.get("/_dash-dependencies").get_json():
        for body in bodies(callback, matrix.subjects.of(ONE)):
            answer = matrix.post(body)
            assert answer.status_code in ANSWERS, (callback["output"], answer.text)
            for building in (ONE, OTHER):
                assert matrix.subjects.numbers[building] not in told(answer), callback["output"]


def test_a_tenant_asks_about_its_own_and_reads_the_answer(matrix: Matrix) -> None:
    matrix.sit(Role.TENANT, f"account/A-{ONE}")
    before = matrix.stored()
    form = {"act": "ask-office", "about": f"bill/{matrix.subjects.numbers[ONE]}"}
    known = matrix.client.get("/_dash-dependencies").get_json()
    answer = matrix.post(
        {
            "output": next(each["output"] for each in known if "act-said" in each["output"]),
            "outputs": [
                {"id": "page", "property": "children"},
                [{"id": {**form, "type": "act-said"}, "property": "children"}],
            ],
            "inputs": [[{"id": {**form, "type": "act"}, "property": "n_clicks", "value": 1}]],
            "state": [
                [
                    {
                        "id": {**form, "type": "act-field", "field": field},
                        "property": "value",
                        "value": value,
                    }
                    for field, value in (("words", "Why?"), ("line", "1"))
                ],
                {"id": "url", "property": "pathname", "value": "/portal/enquiries"},
                {"id": "url", "property": "search", "value": ""},
            ],
            "changedPropIds": [written({**form, "type": "act"}) + ".n_clicks"],
        }
    )
    assert "Sent." in answer.text
    assert matrix.stored() != before
    matrix.web.town.catch_up()
    own = matrix.page("/portal/enquiries")
    assert "Why?" in own
    assert f"{matrix.subjects.numbers[ONE]}, line 1" in own
    matrix.sit(Role.BILLING_CLERK)
    office = matrix.page("/enquiries")
    assert [words for words in ("Why?", *WORDS.values()) if words not in office] == []


@pytest.mark.parametrize(
    "name", ["", "x", "-1", "9" * 30, "../..", "' OR 1=1", "\x00", "名" * 5000]
)
def test_what_does_not_exist_is_refused_by_every_callback_not_failed_at(
    matrix: Matrix, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    matrix.sit(Role.BILLING_CLERK)
    before = matrix.stored()
    known = dict.fromkeys(matrix.subjects.of(ONE), name)
    for part in WILD.keys() - {"verb", "act"}:
        monkeypatch.setitem(WILD, part, ["{person}"])
    monkeypatch.setitem(VALUES, "pathname", f"/{name}")
    failed = [
        callback["output"]
        for callback in matrix.client.get("/_dash-dependencies").get_json()
        for body in bodies(callback, known)
        if matrix.post(body).status_code not in ANSWERS
    ]
    assert failed == []
    assert matrix.stored() == before
