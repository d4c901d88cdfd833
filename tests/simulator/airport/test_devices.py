"""The airport's Modbus meters: where their registers lie, what they show, when they are silent."""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from adapters.modbus import register_map
from energy.base.clock import to_us
from simulator.airport.design import airport_of
from simulator.airport.devices import LITTLE, PLACES, AirportDevice
from simulator.airport.faults import Fault, FaultKind
from simulator.airport.model import AirportModel, seconds_of
from simulator.airport.parts import ABB, HEAT, SDM, TVA
from simulator.airport.plant import quantities_of
from simulator.airport.site_file import PROFILES
from simulator.modbus_slave import ILLEGAL_ADDRESS, ILLEGAL_VALUE

AIRPORT = airport_of(100, 1)
AT = datetime(2026, 3, 3, 3, 3, tzinfo=UTC)
AT_US = to_us(AT)


def device(profile: str, *faults: Fault) -> tuple[AirportDevice, AirportModel, list[str]]:
    meter = next(m for m in AIRPORT.metered if m.profile == profile and m.level == "tenant")
    model = AirportModel(AIRPORT, faults)
    heard: list[str] = []
    answered = AirportDevice(
        meter,
        quantities_of(meter),
        model,
        lambda _point, quantity, _at: heard.append(quantity),
        serial=26_000_123,
    )
    return answered, model, heard


@pytest.mark.parametrize("profile", sorted(PLACES))
def test_simulator_and_adapter_agree_on_every_register(profile: str) -> None:
    own = PROFILES / f"{profile}.toml"
    known = register_map.MAPS.load_file(own) if own.exists() else register_map.load(profile)
    function, places = PLACES[profile]
    assert known.word_order == ("little" if profile in LITTLE else "big")
    for place in places:
        if place.quantity in known.plate:
            assert place.address == known.plate[place.quantity].address
            continue
        other = known.point(place.quantity)
        assert (place.address, place.type, function) == (
            other.address,
            other.type.value,
            other.function_code,
        ), place.quantity
        if place.type != "f32":
            assert other.resolution == Fraction(1, place.steps), place.quantity


def test_a_float_meter_shows_its_count_and_its_side_of_the_transformers() -> None:
    meter, model, heard = device(SDM)
    seconds = seconds_of(AT_US)
    answer = meter.read(4, 72, 2, AT_US)
    assert isinstance(answer, bytes)
    (kwh,) = struct.unpack(">f", answer)
    assert round(kwh * 100) == model.true_count(meter.meter, seconds)
    answer = meter.read(4, 52, 2, AT_US)
    assert isinstance(answer, bytes)
    (watts,) = struct.unpack(">f", answer)
    assert watts * meter.meter.multiplier == pytest.approx(model.rate(meter.meter, seconds))
    assert heard == ["active_energy_import", "active_power"]


def test_phases_add_up_and_agree_with_voltage_current_and_power_factor() -> None:
    meter, model, _ = device(ABB)
    seconds = seconds_of(AT_US)
    phases = [meter.measure(f"active_power_l{phase}", seconds) for phase in (1, 2, 3)]
    assert sum(phases) == pytest.approx(model.rate(meter.meter, seconds))
    for phase, power in enumerate(phases, start=1):
        volts = meter.measure(f"voltage_l{phase}", seconds)
        amps = meter.measure(f"current_l{phase}", seconds)
        assert 215 < volts < 245
        assert volts * amps * meter.measure("power_factor", seconds) == pytest.approx(power)
    active, reactive = (meter.measure(q, seconds) for q in ("active_power", "reactive_power"))
    assert meter.measure("apparent_power", seconds) ** 2 == pytest.approx(active**2 + reactive**2)


def test_what_is_undefined_or_too_long_is_refused() -> None:
    meter, _, heard = device(SDM)
    assert meter.read(3, 72, 2, AT_US) == ILLEGAL_ADDRESS
    assert meter.read(4, 72, 3, AT_US) == ILLEGAL_ADDRESS
    assert meter.read(4, 72, 126, AT_US) == ILLEGAL_VALUE
    assert heard == []


def test_a_reversed_meter_says_so_by_a_negative_power_and_factor() -> None:
    point = next(m.point for m in AIRPORT.metered if m.profile == SDM and m.level == "tenant")
    began = seconds_of(to_us(AT - timedelta(hours=1)))
    meter, _, _ = device(SDM, Fault(kind=FaultKind.REVERSED, point=point, first_s=began))
    seconds = seconds_of(AT_US)
    assert meter.measure("active_power", seconds) < 0
    assert meter.measure("power_factor", seconds) < 0
    assert meter.measure("current_l1", seconds) > 0


def test_a_steam_meter_sends_the_low_word_of_its_total_first() -> None:
    meter, model, heard = device(TVA)
    answer = meter.read(3, 0, 5, AT_US)
    assert isinstance(answer, bytes)
    low, high, flow, bar, celsius = struct.unpack(">5H", answer)
    assert high * 65_536 + low == model.true_count(meter.meter, seconds_of(AT_US)) > 65_536
    assert flow == round(model.rate(meter.meter, seconds_of(AT_US)) / 1000)
    assert (5 < bar / 100 < 7, 150 < celsius / 10 < 180) == (True, True)
    assert heard == ["mass", "mass_flow", "pressure"]


def test_a_heat_meter_shows_its_energy_and_the_number_on_its_plate() -> None:
    meter, model, _ = device(HEAT)
    energy, serial = meter.read(3, 0, 2, AT_US), meter.read(3, 165, 2, AT_US)
    assert isinstance(energy, bytes)
    assert isinstance(serial, bytes)
    assert int.from_bytes(energy, "big") == model.true_count(meter.meter, seconds_of(AT_US))
    assert int.from_bytes(serial, "big") == 26_000_123
    assert meter.read(3, 46, 10, AT_US) != ILLEGAL_ADDRESS
