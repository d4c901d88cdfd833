"""In: an airport. Out: its site file and tariff files. I/O: writes a folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from energy.base.units import Utility
from simulator.airport import figures as f
from simulator.airport.belonging import plants, watched
from simulator.airport.electric import BUSBARS, grid_point
from simulator.airport.names import tenant_name
from simulator.airport.parts import (
    HEAT,
    PULSE,
    PULSE_CHANNEL,
    PULSE_MODULUS,
    Airport,
    Metered,
    Sensor,
    Tenant,
    serials_of,
)
from simulator.airport.plant import ENERGY, PULSE_TOPIC, SENSOR_TOPIC, SITE, quantities_of
from simulator.airport.toml_text import Value, table_text

Table = tuple[str, dict[str, Value]]
_SHIPPED = Path(__file__).parent.parent / "sites" / "airport"
TARIFFS, PROFILES = _SHIPPED / "tariffs", _SHIPPED / "profiles"
FIRST_PORT, MQTT_PORT = 15_100, 18_830
_BEGAN = date(2024, 1, 1)
_TIMEOUT_MS = 2_000
HEAT_ENERGY = "heat_energy"
_GRID_COUNTS_AN_HOUR = 3_000_000
"""30 MW: the largest that a grid supply can honestly count in an hour. [count / h]"""
_TRANSFORMER_LOSS: dict[str, Value] = {
    "model": "curve",
    "no_load_w": str(f.TRANSFORMER_IRON_W),
    "load_loss_w": str(f.TRANSFORMER_LOAD_LOSS_W),
    "rated_w": str(f.TRANSFORMER_VA),
}
_HEAD = """\
# An invented airport of {meters} metering points, written by simulator/airport/site_file.py
# (seed {seed}). Nobody in it exists. Load the same airport's meters with
# `python -m simulator.airport --meters {meters} --seed {seed} ...`.
"""


def write_site(airport: Airport, folder: Path, *, interval_s: int) -> Path:
    """Write site.toml and the tariff files of an airport; return the site file.

    Args:
        airport: The airport.
        folder: Where to; made if needed, older files are written over.
        interval_s: How often the gateways are polled. [s]
    """
    tariffs = folder / "tariffs"
    tariffs.mkdir(parents=True, exist_ok=True)
    for file in sorted(TARIFFS.glob("*.toml")):
        shutil.copyfile(file, tariffs / file.name)
    site = folder / "site.toml"
    fresh = site.with_suffix(".new")
    fresh.write_text(site_text(airport, interval_s=interval_s), encoding="utf-8")
    fresh.replace(site)
    return site


def write_profiles(folder: Path) -> None:
    """Write the maps of the airport's own into a data directory, where every process finds them."""
    profiles = folder / PROFILES.name
    profiles.mkdir(parents=True, exist_ok=True)
    for file in sorted(PROFILES.glob("*.toml")):
        shutil.copyfile(file, profiles / file.name)


def site_text(airport: Airport, *, interval_s: int) -> str:
    """Return the site file of an airport. [interval_s: s]."""
    tables = [
        *_site(),
        *_places(airport),
        *_supplies(airport),
        *_sources(airport, interval_s),
        *_meters(airport),
        *_accounts(airport),
        *_rules(airport),
    ]
    head = _HEAD.format(meters=airport.meters, seed=airport.seed)
    return head + "\n" + "\n".join(table_text(name, table) for name, table in tables)


def _site() -> Iterator[Table]:
    yield (
        "[site]",
        {
            "key": SITE,
            "name": "Kapok Bay International Airport (demo)",
            "zone": f.ZONE,
            "currency": "CNY",
            "language": "en",
        },
    )
    yield (
        "[issuer]",
        {
            "name": "Kapok Bay Airport Utilities (demo)",
            "address": "Energy centre, Kapok Bay International Airport",
            "tax_number": "000000000000000000",
            "prefix": "KBA",
            "payment_days": 30,
        },
    )


def _places(airport: Airport) -> Iterator[Table]:
    yield "[[place]]", {"key": SITE, "kind": "site", "name": "Kapok Bay International Airport"}
    for building in airport.buildings:
        place: dict[str, Value] = {
            "key": building.key,
            "parent": SITE,
            "kind": building.kind,
            "name": building.name,
        }
        if building.area_m2:
            place["area_m2"] = str(building.area_m2)
        yield "[[place]]", place
    yield (
        "[[place]]",
        {"key": "substation", "parent": "energy", "kind": "plant", "name": "Main substation"},
    )
    for key, name, _ in plants(airport):
        yield "[[place]]", {"key": key, "parent": "energy", "kind": "plant", "name": name}


