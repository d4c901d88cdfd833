"""Clocks, promises and figures of supply cases, against plain models."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.base.ids import id_of
from energy.service.cases.capacity import rated_above, verdict_of
from energy.service.cases.kinds import Capacity, CaseKind, CaseState, CaseStep, Turn
from energy.service.cases.plan import CasePlan, parse_case_plan
from energy.service.cases.progress import CasePause, CaseRow, StepRow, figures_of
from energy.service.work.kinds import WaitsFor
from tests.energy.service.cases.office import ANNA
from tests.fixtures.supply import graph, node

ZONE = ZoneInfo("Europe/London")
MONDAY = datetime(2019, 1, 7, 8, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PLAN = parse_case_plan(
    """
valid_from = 2018-01-01
[hours]
week = { mon-fri = ["08:00-12:00", "13:00-17:00"] }
[capacity_change]
application = { within_min = 480, counting = "working_hours" }
contract = { within_min = 960, counting = "working_hours" }
work = { within_min = 1440, counting = "round_the_clock" }
"""
)[1]
STEPS = (CaseStep.APPLICATION, CaseStep.CONTRACT, CaseStep.WORK)


def a_step(place: int, begin: datetime, end: datetime | None, outcome: str = "done") -> StepRow:
    return StepRow(
        place=place,
        step=STEPS[place],
        began_at=begin,
        ended_at=end,
        owner=ANNA,
        ended_by=ANNA if end else None,
        words="",
        result={},
        outcome=outcome if end else "",
    )


def a_pause(begin: datetime, end: datetime | None, until: datetime | None = None) -> CasePause:
    return CasePause(begin_at=begin, end_at=end, until_at=until, waits_for=WaitsFor.CUSTOMER)


def a_case(*been: StepRow, **changed: Any) -> CaseRow:
    facts: dict[str, Any] = {
        **dict.fromkeys(("applicant", "place", "node", "point", "account", "leaving"), ""),
        **dict.fromkeys(("waits_for", "waits_words", "reason"), ""),
        **dict.fromkeys(("wanted_on", "lapses_at", "work_order", "offered"), None),
        **dict.fromkeys(("ended_at", "ended_by"), None),
        "supply_case": id_of("case", str(len(been))),
        "number": "C-2019-00001",
        "kind": CaseKind.CAPACITY_CHANGE,
        "utility": "electricity",
        "capacity_w": 1,
        "asked_at": MONDAY,
        "plan": 1,
        "steps": STEPS,
        "step": been[-1].step,
        "state": CaseState.OPEN,
        "opened_at": MONDAY,
        "opened_by": ANNA,
        "owner": ANNA,
        "position": 1,
        "been": been,
    }
    return CaseRow(**{**facts, **changed})


def test_the_promise_is_the_rest_of_this_step_and_all_of_the_others() -> None:
    case = a_case(a_step(0, MONDAY, None))
    promised = case.promised(PLAN, ZONE, MONDAY + HOUR)
    assert promised.step_at == MONDAY + 9 * HOUR, "eight hours of work, and lunch"
    # Two days of work behind it end on Wednesday at five, a day round the clock on Thursday.
    assert promised.whole_at == datetime(2019, 1, 10, 17, tzinfo=UTC)


def test_while_the_applicant_is_asked_the_promise_moves_and_the_clock_stands() -> None:
    waiting = a_case(
        a_step(0, MONDAY, None), pauses=[a_pause(MONDAY + HOUR, None)], waits_for="customer"
    )
    for days in (1, 2, 3):
        at = MONDAY + HOUR + days * DAY
        standing = waiting.standing(PLAN, ZONE, at)
        assert (standing.used, standing.paused, standing.due_at) == (HOUR, True, None)
        assert waiting.turn(at) is Turn.APPLICANT
        promised = waiting.promised(PLAN, ZONE, at)
        assert promised.step_at == MONDAY + days * DAY + 9 * HOUR, "as if it went on now"


def test_behind_the_last_day_of_an_offer_it_is_our_turn_again_whoever_notices() -> None:
    lapses = MONDAY + 2 * HOUR
    offered = a_case(
        a_step(0, MONDAY, None),
        pauses=[a_pause(MONDAY + HOUR, None, lapses)],
        waits_for="customer",
        lapses_at=lapses,
    )
    assert offered.turn(lapses - HOUR) is Turn.APPLICANT
    assert offered.turn(lapses) is Turn.OURS
    at = lapses + HOUR
    assert offered.standing(PLAN, ZONE, at).used == 2 * HOUR
    late = replace(offered, pauses=[a_pause(MONDAY + HOUR, MONDAY + 9 * DAY, lapses)])
    assert late.standing(PLAN, ZONE, at).used == 2 * HOUR, "taken later it changes no clock"


def test_what_is_late_is_due_in_the_past_and_the_rest_counts_from_now() -> None:
    case = a_case(a_step(0, MONDAY, None))
    at = MONDAY + 3 * DAY
    promised = case.promised(PLAN, ZONE, at)
    assert promised.step_at == MONDAY + 9 * HOUR
    assert promised.whole_at == at + DAY + 9 * HOUR + DAY
    over = replace(case, state=CaseState.REFUSED)
    assert over.promised(PLAN, ZONE, at).whole_at is None
    assert over.turn(at) is Turn.NOBODY


@given(
    st.lists(
        st.tuples(st.integers(1, 5000), st.sampled_from(("done", "refused"))),
        min_size=1,
        max_size=9,
    )
)
def test_figures_are_those_of_a_plain_count(spans: list[tuple[int, str]]) -> None:
    cases = [
        a_case(
            a_step(0, MONDAY, MONDAY),
            a_step(1, MONDAY, MONDAY),
            a_step(2, MONDAY, MONDAY + timedelta(minutes=minutes), outcome),
            state=CaseState.DONE,
        )
        for minutes, outcome in spans
    ]
    after = MONDAY + 2 * DAY
    found = figures_of(cases, {1: PLAN}, ZONE, MONDAY, after)
    (work,) = [each for each in found if each.step is CaseStep.WORK]
    counted = [m for m, outcome in spans if outcome == "done" and m < 2880]
    assert work.ended == len(counted)
    assert work.within == sum(minutes <= 1440 for minutes in counted)
    assert work.at_it == 0
    if counted:
        assert work.median is not None
        assert work.median == timedelta(minutes=median(counted))
    else:
        assert work.median is None


def test_a_version_that_is_over_still_counts_for_its_cases() -> None:
    stricter = CasePlan.from_json(
        {**PLAN.to_json(), "kinds": {"capacity_change": [["application", 60, "working_hours"]]}}
    )
    case = a_case(a_step(0, MONDAY, MONDAY + 2 * HOUR), state=CaseState.DONE)
    other = replace(case, plan=2)
    found = figures_of([case, other], {1: PLAN, 2: stricter}, ZONE, MONDAY, MONDAY + DAY)
    assert (found[0].ended, found[0].within) == (2, 1)


@pytest.mark.parametrize(
    ("asked", "own", "load", "verdict"),
    [
        (40, 0, 60, Capacity.WITHIN),
        (41, 0, 60, Capacity.BEYOND),
        (60, 20, 60, Capacity.WITHIN),
        (1, 20, 100, Capacity.WITHIN),
        (1, 0, 100, Capacity.BEYOND),
    ],
)
def test_a_feeder_bears_what_it_bore_and_what_is_asked_on_top(
    asked: int, own: int, load: int, verdict: Capacity
) -> None:
    assert verdict_of(asked, Fraction(own), Fraction(100), Fraction(load)) is verdict


def test_the_nearest_node_above_that_states_its_load_is_asked() -> None:
    found = graph(
        node("grid", rated_w="9"),
        node("t1", "grid", rated_w="5"),
        node("b1", "t1"),
        node("shop", "b1"),
    )
    above = rated_above(found, "shop")
    assert above is not None
    assert above.key == "t1"
    assert rated_above(found, "nowhere") is None
