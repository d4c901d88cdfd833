"""In: an invoice as EN 16931 sees it. Out: its XML in the syntax UBL 2.1. Pure."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from lxml import etree

from billing.einvoice.model import (
    BankAccount,
    DocumentType,
    EInvoice,
    InvoiceLine,
    TaxCategory,
    TaxTotal,
    Trader,
)

_URN = "urn:oasis:names:specification:ubl:schema:xsd:"
CAC = f"{_URN}CommonAggregateComponents-2"
CBC = f"{_URN}CommonBasicComponents-2"
CUSTOMIZATION = "urn:cen.eu:en16931:2017"
_CREDIT_TRANSFER, _SEPA_TRANSFER = "30", "58"
Node = Any  # an element of lxml, which ships no types


def ubl_xml(invoice: EInvoice) -> bytes:
    """Return the XML, UTF-8: an Invoice, or a CreditNote.

    Args:
        invoice: Sound (`EInvoice.require_sound`).
    """
    credits_ = invoice.type is DocumentType.CREDIT_NOTE
    name = "CreditNote" if credits_ else "Invoice"
    space = f"{_URN}{name}-2"
    root = etree.Element(f"{{{space}}}{name}", nsmap={None: space, "cac": CAC, "cbc": CBC})
    _basic(root, "CustomizationID", CUSTOMIZATION)
    _basic(root, "ID", invoice.number)
    _basic(root, "IssueDate", invoice.issued_on.isoformat())
    if not credits_ and invoice.due_on is not None:
        _basic(root, "DueDate", invoice.due_on.isoformat())
    _basic(root, f"{name}TypeCode", invoice.type.value)
    if invoice.note:
        _basic(root, "Note", invoice.note)
    _basic(root, "DocumentCurrencyCode", invoice.currency)
    _period(root, invoice.first_day, invoice.last_day)
    if invoice.preceding is not None:
        reference = _part(_part(root, "BillingReference"), "InvoiceDocumentReference")
        _basic(reference, "ID", invoice.preceding.number)
        _basic(reference, "IssueDate", invoice.preceding.dated.isoformat())
    _party(_part(_part(root, "AccountingSupplierParty"), "Party"), invoice.seller)
    _party(_part(_part(root, "AccountingCustomerParty"), "Party"), invoice.buyer)
    for bank in invoice.banks:
        due = invoice.due_on if credits_ else None
        _means(root, bank, invoice.number, due)
    if credits_ and not invoice.banks and invoice.due_on is not None:
        _basic(_part(root, "PaymentTerms"), "Note", f"Due on {invoice.due_on.isoformat()}")
    _totals(root, invoice)
    for line in invoice.lines:
        _line(root, line, invoice.currency, name)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written


def _basic(parent: Node, name: str, value: str, **attributes: str) -> Node:
    node = etree.SubElement(parent, f"{{{CBC}}}{name}", attributes)
    node.text = value
    return node


def _part(parent: Node, name: str) -> Node:
    return etree.SubElement(parent, f"{{{CAC}}}{name}")


def _amount(parent: Node, name: str, value: Decimal, currency: str) -> None:
    _basic(parent, name, f"{value:f}", currencyID=currency)


def _period(parent: Node, first: date | None, last: date | None) -> None:
    if first is None or last is None:
        return
    period = _part(parent, "InvoicePeriod")
    _basic(period, "StartDate", first.isoformat())
    _basic(period, "EndDate", last.isoformat())


def _party(party: Node, trader: Trader) -> None:
    if trader.key:
        _basic(_part(party, "PartyIdentification"), "ID", trader.key)
    _basic(_part(party, "PartyName"), "Name", trader.name)
    address = _part(party, "PostalAddress")
    for name, row in zip(("StreetName", "AdditionalStreetName"), trader.rows, strict=False):
        _basic(address, name, row)
    if trader.city:
        _basic(address, "CityName", trader.city)
    if trader.postcode:
        _basic(address, "PostalZone", trader.postcode)
    if len(trader.rows) > 2:
        _basic(_part(address, "AddressLine"), "Line", trader.rows[2])
    _basic(_part(address, "Country"), "IdentificationCode", trader.country)
    if trader.tax_number:
        scheme = _part(party, "PartyTaxScheme")
        _basic(scheme, "CompanyID", trader.tax_number)
        kind = "VAT" if trader.is_vat_number else "TAX"
        _basic(_part(scheme, "TaxScheme"), "ID", kind)
    _basic(_part(party, "PartyLegalEntity"), "RegistrationName", trader.name)


def _means(root: Node, bank: BankAccount, number: str, due: date | None) -> None:
    means = _part(root, "PaymentMeans")
    _basic(means, "PaymentMeansCode", _SEPA_TRANSFER if bank.is_iban else _CREDIT_TRANSFER)
    if due is not None:
        _basic(means, "PaymentDueDate", due.isoformat())
    _basic(means, "PaymentID", number)
    account = _part(means, "PayeeFinancialAccount")
    _basic(account, "ID", bank.number.replace(" ", "") if bank.is_iban else bank.number)
    _basic(account, "Name", bank.holder)
    if bank.code:
        _basic(_part(account, "FinancialInstitutionBranch"), "ID", bank.code)


def _totals(root: Node, invoice: EInvoice) -> None:
    currency = invoice.currency
    total = _part(root, "TaxTotal")
    _amount(total, "TaxAmount", invoice.tax, currency)
    for tax in invoice.taxes:
        _subtotal(total, tax, currency)
    sums = _part(root, "LegalMonetaryTotal")
    for name, value in (
        ("LineExtensionAmount", invoice.net),
        ("TaxExclusiveAmount", invoice.net),
        ("TaxInclusiveAmount", invoice.total),
        ("PayableAmount", invoice.total),
    ):
        _amount(sums, name, value, currency)


def _subtotal(total: Node, tax: TaxTotal, currency: str) -> None:
    part = _part(total, "TaxSubtotal")
    _amount(part, "TaxableAmount", tax.base, currency)
    _amount(part, "TaxAmount", tax.amount, currency)
    _category(_part(part, "TaxCategory"), tax.category, tax.rate, tax.reason)


def _category(node: Node, category: TaxCategory, rate: Decimal, reason: str = "") -> None:
    _basic(node, "ID", category.value)
    _basic(node, "Percent", f"{rate:f}")
    if reason:
        _basic(node, "TaxExemptionReason", reason)
    _basic(_part(node, "TaxScheme"), "ID", "VAT")


def _line(root: Node, line: InvoiceLine, currency: str, name: str) -> None:
    node = _part(root, f"{name}Line")
    _basic(node, "ID", line.number)
    quantity = "CreditedQuantity" if name == "CreditNote" else "InvoicedQuantity"
    _basic(node, quantity, f"{line.quantity:f}", unitCode=line.unit)
    _amount(node, "LineExtensionAmount", line.amount, currency)
    _period(node, line.first_day, line.last_day)
    item = _part(node, "Item")
    if line.note:
        _basic(item, "Description", line.note)
    _basic(item, "Name", line.name)
    _category(_part(item, "ClassifiedTaxCategory"), line.category, line.rate)
    _amount(_part(node, "Price"), "PriceAmount", line.price, currency)
