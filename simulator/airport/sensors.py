"""In: boards, buildings and how many. Out: the sensors of the substation, plants, weather. Pure.

What each of them shows is in behaviours.py; here stands which there are, the telling ones first,
so that a small airport keeps those.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from simulator.airport import figures as f
from simulator.airport.drivers import UNIT, Drivers
from simulator.airport.electric import BUSBARS, Board, grid_point
from simulator.airport.loads import Building
from simulator.airport.parts import Flow, Sensor
from simulator.airport.shares import total_terms

_KINDS: Mapping[str, tuple[str, str, str, str, str]] = {
    "tie": ("Busbar tie", "breaker_state", "state", "state", "1"),
    "outdoor": ("Outdoor temperature", "outdoor_temperature", "gauge", "degC", "0.1"),
    "people": ("Passengers in the terminals", "passengers", "gauge", "person", "1"),
    "residual": ("residual current", "residual_current", "gauge", "mA", "1"),
    "contact": ("contact temperature", "contact_temperature", "gauge", "degC", "0.1"),
    "breaker": ("breaker", "breaker_state", "state", "state", "1"),
    "winding": ("winding temperature", "winding_temperature", "gauge", "degC", "0.1"),
    "loading": ("load", "transformer_load", "gauge", "pct", "0.1"),
    "cable": ("cable temperature", "cable_temperature", "gauge", "degC", "0.1"),
    "room": ("Substation room temperature", "temperature", "gauge", "degC", "0.1"),
    "damp": ("Substation room humidity", "humidity", "gauge", "pct", "0.1"),
    "dc_volts": ("DC panel voltage", "voltage_dc", "gauge", "V", "0.1"),
    "dc_amps": ("DC panel load", "current_dc", "gauge", "A", "0.1"),
    "dc_charger": ("DC panel charger", "charger_state", "state", "state", "1"),
    "capacitors": ("Capacitor bank", "reactive_power_capacitor", "gauge", "kvar", "1"),
    "stages": ("Capacitor bank stages", "stages_on", "state", "state", "1"),
    "filter": ("Active filter current", "current_filter", "gauge", "A", "0.1"),
    "thd_u": ("Busbar voltage distortion", "thd_voltage", "gauge", "pct", "0.01"),
    "thd_i": ("Busbar current distortion", "thd_current", "gauge", "pct", "0.01"),
    "unbalance": ("Voltage unbalance", "voltage_unbalance", "gauge", "pct", "0.01"),
    "flicker": ("Flicker", "flicker_pst", "gauge", "1", "0.01"),
    "chilled_out": ("Chilled water flow", "temperature_flow", "gauge", "degC", "0.1"),
    "chilled_back": ("Chilled water return", "temperature_return", "gauge", "degC", "0.1"),
    "hot_out": ("Hot water flow", "temperature_flow", "gauge", "degC", "0.1"),
    "hot_back": ("Hot water return", "temperature_return", "gauge", "degC", "0.1"),
    "steam_bar": ("Steam pressure", "pressure", "gauge", "bar", "0.01"),
    "feed": ("Boiler feed water", "temperature", "gauge", "degC", "0.1"),
    "wet": ("Outdoor humidity", "humidity", "gauge", "pct", "0.1"),
    "sun": ("Irradiance", "irradiance", "gauge", "W/m2", "1"),
    "flights": ("Flights in the hour", "flights", "gauge", "1/h", "1"),
}
"""Behaviour: name, quantity, kind, unit, resolution."""
_SITE_WIDE = (
    "room", "dc_volts", "capacitors", "thd_u", "thd_i", "flights", "chilled_out", "chilled_back",
    "hot_out", "steam_bar", "damp", "dc_amps", "dc_charger", "stages", "filter", "unbalance",
    "flicker", "hot_back", "feed", "wet", "sun",
)  # fmt: skip
_FEEDER_REST = ("cable",)


def sensors_of(
    count: int, boards: Sequence[Board], buildings: Sequence[Building], drivers: Drivers
) -> tuple[Sensor, ...]:
    """Return the first sensors of the list.

    Args:
        count: How many.
        boards: For the sensors at their contacts.
        buildings: Each has a feeder.
        drivers: Tell how much a feeder or board carries at the most.
    """
    every = _in_order(boards, buildings, drivers)
    chosen = tuple(sensor for sensor, _ in zip(every, range(count), strict=False))
    assert len(chosen) == count, "quotas_of leaves room for no more sensors than there are"
    return chosen


def _in_order(
    boards: Sequence[Board], buildings: Sequence[Building], drivers: Drivers
) -> Iterator[Sensor]:
    rated = _feeder_loads(boards, buildings, drivers)
    feeders = [building for building in buildings if building.key in rated]
    yield _site("tie")
    yield _site("outdoor")
    yield _site("people")
    for kind in ("residual", "contact", "breaker"):
        yield _feeder(kind, feeders[0], rated)
    for busbar in BUSBARS:
        yield _transformer("winding", busbar)
    for kind in _SITE_WIDE[:4]:
        yield _site(kind)
    for building in feeders[1:]:
        for kind in ("residual", "contact", "breaker"):
            yield _feeder(kind, building, rated)
    for busbar in BUSBARS:
        yield _transformer("loading", busbar)
    for kind in _SITE_WIDE[4:]:
        yield _site(kind)
    for building in feeders:
        for kind in _FEEDER_REST:
            yield _feeder(kind, building, rated)
    for kind in ("residual", "contact"):
        for board in boards:
            yield _board(kind, board, largest_load(board.flows, drivers))


def _feeder_loads(
    boards: Sequence[Board], buildings: Sequence[Building], drivers: Drivers
) -> dict[str, int]:
    """Return the rated load of each building's feeder. [W]."""
    loads: dict[str, int] = {}
    for building in buildings:
        flows = [flow for b in boards if b.building == building.key for flow in b.flows]
        if flows:
            loads[building.key] = largest_load(flows, drivers)
    return loads


