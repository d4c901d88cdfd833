"""In: how a collector's devices answer. Out: rows for the dashboard. I/O: PostgreSQL, own thread.

A report that the database does not take is dropped: the next one says all there is to say, and
what must not be lost goes through the spool.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import structlog

from energy.base.clock import Clock, wait
from energy.store.communication import DeviceState, forget_states, store_states
from energy.store.errors import DATABASE_AWAY
from energy.store.pool import Database
from processes.collector_plan import PlanError
from processes.communication import Communication

REPORT_S = 15.0
"""Time between two reports. [s]"""
_log = structlog.get_logger("collect")


class CommunicationReport:
    """Tells the database how the devices of one site answer, until it is ended."""

    def __init__(
        self,
        communication: Communication,
        database: Database,
        schema: Callable[[], str],
        clock: Clock,
    ) -> None:
        """Prepare; nothing is told yet.

        Args:
            communication: What the polls met.
            database: The pool, role writer.
            schema: Says the site's schema; raises while the database is away.
            clock: The clock.
        """
        self._communication = communication
        self._database = database
        self._schema = schema
        self._clock = clock
        self._told: dict[str, DeviceState] = {}
        self._stop = threading.Event()
        self._has_contact = False
        self._thread = threading.Thread(target=self._run, name="report", daemon=True)

    def start(self) -> None:
        """Begin to tell."""
        self._thread.start()

    def finish(self) -> None:
        """Tell a last time and end; without contact nobody waits for it."""
        self._stop.set()
        self._thread.join(timeout=REPORT_S if self._has_contact else 0.1)

    def tell(self) -> bool:
        """Tell once; returns whether the database took it."""
        states = self._communication.states()
        now = self._clock.now()
        try:
            schema = self._schema()
            if set(self._told) != {state.point for state in states}:
                self._forget(schema, states)
            store_states(self._database, schema, states, now)
        except (PlanError, *DATABASE_AWAY) as error:
            _log.debug("report.dropped", cause=str(error))
            return False
        self._told = {state.point: state for state in states}
        return True

    def _forget(self, schema: str, states: Sequence[DeviceState]) -> None:
        sources = sorted({state.source for state in (*states, *self._told.values())})
        forget_states(self._database, schema, sources, [state.point for state in states])

    def _run(self) -> None:
        while not self._stop.is_set():
            self._has_contact = self.tell()
            wait(REPORT_S, self._stop)
        self.tell()
