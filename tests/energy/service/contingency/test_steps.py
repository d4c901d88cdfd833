"""The file of a contingency plan, what is late, when a drill is due."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.service.contingency.errors import ContingencyError
from energy.service.contingency.steps import (
    ContingencySteps,
    StepState,
    drill_due,
    parse_contingency,
    posts_of,
)

FILE = """
key = "power-loss"
name = { en = "Loss of supply", zh = "失电" }
drill_days = 180

[[step]]
post = "desk"
do = { en = "Call the grid operator.", zh = "联系电网调度。" }
within_min = 5

[[step]]
post = "first"
do = { en = "Start the generator.", zh = "启动发电机。" }
within_min = 15

[[call]]
post = "desk"

[[call]]
post = "first"
"""
NOON = datetime(2019, 1, 1, 12, tzinfo=UTC)


def test_plan_says_what_the_file_says_and_comes_back_from_json() -> None:
    plan = parse_contingency(FILE)
    assert ContingencySteps.from_json(plan.to_json()) == plan
    assert [each.within_min for each in plan.steps] == [5, 15]
    assert posts_of(plan) == ["desk", "first"]


def test_every_problem_of_a_file_is_told_at_once() -> None:
    wrong = (
        FILE.replace("power-loss", "Power loss")
        .replace("within_min = 5", "within_min = 0")
        .replace('zh = "失电"', 'de = "x"')
        .replace("drill_days = 180", "drill_days = 9999")
        + '\n[[call]]\npost = "desk"\ncontact = "fire"\n'
    )
    with pytest.raises(ContingencyError) as refused:
        parse_contingency(wrong)
    told = str(refused.value)
    for problem in ("a-z", "within_min", "`name`", "at most 3660", "either `post` or `contact`"):
        assert problem in told
    with pytest.raises(ContingencyError, match=r"1 to 100 \[\[step\]\]"):
        parse_contingency(FILE.replace("[[step]]", "[[call]]"))


@given(st.integers(1, 100), st.none() | st.integers(0, 200), st.integers(0, 200), st.booleans())
def test_step_is_late_by_its_minute_alone_whenever_one_looks(
    within: int, done: int | None, passed: int, skipped: bool
) -> None:
    due = NOON + timedelta(minutes=within)
    at = None if done is None or done > passed else NOON + timedelta(minutes=done)
    now = NOON + timedelta(minutes=passed)
    state = StepState.of(due, at, now, skipped=skipped)
    late = (passed if at is None else done or 0) > within
    expected = {
        (True, True): StepState.LATE,
        (True, False): StepState.DONE_LATE,
        (False, True): StepState.WAITING,
        (False, False): StepState.DONE,
    }[late, at is None]
    assert state is (StepState.SKIPPED if skipped else expected)


def test_drill_is_due_after_the_last_one_and_at_first_after_the_review() -> None:
    reviewed = date(2019, 1, 1)
    assert drill_due(30, reviewed, None) == date(2019, 1, 31)
    assert drill_due(30, reviewed, date(2019, 1, 20)) == date(2019, 2, 19)
