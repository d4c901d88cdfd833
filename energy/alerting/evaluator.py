"""In: new batches of the metering journal. Out: alert facts in operations. I/O: PostgreSQL.

Never run by a rebuild or a replay of views. The facts are stored before the evaluator's position:
evaluating a slice again meets its own alerts by their ids and changes nothing. So position and
states need not be stored with every slice: what came since is evaluated again after a crash.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
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
from energy.base.clock import Clock, monotonic_s, to_us
from energy.base.errors import JournalError
from energy.journal.entry import BATCH_TOPIC, MARK_TOPIC, READING_TOPICS, Entry, readings_in
from energy.journal.recorder import read_entries
from energy.metering.reading import ReadingColumns
from energy.store.pool import Database
from energy.store.sites import Site
from energy.views.positioned import AHEAD_US
from energy.views.worker import METERING_VIEWS, positioned

EVALUATOR = "alert-evaluator"
LAST_US = 2**63 - 1
"""Behind every instant. [us]"""
SLICE = 1_000
"""Entries evaluated at once at most: what crosses together is raised together."""
READINGS = 300_000
"""Readings evaluated at once at most, unless one entry alone has more: bounds the memory."""
RELOAD_S = 10.0
"""Shortest time between two looks at what rules are about, while meters are planned. [s]"""
_NO_PLANS = READING_TOPICS | {MARK_TOPIC}
log = structlog.get_logger("alerts")


class Evaluator:
    """Evaluates every rule of a site on new readings."""

    def __init__(
        self,
        database: Database,
        site: Site,
        clock: Clock,
        raising: Raising | None = None,
        *,
        save_s: float = 0.0,
    ) -> None:
        """Evaluate a site's rules.

        Args:
            database: The process's pool (role meterline_writer).
            site: The site; its hours are meant in its zone.
            clock: Tells which crossings are fresh.
            raising: Shared with what else raises alerts in this process; None: one of its own.
            save_s: Shortest time between two storings of position and states; 0 stores them with
                each slice. The states of ten thousand rules are a megabyte. [s]
        """
        self._database = database
        self._schema = site.schema
        self._zone = site.zone
        self._clock = clock
        self._raising = raising or Raising(database, site.schema, clock)
        self._rules: list[RuleSpec] = []
        self._known: object = None
        self._reload_s = 0.0
        self._planned = 0
        """Position whose plan of meters the rules do not tell of yet; 0: they tell of all."""
        self._save_s = save_s
        self._saved_s = monotonic_s()
        self._saved: int | None = None
        """Position as it was stored or read last; None before the first."""
        self._at = 0
        """Position up to which the states in memory are."""
        self._watched = Watched([], {})
        self._until_us = LAST_US
        """Latest instant that a reading may rightly bear, at the newest look. [us]"""

    def step(self) -> int:
        """Evaluate one slice; return how many entries it had."""
        with self._database.connection() as connection:
            self._stand(connection)
            entries = _bounded(
                read_entries(connection, self._schema, "metering", after=self._at, limit=SLICE)
            )
            self._clear_withdrawn(connection)
            if not entries:
                self._save_when_due(connection)
                return 0
            self._believe()
            self._note_plans(entries)
            self._read_rules(connection)
            saved, self._saved = self._saved, None  # what fails half-way begins at what is stored
            # Batch by batch, so that what a late reading does not depends on the slices.
            batches = [columns for entry in entries if (columns := _decoded(entry)) is not None]
            found = [each for batch in batches for each in self._watched.evaluate(batch)]
            self._raising.take([signal for each in found for signal in _with_still(each)])
            self._raising.take(self._watched.still(self._clock.now()))
            self._at, self._saved = entries[-1].position, saved
            self._save_when_due(connection)
        return len(entries)

    def _stand(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        """Stand where the last slice ended, or at what is stored if somebody else was here."""
        if self._saved is not None and self._saved == self._position(connection):
            return
        self._saved = None
        position, stored = self._load(connection)
        self._planned = position  # the views may be behind it
        self._rules = self._rules_of(connection)
        self._watched, self._until_us = Watched(self._rules, stored), LAST_US
        self._at = self._saved = position

    def _believe(self) -> None:
        """Forget what was told by a clock of this machine that has been put back since."""
        until_us = to_us(self._clock.now()) + AHEAD_US
        if until_us < self._until_us:
            self._watched = Watched(self._rules, self._watched.stored(), until_us)
        self._until_us = until_us

    def _position(self, connection: psycopg.Connection[tuple[object, ...]]) -> int | None:
        row: tuple[Any, ...] | None = connection.execute(
            f"SELECT position FROM {self._schema}.follower WHERE name = %s", (EVALUATOR,)
        ).fetchone()
        return row[0] if row else None

    def _read_rules(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        """Take up the rules as they are now; what each remembers stays."""
        rules = self._rules_of(connection)
        if rules is not self._rules:
            self._rules = rules
            self._watched = Watched(rules, self._watched.stored())

    def _note_plans(self, entries: Sequence[Entry]) -> None:
        """Note that meters, places or supplies were changed: rules of a class are about others."""
        for entry in entries:
            if entry.topic not in _NO_PLANS:
                self._planned = entry.position

    def _rules_of(self, connection: psycopg.Connection[tuple[object, ...]]) -> list[RuleSpec]:
        """Return the rules that readings feed, read anew where they, or meters, were changed."""
        row: tuple[Any, ...] | None = connection.execute(
            "SELECT count(*), max(position), "
            f"(SELECT position FROM {self._schema}.follower WHERE name = %s) "
            f"FROM {self._schema}.rule",
            (METERING_VIEWS,),
        ).fetchone()
        assert row is not None, "a count has a row"
        known, shown = row[:2], row[2] or 0
        planned = 0 < self._planned <= shown and monotonic_s() >= self._reload_s
        if known == self._known and not planned:
            return self._rules
        every = read_rules(connection, self._schema, self._zone)
        rules = [each for each in every if each.kind not in TICKED]
        self._known, self._reload_s = known, monotonic_s() + RELOAD_S
        self._planned = 0 if planned else self._planned
        return rules if rules != self._rules else self._rules

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

    def _save_when_due(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        if self._at != self._saved and monotonic_s() >= self._saved_s + self._save_s:
            self._save(connection)

    def _save(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        """Store position and states, unless somebody else has gone on from the same place."""
        moved = connection.execute(
            f"UPDATE {self._schema}.follower SET position = %s, state = %s, updated_at = now() "
            "WHERE name = %s AND position = %s",
            (self._at, json.dumps(self._watched.stored()), EVALUATOR, self._saved),
        ).rowcount
        self._saved = self._at if moved else None
        self._saved_s = monotonic_s()


def _bounded(entries: Sequence[Entry]) -> Sequence[Entry]:
    """Return the first entries whose readings fit."""
    readings = 0
    for number, entry in enumerate(entries):
        readings += readings_in(entry)
        if readings > READINGS and number:
            return entries[:number]
    return entries


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
