"""Registers of the airport: exact sums, the same in every process, never back, credible."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from energy.base.clock import to_us
from energy.base.units import Utility
from simulator.airport import figures as f
from simulator.airport.design import airport_of
from simulator.airport.faults import Fault, FaultKind
from simulator.airport.model import AirportModel, modulus_of, seconds_of
from simulator.airport.parts import PULSE, SDM

AIRPORT = airport_of(300, 1)
MODEL = AirportModel(AIRPORT)
METER = {meter.point: meter for meter in AIRPORT.metered}
NOON = seconds_of(to_us(datetime(2026, 7, 14, 4, tzinfo=UTC)))
DAY_S, QUARTER_S, YEAR_H = 86_400, 900, f.CYCLE_HOURS


def used(point: str, start_s: int, end_s: int) -> int:
    """Return what a register counted, from its own counts. [Wh; L; g]."""
    meter = METER[point]
    counts = MODEL.true_count(meter, end_s) - MODEL.true_count(meter, start_s)
    return counts * meter.per_count


def test_grid_meters_are_the_users_and_the_stated_losses_less_the_sun_all_day_long() -> None:
    losses = [n for n, flow in enumerate(AIRPORT.flows) if flow.key.startswith("loss-")]
    electric = [n for n in losses if AIRPORT.flows[n].utility is Utility.ELECTRICITY]
    users = [
        m.point for m in AIRPORT.metered if m.level == "tenant" and m.utility is Utility.ELECTRICITY
    ]
    for start_s in range(NOON, NOON + DAY_S, QUARTER_S):
        end_s = start_s + QUARTER_S
        bought = used("grid-a-elec", start_s, end_s) + used("grid-b-elec", start_s, end_s)
        lost = int((MODEL.at(end_s).flows - MODEL.at(start_s).flows)[electric].sum())
        sold = sum(used(point, start_s, end_s) for point in users)
        assert bought + used("pv-elec", start_s, end_s) == sold + lost
    assert 0.005 < lost / bought < 0.03


@pytest.mark.parametrize("utility", [u for u in Utility if u is not Utility.ELECTRICITY])
def test_a_plant_gives_what_its_users_take_and_the_pipes_lose_over_a_day(utility: Utility) -> None:
    main = next(m for m in AIRPORT.metered if m.level == "incomer" and m.utility is utility)
    losses = [
        n
        for n, flow in enumerate(AIRPORT.flows)
        if flow.utility is utility and flow.key.startswith("loss-")
    ]
    lost = int((MODEL.at(NOON + DAY_S).flows - MODEL.at(NOON).flows)[losses].sum())
    users = [m.point for m in AIRPORT.metered if m.level == "tenant" and m.utility is utility]
    given = used(main.point, NOON, NOON + DAY_S)
    assert given == sum(used(point, NOON, NOON + DAY_S) for point in users) + lost
    units = [m.point for m in AIRPORT.metered if m.level == "plant" and m.utility is utility]
    if units:
        assert given == sum(used(point, NOON, NOON + DAY_S) for point in units)
    assert (lost > 0) == (utility is not Utility.GAS)


def test_boards_and_buildings_are_the_sum_of_what_hangs_below_them() -> None:
    place = {flow.key: n for n, flow in enumerate(AIRPORT.flows)}
    gone = MODEL.at(NOON + DAY_S).flows - MODEL.at(NOON).flows
    boards = [meter for meter in AIRPORT.metered if meter.level == "board"]
    assert len(boards) >= 12
    for board in boards:
        below = sum(sign * int(gone[place[key]]) for sign, key in board.parts)
        assert used(board.point, NOON, NOON + DAY_S) == below


def test_a_fresh_process_shows_the_same_registers() -> None:
    other = AirportModel(airport_of.__wrapped__(300, 1))
    for meter in AIRPORT.metered:
        assert other.true_count(meter, NOON) == MODEL.true_count(meter, NOON)
    for sensor in AIRPORT.sensors:
        assert other.sensor_count(sensor, NOON) == MODEL.sensor_count(sensor, NOON)


@pytest.mark.parametrize("step_s", [1, 60, 3_600])
def test_no_counter_ever_goes_back(step_s: int) -> None:
    earlier = MODEL.at(NOON).base
    for second in range(NOON + step_s, NOON + 120 * step_s, step_s):
        now = MODEL.at(second).base
        assert (now >= earlier).all()
        earlier = now


def test_counters_grow_over_the_seam_of_the_cycle_too() -> None:
    seam = 2 * f.CYCLE_HOURS * 3_600
    bases = [MODEL.at(seam + offset).base for offset in range(-1_800, 1_800, 60)]
    assert (np.diff(np.stack(bases), axis=0) >= 0).all()


def test_power_is_what_the_counter_gains() -> None:
    for point in ("grid-a-elec", "t2-board-01-elec", "pv-elec"):
        watts = [MODEL.rate(METER[point], NOON + second) for second in range(0, 900, 10)]
        assert used(point, NOON, NOON + 900) * 4 == pytest.approx(sum(watts) / 90, rel=0.01)


def test_float_registers_stay_exact_for_ten_years() -> None:
    late = seconds_of(to_us(datetime(2036, 1, 1, tzinfo=UTC)))
    floats = [meter for meter in AIRPORT.metered if meter.profile == SDM]
    assert len(floats) > 50
    assert max(MODEL.true_count(meter, late) for meter in floats) < 2**23


def test_pulse_registers_turn_and_the_others_do_not() -> None:
    assert {modulus_of(m) for m in AIRPORT.metered if m.profile == PULSE} == {100_000_000}
    assert {modulus_of(m) for m in AIRPORT.metered if m.profile != PULSE} == {None}


# ---------------------------------------------------------------- credible figures
def year(points: list[str]) -> float:
    return sum(used(point, 0, YEAR_H * 3600) for point in points) * 8766 / YEAR_H


def test_the_terminals_use_what_chinese_terminals_use() -> None:
    inside = [
        m.point
        for m in AIRPORT.metered
        if m.level == "tenant"
        and m.utility is Utility.ELECTRICITY
        and (m.place in {"t1", "t2"} or "chiller" in m.point)
    ]
    kwh = year(inside) / 1000
    assert 129 < kwh / f.TERMINAL_M2 < 281  # kWh/(m2 a), 22 terminals
    assert 0.79 < kwh / f.PASSENGERS_A_YEAR < 3.15  # kWh a passenger
    hvac = [p for p in inside if "-ahu-" in p or "chiller" in p]
    light = [p for p in inside if "-light-" in p]
    assert year(hvac) / year(inside) == pytest.approx(0.61, abs=0.05)
    assert year(light) / year(inside) == pytest.approx(0.17, abs=0.03)
    air = year([p for p in inside if "-ahu-" in p])
    assert 0.40 < air / year(hvac) < 0.74


def test_cooling_is_as_large_as_measured_and_takes_a_fifth_of_it_in_electricity() -> None:
    row = list(METER).index("main-cool")
    cooling = np.array([MODEL.at(hour * 3600).rate[row] for hour in range(0, YEAR_H, 3)])
    assert 43 < np.quantile(cooling, 0.995) / f.TERMINAL_M2 < 100  # W/m2
    chillers = [m.point for m in AIRPORT.metered if m.point.startswith("energy-chiller")]
    assert 4.5 < year(["main-cool"]) / year(chillers) < 6.5


def test_the_sun_never_gives_more_than_its_busbar_takes() -> None:
    row = list(METER).index("grid-a-elec")
    assert min(int(MODEL.at(hour * 3600).rate[row]) for hour in range(0, YEAR_H, 2)) > 1_000_000


# ---------------------------------------------------------------- faults of registers
def faulty(kind: FaultKind, point: str, until_s: int | None = None) -> AirportModel:
    fault = Fault(kind=kind, point=point, first_s=NOON, until_s=until_s)
    return AirportModel(AIRPORT, [fault])


def test_a_counter_that_fell_to_zero_counts_on_from_there() -> None:
    point = next(m.point for m in AIRPORT.metered if m.utility is Utility.GAS)
    model, meter = faulty(FaultKind.RESET, point), METER[point]
    assert model.true_count(meter, NOON - 1) == MODEL.true_count(meter, NOON - 1)
    assert model.true_count(meter, NOON) == 0
    gained = used(point, NOON, NOON + DAY_S) // meter.per_count
    assert model.true_count(meter, NOON + DAY_S) == gained > 0


def test_a_stuck_counter_stands_and_never_makes_up_for_it() -> None:
    point = next(m.point for m in AIRPORT.metered if m.profile == SDM)
    model, meter = faulty(FaultKind.STUCK, point, NOON + 3_600), METER[point]
    assert model.true_count(meter, NOON + 3_599) == MODEL.true_count(meter, NOON)
    later = model.true_count(meter, NOON + 7_200) - model.true_count(meter, NOON + 3_600)
    assert later == used(point, NOON + 3_600, NOON + 7_200) // meter.per_count
    above = "grid-a-elec"
    assert model.true_count(METER[above], NOON + 7_200) == MODEL.true_count(
        METER[above], NOON + 7_200
    )


def test_a_reversed_transformer_shows_negative_power_and_counts_nothing() -> None:
    point = next(m.point for m in AIRPORT.metered if m.profile == SDM)
    model, meter = faulty(FaultKind.REVERSED, point), METER[point]
    assert model.rate(meter, NOON + 60) == -MODEL.rate(meter, NOON + 60) < 0
    assert model.true_count(meter, NOON + DAY_S) == MODEL.true_count(meter, NOON)


def test_a_leak_runs_through_its_meter_and_the_main() -> None:
    point = next(
        m.point for m in AIRPORT.metered if m.utility is Utility.WATER and m.level == "tenant"
    )
    model = faulty(FaultKind.LEAK, point)
    for each in (point, "main-water"):
        meter = METER[each]
        more = model.true_count(meter, NOON + DAY_S) - MODEL.true_count(meter, NOON + DAY_S)
        assert more * meter.per_count == pytest.approx(24 * 1_100, abs=meter.per_count)
