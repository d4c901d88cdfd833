"""The flow of all utilities: whole graphs add up, a generator beside other use converts."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import plotly.graph_objects as go
from hypothesis import given
from hypothesis import strategies as st

from dashboards.figures.site_flow_sankey import (
    MOST_USES,
    OTHERS,
    CommonFlow,
    gathered,
    in_common,
    site_sankey,
)
from dashboards.queries.site_flow import Metered, Standing, site_flow_of
from dashboards.queries.site_flow_rows import OWN, TENANTS, UNACCOUNTED, SiteFlow
from dashboards.queries.supply import Supply, SupplyNode
from dashboards.theme import Theme
from energy.base.units import Utility
from energy.metering.conversion import ConversionFactors, Measure

POWER, COLD = Utility.ELECTRICITY, Utility.COOLING
DAY = date(2026, 7, 1)


def supply(*rows: tuple[str, str, str | None, str | None]) -> Supply:
    """Return a graph of (key, kind, point, fed from)."""
    return Supply(
        nodes=tuple(
            SupplyNode(key=key, name=key.title(), kind=kind, point=point)
            for key, kind, point, _ in rows
        ),
        edges=tuple((above, key) for key, _, _, above in rows if above is not None),
    )


GRAPHS = {
    POWER: supply(
        ("grid", "incomer", "p-grid", None),
        ("board", "board", None, "grid"),
        ("chiller", "feeder", "p-chiller", "board"),
        ("shop", "tenant_meter", "p-shop", "board"),
        ("hall", "feeder", "p-hall", "board"),
    ),
    COLD: supply(
        ("plant", "generator", "c-plant", None),
        ("cold-hall", "feeder", "c-hall", "plant"),
    ),
}
STANDING = Standing(
    home={
        "p-grid": "yard",
        "p-chiller": "centre",
        "c-plant": "centre",
        "p-shop": "hall-1",
        "p-hall": "hall-1",
        "c-hall": "hall-1",
    },
    shown={"hall-1": ("hall", "Hall"), "centre": ("centre", "Centre"), "yard": ("yard", "Yard")},
    names={"centre": "Energy centre", "hall-1": "Floor", "yard": "Yard"},
    billed={"p-shop"},
)


def flow(power: dict[str, int], cold: dict[str, int]) -> SiteFlow:
    usage = {
        POWER: {point: Metered(days=(amount,), whole=True) for point, amount in power.items()},
        COLD: {point: Metered(days=(amount,), whole=True) for point, amount in cold.items()},
    }
    return site_flow_of(GRAPHS, usage, STANDING, first=DAY, last=DAY, place="")


MWH, GJ = 1_000_000, 10_000_000
DRAWN = flow(
    {"p-grid": 100 * MWH, "p-chiller": 30 * MWH, "p-shop": 20 * MWH, "p-hall": 45 * MWH},
    {"c-plant": 400 * GJ, "c-hall": 390 * GJ},
)


def amounts(told: SiteFlow) -> dict[tuple[str, str], int]:
    return {(part.source, part.target): sum(part.days) for part in told.parts}


def test_supply_conversion_distribution_use_and_ends_hang_together() -> None:
    assert {
        pair: amount for pair, amount in amounts(DRAWN).items() if pair != ("use hall", OWN)
    } == {
        ("source electricity grid", "grid electricity"): 100 * MWH,
        ("grid electricity", "plant centre"): 30 * MWH,
        ("grid electricity", "use hall"): 65 * MWH,
        ("grid electricity", UNACCOUNTED): 5 * MWH,
        ("use hall", TENANTS): 20 * MWH,
        ("plant centre", "grid cooling"): 400 * GJ,
        ("grid cooling", "use hall"): 390 * GJ,
        ("grid cooling", UNACCOUNTED): 10 * GJ,
    }
    own = {part.utility: sum(part.days) for part in DRAWN.parts if part.target == OWN}
    assert own == {POWER: 45 * MWH, COLD: 390 * GJ}
    assert DRAWN.unknown == ()


def test_an_incomer_beside_other_use_is_no_conversion() -> None:
    graphs = {**GRAPHS, COLD: supply(("main", "incomer", "c-plant", None))}
    usage = {COLD: {"c-plant": Metered(days=(GJ,), whole=True)}}
    told = site_flow_of(graphs, usage, STANDING, first=DAY, last=DAY, place="")
    assert ("source cooling main", "grid cooling") in amounts(told)


def test_what_is_not_known_is_named_and_never_drawn_as_loss() -> None:
    part = flow({"p-shop": MWH}, {})
    assert set(part.unknown) == {"Grid", "Chiller", "Hall", "Plant", "Cold-Hall"}
    assert UNACCOUNTED not in {each.target for each in part.parts}


@given(st.lists(st.integers(0, 10**9), min_size=6, max_size=6))
def test_what_enters_a_distribution_leaves_it(told: list[int]) -> None:
    grid, chiller, shop, hall, plant, cold = told
    found = flow(
        {"p-grid": grid, "p-chiller": chiller, "p-shop": shop, "p-hall": hall},
        {"c-plant": plant, "c-hall": cold},
    )
    for utility, into, out in ((POWER, grid, chiller + shop + hall), (COLD, plant, cold)):
        node = f"grid {utility}"
        entered = sum(sum(p.days) for p in found.parts if p.target == node)
        left = sum(sum(p.days) for p in found.parts if p.source == node)
        assert entered == into
        assert left == max(into, out), "what the meters below count is never made smaller"


def test_all_of_it_stands_in_one_unit_and_what_has_no_factor_is_named() -> None:
    factors = ConversionFactors()
    energy = in_common(DRAWN, factors, Measure.GJ)
    values = {(b.source, b.target): b.value for b in energy.branches}
    assert energy.lacking == ()
    assert values["grid electricity", "plant centre"] == 108
    assert values["plant centre", "grid cooling"] == 400
    coal = in_common(DRAWN, factors, Measure.TCE)
    assert coal.lacking == (COLD,)
    assert {branch.utility for branch in coal.branches} == {POWER}
    assert in_common(DRAWN, factors, Measure.CO2).branches == ()


def test_many_places_are_gathered_and_nothing_is_lost() -> None:
    many = MOST_USES + 5
    graph = supply(
        ("grid", "incomer", "main", None),
        *((f"b{n}", "feeder", f"m{n}", "grid") for n in range(many)),
    )
    meters = {f"m{n}": Metered(days=((n + 1) * MWH,), whole=True) for n in range(many)}
    whole = sum(sum(each.days) for each in meters.values())
    told = site_flow_of(
        {POWER: graph},
        {POWER: {**meters, "main": Metered(days=(whole,), whole=True)}},
        Standing(
            home={f"m{n}": f"p{n}" for n in range(many)},
            shown={f"p{n}": (f"p{n}", f"Place {n}") for n in range(many)},
            names={},
            billed=(),
        ),
        first=DAY,
        last=DAY,
        place="",
    )
    common = in_common(told, ConversionFactors(), Measure.GJ)
    drawn = gathered(told, common)

    def used(of: CommonFlow) -> Fraction:
        return sum((b.value for b in of.branches if b.target == OWN), Fraction(0))

    assert used(common) == used(drawn) == Fraction(36, 10) * whole / MWH
    assert sum(b.source == OTHERS for b in drawn.branches) == 1
    assert sum(b.target == OWN for b in drawn.branches) == MOST_USES + 1
    names = {key: key for b in drawn.branches for key in (b.source, b.target)}
    figure = site_sankey(drawn, names, unit="GJ", language="en", theme=Theme.DARK)
    go.Figure(figure)
    (trace,) = figure["data"]
    assert len(trace["node"]["label"]) == len(names)


def test_nothing_draws_nothing() -> None:
    empty = CommonFlow(branches=(), lacking=(), factors=())
    assert site_sankey(empty, {}, unit="tce", language="zh", theme=Theme.LIGHT)["data"] == []
