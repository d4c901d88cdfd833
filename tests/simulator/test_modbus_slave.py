"""The simulated gateway, asked over a real socket."""

from __future__ import annotations

import asyncio
import shutil
import struct
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from energy.base.clock import ManualClock, to_us
from simulator.modbus_slave import SlaveDevice, start_slave
from simulator.plant import Plant

HERE = "127.0.0.1"
SLOT = datetime(2019, 1, 9, 10, 15, tzinfo=UTC)
Answers = list[tuple[str, str, int]]
Story = Callable[[asyncio.StreamReader, asyncio.StreamWriter, int], Awaitable[None]]


def request(unit: int, function: int, address: int, words: int, *, transaction: int = 7) -> bytes:
    return struct.pack(">HHHBBHH", transaction, 0, 6, unit, function, address, words)


def tell(plant: Plant, story: Story, clock: ManualClock | None = None) -> Answers:
    """Run a story with a client of a running gateway; return the channels answered."""
    answered: Answers = []

    async def run() -> None:
        listening = await start_slave(
            plant.electric,
            clock or ManualClock(SLOT),
            lambda *channel: answered.append(channel),
            host=HERE,
            port=0,
        )
        reader, writer = await asyncio.open_connection(HERE, listening.port)
        await story(reader, writer, listening.port)
        writer.close()
        await writer.wait_closed()
        await listening.close()

    asyncio.run(asyncio.wait_for(run(), 60))
    return answered


async def ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, question: bytes
) -> tuple[bytes, bytes]:
    """Return the header and the body of one answer."""
    writer.write(question)
    header = await reader.readexactly(7)
    return header, await reader.readexactly(int.from_bytes(header[4:6], "big") - 1)


@pytest.mark.servers
def test_every_meter_answers_its_own_register_behind_one_port(plant: Plant) -> None:
    async def story(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
        for meter in plant.electric:
            true = meter.register.true_count(to_us(SLOT))
            if meter.profile == "abb_b23_b24":
                _, body = await ask(reader, writer, request(meter.unit, 3, 20480, 4))
                assert body == b"\x03\x08" + true.to_bytes(8, "big")
            else:
                _, body = await ask(reader, writer, request(meter.unit, 4, 72, 2))
                assert body == b"\x04\x04" + struct.pack(">f", true / 100)

    answered = tell(plant, story)
    expected = [(m.point, "active_energy_import", to_us(SLOT)) for m in plant.electric]
    assert answered == expected


@pytest.mark.servers
def test_header_of_an_answer_repeats_transaction_and_unit(plant: Plant) -> None:
    async def story(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
        question = request(40, 3, 23316, 2, transaction=4711)
        header, body = await ask(reader, writer, question)
        assert header == struct.pack(">HHHB", 4711, 0, 1 + len(body), 40)

    assert tell(plant, story) == [("cam-b40-elec", "active_power", to_us(SLOT))]


@pytest.mark.servers
@pytest.mark.parametrize(
    ("unit", "function", "address", "words", "code"),
    [
        (9, 3, 20480, 4, 0x0B),  # nobody behind the gateway
        (40, 3, 20000, 2, 2),  # undefined
        (40, 3, 20480, 9, 2),  # runs into undefined registers
        (40, 4, 20480, 4, 2),  # the other function's registers
        (22, 4, 36, 2, 2),  # a hole of the SDM630
        (22, 3, 72, 2, 2),
        (40, 3, 20480, 0, 3),
        (40, 3, 20480, 126, 3),
        (40, 6, 20480, 4, 1),  # writing is no function of the gateway
        (40, 16, 20480, 4, 1),
    ],
)
def test_what_cannot_be_answered_gets_its_exception(
    plant: Plant, unit: int, function: int, address: int, words: int, code: int
) -> None:
    async def story(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
        _, body = await ask(reader, writer, request(unit, function, address, words))
        assert body == bytes((function | 0x80, code))

    assert tell(plant, story) == []


@pytest.mark.servers
def test_questions_in_one_segment_and_in_single_bytes_are_all_answered(plant: Plant) -> None:
    async def story(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
        pair = request(2, 3, 20480, 4) + request(5, 3, 20480, 4)
        writer.write(pair)
        together = await reader.readexactly(2 * 17)
        for number in range(len(pair)):
            writer.write(pair[number : number + 1])
            await writer.drain()
        assert await reader.readexactly(2 * 17) == together

    assert len(tell(plant, story)) == 4


@pytest.mark.servers
@pytest.mark.parametrize(
    "rubbish", [b"GET / HTTP/1.1\r\n\r\n", b"\0\1\0\0\0\1\2", b"\0\1\0\0\xff\xff\2"]
)
def test_rubbish_ends_the_connection_and_no_other(plant: Plant, rubbish: bytes) -> None:
    async def story(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
        bad_reader, bad_writer = await asyncio.open_connection(HERE, port)
        bad_writer.write(rubbish)
        assert await bad_reader.read() == b""
        bad_writer.close()
        await bad_writer.wait_closed()
        _, body = await ask(reader, writer, request(2, 3, 20480, 4))
        assert len(body) == 10

    assert len(tell(plant, story)) == 1


@pytest.mark.servers
def test_registers_follow_the_clock(plant: Plant) -> None:
    clock = ManualClock(SLOT)
    counts: list[int] = []

    async def story(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
        for _ in range(3):
            _, body = await ask(reader, writer, request(2, 3, 20480, 4))
            counts.append(int.from_bytes(body[2:], "big"))
            clock.move_to(clock.now() + timedelta(minutes=15))

    tell(plant, story, clock)
    register = next(m.register for m in plant.electric if m.unit == 2)
    later = [to_us(SLOT + timedelta(minutes=15 * n)) for n in range(3)]
    assert counts == [register.true_count(at_us) for at_us in later]


def test_half_a_register_is_no_answered_channel(plant: Plant) -> None:
    answered: Answers = []
    device = SlaveDevice(plant.electric[0], lambda *channel: answered.append(channel))
    assert isinstance(device.read(3, 20480, 3, to_us(SLOT)), bytes)
    assert isinstance(device.read(3, 20482, 4, to_us(SLOT)), bytes)
    assert answered == []


@pytest.mark.servers
@pytest.mark.skipif(shutil.which("mbpoll") is None, reason="mbpoll is missing: apt install mbpoll")
def test_mbpoll_reads_the_count_of_the_pure_function(plant: Plant) -> None:
    async def story(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
        # Unit 57 is an SDM630: input registers, float, high word first.
        program = await asyncio.create_subprocess_exec(
            *("mbpoll", "-m", "tcp", "-p", str(port), "-a", "57", "-t", "3:float", "-B"),
            *("-0", "-r", "72", "-c", "1", "-1", HERE),
            stdout=asyncio.subprocess.PIPE,
        )
        out, _ = await program.communicate()
        rows = [row.split() for row in out.decode().splitlines() if row.startswith("[72]")]
        register = next(m.register for m in plant.electric if m.unit == 57)
        kwh = struct.unpack(">f", struct.pack(">f", register.true_count(to_us(SLOT)) / 100))[0]
        assert rows == [["[72]:", f"{kwh:g}"]]

    assert tell(plant, story) == [("cam-b57-elec", "active_energy_import", to_us(SLOT))]
