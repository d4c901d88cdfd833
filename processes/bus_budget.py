"""In: the sources of a plan. Out: the time each serial bus needs, and a refusal where it has less.

Pure. A serial port's speed is ours to set and so known: a plan that cannot be kept is refused when
it is loaded. The speed behind a transparent gateway is what the plan says it is: there a collector
warns and goes on, and whoever adds a meter is refused.
"""

from __future__ import annotations

from collections.abc import Iterable

from adapters.modbus.budget import Budget, require_fit
from adapters.modbus.buses import speed_of
from adapters.modbus.link import LinkKind
from adapters.modbus.source import ModbusSource
from energy.base.clock import Clock
from processes.collector_plan import CollectPlan
from processes.collector_sources import modbus_sources


def budgets_of(sources: Iterable[ModbusSource]) -> list[Budget]:
    """Return the budget of each serial bus.

    Args:
        sources: Sources with an interval; those on one bus share its time.
    """
    on_bus: dict[int, list[ModbusSource]] = {}
    for source in sources:
        on_bus.setdefault(id(source.bus), []).append(source)
    budgets = []
    for group in on_bus.values():
        settings = group[0].settings
        speed = speed_of(settings.link, settings.least_gap_s)
        if speed is not None:
            demands = tuple(source.demand for source in group if source.devices)
            budgets.append(Budget(bus=group[0].bus.where, speed=speed, demands=demands))
    return budgets


def require_loaded_budget(sources: Iterable[ModbusSource]) -> list[str]:
    """Refuse what a serial port cannot carry; return warnings on all serial buses.

    Args:
        sources: The sources of the plan that is being loaded.

    Raises:
        BusOverloadedError: A serial port has less time than its meters need.
    """
    every = list(sources)
    known = [s for s in every if s.settings.link.kind is LinkKind.RTU]
    stated = [s for s in every if s.settings.link.kind is LinkKind.RTU_OVER_TCP]
    warnings = require_fit(budgets_of(known))
    for budget in budgets_of(stated):
        if budget.is_full:
            warnings.append(
                f"{budget.text}: {budget.share:.0%} of its time. {budget.ways_out} If the bus is "
                "faster, state its baud at the source."
            )
    return warnings


def require_budget(plan: CollectPlan, clock: Clock) -> list[str]:
    """Refuse a plan that a bus cannot keep; for whoever adds a meter or changes an interval.

    Args:
        plan: The plan as it would be.
        clock: Not asked; sources need one.

    Returns:
        Warnings on buses that are nearly full.

    Raises:
        BusOverloadedError: A bus has less time than its meters need.
        UnknownProfileError: A profile is unknown.
        RegisterMapError: A quantity is unknown.
    """
    return require_fit(budgets_of(modbus_sources(plan, clock)))
