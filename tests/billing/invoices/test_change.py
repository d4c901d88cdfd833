"""One sentence says why a bill is another amount than the last; its parts add up."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from billing.invoices.change import CAUSES, change_of, divided, effects_between
from billing.invoices.drafting import draft_invoice
from tests.billing.samples import electricity, gas, invoice_facts
from tests.examples import tried


def bill(supplies: list[Any], number: str = "CAM-2019-000001", **facts: Any) -> dict[str, Any]:
    told = invoice_facts(supplies=supplies)
    found: dict[str, Any] = json.loads(draft_invoice(replace(told, **facts)).document)
    return found | {"number": number}


def scaled(factor: int, of: int = 1, since: int = 0) -> Any:
    """Return the sample with usage times a factor, from a day of the month on."""
    supply = electricity()
    assert supply.span is not None
    usage = supply.span.usage.copy()
    usage[96 * since :] = usage[96 * since :] * factor // of
    return replace(supply, span=replace(supply.span, usage=usage), registers=())


def parts_of(change: dict[str, Any]) -> dict[str, Decimal]:
    return {part["cause"]: Decimal(part["amount"]) for part in change["parts"]}


def test_a_bill_of_the_same_amount_says_nothing() -> None:
    assert change_of(bill([electricity()]), bill([electricity()])) is None


def test_twice_the_usage_at_the_same_prices_is_volume() -> None:
    was, now = bill([electricity()]), bill([scaled(2)])
    change = change_of(was, now)
    assert change is not None
    parts = parts_of(change)  # type: ignore[arg-type]
    difference = Decimal(now["totals"]["total"]) - Decimal(was["totals"]["total"])
    assert sum(parts.values()) == difference == Decimal(str(change["difference"]))
    assert parts["volume"] > difference * Decimal("0.99")
    assert set(parts) <= {"volume", "bands", "other", "price"}


def test_a_dearer_tariff_is_price() -> None:
    supply = electricity()
    (version,) = supply.versions
    dearer = replace(
        version,
        clauses=tuple(
            replace(c, tiers=tuple(replace(x, price=x.price * 2) for x in c.tiers))
            if hasattr(c, "tiers")
            else c
            for c in version.clauses
        ),
    )
    change = change_of(bill([supply]), bill([replace(supply, versions=[dearer])]))
    assert change is not None
    parts = parts_of(change)  # type: ignore[arg-type]
    assert parts["price"] > 0
    assert abs(sum(parts.values()) - parts["price"]) <= Decimal("0.05")


def test_the_sentence_names_the_day_from_which_usage_rose_in_both_languages() -> None:
    change = change_of(bill([scaled(1)]), bill([scaled(3, since=8)]))
    assert change is not None
    text: Any = change["text"]
    assert "from 9 January" in text["en"]
    assert "自1月9日起" in text["zh"]
    percents = [int(part["percent"]) for part in change["parts"]]  # type: ignore[attr-defined]
    assert text["en"].startswith(f"{sum(percents)} % more than CAM-2019-000001: ")


def test_adjustments_are_told_as_corrections() -> None:
    entry = {
        "mode": "exclusive",
        "tax_rate": "0.2",
        "rounding": "per_line",
        "net": "10.00",
        "tax": "2.00",
        "gross": "12.00",
        "charges": [],
    }
    change = change_of(bill([gas()]), bill([gas()], adjustments=[entry]))
    assert change is not None
    assert parts_of(change) == {"corrections": Decimal("12.00")}  # type: ignore[arg-type]


def test_the_first_bill_after_nothing_names_money_instead_of_percents() -> None:
    change = change_of(bill([]), bill([gas()]))
    assert change is not None
    assert "% " not in change["text"]["en"]  # type: ignore[index]
    assert "GBP more than CAM-2019-000001." in change["text"]["en"]  # type: ignore[index]


@tried(20)
@given(
    seed=st.integers(min_value=0, max_value=2**32 - 1),
    kept=st.sets(st.sampled_from(["electricity", "gas"]), min_size=1),
)
def test_whatever_changed_the_parts_add_up_and_the_same_bills_say_the_same(
    seed: int, kept: set[str]
) -> None:
    noise = np.random.default_rng(seed).integers(0, 4, 31 * 96)
    supply = electricity()
    assert supply.span is not None
    moved = replace(
        supply, span=replace(supply.span, usage=supply.span.usage * noise), registers=()
    )
    was = bill([electricity(), gas()])
    now = bill([each for name, each in (("electricity", moved), ("gas", gas())) if name in kept])
    difference = Decimal(now["totals"]["total"]) - Decimal(was["totals"]["total"])
    parts = divided(effects_between(was, now), difference, "GBP")
    assert sum(parts.values()) == difference
    assert set(parts) == set(CAUSES)
    assert change_of(was, now) == change_of(was, now)


def test_the_document_holds_the_sentence_only_where_there_is_an_earlier_bill() -> None:
    facts = invoice_facts()
    assert "change" not in json.loads(draft_invoice(facts).document)
    earlier = bill([gas()])
    later = json.loads(draft_invoice(replace(facts, previous=earlier)).document)
    assert later["change"]["previous"] == "CAM-2019-000001"
    day = date(2019, 1, 1) + timedelta(days=30)
    assert later["period"]["last_day"] == day.isoformat()
