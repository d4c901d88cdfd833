"""Findings stand on the bill's page; units agree with their number; the worst alert comes first."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from dash.development.base_component import Component

from dashboards.components.kpi_tile import alerts_tile
from dashboards.pages.bills.bill import bill_page, price_text, quantity_text
from dashboards.queries.bill_document import findings_of
from dashboards.queries.bill_rows import FindingRow
from dashboards.security.scope import Role
from energy.base.clock import ManualClock
from energy.base.finding import Severity
from tests.dashboards.fakes import INVOICE, NOW, FakeSite
from tests.dashboards.test_pages import viewer

ZONE = ZoneInfo("Europe/London")
START = datetime(2026, 6, 21, 23, tzinfo=UTC)
END = datetime(2026, 6, 22, 23, tzinfo=UTC)
FOUND = {
    "code": "bill.usage_missing",
    "severity": "do_not_bill",
    "channel": 3,
    "start": START.isoformat(),
    "end": END.isoformat(),
    "position": 9,
    "proof": {},
}
ROW = FindingRow(
    code="bill.usage_missing",
    severity=Severity.DO_NOT_BILL,
    point="cam-b2-elec",
    start=START,
    end=END,
)


def shown(component: Component) -> str:
    return str(component)


def test_a_finding_names_the_point_of_its_channel() -> None:
    provenance = {
        "supplies": [{"channel": 3, "point": "cam-b2-elec"}],
        "findings": [FOUND, FOUND | {"channel": None, "proof": {"point": "cam-b5-elec"}}],
    }
    other = replace(ROW, point="cam-b5-elec", proof={"point": "cam-b5-elec"})
    assert findings_of(provenance) == (ROW, other)


def test_a_finding_of_what_a_share_rests_on_names_its_point_and_stands_once() -> None:
    provenance = {
        "supplies": [{"channel": 3, "point": "lobby.u1"}, {"channel": 4, "point": "lobby.u2"}],
        "findings": [FOUND | {"channel": 7}, FOUND | {"channel": 7}],
    }
    assert findings_of(provenance, {7: "lobby"}) == (replace(ROW, point="lobby"),)


def test_a_draft_shows_its_findings_in_both_languages_and_says_that_nothing_is_charged() -> None:
    person = viewer(Role.BILLING_APPROVER)
    answer = FakeSite(clock=ManualClock(NOW)).bill(person.scope, UUID(str(INVOICE)))
    assert answer is not None
    dirty = replace(answer, rows=replace(answer.rows, findings=(ROW,), lines=()))
    page = shown(bill_page(person, dirty, zone=ZONE))
    assert "Usage is missing" in page
    assert "do not bill" in page
    assert "22 Jun 2026, 00:00:00" in page
    assert "Nothing is charged" in page
    chinese = viewer(Role.BILLING_APPROVER, "zh")
    assert "用量缺失" in shown(bill_page(chinese, dirty, zone=ZONE))
    assert "panel-findings" not in shown(bill_page(person, answer, zone=ZONE))


def test_one_month_is_no_months_and_a_price_is_per_day() -> None:
    person = viewer(Role.BILLING_CLERK)
    answer = FakeSite(clock=ManualClock(NOW)).bill(person.scope, UUID(str(INVOICE)))
    assert answer is not None
    line = answer.rows.lines[2]
    assert quantity_text(person, line) == "30 days"
    assert price_text(person, line, "GBP") == "1.6260 GBP / day"
    month = replace(line, quantity=line.amount / line.amount, unit="month")
    assert quantity_text(person, month) == "1 month"


def test_the_alert_tile_counts_the_most_severe_first() -> None:
    person = viewer(Role.ENERGY_MANAGER)
    answer = FakeSite(clock=ManualClock(NOW)).open_alerts(person.scope)
    mixed = tuple(
        replace(answer.rows[0], severity=severity) for severity in ("low", "medium", "high")
    )
    text = shown(alerts_tile(person, replace(answer, rows=mixed)))
    assert text.index("tone-bad") < text.index("tone-fair") < text.index("tone-calm")


def test_what_one_person_alone_stated_is_shown_with_its_author_and_money() -> None:
    person, author = viewer(Role.BILLING_APPROVER), UUID(int=9)
    answer = FakeSite(clock=ManualClock(NOW)).bill(person.scope, UUID(str(INVOICE)))
    assert answer is not None
    proof = {"act": "reset", "by": str(author), "usage": "7998.6", "unit": "kWh"}
    for amount, money in (("1192.03", "1192.03 GBP before"), ("", "money that cannot be told")):
        row = replace(
            ROW,
            code="bill.stated_alone",
            severity=Severity.WARN,
            proof=proof | {"amount": amount, "currency": "GBP"},
        )
        bill = replace(answer.rows, findings=(row,), people={author: "Tom Technician"})
        page = shown(bill_page(person, replace(answer, rows=bill), zone=ZONE))
        assert "stated by Tom Technician: 7998.6 kWh hang on it" in page
        assert money in page
