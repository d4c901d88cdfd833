"""In: the plan in force and the next one. Out: the sources whose bus is touched. Pure.

Sources on one gateway or serial port are one bus: they are renewed together. A bus of which
nothing changed is left alone.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from processes.collector_plan import CollectPlan, SourcePlan


@dataclass(frozen=True, slots=True)
class PlanChange:
    """What differs between two plans, whole buses at a time."""

    gone: frozenset[str]
    """Sources of the plan in force that end."""
    fresh: CollectPlan
    """The sources of the next plan that begin, with their meters."""

    @property
    def is_nothing(self) -> bool:
        """Return whether both plans collect alike."""
        return not self.gone and not self.fresh.sources


def changed(before: CollectPlan, after: CollectPlan) -> PlanChange:
    """Return what must be renewed to follow the next plan.

    Args:
        before: The plan in force.
        after: The next plan of the same site.
    """
    old, new = _buses(before), _buses(after)
    touched = {bus for bus in {*old, *new} if _shape(before, old, bus) != _shape(after, new, bus)}
    gone = {source.key for bus in touched for source in old.get(bus, ())}
    fresh = {source.key for bus in touched for source in new.get(bus, ())}
    return PlanChange(frozenset(gone), part_of(after, fresh))


def part_of(plan: CollectPlan, keys: Collection[str]) -> CollectPlan:
    """Return a plan with some of its sources only, and their meters."""
    return replace(
        plan,
        sources=tuple(source for source in plan.sources if source.key in keys),
        meters=tuple(meter for meter in plan.meters if meter.source in keys),
    )


def own_part(plan: CollectPlan, setting: str) -> CollectPlan:
    """Return what of a plan this machine collects.

    Args:
        plan: The plan of the site.
        setting: Keys of sources, separated by commas; empty means all.
    """
    keys = {key.strip() for key in setting.split(",") if key.strip()}
    return part_of(plan, keys) if keys else plan


def _bus(source: SourcePlan) -> str:
    return source.device or f"{source.kind} {source.host}:{source.port}"


def _buses(plan: CollectPlan) -> dict[str, list[SourcePlan]]:
    buses: dict[str, list[SourcePlan]] = {}
    for source in plan.sources:
        buses.setdefault(_bus(source), []).append(source)
    return buses


def _shape(plan: CollectPlan, buses: dict[str, list[SourcePlan]], bus: str) -> object:
    return [(source, plan.meters_of(source.key)) for source in buses.get(bus, ())]
