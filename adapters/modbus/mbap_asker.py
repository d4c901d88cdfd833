"""In: questions to one device or gateway over TCP, TLS or UDP. Out: its registers. I/O.

Our own connection where transactions are numbered (decision 0032): a question costs a third of
what it costs through pymodbus. After any fault but a proper refusal the connection is closed, so
that a late answer dies with it; nothing is ever asked twice by itself.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from contextlib import nullcontext

from adapters.bus_lease import BusHeldError, BusLease
from adapters.modbus.bus import Question
from adapters.modbus.calls import Calls
from adapters.modbus.dialling import (
    Monotonic,
    Redial,
    bus_name,
    fault_of,
    tls_context,
    where_asked,
    words,
)
from adapters.modbus.frame import KEEPS_CONNECTION, Fault, ReadFailedError, Verdict
from adapters.modbus.link import Link, LinkKind
from adapters.modbus.mbap import Conversation
from adapters.modbus.mbap_wire import Wire
from energy.base.clock import monotonic_s

LEAST_CALL_S = 1.0
"""One lost packet of the call is no fault yet. [s]"""


class MbapAsker:
    """One connection with numbered transactions; one question at a time."""

    suspect = False
    """An answer to an earlier question bears another number: none is ever mistaken."""

    def __init__(
        self,
        *,
        link: Link,
        timeout_s: float,
        name: str,
        lease: bool = False,
        calls: Calls | None = None,
        monotonic: Monotonic = monotonic_s,
    ) -> None:
        """Describe the connection; nothing is opened yet.

        Args:
            link: Where, over TCP, TLS or UDP.
            timeout_s: Longest wait for an answer; for a connection at least a second. [s]
            name: Name of the connection; spreads the waits of many and names the lease's owner.
            lease: Hold the bus against other collectors of this machine.
            calls: Gives turns to connections that are opened; None lets everybody call.
            monotonic: Clock of the waits between two connections.
        """
        assert link.framing == "mbap", "the others bear no number"
        self._link = link
        self._timeout_s = timeout_s
        self._redial = Redial(name, monotonic)
        self._lease = BusLease(bus_name(link), name, shared=True) if lease else None
        self._conversation = Conversation(datagrams=link.kind is LinkKind.UDP)
        self._calls = nullcontext() if calls is None else calls
        self._wire: Wire | None = None
        self.connects = 0

    async def ask(self, question: Question, within_s: float | None) -> Sequence[int]:
        """Return the registers asked for, exactly as many.

        Args:
            question: What to read.
            within_s: Longest wait for this answer; None takes the connection's own. [s]

        Raises:
            ReadFailedError: Names the fault; nothing of the answer may be used.
        """
        wire = self._wire
        try:
            if wire is None or wire.is_lost:
                wire = await self._connected(question)
            wait_s = self._timeout_s if within_s is None else within_s
            outcome = await wire.ask(question, wait_s)
        except BaseException:
            self._drop()  # cancelled in mid-question: its answer must not meet the next one
            raise
        if isinstance(outcome, Verdict):
            raise self._failed(question, outcome)
        self._redial.answered()
        return outcome

    def hurry(self) -> None:
        """Forget the wait before the next connection: somebody waits for this very slot."""
        self._redial.hurry()

    def close(self) -> None:
        """Close the connection and let the bus go; the next question opens a new one."""
        self._drop()
        if self._lease is not None:
            self._lease.release()

    def _failed(self, question: Question, verdict: Verdict) -> ReadFailedError:
        """Return the name of a question that got no good answer; close unless it was refused."""
        if verdict.fault in KEEPS_CONNECTION:
            self._redial.answered()
        else:
            self._drop()
            if verdict.fault is Fault.CLOSED:
                self._redial.closed()
        return ReadFailedError(verdict.fault, self._where(question), verdict.what)

    def _where(self, question: Question) -> str:
        return where_asked(self._link, question.unit, question.address, question.registers)

    async def _connected(self, question: Question) -> Wire:
        """Open the connection when the wait is over.

        Raises:
            ReadFailedError: There is none yet.
        """
        self._drop()
        where = self._where(question)
        if self._redial.too_early:
            what = f"still not connected: {self._redial.cause}"
            raise ReadFailedError(Fault.NO_CONNECTION, where, what)
        if self._lease is not None:
            try:
                self._lease.take()
            except BusHeldError as error:
                raise ReadFailedError(Fault.BUS_HELD, where, error.cause) from error
        self.connects += 1
        try:
            async with self._calls, asyncio.timeout(max(LEAST_CALL_S, self._timeout_s)):
                self._wire = await self._dialled()
        except (OSError, ValueError, OverflowError) as error:  # a host or port that cannot be
            self._redial.failed(words(error))
            fault = fault_of(error, Fault.NO_CONNECTION)
            raise ReadFailedError(fault, where, f"no connection: {words(error)}") from error
        return self._wire

    async def _dialled(self) -> Wire:
        loop = asyncio.get_running_loop()
        host, port = self._link.host, self._link.port
        if self._link.kind is LinkKind.UDP:
            _, datagrams = await loop.create_datagram_endpoint(
                lambda: Wire(self._conversation), remote_addr=(host, port)
            )
            return datagrams
        context: ssl.SSLContext | None = None
        if self._link.kind is LinkKind.TLS:
            context = tls_context(self._link)
        _, wire = await loop.create_connection(
            lambda: Wire(self._conversation), host, port, ssl=context
        )
        return wire

    def _drop(self) -> None:
        if self._wire is not None:
            self._wire.abort()
            self._wire = None
