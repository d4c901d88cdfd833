"""What the sensors of the airport show: within what such things show, and faults stand out."""

from __future__ import annotations

from fractions import Fraction

import pytest

from simulator.airport.behaviours import BEHAVIOURS
from simulator.airport.design import airport_of
from simulator.airport.faults import Fault, FaultKind
from simulator.airport.model import AirportModel
from simulator.airport.parts import Sensor

AIRPORT = airport_of(300, 1)
MODEL = AirportModel(AIRPORT)
YEAR_S, STEP_S = 8_736 * 3_600, 61_200
WITHIN = {
    "residual": (5, 250),
    "contact": (18, 68),
    "cable": (18, 65),
    "winding": (30, 104),
    "loading": (5, 115),
    "room": (18, 32),
    "damp": (30, 70),
    "dc_volts": (225, 230),
    "thd_u": (1, 4),
    "thd_i": (3, 9),
    "unbalance": (0.1, 1),
    "outdoor": (3, 40),
    "people": (100, 25_000),
    "chilled_out": (5, 8),
    "chilled_back": (8, 15),
    "hot_out": (60, 75),
    "steam_bar": (5.5, 6.6),
    "sun": (0, 1_100),
    "capacitors": (0, 1_800),
}


def shown(model: AirportModel, sensor: Sensor, seconds: int) -> float:
    return float(model.sensor_count(sensor, seconds) * Fraction(sensor.resolution))


@pytest.mark.parametrize("behaviour", sorted(WITHIN))
def test_a_sensor_stays_within_what_such_a_thing_shows_all_year(behaviour: str) -> None:
    low, high = WITHIN[behaviour]
    sensors = [sensor for sensor in AIRPORT.sensors if sensor.behaviour == behaviour]
    assert sensors
    values = [shown(MODEL, sensors[-1], at) for at in range(0, YEAR_S, STEP_S)]
    assert low <= min(values) <= max(values) <= high


def test_every_sensor_has_a_behaviour_and_states_are_whole_states() -> None:
    for sensor in AIRPORT.sensors:
        assert sensor.behaviour in BEHAVIOURS
        if sensor.kind == "state":
            assert shown(MODEL, sensor, 1_000_000) in range(13)


def test_the_tie_is_open_and_every_feeder_closed() -> None:
    states = {s.behaviour: shown(MODEL, s, 0) for s in AIRPORT.sensors if "breaker" in s.quantity}
    assert states == {"tie": 0, "breaker": 1}


@pytest.mark.parametrize(
    ("kind", "behaviour", "limit"),
    [(FaultKind.RESIDUAL, "residual", 300), (FaultKind.CONTACT, "contact", 70)],
)
def test_a_fault_crosses_the_limit_of_its_rule(kind: FaultKind, behaviour: str, limit: int) -> None:
    sensor = next(s for s in AIRPORT.sensors if s.behaviour == behaviour)
    began = 60_000_000
    model = AirportModel(AIRPORT, [Fault(kind=kind, point=sensor.point, first_s=began)])
    later = range(began + 86_400, began + 7 * 86_400, 3_600)
    assert max(shown(model, sensor, at) for at in later) > limit
    assert max(shown(MODEL, sensor, at) for at in later) < limit
