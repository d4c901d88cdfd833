"""A bus has time for so many meters, and one master."""

from __future__ import annotations

import pytest

from energy.metering.plant import Source
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
