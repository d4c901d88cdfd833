from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.mbus.decode import FLAW_MEANS, Decoded, Flaw, decode
from adapters.mbus.profile import PROFILES
from adapters.mbus.records import parse
from simulator.mbus_meter import record

HEAT, GJ, WATER, BOTH = (
    PROFILES.load(f"mbus_{name}") for name in ("heat_kwh", "heat_gj", "water", "heat_cooling_kwh")
)
HEAD = bytes.fromhex("785634122D2C010455040000")
KWH, M3 = "06", "13"


def of(quantity: str, *records: bytes, profile: object = HEAT, head: bytes = HEAD) -> Decoded:
    point = profile.point(quantity)  # type: ignore[attr-defined]
    telegram = parse(head + b"".join(records))
    return decode(telegram.head, telegram.records, point.wire, point.facts)


def flaw(name: Flaw, count: int = 0) -> Decoded:
    return Decoded(count=count, flaw=name)


@given(vif=st.sampled_from([3, 4, 5, 6, 7]), value=st.integers(0, 99_999_999))
def test_every_power_of_ten_counts_exactly_the_same_energy(vif: int, value: int) -> None:
    got = of("heat_energy", record(f"{vif:02X}", value, decimal=True))
    assert got == Decoded(count=value * 10 ** (vif - 3))


@given(
    vif=st.sampled_from([("0B", 0), ("0C", 1), ("0D", 2), ("0E", 3), ("0F", 4), ("FB08", 5),
    ("FB09", 6)]),
    value=st.integers(0, 99_999_999),
)  # fmt: skip
def test_joules_count_exactly_in_gigajoules(vif: tuple[str, int], value: int) -> None:
    code, power = vif
    got = of("heat_energy", record(code, value), profile=GJ)
    assert got == Decoded(count=value * 10**power)


def test_gauges_are_converted_exactly_and_rounded_half_up() -> None:
    assert of("heat_power", record("36", 36)) == Decoded(count=10_000)  # 36 MJ/h are 10 kW
    assert of("temp_flow", record("58", 12_345)) == Decoded(count=1235)
    assert of("temp_flow", record("5B", -7, size=1)) == Decoded(count=-700)
    assert of("flow", record("46", 2, size=1)) == Decoded(count=120_000)


def test_a_counter_of_another_family_of_units_is_no_count() -> None:
    assert of("heat_energy", record("0E", 5)) == flaw(Flaw.OTHER_UNIT)
    assert of("heat_energy", record(KWH, 5), profile=GJ) == flaw(Flaw.OTHER_UNIT)


def test_finer_steps_than_the_profile_are_no_count() -> None:
    assert of("heat_energy", record("02", 5)) == flaw(Flaw.FINER_STEP)
    assert of("volume", record("10", 5), profile=WATER) == flaw(Flaw.FINER_STEP)


def test_storage_tariff_part_kind_and_direction_tell_records_apart() -> None:
    others = (
        record(KWH, 1, storage=1), record(KWH, 2, tariff=1), record(KWH, 3, subunit=1),
        record(KWH, 4, function=1), record("863C", 5),
    )  # fmt: skip
    assert of("heat_energy", *others) == flaw(Flaw.NO_RECORD)
    assert of("heat_energy", *others, record(KWH, 6)) == Decoded(count=6000)
    assert of("heat_energy_month_end", *others) == Decoded(count=1000)
    assert of("cooling_energy", *others, profile=BOTH) == Decoded(count=5000)


def test_a_value_sent_twice_counts_once_when_both_agree() -> None:
    coarse, fine = record(KWH, 123), record("03", 123_456)
    assert of("heat_energy", coarse, fine) == Decoded(count=123_456)
    assert of("heat_energy", coarse, record("03", 124_000)) == flaw(Flaw.AMBIGUOUS)
    assert of("heat_energy", record(KWH, 5), record(KWH, 6)) == flaw(Flaw.AMBIGUOUS)


def test_the_other_family_beside_it_is_chosen_by_the_profiles_unit() -> None:
    both = record(KWH, 1000), record("0E", 3600)
    assert of("heat_energy", *both) == Decoded(count=1_000_000)
    assert of("heat_energy", *both, profile=GJ) == Decoded(count=3_600_000)


def test_the_meters_signs_for_no_value_and_for_errors_are_told() -> None:
    ill = bytes.fromhex("0C06FFFFFFFF")
    assert of("heat_energy", bytes.fromhex("0C06EEEEEEEE")) == flaw(Flaw.NULL_VALUE)
    assert of("heat_energy", ill) == flaw(Flaw.NULL_VALUE)
    assert of("heat_energy", record("8618", 7)) == flaw(Flaw.RECORD_ERROR)
    assert of("heat_energy", record(KWH, 7, function=3)) == flaw(Flaw.RECORD_ERROR)
    assert of("heat_energy", record(KWH, -7)) == flaw(Flaw.BELOW_ZERO, -7000)


def test_states_are_bits_of_the_status_and_of_the_error_flags() -> None:
    assert of("battery_low") == Decoded(count=1)
    assert of("alarm") == Decoded(count=0)
    assert of("error_code") == flaw(Flaw.NO_RECORD)
    assert of("error_code", record("FD17", 0x0102, size=2)) == Decoded(count=0x0102)
    assert of("error_code", record("FD17", 1), record("FD17", 2)) == flaw(Flaw.AMBIGUOUS)
    assert of("error_code", record("FD9718", 0)) == flaw(Flaw.RECORD_ERROR)


@pytest.mark.parametrize("flaw_", Flaw)
def test_every_flaw_has_its_words(flaw_: Flaw) -> None:
    assert FLAW_MEANS[flaw_]
