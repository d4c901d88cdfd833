"""In: drafts of a run, the supply graphs. Out: supply = billed + own use + loss. I/O: reads.

What enters a utility's graph from outside, as its meters counted in the days of the run and as
known at its mark. What is billed comes from the drafts; what a meter at an end of the graph counts
that no draft bills is own use; the rest is loss, so that both sides are equal always.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import psycopg

from billing.invoices.usage_shown import SHOWN_UNIT
from billing.money import exact_text, exponent_of, round_half_up
from billing.runs.exceptions import UtilityLoss
from billing.runs.review import ReviewedDraft
from energy.base.period import Period
from energy.base.units import Utility, to_base
from energy.metering.supply.balance import Flow
from energy.metering.supply.graph import Graph
from energy.store.sites import Site
from energy.views.balance import balanced
from energy.views.plant_rows import read_supply

Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled:
    """One utility in the days of a run. [shown unit as text where shown; else base units]."""

    utility: Utility
    supplied: int
    """What entered from outside; 0 where no meter stands there. [base unit]"""
    billed: int
    """[base unit]"""
    own_use: int
    """Metered, billed to nobody. [base unit]"""
    unmetered_supply: bool
    """Whether no meter says what entered: the loss means nothing."""
    money: Decimal
    """Billed for the utility, before tax. [currency]"""

    @property
    def loss(self) -> int:
        """Return what is left; negative where more was billed than came. [base unit]."""
        return self.supplied - self.billed - self.own_use

    def shown(self, base_units: int) -> str:
        """Return an amount in the unit of bills."""
        unit = SHOWN_UNIT[self.utility]
        return exact_text(base_units / to_base(self.utility, unit), least_digits=3)

    def document(self) -> dict[str, object]:
        """Return it as JSON values."""
        return {
            "utility": self.utility.value,
            "unit": SHOWN_UNIT[self.utility],
            "supplied": None if self.unmetered_supply else self.shown(self.supplied),
            "billed": self.shown(self.billed),
            "own_use": self.shown(self.own_use),
            "loss": None if self.unmetered_supply else self.shown(self.loss),
        }


def reconciled(
    connection: Connection,
    site: Site,
    drafts: Sequence[ReviewedDraft],
    period: Period,
    metering_position: int,
) -> list[Reconciled]:
    """Return supply against what is billed of it, one row a utility billed.

    Args:
        connection: Any connection that may read.
        site: The site.
        drafts: What is to be issued.
        period: The days of the run.
        metering_position: As known there.
    """
    blocks = [
        block for draft in drafts for block in json.loads(draft.document)["supplies"]
        if block["charges"]
    ]  # fmt: skip
    found = []
    for utility in Utility:
        mine = [block for block in blocks if block["utility"] == utility.value]
        if mine:
            found.append(_of(connection, site, utility, mine, period, metering_position))
    return found


def losses_of(rows: Sequence[Reconciled], currency: str) -> list[UtilityLoss]:
    """Return the losses that can be told, with the money that they are worth.

    Args:
        rows: Of a run.
        currency: Of its bills.
    """
    return [
        UtilityLoss(
            utility=row.utility.value,
            supplied=row.shown(row.supplied),
            lost=row.shown(row.loss),
            unit=SHOWN_UNIT[row.utility],
            part=Fraction(row.loss, row.supplied),
            money=_worth(row, currency),
        )
        for row in rows
        if not row.unmetered_supply and row.supplied > 0
    ]


def _worth(row: Reconciled, currency: str) -> Decimal:
    price = Fraction(row.money) / row.billed if row.billed else Fraction(0)
    return abs(round_half_up(price * row.loss, exponent_of(currency)))


def _of(
    connection: Connection,
    site: Site,
    utility: Utility,
    blocks: Sequence[Mapping[str, Any]],
    period: Period,
    metering_position: int,
) -> Reconciled:
    per_unit = to_base(utility, SHOWN_UNIT[utility])
    billed = sum((Fraction(b["usage"]["total"] or 0) for b in blocks if b["usage"]), Fraction(0))
    money = sum((Decimal(c["net"]) for b in blocks for c in b["charges"]), Decimal(0))
    spans = read_supply(connection, site.schema, utility, as_of=metering_position).spans(period)
    graph = spans[-1].graph if spans else Graph()
    flows: Mapping[str, Flow] = {}
    if spans:
        flows = balanced(
            connection, site.schema, site.zone, utility, period, metering_position
        ).flows
    entering, ends = _metered(graph)
    points = {block["point"] for block in blocks}
    own = sum(_counted(flows, point) for point in sorted(ends - entering - points))
    return Reconciled(
        utility=utility,
        supplied=sum(_counted(flows, point) for point in sorted(entering)),
        billed=int(billed * per_unit),
        own_use=own,
        unmetered_supply=not entering,
        money=money,
    )


def _counted(flows: Mapping[str, Flow], point: str) -> int:
    flow = flows.get(point)
    if flow is None:
        return 0
    return int(flow.into.sum()) - (0 if flow.back is None else int(flow.back.sum()))


def _metered(graph: Graph) -> tuple[set[str], set[str]]:
    """Return the points that count what enters from outside, and those with none behind them."""
    below: dict[str, list[str]] = {}
    for feeding, fed in graph.live_edges():
        below.setdefault(feeding, []).append(fed)
    entering: set[str] = set()
    for source in graph.sources():
        entering |= _first_metered(graph, below, source, set())
    ends = set()
    for key, node in graph.nodes.items():
        if node.point is None:
            continue
        behind = [_first_metered(graph, below, each, {key}) for each in below.get(key, ())]
        if not any(behind):
            ends.add(node.point)
    return entering, ends


def _first_metered(
    graph: Graph, below: Mapping[str, Sequence[str]], key: str, seen: set[str]
) -> set[str]:
    """Return the first metered points at or behind a node."""
    if key in seen:
        return set()
    seen.add(key)
    point = graph.nodes[key].point
    if point is not None:
        return {point}
    return set().union(*(_first_metered(graph, below, each, seen) for each in below.get(key, ())))
