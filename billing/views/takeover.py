"""In: events of the take-over; tables. Out: no row of their own; what a site knows. I/O: reads.

What a take-over waits for stands in its one stream; what it brought is folded by the rooms whose
events it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from billing.takeover.known import KnownPoint, KnownSite
from billing.takeover.site_take_over import SiteTakeOver
from billing.takeover.tasks import TakeOverTasks
from energy.metering.channel import Channel, Kind
from energy.store.sites import Site
from energy.views.registry import load_channels

Connection = psycopg.Connection[tuple[object, ...]]
Cursor = psycopg.Cursor[tuple[object, ...]]
_KINDS = (
    SiteTakeOver.Created,
    SiteTakeOver.Loaded,
    SiteTakeOver.Dropped,
    SiteTakeOver.Signed,
    SiteTakeOver.Written,
    SiteTakeOver.Compared,
    SiteTakeOver.Released,
    TakeOverTasks.Created,
    TakeOverTasks.Asked,
    TakeOverTasks.Begun,
    TakeOverTasks.WentOn,
    TakeOverTasks.Ended,
)


class TakeOverView:
    """Knows the events of the take-over."""

    def fold(self, cursor: Cursor, schema: str, position: int, event: Any) -> bool:
        """Apply one event; return whether the room knows it: nothing is written for it."""
        return isinstance(event, _KINDS)


def streams_there(
    connection: Connection, schema: str, application: str, ids: Sequence[UUID]
) -> set[UUID]:
    """Return which of some streams an application has.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        application: "metering" or "books".
        ids: Ids of streams.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT originator_id FROM {schema}.{application}_events "
        "WHERE originator_id = ANY(%s) AND originator_version = 1",
        (list(ids),),
    ).fetchall()
    return {row[0] for row in rows}


def read_known(connection: Connection, site: Site, now: datetime) -> KnownSite:
    """Return what rows of a workbook may name, and what they must not meet.

    Args:
        connection: Any connection that may read; the views have come up to the journals.
        site: The site.
        now: Present instant.
    """
    schema = site.schema
    return KnownSite(
        key=site.key,
        zone=site.zone,
        currency=site.currency,
        now=now,
        points=_points(connection, schema),
        tariffs={
            key: (utility, first)
            for key, utility, first in _rows(
                connection,
                "SELECT tariff, min(utility), min(valid_from) "
                f"FROM {schema}.tariff_version GROUP BY tariff",
            )
        },
        accounts=_names(connection, f"SELECT account FROM {schema}.account"),
        parties=_names(
            connection, f"SELECT party FROM {schema}.party WHERE until_position IS NULL"
        ),
        items=_names(connection, f"SELECT number FROM {schema}.open_item"),
        payers=_payers(connection, schema),
        series=frozenset(
            (prefix, int(year))
            for prefix, year in _rows(
                connection,
                "SELECT told ->> 'prefix', told ->> 'year' FROM (SELECT "
                f"convert_from(state, 'UTF8')::jsonb AS told FROM {schema}.books_events "
                "WHERE topic = 'number_series.opened') AS opened",
            )
        ),
    )


def _points(connection: Connection, schema: str) -> dict[str, KnownPoint]:
    since: dict[str, datetime] = dict(
        _rows(
            connection,
            f"SELECT c.point, min(s.start_at) FROM {schema}.segment AS s "
            f"JOIN {schema}.channel AS c ON c.number = s.channel GROUP BY c.point",
        )
    )
    channels: dict[str, dict[str, Channel]] = {}
    for channel in load_channels(connection, schema).values():
        held = channels.setdefault(channel.point, {})
        held[channel.facts.quantity] = channel
        counts = channel.facts.kind is Kind.COUNTER
        if counts and ("" not in held or (channel.facts.billing and not held[""].facts.billing)):
            held[""] = channel
    return {
        point: KnownPoint(
            utility=utility or "",
            serial=serial or "",
            since=since.get(point),
            channels=channels.get(point, {}),
        )
        for point, utility, serial in _rows(
            connection,
            "SELECT point, utility, CASE WHEN retired_at IS NULL THEN serial END "
            f"FROM {schema}.meter",
        )
    }


def _payers(connection: Connection, schema: str) -> dict[str, tuple[Any, ...]]:
    found: dict[str, list[Any]] = {}
    for point, account, first, after in _rows(
        connection, f"SELECT point, account, valid_from, valid_to FROM {schema}.account_channel"
    ):
        found.setdefault(point, []).append((account, first, after))
    return {point: tuple(each) for point, each in found.items()}


def _names(connection: Connection, statement: str) -> frozenset[str]:
    return frozenset(name for (name,) in _rows(connection, statement))


def _rows(connection: Connection, statement: str) -> list[tuple[Any, ...]]:
    return connection.execute(statement.encode()).fetchall()
