"""The line from an amount to the registers does not end where a share or a formula begins."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from billing.accounts.account import Supply
from billing.documents.page import page_of
from dashboards.pages.bills.proof import proof_page
from dashboards.queries.bill_document import computed_of, lines_of
from dashboards.security.scope import Role
from energy.base.clock import ManualClock
from energy.base.ids import id_of
from energy.base.units import Utility
from energy.metering.channel import Channel, ChannelFacts, Kind, facts_to_json
from energy.metering.formula.formula import Formula
from energy.metering.meter import Meter
from tests.dashboards.fakes import INVOICE, NOW, FakeSite
from tests.dashboards.test_pages import viewer
from tests.fixtures.postgres import TestSite, database_server, directory, new_site, site_schema
from tests.fixtures.shares import LAST, TENANTS, Mall, share_file
from tests.processes.shares.test_payers import APPROVER, CLERK, PAYS, Bills

__all__ = ["database_server", "directory", "new_site", "site_schema"]
pytestmark = pytest.mark.servers
HALVES = '[{ by = "area", portion = "1/2" }, { by = "energy", portion = "1/2" }]'
BOTH = 9


@pytest.fixture
def mall(site_schema: TestSite) -> Mall:
    mall = Mall(site_schema)
    mall.found()
    mall.read()
    mall.site.clock.move_to(mall.site.clock.now() + timedelta(days=100))
    return mall


def formula(mall: Mall) -> None:
    """Let a point be the lobby and twice the third shop."""
    facts = ChannelFacts(
        quantity="computed",
        kind=Kind.COMPUTED,
        utility=Utility.ELECTRICITY,
        unit="kWh",
        resolution=Fraction(1, 100),
        modulus=None,
        billing=True,
    )
    command = id_of("t", "both")
    site = mall.site.site.key
    meter = Meter(
        site=site,
        point="both",
        name="Both",
        place="mall",
        utility="electricity",
        channels=[facts_to_json(Channel(number=BOTH, point="both", facts=facts))],
        command_id=command,
    )
    text = Formula(
        site=site,
        point="both",
        channel=BOTH,
        valid_from=date(2018, 1, 1),
        text="[lobby] + k * [u3]",
        unit="kWh",
        constants=[{"name": "k", "unit": "1", "values": [["2018-01-01", "2"]]}],
        reason="",
        decided_by=None,
        command_id=command,
    )
    mall.site.application("metering").store(meter, text)
    mall.site.project()


def documents(bills: Bills) -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """Bill the days; return document and provenance by account."""
    run = bills.rate("first")
    bills.office.approve(run, APPROVER)
    bills.office.issue(run, CLERK)
    found = {}
    for draft in bills.office.review(run).drafts:
        issued = bills.office.books.invoice(draft.invoice)
        assert bills.office.re_rate(draft.invoice).same
        found[draft.account] = (json.loads(issued.document), json.loads(issued.provenance))
    return found


def page_text(document: dict[str, Any], provenance: dict[str, Any], language: str) -> str:
    """Return all that the proof of the first charge shows."""
    person = viewer(Role.BILLING_CLERK, language)
    fake = FakeSite(clock=ManualClock(NOW)).proof(person.scope, UUID(str(INVOICE)), 1)
    assert fake is not None
    line = lines_of(document)[0]
    proof = replace(
        fake.rows, line=line.row, pairs=(), plate=None, computed=computed_of(line, provenance)
    )
    return str(proof_page(person, replace(fake, rows=proof), zone=ZoneInfo("Europe/London")))


def test_a_share_names_its_whole_its_key_by_span_and_the_registers_of_the_whole(
    mall: Mall,
) -> None:
    mall.define(share_file(HALVES) + TENANTS)
    bills = Bills(mall)
    bills.open_accounts()
    found = documents(bills)
    document, provenance = found["A-florist"]
    computed = document["supplies"][0]["computed"]
    (step,) = computed["steps"]
    (span,) = step["spans"]
    lobby = [Decimal(day or 0) / 1000 for day in mall.days("lobby")]
    assert Decimal(span["whole"]) == sum(lobby[4:]) == Decimal(step["inputs"][0]["value"])
    assert span["usage"] == document["supplies"][0]["usage"]["total"]
    assert (span["portion"], span["holder"], span["vacant"]) == ("19/60", "florist", [])
    assert [(k["by"], k["portion"], k["own"], k["all"]) for k in span["keys"]] == [
        ("area", "1/2", "30", "100"),
        ("energy", "1/2", "24.46", "73.38"),
    ]
    assert [each["point"] for each in computed["registers"]] == ["lobby", "u2"]
    rows = page_of(document, "en")["proofs"][0]["rows"]
    assert rows[0] == "Share u2 of Lobby (common): divided is lobby: 13.18 kWh."
    assert "portion 19/60 (31.6667 %); key: 1/2 area 30 of 100 m² + 1/2 own usage" in rows[1]
    assert rows[2] == "lobby: Meter S-1: (40.06 − 26.88) kWh × 1 = 13.180 kWh."
    assert "该表" not in " ".join(page_of(document, "zh")["proofs"][0]["rows"])
    for language, no_register in (("en", "rests on no register"), ("zh", "不依据表计示数")):
        shown = page_text(document, provenance, language)
        assert no_register not in shown
        assert "/meters/lobby" in shown and "19/60" in shown
    assert str(provenance["supplies"][0]["computed"][0][2]) in page_text(document, provenance, "en")
    assert "30 Mar 2019 – 31 Mar 2019" in page_text(document, provenance, "en")


def test_days_on_which_a_unit_is_empty_are_a_span_of_their_own(mall: Mall) -> None:
    mall.define(share_file() + TENANTS)
    bills = Bills(mall)
    bills.open_accounts()
    document, _ = documents(bills)["A-owner"]
    spans = document["supplies"][0]["computed"]["steps"][0]["spans"]
    assert [
        (s["first_day"][-2:], s["last_day"][-2:], s["vacant"], s["portion"]) for s in spans
    ] == [
        ("26", "27", [], "0"),
        ("28", "29", ["u2"], "0.3"),
        ("30", "31", [], "0"),
    ]
    rows = page_of(document, "en")["proofs"][0]["rows"]
    assert "Empty: u2, borne by the owner's part landlord." in rows[2]
    assert "空置：u2，由业主份额 landlord 承担。" in page_of(document, "zh")["proofs"][0]["rows"][2]


def test_a_share_of_a_formula_leads_over_its_text_to_the_registers_of_its_inputs(
    mall: Mall,
) -> None:
    formula(mall)
    mall.define(share_file().replace('point = "lobby"', 'point = "both"') + TENANTS)
    bills = Bills(mall)
    bills.open_accounts()
    document, provenance = documents(bills)["A-bakery"]
    computed = document["supplies"][0]["computed"]
    share, both = computed["steps"]
    assert [each["point"] for each in share["inputs"]] == ["both"]
    (span,) = both["spans"]
    assert (span["text"], span["version"], span["constants"]) == (
        "[lobby] + k * [u3]",
        1,
        [["k", "2", "1", "2018-01-01"]],
    )
    said = {each["point"]: Decimal(each["value"]) for each in span["inputs"]}
    assert said["lobby"] + 2 * said["u3"] == Decimal(share["inputs"][0]["value"]) > 0
    assert [each["point"] for each in computed["registers"]] == ["lobby", "u3"]
    assert "[lobby] + k * [u3]" in page_text(document, provenance, "zh")
    assert any(
        row.startswith("both by its formula, version 1, 26 Mar 2019 – 31 Mar 2019: [lobby]")
        for row in page_of(document, "en")["proofs"][0]["rows"]
    )


def test_a_bill_of_a_measured_point_says_nothing_of_it(mall: Mall) -> None:
    bills = Bills(mall)
    bills.open_accounts()
    bills.office.assign_supply(
        "A-owner",
        Supply(
            point="lobby",
            tariff="campus-electricity",
            valid_from=PAYS["A-bakery"][1],
            valid_to=LAST,
        ),
        command_id=id_of("lobby"),
    )
    run = bills.rate("first")
    blocks = {
        supply["point"]: supply
        for draft in bills.office.review(run).drafts
        for supply in json.loads(draft.document)["supplies"]
    }
    assert "computed" not in blocks["lobby"]
