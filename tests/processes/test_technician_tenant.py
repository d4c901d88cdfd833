from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from adapters.cjt188.decode import Flaw as CjtFlaw
from adapters.dlt645.decode import Flaw as DltFlaw
from adapters.link_fault import LinkFault
from adapters.mbus.decode import Flaw as MbusFlaw
from energy.base.clock import ManualClock
from energy.base.text import catalogue
from processes.technician_mbus import MEDIA, NOT_READ, SEVERAL
from processes.technician_tenant import KINDS, frozen, show, who
from processes.technician_values import FieldRefusedError, NoContactError
from processes.tenant_bus import Found, TenantBus
from simulator.cjt188_meter import Cjt188Meter, Cjt188Slaves, volume_values
from simulator.dlt645_meter import Dlt645Slaves, freeze_day, freeze_month, set_clock, three_phase
from simulator.meter_bus import MeterBus, Slaves

pytestmark = pytest.mark.servers

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
CLOCK = ManualClock(NOW)
ADDRESS, WATER = "000012345678", "78330011223344"
DRAWN = (1_520_341, 120_300, 620_041, 480_000, 300_000)


@contextmanager
def bus_of(slaves: Slaves) -> Iterator[str]:
    """Run a bus in a thread of its own: the technician's commands bring their own loop."""
    started = threading.Event()
    loop = asyncio.new_event_loop()
    port = 0

    async def listen() -> MeterBus:
        nonlocal port
        bus = MeterBus(slaves)
        port = await bus.listen()
        return bus

    def serve() -> None:
        asyncio.set_event_loop(loop)
        buses.append(loop.run_until_complete(listen()))
        started.set()
        loop.run_forever()

    buses: list[MeterBus] = []
    thread = threading.Thread(target=serve)
    thread.start()
    assert started.wait(60)
    try:
        yield f"127.0.0.1:{port}"
    finally:
        asyncio.run_coroutine_threadsafe(buses[0].close(), loop).result(60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(60)
        loop.close()


def electric() -> Dlt645Slaves:
    meter = three_phase(ADDRESS, drawn=DRAWN, power=31_250)
    local = (NOW + timedelta(seconds=94)).astimezone(SHANGHAI)
    set_clock(meter, {"date": local.strftime("%y%m%d00"), "time": local.strftime("%H%M%S")})
    freeze_month(meter, 1, [count - 9000 for count in DRAWN], (61_234, "2610151830"))
    freeze_day(meter, 1, "2611220000", [count - 300 for count in DRAWN])
    return Dlt645Slaves([meter])


def cold_water() -> Cjt188Slaves:
    values = volume_values(volume=123_456, month_end=120_000, clock="20261122120000")
    return Cjt188Slaves([Cjt188Meter(type=0x10, address=WATER, low_first=True, values=values)])


def test_the_meter_on_the_bus_is_found_with_plate_and_clock() -> None:
    with bus_of(electric()) as at:
        (found,) = who(TenantBus(protocol="dlt645", at=at), CLOCK, SHANGHAI)
    assert (found.meter, found.kind) == (ADDRESS, "electricity")
    assert found.clock_ahead == timedelta(seconds=94)
    assert found.plate["asset_number"] == f"ASSET{ADDRESS}"


def test_a_water_meter_is_found_with_its_edition() -> None:
    with bus_of(cold_water()) as at:
        bus = TenantBus(protocol="cjt188", at=at, timeout_s=0.1)
        assert who(bus, CLOCK, SHANGHAI) == [
            Found(
                meter=WATER, kind="cold water", clock_ahead=timedelta(0),
                plate={"meter_type": "10", "edition": "2018"},
            )
        ]  # fmt: skip


def test_every_value_is_shown_in_its_unit() -> None:
    with bus_of(electric()) as at:
        bus = TenantBus(protocol="dlt645", at=at)
        values = {v.quantity: v for v in show(bus, "12345678", "dlt645_single_phase", CLOCK)}
    assert values["active_energy_import"].value == Fraction("15203.41")
    assert values["active_energy_import_peak"].value == Fraction("6200.41")
    assert (values["active_power"].value, values["active_power"].unit) == (Fraction("3.125"), "kW")
    assert not any(value.flaw for value in values.values())


def test_a_water_meter_is_shown_whichever_edition_it_speaks() -> None:
    with bus_of(cold_water()) as at:
        bus = TenantBus(protocol="cjt188", at=at, timeout_s=0.1)
        values = {v.quantity: v.value for v in show(bus, WATER, "cjt188_cold_water", CLOCK)}
        litre = {v.quantity: v.flaw for v in show(bus, WATER, "cjt188_cold_water_litre", CLOCK)}
    assert values["volume"] == Fraction("1234.56")
    assert litre["volume"] == "other_unit"


def test_what_the_meter_froze_is_shown_with_its_instants() -> None:
    with bus_of(electric()) as at:
        bus = TenantBus(protocol="dlt645", at=at)
        found = frozen(bus, ADDRESS, "dlt645_single_phase", CLOCK, SHANGHAI, months=2, days=5)
    by_name = {(each.quantity, each.what, each.back): each for each in found}
    month = by_name["active_energy_import", "month", 1]
    assert (month.value, month.at) == (
        Fraction("15113.41"), datetime(2026, 10, 31, 16, tzinfo=UTC),
    )  # fmt: skip
    demand = by_name["maximum_demand_import", "month", 1]
    assert demand.occurred == datetime(2026, 10, 15, 10, 30, tzinfo=UTC)
    assert by_name["active_energy_import_valley", "day", 1].value == Fraction("2997")
    assert {each.back for each in found} == {1}


def test_a_silent_meter_is_no_contact() -> None:
    with bus_of(electric()) as at:
        bus = TenantBus(protocol="dlt645", at=at, timeout_s=0.05)
        with pytest.raises(NoContactError, match=r"meter 000000000099.*number on the plate"):
            show(bus, "99", "dlt645_single_phase", CLOCK)


@pytest.mark.parametrize("at", ["10.8.3.41:", ":4001", "10.8.3.41:99999", "host:port"])
def test_a_place_that_is_none_is_refused(at: str) -> None:
    with pytest.raises(FieldRefusedError, match="neither HOST:PORT"):
        who(TenantBus(protocol="dlt645", at=at), CLOCK, SHANGHAI)


def test_what_a_protocol_does_not_know_is_refused() -> None:
    bus = TenantBus(protocol="cjt188", at="127.0.0.1:1")
    with pytest.raises(FieldRefusedError, match="knows no search"):
        who(bus, CLOCK, SHANGHAI, search=True)
    with pytest.raises(FieldRefusedError, match="tenant show"):
        frozen(bus, WATER, "cjt188_cold_water", CLOCK, SHANGHAI, months=1, days=0)
    with pytest.raises(FieldRefusedError, match="none of dlt645, cjt188, mbus"):
        who(TenantBus(protocol="modbus", at="127.0.0.1:1"), CLOCK, SHANGHAI)


def test_every_kind_of_meter_and_every_fault_has_its_words() -> None:
    for fault in LinkFault:
        assert set(catalogue()[f"cli.tenant.fault_{fault}"]) >= {"en", "zh"}
    for flaw in (*DltFlaw, *CjtFlaw, *MbusFlaw):
        assert set(catalogue()[f"cli.tenant.flaw_{flaw}"]) >= {"en", "zh"}
    for kind in (*KINDS.values(), *MEDIA.values(), SEVERAL, NOT_READ, "other"):
        assert set(catalogue()[f"cli.tenant.kind_{kind.replace(' ', '_')}"]) >= {"en", "zh"}
