"""In: Modbus questions. Out: the registers of simulated devices by their images. I/O: one port.

Units behind one port, functions 3 and 4 only, over MBAP or over RTU frames in TCP (a transparent
gateway). What an image lacks answers exception 2; a unit that is not there is exception 0x0B of
the gateway over MBAP and silence over RTU.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from simulator.listening import Listening
from simulator.profile_image import Image, register_image
from simulator.profile_values import plausible

__all__ = ["Image", "ProfileSlave", "plausible", "register_image"]

ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE, TARGET_SILENT = 0x01, 0x02, 0x03, 0x0B
MOST_WORDS = 125
_MBAP = struct.Struct(">HHHB")
_RTU_QUESTION = 8
"""Unit, function, address, count, checksum: all questions that are answered. [byte]"""


class ProfileSlave:
    """Simulated devices behind one port; an async context manager.

    `images` may be changed while it listens: counters move, units come and go.
    """

    def __init__(
        self,
        images: Mapping[int, Image],
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        framing: str = "mbap",
    ) -> None:
        """Prepare the devices.

        Args:
            images: Registers by unit number.
            host: Address to listen on.
            port: TCP port; 0 takes a free one.
            framing: "mbap" or "rtu".
        """
        assert framing in {"mbap", "rtu"}, framing
        self.images: dict[int, Image] = dict(images)
        self.questions: list[tuple[int, int, int, int]] = []
        """Every question answered or refused: unit, function, address, count."""
        self._host, self._port, self._framing = host, port, framing
        self._listening: Listening | None = None

    @property
    def port(self) -> int:
        """Return the port it listens on."""
        assert self._listening is not None, "enter the slave first"
        return self._listening.port

    async def __aenter__(self) -> Self:
        """Listen.

        Raises:
            OSError: The port is taken.
        """
        serve = self._serve_mbap if self._framing == "mbap" else self._serve_rtu
        self._listening = await Listening.with_talk(serve, self._host, self._port)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop listening and hang up."""
        assert self._listening is not None, "it was entered"
        await self._listening.close()

    def answer(self, unit: int, question: bytes) -> bytes | None:
        """Return the answer to function and body of a question; None where nobody is."""
        function = question[0]
        image = self.images.get(unit)
        if image is None:
            return None
        if function not in {3, 4}:
            return bytes((function | 0x80, ILLEGAL_FUNCTION))
        if len(question) != 5:
            return bytes((function | 0x80, ILLEGAL_VALUE))
        address, count = struct.unpack_from(">HH", question, 1)
        self.questions.append((unit, function, address, count))
        if not 1 <= count <= MOST_WORDS:
            return bytes((function | 0x80, ILLEGAL_VALUE))
        try:
            words = [image[function, address + place] for place in range(count)]
        except KeyError:
            return bytes((function | 0x80, ILLEGAL_ADDRESS))
        return struct.pack(f">BB{count}H", function, 2 * count, *words)

    async def _serve_mbap(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readexactly(_MBAP.size)
                transaction, protocol, length, unit = _MBAP.unpack(head)
                if protocol != 0 or not 2 <= length <= 254:
                    return
                question = await reader.readexactly(length - 1)
                found = self.answer(unit, question)
                if found is None:
                    found = bytes((question[0] | 0x80, TARGET_SILENT))
                writer.write(_MBAP.pack(transaction, 0, len(found) + 1, unit) + found)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return

    async def _serve_rtu(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                frame = await reader.readexactly(_RTU_QUESTION)
                if checksum(frame[:-2]) != frame[-2:]:
                    return
                found = self.answer(frame[0], frame[1:-2])
                if found is not None:
                    body = frame[:1] + found
                    writer.write(body + checksum(body))
                    await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            return


def checksum(frame: bytes) -> bytes:
    """Return the two bytes that end an RTU frame."""
    register = 0xFFFF
    for byte in frame:
        register ^= byte
        for _ in range(8):
            register = register >> 1 ^ (0xA001 if register & 1 else 0)
    return register.to_bytes(2, "little")
