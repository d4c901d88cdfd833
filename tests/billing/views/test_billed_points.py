"""What is billed of each point: bills, credit notes, adjustments; the same as by utility."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from billing.invoices.issuer import CorrectionMode
from billing.views.billed_points import BilledPoint, read_billed_points
from energy.base.units import Utility
from tests.billing.corrections.story import Story, midnight_of, read_midnights
from tests.billing.town import Town

pytestmark = pytest.mark.servers
ONE, TWO, THREE = (date(2019, 1, day) for day in (1, 2, 3))


def billed(town: Town, first: date, last: date) -> list[BilledPoint]:
    with town.database.connection() as connection:
        return read_billed_points(connection, town.site.schema, Utility.ELECTRICITY, first, last)


def by_utility(town: Town) -> dict[tuple[object, ...], object]:
    """Return what the ledger's own table says of each span."""
    rows = town.rows(
        f"SELECT first_day, last_day, sum(net) FROM {town.site.schema}.billed_part "
        "WHERE utility = 'electricity' GROUP BY 1, 2"
    )
    return {(first, last): net for first, last, net in rows}


@pytest.mark.parametrize("mode", [CorrectionMode.CREDIT_REBILL, CorrectionMode.ADJUST_NEXT])
def test_points_add_up_to_what_the_ledger_says_of_their_utility(
    town: Town, mode: CorrectionMode
) -> None:
    town.found()
    read_midnights(town, 3)
    story = Story(town)
    story.say_by(mode)
    story.bill(ONE)
    before = {each.point: each.net for each in billed(town, ONE, ONE)}
    assert set(before) == {"b1-elec", "b2-elec"}
    story.correct_reading(1, midnight_of(TWO), 300)
    story.settle_all()
    story.bill(TWO, THREE)  # holds the adjustment, where corrections are said by the next bill
    spans: dict[tuple[object, ...], Decimal] = {}
    for each in billed(town, ONE, THREE):
        key = (each.first_day, each.last_day)
        spans[key] = spans.get(key, Decimal(0)) + each.net
    assert spans == by_utility(town)
    after = {each.point: each.net for each in billed(town, ONE, ONE)}
    assert after["b2-elec"] == before["b2-elec"]
    assert after["b1-elec"] > before["b1-elec"], "300 counts more were used on the first day"


def test_spans_that_touch_no_asked_day_are_left_out(town: Town) -> None:
    town.found()
    read_midnights(town, 3)
    story = Story(town)
    story.bill(ONE)
    story.bill(TWO, THREE)
    assert {each.first_day for each in billed(town, ONE, ONE)} == {ONE}
    assert {each.first_day for each in billed(town, THREE, THREE)} == {TWO}
    assert billed(town, date(2019, 1, 4), date(2019, 1, 31)) == []
