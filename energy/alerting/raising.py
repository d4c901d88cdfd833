"""In: signals of rules and checks. Out: alert facts in operations. I/O: PostgreSQL.

The one place where alerts are raised, cleared and become unknown: the evaluator, the tick and the
alarms of findings come here. A signal told again changes nothing; what is told at once is looked
at together (see flood.py) and stored some hundreds of alerts in a transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import psycopg
import structlog

from energy.alerting.alert import Alert
from energy.alerting.flood import JOIN, Gathered, Group, Standing, gather
from energy.alerting.signal import Signal, SignalState
from energy.alerting.standing import about_of, read_expected, read_fed, read_standing, standing_of
from energy.alerting.suppression import Expected, expecting
from energy.alerting.views import OPERATIONS_VIEWS
from energy.base.clock import Clock
from energy.base.errors import ConflictError
from energy.base.ids import id_of
from energy.journal.application import JournalApplication
from energy.store.pool import Database

AT_ONCE = 500
"""Alerts in one transaction at most."""
TRIES = 3
"""How often it is tried where somebody else changes the same alerts."""
LOOK_BACK = 2 * JOIN
"""How long before the first of them alerts can have to do with those that are raised."""
Connection = psycopg.Connection[tuple[object, ...]]
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
        self._database = database
        self._schema = schema
        self._clock = clock
        self._operations = JournalApplication(database, schema, "operations", clock)
        self._minded: dict[UUID, tuple[int, Standing]] = {}
        """What was stored after the tables' position, with its own."""

    def take(self, signals: Sequence[Signal]) -> int:
        """Store what some signals change; return how many alerts did.

        Args:
            signals: Those of one alert in the order of their time.

        Raises:
            ConflictError: Others changed the same alerts again and again; take them later.
        """
        done = 0
        for attempt in range(TRIES):
            changed = self._changed(signals)
            try:
                for first in range(0, len(changed), AT_ONCE):
                    done += self._store(changed[first : first + AT_ONCE])
            except ConflictError:
                log.info("another evaluator was faster", alerts=len(changed))
                if attempt == TRIES - 1:
                    raise
            else:
                break
        return done

    def _store(self, alerts: Sequence[Alert]) -> int:
        self._mind(alerts, self._operations.store(*alerts))
        return len(alerts)

    def _changed(self, signals: Sequence[Signal]) -> list[Alert]:
        """Return the alerts that signals change, with the alerts for many that come of it."""
        asked = {each.alert for each in signals} | {each.after for each in signals if each.after}
        known: dict[UUID, Alert] = self._operations.find_all(asked)
        fresh = [each for each in signals if _begins(each, known) and each.alert not in known]
        if fresh:
            self._raise(known, fresh)
        for signal in signals:
            if signal.alert in known:
                _apply(known[signal.alert], signal)
        return [alert for alert in known.values() if alert.pending_events]

    def _raise(self, known: dict[UUID, Alert], signals: Sequence[Signal]) -> None:
        """Make the alerts that begin, each with its parent and what it is expected from."""
        now = self._clock.now()
        told = {each.alert: each for each in reversed(signals)}  # the first of each counts
        begun = [_standing(each, now) for each in reversed(told.values())]
        with self._database.connection() as connection:
            since = min(one.at for one in begun) - LOOK_BACK
            shown = self._shown(connection)  # before the tables: they may go on meanwhile
            before = self._before(shown, read_standing(connection, self._schema, since=since))
            fed = read_fed(connection, self._schema, (*before, *begun), now)
            spans = read_expected(connection, self._schema)
        holding = {one.alert: expecting(one, spans, fed, now) for one in (*before, *begun)}
        begun = [replace(one, expected=bool(holding[one.alert])) for one in begun]
        gathered = gather(begun, before, fed)
        for group, one in gathered.raised:
            alert = known[one.alert] = _group(group, one)
            if one.expected:  # as all are that it tells of
                children = (child for child, up in gathered.parents.items() if up == one.alert)
                for child in children:
                    _expect(alert, holding[child])
        for one in begun:
            alert = known[one.alert] = _alert(told[one.alert], one, gathered)
            _expect(alert, holding[one.alert])
        self._attach(known, gathered)
        log.info("alerts raised", alerts=len(begun), groups=len(gathered.raised))

    def _attach(self, known: dict[UUID, Alert], gathered: Gathered) -> None:
        """Let what stood before be told on its new parent."""
        missing = gathered.parents.keys() - known.keys()
        if missing:
            known |= self._operations.find_all(missing)
        for child in sorted(missing & known.keys(), key=str):
            parent = gathered.parents[child]
            command = id_of("attach", str(child), str(parent))
            known[child].attach(parent=parent, command_id=command)

    def _shown(self, connection: Connection) -> int:
        """Return the position that the tables tell of at the least."""
        row = connection.execute(
            f"SELECT position FROM {self._schema}.follower WHERE name = %s", (OPERATIONS_VIEWS,)
        ).fetchone()
        return int(str(row[0])) if row else 0

    def _before(self, shown: int, read: Iterable[Standing]) -> list[Standing]:
        """Return what stands: as the tables tell, and as was stored since."""
        self._minded = {a: each for a, each in self._minded.items() if each[0] > shown}
        return list({one.alert: one for one in (*read, *self._minds())}.values())

    def _minds(self) -> list[Standing]:
        return [one for _, one in self._minded.values()]

    def _mind(self, alerts: Sequence[Alert], position: int) -> None:
        """Keep in mind what the tables do not tell yet."""
        for alert in alerts:
            self._minded[alert.id] = (position, standing_of(alert))


