from __future__ import annotations

import pytest

from adapters.link_fault import AskFailedError, LinkFault
from adapters.octets import OctetLink
from processes.technician_told import FieldRefusedError
from processes.tenant_bus import MeterSilentError, TenantBus, run_on


def test_a_bus_is_a_gateway_or_a_serial_port() -> None:
    assert TenantBus(protocol="mbus", at="10.8.3.51:10001").link().where == "10.8.3.51:10001"
    port = TenantBus(protocol="mbus", at="/dev/ttyUSB9", baud=300)
    assert (port.serial, port.link().where) == (True, "/dev/ttyUSB9 300 8E1")
    assert TenantBus(protocol="cjt188", at="COM7").serial


@pytest.mark.parametrize("at", [":4001", "gateway:", "gateway:port", "gateway:70000"])
def test_a_place_that_is_none_is_refused(at: str) -> None:
    with pytest.raises(FieldRefusedError, match="neither HOST:PORT nor a serial port"):
        TenantBus(protocol="mbus", at=at).link()


def test_a_meter_that_will_not_is_refused_and_a_silent_one_is_no_contact() -> None:
    bus = TenantBus(protocol="mbus", at="127.0.0.1:1")

    async def fails_with(fault: LinkFault) -> None:
        raise AskFailedError("mbus", fault, "bus meter 5", "so it is")

    async def refuses(_: OctetLink) -> None:
        await fails_with(LinkFault.UNKNOWN_FORMAT)

    async def is_silent(_: OctetLink) -> None:
        await fails_with(LinkFault.NO_ANSWER)

    with pytest.raises(FieldRefusedError, match="variable structure"):
        run_on(bus, refuses)
    with pytest.raises(MeterSilentError) as met:
        run_on(bus, is_silent)
    assert (met.value.where, met.value.what) == ("bus meter 5", "so it is")
