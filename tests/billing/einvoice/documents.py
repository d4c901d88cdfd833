"""In: a seed of figures. Out: issued documents as the billing writes them, for e-invoices. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from importlib.resources import files
from typing import Any

from hypothesis import strategies as st

from billing.documents.letterhead import BankDetails, Letterhead
from billing.documents.samples import sample_letterhead
from billing.money import round_half_up
from billing.rating.charge import ChargeLine
from billing.rating.tax import settle
from billing.tariffs.clauses import Tax, TaxMode, TaxRounding

HEAD: Letterhead = replace(
    sample_letterhead(),
    country="DE",
    city="Köln",
    postcode="50667",
    banks=(
        BankDetails(
            holder="Energie", number="DE02 1203 0000 0000 2020 51", bank="Bank", code="BYLADEM1001"
        ),
    ),
)
UNITS = ("kWh", "MWh", "m3", "t", "GJ", "kW", "kVA", "m2", "day", "month", "1")
RATES = ("0", "0.07", "0.13", "0.19", "0.20")
"""Of standard and zero."""


def bill() -> dict[str, Any]:
    """Return the sample bill."""
    text = files("billing.documents").joinpath("sample_bill.json").read_text("utf-8")
    found = json.loads(text)
    assert isinstance(found, dict)
    return found


def charge(n: int, quantity: Decimal | Fraction, unit: str, price: Decimal, tax: Tax) -> ChargeLine:
    unrounded = Fraction(quantity) * Fraction(price)
    return ChargeLine(
        charge=f"p/{n}",
        clause=f"C{n}",
        period=None,
        names={"en": f"Charge {n} & <more>", "zh": f"费用 {n}"},
        point="p",
        channel=1,
        tariff="t",
        tariff_sha256="0" * 64,
        first_day=date(2026, 1, 1),
        last_day=date(2026, 1, 31),
        quantity=quantity,
        unit=unit,
        price=price,
        currency="EUR",
        unrounded=unrounded,
        amount=round_half_up(unrounded, 2),
        tax=tax,
    )


def document_of(charges: Sequence[ChargeLine], *, credit: bool = False) -> dict[str, Any]:
    """Return an issued document with these charges."""
    settled = settle(charges, "EUR")
    document = bill()
    supply = document["supplies"][0] | {"charges": settled.charge_documents()}
    document |= {
        "currency": "EUR",
        "issuer": document["issuer"] | {"tax_number": "DE 123456789"},
        "supplies": [supply],
        "tax": settled.tax_documents(),
        "totals": settled.totals_document(),
    }
    if credit:
        document |= {
            "kind": "credit_note",
            "number": "CAM-CN-2026-000001",
            "corrects": {
                "number": "CAM-2026-000001",
                "dated": "2026-02-01",
                "reason": {"en": "Reading corrected.", "zh": "更正读数。"},
            },
        }
    return json.loads(json.dumps(document))  # type: ignore[no-any-return]


@st.composite
def documents(draw: st.DrawFn, *, mode: TaxMode = TaxMode.EXCLUSIVE) -> dict[str, Any]:
    """Return any bill or credit note whose tax is rounded on the sum of each rate."""
    rates = draw(st.lists(st.sampled_from(RATES), min_size=1, max_size=3, unique=True))
    charges = []
    for n in range(draw(st.integers(1, 6))):
        rate = Decimal(draw(st.sampled_from(rates)))
        tax = Tax(mode=mode, rate=rate, rounding=TaxRounding.PER_RATE)
        quantity: Decimal | Fraction = draw(
            st.one_of(
                st.decimals(0, 10**6, places=3),
                st.decimals(-100, 0, places=1),
                st.builds(Fraction, st.integers(1, 31), st.just(31)),
            )
        )
        if isinstance(quantity, Decimal):
            quantity += 0  # no negative zero
        price = draw(st.decimals(0, 2, places=5)) + 0
        charges.append(charge(n, quantity, draw(st.sampled_from(UNITS)), price, tax))
    return document_of(charges, credit=draw(st.booleans()))
