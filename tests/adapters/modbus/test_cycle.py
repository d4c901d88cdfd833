"""One bus on a simulated clock: who is asked when, who is believed, what is learned."""

from __future__ import annotations

import asyncio
import itertools
import statistics
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.modbus.bus import Question
from adapters.modbus.frame import Fault
from adapters.modbus.learned import Learned
from adapters.modbus.register_map import RegisterMap, load
from adapters.modbus.register_point import PlatePoint, RegisterType, Trust
from adapters.modbus.source import ModbusMeter, ModbusSource
from adapters.poll import PollResult
from energy.base.finding import Severity
from energy.base.quality import Quality
from energy.metering.channel import Side
from tests.adapters.modbus.points import changed
from tests.adapters.modbus.simulated_bus import START, Simulated, nothing, source_on

ABB = load("abb_b23_b24")
ENERGY, POWER = 20480, 23316


def meter(unit: int, *quantities: str, map_: RegisterMap = ABB, serial: str = "") -> ModbusMeter:
    wanted = quantities or ("active_energy_import", "active_power")
    channels = {quantity: unit * 10 + n for n, quantity in enumerate(wanted)}
    return ModbusMeter(point=f"m{unit}", unit=unit, map=map_, channels=channels, serial=serial)


def poll(source: ModbusSource, bus: Simulated, slot_s: float, **options: bool) -> PollResult:
    """Poll for a slot, as soon as it has come."""
    bus.at_s = max(bus.at_s, slot_s)
    return asyncio.run(source.poll(START + timedelta(seconds=slot_s), **options))  # type: ignore[arg-type]


def run(source: ModbusSource, bus: Simulated, until_s: float, *, interval_s: int = 10) -> list[int]:
    """Poll at every slot that is not missed; returns the slots. [s]."""
    slots: list[int] = []

    async def poll_on() -> None:
        while bus.at_s < until_s:
            slot_s = int(bus.at_s) // interval_s * interval_s
            slot_s += interval_s if slots and slot_s <= slots[-1] else 0
            bus.at_s = max(bus.at_s, slot_s)
            await source.poll(START + timedelta(seconds=slot_s))
            slots.append(slot_s)

    asyncio.run(poll_on())
    return slots


def delays_s(bus: Simulated, units: Sequence[int], interval_s: int = 10) -> list[float]:
    return [at_s % interval_s for at_s, unit in bus.answered if unit in units]


@pytest.mark.parametrize("rest_s", [0.0, 1.0])
def test_the_two_live_units_among_thirty_dead_ones_keep_their_interval(rest_s: float) -> None:
    bus = Simulated(units={7: nothing, 23: nothing}, rest_s=rest_s)
    source = source_on(bus, [meter(unit) for unit in range(1, 33)])
    slots = run(source, bus, 20_000)
    assert slots == list(range(0, slots[-1] + 1, 10)), "no slot was missed"
    live = [(at_s, unit) for at_s, unit in bus.answered if at_s > 100]
    assert len(live) == 2 * 2 * (len(slots) - 10), "both are read whole in every slot"
    delays = delays_s(bus, (7, 23))
    assert statistics.quantiles(delays, n=100)[-1] < 0.5
    dead_s = sum(1 for at_s, unit, _, _ in bus.asked if unit not in {7, 23} and at_s > 1000)
    assert dead_s * bus.timeout_s < 0.1 * 19_000


def test_thirty_units_that_die_at_once_cost_the_others_one_slot() -> None:
    bus = Simulated(units=dict.fromkeys(range(1, 33), nothing))
    source = source_on(bus, [meter(unit) for unit in range(1, 33)])
    run(source, bus, 1000)
    bus.units = {7: nothing, 23: nothing}
    bus.answered.clear()
    slots = run(source, bus, 3000)
    assert slots == list(range(slots[0], slots[-1] + 1, 10))
    late = [delay for delay in delays_s(bus, (7, 23)) if delay >= 0.5]
    assert len(late) <= 4, "one slot of two units with two reads each"
    assert len(bus.answered) >= 4 * (len(slots) - 1)


