"""In: the name of a quantity in a profile. Out: whether it is canonical, or its nearest. Pure.

One name for one thing over all products: tariffs, alert rules and pages ask for
`active_energy_import`, whatever the maker calls it. A name is a stem and, where the stem allows
it, what it is of: a phase, a pair of phases, the neutral, a tariff, an input, a form.
"""

from __future__ import annotations

import re
from difflib import get_close_matches

_PHASES = ("l1", "l2", "l3")
_PAIRS = ("l1l2", "l2l3", "l3l1", "l2l1", "l3l2", "l1l3")
_TARIFFS = ("sharp", "peak", "flat", "valley", *(f"t{tariff}" for tariff in range(1, 9)))
_NUMBERS = tuple(str(number) for number in range(1, 17))
_ENERGY = (*_PHASES, *_TARIFFS, "f32")
_HEAT = (*_TARIFFS, "f32", "month_end")
_VOLUME = (*_NUMBERS, "f32", "month_end")

STEMS: dict[str, tuple[str, ...]] = {
    "active_energy_import": _ENERGY,
    "active_energy_export": _ENERGY,
    "active_energy_total": _ENERGY,
    "active_energy_combined": _ENERGY,
    "reactive_energy_import": _ENERGY,
    "reactive_energy_export": _ENERGY,
    "reactive_energy_total": _ENERGY,
    "reactive_energy": ("q1", "q2", "q3", "q4"),
    "apparent_energy_import": _ENERGY,
    "apparent_energy_export": _ENERGY,
    "maximum_demand_import": _TARIFFS,
    "maximum_demand_export": _TARIFFS,
    "present_demand": (),
    "active_power": _PHASES,
    "reactive_power": _PHASES,
    "apparent_power": _PHASES,
    "power_factor": _PHASES,
    "frequency": (),
    "voltage": (*_PHASES, *_PAIRS, "ln_avg", "ll_avg"),
    "current": (*_PHASES, "n", "g", "sum", "avg", "imbalance"),
    "thd_voltage": _PHASES,
    "thd_current": _PHASES,
    "residual_current": (*_NUMBERS, "max"),
    "percent_of_threshold": (),
    "trip_current": (),
    "heat_energy": _HEAT,
    "cooling_energy": _HEAT,
    "heat_power": (),
    "cooling_power": (),
    "temp_flow": (),
    "temp_return": (),
    "temp_diff": (),
    "temp": ("t3", "t4"),
    "volume": (*_VOLUME, "reverse"),
    "volume_input": _NUMBERS,
    "flow": ("v1", "v2"),
    "water_equivalent_flow": (),
    "mass": (),
    "mass_flow": (),
    "pressure": (),
    "temperature": _NUMBERS,
    "thermistor": (),
    "humidity": (),
    "pulse_count": _NUMBERS,
    "hours": (),
    "status": (),
    "alarm": (),
    "alarms": (),
    "prealarm": (),
    "toroid_missing": (),
    "info_code": (),
    "error_code": (),
    "flow_direction": (),
    "breaker": _NUMBERS,
    "contact": _NUMBERS,
    "relay_state": (),
    "running_tariff_table": (),
    "valve_state": (),
    "battery_low": (),
    "event": (
        "power_failure", "under_voltage", "low_power_factor", "over_current", "over_voltage",
        "missing_sensor", "reserved", "maker",
    ),
}  # fmt: skip
"""What may become a channel: stem and what may stand behind it."""

BARE_FORBIDDEN = frozenset(
    {"voltage", "temp", "event", "volume_input", "breaker", "contact", "reactive_energy"}
)
"""Stems that mean nothing alone."""

PLATE_STEMS: dict[str, tuple[str, ...]] = {
    "serial_number": (),
    "manufacturer": (),
    "device_name": (),
    "model": (),
    "model_id": (),
    "model_length": (),
    "device_id": (),
    "options": (),
    "software_version": (),
    "unit_number": (),
    "clock_year_month": (),
    "ct_primary": (),
    "ct_secondary": (),
    "vt_primary": (),
    "vt_secondary": (),
    "ct_ratio": (),
    "vt_ratio": (),
    "litres_per_pulse": _NUMBERS,
    "pulses_per_unit": _NUMBERS,
    "preset": _NUMBERS,
    "alarm_threshold": _NUMBERS,
}
"""Texts and settings of a device: stem and what may stand behind it."""

_PLAIN = re.compile(r"[a-z][a-z0-9_]*")


def _names(stems: dict[str, tuple[str, ...]]) -> frozenset[str]:
    bare = {stem for stem in stems if stem not in BARE_FORBIDDEN}
    return frozenset(bare | {f"{stem}_{of}" for stem, every in stems.items() for of in every})


QUANTITIES = _names(STEMS)
"""Every canonical name of what may become a channel."""
PLATE_QUANTITIES = _names(PLATE_STEMS)
"""Every canonical name of a text or a setting."""


def problem_with(name: object, *, plate: bool) -> str | None:
    """Return what is wrong with a name, or None.

    Args:
        name: As the map has it.
        plate: Whether it names a text or a setting of the device.
    """
    if not isinstance(name, str) or not _PLAIN.fullmatch(name):
        return "quantity must be a lower-case name"
    every = PLATE_QUANTITIES if plate else QUANTITIES
    if name in every:
        return None
    near = get_close_matches(name, sorted(every), n=3, cutoff=0.6)
    hint = f"; nearest: {', '.join(near)}" if near else ""
    return f"quantity is no canonical name (adapters/quantities.py){hint}"


def is_energy_or_power(name: str) -> bool:
    """Return whether a quantity is an energy or a power, which depend on the transformers."""
    return bool(re.search(r"(^|_)(energy|power)(_|$)", name)) and not name.startswith(
        ("power_factor", "event")
    )
