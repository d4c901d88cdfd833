"""What the next bill rests on is what stands: a bill taken back says nothing, then or later."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billing.rating.quantities import OpeningPosition
from billing.tariffs.tariff import TariffVersion
from billing.tariffs.tariff_document import document_of
from billing.tariffs.tariff_file import tariff_of
from billing.views.billed_history import read_billed_history
from tests.billing.corrections.story import Story, midnight_of
from tests.billing.town import Town

pytestmark = pytest.mark.servers
DAY = date(2019, 1, 1)
BLOCKS = """
tariff: T
utility: gas
currency: GBP
zone: Europe/London
valid: {from: 2015-01-01, to: null}
tax: {mode: exclusive, rate: "0", rounding: per_rate}
rounding: {line: 2, quantity: 3}
charges:
  - id: gas
    kind: energy
    tier_span: year
    tiers: [{upto: "9", price: "1"}, {upto: null, price: "2"}]
"""


def yearly(key: str) -> TariffVersion:
    """Return a tariff with one charge in blocks of the year."""
    text = BLOCKS.replace("id: gas", f"id: {key}")
    return tariff_of(document_of(text, ".yaml"))


def used(town: Town, clause: str, known: int) -> tuple[OpeningPosition, ...]:
    with town.database.connection() as connection:
        return read_billed_history(
            connection,
            town.site.schema,
            account="A-b1",
            point="b1-gas",
            versions=[yearly(clause)],
            first_day=date(2019, 1, 2),
            books_position=known,
        ).openings


def test_a_bill_that_was_taken_back_counts_only_where_that_is_not_known(metered: Town) -> None:
    story = Story(metered)
    story.bill(DAY)
    before: Any = metered.one(f"SELECT max(position) FROM {metered.site.schema}.invoice")
    (charge, *_) = next(
        supply["charges"]
        for document in story.documents()
        for supply in document["supplies"]
        if supply["point"] == "b1-gas"
    )
    clause, billed = charge["clause"], Decimal(charge["quantity"])
    assert used(metered, clause, 0) == ()
    (opening,) = used(metered, clause, before)
    assert (opening.quantity, opening.year) == (billed, 2019)
    story.correct_reading(2, midnight_of(date(2019, 1, 2)), 1000)
    story.settle_all()
    (rebilled,) = used(metered, clause, 2**62)
    assert rebilled.quantity > billed
    assert used(metered, clause, before) == (opening,)