def largest_load(flows: Sequence[Flow], drivers: Drivers) -> int:
    """Return the load for which a feeder is built: a tenth above its year's largest hour. [W]."""
    terms = total_terms(flows)
    rows = [drivers.names.index(name) for name in terms]
    weights = np.array(list(terms.values()), dtype=np.int64)
    return int((weights @ drivers.rates[rows]).max()) * 11 // (10 * UNIT)


def _site(behaviour: str) -> Sensor:
    name, *facts = _KINDS[behaviour]
    return _sensor(behaviour, f"site-{behaviour.replace('_', '-')}", name, "", 0, facts)


def _feeder(behaviour: str, building: Building, rated: Mapping[str, int]) -> Sensor:
    name, *facts = _KINDS[behaviour]
    return _sensor(
        behaviour,
        f"feeder-{building.key}-{behaviour}",
        f"Feeder {building.name}: {name}",
        building.key,
        rated[building.key],
        facts,
    )


def _transformer(behaviour: str, busbar: int) -> Sensor:
    name, *facts = _KINDS[behaviour]
    return _sensor(
        behaviour,
        f"tx-{busbar}-{behaviour}",
        f"Transformer {busbar}: {name}",
        grid_point(busbar),
        f.TRANSFORMER_VA,
        facts,
    )


def _board(behaviour: str, board: Board, rated_w: int) -> Sensor:
    name, *facts = _KINDS[behaviour]
    return _sensor(
        behaviour,
        f"{board.point.removesuffix('-elec')}-{behaviour}",
        f"{board.name}: {name}",
        board.point,
        rated_w,
        facts,
    )


def _sensor(
    behaviour: str, point: str, name: str, of: str, rated_w: int, facts: Sequence[str]
) -> Sensor:
    quantity, kind, unit, resolution = facts
    return Sensor(
        point=point,
        name=name,
        place="substation",
        quantity=quantity,
        kind=kind,
        unit=unit,
        resolution=resolution,
        behaviour=behaviour,
        of=of,
        rated_w=max(rated_w, 1),
    )