def test_a_probe_is_short_and_waits_little_longer_than_the_device_ever_took() -> None:
    bus = Simulated(units={1: nothing, 2: nothing})
    source = source_on(bus, [meter(1), meter(2)])
    run(source, bus, 100)
    del bus.units[2]
    bus.asked.clear()
    run(source, bus, 2000)
    probes = [(at_s, count) for at_s, unit, _, count in bus.asked if unit == 2][3:]
    assert {count for _, count in probes} == {2}, "the shorter of its two reads"
    waits = [later - earlier for (earlier, _), (later, _) in itertools.pairwise(probes)]
    assert waits[0] <= 70
    assert 300 <= max(waits) <= 620
    assert source.devices[1].watch.probe_s(source.bus.latencies, 1.0) == pytest.approx(0.075)


def test_a_dead_unit_that_lives_again_is_read_in_the_cycle_of_its_probe() -> None:
    bus = Simulated(units={1: nothing, 2: nothing})
    source = source_on(bus, [meter(1), meter(2)])
    run(source, bus, 50)
    del bus.units[2]
    run(source, bus, 200)
    bus.units[2] = nothing
    bus.answered.clear()
    run(source, bus, 1000)
    first = [at_s for at_s, unit in bus.answered if unit == 2]
    assert first[0] < 300
    assert len(first) > 2 * 60


def test_a_bus_that_was_cut_is_back_with_the_first_answer() -> None:
    everybody: dict[int, Callable[[int, int], Sequence[int]]] = dict.fromkeys(range(1, 33), nothing)
    bus = Simulated(units=dict(everybody))
    source = source_on(bus, [meter(unit) for unit in range(1, 33)])
    run(source, bus, 100)
    bus.units = {}
    run(source, bus, 2000)
    bus.units = dict(everybody)
    bus.answered.clear()
    run(source, bus, 3200)
    first = min(at_s for at_s, _ in bus.answered)
    back = {unit: min(at_s for at_s, u in bus.answered if u == unit) for unit in everybody}
    assert max(back.values()) - first < 60


def test_a_gateway_that_is_off_puts_nobody_into_quarantine() -> None:
    bus = Simulated(units=dict.fromkeys(range(1, 5), nothing))
    source = source_on(bus, [meter(unit) for unit in range(1, 5)])
    run(source, bus, 50)
    bus.off = True
    for slot in range(60, 600, 10):
        assert {f.code for f in poll(source, bus, slot).failures} == {"modbus.no_connection"}
    bus.off = False
    assert len(poll(source, bus, 600).columns) == 8


def test_counters_of_all_are_asked_before_gauges_of_any_and_bills_first() -> None:
    bus = Simulated(units=dict.fromkeys((1, 2, 3), nothing))
    quantities = ("active_power", "active_energy_import_l1", "active_energy_import")
    source = source_on(bus, [meter(unit, *quantities) for unit in (1, 2, 3)])
    poll(source, bus, 0)
    bus.asked.clear()
    poll(source, bus, 10)
    kinds = [address for _, _, address, _ in bus.asked]
    assert kinds == [ENERGY] * 3 + [21600] * 3 + [POWER] * 3
    order = [unit for _, unit, address, _ in bus.asked if address == ENERGY]
    bus.asked.clear()
    again = source_on(bus, [meter(unit, *quantities) for unit in (3, 1, 2)])
    poll(again, bus, 20)
    poll(again, bus, 30)
    assert [unit for _, unit, address, _ in bus.asked if address == ENERGY][-3:] == order


def test_on_a_bus_that_is_too_slow_every_meter_gets_its_turn() -> None:
    bus = Simulated(answer_s=0.4, units=dict.fromkeys(range(1, 21), nothing))
    source = source_on(bus, [meter(unit) for unit in range(1, 21)])
    slots = run(source, bus, 2000)
    read = [unit for at_s, unit in bus.answered if at_s > 200]
    shares = [read.count(unit) / (2 * len(slots)) for unit in range(1, 21)]
    assert min(shares) > 0.4
    assert slots == list(range(0, slots[-1] + 1, 10))


def refusing(bad: set[int]) -> Callable[[int, int], Sequence[int] | Fault]:
    def registers(address: int, count: int) -> Sequence[int] | Fault:
        if bad.isdisjoint(range(address, address + count)):
            return [0] * (count - 1) + [address % 97]
        return Fault.CONFIGURATION

    return registers


