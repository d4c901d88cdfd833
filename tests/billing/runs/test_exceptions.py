"""What of a run a person should look at, by money."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

from billing.invoices.drafting import draft_invoice
from billing.invoices.invoice import InvoiceState
from billing.runs.exceptions import Limits, PastSupply, UtilityLoss, exceptions_of
from billing.runs.review import ReviewedDraft
from energy.base.finding import Finding, Severity
from energy.base.quality import Quality
from tests.billing.samples import electricity, gas, invoice_facts

AT = datetime(2019, 1, 2, tzinfo=UTC)


def draft(supplies: list[Any], findings: tuple[Finding, ...] = ()) -> ReviewedDraft:
    made = draft_invoice(invoice_facts(supplies=supplies))
    return ReviewedDraft(
        invoice=UUID(int=1),
        account="A-1",
        state=InvoiceState.DRAFT,
        total=made.total,
        document=made.document,
        findings=findings,
    )


def causes(one: ReviewedDraft, **past: PastSupply) -> list[str]:
    known = {("A-1", point.replace("_", "-")): each for point, each in past.items()}
    return [each.cause for each in exceptions_of([one], known, [], Limits(), {1: "cam-b2-elec"})]


def past(per_day: int, last_year: int | None = None) -> PastSupply:
    return PastSupply(
        per_day=(Fraction(per_day),) * 3,
        last_year=None if last_year is None else Fraction(last_year),
        money_per_day=Fraction(2),
    )


def used_per_day() -> int:
    document = json.loads(draft([electricity()]).document)
    return int(Fraction(document["supplies"][0]["usage"]["total"]) / 31)


def changed(factor: int, quality: Quality = Quality.MEASURED, first: int = 0) -> Any:
    supply = electricity()
    assert supply.span is not None
    usage, marks = supply.span.usage.copy(), supply.span.quality.copy()
    usage[first:] = usage[first:] * factor
    marks[first:] = quality
    return replace(supply, span=replace(supply.span, usage=usage, quality=marks), registers=())


def test_an_ordinary_bill_asks_nobody() -> None:
    assert causes(draft([electricity(), gas()])) == []


def test_usage_far_from_the_last_bills_and_from_last_year_is_outside_the_band() -> None:
    level = used_per_day()
    one = draft([electricity()])
    assert causes(one, cam_b2_elec=past(level)) == []
    assert causes(one, cam_b2_elec=past(level * 3)) == ["outside_band"]
    assert causes(one, cam_b2_elec=past(level * 3, last_year=level)) == []
    assert causes(one, cam_b2_elec=past(level * 3, last_year=level * 4)) == ["outside_band"]


def test_nothing_used_and_less_than_nothing_are_told_apart() -> None:
    assert causes(draft([changed(0)])) == ["zero"]
    assert "negative" in causes(draft([changed(-1)]))
    assert "reversed" in causes(draft([changed(-1)]))
    some_days_back = changed(-1, first=30 * 96)
    assert causes(draft([some_days_back])) == ["reversed"]


def test_an_estimated_part_above_the_limit_is_told_with_its_share() -> None:
    half = draft([changed(1, Quality.ESTIMATED, first=15 * 96)])
    (found,) = exceptions_of([half], {}, [], Limits(), {})
    assert (found.cause, found.proof) == ("estimated", {"percent": "51.6"})
    assert exceptions_of([half], {}, [], Limits(estimated_percent=60), {}) == []


def test_what_forbids_to_bill_cannot_be_accepted_and_is_worth_what_it_cost_before() -> None:
    missing = Finding(
        code="bill.usage_missing",
        severity=Severity.DO_NOT_BILL,
        channel=1,
        start=AT,
        end=AT,
        position=1,
        proof={},
    )
    supply = replace(electricity(), findings=(missing,))
    known = {("A-1", "cam-b2-elec"): past(5)}
    points = {1: "cam-b2-elec"}
    (found,) = exceptions_of([draft([supply], (missing,))], known, [], Limits(), points)
    assert (found.cause, found.barred, found.money) == ("missing", True, Decimal("62.00"))


def test_what_findings_only_warn_of_is_shown_and_not_asked() -> None:
    told = Finding(
        code="bill.stated_alone",
        severity=Severity.WARN,
        channel=1,
        start=AT,
        end=AT,
        position=1,
        proof={},
    )
    (found,) = exceptions_of([draft([electricity()], (told,))], {}, [], Limits(), {1: "x"})
    assert (found.cause, found.asked, found.barred) == ("bill.stated_alone", False, False)


def test_a_loss_over_the_limit_is_of_the_whole_run() -> None:
    loss = UtilityLoss(
        utility="electricity",
        supplied="100",
        lost="20",
        unit="kWh",
        part=Fraction(1, 5),
        money=Decimal("4.00"),
    )
    (found,) = exceptions_of([], {}, [loss], Limits(), {})
    assert (found.cause, found.account, found.proof["percent"]) == ("loss", "", "20")
    assert exceptions_of([], {}, [loss], Limits(loss_percent=20), {}) == []


def test_the_dearest_comes_first_and_other_figures_are_another_exception() -> None:
    cheap = replace(changed(0), point="cam-b3-elec")
    rows = exceptions_of([draft([cheap, changed(-1)])], {}, [], Limits(), {})
    assert [each.money for each in rows] == sorted((e.money for e in rows), reverse=True)
    other = exceptions_of([draft([cheap, changed(-2)])], {}, [], Limits(), {})
    assert {e.key for e in rows if e.cause == "zero"} == {e.key for e in other if e.cause == "zero"}
    assert not {e.key for e in rows if e.cause == "negative"} & {
        e.key for e in other if e.cause == "negative"
    }
