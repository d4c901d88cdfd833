"""A file of rounds: what it states, and every problem named with its place."""

from __future__ import annotations

from datetime import date

import pytest

from energy.service.rounds.errors import PatrolError
from energy.service.rounds.items import LogKind, PatrolPlan
from energy.service.rounds.plan_file import parse_patrol_plan
from energy.service.rounds.schedule import How
from tests.energy.service.rounds.walks import FILE


def test_a_file_states_rounds_exactly() -> None:
    first, plan = parse_patrol_plan(FILE)
    assert first == date(2019, 1, 1)
    (east,) = plan.rounds
    assert east.due.times == (360, 480, 600, 720, 840, 960, 1080, 1200, 1320)
    assert not east.due.hourly
    assert (east.within_min, east.early_min) == (40, 10)
    oil, noise = east.stop("tr1").items
    assert (oil.kind, oil.low, oil.high, oil.limits) == (
        LogKind.NUMBER,
        "-10.5",
        "75",
        "-10.5 … 75",
    )
    assert [oil.outside(each) for each in ("-10.51", "-10.5", "75.0", "75.000001")] == [
        *(True, False, False, True)
    ]
    assert oil.fitting(" 045.20 ") == "45.20", "digits stay as they were read"
    assert (noise.outside("yes"), noise.outside("no")) == (True, False)
    mode, hours = east.stop("pump").items
    assert (mode.outside("hand"), mode.outside("auto"), hours.outside("99999")) == (
        *(True, False, False),
    )
    assert PatrolPlan.from_json(plan.to_json()) == plan


@pytest.mark.parametrize(
    ("said", "times"),
    [
        ("every_h = 1", tuple(range(0, 1440, 60))),
        ('every_h = 4, from = "22:00", to = "06:00"', (2 * 60, 6 * 60, 22 * 60)),
        ('every_h = 3, from = "07:30", to = "07:30"', tuple(range(90, 1440, 180))),
        ('at = ["14:30", "06:00"]', (360, 870)),
    ],
)
def test_when_a_round_is_due(said: str, times: tuple[int, ...]) -> None:
    text = FILE.replace('every_h = 2, from = "06:00", to = "22:00"', said)
    due = parse_patrol_plan(text)[1].rounds[0].due
    assert due.times == times
    assert due.hourly == (said == "every_h = 1")


def test_a_round_of_each_shift_has_no_times_yet() -> None:
    text = FILE.replace('every_h = 2, from = "06:00", to = "22:00"', "per_shift = true")
    due = parse_patrol_plan(text)[1].rounds[0].due
    assert (due.how, due.times) == (How.SHIFTS, ())


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("valid_from = 2019-01-01", "", "valid_from"),
        ('key = "east"', 'key = "East!"', "`key` is 1 to 40"),
        ('zh = "东站"', 'cn = "东站"', "`name` is no table"),
        ('name = { en = "Pump"', f'name = {{ en = "{"P" * 81}"', "at most 80"),
        ("every_h = 2, ", "", "write one of"),
        ("every_h = 2, ", 'every_h = 2, at = ["06:00"], ', "write one of"),
        ("every_h = 2", "every_h = 25", "at most 24"),
        ('from = "06:00"', 'from = "6:00"', 'no time like "06:30"'),
        ("within_min = 40", "within_min = 111", "together at most 120"),
        ("within_min = 40", "", "`within_min`"),
        ('place = "b1"', "", "name one of place"),
        ('place = "b1"', 'place = "b1"\npoint = "m1"', "name one of place"),
        ('kind = "number"\nunit = "°C"', 'kind = "numbers"', "`kind` is one of"),
        ('unit = "°C"', "good = []", "good"),
        ('low = "-10.5"', 'low = "1e3"', "`low` is a whole number or a text"),
        ('low = "-10.5"', "low = 0.5", "`low` is a whole number or a text"),
        ('low = "-10.5"', 'low = "75.1"', "`low` is above `high`"),
        ('good = ["no"]', 'good = ["never"]', "`good` names 'never'"),
        ('{ key = "hand", name = { en = "by hand", zh = "手动" } },', "", "at least two"),
        ('key = "hours"', 'key = "mode"', "value"),
        ('key = "pump"', 'key = "tr1"', "stop"),
    ],
)
def test_a_problem_is_named_with_its_place(old: str, new: str, problem: str) -> None:
    assert old in FILE
    with pytest.raises(PatrolError) as refused:
        parse_patrol_plan(FILE.replace(old, new, 1))
    assert problem in str(refused.value)


def test_no_toml_and_no_round_are_refused() -> None:
    for text in ("[[", "valid_from = 2019-01-01"):
        with pytest.raises(PatrolError):
            parse_patrol_plan(text)
