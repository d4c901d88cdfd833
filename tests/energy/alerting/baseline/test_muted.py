"""A meter with more than two false alarms in a month is muted until a month is quieter."""

from __future__ import annotations

from energy.alerting.baseline.muted import Muted, muted

NOW = 10_000


def test_more_than_two_in_a_month_mute_the_loudest_first() -> None:
    false = {7: [NOW - 10, NOW - 20, NOW - 30], 3: [NOW - 5, NOW], 9: [NOW - n for n in range(4)]}
    assert muted(false, NOW) == [Muted(meter=9, false=4), Muted(meter=7, false=3)]


def test_false_alarms_older_than_a_month_are_forgiven() -> None:
    assert muted({7: [NOW - 731, NOW - 20, NOW - 30]}, NOW) == []
    assert muted({7: [NOW - 730, NOW - 20, NOW - 30]}, NOW) == [Muted(meter=7, false=3)]
