"""In: Modbus TCP questions on one port of every loopback address. Out: answers at once. I/O.

The load of `bench/modbus.py`: it answers any registers with a moving picture of floats and checks
nothing, so that the master under test is the slower side. Prints its port when it listens. An
empty line on its input drops every connection at once, "HOST ADDRESS VALUE" sets the float of two
registers of one loopback address ("*": of all), and the input's end ends it.
"""

from __future__ import annotations

import asyncio
import resource
import struct
import sys

_HEADER = struct.Struct(">HHHBBHH")
_PICTURE = struct.pack(">400f", *(100.25 + 0.37 * n for n in range(400)))


_open: set[asyncio.Transport] = set()
_told: dict[str, dict[int, float]] = {}
"""Floats that were set, by loopback address and register."""


class _Answering(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport), "TCP gives a two-way transport"
        self._transport = transport
        self._received = b""
        self._host = str(transport.get_extra_info("sockname")[0])
        _open.add(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        _open.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        received = self._received + data
        while len(received) >= _HEADER.size:
            transaction, _, _, unit, function, address, count = _HEADER.unpack_from(received)
            received = received[_HEADER.size :]
            first = 2 * (address % 400)
            body = _PICTURE[first : first + 2 * count]
            if _told:
                body = _changed(body, self._host, address)
            head = struct.pack(">HHHBBB", transaction, 0, 3 + len(body), unit, function, len(body))
            self._transport.write(head + body)
        self._received = received


def _changed(body: bytes, host: str, address: int) -> bytes:
    """Return an answer with the floats that were set for its host."""
    changed = bytearray(body)
    for register, value in (_told.get("*", {}) | _told.get(host, {})).items():
        place = 2 * (register - address)
        if 0 <= place <= len(body) - 4:
            struct.pack_into(">f", changed, place, value)
    return bytes(changed)


def _set(words: list[str]) -> None:
    host, register, value = words
    _told.setdefault(host, {})[int(register)] = float(value)


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_Answering, "0.0.0.0", 0, backlog=4096)  # noqa: S104 - every loopback address
    print(server.sockets[0].getsockname()[1], flush=True)
    ended = asyncio.Event()

    def told() -> None:
        line = sys.stdin.readline()
        if line.split():
            _set(line.split())
            return
        if not line:  # the master has closed our input: it is over
            ended.set()
        for transport in list(_open):
            transport.abort()

    loop.add_reader(sys.stdin, told)
    await ended.wait()


if __name__ == "__main__":
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    asyncio.run(_serve())
