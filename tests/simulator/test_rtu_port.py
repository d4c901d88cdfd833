from __future__ import annotations

import asyncio
import os
import shutil

import pytest

from adapters.modbus.client import ModbusClient
from adapters.modbus.frame import Fault, ReadFailedError
from adapters.modbus.link import Link, LinkKind
from simulator.profile_slave import ProfileSlave
from simulator.rtu_port import RtuPort
from tests.adapters.modbus.libmodbus_peer import NEEDS_LIBMODBUS, asked_by_libmodbus

pytestmark = pytest.mark.servers

IMAGE = {(code, n): 10 * n + code for code in (3, 4) for n in range(20)}
NEEDS_MBPOLL = pytest.mark.skipif(
    shutil.which("mbpoll") is None, reason="mbpoll is missing: apt install mbpoll"
)


async def polled(device: str, *words: str) -> str:
    """Return what mbpoll says."""
    program = await asyncio.create_subprocess_exec(
        *("mbpoll", "-m", "rtu", "-b", "9600", "-P", "none", "-0", "-1", *words, device),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await program.communicate()
    return out.decode()


@NEEDS_MBPOLL
def test_mbpoll_reads_our_devices_over_a_serial_port() -> None:
    async def story() -> tuple[str, str, str]:
        async with RtuPort(ProfileSlave({7: IMAGE}).answer) as port:
            holding = await polled(port.device, "-a", "7", "-t", "4", "-r", "2", "-c", "3")
            inputs = await polled(port.device, "-a", "7", "-t", "3", "-r", "0", "-c", "2")
            absent = await polled(port.device, "-a", "8", "-t", "3", "-r", "0", "-c", "1")
            return holding, inputs, absent

    holding, inputs, absent = asyncio.run(story())
    rows = [row.split()[-1] for row in holding.splitlines() if row.startswith("[")]
    assert rows == ["23", "33", "43"]
    rows = [row.split()[-1] for row in inputs.splitlines() if row.startswith("[")]
    assert rows == ["4", "14"]
    assert "timed out" in absent


@NEEDS_LIBMODBUS
def test_libmodbus_reads_our_devices_over_a_serial_port() -> None:
    async def story() -> tuple[str, str, str]:
        async with RtuPort(ProfileSlave({7: IMAGE}).answer) as port:
            return (
                await asked_by_libmodbus("rtu", port.device, 7, 3, 2, 3),
                await asked_by_libmodbus("rtu", port.device, 7, 4, 0, 2),
                await asked_by_libmodbus("rtu", port.device, 7, 4, 19, 2),
            )

    holding, inputs, refused = asyncio.run(story())
    assert (holding, inputs) == ("23 33 43", "4 14")
    assert refused == "refused: Illegal data address"


def test_our_client_reads_our_devices_over_a_serial_port_and_an_absent_unit_is_silent() -> None:
    async def story() -> tuple[object, Fault]:
        async with RtuPort(ProfileSlave({7: IMAGE}).answer) as port:
            link = Link(kind=LinkKind.RTU, device=port.device, baud=115_200)
            client = ModbusClient(link=link, timeout_s=0.05, name="test")
            given = await client.read(unit=7, function_code=4, address=0, count=2, timeout_s=30.0)
            with pytest.raises(ReadFailedError) as caught:
                await client.read(unit=8, function_code=4, address=0, count=2)
            client.close()
            return list(given), caught.value.fault

    assert asyncio.run(story()) == ([4, 14], Fault.NO_ANSWER)


def test_noise_before_a_question_does_not_deafen_the_devices() -> None:
    async def story() -> bytes:
        async with RtuPort(ProfileSlave({7: IMAGE}).answer) as port:
            end = os.open(port.device, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
            heard: asyncio.Queue[bytes] = asyncio.Queue()
            loop = asyncio.get_running_loop()
            loop.add_reader(end, lambda: heard.put_nowait(os.read(end, 64)))
            os.write(end, bytes.fromhex("00ff") + bytes.fromhex("070300020001") + b"\x25\xac")
            async with asyncio.timeout(60):
                answer = await heard.get()
            loop.remove_reader(end)
            os.close(end)
            return answer

    assert asyncio.run(story())[:5] == bytes.fromhex("0703020017")