def _begins(signal: Signal, known: Mapping[UUID, Alert]) -> bool:
    """Return whether a signal begins an alert; not where the crossing woke people already."""
    before = known.get(signal.after) if signal.after else None
    return signal.state is SignalState.RAISED and (before is None or before.historic)


def _expect(alert: Alert, spans: Iterable[Expected]) -> None:
    for span in spans:
        reference = str(span.suppression)
        command = id_of("suppress", str(alert.id), reference)
        alert.suppress(why=span.why, reference=reference, command_id=command)


def _apply(alert: Alert, signal: Signal) -> None:
    command = id_of("signal", str(signal.alert), signal.state, signal.at.isoformat())
    match signal.state:
        case SignalState.RAISED | SignalState.KNOWN:
            alert.know(at=signal.at, value=signal.value, command_id=command)
        case SignalState.UNKNOWN:
            alert.lose(at=signal.at, command_id=command)
        case SignalState.CLEARED:
            alert.clear(at=signal.at, value=signal.value, command_id=command)


def _standing(signal: Signal, now: datetime) -> Standing:
    return Standing(
        alert=signal.alert,
        rule=signal.rule,
        severity=signal.severity,
        at=signal.at,
        key=signal.key,
        channel=signal.channel,
        about=about_of(signal.about, signal.code, signal.channel),
        cuts=signal.cuts,
        historic=signal.historic(now),
    )


def _alert(signal: Signal, one: Standing, gathered: Gathered) -> Alert:
    return Alert(
        alert=signal.alert,
        rule=signal.rule,
        channel=signal.channel,
        severity=signal.severity,
        at=signal.at,
        value=signal.value,
        limit_value=signal.limit,
        historic=one.historic,
        command_id=id_of("raise", str(signal.alert)),
        code=signal.code,
        about=signal.about,
        name=signal.name,
        key=signal.key,
        cuts=signal.cuts,
        parent=gathered.parents.get(signal.alert),
    )


def _group(group: Group, one: Standing) -> Alert:
    return Alert(
        alert=one.alert,
        rule=one.rule,
        channel=0,
        severity=one.severity,
        at=one.at,
        value=0,
        limit_value=0,
        historic=one.historic,
        command_id=id_of("raise", str(one.alert)),
        code=str(group),
        about=one.about,
        key=one.key,
    )
