"""The drawn week: letters of bands by half-hour, a row a weekday, a row a class without any."""

from __future__ import annotations

from billing.tariffs.week import HOURS, letters_of, weeks_of
from tests.billing.tariffs.files import PLAIN, WHOLE, yaml


def test_a_week_shows_each_band_where_it_lies() -> None:
    tariff = yaml(WHOLE)
    assert letters_of(tariff) == {"sharp": "A", "peak": "B", "flat": "C", "valley": "D"}
    summer, other = weeks_of(tariff)
    assert [label for label, _ in summer.rows] == [
        *("mon", "tue", "wed", "thu", "fri", "sat", "sun", "holiday"),
    ]
    assert dict(summer.rows)["mon"] == (
        "D" * 16 + "CCCC" + "BB" + "AA" + "C" * 10 + "AAA" + "BBBBB" + "CCCC" + "DD"
    )
    assert dict(other.rows)["holiday"] == "D" * 16 + "C" * 32
    assert {len(cells) for week in (summer, other) for _, cells in week.rows} == {48}
    assert len(HOURS) == 48


def test_one_price_at_all_times_draws_nothing() -> None:
    assert weeks_of(yaml(PLAIN)) == []
