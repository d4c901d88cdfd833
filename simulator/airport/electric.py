"""In: electric loads, chillers and a number of meters. Out: the electricity net. Pure.

Grid supplies A and B feed a busbar each through a transformer; a tie that is normally open stands
between the busbars. Boards sum their users and lose a stated share; the grid meters sum what their
busbar takes and the transformer loses, less what the photovoltaic plant puts in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from energy.base.units import Utility
from simulator.airport import figures as f
from simulator.airport.loads import Building, Load
from simulator.airport.parts import ABB, COUNT, SDM, Flow, Graph, Metered
from simulator.airport.pipes import Group, leaf_name
from simulator.airport.quotas import Quotas
from simulator.airport.shares import Leaf, largest_remainder, leaves_of, share_of, total_terms

_E = Utility.ELECTRICITY
PV_BUSBAR = 1
BUSBARS = (1, 2)
GRID_VOLTS = 5774
"""Phase of a 10 kV grid. [V]"""
_MULTIPLIERS = (1, 20, 40, 80, 120, 200, 300, 400)
"""Current transformers from none to 2000/5 A."""
_KW_PER_MULTIPLIER = 0.7
"""Mean load up to which a float register stays exact for twelve years. [kW]"""
_LARGEST_FLOAT_KW = 250
PV = "pv-elec"


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A board with a meter and what hangs on it."""

    point: str
    name: str
    building: str
    leaves: tuple[Leaf, ...]
    loss: Flow

    @property
    def flows(self) -> list[Flow]:
        """Return everything that its meter counts."""
        return [*(leaf.flow for leaf in self.leaves), self.loss]


@dataclass(frozen=True, slots=True, kw_only=True)
class ElectricNet:
    """All electricity meters."""

    flows: tuple[Flow, ...]
    metered: tuple[Metered, ...]
    boards: tuple[Board, ...]
    leaves: tuple[Leaf, ...]
    graph: Graph


def chiller_leaves(groups: Sequence[Group]) -> list[Leaf]:
    """Return what each chiller takes: what it gives, divided by its efficiency hour by hour."""
    leaves = []
    for number, group in enumerate(groups, start=1):
        given = total_terms(group.flows)
        flow = Flow(
            key=f"energy-chiller-{number:03d}-elec",
            utility=_E,
            building="energy",
            terms={name.replace("cool", "chill"): amount for name, amount in given.items()},
            per_count=COUNT[_E],
        )
        leaves.append(Leaf(load="chiller", name="Chiller", number=number, tenant=None, flow=flow))
    return leaves


def electric_leaves(
    loads: Sequence[Load], groups: Sequence[Group], quotas: Quotas, luck: np.random.Generator
) -> list[Leaf]:
    """Return every lowest electricity meter of the airport."""
    chillers = chiller_leaves(groups)
    every = [*leaves_of(loads, quotas.electric_leaves - len(chillers), luck), *chillers]
    return [_with_device(leaf, odd=number % 2 == 1) for number, leaf in enumerate(every)]


def _with_device(leaf: Leaf, *, odd: bool) -> Leaf:
    """Return a leaf with its device: a float register where the load is small enough for one."""
    kw = leaf.mean / 1000
    if kw > _LARGEST_FLOAT_KW or (leaf.tenant is None and odd):
        return replace(leaf, profile=ABB)
    multiplier = next(m for m in _MULTIPLIERS if kw <= m * _KW_PER_MULTIPLIER)
    flow = replace(leaf.flow, per_count=COUNT[_E] * multiplier)
    return replace(leaf, profile=SDM, flow=flow)


def electric_net(
    leaves: Sequence[Leaf],
    quotas: Quotas,
    buildings: Sequence[Building],
    payer: Mapping[str, Sequence[str]],
) -> ElectricNet:
    """Return the meters and the supply graph of electricity.

    Args:
        leaves: The lowest meters.
        quotas: How many boards.
        buildings: Of the site.
        payer: Tenants by kind, one a leaf.
    """
    boards = _boards(leaves, quotas.boards, buildings)
    busbar_of = {building.key: building.busbar for building in buildings}
    pv = Flow(
        key=PV,
        utility=_E,
        building="parking",
        terms={"solar": f.PV_PEAK_KW * 1000},
        per_count=COUNT[_E],
    )
    flows = [flow for board in boards for flow in board.flows]
    points: list[Metered] = []
    for busbar in BUSBARS:
        below = [flow for b in boards if busbar_of[b.building] == busbar for flow in b.flows]
        loss = _transformer_loss(busbar, below)
        flows.append(loss)
        points.append(_grid(busbar, [*below, loss], pv))
    flows.append(pv)
    points.append(_pv_point(pv, buildings))
    points += [_board_point(board) for board in boards]
    points += _leaf_points(boards, buildings, payer)
    return ElectricNet(
        flows=tuple(flows),
        metered=tuple(points),
        boards=tuple(boards),
        leaves=tuple(leaves),
        graph=_graph(boards, buildings, points),
    )


