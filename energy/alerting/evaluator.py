"""In: new batches of the metering journal. Out: alert facts in operations. I/O: PostgreSQL.

Never run by a rebuild or a replay of views. The facts are stored before the evaluator's position:
evaluating a slice again meets its own alerts by their ids and changes nothing.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import psycopg
import structlog

from energy.alerting.raising import Raising
from energy.alerting.rule_reads import read_rules
from energy.alerting.rules.evaluate import still_id
from energy.alerting.rules.kinds import TICKED
from energy.alerting.rules.spec import RuleSpec
from energy.alerting.rules.watched import Watched
from energy.alerting.signal import Signal, SignalState
from energy.base.clock import Clock, monotonic_s
from energy.base.errors import JournalError
from energy.journal.entry import BATCH_TOPIC, Entry
from energy.journal.recorder import read_entries
from energy.metering.reading import ReadingColumns
from energy.store.pool import Database
from energy.store.sites import Site
from energy.views.worker import positioned

EVALUATOR = "alert-evaluator"
_SLICE = 64
RELOAD_S = 10.0
"""Longest time until a channel that is new is watched by the rules of its class. [s]"""
log = structlog.get_logger("alerts")


class Evaluator:
    """Evaluates every rule of a site on new readings."""

    def __init__(self, database: Database, site: Site, clock: Clock) -> None:
        """Evaluate a site's rules.

        Args:
            database: The process's pool (role meterline_writer).
            site: The site; its hours are meant in its zone.
            clock: Tells which crossings are fresh.
        """
        self._database = database
        self._schema = site.schema
        self._zone = site.zone
        self._clock = clock
        self._raising = Raising(database, site.schema, clock)
        self._rules: list[RuleSpec] = []
        self._known: object = None
        self._reload_s = 0.0

    def step(self) -> int:
        """Evaluate one slice; return how many entries it had."""
        with self._database.connection() as connection:
            position, stored = self._load(connection)
            entries = read_entries(
                connection, self._schema, "metering", after=position, limit=_SLICE
            )
            self._clear_withdrawn(connection)
            if not entries:
                return 0
            watched = Watched(self._rules_now(connection), stored)
            # Batch by batch, so that what a late reading does not depends on the slices.
            batches = [columns for entry in entries if (columns := _decoded(entry)) is not None]
            found = [each for batch in batches for each in watched.evaluate(batch)]
            self._raising.take([signal for each in found for signal in _with_still(each)])
            self._raising.take(watched.still(self._clock.now()))
            self._save(connection, position, entries[-1].position, watched.stored())
        return len(entries)

    def _rules_now(self, connection: psycopg.Connection[tuple[object, ...]]) -> list[RuleSpec]:
        """Return the rules that readings feed; what they are about is asked every RELOAD_S."""
        known = connection.execute(
            f"SELECT count(*), max(position) FROM {self._schema}.rule"
        ).fetchone()
        if known != self._known or monotonic_s() >= self._reload_s:
            every = read_rules(connection, self._schema, self._zone)
            self._rules = [each for each in every if each.kind not in TICKED]
            self._known, self._reload_s = known, monotonic_s() + RELOAD_S
        return self._rules

    def _clear_withdrawn(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        """Clear the open alerts of rules that are withdrawn: no reading would ever do it."""
        rows: list[tuple[Any, ...]] = connection.execute(
            f"SELECT alert, rule, value FROM {self._schema}.alert AS a WHERE cleared_at IS NULL "
            f"AND NOT EXISTS (SELECT FROM {self._schema}.rule AS r WHERE r.rule = a.rule) "
            f"AND NOT EXISTS (SELECT FROM {self._schema}.alert_finding AS f "
            "WHERE f.alert = a.alert)"
        ).fetchall()
        now = self._clock.now()
        self._raising.take(
            [
                Signal(alert=alert, state=SignalState.CLEARED, rule=rule, at=now, value=value)
                for alert, rule, value in rows
            ]
        )

    def _load(
        self, connection: psycopg.Connection[tuple[object, ...]]
    ) -> tuple[int, dict[str, Any]]:
        connection.execute(
            f"INSERT INTO {self._schema}.follower (name) VALUES (%s) ON CONFLICT DO NOTHING",
            (EVALUATOR,),
        )
        row: tuple[Any, ...] | None = connection.execute(
            f"SELECT position, state FROM {self._schema}.follower WHERE name = %s", (EVALUATOR,)
        ).fetchone()
        assert row is not None, "the row was just made"
        return row[0], row[1]

    def _save(
        self,
        connection: psycopg.Connection[tuple[object, ...]],
        before: int,
        after: int,
        stored: dict[str, Any],
    ) -> None:
        connection.execute(
            f"UPDATE {self._schema}.follower SET position = %s, state = %s, updated_at = now() "
            "WHERE name = %s AND position = %s",
            (after, json.dumps(stored), EVALUATOR, before),
        )


def _with_still(signal: Signal) -> list[Signal]:
    """Return a signal; what clears a crossing clears the alert that it still holds, too."""
    if signal.state is not SignalState.CLEARED:
        return [signal]
    return [signal, replace(signal, alert=still_id(signal.alert))]


def _decoded(entry: Entry) -> ReadingColumns | None:
    """Return a batch's readings; None for other entries and for one the views have parked.

    One reading dated ahead would silence its rule until then: those are left out, as the views
    leave them out.
    """
    if entry.topic != BATCH_TOPIC:
        return None
    try:
        every = positioned([entry])
        return every.chosen(~every.ahead).readings
    except JournalError as error:
        log.warning("entry is not evaluated", position=entry.position, error=str(error))
        return None
