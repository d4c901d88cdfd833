"""In: a person and a span in which alerts are expected. Out: its fact, a list. I/O: PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from energy.alerting.flood import NODE, POINT, SOURCE
from energy.alerting.suppression import Expected, Suppression, SuppressionError
from energy.base.clock import Clock
from energy.base.ids import id_of
from energy.journal.application import JournalApplication
from energy.store.pool import Database

_KNOWN = {
    NODE: "SELECT 1 FROM {s}.supply_node WHERE utility || '/' || key = %s",
    POINT: "SELECT 1 FROM {s}.meter WHERE point = %s",
    SOURCE: "SELECT 1 FROM {s}.source WHERE key = %s",
}
"""How it is asked whether there is what a name names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanRow:
    """A span with who declared it and why."""

    suppression: UUID
    why: str
    about: str
    reason: str
    begins_at: datetime
    ends_at: datetime
    person: UUID
    ended_at: datetime | None


class SuppressionDesk:
    """Where maintenance and planned outages are declared."""

    def __init__(self, database: Database, schema: str, clock: Clock) -> None:
        """Work on a site's spans."""
        self._database, self._schema, self._clock = database, schema, clock
        self._operations = JournalApplication(database, schema, "operations", clock)

    def declare(self, expected: Expected, *, reason: str, by: UUID, command_id: UUID) -> int:
        """Expect alerts of something for a span; return the journal's position.

        Raises:
            SuppressionError: As `Suppression.declare`; there is no such thing at the site.
        """
        if self._operations.find(expected.suppression) is not None:
            return self._operations.position()
        self._demand_known(expected.about)
        span = Suppression.declare(
            expected, reason=reason, by=by, now=self._clock.now(), command_id=command_id
        )
        return self._operations.store(span)

    def end(self, suppression: UUID, *, by: UUID) -> int:
        """Let a span be over now; return the journal's position.

        Raises:
            SuppressionError: There is none.
        """
        span = self._operations.find(suppression)
        if not isinstance(span, Suppression):
            raise SuppressionError.of("none")
        span.end(by=by, command_id=id_of("command", "end span", str(suppression), str(by)))
        return self._operations.store(span)

    def spans(self) -> list[SpanRow]:
        """Return the spans of the site, the newest first."""
        with self._database.connection() as connection:
            return read_spans(connection, self._schema)

    def _demand_known(self, about: str) -> None:
        kind, colon, name = about.partition(":")
        statement = _KNOWN.get(kind + colon)
        if statement is not None:
            with self._database.connection() as connection:
                asked = statement.format(s=self._schema).encode()
                if connection.execute(asked, (name,)).fetchone() is not None:
                    return
        raise SuppressionError.of("about", about=about)


def read_spans(connection: psycopg.Connection[tuple[object, ...]], schema: str) -> list[SpanRow]:
    """Return the spans of a site, the newest first.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT suppression, why, about, reason, begins_at, ends_at, person, ended_at "
        f"FROM {schema}.suppression ORDER BY begins_at DESC, suppression"
    ).fetchall()
    return [SpanRow(**dict(zip(SpanRow.__slots__, row, strict=True))) for row in rows]
