"""In: events of supply graphs. Out: their dated rows, and the graphs as they were known. I/O.

`supply_history` keeps every change; `supply_node` and `supply_edge` hold, derived from it, when
each node and each edge along which something flows was there (ties apart: they feed nothing of
their own).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import psycopg

from energy.metering.plant import SupplyGraph
from energy.metering.supply.book import SupplyAct, SupplyBook, SupplyChange
from energy.metering.supply.graph import Graph
from energy.views.positioned import or_last

Connection = psycopg.Connection[tuple[object, ...]]
Cursor = psycopg.Cursor[tuple[object, ...]]
_DRAWN = frozenset(SupplyAct) - {SupplyAct.TIE}
"""What changes the rows of nodes and edges."""


def fold_supply(cursor: Cursor, schema: str, position: int, event: Any) -> None:
    """Apply one event of a supply graph.

    Args:
        cursor: Inside the follower's transaction.
        schema: The site's schema.
        position: The event's position.
        event: The domain event.
    """
    match event:
        case SupplyGraph.Created() | SupplyGraph.Redefined():
            changes = [SupplyChange.whole(event.valid_from, event.nodes, event.edges)]
        case SupplyGraph.Changed():
            changes = [
                SupplyChange.from_json(each, valid_from=event.valid_from) for each in event.changes
            ]
        case _:
            raise TypeError(f"no fold for {type(event)}")
    cursor.executemany(
        f"INSERT INTO {schema}.supply_history VALUES (%s, %s, %s, %s, %s, %s)",
        [
            (
                event.utility,
                change.valid_from,
                position,
                item,
                change.act.value,
                json.dumps(dict(change.facts)),
            )
            for item, change in enumerate(changes)
        ],
    )
    if any(change.act in _DRAWN for change in changes):
        book = read_supply(cursor.connection, schema, event.utility)
        if book.changes[-len(changes)].valid_from == event.valid_from and all(
            change.valid_from < event.valid_from for change in book.changes[: -len(changes)]
        ):
            _go_on(cursor, schema, event.utility, book, len(changes))
        else:
            derive(cursor, schema, event.utility, book)


def _go_on(cursor: Cursor, schema: str, utility: str, book: SupplyBook, fresh: int) -> None:
    """Close the rows that the newest changes end, and open those that they begin."""
    since = book.changes[-1].valid_from
    before, after = SupplyBook(book.changes[:-fresh]).at(since), book.at(since)
    held, there = _drawn(before), _drawn(after)
    whole = any(change.act is SupplyAct.WHOLE for change in book.changes[-fresh:])
    ended = held if whole else held - there
    for table, key, width in (("supply_node", "key", 4), ("supply_edge", "from_key, to_key", 2)):
        columns = f"{key}, kind, name, point" if width == 4 else key
        gone = [what for what in ended if len(what) == width]
        cursor.executemany(
            f"UPDATE {schema}.{table} SET valid_to = %s WHERE utility = %s AND valid_to IS NULL "
            f"AND ({key}) = ({', '.join(['%s'] * len(key.split(', ')))})",
            [(since, utility, *what[: len(key.split(", "))]) for what in gone],
        )
        begun = [what for what in there - (held - ended) if len(what) == width]
        cursor.executemany(
            f"INSERT INTO {schema}.{table} (utility, {columns}, valid_from) "
            f"VALUES ({', '.join(['%s'] * (width + 2))})",
            [(utility, *what, since) for what in begun],
        )


def _drawn(graph: Graph | None) -> set[tuple[str | None, ...]]:
    """Return the nodes (key, kind, name, point) and live edges (from, to) of a graph."""
    if graph is None:
        return set()
    nodes = {(node.key, node.kind, node.name, node.point) for node in graph.nodes.values()}
    return {*nodes, *graph.live_edges()}


def derive(cursor: Cursor, schema: str, utility: str, book: SupplyBook) -> None:
    """Write the rows of nodes and edges of one utility anew.

    Args:
        cursor: Inside a transaction.
        schema: The site's schema.
        utility: The utility.
        book: Every change of its graph.
    """
    for table in ("supply_node", "supply_edge"):
        cursor.execute(f"DELETE FROM {schema}.{table} WHERE utility = %s", (utility,))
    nodes, edges = [], []
    for what, start, end in _dated(book):
        if len(what) == 2:
            edges.append((utility, *what, start, end))
        else:
            nodes.append((utility, *what, start, end))
    cursor.executemany(
        f"INSERT INTO {schema}.supply_node VALUES (%s, %s, %s, %s, %s, %s, %s)", nodes
    )
    cursor.executemany(f"INSERT INTO {schema}.supply_edge VALUES (%s, %s, %s, %s, %s)", edges)


def _dated(
    book: SupplyBook,
) -> Iterator[tuple[tuple[str | None, ...], datetime, datetime | None]]:
    """Yield each node (key, kind, name, point) and edge (from, to) with its time."""
    begun: dict[tuple[str | None, ...], datetime] = {}
    for instant, whole, graph in book.versions():
        there = _drawn(graph)
        for what in list(begun):
            if whole or what not in there:
                yield what, begun.pop(what), instant
        for what in there - set(begun):
            begun[what] = instant
    for what, start in begun.items():
        yield what, start, None


def read_supply(
    connection: Connection, schema: str, utility: str, *, as_of: int | None = None
) -> SupplyBook:
    """Return every change of a utility's supply graph known.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        utility: The utility.
        as_of: Metering position: as known there; None for now.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT valid_from, position, act, facts FROM {schema}.supply_history "
        "WHERE utility = %s AND position <= %s ORDER BY position, item",
        (utility, or_last(as_of)),
    ).fetchall()
    return SupplyBook(
        SupplyChange(act=SupplyAct(act), valid_from=valid_from, facts=facts, position=position)
        for valid_from, position, act, facts in rows
    )


def supplied_utilities(connection: Connection, schema: str) -> list[str]:
    """Return the utilities that have a supply graph, by name."""
    rows = connection.execute(
        f"SELECT DISTINCT utility FROM {schema}.supply_history ORDER BY 1"
    ).fetchall()
    return [str(utility) for (utility,) in rows]
