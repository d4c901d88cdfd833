"""Numbers of a bill say what they rest on; an enquiry leads the office to what it is about."""

from __future__ import annotations

from typing import Any

from dashboards.pages.bills.bill import bill_page
from dashboards.pages.enquiries.layout import enquiries_page
from dashboards.security.scope import Role
from tests.dashboards.fakes import INVOICE
from tests.dashboards.test_pages import nodes, parts, viewer


def told(tree: Any) -> list[dict[str, str]]:
    """Return what the numbers of a page say, in their order."""
    texts = [getattr(node, "data-why", None) for node in nodes(tree) if hasattr(node, "data-why")]
    return [dict(row.split("\t", 1) for row in str(text).split("\n")) for text in texts]


def links(tree: Any) -> list[str]:
    return [str(node.href) for node in nodes(tree) if hasattr(node, "href")]


def test_sums_and_quantities_of_a_bill_say_what_they_rest_on() -> None:
    site, clerk = parts(), viewer(Role.BILLING_CLERK)
    answer = site.queries.bill(clerk.scope, INVOICE)
    assert answer is not None
    found = told(bill_page(clerk, answer, zone=site.settings.zone))
    assert len(found) == 3 + len(answer.rows.lines)
    assert {each["Journal position"] for each in found} == {"41200"}
    net, tax, total, *lines = found
    assert "before tax" in net["How"]
    assert "rates" in tax["How"]
    assert total["How"] == "net + tax"
    assert [each.get("Quality") for each in lines] == ["measured", "estimated", None]
    assert "clause E1 of campus-electricity" in lines[0]["How"]
    assert lines[2]["How"].startswith("charged by time")


def test_an_enquiry_leads_the_office_to_the_charge_line_and_the_meter() -> None:
    site, clerk = parts(), viewer(Role.BILLING_CLERK)
    asked, zone = site.queries.enquiries(clerk.scope), site.settings.zone
    there = links(enquiries_page(clerk, asked, zone=zone, own=False))
    assert f"/bills/{INVOICE}/lines/1" in there
    assert "/meters/cam-b2-elec" in there
    tenant = viewer(Role.TENANT)
    assert links(enquiries_page(tenant, asked, zone=zone, own=True)) == []
