"""E-invoices as UBL: the same model, the same rules."""

from __future__ import annotations

from typing import Any

from hypothesis import given

from billing.einvoice.mapping import EInvoiceTerms, einvoice_of
from billing.einvoice.reading import wrong_lines
from billing.einvoice.ubl import ubl_xml
from tests.billing.einvoice.documents import HEAD, bill, documents
from tests.billing.einvoice.rules import UBL, broken_rules
from tests.examples import tried


def xml_of(document: dict[str, Any]) -> bytes:
    return ubl_xml(einvoice_of(document, HEAD, EInvoiceTerms()))


def test_a_bill_passes_and_a_wrong_total_or_amount_does_not() -> None:
    xml = xml_of(bill())
    assert broken_rules(xml, UBL) == []
    text = xml.decode()
    total = text.replace(">9614.99</cbc:PayableAmount>", ">9615.00</cbc:PayableAmount>")
    assert "BR-CO-16" in broken_rules(total.encode(), UBL)
    line = text.replace(">981.54</cbc:LineExtensionAmount>", ">981.55</cbc:LineExtensionAmount>")
    assert "BR-CO-10" in broken_rules(line.encode(), UBL)


def test_a_wrong_quantity_is_found_by_our_own_check_alone() -> None:
    text = xml_of(bill()).decode()
    xml = text.replace(">9029.801</cbc:InvoicedQuantity>", ">9999</cbc:InvoicedQuantity>").encode()
    assert broken_rules(xml, UBL) == []
    assert [line.number for line in wrong_lines(xml)] == ["1"]


@tried(12)
@given(document=documents())
def test_any_document_taxed_on_the_sum_passes(document: dict[str, Any]) -> None:
    xml = xml_of(document)
    assert broken_rules(xml, UBL) == []
    assert wrong_lines(xml) == []
