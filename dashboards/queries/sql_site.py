"""In: a site's database. Out: what every SQL query needs: connection, position, age, names. I/O."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar
from uuid import UUID

import psycopg

from billing.runs.exceptions import Limits
from billing.views.own import read_own
from dashboards.queries.rows import Answer
from dashboards.queries.supply import Supply, SupplyNode, top_points
from dashboards.security.scope import RIGHTS, Right, Scope, roles_of
from energy.base.clock import Clock, monotonic_s, wait
from energy.base.period import day_period
from energy.base.secrets import PersonVault
from energy.base.units import Utility
from energy.journal.directory import roles_at
from energy.metering.completeness import Completeness
from energy.store.pool import Database
from energy.store.sites import DIRECTORY, Site
from energy.store.wall import Own, see_all, see_own
from energy.views.completeness import daily_completeness, served_channels, served_spans

Connection = psycopg.Connection[tuple[object, ...]]
Row = tuple[Any, ...]
Rows = TypeVar("Rows")
METERING, BOOKS, OPERATIONS = "metering", "books", "operations"
"""Followers whose positions the views reflect."""
PATIENCE_S = 2.0
"""How long a command waits to see its own write. [s]"""
ASK_AGAIN_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlSite:
    """One site's tables, read as a signed-in person."""

    database: Database
    """Sees all of the site: for what the domain reads by itself, behind a demand for a right."""
    site: Site
    clock: Clock
    vault: PersonVault
    walled: Database | None = None
    """Sees what a transaction says; None where all who read are staff."""
    limits: Limits = field(default_factory=Limits)
    """From where on something of a bill is an exception."""
    gateways: Mapping[str, str] = field(default_factory=dict)
    """Kind of each gateway of notices that the site has, by name."""

    @property
    def schema(self) -> str:
        """Return the site's schema."""
        return self.site.schema

    def demand(self, scope: Scope, right: Right) -> None:
        """Refuse a scope without the right at this site.

        Raises:
            NotPermittedError: The person lacks the role or the site.
        """
        scope.demand(right, self.site.key)

    @contextmanager
    def read_whole(self) -> Iterator[Connection]:
        """Give a transaction that sees all of the site, whoever asks: no right is demanded.

        For what one may know of rows that are not one's own, where the caller has found another
        reason to tell it. What asks this stands by name in the test of this module.
        """
        with (self.walled or self.database).transaction() as connection:
            see_all(connection)
            yield connection

    @contextmanager
    def read(self, scope: Scope, right: Right) -> Iterator[Connection]:
        """Give a transaction that sees what a scope may see: the way to the tables.

        Staff see the site; who is a tenant alone sees its own, whatever is asked.

        Raises:
            NotPermittedError: The person lacks the role or the site.
        """
        self.demand(scope, right)
        with self.read_whole() as connection:
            if not scope.staff:
                own = read_own(connection, self.schema, scope.tenants)
                see_own(connection, own, self.site.zone)
            yield connection

    @contextmanager
    def read_as_tenant(self, scope: Scope) -> Iterator[tuple[Connection, Own]]:
        """Give a transaction that sees what belongs to the person's tenants, staff or not.

        Raises:
            NotPermittedError: The person lacks the role or the site.
        """
        self.demand(scope, Right.READ_OWN)
        with self.read_whole() as connection:
            own = read_own(connection, self.schema, scope.tenants)
            see_own(connection, own, self.site.zone)
            yield connection, own

    def await_shown(self, scope: Scope, right: Right, shown: Callable[[Connection], bool]) -> None:
        """Wait until the views show what a command wrote, PATIENCE_S at most.

        Args:
            scope: Who waits.
            right: What it takes to read them.
            shown: Whether they do, asked in a new transaction each time.

        Raises:
            NotPermittedError: The person lacks the role or the site.
        """
        until = monotonic_s() + PATIENCE_S
        while monotonic_s() < until:
            with self.read(scope, right) as connection:
                if shown(connection):
                    return
            wait(ASK_AGAIN_S)

    def position(self, connection: Connection, follower: str) -> int:
        """Return how far the views of a follower have come."""
        row: Row | None = connection.execute(
            f"SELECT position FROM {self.schema}.follower WHERE name = %s", (follower,)
        ).fetchone()
        return int(row[0]) if row else 0

    def answer(
        self,
        connection: Connection,
        rows: Rows,
        *,
        follower: str = METERING,
        channels: Sequence[int] | None = None,
    ) -> Answer[Rows]:
        """Return rows with the position they reflect and the age of the newest reading.

        Args:
            connection: The one the rows were read on.
            rows: The rows.
            follower: Whose views were read.
            channels: Channels behind the rows; None for all of the site.
        """
        last = self.last_reading(connection, channels)
        found = Answer(
            rows=rows, as_of=self.position(connection, follower), age_s=None, newest_at=last
        )
        return found.aged(self.clock.now())

    def stamp(self) -> Hashable:
        """Return a value that changes whenever a table of the site does: no scope, no names.

        Rollups follow the views without a position of their own: that they wait is part of it.
        """
        with self.database.connection() as connection:
            people = connection.execute(
                f"SELECT name, position FROM {DIRECTORY}.follower ORDER BY name"
            ).fetchall()
            views = connection.execute(
                f"SELECT name, position FROM {self.schema}.follower "
                "UNION ALL SELECT 'rollups', "
                f"CASE WHEN EXISTS (SELECT FROM {self.schema}.usage_dirty) THEN 1 ELSE 0 END "
                f"+ CASE WHEN EXISTS (SELECT FROM {self.schema}.gauge_dirty) THEN 2 ELSE 0 END "
                "ORDER BY name"
            ).fetchall()
        return (*people, *views)

    def last_reading(
        self, connection: Connection, channels: Sequence[int] | None = None
    ) -> datetime | None:
        """Return the instant of the newest reading of some channels."""
        which, values = "", tuple[list[int], ...]()
        if channels is not None:
            which, values = " WHERE channel = ANY(%s)", (list(channels),)
        row: Row | None = connection.execute(
            f"SELECT max(at) FROM {self.schema}.latest{which}", values
        ).fetchone()
        last: datetime | None = row[0] if row else None
        return last

    def place(self, connection: Connection, key: str) -> tuple[str, str] | None:
        """Return key and name of a place, of the one that holds all others for ""; else None.

        A site without a tree of places is ("", "").
        """
        row: Row | None = connection.execute(
            f"SELECT key, name FROM {self.schema}.place "
            "WHERE CASE WHEN %s = '' THEN parent IS NULL ELSE key = %s END ORDER BY key LIMIT 1",
            (key, key),
        ).fetchone()
        if row is None:
            return None if key else ("", "")
        return row[0], row[1]

    def person_names(self, connection: Connection, people: Sequence[UUID]) -> dict[UUID, str]:
        """Return the names of some people; an erased person is "?"."""
        rows: list[Row] = connection.execute(
            f"SELECT person, name_sealed FROM {DIRECTORY}.person WHERE person = ANY(%s)",
            (list(people),),
        ).fetchall()
        return {person: self.vault.open(person, sealed) for person, sealed in rows}

    def people_with(self, connection: Connection, right: Right) -> tuple[tuple[UUID, str], ...]:
        """Return who has a right at the site and may sign in, by name."""
        rows: list[Row] = connection.execute(
            f"SELECT person, roles FROM {DIRECTORY}.person WHERE NOT disabled"
        ).fetchall()
        able = [
            person
            for person, roles in rows
            if any(right in RIGHTS[role] for role in roles_of(roles_at(roles, self.site.key)))
        ]
        names = self.person_names(connection, able)
        return tuple(sorted(names.items(), key=lambda each: (each[1], str(each[0]))))

    def usage_channels(self, connection: Connection) -> dict[Utility, dict[str, int]]:
        """Return the channel that counts each metering point's usage, by utility and point."""
        rows: list[Row] = connection.execute(
            "SELECT utility, point, number FROM "
            f"{self.schema}.channel WHERE utility IS NOT NULL AND kind IN ('counter', 'interval') "
            "AND direction <> 'export' ORDER BY billing DESC, number"
        ).fetchall()
        found: dict[Utility, dict[str, int]] = {}
        for utility, point, number in rows:
            found.setdefault(Utility(utility), {}).setdefault(point, number)
        return {utility: found[utility] for utility in Utility if utility in found}

    def day_completeness(
        self, connection: Connection, channels: Sequence[int], days: Sequence[date]
    ) -> dict[date, Completeness]:
        """Return how the intervals of some channels together came to be, by whole local day.

        Args:
            connection: Any connection of the site.
            channels: Channels with usage of their own; computed ones are left out.
            days: Local days that are over, in order.
        """
        rows = list(served_channels(connection, self.schema, every=True, numbers=channels).values())
        if not rows or not days:
            return {}
        served = served_spans(connection, self.schema, channels)
        spans = [(day, day_period(day, self.site.zone)) for day in days]
        found = daily_completeness(connection, self.schema, rows, served, spans)
        return {day: told for day, told in found.items() if told.expected}

    def supply(self, connection: Connection, utility: Utility, at: datetime) -> Supply:
        """Return the supply graph of a utility at an instant."""
        valid = "utility = %s AND valid_from <= %s AND (valid_to IS NULL OR valid_to > %s)"
        values = (utility, at, at)
        nodes: list[Row] = connection.execute(
            f"SELECT key, name, kind, point FROM {self.schema}.supply_node "
            f"WHERE {valid} ORDER BY key",
            values,
        ).fetchall()
        edges: list[Row] = connection.execute(
            f"SELECT from_key, to_key FROM {self.schema}.supply_edge WHERE {valid} ORDER BY 1, 2",
            values,
        ).fetchall()
        return Supply(
            nodes=tuple(
                SupplyNode(key=key, name=name, kind=kind, point=point)
                for key, name, kind, point in nodes
            ),
            edges=tuple((source, target) for source, target in edges),
        )

    def top_channels(
        self, connection: Connection, utility: Utility, channels: dict[str, int], at: datetime
    ) -> list[int]:
        """Return the channels whose sum is the site's usage; all where no graph is known."""
        points = top_points(self.supply(connection, utility, at))
        chosen = [channels[point] for point in points if point in channels]
        return chosen or list(channels.values())


def decimal_of(value: Fraction) -> Decimal:
    """Return a fraction as a decimal, exact where it is finite, else 12 digits after the point."""
    denominator = value.denominator
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact if denominator == 1 else exact.quantize(Decimal("1e-12"))


def shown(count: int, resolution: str) -> Decimal:
    """Return what a register shows, with all digits of its resolution.

    Args:
        count: Content of the register. [count]
        resolution: Units per count. [unit / count]
    """
    step = decimal_of(Fraction(resolution))
    return count * step
