"""The whole web process over a real database, in the role that it has: sign-in writes and reads."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from pypdf import PdfReader

from billing.documents.samples import sample_letterhead
from billing.office import BillingOffice
from billing.views.outage_tenants import supplied_by
from dashboards.app import create_app
from dashboards.commands import Commands
from dashboards.queries.sql import SqlQueries
from dashboards.queries.sql_site import SqlSite
from dashboards.security import totp
from dashboards.security.passwords import hashed
from dashboards.security.people import Doors
from dashboards.security.session_store import SqlSessionStore
from dashboards.settings import WebSettings
from energy.alerting.desk import AlertDesk
from energy.alerting.outages.desk import OutageDesk
from energy.alerting.sounding.desk import SoundDesk
from energy.base.ids import id_of
from energy.journal.access import Access
from energy.journal.directory import People
from energy.journal.factors import Factors
from energy.service.note_desk import NoteDesk
from energy.store.embedded import EmbeddedPostgres
from energy.store.pool import Database
from energy.store.wall import STAFF
from processes.papers.issued import BillPapers
from processes.papers.letterheads import name_letterhead
from processes.web import displays_of, money_of, till_of
from tests.billing.conftest import server, town
from tests.billing.town import Town
from tests.dashboards.fake_till import no_card_writer
from tests.fixtures.doubts import review_of

__all__ = ["server", "town"]
HTML = {"Accept": "text/html"}
pytestmark = pytest.mark.servers
FIRST = "first-password-of-all"
OWN = "a much longer own one"


@pytest.fixture
def database(server: EmbeddedPostgres) -> Iterator[Database]:
    """A pool in the role of the web process."""
    database = Database(server.dsn(user="meterline_web"), scope=STAFF)
    yield database
    database.close()


def test_a_person_signs_in_changes_the_password_issues_bills_and_downloads_one(
    town: Town, database: Database
) -> None:
    town.found()
    town.read()
    town.catch_up()
    run = town.open_and_rate()
    town.catch_up()
    name = f"ada-{town.site.key}"
    People(town.database, town.clock, town.vault).add(
        sign_in=name,
        name="Ada",
        password_hash=hashed(FIRST),
        roles=["billing_approver", "billing_clerk"],
        language="en",
        command_id=id_of("add", name),
    )
    head = replace(sample_letterhead(), country="GB")
    name_letterhead(town.database, town.office.books, head, {}, command_id=uuid4())
    client = _server(town, database).test_client()
    form = {"sign_in": name, "password": FIRST}
    assert client.post("/login", data=form).headers["Location"] == "/second-factor?next=/"
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", client.get("/second-factor").text)
    assert secret is not None
    code = totp.code_of(secret[1].replace(" ", ""), int(town.clock.now().timestamp()) // 30)
    enrol = {"csrf": _token(client), "code": code}
    assert client.post("/second-factor", data=enrol).status_code == 200
    assert client.get("/", headers=HTML).headers["Location"] == "/change-password"
    change = {"csrf": _token(client), "old": FIRST, "new": OWN, "again": OWN}
    assert client.post("/change-password", data=change).headers["Location"] == "/"
    for verb in ("approve", "issue"):
        seal = re.search(r"seen.{2,5}([0-9a-f]{64})", _page(client, f"/bills/runs/{run}"))
        assert seal is not None
        answer = _press(client, verb, str(run), seal[1])
        assert answer.status_code == 200
        town.catch_up()
    rows = town.rows(f"SELECT invoice, number FROM {town.site.schema}.invoice ORDER BY account")
    assert all(number for _, number in rows)
    pdf = client.get(f"/download/bills/{rows[0][0]}.pdf")
    file = PdfReader(io.BytesIO(pdf.data))
    assert {"factur-x.xml", "invoice.json"} <= set(file.attachments)
    assert sample_letterhead().phone in file.pages[0].extract_text(), "the site's letterhead"
    assert str(rows[0][1]) in _page(client, f"/bills/runs/{run}")
    assert client.post("/sign-out", data={"csrf": _token(client)}).status_code == 303
    assert client.get("/_dash-layout").status_code == 401


def test_failed_sign_ins_are_counted_for_all_workers(town: Town, database: Database) -> None:
    one, other = (_server(town, database).test_client() for _ in range(2))
    nobody = f"nobody-{town.site.key}"
    form = {"sign_in": nobody, "password": "x"}
    assert [one.post("/login", data=form).status_code for _ in range(5)] == [401] * 5
    assert other.post("/login", data=form).status_code == 429


def _server(town: Town, database: Database):  # noqa: ANN202  # a Flask
    at = SqlSite(database=database, site=town.site, clock=town.clock, vault=town.vault)
    office = BillingOffice(database, town.site, town.clock, town.vault)
    papers = BillPapers(database=database, books=office.books, data_dir=Path())
    settings = WebSettings(
        site_key=town.site.key,
        site_name=town.site.name,
        zone=town.site.zone,
        currency=town.site.currency,
        language="en",
        version="0.1.0",
        secure_cookies=True,
    )
    return create_app(
        settings,
        queries=SqlQueries(at),
        commands=Commands(
            town.site.key,
            alerts=AlertDesk(database, town.site, town.clock),
            outages=OutageDesk(database, town.site, town.clock, supplied_by(database, town.site)),
            sound=SoundDesk(database, town.site.key, town.site.schema, town.clock),
            office=office,
            notes=NoteDesk(database, town.site.schema, town.clock),
            money=money_of(office, town.vault),
            till=till_of(office, town.clock, no_card_writer),
            displays=displays_of(database, town.site, town.clock),
            review=review_of(town, database),
        ),
        doors=Doors(
            people=People(database, town.clock, town.vault),
            access=Access(database, town.clock, town.vault),
            factors=Factors(database, town.clock, town.vault),
            vault=town.vault,
        ),
        session_store=SqlSessionStore(database, town.vault.digest),
        clock=town.clock,
        render_pdf=papers.pdf,
    )


def _token(client) -> str:  # noqa: ANN001  # a Flask client
    return str(client.get_cookie("meterline_csrf").value)


def _post(client, body: dict[str, object]):  # noqa: ANN001, ANN202
    headers = {"X-CSRFToken": _token(client)}
    return client.post("/_dash-update-component", json=body, headers=headers)


def _press(client, verb: str, run: str, seen: str):  # noqa: ANN001, ANN202
    button = {"run": run, "seen": seen, "type": "decide-run", "verb": verb}
    name = json.dumps(button, separators=(",", ":"), sort_keys=True)
    return _post(
        client,
        {
            "output": "run-panel.children",
            "outputs": {"id": "run-panel", "property": "children"},
            "inputs": [[{"id": button, "property": "n_clicks", "value": 1}]],
            "changedPropIds": [f"{name}.n_clicks"],
        },
    )


def _page(client, path: str) -> str:  # noqa: ANN001
    return str(
        _post(
            client,
            {
                "output": "page.children",
                "outputs": {"id": "page", "property": "children"},
                "inputs": [
                    {"id": "url", "property": "pathname", "value": path},
                    {"id": "url", "property": "search", "value": ""},
                ],
                "changedPropIds": ["url.pathname"],
            },
        ).text
    )
