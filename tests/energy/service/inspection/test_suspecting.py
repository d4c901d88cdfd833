"""What is suspected, by figures made by hand; nothing twice; a simple second model of zero use."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from energy.service.inspection.kinds import SuspicionKind
from energy.service.inspection.suspecting import (
    NodeLoss,
    PointUse,
    RatioChange,
    Suspected,
    fresh,
    losses,
    ranked,
    ratio_changes,
    zero_uses,
)

ONE = date(2019, 1, 1)
FIVE = [ONE + timedelta(days=n) for n in range(5)]


def loss(residual: int, came_in: int = 1000, limit: int | None = None) -> NodeLoss:
    return NodeLoss(
        utility="electricity",
        node="f1",
        came_in=came_in,
        residual=residual,
        limit_percent=None if limit is None else Fraction(limit),
        known=96,
        expected=96,
    )


def use(point: str, utility: str, *daily: int | None, account: str = "A-1") -> PointUse:
    return PointUse(point=point, utility=utility, account=account, daily=daily)


def change(**changed: Any) -> RatioChange:
    facts: dict[str, Any] = {
        "point": "m1",
        "utility": "electricity",
        "serial": "SN-1",
        "day": ONE,
        "was": Fraction(40),
        "now": Fraction(30),
        "used_since": 3000,
        "ordered": False,
    }
    return RatioChange(**{**facts, **changed})


def test_a_loss_is_suspected_over_the_limit_of_the_node_or_of_the_rules() -> None:
    days, rules = (ONE, FIVE[4]), Fraction(5)
    assert losses([loss(50), loss(-400), loss(5, 0)], days, rules) == []
    (found,) = losses([loss(51)], days, rules)
    assert (found.about, found.energy, found.first, found.last) == (
        *("node:electricity/f1", 51, ONE, FIVE[4]),
    )
    told = {"came_in": "1000", "share": "51/10", "limit": "5", "known": "96/96"}
    assert found.figures == told
    assert losses([loss(51, limit=6)], days, rules) == []
    (stricter,) = losses([loss(21, limit=2)], days, rules)
    assert stricter.figures["limit"] == "2"


def test_zero_use_is_suspected_where_the_tenant_uses_another_utility() -> None:
    power = use("p", "electricity", 30, 50, 0, 0, 0)
    water = use("w", "water", 1, 1, 1, 1, 1)
    (found,) = zero_uses([power, water], FIVE, 3)
    assert (found.about, found.first, found.last) == ("point:p", FIVE[2], FIVE[4])
    assert (found.energy, found.figures) == (120, {"days": "3", "mean": "40", "beside": "w"})
    assert zero_uses([power, water], FIVE, 4) == [], "not so long"
    other = use("w", "water", 1, 1, 1, 1, 1, account="A-2")
    assert zero_uses([power, other], FIVE, 3) == [], "somebody else is there"
    still = use("w", "water", 9, 9, 0, 0, 0)
    assert zero_uses([power, still], FIVE, 3) == [], "nobody is there"
    second = use("p2", "electricity", 1, 1, 1, 1, 1)
    assert zero_uses([power, second], FIVE, 3) == [], "of the same utility"
    gap = use("p", "electricity", 30, 50, 0, None, 0)
    assert zero_uses([gap, water], FIVE, 3) == [], "not known is not nothing"
    new = use("p", "electricity", 0, 0, 0, 0, 0)
    (never,) = zero_uses([new, water], FIVE, 3)
    assert (never.energy, never.figures["days"]) == (0, "5")


@given(st.lists(st.sampled_from([None, 0, 0, 0, 7]), min_size=1, max_size=9), st.integers(1, 9))
def test_zero_use_against_a_model(daily: list[int | None], least: int) -> None:
    days = [ONE + timedelta(days=n) for n in range(len(daily))]
    beside = use("w", "water", *[1] * len(daily))
    found = zero_uses([use("p", "gas", *daily), beside], days, least)
    text = "".join({None: "?", 0: "0", 7: "7"}[each] for each in daily)
    zeros = len(text) - len(text.rstrip("0"))
    assert [int(each.figures["days"]) for each in found] == ([zeros] if zeros >= least else [])


def test_a_changed_ratio_is_suspected_without_a_work_order() -> None:
    (found,) = ratio_changes([change()], FIVE[4])
    assert (found.energy, found.first, found.last) == (1000, ONE, FIVE[4])
    assert found.figures == {"serial": "SN-1", "was": "40", "now": "30"}
    (more,) = ratio_changes([change(now=Fraction(50), used_since=501)], ONE)
    assert more.energy == -100, "half of a unit less is rounded up"
    assert ratio_changes([change(ordered=True), change(now=Fraction(40))], ONE) == []


def suspected(about: str, first: int, last: int, **changed: Any) -> Suspected:
    facts: dict[str, Any] = {"kind": SuspicionKind.LOSS, "utility": "gas", "energy": 1}
    days = {"first": FIVE[first], "last": FIVE[last]}
    return Suspected(about=about, **{**facts, **days, **changed})


def test_what_reaches_into_days_that_were_told_is_not_told_again() -> None:
    told = [("loss", "node:gas/a", FIVE[1]), ("loss", "node:gas/a", FIVE[2])]
    later, touching = suspected("node:gas/a", 3, 4), suspected("node:gas/a", 2, 4)
    other = suspected("node:gas/b", 0, 4)
    assert fresh([later, touching, other], told) == [later, other]
    again = [(str(each.kind), each.about, each.last) for each in (later, other)]
    assert fresh([later, touching, other], [*told, *again]) == []
    assert later.id_at("s") == suspected("node:gas/a", 3, 4, energy=5).id_at("s")
    assert later.id_at("s") != touching.id_at("s")


def test_they_are_ranked_by_energy_within_their_utility() -> None:
    small, large, less = (suspected(f"node:gas/{n}", 0, 1, energy=n) for n in (1, 9, -5))
    steam = suspected("node:steam/a", 0, 1, utility="steam")
    assert ranked([steam, small, less, large]) == [large, less, small, steam]
