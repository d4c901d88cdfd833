"""In: an airport. Out: which node of the supply graph or plant a point belongs to. Pure."""

from __future__ import annotations

from simulator.airport.electric import BUSBARS, PV, feeder_key, grid_point
from simulator.airport.parts import Airport, Sensor
from simulator.airport.toml_text import Value

_UNITS = (
    ("chiller", "Chiller", "chiller", "cool"),
    ("boiler", "Boiler", "boiler", "heat"),
    ("steam-boiler", "Steam boiler", "steam", "steam"),
)
"""Key, name, user of what is taken, end of the points of what is given."""
_OF_BUSBAR = frozenset({"thd_u", "thd_i", "unbalance", "flicker", "capacitors", "stages", "filter"})
"""What is measured at the first busbar."""


def watched(airport: Airport, node: str) -> dict[str, Value]:
    """Return the sensors of a node of the supply graph, and the load for which a feeder is built.

    Args:
        airport: The airport.
        node: Key of the node.
    """
    sensors = [sensor for sensor in airport.sensors if _node_of(sensor) == node]
    facts: dict[str, Value] = {}
    if sensors:
        facts["sensors"] = [sensor.point for sensor in sensors]
    rated = max((s.rated_w for s in sensors if s.point.startswith("feeder-")), default=0)
    return facts | ({"rated_w": str(rated)} if rated else {})


def plants(airport: Airport) -> list[tuple[str, str, tuple[str, ...]]]:
    """Return the chillers, boilers and the photovoltaic plant: key, name, their meters' points."""
    points = [meter.point for meter in airport.metered]
    found = []
    for unit, name, taken, suffix in _UNITS:
        users = [point for point in points if point.startswith(f"energy-{taken}-")]
        for number, user in enumerate(users, start=1):
            own = f"{unit}-{number}-{suffix}"
            out = own if own in points else f"main-{suffix}"
            found.append((f"{unit}-{number}", f"{name} {number}", (out, user)))
    return [*found, (PV.removesuffix("-elec"), "Photovoltaic plant", (PV,))]


def _node_of(sensor: Sensor) -> str:
    """Return the node of the supply graph that a sensor watches, "" for the site."""
    if sensor.behaviour in _OF_BUSBAR:
        return f"bus-{BUSBARS[0]}"
    if sensor.point.startswith("feeder-"):
        return feeder_key(sensor.of)
    for busbar in BUSBARS:
        if sensor.of == grid_point(busbar):
            return f"tx-{busbar}"
    return sensor.of