def test_refused_holes_are_found_by_halving_and_a_restart_does_not_ask_for_them(
    tmp_path: Path,
) -> None:
    quantities = ("voltage_l1", "voltage_l2", "current_l1", "active_power", "reactive_power")
    bus = Simulated(units={1: refusing({POWER + 4})})
    learned = Learned(tmp_path / "learned.json")
    source = source_on(bus, [meter(1, *quantities)], learned=learned)
    first = poll(source, bus, 0)
    assert len(first.columns) == 5
    assert first.failures == ()
    asked = len(bus.asked)
    assert asked > 2
    learned.save()
    bus.asked.clear()
    later = source_on(bus, [meter(1, *quantities)], learned=Learned(tmp_path / "learned.json"))
    assert len(poll(later, bus, 10).columns) == 5
    spans = [range(address, address + count) for _, _, address, count in bus.asked]
    assert not any(POWER + 4 in span for span in spans)
    assert len(bus.asked) < asked


def test_a_register_that_is_refused_by_itself_rests_and_is_told_in_every_slot() -> None:
    bus = Simulated(units={1: refusing({POWER})})
    source = source_on(bus, [meter(1)])
    for slot in range(0, 600, 10):
        result = poll(source, bus, slot)
        assert [f.code for f in result.failures] == ["modbus.exception_configuration"]
        assert [reading.channel for reading in result.columns] == [10]
    assert len([1 for _, _, address, _ in bus.asked if address == POWER]) == 1
    bus.units = {1: refusing(set())}
    assert [reading.channel for reading in poll(source, bus, 610).columns] == [10, 11]


def test_a_device_that_refuses_everything_for_a_moment_is_not_torn_into_single_values() -> None:
    quantities = ("voltage_l1", "voltage_l2", "voltage_l3", "current_l1")
    bus = Simulated(units={1: lambda _, __: Fault.CONFIGURATION})
    learned = Learned()
    source = source_on(bus, [meter(1, *quantities)], learned=learned)
    poll(source, bus, 0)
    bus.units = {1: nothing}
    bus.asked.clear()
    assert len(poll(source, bus, 700).columns) == 4
    assert len(bus.asked) == 1
    assert not learned.of(source.devices[0].name).holes


def test_a_device_of_few_registers_is_never_asked_for_more() -> None:
    small = replace(ABB, max_registers=10)
    bus = Simulated(units={1: nothing})
    source = source_on(bus, [meter(1, *list(ABB.points)[8:], map_=small)])
    poll(source, bus, 0)
    assert max(count for _, _, _, count in bus.asked) <= 10


SERIAL = PlatePoint(
    quantity="serial_number",
    address=35072,
    type=RegisterType.U32,
    width=2,
    function_code=3,
    resolution=1,  # type: ignore[arg-type]
    unit="1",
    trust=Trust.SINGLE,
    note="",
)


def known_by(plate: PlatePoint, side: Side = Side.UNKNOWN) -> RegisterMap:
    points = {name: changed(point, side=side) for name, point in ABB.points.items()}
    return replace(ABB, points=points, plate={plate.quantity: plate}, constant=plate.quantity)


def showing(value: int) -> Callable[[int, int], Sequence[int]]:
    def registers(address: int, count: int) -> Sequence[int]:
        return [0, value] if address == SERIAL.address else [0] * (count - 1) + [5]

    return registers


def qualities(result: PollResult) -> dict[int, Quality]:
    return {reading.channel: reading.quality for reading in result.columns}


