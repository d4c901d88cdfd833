"""Every mistake of wiring, made on purpose, and the words it is called by."""

from __future__ import annotations

import cmath
import math
from itertools import permutations, product

import pytest

from processes.technician_checks import Outcome
from processes.technician_judgement import Judgement
from processes.technician_phases import VOLTAGE_AT, phases_of
from processes.technician_wiring import (
    Wiring,
    believable,
    judge_factors,
    judge_rotation,
    judge_sums,
    judge_transformers,
    judge_triangle,
)

VOLTS, AMPERES = 230.0, 20.0


def meter(
    on: tuple[int, int, int] = (1, 2, 3),
    way: tuple[int, int, int] = (1, 1, 1),
    angles: tuple[float, float, float] = (18.0, 20.0, 15.0),
    amperes: tuple[float, float, float] = (AMPERES, AMPERES, AMPERES),
) -> dict[str, float]:
    """Return what a meter shows whose transformers sit so, by phasors."""
    known: dict[str, float] = {}
    total = 0j
    for n in (1, 2, 3):
        phase = on[n - 1]
        voltage = cmath.rect(VOLTS, math.radians(VOLTAGE_AT[n]))
        at = VOLTAGE_AT[phase] - angles[phase - 1]
        current = way[n - 1] * cmath.rect(amperes[phase - 1], math.radians(at))
        power = voltage * current.conjugate()
        total += power
        known |= {
            f"voltage_l{n}": VOLTS,
            f"current_l{n}": abs(current),
            f"active_power_l{n}": power.real,
            f"reactive_power_l{n}": power.imag,
            f"apparent_power_l{n}": abs(power),
        }
    return known | {"active_power": total.real}


def judged(known: dict[str, float], *, may_feed: bool = False) -> Judgement:
    [judgement] = judge_transformers(phases_of(known), may_feed=may_feed)
    return judgement


def test_currents_that_go_with_their_voltages_are_ok() -> None:
    assert judged(meter()).code == "transformers_ok"


@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_reversed_transformer_is_named(n: int) -> None:
    way = tuple(-1 if phase == n else 1 for phase in (1, 2, 3))
    judgement = judged(meter(way=(way[0], way[1], way[2])))
    assert judgement.code == "transformer_reversed"
    assert judgement.values["phases"] == f"L{n}"
    assert f"L{n}" in judgement.text("zh")


@pytest.mark.parametrize(("a", "b"), [(1, 2), (2, 3), (1, 3)])
def test_two_exchanged_transformers_are_named(a: int, b: int) -> None:
    on = [1, 2, 3]
    on[a - 1], on[b - 1] = b, a
    judgement = judged(meter(on=(on[0], on[1], on[2])))
    assert judgement.code == "transformers_exchanged"
    assert (judgement.values["first"], judgement.values["second"]) == (f"L{a}", f"L{b}")


@pytest.mark.parametrize("on", list(permutations((1, 2, 3))))
@pytest.mark.parametrize("way", list(product((1, -1), repeat=3)))
def test_no_wrong_wiring_of_a_resistive_load_passes_as_right(
    on: tuple[int, int, int], way: tuple[int, int, int]
) -> None:
    right = on == (1, 2, 3) and way == (1, 1, 1)
    judgement = judged(meter(on=on, way=way, angles=(2.0, 5.0, 8.0)))
    assert (judgement.outcome is Outcome.OK) == right


def test_all_wirings_that_explain_an_angle_are_the_simplest_ones() -> None:
    found = believable(phases_of(meter(way=(1, -1, 1))), may_feed=False)
    assert found == [Wiring((1, 2, 3), (1, -1, 1))]


def test_power_that_may_flow_back_is_no_reversed_transformer() -> None:
    backwards = meter(way=(-1, -1, -1))
    assert judged(backwards).code == "transformer_reversed"
    assert judged(backwards, may_feed=True).code == "transformers_ok"


def test_a_phase_without_current_tells_nothing() -> None:
    judgement = judged(meter(amperes=(AMPERES, 0.0, AMPERES)))
    assert judgement.code == "transformers_ok_idle"
    assert judgement.values["idle"] == "L2"
    assert judged(meter(amperes=(0.0, 0.0, 0.0))).code == "no_current"


def test_three_idle_motors_are_no_wiring_mistake() -> None:
    judgement = judged(meter(angles=(75.0, 76.0, 74.0)))
    assert judgement.code == "low_factor_alike"
    assert judgement.outcome is Outcome.NOTED


def test_a_single_phase_with_a_low_factor_may_hang_on_another_phase() -> None:
    known = meter(angles=(80.0, 18.0, 18.0), amperes=(AMPERES, 0.0, 0.0))
    assert judged(known).code == "low_factor"


def test_without_reactive_power_a_reversed_transformer_is_still_found() -> None:
    known = {q: v for q, v in meter(way=(1, -1, 1)).items() if "reactive" not in q}
    assert judged(known).code == "transformer_reversed"


def test_phases_add_up_or_the_total_leaves_one_out() -> None:
    known = meter()
    assert judge_sums(known)[0].code == "sum_ok"
    assert judge_sums(known | {"active_power": known["active_power"] * 0.67})[0].code == "sum_off"
    reversed_ = meter(way=(1, -1, 1))
    size = sum(abs(reversed_[f"active_power_l{n}"]) for n in (1, 2, 3))
    assert judge_sums(reversed_ | {"active_power": size})[0].code == "sum_unsigned"


def test_the_triangle_of_powers_holds_to_two_percent() -> None:
    known = meter()
    assert judge_triangle(known)[0].code == "triangle_ok"
    assert judge_triangle(known | {"reactive_power_l2": 4000.0})[0].code == "triangle_off"


def test_power_factors_above_one_are_coded_otherwise_and_not_used() -> None:
    known = meter() | {"power_factor_l1": 1.6}
    assert judge_factors(phases_of(known))[0].code == "factor_off"


def test_a_ratio_in_the_power_and_not_in_the_current_shows() -> None:
    known = meter() | {f"power_factor_l{n}": 0.95 for n in (1, 2, 3)}
    for n in (1, 2, 3):
        known[f"current_l{n}"] /= 40
    assert judge_factors(phases_of(known))[0].code == "factor_differs"


def test_a_rotation_that_the_device_does_not_tell_is_said_to_be_unknown() -> None:
    known = meter()
    assert judge_rotation(known, phases_of(known))[0].code == "rotation_untold"
