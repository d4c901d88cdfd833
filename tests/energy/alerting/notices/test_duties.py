"""What is due: levels by time, repeats until acknowledged, nothing lost, nothing told too often."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from energy.alerting.notices.duties import (
    OWED_S,
    UNREACHED_S,
    Due,
    LevelTold,
    due_now,
    escalates_at,
)
from energy.alerting.notices.plan import Duty
from tests.fixtures.postgres import NOON

DUTY = Duty(repeat_s=300, escalate_s=600, tell_cleared=True)
ONCE = Duty(repeat_s=0, escalate_s=0, tell_cleared=False)


def told(level: int = 1, since: int = 0, last: int = 0, **how: Any) -> LevelTold:
    reached, given_up = how.get("reached", True), how.get("given_up", False)
    begun = NOON + timedelta(seconds=since)
    at = begun + timedelta(seconds=how.get("every", 300) * last)
    owed = how.get("owed", given_up)
    return LevelTold(
        level=level, since=begun, at=at, last=last, reached=reached, given_up=given_up, owed=owed
    )


def due(*before: LevelTold, after_s: int, duty: Duty = DUTY, over: bool = False) -> list[Due]:
    now = NOON + timedelta(seconds=after_s)
    return due_now(duty, (1, 2), before, over=over, now=now)


def test_the_first_level_is_told_at_once() -> None:
    assert due(after_s=0) == [Due(level=1, repeat=0)]


def test_a_level_is_told_again_when_its_time_has_come() -> None:
    assert due(told(), after_s=299) == []
    assert due(told(), after_s=300) == [Due(level=1, repeat=1)]
    assert due(told(last=1), after_s=599) == []


def test_the_next_level_is_told_when_nobody_acknowledges() -> None:
    assert due(told(last=1), after_s=600) == [Due(level=2, repeat=0)]
    assert due(told(last=1), told(2, 600), after_s=700) == []
    assert due(told(last=1), told(2, 600), after_s=900) == [Due(level=2, repeat=1)]


def test_the_next_level_is_told_at_once_when_nobody_can_be_reached() -> None:
    assert due(told(reached=False, given_up=True), after_s=30) == [Due(level=2, repeat=0)]


def test_the_last_level_is_told_again_without_end() -> None:
    day = 86_400
    assert due(told(), told(2, 600, last=286), after_s=day) == []
    assert due(told(), told(2, 600, last=285), after_s=day) == [Due(level=2, repeat=286)]


def test_what_came_due_while_nobody_looked_is_told_once() -> None:
    assert due(told(), told(2, 600), after_s=4000) == [Due(level=2, repeat=11)]


def test_what_is_over_is_told_no_more_once_somebody_was_reached() -> None:
    assert due(told(), after_s=4000, over=True) == []


def test_what_is_over_is_told_until_somebody_was_reached() -> None:
    given_up = told(reached=False, given_up=True)
    assert due(given_up, after_s=UNREACHED_S, over=True) == [Due(level=1, repeat=1, owed=True)]
    assert due(told(reached=False), after_s=UNREACHED_S, over=True) == []  # it is still tried


def test_what_is_told_once_is_told_again_only_where_nobody_was_reached() -> None:
    assert due(told(), after_s=4000, duty=ONCE) == []
    lost = told(2, reached=False, given_up=True)
    assert due(lost, after_s=UNREACHED_S, duty=ONCE) == [Due(level=2, repeat=1, owed=True)]


def test_every_level_that_nobody_of_was_reached_is_told_again_not_the_top_one_alone() -> None:
    lost = {"reached": False, "given_up": True}
    both = (told(**lost), told(2, 100, **lost))
    first, second = Due(level=1, repeat=1, owed=True), Due(level=2, repeat=1, owed=True)
    assert due(*both, after_s=300, duty=ONCE) == [first]
    assert due(*both, after_s=400, duty=ONCE) == [first, second]
    assert due(told(**lost), told(2, 100), after_s=400, duty=ONCE) == [first]
    assert due(*both, after_s=400, over=True) == [first, second]


def test_who_was_not_reached_is_tried_again_where_others_of_the_level_were() -> None:
    some = told(owed=True)
    assert due(some, after_s=OWED_S - 1, duty=ONCE) == []
    assert due(some, after_s=OWED_S, duty=ONCE) == [Due(level=1, repeat=1, owed=True)]
    assert due(some, after_s=300) == [Due(level=1, repeat=1)], "all of them are told again"


def test_repeats_go_on_by_the_duty_after_nobody_could_be_reached_for_a_while() -> None:
    slow = Duty(repeat_s=600, escalate_s=0, tell_cleared=True)
    since = told(last=3)  # tried each 300 s, reached by the third
    assert due(since, after_s=1199, duty=slow) == []
    assert due(since, after_s=1200, duty=slow) == [Due(level=1, repeat=4)]


def test_the_next_level_is_told_after_its_time_or_at_once_where_nobody_was_reached() -> None:
    assert escalates_at(DUTY, [1, 3], [told()]) == (3, NOON + timedelta(seconds=600))
    assert escalates_at(DUTY, [1, 3], [told(given_up=True)]) == (3, None)
    assert escalates_at(DUTY, [1, 3], []) == (1, None)
    assert escalates_at(DUTY, [1], [told()]) is None
    assert escalates_at(ONCE, [1, 3], [told()]) is None
