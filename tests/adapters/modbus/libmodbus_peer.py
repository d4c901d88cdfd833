"""In: a compiler and libmodbus. Out: the C program beside this file, made once a session. I/O."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest

_SOURCE = Path(__file__).with_name("libmodbus_peer.c")
_HEADER = Path("/usr/include/modbus/modbus.h")
NEEDS_LIBMODBUS = pytest.mark.skipif(
    shutil.which("gcc") is None or not _HEADER.exists(),
    reason="libmodbus or gcc is missing: apt install gcc libc6-dev libmodbus-dev",
)


@cache
def libmodbus_peer() -> str:
    """Compile the program; return where it is."""
    folder = Path(tempfile.mkdtemp(prefix="meterline-libmodbus-"))
    program = folder / "libmodbus_peer"
    words = ["gcc", "-O1", "-Wall", "-Werror", f"-I{_HEADER.parent}", "-o", str(program)]
    subprocess.run([*words, str(_SOURCE), "-lmodbus"], check=True)
    return str(program)


async def asked_by_libmodbus(
    transport: str, place: str, unit: int, code: int, first: int, count: int
) -> str:
    """Let libmodbus ask once; return the registers it found, or that it was refused.

    Args:
        transport: "tcp" or "rtu" (9600 baud).
        place: Port number or serial port.
        unit: Whom it asks.
        code: Function code, 3 or 4.
        first: First register.
        count: How many. [register]
    """
    words = ["master", transport, place, *map(str, (unit, code, first, count))]
    running = await asyncio.create_subprocess_exec(
        libmodbus_peer(), *words, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await asyncio.wait_for(running.communicate(), 20)
    return " ".join(out.decode().splitlines())
