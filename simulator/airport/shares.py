"""In: loads and a number of meters. Out: the leaves of a metering tree, one a meter. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from energy.base.units import Utility
from simulator.airport.drivers import PLAIN, VARIANTS
from simulator.airport.loads import Load
from simulator.airport.parts import COUNT, PULSE, Flow

SUFFIX: Mapping[Utility, str] = {
    Utility.ELECTRICITY: "elec",
    Utility.WATER: "water",
    Utility.GAS: "gas",
    Utility.HEATING: "heat",
    Utility.COOLING: "cool",
    Utility.STEAM: "steam",
}
SPREAD = 0.45
"""Spread of the sizes of alike users, as of a logarithm. [1]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """What the lowest meter of a branch measures."""

    load: str
    name: str
    number: int
    """From 1 among the leaves of its load and building."""
    tenant: str | None
    """Kind of tenant."""
    flow: Flow
    profile: str = PULSE

    @property
    def mean(self) -> int:
        """Return its mean of the year. [W; L / h; g / h]."""
        return sum(self.flow.terms.values())


def largest_remainder(weights: Sequence[int], total: int, *, least: int = 1) -> list[int]:
    """Return whole parts of a total, in proportion, none below the least.

    Args:
        weights: In proportion to which; not all zero.
        total: At least `least` for each.
        least: Smallest part.
    """
    free = total - least * len(weights)
    assert free >= 0, "there is the least for each"
    whole = sum(weights)
    parts = [free * weight // whole for weight in weights]
    rests = [free * weight % whole for weight in weights]
    for n in sorted(range(len(weights)), key=lambda n: (-rests[n], n))[: free - sum(parts)]:
        parts[n] += 1
    return [least + part for part in parts]


def leaves_of(loads: Sequence[Load], meters: int, luck: np.random.Generator) -> list[Leaf]:
    """Return one leaf a meter; together they use what the loads use.

    With fewer meters than loads the smallest loads share one meter; loads of tenants and the
    airport's own are kept alike.

    Args:
        loads: Of one utility.
        meters: At least one.
        luck: A seeded generator.
    """
    kept, merged = _kept(loads, meters)
    counts = largest_remainder([load.meters for load in kept], meters - bool(merged))
    leaves: list[Leaf] = []
    for load, count in zip(kept, counts, strict=True):
        sizes = np.exp(SPREAD * luck.standard_normal(count))
        means = largest_remainder([int(1000 * size) for size in sizes], load.mean, least=0)
        for number, mean in enumerate(means, start=1):
            terms = _terms(load, mean, int(luck.integers(VARIANTS)))
            leaves.append(_leaf(load, number, terms, load.name, load.tenant))
    if merged:
        terms = {}
        for load in merged:
            for name, amount in _terms(load, load.mean, 0).items():
                terms[name] = terms.get(name, 0) + amount
        leaves.append(_leaf(merged[0], 0, terms, "Other consumers", None))
    return leaves


def _kept(loads: Sequence[Load], meters: int) -> tuple[list[Load], list[Load]]:
    if meters >= len(loads):
        return list(loads), []
    by_size = sorted(loads, key=lambda load: -load.mean)
    tenants = [load for load in by_size if load.tenant is not None]
    own = [load for load in by_size if load.tenant is None]
    room = meters - 1
    chosen = [*tenants[: room // 2 + room % 2], *own[: room // 2]]
    chosen += [load for load in by_size if load not in chosen][: room - len(chosen)]
    return (
        [load for load in loads if load in chosen],
        [load for load in by_size if load not in chosen],
    )


def _terms(load: Load, mean: int, variant: int) -> dict[str, int]:
    shares = largest_remainder([share for _, share in load.mix], mean, least=0)
    return {
        kind if kind in PLAIN else f"{kind}_{variant}": amount
        for (kind, _), amount in zip(load.mix, shares, strict=True)
        if amount
    }


def _leaf(load: Load, number: int, terms: Mapping[str, int], name: str, tenant: str | None) -> Leaf:
    what = load.key if number else "other"
    return Leaf(
        load=load.key,
        name=name,
        number=number,
        tenant=tenant,
        flow=Flow(
            key=f"{load.building}-{what}-{number:03d}-{SUFFIX[load.utility]}",
            utility=load.utility,
            building=load.building,
            terms=terms,
            per_count=COUNT[load.utility],
        ),
    )


def share_of(flows: Sequence[Flow], permille: int) -> dict[str, int]:
    """Return the drivers of a stated share of some flows, rounded down. [1 / 1000]."""
    total = total_terms(flows)
    return {name: part for name, amount in total.items() if (part := amount * permille // 1000)}


def total_terms(flows: Sequence[Flow]) -> dict[str, int]:
    """Return the drivers of the sum of some flows."""
    total: dict[str, int] = {}
    for flow in flows:
        for name, amount in flow.terms.items():
            total[name] = total.get(name, 0) + amount
    return total
