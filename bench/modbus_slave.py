"""In: Modbus TCP questions on one port of every loopback address. Out: answers at once. I/O.

The load of `bench/modbus.py`: it answers any registers with a moving picture of floats and checks
nothing, so that the master under test is the slower side. Prints its port when it listens; a
line on its input drops every connection at once, and its end ends it.
"""

from __future__ import annotations

import asyncio
import resource
import struct
import sys

_HEADER = struct.Struct(">HHHBBHH")
_PICTURE = struct.pack(">400f", *(100.25 + 0.37 * n for n in range(400)))


_open: set[asyncio.Transport] = set()


class _Answering(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport), "TCP gives a two-way transport"
        self._transport = transport
        self._received = b""
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
            head = struct.pack(">HHHBBB", transaction, 0, 3 + len(body), unit, function, len(body))
            self._transport.write(head + body)
        self._received = received


async def _serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(_Answering, "0.0.0.0", 0, backlog=4096)  # noqa: S104 - every loopback address
    print(server.sockets[0].getsockname()[1], flush=True)
    ended = asyncio.Event()

    def told() -> None:
        if not sys.stdin.readline():  # the master has closed our input: it is over
            ended.set()
        for transport in list(_open):
            transport.abort()

    loop.add_reader(sys.stdin, told)
    await ended.wait()


if __name__ == "__main__":
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    asyncio.run(_serve())
