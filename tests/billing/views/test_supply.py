"""Meters that deliver intervals are billed to the cent like those with a register."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from billing.documents.page import page_of
from billing.documents.papers import PaperKind, paper
from billing.errors import RatingError
from energy.base.ids import id_of
from energy.metering.reading import Reading
from tests.billing.town import APPROVER, CLERK, Town, count_at

pytestmark = pytest.mark.servers
MIDNIGHT = datetime(2019, 1, 1, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


@pytest.fixture
def twins(town: Town) -> Town:
    """Building 1 delivers intervals of what the registers of building 2 count."""
    town.delivering = frozenset({"b1-elec", "b1-gas"})
    town.found()
    town.read(channels=(3, 4))
    return town


def delivered() -> list[Reading]:
    """Return three days of intervals of both meters of building 1."""
    ends = [MIDNIGHT + n * QUARTER for n in range(1, 3 * 96 + 1)]
    return [
        Reading(channel=own, at=end, count=count_at(twin, end) - count_at(twin, end - QUARTER))
        for own, twin in ((1, 3), (2, 4))
        for end in ends
    ]


def asked(document: str) -> dict[str, Any]:
    """Return what an invoice asks for, without what names the meters."""
    told = json.loads(document)
    supplies = [
        {key: each[key] for key in ("utility", "tariffs", "usage", "daily")}
        | {"charges": [{**charge, "charge": None} for charge in each["charges"]]}
        for each in told["supplies"]
    ]
    return {"supplies": supplies, "totals": told["totals"], "tax": told["tax"]}


def test_an_invoice_on_intervals_asks_for_what_one_on_registers_asks_for(twins: Town) -> None:
    told = delivered()
    np.random.default_rng(1).shuffle(told)  # type: ignore[arg-type]
    for n in range(0, len(told), 100):
        twins.accept(told[n : n + 100])
        twins.catch_up()
    run, _ = twins.bill()
    first, second = (twins.office.books.invoice(n) for n in twins.office.books.run(run).drafts)
    assert asked(first.document) == asked(second.document)
    assert first.total == second.total > 0
    power, gas = json.loads(first.document)["supplies"]
    assert power["readings"] == gas["readings"] == []
    assert "no register reading" in str(page_of(json.loads(first.document), "en")["proofs"])
    assert "no register reading" not in str(page_of(json.loads(second.document), "en")["proofs"])
    content = {"invoice": json.loads(first.document)}
    assert paper(PaperKind.BILL, content, language="zh").startswith(b"%PDF")
    assert twins.office.re_rate(first.id).same


def test_a_missing_interval_holds_the_bill_until_it_comes(twins: Town) -> None:
    told = delivered()
    late = told.pop(100)
    twins.accept(told)
    run = twins.open_and_rate()
    (missing,) = twins.office.review(run).findings
    assert (missing.code, missing.start) == ("bill.usage_missing", late.at - QUARTER)
    twins.office.abandon(run, CLERK, "an interval is missing", command_id=id_of("abandon"))
    twins.accept([late])
    again = twins.open_and_rate(accounts=["A-b1", "A-b2"])
    assert twins.office.review(again).findings == []
    twins.office.approve(again, APPROVER)
    assert len(twins.office.issue(again, CLERK)) == 2


@pytest.mark.parametrize(("point", "fits"), [("b1-gas", True), ("b1-elec", False)])
def test_daily_intervals_are_never_split_into_the_bands_of_a_day(
    town: Town, point: str, *, fits: bool
) -> None:
    town.delivering, town.interval_s = frozenset({point}), 86_400
    town.found()
    own, others = (2, (1, 3, 4)) if fits else (1, (2, 3, 4))
    town.read(channels=others)
    ends = [MIDNIGHT + timedelta(days=n) for n in (1, 2, 3)]
    town.accept([Reading(channel=own, at=end, count=1000) for end in ends])
    town.catch_up()
    if fits:
        run = town.open_and_rate()
        assert town.office.review(run).findings == []
    else:
        with pytest.raises(RatingError, match="inside a usage interval of 1440 minutes"):
            town.open_and_rate()
