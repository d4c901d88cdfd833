"""In: a clock. Out: a made-up energy flow with its balance. Pure."""

from __future__ import annotations

from fractions import Fraction

from dashboards.queries.flow_rows import BalanceRow, BalanceState, FlowPage
from dashboards.queries.rows import Answer, FlowNode
from dashboards.queries.site_flow_rows import (
    OWN,
    TENANTS,
    UNACCOUNTED,
    SiteFlow,
    SiteNode,
    SitePart,
    Stage,
)
from dashboards.security.scope import Right, Scope
from dashboards.selection import Selection
from energy.base.units import Utility
from tests.dashboards.fake_energy import SITE, FakeEnergy
from tests.dashboards.fake_load import PLACES

NODE = "hv-a"


def balance(node: str, share: Fraction | None, limit: Fraction | None) -> BalanceRow:
    """Return a balance of 1 MWh with a share left."""
    lost = None if share is None else int(10_000 * share)
    over = share is not None and limit is not None and abs(share) > limit
    state = (
        BalanceState.UNKNOWN
        if share is None
        else BalanceState.NO_LIMIT
        if limit is None
        else BalanceState.OVER
        if over
        else BalanceState.WITHIN
    )
    return BalanceRow(
        node=node,
        name=f"Node {node}",
        children=3,
        into=None if lost is None else 1_000_000,
        out=None if lost is None else 1_000_000 - lost,
        loss=None if lost is None else 0,
        measured=False,
        share=share,
        limit=limit,
        state=state,
        known=Fraction(95, 100),
    )


class FakeFlows(FakeEnergy):
    """Questions about the energy flow."""

    def flow_page(
        self, scope: Scope, utility: Utility, selection: Selection
    ) -> Answer[FlowPage] | None:
        scope.demand(Right.READ_ENERGY, SITE)
        flow = self.energy_flow(scope, utility, selection.first).rows
        if selection.place not in PLACES or selection.node not in {"", NODE}:
            return None
        here = FlowNode(key=NODE, name="Substation A", kind="transformer")
        rows = FlowPage(
            utility=utility,
            last=selection.last,
            place=selection.place,
            trail=(flow.nodes[0], here) if selection.node else (),
            flow=flow,
            partly=(("Building 3", Fraction(97, 100)),),
            balances=None
            if selection.days > 100
            else (
                balance("grid", Fraction(1, 2), Fraction(2)),
                balance(NODE, Fraction(31, 10), Fraction(2)),
                balance("hv-b", None, Fraction(2)),
                balance("lv", Fraction(7, 10), None),
            ),
        )
        return Answer(rows=rows, as_of=48_213, age_s=41)

    def site_flow(self, scope: Scope, selection: Selection) -> Answer[SiteFlow] | None:
        scope.demand(Right.READ_ENERGY, SITE)
        if selection.place not in PLACES:
            return None
        power, gas = Utility.ELECTRICITY, Utility.GAS
        parts = (
            ("source grid", "grid electricity", power, 900),
            ("grid electricity", "use b1", power, 500),
            ("grid electricity", "plant b3", power, 300),
            ("grid electricity", UNACCOUNTED, power, 100),
            ("use b1", TENANTS, power, 400),
            ("use b1", OWN, power, 100),
            ("source main", "grid gas", gas, 700),
            ("grid gas", "use b1", gas, 700),
            ("use b1", TENANTS, gas, 700),
        )
        stages = {"source": Stage.SUPPLY, "plant": Stage.CONVERSION, "use": Stage.USE}
        names = {"source grid": "Grid", "source main": "Gas main", "plant b3": "Boiler house"}
        keys = dict.fromkeys(key for part in parts for key in part[:2])
        nodes = tuple(
            SiteNode(
                key=key,
                name=names.get(key, "" if " " not in key or key.startswith("grid") else "Library"),
                stage=Stage.DISTRIBUTION
                if key.startswith("grid")
                else stages.get(key.partition(" ")[0], Stage.END),
            )
            for key in keys
        )
        days = (selection.last - selection.first).days + 1
        flow = SiteFlow(
            first=selection.first,
            last=selection.last,
            place=selection.place,
            nodes=nodes,
            parts=tuple(
                SitePart(source=s, target=t, utility=u, days=(amount * 1_000,) * days)
                for s, t, u, amount in parts
            ),
            unknown=("Building 3",),
        )
        return Answer(rows=flow, as_of=48_213, age_s=41)
