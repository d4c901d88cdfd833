"""In: a register map. Out: values that a sound device of it would show. Pure.

One healthy afternoon: 230 V, 50 Hz, 20 A a phase at power factor 0.95, counters in service for some
years; heat at 75 over 49 degrees. Every value is a whole number of the map's steps.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction

from simulator.profile_image import Value
from simulator.profile_layout import PlateLayout, PointLayout, ProductLayout

_PER_UNIT = {
    "kW": Fraction(1000), "kvar": Fraction(1000), "kVA": Fraction(1000), "kWh": Fraction(1000),
    "kvarh": Fraction(1000), "kVAh": Fraction(1000), "mA": Fraction(1, 1000),
    "pct": Fraction(1, 100),
}  # fmt: skip
"""What one unit is in the unit of the tables below."""

_PHASE: dict[str, Fraction] = {
    "voltage": Fraction(230),
    "current": Fraction(20),
    "active_power": Fraction(4370),
    "apparent_power": Fraction(4600),
    "reactive_power": Fraction(1436),
    "power_factor": Fraction("0.95"),
    "thd_voltage": Fraction("0.021"),
    "thd_current": Fraction("0.084"),
    "active_energy_import": Fraction(41_152_200),
    "active_energy_export": Fraction(1_230_100),
    "active_energy_total": Fraction(42_382_300),
    "reactive_energy_import": Fraction(13_520_400),
    "reactive_energy_export": Fraction(402_300),
    "reactive_energy_total": Fraction(13_922_700),
    "apparent_energy_import": Fraction(43_318_100),
    "apparent_energy_export": Fraction(1_294_800),
}
"""Of one phase; base units W, Wh, V, A and shares of one."""
_SUMMED = re.compile(r".*_(power|energy_\w+)$")
_FIXED: dict[str, Fraction] = {
    "frequency": Fraction(50),
    "power_factor": Fraction("0.95"),
    "voltage_ln_avg": Fraction(230),
    "voltage_ll_avg": Fraction("398.4"),
    "current_avg": Fraction(20),
    "current_sum": Fraction(60),
    "current_n": Fraction("1.2"),
    "current_g": Fraction("0.1"),
    "current_imbalance": Fraction("0.02"),
    "residual_current": Fraction("0.012"),
    "residual_current_max": Fraction("0.031"),
    "trip_current": Fraction("0.3"),
    "percent_of_threshold": Fraction("0.04"),
    "thermistor": Fraction(120),
    "temp_flow": Fraction("75.2"),
    "temp_return": Fraction("48.6"),
    "temp_diff": Fraction("26.6"),
    "temp_t3": Fraction("21.5"),
    "temp_t4": Fraction("20.5"),
    "heat_power": Fraction("46.4"),
    "flow": Fraction("1.5"),
    "flow_v1": Fraction("1.5"),
    "flow_v2": Fraction("1.4"),
    "heat_energy": Fraction(8765),
    "cooling_energy": Fraction(234),
    "mass": Fraction(4_567_890),
    "mass_flow": Fraction(1850),
    "pressure": Fraction("6.5"),
    "temperature": Fraction("23.4"),
    "humidity": Fraction("0.475"),
    "water_equivalent_flow": Fraction(1850),
    "hours": Fraction(23_456),
    "pulse_count": Fraction(765_432),
    "volume": Fraction("4321.7"),
    "volume_input": Fraction("87.6"),
}
_STEAM = {
    "temperature": Fraction(168),
    "heat_power": Fraction(1240),
    "heat_energy": Fraction(3_456_789),
}
_PLATE: dict[str, Value] = {
    "serial_number": 22_081_134,
    "ct_ratio": 40,
    "vt_ratio": 1,
    "ct_primary": 200,
    "litres_per_pulse": 10,
    "pulses_per_unit": 100,
    "preset": 0,
    "alarm_threshold": 300,
    "model_length": 105,
    "device_id": 7,
    "model_id": 15_270,
    "software_version": Fraction("1.04"),
    "clock_year_month": 26 * 256 + 11,
}


def plausible(layout: ProductLayout) -> dict[str, Value]:
    """Return a value for every point and plate value of a map."""
    steam = "mass" in layout.points
    values: dict[str, Value] = {
        quantity: _of_point(point, steam) for quantity, point in layout.points.items()
    }
    known = {(r.function_code, r.address): r.equals for r in reversed(layout.identify)}
    for quantity, plate in layout.plate.items():
        equals = known.get((plate.function_code, plate.address))
        values[quantity] = _of_plate(plate) if equals is None else equals
    return values


def _of_point(point: PointLayout, steam: bool) -> Fraction | int:  # noqa: FBT001
    if point.type is not None and (point.bits is not None or _is_state(point.quantity)):
        return 0
    found = _base_value(point.quantity, steam=steam) / _PER_UNIT.get(point.unit, Fraction(1))
    return round(found / point.resolution) * point.resolution


def _is_state(quantity: str) -> bool:
    return quantity.startswith(("event", "alarm", "prealarm", "toroid", "status")) or (
        quantity in {"info_code", "error_code", "flow_direction"}
    )


def _base_value(quantity: str, *, steam: bool) -> Fraction:
    fixed: Mapping[str, Fraction] = _FIXED | _STEAM if steam else _FIXED
    if quantity in fixed:
        return fixed[quantity]
    if re.fullmatch(r"voltage_l\dl\d", quantity):
        return fixed["voltage_ll_avg"]
    stem, _, of = quantity.rpartition("_")
    if re.fullmatch(r"l[123]", of):
        return _PHASE[stem]
    if re.fullmatch(r"t\d|sharp|peak|flat|valley", of):
        return _base_value(stem, steam=steam) / 4
    if of == "reverse":
        return Fraction(12)
    if of == "f32" or of.isdecimal():
        return _base_value(stem, steam=steam)
    assert _SUMMED.fullmatch(quantity), quantity
    return 3 * _PHASE[quantity]


def _of_plate(plate: PlateLayout) -> Value:
    stem = plate.quantity.rstrip("0123456789").removesuffix("_")
    value = _PLATE.get(plate.quantity, _PLATE.get(stem, plate.quantity.upper()))
    return str(value)[: 2 * plate.width] if plate.type is None else value
