"""In: what serves a connection. Out: a port that does, and hangs up on everybody. I/O: sockets.

A server of asyncio that is closed in the very turn in which it accepts loses that connection: the
server refuses the transport that is being made, and its socket stays open until the collector of
garbage finds it. So whoever listens here first accepts nobody more, then lets those accepted
arrive, and closes only then.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from types import TracebackType
from typing import Self

__all__ = ["Listening", "Serve", "accept_no_more"]

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[None, None, None]]
"""Talks on one connection until it ends."""
_ARRIVES = 3
"""Turns of the loop: accepted, its transport made, its protocol told."""


async def accept_no_more(server: asyncio.Server) -> None:
    """Accept nobody more and let those arrive who were; whoever calls closes the server then.

    Args:
        server: A server of the running loop.
    """
    loop = asyncio.get_running_loop()
    for listener in server.sockets:
        loop.remove_reader(listener.fileno())
    for _ in range(_ARRIVES):
        await asyncio.sleep(0)


class Listening:
    """A server of the running loop and everybody connected to it; an async context manager."""

    def __init__(self) -> None:
        """Prepare; nothing listens yet."""
        self._server: asyncio.Server | None = None
        self._opened: set[asyncio.BaseTransport] = set()
        self._talks: set[asyncio.Task[None]] = set()

    @classmethod
    async def with_protocol(
        cls, factory: Callable[[], asyncio.Protocol], host: str = "127.0.0.1", port: int = 0
    ) -> Self:
        """Listen; a protocol of its own serves each connection.

        Args:
            factory: Makes a protocol.
            host: Address to listen on.
            port: TCP port; 0 takes a free one.

        Raises:
            OSError: The port is taken.
        """
        made = cls()
        loop = asyncio.get_running_loop()
        made._server = await loop.create_server(made._holding(factory), host, port)
        return made

    @classmethod
    async def with_talk(cls, serve: Serve, host: str = "127.0.0.1", port: int = 0) -> Self:
        """Listen; a task of its own serves each connection.

        Args:
            serve: Talks on a connection.
            host: Address to listen on.
            port: TCP port; 0 takes a free one.

        Raises:
            OSError: The port is taken.
        """
        made = cls()
        loop = asyncio.get_running_loop()
        made._server = await loop.create_server(made._talking(serve), host, port)
        return made

    @classmethod
    async def at_path(cls, serve: Serve, path: Path) -> Self:
        """Listen on a unix socket; a task of its own serves each connection.

        Args:
            serve: Talks on a connection.
            path: Of the socket; a left-over one is replaced.
        """
        made = cls()
        loop = asyncio.get_running_loop()
        made._server = await loop.create_unix_server(made._talking(serve), str(path))
        return made

    @property
    def port(self) -> int:
        """Return the TCP port."""
        assert self._server is not None, "it listens"
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def close(self) -> None:
        """Listen no more, end every connection and wait until they are gone; again is nothing."""
        assert self._server is not None, "it listens"
        await accept_no_more(self._server)
        self._server.close()
        while self._opened:
            for transport in tuple(self._opened):
                assert isinstance(transport, asyncio.Transport), "a stream is a two-way transport"
                transport.abort()
            await asyncio.sleep(0)
        for talk in self._talks:
            talk.cancel()
        if self._talks:
            await asyncio.wait(self._talks)

    async def __aenter__(self) -> Self:
        """Go on listening."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Hang up."""
        await self.close()

    def _holding(self, factory: Callable[[], asyncio.Protocol]) -> Callable[[], asyncio.Protocol]:
        return lambda: _Held(factory(), self._opened)

    def _talking(self, serve: Serve) -> Callable[[], asyncio.Protocol]:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                await serve(reader, writer)
            finally:
                writer.close()

        def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.get_running_loop().create_task(talk(reader, writer))
            self._talks.add(task)
            task.add_done_callback(self._talks.discard)

        def made() -> asyncio.Protocol:
            return asyncio.StreamReaderProtocol(asyncio.StreamReader(), begin)

        return self._holding(made)


class _Held(asyncio.Protocol):
    """Passes everything on to a protocol, and holds its transport while it is open."""

    def __init__(self, protocol: asyncio.Protocol, opened: set[asyncio.BaseTransport]) -> None:
        self._protocol = protocol
        self._opened = opened
        self._transport: asyncio.BaseTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._opened.add(transport)
        self._protocol.connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._transport is not None:
            self._opened.discard(self._transport)
        self._protocol.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._protocol.data_received(data)

    def eof_received(self) -> bool | None:
        return self._protocol.eof_received()

    def pause_writing(self) -> None:
        self._protocol.pause_writing()

    def resume_writing(self) -> None:
        self._protocol.resume_writing()
