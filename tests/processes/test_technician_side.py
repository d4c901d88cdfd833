"""Which side of the transformers a register counts, and a ratio applied twice."""

from __future__ import annotations

from fractions import Fraction

import pytest

from energy.metering.channel import Side
from processes.technician_checks import Outcome
from processes.technician_load import LoadTextError, load_of
from processes.technician_side import (
    Proofs,
    judge_multiplier,
    judge_ratio,
    settle_side,
    side_candidates,
)

RATIO = Fraction(40)


def test_without_transformers_there_is_but_one_side() -> None:
    assert settle_side(Side.UNKNOWN, Fraction(1), Proofs()).side is Side.PRIMARY


def test_an_unknown_side_without_proof_stays_unsettled_and_refuses() -> None:
    settled = settle_side(Side.UNKNOWN, RATIO, Proofs(device_ratio=RATIO))
    assert settled.side is None
    assert settled.judgement().outcome is Outcome.REFUSED
    assert "--load" in settled.judgement().text("en")


@pytest.mark.parametrize(
    ("proofs", "side"),
    [
        (Proofs(power_by_load=Fraction("0.98")), Side.PRIMARY),
        (Proofs(power_by_load=Fraction("0.0245")), Side.SECONDARY),
        (Proofs(current_by_clamp=Fraction("1.05")), Side.PRIMARY),
        (Proofs(current_by_clamp=Fraction("0.026")), Side.SECONDARY),
        (Proofs(display_by_register=Fraction("39.99")), Side.SECONDARY),
        (Proofs(display_by_register=Fraction("0.025")), Side.PRIMARY),
        (Proofs(device_ratio=Fraction(1)), Side.SECONDARY),
    ],
)
def test_one_proof_settles_the_side(proofs: Proofs, side: Side) -> None:
    assert settle_side(Side.UNKNOWN, RATIO, proofs).side is side


def test_a_display_like_the_register_proves_nothing() -> None:
    proofs = Proofs(display_by_register=Fraction(1))
    assert settle_side(Side.UNKNOWN, RATIO, proofs).side is None


def test_proofs_against_each_other_or_the_profile_settle_nothing() -> None:
    both = Proofs(power_by_load=Fraction(1), display_by_register=RATIO)
    assert settle_side(Side.UNKNOWN, RATIO, both).side is None
    load = Proofs(power_by_load=Fraction(1))
    assert settle_side(Side.SECONDARY, RATIO, load).code == "side_conflict"
    assert settle_side(Side.PRIMARY, RATIO, load).side is Side.PRIMARY


def test_a_load_forty_times_too_large_is_a_ratio_applied_twice_inside_the_device() -> None:
    settled = settle_side(Side.UNKNOWN, RATIO, Proofs(power_by_load=Fraction("40.4")))
    assert (settled.side, settled.code) == (None, "side_twice_inside")


def test_a_multiplier_beside_a_primary_register_is_the_ratio_applied_twice() -> None:
    [judgement] = judge_multiplier(Side.PRIMARY, RATIO, RATIO, Proofs())
    assert (judgement.outcome, judgement.code) == (Outcome.REFUSED, "twice_by_side")


def test_a_load_shown_as_it_is_with_a_multiplier_is_the_ratio_applied_twice() -> None:
    proofs = Proofs(power_by_load=Fraction("0.97"))
    [judgement] = judge_multiplier(None, RATIO, RATIO, proofs)
    assert (judgement.outcome, judgement.code) == (Outcome.REFUSED, "twice_by_load")


def test_a_secondary_register_without_its_multiplier_bills_too_little() -> None:
    assert judge_multiplier(Side.SECONDARY, RATIO, Fraction(1), Proofs())[0].code == "never_applied"
    assert judge_multiplier(Side.SECONDARY, RATIO, Fraction(60), Proofs())[0].code == (
        "other_multiplier"
    )
    assert judge_multiplier(Side.SECONDARY, RATIO, RATIO, Proofs())[0].outcome is Outcome.OK
    assert judge_multiplier(Side.PRIMARY, RATIO, Fraction(1), Proofs())[0].outcome is Outcome.OK


def test_the_two_readings_of_a_register_come_with_the_current_that_proves_each() -> None:
    inside, to_do = side_candidates(
        Fraction("15203.4"), "kWh", RATIO, current_a=Fraction("12.3"), power_w=Fraction(2800)
    )
    assert (inside.energy, inside.current_a) == (Fraction("15203.4"), Fraction("12.3"))
    assert (to_do.energy, to_do.current_a) == (Fraction(608136), Fraction(492))
    assert (inside.side, to_do.side) == (Side.PRIMARY, Side.SECONDARY)


@pytest.mark.parametrize(
    ("device", "stated", "code"),
    [
        (RATIO, True, "ratio_ok"),
        (Fraction(60), True, "ratio_differs"),
        (Fraction(1), True, "ratio_not_set"),
        (RATIO, False, "ratio_unread"),
    ],
)
def test_the_ratio_in_the_device_is_held_against_the_plates(
    device: Fraction, stated: bool, code: str
) -> None:
    assert judge_ratio(RATIO, stated, Proofs(device_ratio=device))[0].code == code


def test_a_load_is_read_as_technicians_say_it() -> None:
    assert load_of("3 kW heater on L1").power_w == 3000
    assert load_of("L2 上 1,5kW 电暖器").phase == 2
    assert load_of("11 kW").phase is None


@pytest.mark.parametrize(
    ("text", "power_w"),
    [
        ("4.4千瓦 电暖器 L1", 4400),
        ("L1 上 800 瓦", 800),
        ("1,5 千瓦", 1500),
        ("2兆瓦", 2_000_000),
        ("0.4 kW", 400),
    ],
)
def test_a_load_is_read_in_chinese_units_too(text: str, power_w: int) -> None:
    assert load_of(text).power_w == power_w


@pytest.mark.parametrize("text", ["5 kWh", "5千瓦时", "5 千瓦 小时", "0千瓦", "电暖器 L1"])
def test_energy_is_no_load(text: str) -> None:
    with pytest.raises(LoadTextError, match="names no power"):
        load_of(text)
