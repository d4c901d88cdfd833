"""A charge line taken back, whole or in parts: every sum is that of a bill without it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.canonical import canonical_json
from billing.corrections.correction import Corrections
from billing.corrections.errors import CreditWaitingError, LineCreditError
from billing.corrections.line_credit import (
    LineLeft,
    Standing,
    amount_of,
    credit_entry,
    credited_document,
    credits_on,
    line_at,
    lines_left,
)
from billing.corrections.proposal import ProposalState
from billing.invoices.issuer import CorrectionMode
from billing.money import from_units
from billing.rating.tax import settle
from billing.tariffs.clauses import Tax, TaxMode, TaxRounding
from tests.billing.rating.test_tax import charge
from tests.billing.samples import ISSUER

CLERK, APPROVER, COMMAND, OTHER = (UUID(int=n) for n in (1, 2, 3, 4))
CENT = Decimal("0.01")
RATES = ("0", "0.05", "0.08875", "0.13", "0.20")
TAXES = st.lists(
    st.builds(
        lambda mode, rounding, rate: Tax(mode=mode, rate=Decimal(rate), rounding=rounding),
        st.sampled_from(TaxMode),
        st.sampled_from(TaxRounding),
        st.sampled_from(RATES),
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda tax: tax.rate,
)


@st.composite
def bills(draw: st.DrawFn) -> list[tuple[int, Tax]]:
    taxes = draw(TAXES)
    line = st.tuples(st.integers(-(10**4), 10**6), st.sampled_from(taxes))
    return draw(st.lists(line, min_size=1, max_size=8))


PARTS = st.lists(
    st.tuples(st.integers(0, 7), st.one_of(st.none(), st.integers(1, 10**6))), max_size=12
)
"""Credits: which line, and how many cents; all that is left when None."""


def invoice_of(rows: Sequence[tuple[int, Tax]]) -> dict[str, Any]:
    """Return an issued invoice of some charges. [cent]."""
    charges = [
        replace(charge(str(from_units(cents, 2)), tax), charge=f"p/E/{n}")
        for n, (cents, tax) in enumerate(rows)
    ]
    settled = settle(charges, "GBP")
    return {
        "kind": "invoice",
        "number": "CAM-2019-000001",
        "dated": "2019-02-01",
        "due_on": "2019-03-01",
        "account": {"key": "A", "language": "en", "name": "T", "address": "S", "city": "C"},
        "currency": "GBP",
        "period": {"first_day": "2019-01-01", "last_day": "2019-01-31", "zone": "Europe/London"},
        "supplies": [{"point": "p", "charges": settled.charge_documents()}],
        "tax": settled.tax_documents(),
        "totals": settled.totals_document(),
        "change": {"text": {}},
    }


def standing(issued: dict[str, Any]) -> Standing:
    return Standing(issued=issued, billed=issued, taken=credits_on(issued))


def took(issued: dict[str, Any], line: LineLeft, asked: Decimal | None) -> dict[str, Any]:
    """Return the invoice that follows where a credit is accepted, issued."""
    amount = amount_of(line, asked, number=issued["number"], currency="GBP")
    entry = credit_entry(
        standing(issued), line, amount, name=f"{issued['number']}/1", reason="agreed"
    )
    text = credited_document(
        canonical_json(issued), entry, issuer=ISSUER, dated=date(2019, 3, 1), credit_note="CN-1"
    )
    follower: dict[str, Any] = json.loads(text)
    before, after = (Decimal(each["totals"]["total"]) for each in (issued, follower))
    assert after - before == Decimal(entry["gross"])
    assert Decimal(entry["net"]) + Decimal(entry["tax"]) == Decimal(entry["gross"])
    assert sum(Decimal(c["net"]) for c in entry["charges"]) == Decimal(entry["net"])
    return follower | {"number": issued["number"] + "+"}


@given(bills(), PARTS)
def test_a_bill_with_credits_bears_what_a_bill_of_what_is_left_would(
    rows: list[tuple[int, Tax]], parts: list[tuple[int, int | None]]
) -> None:
    issued = invoice_of(rows)
    left = [cents for cents, _ in rows]
    for place, cents in parts:
        n = place % len(rows)
        line = lines_left(standing(issued))[n]
        asked = None if cents is None else Decimal(cents) / 100
        if not left[n] or (cents is not None and cents > abs(left[n])):
            with pytest.raises(LineCreditError):
                took(issued, line, asked)
            continue
        issued = took(issued, line, asked)
        sign = 1 if left[n] > 0 else -1
        left[n] = 0 if cents is None else left[n] - sign * cents
    assert [each.left for each in lines_left(standing(issued))] == [Decimal(c) / 100 for c in left]
    pairs = zip(left, rows, strict=True)
    expected = invoice_of([(cents, tax) for cents, (_, tax) in pairs])
    for key in ("net", "tax", "total"):
        assert Decimal(issued["totals"][key]) == Decimal(expected["totals"][key])
    for mine, other in zip(issued["tax"], expected["tax"], strict=True):
        for key in ("net", "tax", "gross"):
            assert Decimal(mine[key]) == Decimal(other[key])


VAT = Tax(mode=TaxMode.EXCLUSIVE, rate=Decimal("0.2"), rounding=TaxRounding.PER_LINE)


def test_the_invoice_that_follows_charges_the_same_and_says_what_it_replaces() -> None:
    issued = invoice_of([(1000, VAT), (333, VAT)])
    follower = took(issued, lines_left(standing(issued))[1], None)
    assert follower["supplies"] == issued["supplies"]
    assert follower["replaces"] == {
        "number": "CAM-2019-000001",
        "dated": "2019-02-01",
        "credit_note": "CN-1",
    }
    assert (follower["dated"], follower["due_on"]) == ("2019-03-01", "2019-03-31")
    assert "change" not in follower
    assert follower["account"] == {"key": "A", "language": "en", "name": None, "address": None}
    (entry,) = follower["adjustments"]
    assert entry["credit"] == {"line": "p/E/1", "place": 2, "reason": "agreed"}
    assert (entry["net"], entry["tax"], entry["gross"]) == ("-3.33", "-0.67", "-4.00")
    (line,) = entry["charges"]
    assert (line["was"]["amount"], line["now"], line["quantity"]) == ("3.33", None, "-1")


def test_a_part_says_what_is_left() -> None:
    issued = invoice_of([(1000, VAT)])
    (line,) = took(issued, lines_left(standing(issued))[0], CENT * 250)["adjustments"][0]["charges"]
    assert (line["was"]["amount"], line["now"]["amount"]) == ("10.00", "7.50")
    assert (line["quantity"], line["amount"]) == ("0", "-2.50")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (Decimal("10.01"), "Only 10.00 GBP are left of line 1"),
        (Decimal(0), "an amount of GBP above zero with 2 digits"),
        (Decimal(-1), "above zero"),
        (Decimal("0.001"), "2 digits"),
    ],
)
def test_what_is_no_part_of_the_line_is_refused_in_words(asked: Decimal, words: str) -> None:
    issued = invoice_of([(1000, VAT)])
    with pytest.raises(LineCreditError, match=words):
        took(issued, lines_left(standing(issued))[0], asked)


def test_a_line_credited_already_and_one_that_is_not_there_are_refused_in_words() -> None:
    issued = invoice_of([(1000, VAT)])
    follower = took(issued, lines_left(standing(issued))[0], None)
    with pytest.raises(LineCreditError, match="was credited already") as refused:
        took(follower, lines_left(standing(follower))[0], CENT)
    assert "已退补" in refused.value.told("zh")
    for place in (0, 2):
        with pytest.raises(LineCreditError, match="numbered from 1 to 1"):
            line_at(lines_left(standing(issued)), place, "CAM-2019-000001")


# ---- the stream of an invoice


def corrections() -> Corrections:
    return Corrections(
        site="cambridge", invoice=UUID(int=7), number="CAM-1", account="A", command_id=COMMAND
    )


def credit(of: Corrections) -> int:
    issued = invoice_of([(1000, VAT)])
    (line,) = lines_left(standing(issued))
    entry = credit_entry(standing(issued), line, line.left, name="CAM-1/1", reason="agreed")
    return of.propose_credit(
        credit=entry, causes=[], positions=(1, 1), by=CLERK, command_id=COMMAND
    )


def drafted(of: Corrections, document: str) -> int | None:
    return of.propose(
        document=document,
        causes=[],
        metering_position=1,
        books_position=1,
        total="1.00",
        by=None,
        command_id=COMMAND,
    )


def test_one_credit_of_an_invoice_waits_at_a_time() -> None:
    found = corrections()
    assert credit(found) == 1
    with pytest.raises(CreditWaitingError, match="CAM-1/1"):
        credit(found)
    found.reject(1, by=APPROVER, why="no", command_id=OTHER)
    assert credit(found) == 2


def test_what_readings_say_later_neither_overtakes_a_credit_nor_is_measured_by_it() -> None:
    found = corrections()
    credit(found)
    assert drafted(found, "x") == 2
    assert drafted(found, "y") == 3
    found.lapse(command_id=OTHER)
    states = [each.state for each in found.proposals]
    assert states == [
        ProposalState.PROPOSED,
        ProposalState.SUPERSEDED,
        ProposalState.SUPERSEDED,
    ]
    found.accept(1, by=APPROVER, why="", mode=CorrectionMode.ADJUST_NEXT, command_id=OTHER)
    assert (found.billed, found.base_of(3, "own")) == (None, "own")
    assert [each["gross"] for each in found.credits] == ["-12.00"]


def test_what_waits_about_an_invoice_taken_back_is_overtaken() -> None:
    found = corrections()
    credit(found)
    drafted(found, "x")
    found.accept(2, by=APPROVER, why="", mode=CorrectionMode.CREDIT_REBILL, command_id=OTHER)
    found.apply(2, document=UUID(int=9), credit_note=UUID(int=8), command_id=OTHER)
    assert found.proposals[0].state is ProposalState.SUPERSEDED
