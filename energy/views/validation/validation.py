"""In: what the journal brought since the last look. Out: notes of doubtful values. I/O: PostgreSQL.

A look has a position of its own: readings that come late are looked at like fresh ones, however old
they are, and what was looked at is not looked at again. What is found is told to the journal as
notes, so a rebuild loses nothing; told twice it is one note. Registers that left their way and came
back get a correction proposed: a person approves it, or does not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec
import psycopg

from energy.base.clock import Clock, from_us, to_us
from energy.base.finding import Severity
from energy.journal.corrections import Corrections
from energy.journal.noted import Notes
from energy.journal.recorder import head_position
from energy.metering.channel import USAGE_KINDS
from energy.metering.note import Note
from energy.store.pool import Database
from energy.views.fed_readings import windows_fed
from energy.views.findings import ended_falls
from energy.views.validation.balance import checked_balance
from energy.views.validation.broken_formulas import broken_formulas
from energy.views.validation.certificate_ends import expired_certificates
from energy.views.validation.days import checked_days
from energy.views.validation.frozen_counters import frozen_counters
from energy.views.validation.lot import Windows
from energy.views.validation.outages import grouped_outages
from energy.views.validation.readings import (
    Met,
    checked_falls,
    checked_readings,
)
from energy.views.validation.restoring import propose_restored, withdraw_stale
from energy.views.validation.told import notes_of, over
from energy.views.validation.zero_runs import Supplied, zero_runs
from energy.views.worker import METERING_VIEWS

FOLLOWER: Final = "validation"
"""Name under which the position of the last look is kept."""
LOOK_READINGS: Final = 500_000
"""Readings of one look. [reading]"""
_INDEXED: Final = 100_000
"""Rows of the index that one look asks for at most."""
_OLDEST: Final = datetime(1970, 1, 2, tzinfo=UTC)
_AHEAD: Final = timedelta(days=1)
"""Readings dated further ahead are suspect, and looked for nowhere."""
Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What one look did."""

    position: int
    """Journal position up to which readings have been looked at."""
    behind: bool
    """Whether the views hold more."""
    told: int = 0
    """Notes that were new."""
    proposed: int = 0
    """Corrections proposed."""
    withdrawn: int = 0
    """Proposals rejected again, as what they were for has ended."""


class Validation:
    """Looks at the values of a site."""

    def __init__(self, database: Database, schema: str, zone: ZoneInfo, clock: Clock) -> None:
        """Look at a site.

        Args:
            database: The process's pool (role meterline_writer); a look takes two connections.
            schema: The site's schema.
            zone: The site's zone: days are local.
            clock: The injected clock.
        """
        self._database = database
        self._schema = schema
        self._zone = zone
        self._clock = clock
        self._notes = Notes(database, schema, clock)
        self._corrections = Corrections(database, schema, clock)

    def look(
        self, *, supplied: Supplied | None = None, limit: int = LOOK_READINGS
    ) -> Looked | None:
        """Look at what came since; None while the views lack what was told, or another looks.

        Args:
            supplied: When somebody pays for a point, by point; None where nobody knows.
            limit: Readings looked at, about. [reading]
        """
        with self._database.transaction() as connection:
            begun = _begun(connection, self._schema)
            if begun is None:
                return None
            after, folded = begun
            upto, behind = _upto(connection, self._schema, after, folded, limit)
            windows = _windows(connection, self._schema, after, upto, self._clock.now())
            met, notes = self._met(connection, after, windows)
            notes += self._hours(connection, windows, supplied)
            told = self._notes.take(notes)
            proposed = sum(
                propose_restored(connection, self._schema, self._corrections, each)
                for each in met.restored
            )
            withdrawn = withdraw_stale(connection, self._schema, self._corrections)
            head = head_position(connection, self._schema, "metering")
            _moved(connection, self._schema, upto, head if told or proposed or withdrawn else 0)
        return Looked(
            position=upto, behind=behind, told=told, proposed=proposed, withdrawn=withdrawn
        )

    def _met(self, connection: Connection, after: int, windows: Windows) -> tuple[Met, list[Note]]:
        met = Met()
        checked_readings(connection, self._schema, windows, met)
        outages = grouped_outages(connection, self._schema, windows, met)
        checked_falls(connection, self._schema, after, windows, met)
        checked_days(connection, self._schema, self._zone, self._clock.now(), windows, met)
        checked_balance(connection, self._schema, self._zone, self._clock.now(), windows, met)
        notes = notes_of(connection, self._schema, met.found, met.scopes)
        ended = [
            over((code, channel, to_us(start), to_us(end)), Severity(severity), position)
            for code, channel, start, end, severity, position in ended_falls(
                connection, self._schema
            )
        ]
        return met, outages + notes + ended

    def _hours(
        self, connection: Connection, windows: Windows, supplied: Supplied | None
    ) -> list[Note]:
        now = self._clock.now()
        late = {channel: from_us(low) for channel, (low, _) in windows.items()}
        notes = frozen_counters(connection, self._schema, now, late)
        notes += expired_certificates(connection, self._schema, self._zone, now)
        notes += broken_formulas(connection, self._schema, self._zone, now)
        if supplied is not None:
            notes += zero_runs(connection, self._schema, self._zone, now, supplied)
        return notes


