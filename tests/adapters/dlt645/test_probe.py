from __future__ import annotations

from datetime import timedelta

import pytest

from adapters.dlt645.client import Dlt645Client
from adapters.dlt645.frozen import days, month_ends
from adapters.dlt645.probe import clock_skew, plate, probe_address, search
from adapters.link_fault import AskFailedError, LinkFault
from energy.base.clock import ManualClock
from simulator.dlt645_meter import Dlt645Slaves, set_clock, three_phase
from simulator.meter_bus import MeterBus
from tests.adapters.dlt645.bus import ADDRESS, DRAWN, NOW, PROFILE, SHANGHAI, kept, on_a_bus

pytestmark = pytest.mark.servers


def test_the_only_meter_on_a_bus_tells_who_it_is() -> None:
    async def story(client: Dlt645Client, bus: MeterBus) -> None:
        assert await probe_address(client) == ADDRESS
        assert await plate(client, ADDRESS) == {
            "serial_number": ADDRESS,
            "asset_number": f"ASSET{ADDRESS}",
            "ct_ratio": "1",
            "vt_ratio": "1",
            "pulses_per_kwh": "1200",
        }

    on_a_bus([kept()], story)


def test_two_meters_that_answer_at_once_are_no_meter() -> None:
    async def story(client: Dlt645Client, bus: MeterBus) -> None:
        with pytest.raises(AskFailedError) as caught:
            await probe_address(client)
        assert caught.value.fault is LinkFault.WRONG_SUM

    meters = [three_phase(a, drawn=DRAWN, power=0) for a in ("000012345678", "000012345691")]
    on_a_bus(meters, story)


def test_a_search_finds_every_meter_of_a_bus() -> None:
    async def story(client: Dlt645Client, bus: MeterBus) -> None:
        asked: list[str] = []
        assert await search(client, asked.append) == sorted(addresses)
        assert asked[0] == ""
        assert len(asked) == 201  # all, then the last two digits, then those that met

    addresses = ["000012345678", "000012349978", "000012340003"]
    meters = [three_phase(a, drawn=DRAWN, power=0) for a in addresses]
    on_a_bus(meters, story, timeout_s=0.003)


@pytest.mark.parametrize("off_s", [0, 94, -3600])
def test_how_far_a_meters_clock_is_off_is_told(off_s: int) -> None:
    local = (NOW + timedelta(seconds=off_s)).astimezone(SHANGHAI)

    async def story(client: Dlt645Client, bus: MeterBus) -> None:
        skew = await clock_skew(client, ADDRESS, clock=ManualClock(NOW), zone=SHANGHAI)
        assert skew == timedelta(seconds=off_s)

    meter = kept()
    set_clock(meter, {"date": local.strftime("%y%m%d0") + "0", "time": local.strftime("%H%M%S")})
    on_a_bus([meter], story)


def test_a_meter_whose_clock_stands_at_nothing_tells_none() -> None:
    async def story(client: Dlt645Client, bus: MeterBus) -> None:
        assert await clock_skew(client, ADDRESS, clock=ManualClock(NOW), zone=SHANGHAI) is None

    meter = kept()
    set_clock(meter, {"date": "00000000", "time": "000000"})
    on_a_bus([meter], story)


def test_nothing_that_is_read_ever_writes() -> None:
    async def story(client: Dlt645Client, bus: MeterBus) -> None:
        await probe_address(client)
        await plate(client, ADDRESS)
        await month_ends(client, ADDRESS, PROFILE, PROFILE.points, now=NOW, zone=SHANGHAI, count=2)
        await days(client, ADDRESS, PROFILE, PROFILE.points, zone=SHANGHAI, count=3)
        assert isinstance(bus.slaves, Dlt645Slaves)
        assert bus.slaves.writes == 0
        assert bus.questions > 20

    on_a_bus([kept()], story)
