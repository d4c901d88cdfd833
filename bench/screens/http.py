"""In: a request. Out: status and body, over one connection that is kept. I/O: TCP.

The least that a load generator needs: it shares the machine with what it measures, so every
microsecond it spends is one that the server lacks.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from energy.base.clock import monotonic_s

LOST = 0
"""Status of a request that got no answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back, and how long it took."""

    status: int
    body: bytes
    seconds: float

    def value(self) -> Any:
        """Return the JSON of the body, which came plain."""
        return json.loads(self.body)


class Line:
    """One browser's connection; opened anew when the server closed it."""

    def __init__(self, host: str, port: int, headers: Mapping[str, str]) -> None:
        """Open no connection yet.

        Args:
            host: Name or address.
            port: TCP port.
            headers: Sent with each request.
        """
        self._host, self._port = host, port
        lines = {"Host": f"{host}:{port}", **headers}
        self._lines = [f"{name}: {text}" for name, text in lines.items()]
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def ask(self, path: str, body: object = None, *, plain: bool = False) -> Reply:
        """Return the answer; LOST where none came.

        Args:
            path: What is asked for.
            body: Posted as JSON; None: it is a GET.
            plain: Whether the answer comes as it is, to be looked into; else as to a browser.
        """
        data = b"" if body is None else json.dumps(body).encode()
        words = [f"{'GET' if body is None else 'POST'} {path} HTTP/1.1", *self._lines]
        words += [] if plain else ["Accept-Encoding: gzip, deflate, br, zstd"]
        words += [] if body is None else ["Content-Type: application/json"]
        head = "\r\n".join([*words, f"Content-Length: {len(data)}", "", ""])
        began_s = monotonic_s()
        for attempt in (1, 2):
            fresh = self._writer is None
            try:
                return await self._once(head.encode() + data, began_s)
            except (OSError, asyncio.IncompleteReadError, ValueError):
                await self.close()
                if fresh or attempt == 2:  # a kept connection may have ended meanwhile: once more
                    break
        return Reply(status=LOST, body=b"", seconds=monotonic_s() - began_s)

    async def _once(self, request: bytes, began_s: float) -> Reply:
        if self._reader is None or self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(self._host, self._port)
        self._writer.write(request)
        await self._writer.drain()
        lines = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        told = {name.lower(): text for name, _, text in (row.partition(": ") for row in lines[1:])}
        body = await self._body(self._reader, told)
        if told.get("connection", "").lower() == "close":
            await self.close()
        return Reply(
            status=int(lines[0].split(" ", 2)[1]),
            body=body,
            seconds=monotonic_s() - began_s,
        )

    @staticmethod
    async def _body(reader: asyncio.StreamReader, told: Mapping[str, str]) -> bytes:
        if told.get("transfer-encoding") != "chunked":
            return await reader.readexactly(int(told.get("content-length", "0")))
        parts = []
        while size := int(await reader.readline(), 16):
            parts.append(await reader.readexactly(size))
            await reader.readline()
        await reader.readline()
        return b"".join(parts)

    async def close(self) -> None:
        """Let the connection go."""
        writer, self._reader, self._writer = self._writer, None, None
        if writer is not None:
            writer.close()
            try:
                await writer.wait_closed()
            except OSError:
                return