def _supplies(airport: Airport) -> Iterator[Table]:
    for graph in airport.graphs:
        nodes: list[Value] = []
        for key, kind, name, point in graph.nodes:
            if kind == "tie":
                continue
            node: dict[str, Value] = {"key": key, "kind": kind, "name": name}
            if point is not None:
                node["point"] = point
            if kind == "transformer":
                node["loss"] = dict(_TRANSFORMER_LOSS)
            nodes.append(node | watched(airport, key))
        ties = [_tie(airport, key, name) for key, kind, name, _ in graph.nodes if kind == "tie"]
        table: dict[str, Value] = {
            "utility": graph.utility.value,
            "valid_from": _BEGAN,
            "nodes": nodes,
            "edges": [list(edge) for edge in graph.edges],
        }
        yield "[[supply]]", table | ({"ties": ties} if ties else {})


def _tie(airport: Airport, key: str, name: str) -> Value:
    """Return the breaker between the busbars, with the channel that tells its state, if any."""
    tie: dict[str, Value] = {
        "key": key,
        "name": name,
        "between": [f"bus-{busbar}" for busbar in BUSBARS],
    }
    for sensor in airport.sensors:
        if sensor.behaviour == key:
            tie["state"] = {"point": sensor.point, "quantity": sensor.quantity, "closed": 1}
    return tie


def _sources(airport: Airport, interval_s: int) -> Iterator[Table]:
    for number in range(len(airport.gateways)):
        yield (
            "[[source]]",
            {
                "key": airport.gateway_key(number),
                "kind": "modbus_tcp",
                "host": "127.0.0.1",
                "port": FIRST_PORT + number,
                "interval_s": interval_s,
                "timeout_ms": _TIMEOUT_MS,
                "connections": 1,
            },
        )
    for key, topic in (("pulses-1", PULSE_TOPIC), ("sensors-1", SENSOR_TOPIC)):
        yield (
            "[[source]]",
            {"key": key, "kind": "mqtt", "host": "127.0.0.1", "port": MQTT_PORT, "topic": topic},
        )


def _meters(airport: Airport) -> Iterator[Table]:
    where = {
        point: (airport.gateway_key(number), unit)
        for number, points in enumerate(airport.gateways)
        for unit, point in enumerate(points, start=1)
    }
    serials = serials_of(airport)
    plant_of = {point: key for key, _, points in plants(airport) for point in points}
    for meter in airport.metered:
        serial = serials[meter.point]
        if meter.profile == PULSE:
            table = _pulse_meter(meter, serial)
        else:
            table = _modbus_meter(meter, serial, *where[meter.point])
        yield "[[meter]]", table | {"place": plant_of.get(meter.point, meter.place)}
    for sensor in airport.sensors:
        yield "[[meter]]", _sensor(sensor, serials[sensor.point])


def _facts(meter: Metered, serial: str) -> dict[str, Value]:
    return {
        "point": meter.point,
        "name": meter.name,
        "place": meter.place,
        "utility": meter.utility.value,
        "serial": serial,
        "profile": meter.profile,
    }


def _modbus_meter(meter: Metered, serial: str, gateway: str, unit: int) -> dict[str, Value]:
    quantities: Sequence[str] = quantities_of(meter)
    table = _facts(meter, serial)
    table |= {"source": gateway, "address": {"unit": unit}}
    table |= {"multiplier": str(meter.multiplier), "since": _BEGAN}
    if meter.level == "incomer" and meter.utility is Utility.ELECTRICITY:
        # Stated here because it counts more in an hour than any meter behind 9,999 A could.
        quantities = [name for name in quantities if name != ENERGY]
        table["channels"] = [_grid_channel()]
    elif meter.profile == HEAT:
        # Stated here because its map says heating, and it may count chilled water.
        quantities = [name for name in quantities if name != HEAT_ENERGY]
        table["channels"] = [_heat_channel()]
    return table | {"quantities": list(quantities)}


def _grid_channel() -> dict[str, Value]:
    return {
        "quantity": ENERGY,
        "kind": "counter",
        "unit": "kWh",
        "resolution": "0.01",
        "direction": "import",
        "side": "primary",
        "billing": True,
        "max_per_hour": _GRID_COUNTS_AN_HOUR,
    }


