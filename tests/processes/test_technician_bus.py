"""A bus has time for so many meters, and one master."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from energy.metering.plant import Source
from processes.collector_plan import CollectPlan
from processes.technician_bus import only_looking
from processes.technician_values import FieldRefusedError, NewPoint
from tests.fixtures.field import Field
from tests.fixtures.postgres import command

pytestmark = pytest.mark.servers
NEW = NewPoint(name="Building 2", place="b2", utility="electricity")


def test_a_bus_without_time_for_one_more_meter_refuses_it_with_its_arithmetic(
    field: Field, port: int
) -> None:
    settings = {"host": "127.0.0.1", "port": port, "interval_s": 1, "baud": 300}
    field.site.application("metering").store(
        Source(
            site=field.site.site.key,
            key="slow-bus",
            kind="modbus_rtu_over_tcp",
            settings=settings,
            command_id=command("slow"),
        )
    )
    field.site.project()
    before = field.position()
    with pytest.raises(FieldRefusedError, match=r"needs [0-9.]+ s, interval is 1 s") as refused:
        field.technician(port).commission(field.installed(2, source="slow-bus"), NEW, watch_s=0)
    assert "Choose an interval of" in str(refused.value)
    assert field.position() == before


def interrupted() -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("kind", ["modbus_rtu_over_tcp", "mbus"])
def test_a_collector_leaves_a_bus_with_one_master_while_somebody_looks(
    field: Field, port: int, kind: str
) -> None:
    field.technician(port).commission(field.installed(2), NEW, watch_s=0)
    desk = field.desk(port)
    whole = desk.plan()
    [meter] = whole.meters
    bus = replace(desk.source(meter.source), kind=kind)
    whole.save(field.plan_file)

    def look(ends: Callable[[], None]) -> None:
        with only_looking(desk, bus):
            assert CollectPlan.load(field.plan_file).meters == ()
            ends()

    look(lambda: None)
    assert CollectPlan.load(field.plan_file) == whole
    with pytest.raises(KeyboardInterrupt):
        look(interrupted)
    assert CollectPlan.load(field.plan_file) == whole


def test_a_plan_that_is_given_back_holds_what_somebody_else_put_to_work_meanwhile(
    field: Field, port: int
) -> None:
    desk = field.desk(port)
    before = desk.plan()
    before.save(field.plan_file)
    field.technician(port).commission(field.installed(2), NEW, watch_s=0)
    desk.restore(before)
    points = {meter.point for meter in CollectPlan.load(field.plan_file).meters}
    assert points - {meter.point for meter in before.meters} == {field.meter().point}
