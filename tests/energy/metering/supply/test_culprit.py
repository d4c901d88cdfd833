"""One meter to blame is found and named with its mistake; nobody is named where nobody is."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from energy.base.quality import Quality
from energy.base.units import Utility
from energy.metering.supply.balance import Arrangement, Flow, node_series
from energy.metering.supply.culprit import verdict_of
from energy.metering.supply.culprit_factors import Fault, explanations
from energy.metering.supply.culprit_verdict import Reading
from energy.metering.supply.graph import balance_nodes
from tests.fixtures.faulty_meters import LOAD, MANY, STEP_S, station
from tests.fixtures.supply import graph, node

FAULTS = (
    *("ct", "phase_reversed", "phase_lost", "reversed", "scale", "grid", "stuck"),
    *("unmetered", "wrong parent"),
)
SAID = {
    "ct": Fault.CT_RATIO, "grid": Fault.CT_RATIO, "unmetered": Fault.UNMETERED,
    "wrong parent": Fault.WRONG_PARENT,
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_culprit_is_named_with_what_happened(fault: str) -> None:
    for seed in range(5):
        found = station(seed, fault)
        assert found.named() == {found.culprit}, seed
        told = next(each for each in found.verdicts() if each.reading is Reading.NAMED)
        said = {each.fault for each in told.explanations}
        meant = SAID.get(fault) or Fault(fault)
        assert meant in said or Fault.WRONG_PARENT in said or fault in ("ct", "grid"), seed


@pytest.mark.parametrize("fault", [None, "wandering load"])
def test_nobody_is_named_where_nobody_is_to_blame(fault: str | None) -> None:
    for seed in range(5):
        assert station(seed, fault, noise=0.005, accuracy=0.002).named() == set()


def test_fault_from_a_day_on_is_dated() -> None:
    found = station(3, "phase_reversed", day=12)
    (told,) = [each for each in found.verdicts() if each.reading is Reading.NAMED]
    assert told.meter is not None
    assert told.meter.point == found.culprit
    assert abs(told.since - 12 * 96) <= 96


def test_meter_of_another_node_is_named_with_the_node_it_hangs_on() -> None:
    found = station(4, "wrong parent")
    (told, other) = found.verdicts()
    assert told is other
    assert (told.node, told.other_node) == ("f0", "grid")


def test_constant_load_without_a_meter_names_no_meter() -> None:
    found = station(2, "unmetered")
    told = next(each for each in found.verdicts() if each.reading is Reading.NAMED)
    assert (found.culprit, told.meter) == (LOAD, None)
    assert told.residual > 0


def test_little_that_is_known_says_nothing() -> None:
    drawn = graph(node("g", kind="incomer", point="g"), node("a", "g", point="a"))
    quality = np.full(96, Quality.MISSING, dtype=np.uint8)
    quality[:40] = Quality.MEASURED
    flows = {
        key: Flow(into=np.full(96, used, dtype=np.int64), back=None, quality=quality)
        for key, used in (("g", 10), ("a", 5))
    }
    whole = Arrangement(first=0, last=96, nodes=tuple(balance_nodes(drawn)))
    (series,) = node_series([whole], flows, Utility.ELECTRICITY, STEP_S, 96)
    assert verdict_of(series, flows, step_s=STEP_S).reading is Reading.UNKNOWN


def test_two_meters_in_a_row_are_not_told_apart() -> None:
    rng = np.random.default_rng(1)
    used = rng.integers(100, 1000, MANY)
    drawn = graph(node("g", kind="incomer", point="g"), node("a", "g", point="a"))
    zero = np.zeros(MANY, dtype=np.uint8)
    flows = {
        "g": Flow(into=used, back=None, quality=zero),
        "a": Flow(into=used // 2, back=None, quality=zero),
    }
    whole = Arrangement(first=0, last=MANY, nodes=tuple(balance_nodes(drawn)))
    (series,) = node_series([whole], flows, Utility.ELECTRICITY, STEP_S, MANY)
    assert verdict_of(series, flows, step_s=STEP_S).reading is Reading.SEVERAL


@pytest.mark.slow
@pytest.mark.parametrize("errors", [(0.0, 0.0), (0.005, 0.002), (0.02, 0.005)])
def test_culprits_of_many_seeds(errors: tuple[float, float]) -> None:
    noise, accuracy = errors
    clear = found = wrong = 0
    for fault in FAULTS:
        for seed in range(30):
            one = station(seed, fault, noise=noise, accuracy=accuracy)
            named = one.named()
            wrong += bool(named - {one.culprit})
            clear += one.clear
            found += one.clear and named == {one.culprit}
    sound = sum(
        bool(station(seed, fault, noise=noise, accuracy=accuracy).named())
        for fault in (None, "wandering load")
        for seed in range(30)
    )
    assert (wrong, sound) == (0, 0)
    assert found >= 0.95 * clear


RATIO = Fraction(40)  # 200/5


@pytest.mark.parametrize(
    ("factor", "multiplier", "fault", "entered", "true"),
    [
        (Fraction(4, 5), RATIO, Fault.CT_RATIO, "200/5", "250/5"),
        (Fraction(1, 5), RATIO, Fault.SECONDARY, "200/5", "200/1"),
        (Fraction(40), RATIO, Fault.NO_RATIO, "40", "1"),
        (Fraction(1, 3), RATIO, Fault.PHASE_REVERSED, "", ""),
        (Fraction(2, 3), RATIO, Fault.PHASE_LOST, "", ""),
        (Fraction(1, 1000), RATIO, Fault.SCALE, "", ""),
        (Fraction(-1), RATIO, Fault.REVERSED, "", ""),
        (Fraction(1, 60), Fraction(1), Fault.NO_RATIO, "1", "300/5"),
        (Fraction(100, 110), Fraction(4000), Fault.VT_RATIO, "100/1", "110/1"),
        (Fraction(4, 5), None, Fault.CT_RATIO, "200/5", "250/5"),
    ],
)
@pytest.mark.parametrize("source", [True, False])
def test_multiple_is_told_as_a_mistake(
    factor: Fraction, multiplier: Fraction | None, fault: Fault, entered: str, true: str,
    *, source: bool,
) -> None:  # fmt: skip
    slope = float(1 - 1 / factor) if source else float(1 / factor - 1)
    found = explanations(slope, multiplier, source=source, tolerance=0.03)
    assert found
    if multiplier is not None:
        assert (fault, entered, true) in [(f.fault, f.entered, f.true) for f in found]
    assert abs(float(found[0].factor or 0) - float(factor)) < 0.03 * abs(float(factor))


@pytest.mark.parametrize("factor", [0.95, 1.0, 1.05])
def test_what_classes_of_accuracy_allow_is_no_mistake(factor: float) -> None:
    assert explanations(1 / factor - 1, RATIO) == ()
