"""In: a node and a year. Out: actual, plan and last year of each utility, as known then. I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from energy.base.units import BASE_UNIT, Utility
from energy.metering.plans.compare import MonthFigures, YearFigures, year_figures
from energy.metering.plans.plan import MONTHS, PlanError, PlanNode
from energy.views.node_usage import Connection, node_months, plan_nodes
from energy.views.plans import PlannedMonth, read_plan


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFigures:
    """One node and utility over a year."""

    node: PlanNode
    name: str
    utility: Utility
    base_unit: str
    unit: str
    """Of the plan; empty where nothing is planned."""
    currency: str
    year: int
    as_of: int | None
    """Metering position; None for now."""
    months: tuple[MonthFigures, ...]
    total: YearFigures


def plan_figures(
    connection: Connection,
    schema: str,
    zone: ZoneInfo,
    node: PlanNode,
    year: int,
    *,
    utilities: Sequence[Utility] = (),
    as_of: int | None = None,
) -> list[PlanFigures]:
    """Return the figures of a node, one a utility.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        zone: The site's zone.
        node: The node.
        year: Calendar year of the zone.
        utilities: Only of these; none for all of the node.
        as_of: Metering position: as known there; None for now.

    Raises:
        PlanError: There is no such node, or it has none of the utilities.
        NotFoldedError: The views have not come that far.
    """
    known = {each: (name, own) for each, name, own in plan_nodes(connection, schema)}
    if node not in known:
        raise PlanError.of(f"plan.no_{node.kind}", key=node.key)
    name, own = known[node]
    planned = read_plan(connection, schema, year, nodes=[node], as_of=as_of)
    held = [u for u in Utility if u in own or any(p.utility is u for p in planned)]
    chosen = [u for u in held if not utilities or u in utilities]
    if not chosen:
        raise PlanError.of("plan.no_utility", node=node, known=", ".join(held) or "-")
    ask = _Asked(connection=connection, schema=schema, zone=zone, node=node, name=name, year=year)
    return [
        _figures(ask, utility, [each for each in planned if each.utility is utility], as_of)
        for utility in chosen
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What every utility of a question shares."""

    connection: Connection
    schema: str
    zone: ZoneInfo
    node: PlanNode
    name: str
    year: int


def _figures(
    ask: _Asked, utility: Utility, planned: Sequence[PlannedMonth], as_of: int | None
) -> PlanFigures:
    mine = {each.month: each for each in planned}
    now, before = (
        node_months(ask.connection, ask.schema, ask.zone, ask.node, utility, year, as_of)
        for year in (ask.year, ask.year - 1)
    )
    months = tuple(
        MonthFigures(
            month=month,
            actual=used.usage,
            known_usage=used.known_usage,
            known=used.known,
            expected=used.expected,
            quality=used.quality,
            plan=mine[month].base if month in mine else None,
            money=mine[month].money if month in mine else None,
            last_year=earlier.usage,
            barred=used.barred,
            last_year_barred=earlier.barred,
        )
        for month, used, earlier in zip(range(1, MONTHS + 1), now, before, strict=True)
    )
    first = mine.get(1)
    return PlanFigures(
        node=ask.node,
        name=ask.name,
        utility=utility,
        base_unit=BASE_UNIT[utility],
        unit="" if first is None else first.unit,
        currency="" if first is None else first.currency,
        year=ask.year,
        as_of=as_of,
        months=months,
        total=year_figures(months),
    )
