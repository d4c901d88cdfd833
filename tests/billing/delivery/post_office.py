"""In: a port of this machine. Out: a mail server that takes, defers and refuses. I/O: sockets."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Self


@dataclass
class PostOffice:
    """A small SMTP server on the loopback, in a thread of its own."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    """Addresses that it does not know."""
    deferred: set[str] = field(default_factory=set)
    """Addresses that it takes later."""
    hang_up_after: int | None = None
    """Takes so many mails, then ends each connection without an answer."""

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        started = asyncio.run_coroutine_threadsafe(self._start(), self._loop)
        self.port = started.result(10)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}?plain"

    async def _start(self) -> int:
        self._tasks: set[asyncio.Task[None]] = set()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=2**24)
        return int(self._server.sockets[0].getsockname()[1])

    async def _stop(self) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._talk(reader, writer)
        except (asyncio.CancelledError, ConnectionError):
            pass  # the test is over, or the client hung up in the middle of a talk
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def say(text: str) -> None:
            writer.write(f"{text}\r\n".encode())

        say("220 post office")
        while row := (await reader.readline()).decode().strip():
            verb = row.split(":")[0].split()[0].upper()
            if verb == "EHLO":
                say("250 post office")
            elif verb == "MAIL":
                say("250 ok")
            elif verb == "RCPT":
                say(self._recipient(row.split("<")[1].split(">")[0]))
            elif verb == "DATA":
                say("354 go on")
                await writer.drain()
                content = await reader.readuntil(b"\r\n.\r\n")
                if not self._take(content[:-5]):
                    return
                say(f"250 taken as {len(self.mails)}")
            elif verb == "QUIT":
                say("221 bye")
                await writer.drain()
                return
            else:
                say("250 ok")
            await writer.drain()

    def _recipient(self, address: str) -> str:
        if address in self.refused:
            return f"550 5.1.1 no such person: {address}"
        return "451 4.3.0 later" if address in self.deferred else "250 ok"

    def _take(self, content: bytes) -> bool:
        found = BytesParser(policy=default).parsebytes(content.replace(b"\r\n..", b"\r\n."))
        assert isinstance(found, EmailMessage)
        self.mails.append(found)
        lost = self.hang_up_after is not None and len(self.mails) > self.hang_up_after
        return not lost  # it is taken, and the answer is lost
