"""The client on buses without transaction numbers: RTU over TCP, and a pair of serial ports."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import suppress

import pytest

from adapters.modbus.client import ModbusClient
from adapters.modbus.frame import Fault, ReadFailedError
from adapters.modbus.link import Link, LinkKind
from tests.adapters.modbus.cases import ADDRESS, FUNCTION_CODE, UNIT, Case, cases
from tests.adapters.modbus.rtu_slave import (
    BUSES,
    Bus,
    Question,
    addresses,
    asking,
    good,
    its_addresses,
    refusal,
)

pytestmark = pytest.mark.servers

PATIENT_S = 10.0
"""Wait for an answer that comes at once, however busy the machine. [s]"""
EACH_BUS = pytest.mark.parametrize("kind", BUSES)


def client_of(link: Link, timeout_s: float = 0.04, name: str = "test") -> ModbusClient:
    return ModbusClient(link=link, timeout_s=timeout_s, name=name)


async def outcome(read: Awaitable[object]) -> object:
    try:
        return await read
    except ReadFailedError as error:
        return error.fault


async def until_right(client: ModbusClient, tries: int = 5) -> object:
    """Return what a read gives that is repeated as slots are, and never anything wrong."""
    for _ in range(tries):
        within_s = PATIENT_S / tries
        read = client.read(unit=UNIT, function_code=3, address=200, count=3, timeout_s=within_s)
        answer = await outcome(read)
        if not isinstance(answer, Fault):
            return answer
    return answer


CASES = [
    pytest.param(kind, case, id=f"{kind}: {case.name}")
    for kind in BUSES
    for case in cases("modbus_rtu")
    if not (case.closes and kind == "pair of ports")  # nobody closes a serial port from afar
]


@pytest.mark.parametrize(("kind", "case"), CASES)
def test_rubbish_on_the_bus_gives_a_named_fault_and_a_later_read_is_right(
    kind: str, case: Case
) -> None:
    async def answer(question: Question, bus: Bus) -> None:
        if question.number:
            bus.say(addresses(question))
            return
        raw = case.answer()
        for place in range(len(raw)) if case.byte_by_byte_s else ():
            bus.say(raw[place : place + 1])
            await asyncio.sleep(case.byte_by_byte_s)
        if not case.byte_by_byte_s:
            bus.say(raw)
        if case.closes:
            bus.hang_up()

    async def story() -> None:
        async with BUSES[kind](answer) as bus:
            client = client_of(bus.link)
            patient = case.registers is not None or "exception" in str(case.fault) or case.closes
            read = client.read(
                unit=UNIT,
                function_code=FUNCTION_CODE,
                address=ADDRESS,
                count=case.count,
                timeout_s=PATIENT_S if patient and "checksum" not in case.name else None,
            )
            first = await outcome(read)
            suspect = client.suspect
            second = await until_right(client)
            client.close()
        if case.registers is not None:
            assert first == list(case.registers)
            assert not suspect
        else:
            assert first == case.fault
            assert suspect == (not str(case.fault).startswith("exception"))
        assert second == [200, 201, 202]

    asyncio.run(story())


@EACH_BUS
def test_an_answer_after_its_time_out_never_stands_for_the_next_question(kind: str) -> None:
    late: list[bytes] = []

    async def answer(question: Question, bus: Bus) -> None:
        if question.number == 0:
            late.append(addresses(question))
            return
        for octets in late:  # as late as can be: the next question is out already
            bus.say(octets)
        late.clear()
        bus.say(addresses(question))

    async def story() -> list[object]:
        async with BUSES[kind](answer) as bus:
            client = client_of(bus.link)
            reads = [
                await outcome(
                    client.read(
                        unit=1,
                        function_code=3,
                        address=a,
                        count=4,
                        timeout_s={10: None, 300: PATIENT_S}.get(a, 0.5),
                    )
                )
                for a in (10, 100, 100, 200, 200, 300)
            ]
            client.close()
        return reads

    reads = asyncio.run(story())
    assert reads[0] is Fault.NO_ANSWER
    assert reads[-1] == [300, 301, 302, 303]
    for address, read in zip((10, 100, 100, 200, 200, 300), reads, strict=True):
        assert isinstance(read, Fault) or read == [address + n for n in range(4)]


@EACH_BUS
def test_an_answer_that_comes_while_the_bus_is_left_alone_is_drained(kind: str) -> None:
    asked: list[Question] = []

    async def answer(question: Question, bus: Bus) -> None:
        asked.append(question)
        if question.number:
            bus.say(addresses(question))
        else:
            asyncio.get_running_loop().call_later(0.06, bus.say, addresses(question))

    async def story() -> list[object]:
        async with BUSES[kind](answer) as bus:
            client = client_of(bus.link, timeout_s=0.04)
            first = await outcome(client.read(unit=1, function_code=3, address=10, count=4))
            reads = [
                await outcome(
                    client.read(unit=1, function_code=3, address=a, count=4, timeout_s=PATIENT_S)
                )
                for a in (100, 200)
            ]
            client.close()
        return [first, *reads]

    assert asyncio.run(story()) == [
        Fault.NO_ANSWER,
        [100, 101, 102, 103],
        [200, 201, 202, 203],
    ]
    assert [(q.address, q.count) for q in asked] == [(10, 4), (100, 2), (100, 4), (200, 4)]


@EACH_BUS
def test_a_second_master_that_asks_while_we_are_silent_is_named_and_nothing_is_read(
    kind: str,
) -> None:
    async def story() -> tuple[object, list[str], int, object]:
        async with BUSES[kind](its_addresses) as bus:
            client = client_of(bus.link)
            before = await until_right(client)
            told = []
            for unit in (9, UNIT):
                bus.say(asking(unit, 3, 0, 2) + good(Question(0, unit, 3, 0, 2), [5, 6]))
                await asyncio.sleep(0.01)
                with pytest.raises(ReadFailedError) as caught:
                    await client.read(unit=UNIT, function_code=3, address=200, count=3)
                told.append(str(caught.value))
                assert caught.value.fault is Fault.SECOND_MASTER
                assert client.suspect
                asked = len(bus.questions)
                after = await until_right(client)
            client.close()
        return before, told, asked, after

    before, told, asked, after = asyncio.run(story())
    assert before == after == [200, 201, 202]
    assert asked == 2  # one before each talk, none into it
    assert "a question to unit 9 (function 3) that is not ours" in told[0]
    assert "take one of the two off the bus" in told[0]


@EACH_BUS
def test_noise_in_silence_does_no_harm(kind: str) -> None:
    async def story() -> list[object]:
        async with BUSES[kind](its_addresses) as bus:
            client = client_of(bus.link)
            reads = []
            for _ in range(3):
                reads.append(await until_right(client, tries=1))
                bus.say(b"\x00")
                await asyncio.sleep(0.01)
            client.close()
        return reads

    assert asyncio.run(story()) == [[200, 201, 202]] * 3


@EACH_BUS
def test_a_bus_that_is_never_silent_is_never_asked(kind: str) -> None:
    async def chatter(bus: Bus) -> None:
        while True:  # in every turn of the loop that we share: a pause would be a silence
            with suppress(BlockingIOError):
                bus.say(b"\xa5" * 8)
            await asyncio.sleep(0)

    async def story() -> tuple[object, int]:
        async with BUSES[kind](its_addresses) as bus:
            talk = asyncio.ensure_future(chatter(bus))
            client = client_of(bus.link)
            fault = await outcome(client.read(unit=1, function_code=3, address=10, count=4))
            client.close()
            talk.cancel()
            await asyncio.wait({talk})
            return fault, len(bus.questions)

    assert asyncio.run(story()) == (Fault.SECOND_MASTER, 0)


@EACH_BUS
def test_the_answer_of_a_question_that_was_cancelled_is_nobodys(kind: str) -> None:
    asked = asyncio.Event()

    async def answer(question: Question, bus: Bus) -> None:
        asked.set()
        if question.number:
            bus.say(addresses(question))

    async def story() -> object:
        async with BUSES[kind](answer) as bus:
            client = client_of(bus.link)
            read = client.read(unit=UNIT, function_code=3, address=10, count=3, timeout_s=9.0)
            work = asyncio.ensure_future(read)
            await asked.wait()
            work.cancel()
            await asyncio.wait({work})
            assert client.suspect
            bus.say(good(Question(0, UNIT, 3, 10, 3), [10, 11, 12]))
            right = await until_right(client, tries=1)
            client.close()
        return right

    assert asyncio.run(story()) == [200, 201, 202]


@EACH_BUS
def test_an_exception_after_a_time_out_is_believed_only_the_second_time(kind: str) -> None:
    async def answer(question: Question, bus: Bus) -> None:
        if question.number:
            bus.say(refusal(question, 2))

    async def story() -> list[object]:
        async with BUSES[kind](answer) as bus:
            client = client_of(bus.link)
            faults = [
                await outcome(
                    client.read(unit=1, function_code=3, address=10, count=4, timeout_s=patience_s)
                )
                for patience_s in (None, PATIENT_S, PATIENT_S)
            ]
            client.close()
        return faults

    assert asyncio.run(story()) == [Fault.NO_ANSWER, Fault.LATE, Fault.CONFIGURATION]


def test_a_serial_port_that_is_not_there_is_named_with_what_to_do() -> None:
    async def story() -> str:
        client = client_of(Link(kind=LinkKind.RTU, device="/dev/ttyNOWHERE", baud=9600))
        with pytest.raises(ReadFailedError) as caught:
            await client.read(unit=1, function_code=3, address=10, count=4)
        assert caught.value.fault is Fault.NO_PORT
        client.close()
        return str(caught.value)

    told = asyncio.run(story())
    assert told.startswith("/dev/ttyNOWHERE 9600 8N1 unit 1 registers 10 to 13: no connection")
    assert "No such file" in told
    assert "group dialout" in told


def test_two_programs_never_hold_one_serial_bus() -> None:
    async def story() -> tuple[object, str, object]:
        async with BUSES["pair of ports"](its_addresses) as bus:
            first, second = client_of(bus.link), client_of(bus.link, name="another")
            right = await until_right(first)
            with pytest.raises(ReadFailedError) as caught:
                await second.read(unit=1, function_code=3, address=10, count=4)
            first.close()
            second.hurry()
            free = await until_right(second)
            second.close()
        assert caught.value.fault is Fault.BUS_HELD
        return right, str(caught.value), free

    right, told, free = asyncio.run(story())
    assert right == free == [200, 201, 202]
    assert "held by test of this process" in told
    assert "one bus has one master" in told
