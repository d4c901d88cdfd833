"""In: a device that is about to be read, or to come. Out: its bus to ourselves, and room on it.

I/O through the desk: the plan of a collector that runs beside.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from adapters.modbus.budget import BusOverloadedError
from energy.metering.source_facts import ONE_QUESTION
from processes.collector_plan import CollectPlan, MeterPlan, PlanError, SourcePlan
from processes.technician_checks import Check, Outcome
from processes.technician_desk import FieldDesk
from processes.technician_values import FieldRefusedError


def without(plan: CollectPlan, point: str, *sources: SourcePlan) -> CollectPlan:
    """Return a plan that leaves a point alone, and every bus that takes one question at a time.

    Args:
        plan: The plan.
        point: The point whose device is read.
        sources: Sources that are about to be asked by a technician.
    """
    quiet = {source.key for source in sources if source.kind in ONE_QUESTION}
    meters = tuple(m for m in plan.meters if m.point != point and m.source not in quiet)
    return replace(plan, meters=meters)


@contextmanager
def alone_on(desk: FieldDesk, source: SourcePlan) -> Iterator[None]:
    """Keep a collector that runs off a bus with one master; on any failure it goes on as before.

    Without a failure whoever finishes publishes the plan anew.

    Args:
        desk: The site.
        source: Of the device that is read.
    """
    if source.kind not in ONE_QUESTION:
        yield
        return
    plan = desk.plan()
    try:
        desk.publish(without(plan, "", source))
        yield
    except BaseException:
        desk.restore(plan)
        raise


@contextmanager
def only_looking(desk: FieldDesk, source: SourcePlan) -> Iterator[None]:
    """Keep a collector that runs off a bus with one master, and give it back in any case.

    Args:
        desk: The site.
        source: Of the devices that are looked at.
    """
    plan = desk.plan()
    try:
        with alone_on(desk, source):
            yield
    finally:
        if source.kind in ONE_QUESTION:
            desk.restore(plan)


def require_room(desk: FieldDesk, meter: MeterPlan) -> list[Check]:
    """Refuse a meter for which its bus has no time; note a bus that is nearly full.

    Args:
        desk: The site.
        meter: As the plan would hold it; one at the same point makes way for it.

    Raises:
        FieldRefusedError: The bus cannot keep its interval; says the arithmetic.
        PlanError: The plan would not fit together.
    """
    from processes.bus_budget import require_budget  # with what speaks to devices: dear to import
    from processes.collector_sources import framed_sources

    plan = desk.plan()
    others = tuple(each for each in plan.meters if each.point != meter.point)
    wanted = replace(plan, meters=(*others, meter))
    try:
        warnings = require_budget(wanted, desk.clock)
        framed_sources(wanted, desk.clock)
    except BusOverloadedError as error:
        raise FieldRefusedError.of("no_room", arithmetic=str(error)) from error
    except PlanError as error:
        raise FieldRefusedError.of("no_room", arithmetic="; ".join(error.problems)) from error
    return [Check.of("bus", Outcome.NOTED, "bus_full", text=text) for text in warnings]
