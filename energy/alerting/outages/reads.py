"""In: the tables of outages, notices, supply. Out: outages as they stand, receipts. I/O: reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import psycopg

from energy.alerting.flood import NODE
from energy.alerting.outages.outage import ABOUT_OUTAGE
from energy.base.period import Period
from energy.metering.supply.graph import Graph
from energy.views.plant_rows import read_supply

Connection = psycopg.Connection[tuple[object, ...]]


class OutageState(StrEnum):
    """How far an outage is."""

    DRAFT = "draft"
    """Nobody was told of it."""
    TOLD = "told"
    CHANGED = "changed"
    """Told, and a later version waits for its review."""
    CANCELLED = "cancelled"
    ENDED = "ended"
    """Its span is over."""

    @property
    def over(self) -> bool:
        """Return whether nothing more comes of it."""
        return self in {OutageState.CANCELLED, OutageState.ENDED}

    @property
    def waits(self) -> bool:
        """Return whether its newest version waits for its review."""
        return self in {OutageState.DRAFT, OutageState.CHANGED}


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageRow:
    """An outage as it stands."""

    outage: UUID
    about: str
    """"node:UTILITY/KEY"."""
    version: int
    holds: int
    """The version that was told; 0 is none."""
    reason: str
    begins_at: datetime
    ends_at: datetime
    nodes: Sequence[str]
    """Keys of the nodes that go dark, as reviewed."""
    accounts: Sequence[str]
    """Who is affected, protected loads first, as reviewed."""
    unreached: Sequence[str]
    """Accounts of which no contact could be told."""
    author: UUID
    reviewed_by: UUID | None
    reviewed_at: datetime | None
    cancelled_by: UUID | None
    cancelled_at: datetime | None

    def state(self, now: datetime) -> OutageState:
        """Return how far it is."""
        if self.cancelled_at is not None:
            return OutageState.CANCELLED
        if self.ends_at <= now:
            return OutageState.ENDED
        if not self.holds:
            return OutageState.DRAFT
        return OutageState.TOLD if self.holds == self.version else OutageState.CHANGED


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipts:
    """How many notices of one version are how far."""

    version: int
    queued: int = 0
    handed: int = 0
    """With a gateway, alone or with another one; no receipt came."""
    delivered: int = 0
    failed: int = 0
    """Not arrived, or given up."""
    withdrawn: int = 0
    """A later version was told before it went."""


_STATES = {
    "queued": "queued",
    "handed": "handed",
    "joined": "handed",
    "delivered": "delivered",
    "failed": "failed",
    "given_up": "failed",
    "withdrawn": "withdrawn",
}


def read_outages(connection: Connection, schema: str) -> list[OutageRow]:
    """Return the outages of a site, the latest first."""
    names = list(OutageRow.__dataclass_fields__)
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT {', '.join(names)} FROM {schema}.outage ORDER BY begins_at DESC, outage".encode()
    ).fetchall()
    return [OutageRow(**dict(zip(names, row, strict=True))) for row in rows]


def read_receipts(connection: Connection, schema: str, outage: UUID) -> list[Receipts]:
    """Return how many notices of an outage are how far, version by version."""
    return read_receipts_of(connection, schema, [outage]).get(outage, [])


def read_receipts_of(
    connection: Connection, schema: str, outages: Collection[UUID]
) -> dict[UUID, list[Receipts]]:
    """Return how many notices of some outages are how far, version by version."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT subject, repeat, state, count(*) FROM {schema}.notice "
        "WHERE subject = ANY(%s) AND about = %s "
        "GROUP BY subject, repeat, state ORDER BY subject, repeat",
        (list(outages), ABOUT_OUTAGE),
    ).fetchall()
    found: dict[tuple[UUID, int], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for subject, version, state, number in rows:
        found[subject, version][_STATES[state]] += number
    told: dict[UUID, list[Receipts]] = defaultdict(list)
    for (subject, version), counts in found.items():
        told[subject].append(Receipts(version=version, **counts))
    return dict(told)


def read_others(
    connection: Connection, schema: str, outage: UUID, about: str, period: Period
) -> frozenset[str]:
    """Return the nodes of the same graph that other outages which hold switch off in a span."""
    utility, _, _ = about.removeprefix(NODE).partition("/")
    before = f"{NODE}{utility}/"
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT about FROM {schema}.outage WHERE outage <> %s AND starts_with(about, %s) "
        "AND held_from < %s AND held_to > %s",
        (outage, before, period.end, period.start),
    ).fetchall()
    return frozenset(name.removeprefix(before) for (name,) in rows)


def read_graphs_over(
    connection: Connection, schema: str, about: str, period: Period
) -> Mapping[datetime, Graph]:
    """Return the supply graphs of a node's utility that hold in a span, by instant."""
    utility, _, _ = about.removeprefix(NODE).partition("/")
    spans = read_supply(connection, schema, utility).spans(period)
    return {span.start: span.graph for span in spans}
