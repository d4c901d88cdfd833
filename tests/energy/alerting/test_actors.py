"""How loud a day was, by the figures of EEMUA 191."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from energy.alerting.actors import Raised, figure_texts, figures
from energy.base.period import Period
from tests.examples import tried
from tests.fixtures.batches import MIDNIGHT, at

DAY = Period(start=MIDNIGHT, end=MIDNIGHT + timedelta(days=1))


def raised(what: str, minutes: float, stood: float | None = 1) -> Raised:
    cleared = None if stood is None else at(minutes + stood)
    return Raised(what=what, severity="high", at=at(minutes), cleared_at=cleared)


def test_quiet_day_has_nothing_beyond() -> None:
    found = figures([], DAY)
    assert (found.alarms, found.most, found.beyond) == (0, 0, ())
    assert found.mean == found.top_share == 0


def test_rate_flood_and_the_loudest() -> None:
    alerts = [raised(f"rule {n % 12}", n * 0.8) for n in range(24)]
    found = figures(alerts, DAY)
    assert found.mean == Fraction(24, 144)
    assert (found.most, found.floods) == (13, 2)
    assert found.top_share == Fraction(20, 24)
    assert [actor.raised for actor in found.actors] == [2] * 10
    assert found.beyond == ("most", "top_share")
    told = figure_texts(found)
    assert (told["alarms"], told["mean"], told["top_share"]) == ("24", "0.17", "83 %")


def test_three_times_in_a_minute_chatters() -> None:
    close = [raised("a", minute) for minute in (10, 10.4, 10.99)]
    apart = [raised("b", minute) for minute in (20, 20.5, 21)]
    found = figures([*close, *apart], DAY)
    assert [(actor.what, actor.chatters) for actor in found.actors] == [("a", True), ("b", False)]
    assert found.chattering == 1
    assert found.beyond == ("chattering",)


def test_what_stands_for_a_day_is_stale_though_it_was_raised_before() -> None:
    old = [raised(f"r{n}", -600, None) for n in range(6)]
    gone = raised("gone", -600, 660)
    found = figures([*old, gone, raised("new", 60, None)], DAY)
    assert (found.alarms, found.stale) == (1, 6)
    assert found.beyond == ("stale",)
    assert found.actors[0].standing_s == 23 * 3600


@tried(40)
@given(st.lists(st.tuples(st.integers(0, 15), st.integers(0, 1439)), max_size=60))
def test_figures_do_not_depend_on_the_order(told: list[tuple[int, int]]) -> None:
    alerts = [raised(str(what), minute) for what, minute in told]
    found = figures(alerts, DAY)
    assert found == figures(alerts[::-1], DAY)
    assert found.alarms == len(alerts)
    assert found.most <= found.alarms
    assert sum(actor.raised for actor in found.actors) == found.top_share * len(alerts)
