"""In: the XML of an e-invoice, CII or UBL. Out: what does not add up in it. Pure.

The official rules do not multiply: a quantity of 9,999 beside an amount for 1,234 passes them
(ConnectingEurope/eInvoicing-EN16931 issue 350). So what was written is read again and multiplied.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from lxml import etree

from billing.einvoice.model import CENTS
from billing.einvoice.ubl import CAC, CBC
from billing.money import round_half_up

_RAM = "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
_NAMES = {"ram": _RAM, "cac": CAC, "cbc": CBC}
_CII = (
    "//ram:IncludedSupplyChainTradeLineItem",
    ".//ram:BilledQuantity",
    ".//ram:NetPriceProductTradePrice/ram:ChargeAmount",
    ".//ram:LineTotalAmount",
    ".//ram:LineID",
)
_UBL = (
    "//cac:InvoiceLine | //cac:CreditNoteLine",
    "cbc:InvoicedQuantity | cbc:CreditedQuantity",
    "cac:Price/cbc:PriceAmount",
    "cbc:LineExtensionAmount",
    "cbc:ID",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrongLine:
    """A line whose amount is not quantity times price."""

    number: str
    quantity: Decimal
    price: Decimal
    amount: Decimal


def wrong_lines(xml: bytes) -> list[WrongLine]:
    """Return the lines of an e-invoice that do not multiply.

    Args:
        xml: CII or UBL, of our own making.
    """
    root = etree.fromstring(xml)
    return [*_wrong(root, *_CII), *_wrong(root, *_UBL)]


def _wrong(
    root: etree._Element, lines: str, quantity: str, price: str, amount: str, number: str
) -> Iterator[WrongLine]:
    for line in root.xpath(lines, namespaces=_NAMES):
        found = WrongLine(
            number=_text(line, number),
            quantity=Decimal(_text(line, quantity)),
            price=Decimal(_text(line, price)),
            amount=Decimal(_text(line, amount)),
        )
        if round_half_up(found.quantity * found.price, CENTS) != found.amount:
            yield found


def _text(line: etree._Element, path: str) -> str:
    return str(line.xpath(path, namespaces=_NAMES)[0].text)
