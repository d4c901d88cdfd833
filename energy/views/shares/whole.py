"""In: what an apportionment divides, a period. Out: its usage. I/O: reads.

That is the usage of a metering point, measured or computed, or what goes into a supply node and
comes out nowhere: its losses, the expected ones too. While a closed tie makes the node one with
others nobody can tell its own part, so it is MISSING then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from math import lcm
from zoneinfo import ZoneInfo

import numpy as np
import psycopg

from energy.base.period import Period, grid_of
from energy.base.quality import Quality
from energy.base.units import Utility
from energy.metering.supply.balance import arrangements, node_series
from energy.metering.supply.graph import BalanceNode, Graph, balance_nodes
from energy.metering.usage import UsageSpan
from energy.views.balance import coarser, point_channels, read_flows, tie_spans
from energy.views.computed import channel_usage
from energy.views.plant_rows import read_supply
from energy.views.shares.rows import channel_of_whole

Connection = psycopg.Connection[tuple[object, ...]]


def whole_usage(
    connection: Connection,
    schema: str,
    zone: ZoneInfo,
    whole: Mapping[str, str],
    step_s: int,
    period: Period,
    as_of: int | None,
) -> UsageSpan:
    """Return what is divided, on the grid of its shares whatever meters are added later.

    What is counted on a finer grid is summed; what cannot be is MISSING while it counts.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        zone: The site's zone.
        whole: {"point", "quantity"} or {"utility", "node"}.
        step_s: Width of an interval of the shares. [s]
        period: Whole local days.
        as_of: Metering position; None for now.
    """
    channel = channel_of_whole(connection, schema, whole)
    if channel is not None:
        span = channel_usage(connection, schema, zone, [channel], period, as_of)[channel]
        return _on_grid(span, step_s, period)
    return _lacking(connection, schema, zone, whole, step_s, period, as_of)


def _on_grid(span: UsageSpan, step_s: int, period: Period) -> UsageSpan:
    if span.step_s == step_s:
        return span
    if step_s % span.step_s:
        return _unknown(span.channel, step_s, period)
    usage, quality = coarser(span, step_s)
    return replace(span, step_s=step_s, usage=usage, quality=quality)


def _unknown(channel: int, step_s: int, period: Period) -> UsageSpan:
    many = grid_of(period, step_s)
    return UsageSpan(
        channel=channel,
        start=period.start,
        step_s=step_s,
        usage=np.zeros(many, dtype=np.int64),
        quality=np.full(many, Quality.MISSING, dtype=np.uint8),
    )


def _lacking(
    connection: Connection,
    schema: str,
    zone: ZoneInfo,
    whole: Mapping[str, str],
    step_s: int,
    period: Period,
    as_of: int | None,
) -> UsageSpan:
    """Return what goes into a supply node and comes out nowhere, from the meters around it."""
    utility, node = Utility(whole["utility"]), whole["node"]
    book = read_supply(connection, schema, utility, as_of=as_of)
    ties = tie_spans(connection, schema, book, period, as_of)
    arranged = [
        replace(each, nodes=tuple(n for n in each.nodes if node in n.nodes and not n.ties))
        for each in arrangements(book.spans(period), ties, period, step_s)
    ]
    points = points_around({node for each in arranged for node in each.nodes})
    counted = point_channels(connection, schema, utility, points)
    fitting = [each for each in counted if step_s % each.grid_s == 0]  # the others are unknown
    flows = read_flows(connection, schema, zone, fitting, period, step_s, as_of)
    found = _unknown(0, step_s, period)
    for series in node_series(arranged, flows, utility, step_s, len(found.usage)):
        known = series.known
        found.usage[known] = (series.into - series.out)[known]
        found.quality[known] = series.quality[known]
    return found


def node_balances(graphs: Iterable[Graph | None], node: str) -> set[BalanceNode]:
    """Return the balance nodes that a supply node is of while ties are open. Pure.

    Args:
        graphs: Of its utility; None where there was none.
        node: Its key. Of a busbar with several incomers the balance is that of each of them.
    """
    told = (each for graph in graphs if graph is not None for each in balance_nodes(graph, ()))
    return {each for each in told if node in each.nodes}


def balances_from(
    connection: Connection, schema: str, whole: Mapping[str, str], since: datetime
) -> set[BalanceNode]:
    """Return what a supply node that is divided balances with from an instant on.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        whole: {"utility", "node"}; of a metering point, nothing is returned.
        since: Aware UTC.
    """
    if "node" not in whole:
        return set()
    book = read_supply(connection, schema, Utility(whole["utility"]))
    return node_balances(map(book.at, book.instants(since)), whole["node"])


def is_same(
    whole: Mapping[str, str], other: Mapping[str, str], nodes: Iterable[BalanceNode]
) -> bool:
    """Return whether two wholes are one: then what is divided by both is borne twice. Pure.

    Args:
        whole: {"point", "quantity"} or {"utility", "node"}.
        other: Likewise.
        nodes: What the first balances with (`balances_from`).
    """
    if dict(whole) == dict(other):
        return True
    alike = whole.get("utility") == other.get("utility")
    return alike and any(other.get("node") in each.nodes for each in nodes)


def points_around(nodes: Iterable[BalanceNode]) -> list[str]:
    """Return the metering points that count what goes into some balance nodes, or out. Pure."""
    return sorted({meter.point for node in nodes for meter in (*node.entries, *node.children)})


def grid_around(
    connection: Connection, schema: str, utility: Utility, nodes: Iterable[BalanceNode]
) -> int:
    """Return the narrowest grid on which the meters around some balance nodes count. [s].

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        utility: Of the nodes.
        nodes: Balance nodes.
    """
    return lcm(
        900, *(e.grid_s for e in point_channels(connection, schema, utility, points_around(nodes)))
    )


def whole_channels(
    connection: Connection,
    schema: str,
    whole: Mapping[str, str],
    period: Period,
    as_of: int | None,
) -> set[int]:
    """Return the channels that what is divided rests on: of a supply node, all meters around it.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        whole: {"point", "quantity"} or {"utility", "node"}.
        period: The period.
        as_of: Metering position; None for now.
    """
    channel = channel_of_whole(connection, schema, whole)
    if channel is not None:
        return {channel}
    utility = Utility(whole["utility"])
    book = read_supply(connection, schema, utility, as_of=as_of)
    around = node_balances((span.graph for span in book.spans(period)), whole["node"])
    told = point_channels(connection, schema, utility, points_around(around))
    return {n for each in told for n in (each.into, each.back) if n is not None}
