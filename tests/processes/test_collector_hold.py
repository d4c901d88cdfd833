from __future__ import annotations

import pytest

from processes.collector_hold import (
    STILL_S,
    STORE_DISK,
    VIEWS_LAG,
    Hold,
    HoldLimits,
    HoldRule,
    LagWatch,
    Pressure,
)

LIMITS = HoldLimits(lag_s=100.0, disk_free=1_000)


def pressure(
    position: int | None = 0,
    head: int | None = 0,
    store_free: int | None = None,
    spool_free: int | None = None,
) -> Pressure:
    return Pressure(position=position, head=head, store_free=store_free, spool_free=spool_free)


def lagging(rule: HoldRule, first_s: int, last_s: int, *, behind: int) -> list[tuple[str, ...]]:
    """Look each second at views that go on one entry a second, some entries behind the head."""
    return [
        rule.look(pressure(position=second, head=second + behind), second)
        for second in range(first_s, last_s)
    ]


def test_views_that_lag_hold_the_spool_until_half_of_it_is_made_up() -> None:
    rule = HoldRule(LIMITS)
    assert not any(lagging(rule, 0, 100, behind=100))
    assert lagging(rule, 100, 103, behind=150)[-1] == ()
    held = [rule.look(pressure(position=n, head=250 + 10 * n), n) for n in range(103, 300)]
    assert held[-1] == (VIEWS_LAG,)
    worst = rule.lag_s
    assert worst > LIMITS.lag_s
    head = 250 + 10 * 299
    going_on = [
        rule.look(pressure(position=300 + 30 * n, head=head), 300 + n) for n in range(1, 100)
    ]
    first = going_on.index(())
    assert all(going_on[:first])
    assert not any(going_on[first:])


def test_the_lag_is_the_age_of_the_oldest_entry_not_folded() -> None:
    watch = LagWatch()
    watch.see(0, 5, 10.0)
    watch.see(0, 8, 20.0)
    assert watch.lag_s(25.0) == 15.0
    watch.see(6, 8, 30.0)
    assert watch.lag_s(31.0) == 11.0
    watch.see(8, 8, 32.0)
    assert watch.lag_s(40.0) == 0.0


def test_views_that_stand_still_hold_nothing() -> None:
    rule = HoldRule(LIMITS)
    seen = [rule.look(pressure(position=3, head=10 + n), n) for n in range(1_000)]
    assert not any(seen[int(STILL_S) + 2 :])
    assert rule.lag_s == 999


def test_views_that_move_again_after_a_long_stop_hold_the_spool_till_they_are_near() -> None:
    rule = HoldRule(LIMITS)
    for second in range(500):
        rule.look(pressure(position=3, head=10 + second), second)
    assert rule.look(pressure(position=4, head=510), 500) == (VIEWS_LAG,)
    assert rule.look(pressure(position=509, head=510), 501) == ()


def test_a_disk_near_full_holds_until_there_is_half_as_much_again() -> None:
    rule = HoldRule(LIMITS)
    free = [2_000, 1_000, 999, 1_200, 1_499, 1_500, 1_400, 999]
    seen = [bool(rule.look(pressure(store_free=each), n)) for n, each in enumerate(free)]
    assert seen == [False, False, True, True, True, False, False, True]
    assert rule.reasons == (STORE_DISK,)


def test_a_spool_whose_own_disk_is_near_full_does_not_wait_for_the_views() -> None:
    rule = HoldRule(LIMITS)
    for second in range(300):
        rule.look(pressure(position=second, head=10_000), second)
    assert rule.reasons == (VIEWS_LAG,)
    rule.look(pressure(position=301, head=10_000, spool_free=10), 301)
    assert rule.reasons == ()
    assert rule.spool_low


@pytest.mark.parametrize("limits", [HoldLimits(lag_s=0, disk_free=0)])
def test_limits_of_zero_never_hold(limits: HoldLimits) -> None:
    rule = HoldRule(limits)
    for second in range(300):
        seen = rule.look(pressure(position=second, head=10_000, store_free=0), second)
        assert seen == ()


def test_what_cannot_be_read_holds_nothing() -> None:
    rule = HoldRule(LIMITS)
    assert rule.look(pressure(position=None, head=None), 0) == ()


def test_a_brake_looks_once_a_second() -> None:
    looks: list[float] = []
    now = [0.0]

    def look() -> Pressure:
        looks.append(now[0])
        return pressure(store_free=5)

    hold = Hold("here", LIMITS, look, monotonic=lambda: now[0])
    for tenth in range(25):
        now[0] = tenth / 10
        assert hold.holds() == (STORE_DISK,)
    assert looks == [0.0, 1.0, 2.0]
