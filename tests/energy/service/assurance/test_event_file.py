"""The file of an assured event: its plan, to and from JSON, and every problem at once."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from energy.base.ids import id_of
from energy.service.assurance.errors import AssuranceError
from energy.service.assurance.event_file import parse_event
from energy.service.assurance.kinds import EventState, Phase
from energy.service.assurance.plan import EventPlan

LONDON = ZoneInfo("Europe/London")
FILE = """
title = "State visit"
begins_at = "2019-01-07 14:00"
ends_at = "2019-01-08 02:00"
places = ["t1"]
nodes = ["electricity/f1"]

[[limit]]
rule = "load"
factor = "0.8"

[[staff]]
post = "desk"

[[staff]]
post = "switch-room"
person = "cy"
ends_at = "2019-01-07 20:00"

[[check]]
phase = "before"
key = "ups"
ask = { en = "UPS on battery tested?", zh = "UPS 已做放电试验？" }
answer = "yes_no"

[[check]]
phase = "during"
key = "volts"
ask = { en = "Voltage at the stand", zh = "机位电压" }
answer = "number"
unit = "V"

[[check]]
phase = "after"
key = "remark"
ask = { en = "Remark", zh = "备注" }
answer = "text"
optional = true
"""


def person(name: str) -> UUID:
    return id_of("person", name)


def parsed(text: str = FILE) -> EventPlan:
    return parse_event(text, LONDON, person)


def test_plan_says_what_the_file_says_and_comes_back_from_json() -> None:
    plan = parsed()
    assert EventPlan.from_json(plan.to_json()) == plan
    assert (plan.title, plan.places, plan.nodes) == ("State visit", ("t1",), ("electricity/f1",))
    assert plan.period.start == datetime(2019, 1, 7, 14, tzinfo=UTC)
    desk, room = plan.staff
    assert (desk.person, desk.period) == (None, plan.period)
    assert (room.person, room.period.end) == (person("cy"), datetime(2019, 1, 7, 20, tzinfo=UTC))
    assert [each.phase for each in plan.checks] == list(Phase)
    assert plan.check("volts") is plan.checks[1]
    assert plan.check("nothing") is None


def test_of_an_hour_that_happens_twice_all_is_meant_and_one_that_never_was_is_none() -> None:
    autumn = FILE.replace("2019-01-07 14:00", "2019-10-27 01:30")
    autumn = autumn.replace("2019-01-08 02:00", "2019-10-27 01:30")
    plan = parsed(autumn.replace('ends_at = "2019-01-07 20:00"\n', ""))
    assert plan.period.start == datetime(2019, 10, 27, 0, 30, tzinfo=UTC)
    assert plan.period.end == datetime(2019, 10, 27, 1, 30, tzinfo=UTC)
    with pytest.raises(AssuranceError, match="no time of the site's clock"):
        parsed(FILE.replace("2019-01-07 14:00", "2019-03-31 01:30"))


def test_every_problem_of_a_file_is_told_at_once() -> None:
    wrong = (
        FILE.replace('"State visit"', f'"{"x" * 81}"')
        .replace('"0.8"', '"1.2"')
        .replace('"before"', '"soon"')
        .replace("electricity/f1", "f1")
        .replace("2019-01-07 20:00", "2019-01-09 20:00")
        + 'wall = "x"\n'
    )
    with pytest.raises(AssuranceError) as refused:
        parsed(wrong)
    told = str(refused.value)
    for problem in (
        "longer than 80",
        "`factor` is at most 1",
        "`phase` is one of before",
        "UTILITY/KEY",
        "lies in that of the event",
        "wall",
    ):
        assert problem in told
    with pytest.raises(AssuranceError, match="`places` or `nodes`"):
        parsed('title = "a"\nbegins_at = "2019-01-07 14:00"\nends_at = "2019-01-07 15:00"\n')
    with pytest.raises(AssuranceError, match="either `factor` or"):
        parsed(FILE.replace('factor = "0.8"', 'factor = "0.8"\nabove = "3"'))
    with pytest.raises(AssuranceError, match="Invalid value"):
        parsed("title =")


def test_what_follows_from_the_time_alone_is_told_by_the_instant() -> None:
    period = parsed().period
    just_before = period.end.replace(hour=1, minute=59)
    state = EventState.APPROVED
    assert state.at(period.start, period.end, datetime(2019, 1, 7, tzinfo=UTC)) is state
    assert state.at(period.start, period.end, period.start) is EventState.RUNNING
    assert state.at(period.start, period.end, just_before) is EventState.RUNNING
    assert state.at(period.start, period.end, period.end) is EventState.OVER
    for kept in (EventState.PLANNED, EventState.SIGNED, EventState.CALLED_OFF):
        assert kept.at(period.start, period.end, period.end) is kept
