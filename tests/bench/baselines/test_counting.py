"""The counting rule: touching one hour catches, touching none is false, standing counts nothing."""

from __future__ import annotations

import pytest

from bench.baselines.counting import Raised, count
from bench.baselines.planted import Kind, Planted, plant
from energy.alerting.baseline.alarms import Standing, Turn, watch
from energy.alerting.baseline.rolling import Floats
from energy.alerting.baseline.spec import BaselineSpec

ABOVE = Planted(meter=0, kind=Kind.ABOVE, begin=100, end=106)
FLAT = Planted(meter=1, kind=Kind.FLAT, begin=100, end=124)


@pytest.mark.parametrize(
    ("begin", "hour", "caught"),
    [(95, 100, True), (105, 110, True), (94, 99, False), (106, 111, False)],
)
def test_an_alarm_catches_what_it_speaks_of(begin: int, hour: int, caught: bool) -> None:
    alarm = Raised(meter=0, begin=begin, hour=hour)
    counted = count([alarm], [ABOVE, FLAT], meters=2, days=30)
    assert counted.caught == {ABOVE: alarm if caught else None, FLAT: None}
    assert counted.false == (() if caught else (alarm,))


def test_the_alarm_of_one_meter_says_nothing_of_another() -> None:
    counted = count([Raised(meter=1, begin=50, hour=52)], [ABOVE], meters=2, days=61)
    assert counted.false_a_month.round(3).tolist() == [0.0, 0.499]
    assert counted.recall[Kind.ABOVE] == 0.0


def test_recall_is_the_share_of_a_kind() -> None:
    second = Planted(meter=1, kind=Kind.ABOVE, begin=100, end=106)
    counted = count([Raised(meter=0, begin=99, hour=101)], [ABOVE, second], meters=2, days=30)
    assert counted.recall[Kind.ABOVE] == 0.5


def test_fourteen_real_meters_of_2019_exactly(extract: Floats) -> None:
    usage, planted = plant(extract, 120, 365, seed=4)
    changes, _ = watch(usage, BaselineSpec(), [Standing()] * 14, first=0)
    raised = [
        Raised(meter=one.meter, begin=one.since, hour=one.hour)
        for one in changes
        if one.turn is Turn.RAISED and one.hour >= 120 * 24
    ]
    counted = count(raised, planted, meters=14, days=365 - 120)
    caught = {kind: round(share * 14) for kind, share in counted.recall.items()}
    assert len(counted.false) == 45
    assert caught == {
        Kind.ABOVE: 12,
        Kind.NIGHTS: 10,
        Kind.ZERO: 13,
        Kind.FLAT: 14,
        Kind.SPIKE: 13,
        Kind.BELOW: 12,
    }
