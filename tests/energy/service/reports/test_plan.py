"""The plan of reports: read with every mistake named, deadlines, what incidents owe. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.service.reports.errors import ReportError
from energy.service.reports.kinds import ReportKind
from energy.service.reports.plan import IncidentDuty, owed, plan_from

LONDON = ZoneInfo("Europe/London")
SPEC: dict[str, Any] = {
    "to": ["management", "ada"],
    "remind": ["desk"],
    "remind_min": 20,
    "contract_kw": 12_000,
    "money": True,
    "deadline": {"day": "08:30", "week": "09:30", "shift_min": 60},
    "incident": {"critical": {"initial_min": 30, "follow_up_min": 240, "final_min": 1440}},
}
NOON = datetime(2019, 1, 1, 12, tzinfo=UTC)
DUTY = IncidentDuty(initial_min=30, follow_up_min=240, final_min=1440)


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


def test_a_plan_says_who_gets_which_report_by_when() -> None:
    plan = plan_from(SPEC)
    assert (plan.to, plan.remind, plan.contract_kw) == (
        ("management", "ada"),
        ("desk",),
        Decimal(12_000),
    )
    assert plan.at == {ReportKind.DAY: time(8, 30), ReportKind.WEEK: time(9, 30)}
    summer = datetime(2019, 6, 30, 23, tzinfo=UTC)
    assert plan.due_at(ReportKind.DAY, summer, LONDON) == datetime(2019, 7, 1, 7, 30, tzinfo=UTC)
    assert plan.due_at(ReportKind.SHIFT, NOON, LONDON) == NOON + minutes(60)
    assert plan_from({}).due_at(ReportKind.DAY, NOON, LONDON) is None
    assert plan_from({}).due_at(ReportKind.SHIFT, NOON, LONDON) is None


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"too": ["x"]}, "'too'"),
        ({"to": "ada"}, "'to'"),
        ({"to": []}, "who gets"),
        ({"remind_min": -1}, "'remind_min'"),
        ({"remind_min": True}, "'remind_min'"),
        ({"contract_kw": 0}, "'contract_kw'"),
        ({"contract_kw": "much"}, "'contract_kw'"),
        ({"money": "yes"}, "'money'"),
        ({"deadline": {"day": "late"}}, "'deadline'"),
        ({"deadline": {"day": "08:30+01:00"}}, "'deadline'"),
        ({"deadline": {"month": "08:30"}}, "deadline.month"),
        ({"deadline": {"shift_min": 1.5}}, "'shift_min'"),
        ({"incident": {"critical": {"initial_min": 30}}}, "incident.critical"),
        ({"incident": 3}, "'incident'"),
    ],
)
def test_what_cannot_be_is_named(changed: dict[str, Any], named: str) -> None:
    with pytest.raises(ReportError, match=named):
        plan_from({**SPEC, **changed})


def test_an_incident_owes_a_first_report_follow_ups_and_a_last_one() -> None:
    (first,) = owed(DUTY, NOON, None, {})
    assert (first.name, first.due_at, first.sent_at) == ("initial", NOON + minutes(30), None)
    assert not first.late(NOON + minutes(30))
    assert first.late(NOON + minutes(31))
    sent = {"initial": NOON + minutes(40)}
    initial, follow_up = owed(DUTY, NOON, None, sent)
    assert initial.late(NOON)  # it went, ten minutes past its deadline
    assert (follow_up.name, follow_up.due_at) == ("follow-up-1", NOON + minutes(280))
    over = NOON + minutes(100)
    assert [each.name for each in owed(DUTY, NOON, over, sent)] == ["initial", "final"]
    assert owed(DUTY, NOON, over, sent)[-1].due_at == over + minutes(1440)
    done = {**sent, "final": over + minutes(5)}
    assert all(each.sent_at for each in owed(DUTY, NOON, over, done))


@given(
    gaps=st.lists(st.integers(1, 600), max_size=6),
    resolved=st.none() | st.integers(0, 3000),
)
def test_at_most_one_stage_but_the_last_is_open_and_each_follows_the_one_before(
    gaps: list[int], resolved: int | None
) -> None:
    at, sent = NOON, dict[str, datetime]()
    names = ["initial", *(f"follow-up-{n}" for n in range(1, 6))]
    for name, gap in zip(names, gaps, strict=False):
        at += minutes(gap)
        sent[name] = at
    over = None if resolved is None else NOON + minutes(resolved)
    told = owed(DUTY, NOON, over, sent)
    assert [each.name for each in told if each.sent_at] == list(sent)[: len(told)]
    waiting = [each for each in told if each.sent_at is None]
    assert all(each.name in {"initial", "final"} for each in waiting) or over is None
    assert len(waiting) == (1 if sent or over is None else 2)
    for earlier, later in pairwise(told):
        if later.name.startswith("follow-up"):
            assert earlier.sent_at is not None
            assert later.due_at == earlier.sent_at + minutes(240)


def test_a_second_solution_owes_a_last_report_of_its_own() -> None:
    first, again = NOON + minutes(100), NOON + minutes(1500)
    sent = {"initial": NOON + minutes(20), "final": first + minutes(30)}
    assert [each.name for each in owed(DUTY, NOON, first, sent)] == ["initial", "final"]
    told = owed(DUTY, NOON, None, sent, [(first, again)])
    assert [(each.name, each.due_at) for each in told] == [
        ("initial", NOON + minutes(30)),
        ("final", first + minutes(1440)),
        ("follow-up-1", again + minutes(30)),  # it is heard of anew
    ]
    assert [each.sent_at is None for each in told] == [False, False, True]
    second = again + minutes(90)
    last = owed(DUTY, NOON, second, sent, [(first, again)])[-1]
    assert (last.name, last.due_at, last.sent_at) == ("final-2", second + minutes(1440), None)
    assert not last.late(second)
    done = {**sent, "final-2": second + minutes(5)}
    assert all(each.sent_at for each in owed(DUTY, NOON, second, done, [(first, again)]))


def test_a_last_report_that_was_not_sent_before_the_second_solution_is_of_that_one() -> None:
    first, again, second = NOON + minutes(100), NOON + minutes(110), NOON + minutes(300)
    sent = {"initial": NOON + minutes(20)}
    waiting = owed(DUTY, NOON, second, sent, [(first, again)])[-1]
    assert (waiting.name, waiting.due_at) == ("final", second + minutes(1440))
    sent["final"] = second + minutes(5)
    told = owed(DUTY, NOON, second, sent, [(first, again)])
    assert [(each.name, each.sent_at) for each in told] == list(sent.items())


@given(
    solutions=st.lists(st.tuples(st.integers(1, 900), st.integers(1, 900)), max_size=4),
    sends=st.lists(st.booleans(), min_size=5, max_size=5),
    over=st.booleans(),
)
def test_every_solution_that_was_told_as_the_last_one_has_its_own_report(
    solutions: list[tuple[int, int]], sends: list[bool], over: bool
) -> None:
    """A second model: whoever writes after a solution takes the next name."""
    at, solved, sent, names = NOON, [], {"initial": NOON}, ["initial"]
    ends = list[datetime]()
    for place, (lasts, stands) in enumerate(solutions):
        begin = at + minutes(2 * lasts)
        at = begin + minutes(2 * stands)
        ends.append(begin)
        if place < len(solutions) - 1 or not over:
            solved.append((begin, at))
        if sends[place]:
            name = "final" if len(names) == 1 else f"final-{len(names)}"
            sent[name] = begin + minutes(1)
            names.append(name)
    resolved = ends[-1] if over and ends else None
    duty = IncidentDuty(initial_min=30, follow_up_min=0, final_min=60)
    told = owed(duty, NOON, resolved, sent, solved)
    assert [each.name for each in told if each.sent_at] == names
    waiting = [each for each in told if each.sent_at is None]
    due = [resolved + minutes(60)] if resolved and not sends[len(solutions) - 1] else []
    assert [each.due_at for each in waiting] == due
