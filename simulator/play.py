"""In: what the collector has safe. Out: the next slot, in lock-step over a unix socket. I/O.

One JSON object a row. The collector says what it has safe; the conductor moves the play clock to
the next slot, publishes that slot's messages and announces it; after the last slot it says end.
Nothing about the collector's progress is kept here: killed at any moment, a fresh conductor goes
on from the collector's next hello.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from energy.base.clock import PlayClock
from energy.base.errors import EnergyError
from simulator.listening import Listening
from simulator.progress import PlayWindow


class PlayProtocolError(EnergyError):
    """The collector said something that is no message of the play."""

    code = "play.protocol"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """A collector has come, or come back."""

    safe: datetime | None
    """Last slot that it has safe in its spool."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Safe:
    """Every reading of a slot is safe in the spool."""

    slot: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """A slot's messages did not all come: publish them again."""

    slot: datetime


Message = Hello | Safe | Again


def parse(row: bytes) -> Message:
    """Return the message of one row from the collector.

    Raises:
        PlayProtocolError: The row is no message of the play.
    """
    try:
        fields = json.loads(row)
        match fields:
            case {"hello": "collect", "safe": None}:
                return Hello(safe=None)
            case {"hello": "collect", "safe": str(safe)}:
                return Hello(safe=_instant(safe))
            case {"safe": str(safe)}:
                return Safe(slot=_instant(safe))
            case {"again": str(again)}:
                return Again(slot=_instant(again))
    except ValueError as error:
        raise PlayProtocolError(f"No message of the play: {row[:200]!r} ({error}).") from error
    raise PlayProtocolError(
        f'No message of the play: {row[:200]!r}. Say {{"hello": "collect", "safe": …}}, '
        '{"safe": "<instant>"} or {"again": "<instant>"}.'
    )


class Conductor:
    """Leads a collector through the slots of a play."""

    def __init__(
        self,
        window: PlayWindow,
        clock: PlayClock,
        *,
        publish: Callable[[datetime], None],
        finish: Callable[[], None],
    ) -> None:
        """Stand ready before the first slot.

        Args:
            window: The play's slots.
            clock: The play's clock; moved to a slot before the slot is announced.
            publish: Publishes the messages of a slot.
            finish: Called when the last slot is safe, before the end is announced; may be
                called more than once.
        """
        self._window = window
        self._clock = clock
        self._publish = publish
        self._finish = finish
        self._over = False
        self._current: asyncio.StreamWriter | None = None

    async def serve(self, socket: Path) -> Listening:
        """Listen for the collector.

        Args:
            socket: Path of the unix socket; a left-over one is replaced.
        """
        return await Listening.at_path(self._converse, socket)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A newer collector takes the place of an older one, which was killed.
        if self._current is not None:
            self._current.close()
        self._current = writer
        try:
            while row := await reader.readline():
                answer = self._answer(parse(row))
                if answer is not None:
                    writer.write(json.dumps(answer).encode() + b"\n")
                    await writer.drain()
        except PlayProtocolError as error:
            writer.write(json.dumps({"error": str(error)}).encode() + b"\n")
        except (ConnectionError, ValueError):
            pass  # It left, or sent a row without end: it may come again and say hello.
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()
            if self._current is writer:
                self._current = None

    def _answer(self, message: Message) -> dict[str, str | bool] | None:
        match message:
            case Again(slot=slot):
                self._publish(slot)
                return None
            case Hello(safe=safe) | Safe(slot=safe):
                return self._announce(self._window.after(safe))

    def _announce(self, slot: datetime | None) -> dict[str, str | bool]:
        if slot is None:
            if not self._over:
                self._finish()
                self._over = True
            return {"end": True}
        self._clock.move_to(slot)
        self._publish(slot)
        return {"slot": slot.isoformat()}


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"{text} has no zone")
    return at
