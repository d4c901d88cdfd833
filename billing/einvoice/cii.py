"""In: an invoice as EN 16931 sees it. Out: its XML in the syntax CII, profile EN 16931. Pure."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from drafthorse.models.accounting import ApplicableTradeTax
from drafthorse.models.document import Document
from drafthorse.models.note import IncludedNote
from drafthorse.models.party import TaxRegistration
from drafthorse.models.payment import PaymentMeans, PaymentTerms
from drafthorse.models.tradelines import LineItem

from billing.einvoice.model import BankAccount, EInvoice, InvoiceLine, TaxTotal, Trader

GUIDELINE = "urn:cen.eu:en16931:2017"
_SCHEMA = "FACTUR-X_EN16931"
_CREDIT_TRANSFER, _SEPA_TRANSFER = "30", "58"


def cii_xml(invoice: EInvoice, *, checked: bool = True) -> bytes:
    """Return the XML, UTF-8.

    Args:
        invoice: Sound (`EInvoice.require_sound`).
        checked: Whether it is held against its schema; that takes most of the time.
    """
    document = Document()
    document.context.guideline_parameter.id = GUIDELINE
    document.header.id = invoice.number
    document.header.type_code = invoice.type.value
    document.header.issue_date_time = invoice.issued_on
    if invoice.note:
        note = IncludedNote()
        note.content = invoice.note
        document.header.notes.add(note)
    trade = document.trade
    _trader(trade.agreement.seller, invoice.seller)
    _trader(trade.agreement.buyer, invoice.buyer)
    trade.delivery.event.occurrence = invoice.last_day
    _settle(trade.settlement, invoice)
    for line in invoice.lines:
        trade.items.add(_line(line))
    written: bytes = document.serialize(schema=_SCHEMA if checked else None)
    return written


def _trader(party: Any, trader: Trader) -> None:
    if trader.key:
        party.id = trader.key
    party.name = trader.name
    address = party.address
    address.postcode = trader.postcode
    for field, row in zip(("line_one", "line_two", "line_three"), trader.rows, strict=False):
        setattr(address, field, row)
    address.city_name = trader.city
    address.country_id = trader.country
    if trader.tax_number:
        kind = "VA" if trader.is_vat_number else "FC"
        party.tax_registrations.add(TaxRegistration(id=(kind, trader.tax_number)))


def _settle(settlement: Any, invoice: EInvoice) -> None:
    settlement.payment_reference = invoice.number
    settlement.currency_code = invoice.currency
    for bank in invoice.banks:
        settlement.payment_means.add(_means(bank))
    for tax in invoice.taxes:
        settlement.trade_tax.add(_tax(tax))
    settlement.period.start = invoice.first_day
    settlement.period.end = invoice.last_day
    if invoice.due_on is not None:
        terms = PaymentTerms()
        terms.due = invoice.due_on
        settlement.terms.add(terms)
    sums = settlement.monetary_summation
    sums.line_total = invoice.net
    sums.tax_basis_total = invoice.net
    sums.tax_total = (invoice.tax, invoice.currency)
    sums.grand_total = invoice.total
    sums.due_amount = invoice.total
    if invoice.preceding is not None:
        settlement.invoice_referenced_document.issuer_assigned_id = invoice.preceding.number
        settlement.invoice_referenced_document.issue_date_time = invoice.preceding.dated


def _means(bank: BankAccount) -> PaymentMeans:
    means = PaymentMeans()
    means.type_code = _SEPA_TRANSFER if bank.is_iban else _CREDIT_TRANSFER
    account = means.payee_account
    if bank.is_iban:
        account.iban = bank.number.replace(" ", "")
    else:
        account.proprietary_id = bank.number
    account.account_name = bank.holder
    if bank.code:
        means.payee_institution.bic = bank.code
    return means


def _tax(tax: TaxTotal) -> ApplicableTradeTax:
    made = ApplicableTradeTax()
    made.calculated_amount = tax.amount
    made.type_code = "VAT"
    if tax.reason:
        made.exemption_reason = tax.reason
    made.basis_amount = tax.base
    made.category_code = tax.category.value
    made.rate_applicable_percent = _percent(tax.rate)
    return made


def _line(line: InvoiceLine) -> LineItem:
    item = LineItem()
    item.document.line_id = line.number
    item.product.name = line.name
    item.product.description = line.note
    item.agreement.net.amount = line.price
    item.delivery.billed_quantity = (line.quantity, line.unit)
    tax = item.settlement.trade_tax
    tax.type_code = "VAT"
    tax.category_code = line.category.value
    tax.rate_applicable_percent = _percent(line.rate)
    _period(item, line.first_day, line.last_day)
    item.settlement.monetary_summation.total_amount = line.amount
    return item


def _period(item: LineItem, first: date | None, last: date | None) -> None:
    if first is not None and last is not None:
        item.settlement.period.start = first
        item.settlement.period.end = last


def _percent(rate: Decimal) -> str:
    return f"{rate:f}"
