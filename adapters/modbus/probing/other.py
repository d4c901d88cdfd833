"""In: the values a candidate reads of a meter of heat, water, gas or air. Out: evidence. Pure."""

from __future__ import annotations

from adapters.modbus.probing.evidence import Evidence
from adapters.modbus.probing.values import Values

BANDS: tuple[tuple[str, float, float, float], ...] = (
    ("temp_diff", -20.0, 150.0, 1.0),
    ("temp", -45.0, 200.0, 2.5),
    ("humidity", 1.0, 100.0, 3.0),
    ("pressure", -1.0, 60.0, 1.5),
    ("residual_current", 0.0, 30_000.0, 1.0),
    ("trip_current", 0.0, 30_000.0, 1.0),
    ("percent_of_threshold", 0.0, 400.0, 1.0),
    ("mass_flow", 0.0, 1e6, 0.5),
    ("flow", -1e5, 1e6, 0.5),
    ("heat_power", -1e7, 1e8, 0.5),
    ("operating_hours", 0.0, 400_000.0, 1.0),
)
"""Beginning of the quantity, what it may honestly be, bits when it is."""


def other(values: Values) -> list[Evidence]:
    """Return the evidence of temperatures, flows and the like."""
    good: list[str] = []
    bad: list[str] = []
    bits = 0.0
    for quantity, value in values.known.items():
        band = next((each for each in BANDS if quantity.startswith(each[0])), None)
        if band is None or not value:
            continue
        _, low, high, worth = band
        if low <= value <= high:
            good.append(quantity)
            bits += worth
        else:
            bad.append(quantity)
    found: list[Evidence] = []
    if good:
        what = {"quantities": ", ".join(sorted(good)[:3])}
        found.append(Evidence(code="plausible", bits=min(8.0, bits), values=what))
    if bad:
        what = {"quantities": ", ".join(sorted(bad)[:3])}
        found.append(Evidence(code="implausible", bits=max(-12.0, -5.0 * len(bad)), values=what))
    return [*found, *_temperatures(values), *_saturation(values)]


def _saturation(values: Values) -> list[Evidence]:
    """Return whether steam is as hot as its pressure makes it: 100 x bar ** 0.25 degrees."""
    pressure, temperature = values.known.get("pressure"), values.known.get("temperature")
    if not pressure or not temperature or "mass" not in values.known or pressure <= -1:
        return []
    expected = 100.0 * (pressure + 1.0) ** 0.25
    if abs(temperature - expected) <= 10:
        return [Evidence(code="saturation", bits=4.0)]
    return []  # it may be superheated, or cold: nothing flows


def _temperatures(values: Values) -> list[Evidence]:
    flow, back = values.known.get("temp_flow"), values.known.get("temp_return")
    difference = values.known.get("temp_diff")
    if flow and back and difference is not None and difference:
        if abs(flow - back - difference) <= 0.5:
            return [Evidence(code="temperatures", bits=5.0)]
        return [Evidence(code="temperatures_off", bits=-2.0)]
    return []
