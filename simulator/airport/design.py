"""In: a number of metering points and a seed. Out: the airport: flows, meters, graphs. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from energy.base.units import Utility
from simulator.airport import figures as f
from simulator.airport.drivers import drivers_of
from simulator.airport.electric import electric_leaves, electric_net
from simulator.airport.loads import BUILDINGS, LOADS, Building, Load
from simulator.airport.names import KINDS
from simulator.airport.parts import COUNT, PULSE, Airport, Flow, Metered, Tenant
from simulator.airport.pipes import Group, PipeNet, pipe_net
from simulator.airport.quotas import Quotas, quotas_of
from simulator.airport.sensors import sensors_of
from simulator.airport.shares import SUFFIX, Leaf, total_terms

UNITS_A_GATEWAY = 32
"""Meters behind one Modbus gateway: what a serial bus carries at 10 s."""
_LANGUAGES = ("en", "zh")


@cache
def airport_of(meters: int, seed: int) -> Airport:
    """Return an airport; the same for the same two numbers, in every process.

    Args:
        meters: Metering points, sensors included.
        seed: Any whole number from 0.

    Raises:
        ConfigError: Too few or too many meters.
    """
    quotas = quotas_of(meters)
    luck = np.random.default_rng([seed, meters])
    buildings = BUILDINGS[: quotas.buildings]
    loads = _within(LOADS, buildings)
    kinds = {load.tenant for load in loads if load.utility is not Utility.ELECTRICITY}
    cooling, heating, steam = (
        _net(utility, loads, quotas, buildings, luck, units)
        for utility, units in (
            (Utility.COOLING, quotas.chillers),
            (Utility.HEATING, quotas.boilers),
            (Utility.STEAM, quotas.steam_boilers),
        )
    )
    leaves = electric_leaves(
        [load for load in loads if load.utility is Utility.ELECTRICITY],
        cooling.groups,
        quotas,
        luck,
    )
    tenants = _tenants(leaves, {kind for kind in kinds if kind is not None})
    payer = {kind: [t.key for t in tenants if t.kind == kind] for kind in KINDS}
    electric = electric_net(leaves, quotas, buildings, payer)
    water = _net(Utility.WATER, loads, quotas, buildings, luck, 0)
    burners = [*_burners("boiler", heating.groups), *_burners("steam", steam.groups)]
    gas = _net(Utility.GAS, loads, quotas, buildings, luck, 0, burners=burners)
    pipes = (water, gas, heating, cooling, steam)
    metered = (*electric.metered, *(_paid(m, payer) for net in pipes for m in net.metered))
    return Airport(
        seed=seed,
        buildings=buildings,
        flows=(*electric.flows, *(flow for net in pipes for flow in net.flows)),
        metered=metered,
        sensors=sensors_of(quotas.sensors, electric.boards, buildings, drivers_of(seed)),
        graphs=(electric.graph, *(net.graph for net in pipes)),
        tenants=tuple(tenants),
        gateways=_gateways(metered),
    )


def _within(loads: Sequence[Load], buildings: Sequence[Building]) -> list[Load]:
    """Return the loads with those of buildings that a small site leaves out in its last one."""
    known = {building.key for building in buildings}
    last = buildings[-1].key
    return [load if load.building in known else replace(load, building=last) for load in loads]


def _net(
    utility: Utility,
    loads: Sequence[Load],
    quotas: Quotas,
    buildings: Sequence[Building],
    luck: np.random.Generator,
    units: int,
    *,
    burners: Sequence[Leaf] = (),
) -> PipeNet:
    some = [load for load in loads if load.utility is utility]
    meters = quotas.utilities[utility]
    return pipe_net(utility, some, meters, units, buildings, luck, burners=burners)


def _burners(key: str, groups: Sequence[Group]) -> list[Leaf]:
    """Return what boilers burn: what they give, divided by their efficiency."""
    leaves = []
    name = "Hot water boiler" if key == "boiler" else "Steam boiler"
    kj = 3600 if key == "boiler" else f.STEAM_KJ_PER_KG
    for number, group in enumerate(groups, start=1):
        given = total_terms(group.flows)
        terms = {
            driver: amount * kj * 1000 // (f.BOILER_EFFICIENCY_PERMILLE * f.GAS_KJ_PER_M3)
            for driver, amount in given.items()
        }
        flow = Flow(
            key=f"energy-{key}-{number:03d}-gas",
            utility=Utility.GAS,
            building="energy",
            terms=terms,
            per_count=COUNT[Utility.GAS],
        )
        leaves.append(Leaf(load=key, name=name, number=number, tenant=None, flow=flow))
    return leaves


def _tenants(leaves: Sequence[Leaf], others: set[str]) -> list[Tenant]:
    """Return a tenant for every leaf that one pays, and one of each kind that has no such leaf."""
    counts = dict.fromkeys(KINDS, 0)
    for leaf in leaves:
        if leaf.tenant is not None:
            counts[leaf.tenant] += 1
    for kind in others:
        counts[kind] = max(counts[kind], 1)
    every = [(kind, number) for kind, count in counts.items() for number in range(count)]
    return [
        Tenant(
            key=f"{kind}-{number + 1:03d}",
            kind=kind,
            number=number,
            language=_LANGUAGES[place % len(_LANGUAGES)],
        )
        for place, (kind, number) in enumerate(every)
    ]


def _paid(meter: Metered, payer: Mapping[str, Sequence[str]]) -> Metered:
    """Return a meter of a pipe with the tenant of its kind that pays, dealt out by its number."""
    if meter.tenant is None:
        return meter
    tenants = payer[meter.tenant]
    number = int(meter.point.removesuffix(f"-{SUFFIX[meter.utility]}").rpartition("-")[2])
    return replace(meter, tenant=tenants[(number - 1) % len(tenants)])


def _gateways(meters: Sequence[Metered]) -> tuple[tuple[str, ...], ...]:
    """Return the points behind each Modbus gateway: one building's, at most a bus full."""
    gateways: list[tuple[str, ...]] = []
    by_place: dict[str, list[str]] = {}
    for meter in meters:
        if meter.profile != PULSE:
            by_place.setdefault(meter.place, []).append(meter.point)
    for points in by_place.values():
        gateways += [
            tuple(points[first : first + UNITS_A_GATEWAY])
            for first in range(0, len(points), UNITS_A_GATEWAY)
        ]
    return tuple(gateways)