def test_a_meter_swapped_without_a_record_is_held_and_said_to_be_another(tmp_path: Path) -> None:
    bus = Simulated(units={1: showing(111)})
    learned = Learned(tmp_path / "learned.json")
    source = source_on(bus, [meter(1, map_=known_by(SERIAL))], learned=learned)
    assert qualities(poll(source, bus, 0)) == {10: Quality.MEASURED, 11: Quality.MEASURED}
    learned.save()
    bus.units = {1: showing(222)}
    for after in (
        source,
        source_on(
            bus, [meter(1, map_=known_by(SERIAL))], learned=Learned(tmp_path / "learned.json")
        ),
    ):
        result = poll(after, bus, bus.at_s // 10 * 10 + 10)
        assert qualities(result) == {10: Quality.SUSPECT, 11: Quality.MEASURED}
        assert [reading.count for reading in result.columns] == [5, 5], "marked, never dropped"
        (finding,) = result.findings
        assert (finding.code, finding.severity) == ("modbus.other_device", Severity.DO_NOT_BILL)
        assert (finding.proof["before"], finding.proof["now"]) == ("111", "222")
        assert "field replace" in str(finding.proof["why"])
    bus.units = {1: showing(111)}
    assert qualities(poll(source, bus, bus.at_s // 10 * 10 + 10))[10] is Quality.MEASURED


def test_a_recorded_exchange_begins_with_the_new_serial_number() -> None:
    bus, learned = Simulated(units={1: showing(111)}), Learned()
    poll(source_on(bus, [meter(1, map_=known_by(SERIAL), serial="A1")], learned=learned), bus, 0)
    bus.units = {1: showing(222)}
    after = source_on(bus, [meter(1, map_=known_by(SERIAL), serial="B2")], learned=learned)
    assert qualities(poll(after, bus, 10))[10] is Quality.MEASURED


@pytest.mark.parametrize(
    ("side", "quality", "severity"),
    [
        (Side.PRIMARY, Quality.SUSPECT, Severity.DO_NOT_BILL),
        (Side.SECONDARY, Quality.MEASURED, Severity.WARN),
    ],
)
def test_a_changed_ratio_is_told_and_holds_the_counters_that_it_changes(
    side: Side, quality: Quality, severity: Severity
) -> None:
    ratio = replace(SERIAL, quantity="ct_ratio")
    bus = Simulated(units={1: showing(40)})
    source = source_on(bus, [meter(1, map_=known_by(ratio, side))])
    poll(source, bus, 0)
    bus.units = {1: showing(60)}
    result = poll(source, bus, 10)
    assert qualities(result) == {10: quality, 11: Quality.MEASURED}
    assert {(f.code, f.severity) for f in result.findings} == {("modbus.ratio_changed", severity)}


def test_counters_wait_until_the_device_has_told_who_it_is() -> None:
    bus = Simulated(units={1: showing(111)})
    source = source_on(bus, [meter(1, map_=known_by(SERIAL))])
    poll(source, bus, 0)
    bus.asked.clear()
    poll(source, bus, 10)
    assert [address for _, _, address, _ in bus.asked] == [SERIAL.address, ENERGY, POWER]
    bus.units = {
        1: lambda address, count: Fault.DEVICE if address == SERIAL.address else [0] * count
    }
    result = poll(source, bus, 20)
    assert len(result.columns) == 0
    assert [f.code for f in result.failures] == ["modbus.exception_device"]


def test_a_device_without_its_plate_value_is_read_all_the_same() -> None:
    bus = Simulated(units={1: refusing({SERIAL.address})})
    source = source_on(bus, [meter(1, map_=known_by(SERIAL))])
    for slot in (0, 10, 20):
        assert len(poll(source, bus, slot).columns) == 2
    assert len([1 for _, _, address, _ in bus.asked if address == SERIAL.address]) == 1


def test_no_counter_goes_past_the_plate_value_on_another_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bus, learned = Simulated(units={1: showing(111), 2: showing(111)}), Learned()
    known = meter(1, "active_energy_import", "active_energy_import_l1", map_=known_by(SERIAL))
    source = source_on(
        bus, [known, meter(2, "active_energy_import")], learned=learned, connections=2
    )
    assert set(qualities(poll(source, bus, 0)).values()) == {Quality.MEASURED}

    async def ask(_: Simulated, question: Question, __: float | None) -> Sequence[int]:
        for _turn in range(10 if question.address == SERIAL.address else 1):
            await asyncio.sleep(0)
        return showing(222)(question.address, question.registers)

    monkeypatch.setattr(Simulated, "ask", ask)
    result = poll(source, bus, 10)
    assert qualities(result) == {10: Quality.SUSPECT, 11: Quality.SUSPECT, 20: Quality.MEASURED}


def test_a_silent_meter_of_whose_map_no_channel_is_left_is_probed_by_its_plate() -> None:
    bus = Simulated(units={2: nothing})
    bare = replace(meter(1, map_=known_by(SERIAL)), channels={})
    source = source_on(bus, [bare, meter(2)])
    run(source, bus, 400)
    assert {address for _, unit, address, _ in bus.asked if unit == 1} == {SERIAL.address}
