"""In: new batches of the metering journal. Out: alert facts in operations. I/O: PostgreSQL.

Never run by a rebuild or a replay of views. The facts are stored before the evaluator's position:
evaluating a slice again meets its own alerts by their ids and changes nothing.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import psycopg
import structlog

from energy.alerting.crossing import Crossing, RuleState, evaluate
from energy.alerting.raising import Raising
from energy.alerting.rule import ThresholdRule
from energy.alerting.signal import Signal, SignalState
from energy.base.clock import Clock
from energy.base.errors import JournalError
from energy.journal.entry import BATCH_TOPIC, Entry
from energy.journal.recorder import read_entries
from energy.metering.reading import Reading, ReadingColumns
from energy.store.pool import Database
from energy.views.worker import positioned

EVALUATOR = "alert-evaluator"
_SLICE = 64
log = structlog.get_logger("alerts")


class Evaluator:
    """Evaluates every rule of a site on new readings."""

    def __init__(self, database: Database, schema: str, clock: Clock) -> None:
        """Evaluate a site's rules.

        Args:
            database: The process's pool (role meterline_writer).
            schema: The site's schema.
            clock: Tells which crossings are fresh.
        """
        self._database = database
        self._schema = schema
        self._clock = clock
        self._raising = Raising(database, schema, clock)

    def step(self) -> int:
        """Evaluate one slice; return how many entries it had."""
        with self._database.connection() as connection:
            position, states = self._load(connection)
            entries = read_entries(
                connection, self._schema, "metering", after=position, limit=_SLICE
            )
            self._clear_withdrawn(connection)
            if not entries:
                return 0
            rules = self._rules(connection)
            standing = {str(rule.rule) for rule in rules}
            states = {rule: state for rule, state in states.items() if rule in standing}
            # Batch by batch, so that what a late reading does not depends on the slices.
            batches = [columns for entry in entries if (columns := _decoded(entry)) is not None]
            signals: list[Signal] = []
            for rule in rules:
                for readings in batches:
                    state = states.get(str(rule.rule), RuleState())
                    crossings, states[str(rule.rule)] = evaluate(
                        rule, state, _of_channel(readings, rule.channel)
                    )
                    signals += [_signal(rule, crossing) for crossing in crossings]
            self._raising.take(signals)
            self._save(connection, position, entries[-1].position, states)
        return len(entries)

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

    def _rules(self, connection: psycopg.Connection[tuple[object, ...]]) -> list[ThresholdRule]:
        rows: list[tuple[Any, ...]] = connection.execute(
            f"SELECT rule, spec FROM {self._schema}.rule ORDER BY key"
        ).fetchall()
        return [ThresholdRule.from_spec(rule, spec) for rule, spec in rows]

    def _load(
        self, connection: psycopg.Connection[tuple[object, ...]]
    ) -> tuple[int, dict[str, RuleState]]:
        connection.execute(
            f"INSERT INTO {self._schema}.follower (name) VALUES (%s) ON CONFLICT DO NOTHING",
            (EVALUATOR,),
        )
        row: tuple[Any, ...] | None = connection.execute(
            f"SELECT position, state FROM {self._schema}.follower WHERE name = %s", (EVALUATOR,)
        ).fetchone()
        assert row is not None, "the row was just made"
        return row[0], {rule: _state_of(stored) for rule, stored in row[1].items()}

    def _save(
        self,
        connection: psycopg.Connection[tuple[object, ...]],
        before: int,
        after: int,
        states: dict[str, RuleState],
    ) -> None:
        stored = {rule: _stored(state) for rule, state in states.items()}
        connection.execute(
            f"UPDATE {self._schema}.follower SET position = %s, state = %s, updated_at = now() "
            "WHERE name = %s AND position = %s",
            (after, json.dumps(stored), EVALUATOR, before),
        )


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


def _signal(rule: ThresholdRule, crossing: Crossing) -> Signal:
    return Signal(
        alert=crossing.alert,
        state=SignalState(crossing.direction),
        at=crossing.at,
        value=crossing.value,
        rule=rule.rule,
        severity=rule.severity,
        limit=rule.above,
        channel=rule.channel,
        name=rule.name,
        fresh_s=rule.fresh_s,
    )


def _of_channel(readings: ReadingColumns, channel: int) -> list[Reading]:
    mine = readings.channel == channel
    chosen = ReadingColumns(
        channel=readings.channel[mine],
        at_us=readings.at_us[mine],
        count=readings.count[mine],
        quality=readings.quality[mine],
    )
    return sorted(chosen, key=lambda reading: reading.at)


def _stored(state: RuleState) -> dict[str, str | None]:
    return {
        name: None if at is None else at.isoformat()
        for name, at in (
            ("last_at", state.last_at),
            ("above_since", state.above_since),
            ("raised_at", state.raised_at),
        )
    }


def _state_of(stored: dict[str, str | None]) -> RuleState:
    return RuleState(
        **{name: None if at is None else datetime.fromisoformat(at) for name, at in stored.items()}
    )
