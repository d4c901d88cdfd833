"""In: findings that wait for a person. Out: alerts that tell so, cleared when none waits. I/O.

A row in a list wakes nobody. What bars a bill, and what a technician must look at, is an alert as
well: one for a code at a channel, however many findings there are of it; its id is made of the
first, and of how often that one came again after its alert was over. Evaluated again, or after the
views were built anew, it meets itself and changes nothing.
What ended longer than FRESH ago is historic: it is shown, and wakes nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, count
from typing import Any, Final
from uuid import UUID

import psycopg

from energy.alerting.flood import GROUPS
from energy.alerting.raising import Raising
from energy.alerting.signal import Signal, SignalState
from energy.base.clock import Clock
from energy.base.finding import Severity
from energy.base.ids import id_of
from energy.store.pool import Database

FRESH: Final = timedelta(hours=2)
"""Counters are judged by the hour: what has ended longer ago is told as historic."""
ALWAYS: Final = ("other_device", "ratio_changed", "map_changed")
"""What is told even where it bars no bill: the ends of codes, whatever the protocol."""
HIGH: Final = frozenset({"other_device", "ratio_changed", "frozen"})
"""Ends of codes of which the severity is high; that of others is medium."""
MOST: Final = 500
"""Alerts raised in one step: a site that is imported has all its past to tell."""
Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """The open findings of one code at one channel."""

    code: str
    channel: int
    """0 where the whole source is meant."""
    first: datetime
    """First instant of the first of them."""
    last: datetime
    """Last instant of any of them."""
    position: int
    """Journal position of the first of them."""
    about: str
    over: frozenset[UUID] = frozenset()
    """Alerts that told of the same code and channel, and are over."""

    @property
    def alert(self) -> UUID:
        """Return the id of the alert that tells of them: one that none bore that is over."""
        first = ("finding alert", self.code, str(self.channel), str(self.position))
        again = (id_of(*first, str(number)) for number in count(1))
        return next(each for each in chain([id_of(*first)], again) if each not in self.over)

    @property
    def signal(self) -> Signal:
        """Return what raises it."""
        return Signal(
            alert=self.alert,
            state=SignalState.RAISED,
            at=self.first,
            rule=id_of("finding rule", self.code),
            severity="high" if self.code.rpartition(".")[2] in HIGH else "medium",
            channel=self.channel,
            code=self.code,
            about=self.about,
            fresh_s=int(FRESH.total_seconds()),
            newest=self.last,
        )


class FindingAlarms:
    """Raises and clears the alerts of a site's findings."""

    def __init__(
        self, database: Database, schema: str, clock: Clock, raising: Raising | None = None
    ) -> None:
        """Work on a site.

        Args:
            database: The process's pool (role meterline_writer).
            schema: The site's schema.
            clock: Tells which findings are fresh.
            raising: Shared with what else raises alerts in this process; None: one of its own.
        """
        self._database = database
        self._schema = schema
        self._clock = clock
        self._raising = raising or Raising(database, schema, clock)

    def step(self) -> int:
        """Raise and clear what is due; return how many alerts changed."""
        with self._database.connection() as connection:
            waiting = self._waiting(connection)
            settled = self._settled(connection)
        # Those are left out by the raising that the views have not come to yet.
        return self._raising.take([each.signal for each in waiting]) + self._raising.take(settled)

    def _waiting(self, connection: Connection) -> list[Waiting]:
        """Return what waits for a person and has no open alert."""
        rows: list[tuple[Any, ...]] = connection.execute(
            "SELECT f.code, f.channel, min(f.start_at), max(f.end_at), min(f.position), "
            "coalesce(min(c.point), min(f.proof->>'source'), ''), "
            f"(SELECT array_agg(g.alert) FROM {self._schema}.alert_finding AS g "
            "WHERE g.code = f.code AND g.channel = f.channel) "
            f"FROM {self._schema}.finding AS f "
            f"LEFT JOIN {self._schema}.channel AS c ON c.number = f.channel "
            "WHERE f.explained_position IS NULL AND f.resolved_position IS NULL "
            "AND (f.severity = %s OR split_part(f.code, '.', 2) = ANY(%s)) AND NOT EXISTS (SELECT "
            f"FROM {self._schema}.alert_finding AS g JOIN {self._schema}.alert AS a USING (alert) "
            "WHERE g.code = f.code AND g.channel = f.channel AND a.cleared_at IS NULL) "
            "GROUP BY f.code, f.channel ORDER BY min(f.position), f.code, f.channel LIMIT %s",
            (Severity.DO_NOT_BILL, list(ALWAYS), MOST),
        ).fetchall()
        return [
            Waiting(
                code=code,
                channel=channel,
                first=first,
                last=last,
                position=position,
                about=about,
                over=frozenset(over or ()),
            )
            for code, channel, first, last, position, about, over in rows
        ]

    def _settled(self, connection: Connection) -> list[Signal]:
        """Clear the open alerts of whose finding nothing waits any more."""
        rows: list[tuple[Any, ...]] = connection.execute(
            f"SELECT a.alert, a.rule FROM {self._schema}.alert AS a "
            f"JOIN {self._schema}.alert_finding AS g USING (alert) WHERE a.cleared_at IS NULL "
            "AND g.code <> ALL(%s) "
            f"AND NOT EXISTS (SELECT FROM {self._schema}.finding AS f WHERE f.code = g.code "
            "AND f.channel = g.channel AND f.explained_position IS NULL "
            "AND f.resolved_position IS NULL)",
            (list(GROUPS),),
        ).fetchall()
        now = self._clock.now()
        return [
            Signal(alert=alert, state=SignalState.CLEARED, rule=rule, at=now)
            for alert, rule in rows
        ]
