"""In: the clock, once a minute. Out: signals of the rules that no reading feeds. I/O: PostgreSQL.

What a tick found is stored with the states it led to, in one transaction, before it is raised: a
crash between leaves it waiting, and the next tick raises it. So each crossing is raised once,
though no two ticks are at the same instant. Never run by a rebuild or a replay of views.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

from energy.alerting.facts import Facts, Ports
from energy.alerting.raising import Raising
from energy.alerting.rule_reads import read_rules
from energy.alerting.rules.evaluate import RuleState, believed, evaluate, state_of, stored_state
from energy.alerting.rules.kinds import TICKED
from energy.alerting.rules.spec import RuleKind, RuleSpec
from energy.alerting.rules.watched import state_name
from energy.alerting.signal import Signal, SignalState
from energy.base.clock import Clock, to_us
from energy.store.pool import Database
from energy.store.sites import Site
from energy.views.gauge_hours import STALE_US
from energy.views.progress import read_lags

TICKER = "alert-ticker"
STALE = timedelta(microseconds=STALE_US)
"""An open alert whose channel has told nothing for so long is unknown."""
BEHIND_S = 60.0
"""Views further behind tell nothing of what is missing. [s]"""
OF_READINGS = frozenset({RuleKind.MISSING, RuleKind.BALANCE, RuleKind.BUDGET, RuleKind.BASELINE})
"""Kinds that rest on how far the views of readings have come."""
Connection = psycopg.Connection[tuple[object, ...]]


def ticked_at(connection: Connection, schema: str) -> datetime | None:
    """Return when the rules of the clock were last evaluated; None where they never were."""
    row: tuple[Any, ...] | None = connection.execute(
        f"SELECT state ->> 'at' FROM {schema}.follower WHERE name = %s", (TICKER,)
    ).fetchone()
    return datetime.fromisoformat(row[0]) if row and row[0] else None


class Ticker:
    """Evaluates the rules of a site that the clock feeds."""

    def __init__(
        self,
        database: Database,
        site: Site,
        clock: Clock,
        ports: Ports | None = None,
        raising: Raising | None = None,
    ) -> None:
        """Tick for a site.

        Args:
            database: The process's pool (role meterline_writer).
            site: The site.
            clock: The injected clock.
            ports: What other rooms tell; None: nothing.
            raising: Shared with what else raises alerts in this process; None: one of its own.
        """
        self._database = database
        self._site = site
        self._clock = clock
        self._ports = ports or Ports()
        self._raising = raising or Raising(database, site.schema, clock)

    def step(self) -> int:
        """Do one tick, if the minute has not had one; return how many alerts changed."""
        now = self._clock.now().replace(second=0, microsecond=0)
        with self._database.connection() as connection:
            turn, stored = self._load(connection)
        waiting = [signal_of(each) for each in stored.get("waiting", ())]
        changed = self._raising.take(waiting)  # what the tick before was killed over
        if stored.get("at") == now.isoformat():
            return changed
        behind = self._behind(now)
        with self._database.connection() as connection:
            states = stored.get("states", {})
            specs = read_rules(connection, self._site.schema, self._site.zone)
            ticked = [each for each in specs if each.kind in TICKED]
            if behind:
                ticked = [each for each in ticked if each.kind not in OF_READINGS]
            signals, states = self._evaluated(connection, ticked, states, now)
            lost = set(stored.get("lost", ()))
            if not behind:
                more, lost = self._of_silence(connection, specs, lost, now)
                signals += more
            after = {
                "at": now.isoformat(),
                "states": _standing(states, specs),
                "lost": sorted(lost),
                "waiting": [stored_signal(each) for each in signals],
            }
            if not self._save(connection, turn, after):
                return changed  # another ticker was faster
        return changed + self._raising.take(signals)

    def _behind(self, now: datetime) -> bool:
        lags = read_lags(self._database, self._site.schema)
        return any(each.follower == "metering" and each.seconds(now) > BEHIND_S for each in lags)

    def _evaluated(
        self,
        connection: Connection,
        specs: Sequence[RuleSpec],
        stored: Mapping[str, Any],
        now: datetime,
    ) -> tuple[list[Signal], dict[str, Any]]:
        states = dict(stored)
        now_us = to_us(self._clock.now())

        def state(spec: RuleSpec) -> RuleState:
            known = states.get(state_name(spec))
            return RuleState() if known is None else believed(state_of(known), now_us)

        facts = Facts(
            connection=connection,
            schema=self._site.schema,
            zone=self._site.zone,
            ports=self._ports,
            now=now,
            seen_us=lambda spec: state(spec).last_us,
        )
        signals: list[Signal] = []
        for spec in specs:
            for about, sample in facts.of(spec):
                found, after = evaluate(about, state(about), [sample])
                states[state_name(about)] = stored_state(after)
                # It holds now, whenever it began: what is found late is no news of the past.
                signals += [replace(each, newest=now) for each in found]
        return signals, states

    def _of_silence(
        self, connection: Connection, specs: Sequence[RuleSpec], lost: set[str], now: datetime
    ) -> tuple[list[Signal], set[str]]:
        """Return what is to be said of open alerts whose channel has fallen silent, or is back."""
        about = {(spec.rule, spec.subject.channel) for spec in specs}
        told = TICKED - {RuleKind.BASELINE}  # a baseline is of readings too
        rules = {spec.rule for spec in specs if spec.kind not in told}
        rows: list[tuple[Any, ...]] = connection.execute(
            "SELECT a.alert, a.rule, a.channel, a.value, l.at "
            f"FROM {self._site.schema}.alert AS a "
            f"LEFT JOIN {self._site.schema}.latest AS l ON l.channel = a.channel "
            "WHERE a.cleared_at IS NULL AND a.channel > 0 AND a.rule = ANY(%s)",
            (list(rules),),
        ).fetchall()
        signals, after = [], set()
        for alert, rule, channel, value, last in rows:
            said = Signal(
                alert=alert, state=SignalState.UNKNOWN, rule=rule, at=now, value=value, newest=now
            )
            if (rule, channel) not in about:  # it is no more of what the rule is about
                signals.append(replace(said, state=SignalState.CLEARED))
            elif last is None or now - last > STALE:
                after.add(str(alert))
                if str(alert) not in lost:
                    signals.append(replace(said, at=now if last is None else last + STALE))
            elif str(alert) in lost:
                signals.append(replace(said, state=SignalState.RAISED, at=last))
        return signals, after

    def _load(self, connection: Connection) -> tuple[int, dict[str, Any]]:
        schema = self._site.schema
        connection.execute(
            f"INSERT INTO {schema}.follower (name) VALUES (%s) ON CONFLICT DO NOTHING", (TICKER,)
        )
        row: tuple[Any, ...] | None = connection.execute(
            f"SELECT position, state FROM {schema}.follower WHERE name = %s", (TICKER,)
        ).fetchone()
        assert row is not None, "the row was just made"
        return row[0], row[1]

    def _save(self, connection: Connection, turn: int, stored: Mapping[str, Any]) -> bool:
        """Store what a tick led to; False where another ticker did meanwhile."""
        done = connection.execute(
            f"UPDATE {self._site.schema}.follower SET position = position + 1, state = %s, "
            "updated_at = now() WHERE name = %s AND position = %s",
            (json.dumps(stored), TICKER, turn),
        )
        return done.rowcount == 1


def _standing(states: Mapping[str, Any], specs: Sequence[RuleSpec]) -> dict[str, Any]:
    """Return the states of the rules that are still there."""
    rules = {str(spec.rule) for spec in specs}
    return {name: state for name, state in states.items() if name.partition(" ")[0] in rules}


def stored_signal(signal: Signal) -> dict[str, Any]:
    """Return a signal as JSON values."""
    told = {each.name: getattr(signal, each.name) for each in fields(signal)}
    return {
        name: value.isoformat()
        if isinstance(value, datetime)
        else str(value)
        if isinstance(value, UUID)
        else value
        for name, value in told.items()
    }


def signal_of(stored: Mapping[str, Any]) -> Signal:
    """Return the signal that was stored."""
    newest = stored.get("newest")
    known: dict[str, Any] = {
        **stored,
        "alert": UUID(stored["alert"]),
        "rule": UUID(stored["rule"]),
        "state": SignalState(stored["state"]),
        "at": datetime.fromisoformat(stored["at"]),
        "newest": None if newest is None else datetime.fromisoformat(newest),
    }
    return Signal(**known)
