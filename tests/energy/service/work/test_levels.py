"""Service levels: a file read with every problem named, versions that hold from a day on. Pure."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from energy.service.work.levels import (
    Counting,
    LevelSet,
    ServiceLevelError,
    ServiceLevels,
    parse_levels,
)
from tests.fixtures.postgres import command

BY = UUID(int=1)
FILE = """
valid_from = 2019-01-01
reopen_days = 14

[hours]
week = { mon-fri = ["08:00-12:00", "13:00-17:00"] }
holidays = [2019-05-01]

[[level]]
class = "critical"
name = { en = "Critical", zh = "紧急" }
response_min = 15
resolution_min = 240
counting = "round_the_clock"
second_person = true

[[level]]
class = "normal"
name = { en = "Normal", zh = "一般" }
response_min = 240
resolution_min = 2400
counting = "working_hours"
"""


def test_a_file_is_read_and_kept_exactly() -> None:
    first, levels = parse_levels(FILE)
    assert first == date(2019, 1, 1)
    assert LevelSet.from_json(levels.to_json()) == levels
    assert levels.of("critical").second_person
    assert levels.of("normal").counting is Counting.WORKING_HOURS
    assert levels.of("normal").name["zh"] == "一般"
    with pytest.raises(ServiceLevelError, match="critical, normal"):
        levels.of("lesser")


NAMED = """
[[complaint]]
class = "late"
name = { en = "Nobody came", zh = "未按时到场" }
points = 4

[[unit]]
unit = "meters"
name = { en = "Metering team", zh = "计量班" }
"""


def test_classes_of_complaints_and_units_are_kept_and_old_versions_have_none() -> None:
    _, levels = parse_levels(FILE + NAMED)
    assert LevelSet.from_json(levels.to_json()) == levels
    assert [(each.key, each.points) for each in levels.complaints] == [("late", 4)]
    assert [each.name["zh"] for each in levels.units] == ["计量班"]
    _, before = parse_levels(FILE)
    assert set(before.to_json()) == {"levels", "hours", "reopen_days"}
    assert LevelSet.from_json(before.to_json()).units == ()


@pytest.mark.parametrize(
    ("was", "becomes", "named"),
    [
        ("points = 4", "", "points"),
        ("points = 4", "points = 101", "at most 100"),
        ('"late"', '"Late!"', "1 to 24 of a-z"),
        ('class = "late"\n', "", "class"),
        ('unit = "meters"', 'unit = "meters"\npoints = 1', "points"),
        ("[[unit]]", NAMED.partition("[[unit]]")[0] + "[[unit]]", "late"),
        ('zh = "计量班"', 'zh = ""', "name"),
    ],
)
def test_a_class_of_complaints_that_cannot_be_is_refused(
    was: str, becomes: str, named: str
) -> None:
    assert was in NAMED
    with pytest.raises(ServiceLevelError, match=named):
        parse_levels(FILE + NAMED.replace(was, becomes))


@pytest.mark.parametrize(
    ("was", "becomes", "named"),
    [
        ("valid_from = 2019-01-01", 'valid_from = "soon"', "valid_from"),
        ("reopen_days = 14", "reopen_days = 1400", "reopen_days"),
        ('class = "normal"', 'class = "Normal!"', "a-z"),
        ('class = "normal"', 'class = "critical"', "twice"),
        ("response_min = 15", "response_min = 0", "response_min"),
        ("resolution_min = 240\n", "resolution_min = 10\n", "resolution_min"),
        ('counting = "working_hours"', 'counting = "always"', "working_hours"),
        ('zh = "紧急"', 'de = "Dringend"', "name"),
        ("second_person = true", 'second_person = "yes"', "neither true nor false"),
        ("second_person = true", "sign = true", "unknown key `sign`"),
        ("mon-fri", "mon-funday", "no weekday"),
        ('"13:00-17:00"', '"11:00-17:00"', "overlap"),
        ('mon-fri = ["08:00-12:00", "13:00-17:00"]', "", "no working hour"),
        ("valid_from", "= valid_from", "no service levels"),
    ],
)
def test_a_wrong_file_names_its_problem(was: str, becomes: str, named: str) -> None:
    assert was in FILE
    with pytest.raises(ServiceLevelError, match=named):
        parse_levels(FILE.replace(was, becomes))


def test_a_version_holds_from_its_day_and_the_newest_of_a_day() -> None:
    _, levels = parse_levels(FILE)
    _, other = parse_levels(FILE.replace("reopen_days = 14", "reopen_days = 7"))
    kept = ServiceLevels(site="s", command_id=command("make"))
    with pytest.raises(ServiceLevelError, match="2019-06-01"):
        kept.on(date(2019, 6, 1))
    for number, (each, first) in enumerate(
        [(levels, date(2019, 1, 1)), (other, date(2019, 7, 1)), (levels, date(2019, 7, 1))]
    ):
        kept.publish(each, valid_from=first, by=BY, command_id=command("publish", number))
    assert [kept.on(date(2019, month, 1)) for month in (1, 6, 7, 8)] == [1, 1, 3, 3]
    assert kept.edition_of(2) == other
    kept.publish(levels, valid_from=date(2019, 7, 1), by=BY, command_id=command("again"))
    assert kept.edition == 3, "the newest one again changes nothing"
    with pytest.raises(ServiceLevelError, match="2018-12-31"):
        kept.on(date(2018, 12, 31))
