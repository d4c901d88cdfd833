from __future__ import annotations

import asyncio
from collections.abc import Awaitable

import pytest

from adapters.modbus.client import ModbusClient
from adapters.modbus.frame import Fault, ReadFailedError
from adapters.modbus.link import Link, LinkKind
from tests.adapters.modbus.cases import ADDRESS, FUNCTION_CODE, UNIT, Case, cases
from tests.adapters.modbus.slave import Question, addresses, good, slave

pytestmark = pytest.mark.servers

PATIENT_S = 30.0
"""Wait for an answer that comes at once, however busy the machine. [s]"""


def link_to(port: int) -> Link:
    return Link(kind=LinkKind.TCP, host="127.0.0.1", port=port)


def client_of(port: int, timeout_s: float = 0.2) -> ModbusClient:
    return ModbusClient(link=link_to(port), timeout_s=timeout_s, name="test")


async def outcome(read: Awaitable[object]) -> object:
    try:
        return await read
    except ReadFailedError as error:
        return error.fault


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.name)
def test_a_slave_that_answers_rubbish_gives_a_named_fault_and_the_next_read_is_right(
    case: Case,
) -> None:
    async def answer(question: Question, writer: asyncio.StreamWriter) -> None:
        if question.number:
            await addresses(question, writer)
            return
        raw = case.answer(question.transaction)
        for place in range(len(raw)) if case.byte_by_byte_s else ():
            writer.write(raw[place : place + 1])
            await writer.drain()
            await asyncio.sleep(case.byte_by_byte_s)
        if not case.byte_by_byte_s:
            writer.write(raw)
        if case.closes:
            await writer.drain()
            writer.close()

    async def story() -> None:
        async with slave(answer) as running:
            client = client_of(running.port)
            at_once = case.registers is not None or "exception" in str(case.fault) or case.closes
            first = await outcome(
                client.read(
                    unit=UNIT,
                    function_code=FUNCTION_CODE,
                    address=ADDRESS,
                    count=case.count,
                    timeout_s=PATIENT_S if at_once else None,
                )
            )
            second = await client.read(
                unit=UNIT, function_code=4, address=200, count=3, timeout_s=PATIENT_S
            )
            client.close()
        if case.registers is not None:
            assert first == list(case.registers)
        else:
            assert first == case.fault
        assert second == [200, 201, 202]

    asyncio.run(story())


def test_an_answer_that_comes_too_late_never_stands_for_the_next_question() -> None:
    async def answer(question: Question, writer: asyncio.StreamWriter) -> None:
        if question.number == 0:
            await asyncio.sleep(0.25)
        await addresses(question, writer)

    async def story() -> None:
        async with slave(answer) as running:
            client = client_of(running.port, timeout_s=0.1)
            reads = [
                await outcome(
                    client.read(unit=1, function_code=3, address=a, count=2, timeout_s=wait_s)
                )
                for a, wait_s in ((10, None), (100, PATIENT_S), (200, PATIENT_S))
            ]
            client.close()
        assert reads == [Fault.NO_ANSWER, [100, 101], [200, 201]]

    asyncio.run(story())


def test_a_closed_connection_is_named_at_once_not_after_the_time_out() -> None:
    async def answer(question: Question, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async def story() -> None:
        async with slave(answer) as running:
            client = client_of(running.port, timeout_s=120.0)
            async with asyncio.timeout(60.0):
                fault = await outcome(client.read(unit=1, function_code=3, address=0, count=1))
            client.close()
        assert fault == Fault.CLOSED

    asyncio.run(story())


def test_a_device_that_comes_back_is_found_after_the_wait_and_not_before() -> None:
    async def story() -> None:
        async with slave(addresses) as gone:
            port = gone.port
        now = 0.0
        client = ModbusClient(link=link_to(port), timeout_s=0.2, name="test", monotonic=lambda: now)
        faults = [
            await outcome(client.read(unit=1, function_code=3, address=0, count=1))
            for _ in range(3)
        ]
        assert faults == [Fault.NO_CONNECTION] * 3
        assert client.connects == 1
        now = 60.0
        await outcome(client.read(unit=1, function_code=3, address=0, count=1))
        assert client.connects == 2
        client.hurry()
        await outcome(client.read(unit=1, function_code=3, address=0, count=1))
        assert client.connects == 3
        client.close()

    asyncio.run(story())


def test_an_exception_keeps_the_connection() -> None:
    async def answer(question: Question, writer: asyncio.StreamWriter) -> None:
        head = question.transaction + b"\0\0\0\x03"
        writer.write(head + bytes((question.unit, question.function_code | 0x80, 2)))

    async def story() -> int:
        async with slave(answer) as running:
            client = client_of(running.port, timeout_s=PATIENT_S)
            for _ in range(5):
                fault = await outcome(client.read(unit=1, function_code=3, address=0, count=1))
                assert fault == Fault.CONFIGURATION
            client.close()
            return running.connections

    assert asyncio.run(story()) == 1


def test_a_read_that_is_cancelled_closes_its_connection() -> None:
    async def answer(question: Question, writer: asyncio.StreamWriter) -> None:
        asked.set()
        if question.number:
            writer.write(good(question, [42]))

    asked = asyncio.Event()

    async def story() -> tuple[object, int]:
        async with slave(answer) as running:
            client = client_of(running.port, timeout_s=PATIENT_S)
            work = asyncio.ensure_future(client.read(unit=1, function_code=3, address=0, count=1))
            await asked.wait()
            work.cancel()
            await asyncio.wait({work})
            registers = await client.read(unit=1, function_code=3, address=0, count=1)
            client.close()
            return registers, running.connections

    assert asyncio.run(story()) == ([42], 2)


def test_there_is_no_call_that_writes_to_a_meter() -> None:
    names = [name for name in dir(ModbusClient) if not name.startswith("_")]
    assert names == ["close", "connects", "hurry", "read", "suspect"]
