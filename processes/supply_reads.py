"""In: a utility, local days. Out: its balance, losses, culprits, as known then. I/O: reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from fractions import Fraction

import numpy as np

from energy.base.errors import RefusedError
from energy.base.period import span_of_days
from energy.base.quality import Quality
from energy.base.units import Utility, to_base
from energy.metering.plans.table import UNIT_OF
from energy.metering.supply.balance import Codes, Flow, NodeBalance, NodeSeries, grouped
from energy.metering.supply.balance_losses import ElementLoss, element_losses
from energy.metering.supply.culprit_verdict import Reading, Verdict
from energy.metering.supply.graph import Graph
from energy.metering.usage_groups import Every
from energy.store.pool import Database
from energy.store.sites import Site
from energy.views.balance import balanced, balances
from energy.views.plant_rows import read_supply, supplied_utilities
from energy.views.readings_told import position_when
from energy.views.validation.balance import explained


class NoSupplyError(RefusedError):
    """A site has no supply graph of the kind asked for."""

    code = "supply.none"


@dataclass(frozen=True, slots=True, kw_only=True)
class UtilityBalance:
    """The balance of a utility's supply nodes over some local days."""

    utility: Utility
    unit: str
    """Unit in which it is shown."""
    per_unit: Fraction
    """[base unit / unit]"""
    as_of: int | None
    """Metering position; None for now."""
    first: date
    last: date
    start: datetime
    step_s: int = 900
    """Width of an interval. [s]"""
    balances: tuple[NodeBalance, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    """What the residuals say; none by day or month."""
    losses: tuple[ElementLoss, ...] = ()
    silent: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Nodes of which no interval is known: the meters, or their channels, known in none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UtilityGraph:
    """The supply graph of a utility at an instant."""

    utility: Utility
    at: datetime
    graph: Graph


def read_balance(
    database: Database,
    site: Site,
    utility: Utility,
    first: date,
    last: date,
    *,
    every: Every | None = None,
    as_of: str | None = None,
) -> UtilityBalance:
    """Return the balance of a utility's supply nodes over local days.

    Args:
        database: Any pool that may read.
        site: The site.
        utility: The utility.
        first: First local day.
        last: Last local day, included.
        every: One balance a day or month; None for all days together, with culprits.
        as_of: Position, instant or mark; None for now.

    Raises:
        NoSupplyError: The days run backwards, or there was no graph.
        UnknownKnowledgeError: Nothing is known at `as_of`.
        NotFoldedError: The views have not come that far.
    """
    if last < first:
        raise NoSupplyError.of("days.backwards", first=first, last=last)
    period = span_of_days(first, last, site.zone)
    with database.connection() as connection:
        position = position_when(connection, site, as_of)
        book = read_supply(connection, site.schema, utility, as_of=position)
        if not book.spans(period):
            raise NoSupplyError.of("supply.none", utility=utility, at=period.start)
        blank = UtilityBalance(
            utility=utility,
            unit=UNIT_OF[utility],
            per_unit=to_base(utility, UNIT_OF[utility]),
            as_of=position,
            first=first,
            last=last,
            start=period.start,
        )
        if every is not None:
            found = balances(
                connection, site.schema, site.zone, utility, period, position, every=every
            )
            return replace(blank, balances=tuple(found))
        whole = balanced(connection, site.schema, site.zone, utility, period, position)
        return replace(
            blank,
            step_s=whole.step_s,
            balances=tuple(b for one in whole.series for b in grouped(one, period, site.zone)),
            verdicts=tuple(explained(connection, site.schema, whole)),
            silent=_silent(whole.series, whole.flows),
            losses=tuple(
                element_losses(whole.series, whole.flows, utility, whole.step_s, whole.days)
            ),
        )


def read_graphs(
    database: Database, site: Site, at: datetime, utility: Utility | None = None
) -> list[UtilityGraph]:
    """Return the supply graphs of a site at an instant, by utility.

    Args:
        database: Any pool that may read.
        site: The site.
        at: Aware UTC.
        utility: Only this one.

    Raises:
        NoSupplyError: There was none.
    """
    found = []
    with database.connection() as connection:
        for name in supplied_utilities(connection, site.schema):
            if utility is not None and name != utility:
                continue
            graph = read_supply(connection, site.schema, name).at(at)
            if graph is not None:
                found.append(UtilityGraph(utility=Utility(name), at=at, graph=graph))
    if not found:
        raise NoSupplyError.of("supply.none", utility=utility or "-", at=at)
    return found


def over_limit(balance: UtilityBalance) -> bool:
    """Return whether a node is beyond its limit, or a culprit is named."""
    return any(each.over_limit for each in balance.balances) or any(
        each.reading is Reading.NAMED for each in balance.verdicts
    )


def _silent(series: Iterable[NodeSeries], flows: Mapping[str, Flow]) -> dict[str, tuple[str, ...]]:
    """Return the nodes of which no interval is known, with the meters that are known in none."""
    return {one.node.key: _silent_meters(one, flows) for one in series if not one.known.any()}


def _silent_meters(series: NodeSeries, flows: Mapping[str, Flow]) -> tuple[str, ...]:
    """Return the meters of a node that are known in none of its intervals.

    A point; of one that counts both ways and lacks one of them, `point/quantity` of that.
    """
    silent = []
    for meter in (*series.node.entries, *series.node.children):
        flow = flows.get(meter.point)
        if flow is None or _lost(flow.quality, series):
            ways = () if flow is None else flow.ways
            one_way = [name for name, quality in ways if _lost(quality, series)]
            several = len(one_way) == len(ways)
            silent += [meter.point] if several else [f"{meter.point}/{name}" for name in one_way]
    return tuple(silent)


def _lost(quality: Codes, series: NodeSeries) -> bool:
    """Return whether none of a node's intervals is known."""
    return bool(np.isin(quality[series.there], (Quality.MISSING, Quality.SUSPECT)).all())
