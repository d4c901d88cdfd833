from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from adapters.link_fault import AskFailedError, LinkFault
from adapters.mbus.client import MbusClient
from adapters.mbus.probe import ahead, clock_of, scan_primary, search_secondary
from simulator.mbus_meter import MbusMeter, date_record, frame, heat_meter, record, water_meter
from simulator.meter_bus import MeterBus
from tests.adapters.mbus.bus import at_once, on_a_bus

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_every_meter_is_found_by_its_number_whatever_its_primary_address() -> None:
    numbers = ["12345678", "12345679", "12300000", "00000001", "99999999"]

    async def story(client: MbusClient) -> None:
        told: list[str] = []
        search = await search_secondary(client, told.append)
        assert sorted(str(met.address) for met in search.met) == sorted(numbers)
        assert (search.collisions, search.failed) == ([], [])
        assert (told[0], told[-1]) == ("0", "99999998")
        assert "12345679" in told
        assert {met.readout.head.who.medium for met in search.met} == {0x04}

    at_once([heat_meter(0, number) for number in numbers], story)


def test_two_meters_with_one_number_are_told_as_such() -> None:
    async def story(client: MbusClient) -> None:
        search = await search_secondary(client, lambda _: None)
        assert [str(address) for address in search.collisions] == ["12345678"]
        assert [str(met.address) for met in search.met] == ["55555555"]

    twins = [heat_meter(1, "12345678"), water_meter(2, "12345678"), heat_meter(3, "55555555")]
    at_once(twins, story)


def test_primary_addresses_are_scanned_and_a_shared_one_is_told() -> None:
    async def story(client: MbusClient) -> None:
        search = await scan_primary(client, lambda _: None, range(1, 8))
        assert [str(met.address) for met in search.met] == ["2"]
        assert [str(address) for address in search.collisions] == ["5"]

    meters = [water_meter(2, "11111111"), heat_meter(5, "22222222"), heat_meter(5, "33333333")]
    at_once(meters, story)


def test_a_meter_that_acknowledges_and_then_refuses_is_told() -> None:
    class OldFormat(MbusMeter):
        def values(self, *, count: bool) -> bytes:
            return frame(0x08, self.primary, b"\x73" + bytes(16))

    async def story(client: MbusClient) -> None:
        search = await search_secondary(client, lambda _: None)
        ((address, error),) = search.failed
        assert (str(address), error.fault) == ("4FFFFFFF", LinkFault.UNKNOWN_FORMAT)

    meter = OldFormat(primary=1, number="44444444", telegrams=[record("06", 1)])
    at_once([meter], story)


@pytest.mark.servers
def test_a_search_ends_when_the_bus_itself_is_not_well() -> None:
    async def story(client: MbusClient, bus: MeterBus) -> None:
        await bus.close()
        with pytest.raises(AskFailedError) as met:
            await search_secondary(client, lambda _: None)
        assert met.value.fault in {LinkFault.NO_CONNECTION, LinkFault.CLOSED}

    on_a_bus([], story)


def test_the_meters_clock_is_compared_with_ours() -> None:
    async def story(client: MbusClient) -> None:
        (met,) = (await scan_primary(client, lambda _: None, [7])).met
        now = datetime(2026, 11, 22, 4, 2, tzinfo=UTC)
        assert ahead(met.readout.records, SHANGHAI, now) == timedelta(minutes=-2)
        assert ahead(met.readout.records[:1], SHANGHAI, now) is None

    at_once([heat_meter(7, "12345678")], story)


@pytest.mark.parametrize("other", [{"vif": "ED6B"}, {"vif": "6D", "tariff": 1, "subunit": 1}])
def test_a_time_of_something_else_is_not_the_meters_clock(other: dict[str, Any]) -> None:
    begun = int.from_bytes(date_record("202001010000")[2:], "little")
    meter = heat_meter(7, "12345678")
    meter.telegrams = [record(value=begun, **other) + meter.telegrams[0]]

    async def story(client: MbusClient) -> None:
        (met,) = (await scan_primary(client, lambda _: None, [7])).met
        assert clock_of(met.readout.records, SHANGHAI) == datetime(2026, 11, 22, 4, tzinfo=UTC)

    at_once([meter], story)
