from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from adapters.modbus.bus import Asker, Bus, Question, Rank
from adapters.modbus.buses import Buses, ModbusSettings
from adapters.modbus.frame import Fault, ReadFailedError
from adapters.modbus.link import Link, LinkKind


class Slow:
    """A connection that answers when it is told to."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.out = 0
        self.most = 0
        self.connects = 1
        self.suspect = False
        self.closed = 0
        self.go = asyncio.Semaphore(0)

    async def ask(self, question: Question, within_s: float | None) -> Sequence[int]:
        self.asked.append(question.unit)
        self.out += 1
        self.most = max(self.most, self.out)
        try:
            await self.go.acquire()
        finally:
            self.out -= 1
        if question.unit == 99:
            raise ReadFailedError(Fault.NO_ANSWER, "unit 99", "silent")
        return [question.unit]

    def hurry(self) -> None:
        """Wait for nothing."""

    def close(self) -> None:
        self.closed += 1


def question(unit: int) -> Question:
    return Question(unit, 3, 0, 1)


class Time:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


async def queued(bus: Bus, asks: Sequence[tuple[int, Rank]]) -> list[asyncio.Task[object]]:
    tasks: list[asyncio.Task[object]] = []
    for unit, rank in asks:
        tasks.append(asyncio.ensure_future(bus.ask(question(unit), rank)))
        await asyncio.sleep(0)
    return tasks


def test_one_question_is_out_and_bills_go_before_counters_before_gauges() -> None:
    async def story() -> None:
        slow, time = Slow(), Time()
        bus = Bus([slow], where="B1", monotonic=time)
        ranks = [Rank.GAUGE, Rank.GAUGE, Rank.PROBE, Rank.COUNTER, Rank.BILLED]
        tasks = await queued(bus, list(enumerate(ranks, 1)))
        for _ in tasks:
            slow.go.release()
        await asyncio.gather(*tasks)
        assert slow.asked == [1, 5, 4, 2, 3]
        assert slow.most == 1

    asyncio.run(story())


def test_who_has_waited_long_goes_first_whatever_he_asks() -> None:
    async def story() -> None:
        slow, time = Slow(), Time()
        bus = Bus([slow], where="B1", monotonic=time)
        tasks = await queued(bus, [(1, Rank.BILLED), (2, Rank.PROBE)])
        for unit in range(3, 9):
            time.now_s += 1.5
            tasks += await queued(bus, [(unit, Rank.BILLED)])
            slow.go.release()
            await asyncio.sleep(0.001)
        for _ in range(3):
            slow.go.release()
        await asyncio.gather(*tasks)
        assert slow.asked.index(2) in {4, 5}, "six seconds it may be overtaken, no longer"

    asyncio.run(story())


def test_a_question_that_fails_or_is_given_up_lets_the_next_one_go() -> None:
    async def story() -> None:
        slow = Slow()
        bus = Bus([slow], where="B1")
        tasks = await queued(bus, [(99, Rank.GAUGE), (2, Rank.GAUGE), (3, Rank.GAUGE)])
        tasks[1].cancel()
        slow.go.release()
        with pytest.raises(ReadFailedError):
            await tasks[0]
        slow.go.release()
        await tasks[2]
        assert slow.asked == [99, 3]
        assert bus.questions == 2
        running = asyncio.ensure_future(bus.ask(question(4), Rank.GAUGE))
        await asyncio.sleep(0)
        running.cancel()
        await asyncio.wait({running})
        slow.go.release()
        assert (await bus.ask(question(5), Rank.GAUGE)).registers == [5]

    asyncio.run(story())


def test_the_rest_of_a_bus_after_silence_is_no_answer_time_of_a_device() -> None:
    async def story() -> None:
        slow = Slow()
        bus = Bus([slow], where="B1")
        for unit in (99, 1):
            slow.go.release()
            tasks = await queued(bus, [(unit, Rank.GAUGE)])
            await asyncio.wait(tasks)
            assert tasks[0].exception() is None or unit == 99
        assert bus.latencies.quantile_s(0.5) is None
        slow.go.release()
        await bus.ask(question(1), Rank.GAUGE)
        assert bus.latencies.quantile_s(0.5) is not None

    asyncio.run(story())


def settings(key: str, link: Link, connections: int = 1) -> ModbusSettings:
    return ModbusSettings(key=key, link=link, connections=connections)


def test_sources_on_one_gateway_or_port_are_one_bus_closed_by_the_last() -> None:
    made: list[Slow] = []

    def asker(_: ModbusSettings, __: int) -> Asker:
        made.append(Slow())
        return made[-1]

    buses = Buses(asker=asker)
    host = Link(kind=LinkKind.TCP, host="10.8.1.20", port=502)
    first, second = buses.join(settings("a", host), 3), buses.join(settings("b", host), 1)
    assert first is second
    other = Link(kind=LinkKind.TCP, host="10.8.1.21", port=502)
    assert buses.join(settings("c", other, connections=4), 3) is not first
    assert len(made) == 4, "no more connections than meters"
    first.leave()
    assert made[0].closed == 0
    second.leave()
    assert made[0].closed == 1
    slow = Link(kind=LinkKind.RTU, device="/dev/ttyUSB0", baud=9600)
    assert buses.join(settings("d", slow, connections=4), 9).width == 1
