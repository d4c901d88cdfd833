"""In: slots announced by the simulator. Out: the word that a slot is safe on disk. I/O.

Lock-step: the simulator goes on only after every due reading of a slot is committed in the
spool. Either side may be killed at any moment: the safe slot is stored in the same transaction
as the readings, so the play goes on where it was. Protocol: newline JSON over a unix socket.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from adapters.errors import SpoolFullError
from adapters.mqtt.source import Arrival
from adapters.poll import PollResult
from adapters.spool_rows import SpoolPart
from energy.base.clock import monotonic_s, to_us
from processes.collector_sources import Sources

AGAIN_S = 1.5
"""Wait for the messages of a slot before asking for them again. [s]"""
PATIENCE_S = 120.0
"""Longest wait for the readings of one slot; then it stays incomplete, and says so. [s]"""
RETRY_S = 0.2

_log = structlog.get_logger("collect.play")


class Play:
    """The collector's side of a lock-step play."""

    def __init__(self, sources: Sources, socket: Path, *, patience_s: float = PATIENCE_S) -> None:
        """Prepare.

        Args:
            sources: What is polled and received.
            socket: Unix socket of the simulator.
            patience_s: Longest wait for the readings of one slot. [s]
        """
        self._sources = sources
        self._socket = socket
        self._patience_s = patience_s
        self._have: dict[int, set[int]] = {}  # channels by slot among what is safe or held
        self._held: list[Arrival] = []  # messages taken, not committed yet
        self._stored: list[Arrival] = []  # messages committed, not acknowledged yet
        self._writer: asyncio.StreamWriter | None = None
        self.slots = 0
        """Slots made safe since the start."""

    async def run(self) -> None:
        """Play until the simulator says that it is over."""
        while True:
            try:
                reader, writer = await asyncio.open_unix_connection(self._socket)
            except OSError:
                await asyncio.sleep(RETRY_S)
                continue
            self._writer = writer
            try:
                if await self._session(reader):
                    return
            except (OSError, ValueError) as error:
                _log.info("play.connection_lost", cause=repr(error))
            finally:
                self._writer = None
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
            await asyncio.sleep(RETRY_S)

    async def _session(self, reader: asyncio.StreamReader) -> bool:
        """Talk until the connection ends; returns whether the play is over."""
        safe = self._sources.spool.safe_slot()
        self._say({"hello": "collect", "safe": None if safe is None else safe.isoformat()})
        row = await reader.readline()
        while row:
            message = json.loads(row)
            if message.get("end"):
                return True
            next_row = asyncio.ensure_future(reader.readline())
            try:
                if "slot" in message:
                    await self._slot_or_end(datetime.fromisoformat(message["slot"]), next_row)
                row = await next_row
            finally:
                next_row.cancel()
        return False

    async def _slot_or_end(self, slot: datetime, next_row: asyncio.Future[bytes]) -> None:
        """Make a slot safe; give up when the simulator goes away meanwhile."""
        work = asyncio.ensure_future(self._slot(slot))
        try:
            either: list[asyncio.Future[Any]] = [work, next_row]
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if next_row.done() and not next_row.result():
                return  # the simulator is gone: it announces the slot again when it is back
            await work
        finally:
            work.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await work
        self.slots += 1
        self._say({"safe": slot.isoformat()})
        stored, self._stored = self._stored, []
        self._sources.acknowledge(stored)  # while the simulator prepares the next slot

    async def _slot(self, slot: datetime) -> None:
        safe = self._sources.spool.safe_slot()
        if safe is not None and slot <= safe:
            return
        until_s = monotonic_s() + self._patience_s
        polled, _ = await asyncio.gather(
            self._poll_all(slot, until_s), self._receive_all(slot, until_s)
        )
        while True:
            try:
                self._sources.commit(polled, self._held, safe_slot=slot)
                break
            except SpoolFullError as error:
                _log.error(error.code, cause=str(error))
                await asyncio.sleep(1.0)
        self._stored, self._held = [*self._stored, *self._held], []
        self._have.pop(to_us(slot), None)

    async def _poll_all(self, slot: datetime, until_s: float) -> list[SpoolPart]:
        """Return the readings of every polled meter, asking the failing ones again."""
        parts: list[SpoolPart] = []
        have: set[int] = set()
        points: set[str] | None = None
        while True:
            results = await self._sources.poll(slot, points)
            for key, result in results:
                parts += _fresh(key, result, have)
            failures = [failure for _, result in results for failure in result.failures]
            findings = [finding for _, result in results for finding in result.findings]
            self._sources.report(failures, findings)
            if not failures:
                self._sources.report_well(points or ())
                return parts
            points = {failure.point for failure in failures}
            if monotonic_s() > until_s:
                _log.error("play.slot_incomplete", slot=slot.isoformat(), points=sorted(points))
                return parts
            await asyncio.sleep(RETRY_S)

    async def _receive_all(self, slot: datetime, until_s: float) -> None:
        """Hold the messages that come until every pushed channel has one of this slot."""
        due = self._sources.pushed_channels
        slot_us = to_us(slot)
        have = self._have.setdefault(slot_us, set())
        again_s = monotonic_s() + AGAIN_S
        while not have.issuperset(due):
            try:
                async with asyncio.timeout(max(0.01, again_s - monotonic_s())):
                    self._hold(await self._sources.arrivals.get(), slot_us)
            except TimeoutError:
                if monotonic_s() > until_s:
                    missing = sorted(due[channel] for channel in set(due) - have)
                    _log.error("play.slot_incomplete", slot=slot.isoformat(), points=missing)
                    return
                self._say({"again": slot.isoformat()})
                again_s = monotonic_s() + AGAIN_S
                continue
            while not self._sources.arrivals.empty():
                self._hold(self._sources.arrivals.get_nowait(), slot_us)

    def _hold(self, arrival: Arrival, slot_us: int) -> None:
        self._held.append(arrival)
        for each in arrival.counts:
            if each.at_us >= slot_us:
                self._have.setdefault(each.at_us, set()).add(each.channel)

    def _say(self, message: dict[str, str | None]) -> None:
        if self._writer is not None:
            self._writer.write(json.dumps(message).encode() + b"\n")


def _fresh(key: str, result: PollResult, have: set[int]) -> list[SpoolPart]:
    """Return the readings of channels not read yet in this slot, and note them."""
    columns = result.columns
    numbers = columns.channel.tolist()
    if not have.isdisjoint(numbers):
        keep = [n for n, number in enumerate(numbers) if number not in have]
        columns = type(columns)(
            channel=columns.channel[keep],
            at_us=columns.at_us[keep],
            count=columns.count[keep],
            quality=columns.quality[keep],
        )
    have.update(numbers)
    return [SpoolPart(source=key, columns=columns)]
