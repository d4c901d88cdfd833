"""The slider above an issued bill: its stops, its addresses, what it says of nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from billing.corrections.anew import Known
from billing.corrections.as_known import KnownStep
from dashboards.pages.bills.known import KnownModel, path_of
from dashboards.pages.bills.known_callbacks import moved
from dashboards.pages.subjects import UnknownSubjectError
from dashboards.queries.known_rows import KnownSteps

INVOICE = UUID(int=5)
FIRST, SECOND, NOW = (Known(metering=m, books=b) for m, b in ((10, 1), (20, 1), (90, 4)))
STEPS = KnownSteps(
    invoice=INVOICE,
    steps=(
        KnownStep(known=FIRST, at=None),
        KnownStep(known=SECOND, at=datetime(2026, 7, 1, tzinfo=UTC), points=("p",)),
        KnownStep(known=NOW, at=None),
    ),
)


def test_a_stop_leads_to_its_positions_and_the_first_to_the_bill_itself() -> None:
    pairs = "10-1 20-1 90-4"
    assert moved(str(INVOICE), pairs, 0) == f"/bills/{INVOICE}"
    assert moved(str(INVOICE), pairs, 1) == f"/bills/{INVOICE}/known/20-1"
    assert moved(str(INVOICE), pairs, 2) == path_of(INVOICE, NOW)
    assert [moved(str(INVOICE), pairs, n) for n in (-1, 3)] == [None, None]


@pytest.mark.parametrize("pairs", ["x", "1", "1-x", "-1", "1--2"])
def test_stops_that_are_none_are_refused(pairs: str) -> None:
    with pytest.raises(UnknownSubjectError):
        moved(str(INVOICE), f"10-1 {pairs}", 1)


@pytest.mark.parametrize(
    ("chosen", "place"),
    [(SECOND, 1), (NOW, 2), (Known(metering=15, books=1), 1), (Known(metering=95, books=9), 2)],
)
def test_positions_of_an_address_stand_among_the_stops(chosen: Known, place: int) -> None:
    stops = KnownModel(steps=STEPS, chosen=chosen).stops()
    assert stops[place].known == chosen
    assert {each.known for each in stops} == {FIRST, SECOND, NOW, chosen}
    assert stops[0].known == FIRST