def _boards(leaves: Sequence[Leaf], count: int, buildings: Sequence[Building]) -> list[Board]:
    inside = {b.key: [leaf for leaf in leaves if leaf.flow.building == b.key] for b in buildings}
    used = [b for b in buildings if inside[b.key]]
    shares = largest_remainder([len(inside[b.key]) for b in used], max(count, len(used)))
    boards = []
    for building, share in zip(used, shares, strict=True):
        below = inside[building.key]
        sizes = largest_remainder([1] * share, len(below), least=0)
        first = 0
        for number, size in enumerate(sizes, start=1):
            some = below[first : first + size]
            first += size
            key = f"{building.key}-board-{number:02d}"
            flows = [leaf.flow for leaf in some]
            loss = Flow(
                key=f"loss-{key}",
                utility=_E,
                building=building.key,
                terms=share_of(flows, f.BOARD_LOSS_PERMILLE),
                per_count=COUNT[_E],
            )
            name = building.name if share == 1 else f"{building.short} board {number}"
            boards.append(
                Board(
                    point=f"{key}-elec",
                    name=name,
                    building=building.key,
                    leaves=tuple(some),
                    loss=loss,
                )
            )
    return boards


def _transformer_loss(busbar: int, below: Sequence[Flow]) -> Flow:
    terms = share_of(below, f.TRANSFORMER_LOAD_PERMILLE)
    terms["base"] = terms.get("base", 0) + f.TRANSFORMER_IRON_W
    return Flow(
        key=f"loss-tx-{busbar}", utility=_E, building="energy", terms=terms, per_count=COUNT[_E]
    )


def grid_point(busbar: int) -> str:
    """Return the metering point of a grid supply."""
    return f"grid-{'ab'[busbar - 1]}-elec"


def _grid(busbar: int, flows: Sequence[Flow], pv: Flow) -> Metered:
    parts = [(1, flow.key) for flow in flows]
    if busbar == PV_BUSBAR:
        parts.append((-1, pv.key))
    return Metered(
        point=grid_point(busbar),
        name=f"Grid supply {'AB'[busbar - 1]}",
        place="energy",
        utility=_E,
        level="incomer",
        profile=ABB,
        multiplier=1,
        parts=tuple(parts),
        volts=GRID_VOLTS,
    )


def _pv_point(pv: Flow, buildings: Sequence[Building]) -> Metered:
    place = "parking" if any(b.key == "parking" for b in buildings) else "energy"
    return Metered(
        point=PV,
        name="Photovoltaic plant",
        place=place,
        utility=_E,
        level="incomer",
        profile=ABB,
        multiplier=1,
        parts=((1, pv.key),),
    )


def _board_point(board: Board) -> Metered:
    return Metered(
        point=board.point,
        name=board.name,
        place=board.building,
        utility=_E,
        level="board",
        profile=ABB,
        multiplier=1,
        parts=tuple((1, flow.key) for flow in board.flows),
    )


def _leaf_points(
    boards: Sequence[Board], buildings: Sequence[Building], payer: Mapping[str, Sequence[str]]
) -> list[Metered]:
    names = {building.key: building.short for building in buildings}
    dealt: dict[str, int] = {}
    points = []
    for board in boards:
        for leaf in board.leaves:
            tenant = None
            if leaf.tenant is not None:
                tenant = payer[leaf.tenant][dealt.setdefault(leaf.tenant, 0)]
                dealt[leaf.tenant] += 1
            points.append(
                Metered(
                    point=leaf.flow.key,
                    name=leaf_name(leaf, names),
                    place=leaf.flow.building,
                    utility=_E,
                    level="tenant",
                    profile=leaf.profile,
                    multiplier=leaf.flow.per_count // COUNT[_E],
                    parts=((1, leaf.flow.key),),
                    tenant=tenant,
                )
            )
    return points


def feeder_key(building: str) -> str:
    """Return the node of the supply graph that feeds a building's boards."""
    return f"feeder-{building}"


def _graph(
    boards: Sequence[Board], buildings: Sequence[Building], points: Sequence[Metered]
) -> Graph:
    names = {point.point: point.name for point in points}
    busbar_of = {building.key: building.busbar for building in buildings}
    called = {building.key: building.short for building in buildings}
    nodes: list[tuple[str, str, str, str | None]] = []
    edges: list[tuple[str, str]] = []
    for busbar in BUSBARS:
        grid, transformer, bar = grid_point(busbar), f"tx-{busbar}", f"bus-{busbar}"
        nodes += [
            (grid, "incomer", names[grid], grid),
            (transformer, "transformer", f"Transformer {busbar}", None),
            (bar, "busbar", f"Busbar {busbar}", None),
        ]
        edges += [(grid, transformer), (transformer, bar)]
    # The tie is open: it joins nothing, until an operator closes it and the graph gets an edge.
    nodes.append(("tie", "tie", "Busbar tie (normally open)", None))
    # An incomer, no generator: the meter counts what the plant makes as import.
    nodes.append((PV, "incomer", names[PV], PV))
    edges.append((PV, f"bus-{PV_BUSBAR}"))
    feeders: set[str] = set()
    for board in boards:
        feeder = feeder_key(board.building)
        if feeder not in feeders:
            feeders.add(feeder)
            nodes.append((feeder, "feeder", f"Feeder {called[board.building]}", None))
            edges.append((f"bus-{busbar_of[board.building]}", feeder))
        nodes.append((board.point, "board", board.name, board.point))
        edges.append((feeder, board.point))
        for leaf in board.leaves:
            nodes.append((leaf.flow.key, "tenant_meter", names[leaf.flow.key], leaf.flow.key))
            edges.append((board.point, leaf.flow.key))
    return Graph(utility=_E, nodes=tuple(nodes), edges=tuple(edges))
