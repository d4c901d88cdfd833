"""In: signals of rules and checks. Out: alert facts in operations. I/O: PostgreSQL.

The one place where alerts are raised, cleared and become unknown: the evaluator, the tick and the
alarms of findings come here. A signal told again changes nothing; what is told at once is stored
at once, some hundreds of alerts in a transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

import structlog

from energy.alerting.alert import Alert
from energy.alerting.signal import Signal, SignalState
from energy.base.clock import Clock
from energy.base.errors import ConflictError
from energy.base.ids import id_of
from energy.journal.application import JournalApplication
from energy.store.pool import Database

AT_ONCE = 500
"""Alerts in one transaction at most."""
TRIES = 3
"""How often it is tried where somebody else changes the same alerts."""
log = structlog.get_logger("alerts")


class Raising:
    """Turns the signals of one site into alerts."""

    def __init__(self, database: Database, schema: str, clock: Clock) -> None:
        """Work on a site.

        Args:
            database: The process's pool (role meterline_writer).
            schema: The site's schema.
            clock: Tells which signals are fresh.
        """
        self._clock = clock
        self._operations = JournalApplication(database, schema, "operations", clock)

    def take(self, signals: Sequence[Signal]) -> int:
        """Store what some signals change; return how many alerts did.

        Args:
            signals: Those of one alert in the order of their time.

        Raises:
            ConflictError: Others changed the same alerts again and again; take them later.
        """
        return sum(self._store(part) for part in _parts(signals))

    def _store(self, signals: Sequence[Signal]) -> int:
        for attempt in range(TRIES):
            known = self._operations.find_all(signal.alert for signal in signals)
            for signal in signals:
                self._apply(known, signal)
            changed = [alert for alert in known.values() if alert.pending_events]
            if not changed:
                return 0
            try:
                self._operations.store(*changed)
            except ConflictError:
                log.info("another evaluator was faster", alerts=len(changed))
                if attempt == TRIES - 1:
                    raise
            else:
                return len(changed)
        raise AssertionError("unreachable")

    def _apply(self, known: dict[UUID, Alert], signal: Signal) -> None:
        alert = known.get(signal.alert)
        command_id = id_of("signal", str(signal.alert), signal.state, signal.at.isoformat())
        match signal.state:
            case SignalState.RAISED if alert is None:
                known[signal.alert] = self._raised(signal, command_id)
            case SignalState.CLEARED if alert is not None:
                alert.clear(at=signal.at, value=signal.value, command_id=command_id)
            case _:
                pass  # it was raised already, or never

    def _raised(self, signal: Signal, command_id: UUID) -> Alert:
        historic = signal.historic(self._clock.now())
        what = signal.code or signal.name
        log.info("alert raised", what=what, at=signal.at.isoformat(), historic=historic)
        return Alert(
            alert=signal.alert,
            rule=signal.rule,
            channel=signal.channel,
            severity=signal.severity,
            at=signal.at,
            value=signal.value,
            limit_value=signal.limit,
            historic=historic,
            command_id=command_id,
            code=signal.code,
            about=signal.about,
        )


def _parts(signals: Sequence[Signal]) -> Iterator[list[Signal]]:
    """Yield signals in their order, of so many alerts at a time as are stored at once."""
    part: list[Signal] = []
    alerts: set[UUID] = set()
    for signal in signals:
        if len(alerts | {signal.alert}) > AT_ONCE:
            yield part
            part, alerts = [], set()
        part.append(signal)
        alerts.add(signal.alert)
    if part:
        yield part
