"""E-invoices as CII: what is generated passes the official rules, what is wrong is found."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from lxml import etree

from billing.einvoice.cii import cii_xml
from billing.einvoice.mapping import EInvoiceTerms, einvoice_of
from billing.einvoice.model import TaxCategory
from billing.einvoice.reading import wrong_lines
from billing.tariffs.clauses import TaxMode
from tests.billing.einvoice.documents import HEAD, bill, documents
from tests.billing.einvoice.rules import CII, broken_rules
from tests.examples import tried

TERMS = EInvoiceTerms()


def xml_of(
    document: dict[str, Any], terms: EInvoiceTerms = TERMS, *, checked: bool = False
) -> bytes:
    return cii_xml(einvoice_of(document, HEAD, terms), checked=checked)


def changed(xml: bytes, path: str, text: str) -> bytes:
    """Return an XML with the first element of a name saying something else."""
    root = etree.fromstring(xml)
    next(node for node in root.iter() if etree.QName(node).localname == path).text = text
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def test_a_bill_passes_schema_rules_and_multiplication() -> None:
    xml = xml_of(bill(), checked=True)
    assert broken_rules(xml, CII) == []
    assert wrong_lines(xml) == []


def test_a_wrong_grand_total_breaks_the_rules() -> None:
    xml = changed(xml_of(bill()), "GrandTotalAmount", "9615.00")
    assert {"BR-CO-15", "BR-CO-16"} <= set(broken_rules(xml, CII))


def test_a_wrong_amount_of_a_line_breaks_the_rules() -> None:
    xml = changed(xml_of(bill()), "LineTotalAmount", "981.55")
    assert "BR-CO-10" in broken_rules(xml, CII)
    assert [line.number for line in wrong_lines(xml)] == ["1"]


def test_a_wrong_quantity_passes_the_rules_and_is_found_by_our_own_check() -> None:
    xml = changed(xml_of(bill()), "BilledQuantity", "9999")
    assert broken_rules(xml, CII) == []
    (line,) = wrong_lines(xml)
    assert (line.number, str(line.quantity), str(line.amount)) == ("1", "9999", "981.54")


def test_a_credit_note_is_a_381_with_positive_amounts_and_names_what_it_takes_back() -> None:
    document = bill() | {
        "kind": "credit_note",
        "corrects": {"number": "CAM-2019-000001", "dated": "2019-02-01", "reason": {"en": "Read."}},
    }
    xml = xml_of(document, checked=True)
    assert broken_rules(xml, CII) == []
    text = xml.decode()
    assert "<ram:TypeCode>381</ram:TypeCode>" in text
    assert "<ram:IssuerAssignedID>CAM-2019-000001</ram:IssuerAssignedID>" in text
    assert "<ram:GrandTotalAmount>9614.99</ram:GrandTotalAmount>" in text


@pytest.mark.parametrize(
    "category", [TaxCategory.ZERO, TaxCategory.EXEMPT, TaxCategory.REVERSE_CHARGE]
)
def test_no_tax_has_a_category_and_where_it_is_wanted_a_reason(category: TaxCategory) -> None:
    document = bill()
    for supply in document["supplies"]:
        for charge in supply["charges"]:
            charge["tax_rate"] = "0"
    net = document["totals"]["net"]
    document["tax"] = [document["tax"][0] | {"rate": "0", "tax": "0.00", "gross": net}]
    document["totals"] |= {"tax": "0.00", "total": net}
    document["account"] |= {"tax_number": "GB987654321"}
    terms = EInvoiceTerms(zero_rated=category, reason="Reverse charge")
    xml = xml_of(document, terms, checked=True)
    assert broken_rules(xml, CII) == []
    assert f"<ram:CategoryCode>{category.value}</ram:CategoryCode>" in xml.decode()


@tried(12)
@given(document=documents())
def test_any_document_taxed_on_the_sum_passes(document: dict[str, Any]) -> None:
    xml = xml_of(document)
    assert broken_rules(xml, CII) == []
    assert wrong_lines(xml) == []


@tried(8)
@given(document=documents(mode=TaxMode.INCLUSIVE))
def test_any_document_whose_prices_hold_the_tax_passes(document: dict[str, Any]) -> None:
    xml = xml_of(document)
    assert broken_rules(xml, CII) == []
    assert wrong_lines(xml) == []
