"""A tie that was closed and not told is named by the mirror it leaves; nothing else is."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from energy.base.quality import Quality
from energy.base.units import Utility
from energy.metering.supply.balance import Arrangement, Flow, node_series
from energy.metering.supply.culprit import verdicts
from energy.metering.supply.culprit_factors import Fault
from energy.metering.supply.culprit_verdict import Reading, Verdict
from energy.metering.supply.graph import balance_nodes
from tests.fixtures.faulty_meters import A_DAY, MANY, STEP_S, load
from tests.fixtures.supply import graph, node

TIES = {"coupler": ("bus-a", "bus-b")}
POINTS = ("grid-a", "grid-b", "a1", "a2", "b1", "b2")


def told(
    seed: int,
    *,
    through: float,
    since: int = 0,
    noise: float = 0.0,
    ties: dict[str, tuple[str, str]] | None = None,
    missing: slice | None = None,
    others: NDArray[np.int64] | None = None,
) -> list[Verdict]:
    """Return what is said of two busbars; a part of the load of b goes through the tie.

    Args:
        seed: Makes everything.
        through: Part of the load of b that comes over from a.
        since: First interval in which it does.
        noise: Error of each interval of each meter, relative.
        ties: The busbars that each tie joins.
        missing: Intervals in which the incomer of b is not known.
        others: More that comes in at a, of which b knows nothing. [Wh]
    """
    rng = np.random.default_rng(seed)
    used = {point: load(rng) for point in POINTS[2:]}
    over = np.rint(through * (used["b1"] + used["b2"])).astype(np.int64)
    over[:since] = 0
    used["grid-a"] = used["a1"] + used["a2"] + over + (0 if others is None else others)
    used["grid-b"] = used["b1"] + used["b2"] - over
    flows = {}
    for point, counted in used.items():
        quality = np.zeros(MANY, dtype=np.uint8)
        if missing is not None and point == "grid-b":
            quality[missing] = Quality.MISSING
        seen = np.rint(counted * (1 + noise * rng.normal(0, 1, MANY))).astype(np.int64)
        flows[point] = Flow(into=seen, back=None, quality=quality)
    drawn = graph(
        node("grid-a", kind="incomer", point="grid-a"),
        node("bus-a", "grid-a", kind="busbar"),
        *(node(key, "bus-a", point=key) for key in ("a1", "a2")),
        node("grid-b", kind="incomer", point="grid-b"),
        node("bus-b", "grid-b", kind="busbar"),
        *(node(key, "bus-b", point=key) for key in ("b1", "b2")),
    )
    whole = Arrangement(first=0, last=MANY, nodes=tuple(balance_nodes(drawn)))
    series = node_series([whole], flows, Utility.ELECTRICITY, STEP_S, MANY)
    return verdicts(series, flows, step_s=STEP_S, ties=TIES if ties is None else ties)


@pytest.mark.parametrize("through", [0.3, 0.6, 1.0])
@pytest.mark.parametrize("noise", [0.0, 0.005])
def test_a_tie_closed_and_not_told_is_named_with_what_went_through(
    through: float, noise: float
) -> None:
    for seed in range(4):
        one, other = told(seed, through=through, noise=noise)
        assert one is other
        assert (one.reading, one.tie) == (Reading.NAMED, "coupler")
        assert (one.node, one.other_node) == ("grid-a", "grid-b")
        assert one.explanations[0].fault is Fault.TIE_CLOSED
        assert one.fit > 0.95 and one.residual > 0


def test_a_tie_is_dated_by_the_interval_although_days_before_are_not_known() -> None:
    one, _ = told(1, through=0.5, since=12 * A_DAY + 40, missing=slice(0, 3 * A_DAY))
    assert one.tie == "coupler"
    assert 0 <= one.since - (12 * A_DAY + 40) <= 4


def test_no_tie_is_named_without_a_mirror_and_none_of_two_that_would_do() -> None:
    rng = np.random.default_rng(7)
    two = TIES | {"second": ("bus-b", "bus-a")}
    for found in (
        told(1, through=0.5, ties={}),
        told(1, through=0.5, ties={"far": ("bus-a", "bus-c")}),
        told(1, through=0.5, ties=two),
        told(1, through=0.0),
        told(1, through=0.0, others=load(rng)),
        told(1, through=0.3, others=3 * load(rng)),
    ):
        assert [each.tie for each in found] == [None, None]
