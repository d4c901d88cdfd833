"""In: loads of water, gas, heating, cooling or steam. Out: their meters, plants and graph. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from energy.base.units import Utility
from simulator.airport import figures as f
from simulator.airport.loads import Building, Load
from simulator.airport.parts import COUNT, PROFILE, Flow, Graph, Metered
from simulator.airport.shares import SUFFIX, Leaf, leaves_of, share_of, total_terms

_MAIN = {
    Utility.WATER: "Water main",
    Utility.GAS: "Gas city gate",
    Utility.HEATING: "Heating plant",
    Utility.COOLING: "Chiller plant",
    Utility.STEAM: "Steam plant",
}
_UNIT_NAME = {
    Utility.HEATING: ("boiler", "Boiler"),
    Utility.COOLING: ("chiller", "Chiller"),
    Utility.STEAM: ("steam-boiler", "Steam boiler"),
}
_FEWEST_WITH_BUILDINGS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What one chiller or boiler supplies, its share of the pipes' loss included."""

    flows: tuple[Flow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PipeNet:
    """All meters of one utility that flows in pipes."""

    flows: tuple[Flow, ...]
    metered: tuple[Metered, ...]
    leaves: tuple[Leaf, ...]
    groups: tuple[Group, ...]
    graph: Graph


def groups_of(utility: Utility, leaves: Sequence[Leaf], units: int) -> tuple[Group, ...]:
    """Return leaves shared out to chillers or boilers, the largest first to the least loaded."""
    bins: list[list[Flow]] = [[] for _ in range(min(units, len(leaves)))]
    loads = [0] * len(bins)
    for leaf in sorted(leaves, key=lambda leaf: (-leaf.mean, leaf.flow.key)):
        least = loads.index(min(loads))
        bins[least].append(leaf.flow)
        loads[least] += leaf.mean
    unit, _ = _UNIT_NAME[utility]
    return tuple(
        Group(flows=(*flows, _loss(utility, f"loss-{unit}-{n}", flows)))
        for n, flows in enumerate(bins, start=1)
    )


def _loss(utility: Utility, key: str, flows: Sequence[Flow]) -> Flow:
    return Flow(
        key=f"{key}-{SUFFIX[utility]}",
        utility=utility,
        building="energy",
        terms=share_of(flows, f.PIPE_LOSS_PERMILLE),
        per_count=COUNT[utility],
    )


def pipe_net(
    utility: Utility,
    loads: Sequence[Load],
    meters: int,
    units: int,
    buildings: Sequence[Building],
    luck: np.random.Generator,
    *,
    burners: Sequence[Leaf] = (),
) -> PipeNet:
    """Return the meters of a utility: the plant's main, its units, buildings, users.

    The tenant of a meter is its kind only: who pays is known when the electricity net is.

    Args:
        utility: One that flows in pipes.
        loads: Its users.
        meters: How many metering points it has.
        units: Chillers or boilers; none for water and gas.
        buildings: Of the site.
        luck: A seeded generator.
        burners: Leaves that follow from other nets (gas of boilers).
    """
    shown_units = units if units > 1 else 0
    roomy = meters >= _FEWEST_WITH_BUILDINGS
    places = sorted({load.building for load in loads})
    metered_buildings = min(len(places), meters // 6) if roomy else 0
    room = meters - 1 - shown_units - metered_buildings - len(burners)
    leaves = [*burners, *leaves_of(loads, room, luck)]
    groups: tuple[Group, ...] = ()
    if utility in _UNIT_NAME:
        groups = groups_of(utility, leaves, units)
        losses = [group.flows[-1] for group in groups]
    else:
        losses = _leakage(utility, leaves)
    flows = [*(leaf.flow for leaf in leaves), *losses]
    points = [_main(utility, flows)]
    if shown_units:
        points += [_unit(utility, n, group) for n, group in enumerate(groups, start=1)]
    chosen = _fullest(leaves, buildings, metered_buildings)
    points += [_building(utility, building, leaves) for building in chosen]
    points += _leaf_points(leaves, buildings)
    return PipeNet(
        flows=tuple(flows),
        metered=tuple(points),
        leaves=tuple(leaves),
        groups=groups,
        graph=_graph(utility, chosen, leaves, points),
    )


def _leakage(utility: Utility, leaves: Sequence[Leaf]) -> list[Flow]:
    if utility is not Utility.WATER:
        return []
    whole = sum(total_terms([leaf.flow for leaf in leaves]).values())
    return [
        Flow(
            key="loss-main-water",
            utility=utility,
            building="ground",
            terms={"base": whole * f.LEAKAGE_PERMILLE // 1000},
            per_count=COUNT[utility],
        )
    ]


def _fullest(leaves: Sequence[Leaf], buildings: Sequence[Building], count: int) -> list[Building]:
    inside = {b.key: sum(leaf.flow.building == b.key for leaf in leaves) for b in buildings}
    order = sorted(buildings, key=lambda b: -inside[b.key])[:count]
    return [b for b in buildings if b in order]


def _point(
    utility: Utility, point: str, name: str, place: str, level: str, flows: Sequence[Flow]
) -> Metered:
    return Metered(
        point=f"{point}-{SUFFIX[utility]}",
        name=name,
        place=place,
        utility=utility,
        level=level,
        profile=PROFILE[utility],
        multiplier=1,
        parts=tuple((1, flow.key) for flow in flows),
    )


def _main(utility: Utility, flows: Sequence[Flow]) -> Metered:
    return _point(utility, "main", _MAIN[utility], "energy", "incomer", flows)


def _unit(utility: Utility, number: int, group: Group) -> Metered:
    unit, name = _UNIT_NAME[utility]
    return _point(utility, f"{unit}-{number}", f"{name} {number}", "energy", "plant", group.flows)


def _building(utility: Utility, building: Building, leaves: Sequence[Leaf]) -> Metered:
    flows = [leaf.flow for leaf in leaves if leaf.flow.building == building.key]
    name = f"{building.name}, {utility.value}"
    return _point(utility, f"{building.key}-all", name, building.key, "board", flows)


def _leaf_points(leaves: Sequence[Leaf], buildings: Sequence[Building]) -> list[Metered]:
    names = {building.key: building.short for building in buildings}
    return [
        Metered(
            point=leaf.flow.key,
            name=leaf_name(leaf, names),
            place=leaf.flow.building,
            utility=leaf.flow.utility,
            level="tenant",
            profile=PROFILE[leaf.flow.utility],
            multiplier=1,
            parts=((1, leaf.flow.key),),
            tenant=leaf.tenant,
        )
        for leaf in leaves
    ]


def leaf_name(leaf: Leaf, buildings: Mapping[str, str]) -> str:
    """Return what a leaf's meter is called: with its utility, unless that is electricity."""
    number = f" {leaf.number}" if leaf.number else ""
    utility = leaf.flow.utility
    of = "" if utility is Utility.ELECTRICITY else f", {utility.value}"
    return f"{buildings[leaf.flow.building]} {leaf.name}{number}{of}"


def _graph(
    utility: Utility, chosen: Sequence[Building], leaves: Sequence[Leaf], points: Sequence[Metered]
) -> Graph:
    names = {point.point: point.name for point in points}
    suffix = SUFFIX[utility]
    main = f"main-{suffix}"
    nodes: list[tuple[str, str, str, str | None]] = [(main, "incomer", names[main], main)]
    edges: list[tuple[str, str]] = []
    above = {building.key: f"{building.key}-all-{suffix}" for building in chosen}
    for key in above.values():
        nodes.append((key, "board", names[key], key))
        edges.append((main, key))
    for leaf in leaves:
        key = leaf.flow.key
        nodes.append((key, "tenant_meter", names[key], key))
        edges.append((above.get(leaf.flow.building, main), key))
    return Graph(utility=utility, nodes=tuple(nodes), edges=tuple(edges))
