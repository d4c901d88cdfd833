from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from adapters.modbus.budget import BusOverloadedError
from energy.base.clock import ManualClock
from processes.bus_budget import budgets_of, require_budget, require_loaded_budget
from processes.collector_plan import CollectPlan, SourcePlan
from processes.collector_sources import modbus_sources
from tests.processes.test_collector_plan import ELECTRIC

CLOCK = ManualClock(datetime(2019, 1, 1, tzinfo=UTC))
SERIAL = SourcePlan(key="bus-3", kind="modbus_rtu", device="/dev/ttyUSB3", baud=2400, interval_s=10)
GATEWAY = SourcePlan(
    key="bus-3", kind="modbus_rtu_over_tcp", host="10.0.0.9", port=4001, baud=2400, interval_s=10
)


def plan_of(source: SourcePlan, meters: int) -> CollectPlan:
    channels = ELECTRIC.channels
    return CollectPlan(
        site="campus",
        sources=(source,),
        meters=tuple(
            replace(
                ELECTRIC,
                point=f"m{unit}",
                source=source.key,
                address={"unit": unit},
                channels=tuple(replace(c, number=10 * unit + c.number) for c in channels),
            )
            for unit in range(1, meters + 1)
        ),
    )


def test_a_plan_that_a_serial_port_cannot_carry_is_refused_when_it_is_loaded() -> None:
    sources = modbus_sources(plan_of(SERIAL, 60), CLOCK)
    with pytest.raises(BusOverloadedError, match="60 meters x 2 reads") as refused:
        require_loaded_budget(sources)
    assert "bus /dev/ttyUSB3 2400 8N1 needs" in str(refused.value)
    assert require_loaded_budget(modbus_sources(plan_of(SERIAL, 10), CLOCK)) == []


def test_behind_a_gateway_the_collector_warns_and_who_adds_a_meter_is_refused() -> None:
    plan = plan_of(GATEWAY, 60)
    (warning,) = require_loaded_budget(modbus_sources(plan, CLOCK))
    assert "state its baud at the source" in warning
    with pytest.raises(BusOverloadedError):
        require_budget(plan, CLOCK)


def test_a_network_without_a_serial_bus_has_no_budget() -> None:
    network = SourcePlan(key="bus-3", kind="modbus_tcp", host="10.0.0.9", port=502, interval_s=1)
    assert budgets_of(modbus_sources(plan_of(network, 200), CLOCK)) == []
    assert require_budget(plan_of(network, 200), CLOCK) == []
