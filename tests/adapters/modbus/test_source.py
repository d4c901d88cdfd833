from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta

import pytest

from adapters.modbus.link import Link, LinkKind
from adapters.modbus.register_map import load
from adapters.modbus.source import ModbusMeter, ModbusSettings, ModbusSource
from adapters.poll import PollResult
from energy.base.clock import ManualClock
from energy.base.finding import Severity
from energy.base.quality import Quality
from tests.adapters.modbus.slave import Answer, Question, exception, good, slave

pytestmark = pytest.mark.servers

SLOT = datetime(2019, 1, 1, tzinfo=UTC)
ABB = load("abb_b23_b24")


def meter(unit: int, *quantities: str, first: int | None = None) -> ModbusMeter:
    number = first or unit * 10
    channels = {quantity: number + n for n, quantity in enumerate(quantities)}
    return ModbusMeter(point=f"m{unit}", unit=unit, map=ABB, channels=channels)


def source_of(
    port: int, *meters: ModbusMeter, connections: int = 1, now: datetime = SLOT
) -> ModbusSource:
    settings = ModbusSettings(
        key="bus",
        link=Link(kind=LinkKind.TCP, host="127.0.0.1", port=port),
        timeout_s=0.15,
        connections=connections,
    )
    return ModbusSource(settings, meters, ManualClock(now))


def told(answer: Answer, story: Callable[[int], Coroutine[None, None, PollResult]]) -> PollResult:
    async def run() -> PollResult:
        async with slave(answer) as running:
            return await story(running.port)

    return asyncio.run(run())


async def its_unit(question: Question, writer: asyncio.StreamWriter) -> None:
    """Answer each value with the unit's own number."""
    writer.write(good(question, ([0] * (question.count - 1)) + [question.unit]))


def rows(result: PollResult) -> list[tuple[int, int, Quality]]:
    return [(r.channel, r.count, r.quality) for r in result.columns]


def test_many_meters_behind_one_gateway_keep_their_own_counts() -> None:
    async def story(port: int) -> PollResult:
        meters = [meter(unit, "active_energy_import", "active_power") for unit in range(1, 29)]
        source = source_of(port, *meters, connections=4)
        result = await source.poll(SLOT)
        source.close()
        return result

    result = told(its_unit, story)
    assert sorted(rows(result)) == [
        (unit * 10 + n, unit, Quality.MEASURED) for unit in range(1, 29) for n in (0, 1)
    ]
    assert {r.at for r in result.columns} == {SLOT}
    assert result.failures == ()


def test_a_meter_that_answers_rubbish_gives_no_reading_and_the_others_theirs() -> None:
    async def answer(question: Question, writer: asyncio.StreamWriter) -> None:
        if question.unit == 2:
            writer.write(good(question, [9] * (question.count + 1)))
        elif question.unit == 3:
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        else:
            await its_unit(question, writer)

    async def story(port: int) -> PollResult:
        source = source_of(port, *(meter(unit, "active_energy_import") for unit in (1, 2, 3, 4)))
        result = await source.poll(SLOT)
        source.close()
        return result

    result = told(answer, story)
    assert sorted(rows(result)) == [(10, 1, Quality.MEASURED), (40, 4, Quality.MEASURED)]
    failures = sorted(result.failures, key=lambda failure: failure.point)
    assert [(f.point, f.code) for f in failures] == [
        ("m2", "modbus.wrong_length"),
        ("m3", "modbus.not_modbus"),
    ]
    assert "unit 2 registers 20480 to 20483" in failures[0].message


def test_a_register_without_a_number_becomes_a_suspect_reading_and_a_finding() -> None:
    async def answer(question: Question, writer: asyncio.StreamWriter) -> None:
        writer.write(good(question, [0xFFFF] * question.count))

    async def story(port: int) -> PollResult:
        source = source_of(port, meter(1, "active_energy_import"))
        result = await source.poll(SLOT)
        source.close()
        return result

    result = told(answer, story)
    assert rows(result) == [(10, 0, Quality.SUSPECT)]
    (finding,) = result.findings
    assert (finding.code, finding.severity, finding.channel) == (
        "modbus.null_value",
        Severity.DO_NOT_BILL,
        10,
    )


def test_a_device_that_refuses_holes_is_asked_in_halves_at_once_and_from_then_on() -> None:
    asked: list[int] = []

    async def answer(question: Question, writer: asyncio.StreamWriter) -> None:
        asked.append(question.count)
        if question.count > 4:
            writer.write(exception(question, 2))
        else:
            await its_unit(question, writer)

    async def story(port: int) -> PollResult:
        source = source_of(port, meter(1, "voltage_l1", "current_l1"))
        first = await source.poll(SLOT)
        assert len(first.columns) == 2
        result = await source.poll(SLOT)
        source.close()
        return result

    assert sorted(rows(told(answer, story))) == [
        (10, 1, Quality.MEASURED),
        (11, 1, Quality.MEASURED),
    ]
    assert asked == [14, 2, 2, 2, 2]


def test_a_dead_meter_rests_after_three_slots_and_is_asked_again_when_it_is_urgent() -> None:
    asked: list[int] = []

    async def answer(question: Question, writer: asyncio.StreamWriter) -> None:
        asked.append(question.unit)
        if question.unit == 1:
            await its_unit(question, writer)

    async def story(port: int) -> PollResult:
        source = source_of(port, meter(1, "active_energy_import"), meter(2, "active_energy_import"))
        for _ in range(5):
            result = await source.poll(SLOT)
            assert rows(result) == [(10, 1, Quality.MEASURED)]
        assert asked.count(2) == 3
        result = await source.poll(SLOT, points={"m2"}, urgent=True)
        source.close()
        return result

    result = told(answer, story)
    assert asked.count(2) == 4
    assert [f.code for f in result.failures] == ["modbus.no_answer"]


@pytest.mark.parametrize(
    ("late_s", "urgent", "dated"),
    [(0.1, False, SLOT), (9.0, False, SLOT + timedelta(seconds=9)), (9.0, True, SLOT)],
)
def test_a_late_answer_is_dated_by_the_clock_unless_the_slot_is_waited_for(
    late_s: float, urgent: bool, dated: datetime
) -> None:
    async def story(port: int) -> PollResult:
        now = SLOT + timedelta(seconds=late_s)
        source = source_of(port, meter(1, "active_energy_import"), now=now)
        result = await source.poll(SLOT, urgent=urgent)
        source.close()
        return result

    expected = dated if dated == SLOT else SLOT + timedelta(seconds=late_s)
    assert [r.at for r in told(its_unit, story).columns] == [expected]


def test_a_gateway_that_is_off_costs_one_try_not_one_for_each_meter() -> None:
    async def gone() -> int:
        async with slave(its_unit) as running:
            return running.port

    async def story() -> PollResult:
        port = await gone()
        source = source_of(port, *(meter(u, "active_energy_import") for u in range(1, 30)))
        result = await source.poll(SLOT)
        assert source.bus.connects == 1
        source.close()
        return result

    result = asyncio.run(story())
    assert len(result.columns) == 0
    assert {f.code for f in result.failures} == {"modbus.no_connection"}
    assert len(result.failures) == 29