def _begun(connection: Connection, schema: str) -> tuple[int, int] | None:
    """Take the look's row; return where it stands and how far the views have come."""
    connection.execute(
        f"INSERT INTO {schema}.follower (name) VALUES (%s) ON CONFLICT DO NOTHING", (FOLLOWER,)
    )
    row: tuple[Any, ...] | None = connection.execute(
        f"SELECT position, state FROM {schema}.follower WHERE name = %s FOR UPDATE SKIP LOCKED",
        (FOLLOWER,),
    ).fetchone()
    if row is None:
        return None
    after, state = row
    views: tuple[Any, ...] | None = connection.execute(
        f"SELECT position FROM {schema}.follower WHERE name = %s", (METERING_VIEWS,)
    ).fetchone()
    folded = views[0] if views else 0
    return None if folded < state.get("told", 0) else (after, folded)


def _upto(
    connection: Connection, schema: str, after: int, folded: int, limit: int
) -> tuple[int, bool]:
    """Return up to where a look goes, and whether more is folded."""
    row: tuple[Any, ...] | None = connection.execute(
        "SELECT max(position) FILTER (WHERE before < %(limit)s), max(position), count(*) FROM ("
        "SELECT position, sum(readings) OVER (ORDER BY position) - readings AS before FROM ("
        f"SELECT position, readings FROM {schema}.batch_index WHERE position > %(after)s "
        "AND position <= %(folded)s ORDER BY position LIMIT %(rows)s) AS i) AS s",
        {"after": after, "folded": folded, "limit": limit, "rows": _INDEXED},
    ).fetchone()
    assert row is not None, "an aggregate is a row"
    reached, last, rows = row
    if reached is None or (reached == last and rows < _INDEXED):
        return max(after, folded), False
    return reached, True


def _windows(connection: Connection, schema: str, after: int, upto: int, now: datetime) -> Windows:
    """Return the time of the readings between two positions by channel, of counters and such.

    The readings of a register count for the channels that it feeds as well: a meter wired the
    wrong way is checked like any other. Clocks that run wrong date readings centuries away: those
    do not count, and are not looked for.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT channel, low, high FROM (SELECT b.channel, greatest(min(b.first_at), %s) AS low, "
        "least(max(b.last_at), %s) AS high "
        f"FROM {schema}.batch_index AS b JOIN {schema}.channel AS c ON c.number = b.channel "
        "WHERE b.position > %s AND b.position <= %s AND c.kind = ANY(%s) "
        "AND c.utility IS NOT NULL GROUP BY b.channel) AS w WHERE low <= high ORDER BY channel",
        (_OLDEST, now + _AHEAD, after, upto, list(USAGE_KINDS)),
    ).fetchall()
    own = {channel: (to_us(first), to_us(last)) for channel, first, last in rows}
    return windows_fed(connection, schema, own)


def _moved(connection: Connection, schema: str, position: int, told: int) -> None:
    """Keep how far was looked, and which position the views need before the next look."""
    state: Mapping[str, int] = {"told": told} if told else {}
    connection.execute(
        f"UPDATE {schema}.follower SET position = %s, updated_at = now(), "
        "state = CASE WHEN %s::jsonb = '{}'::jsonb THEN state ELSE %s::jsonb END WHERE name = %s",
        (position, *([msgspec.json.encode(state).decode()] * 2), FOLLOWER),
    )