def _heat_channel() -> dict[str, Value]:
    return {
        "quantity": HEAT_ENERGY,
        "kind": "counter",
        "unit": "kWh",
        "resolution": "1",
        "direction": "import",
        "side": "primary",
        "billing": True,
    }


def _pulse_meter(meter: Metered, serial: str) -> dict[str, Value]:
    quantity, unit, resolution = PULSE_CHANNEL[meter.utility]
    channel: dict[str, Value] = {
        "quantity": quantity,
        "kind": "counter",
        "unit": unit,
        "resolution": resolution,
        "modulus": PULSE_MODULUS,
        "direction": "import",
        "side": "primary",
        "billing": True,
    }
    table = _facts(meter, serial)
    return table | {
        "source": "pulses-1",
        "address": {"device": meter.point},
        "multiplier": "1",
        "since": _BEGAN,
        "channels": [channel],
    }


def _sensor(sensor: Sensor, serial: str) -> dict[str, Value]:
    channel: dict[str, Value] = {
        "quantity": sensor.quantity,
        "kind": sensor.kind,
        "unit": sensor.unit,
        "resolution": sensor.resolution,
        "side": "primary",
    }
    return {
        "point": sensor.point,
        "name": sensor.name,
        "place": sensor.place,
        # A meter of the site file has one of six utilities: sensors go with the substation's.
        "utility": Utility.ELECTRICITY.value,
        "serial": serial,
        "profile": PULSE,
        "source": "sensors-1",
        "address": {"device": sensor.point},
        "multiplier": "1",
        "since": _BEGAN,
        "channels": [channel],
    }


def _accounts(airport: Airport) -> Iterator[Table]:
    utilities = {meter.point: meter.utility for meter in airport.metered}
    paid: dict[str, list[str]] = {}
    for meter in airport.metered:
        if meter.tenant is not None:
            paid.setdefault(meter.tenant, []).append(meter.point)
    for number, tenant in enumerate(t for t in airport.tenants if t.key in paid):
        yield "[[account]]", _account(tenant, number, paid[tenant.key], utilities)
    for file in sorted(TARIFFS.glob("*.toml")):
        yield "[[tariff]]", {"file": f"tariffs/{file.name}"}


def _account(
    tenant: Tenant, number: int, points: Sequence[str], utilities: dict[str, Utility]
) -> dict[str, Value]:
    name = tenant_name(tenant.kind, tenant.number, language=tenant.language)
    address = "空港路 1 号" if tenant.language == "zh" else "1 Airport Road"
    return {
        "key": f"K-{number + 1:04d}",
        "name": name,
        "address": f"{name}\n{address}\nKapok Bay International Airport",
        "email": f"{tenant.key}@kapok-bay.example",
        "language": tenant.language,
        "opened_on": _BEGAN,
        "supplies": [{"point": p, "tariff": f"airport-{utilities[p].value}"} for p in points],
    }


def _rules(airport: Airport) -> Iterator[Table]:
    for sensor in airport.sensors:
        limit = _LIMITS.get(sensor.behaviour)
        if limit is not None and "-board-" not in sensor.of:
            above, deadband, delay_s, severity = limit
            yield _rule(sensor.point, sensor.name, sensor.point, sensor.quantity,
                        (above, deadband, delay_s, severity))  # fmt: skip
    for busbar in BUSBARS:
        point = grid_point(busbar)
        name = f"Grid supply {'AB'[busbar - 1]}: load"
        limit = (_GRID_LIMIT_W[busbar], 200_000, 900, "medium")
        yield _rule(f"load-{point}", name, point, "active_power", limit)


_LIMITS: dict[str, tuple[int, int, int, str]] = {
    "residual": (300, 50, 120, "high"),
    "contact": (70, 5, 300, "critical"),
    "winding": (105, 5, 300, "high"),
    "people": (14_000, 500, 900, "low"),
}
"""By behaviour: limit, deadband, delay [s], severity."""
_GRID_LIMIT_W = {1: 6_500_000, 2: 7_500_000}
"""Exceeded in the busy hours of most days. [W]"""


def _rule(
    key: str, name: str, point: str, quantity: str, limit: tuple[int, int, int, str]
) -> Table:
    above, deadband, delay_s, severity = limit
    return (
        "[[rule]]",
        {
            "key": key,
            "name": f"{name} above {above:,}",
            "point": point,
            "quantity": quantity,
            "above": above,
            "deadband": deadband,
            "delay_s": delay_s,
            "severity": severity,
        },
    )
