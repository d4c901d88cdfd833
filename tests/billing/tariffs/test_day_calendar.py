"""Calendars by year: what ships, what a file holds, what is published; a year missing stays so."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from billing.errors import TariffFileError
from billing.tariffs.calendar_draft import draft_text, draft_year
from billing.tariffs.day_calendar import (
    base_name,
    named_year,
    read_calendar_year,
    shipped_calendar,
    shipped_names,
)
from billing.tariffs.tariff_document import document_of
from billing.tariffs.tariff_file import UNPUBLISHED, parse_tariff, read_tariff
from tests.billing.tariffs.files import BLOCKS, PLAIN, WHOLE, edited, problems_of, yaml

YEAR = {"calendar": "airport", "year": 2025, "days": {"holiday": ["01-01"], "work": "01-26"}}


def test_the_chinese_year_has_its_make_up_workdays_and_days_off() -> None:
    cn = shipped_calendar("cn-2025")
    assert cn is not None
    days = {
        date(2025, 1, 26): "work",  # a Sunday that is worked
        date(2025, 1, 28): "holiday",
        date(2025, 2, 1): "rest",  # a Saturday
        date(2025, 2, 3): "rest",  # off for the Sunday
        date(2025, 2, 5): "work",
        date(2025, 10, 11): "work",
        date(2026, 2, 14): "work",
        date(2026, 2, 28): "work",
    }
    assert {day: cn.day_class(day) for day in days} == days
    assert cn.day_class(date(2027, 1, 4)) is None


def test_every_calendar_that_ships_is_right_and_no_year_beyond_what_is_announced() -> None:
    assert shipped_names()[:5] == ["at", "au", "ca", "ch", "cn"]
    for name in shipped_names():
        calendar = shipped_calendar(name)
        assert calendar is not None
        assert set(calendar.sha256) == set(calendar.years)
        assert max(calendar.years) <= (2026 if name == "cn" else 2027)
    christmas = shipped_calendar("gb-eng")
    assert christmas is not None
    assert christmas.day_class(date(2025, 12, 26)) == "holiday"


def test_what_ships_is_what_the_package_knows_of_the_years_that_are_announced() -> None:
    cn = shipped_calendar("cn")
    assert cn is not None
    for year in cn.years:
        drafted = read_calendar_year({**draft_year("CN", year), "draft": False})
        assert dict(drafted.days) == dict(cn.years[year])


def test_a_name_may_have_a_year_behind_it() -> None:
    assert (base_name("gb-eng-2025"), named_year("gb-eng-2025")) == ("gb-eng", 2025)
    assert (base_name("gb-eng"), named_year("gb-eng")) == ("gb-eng", None)
    assert shipped_calendar("../cn") is None
    assert shipped_calendar("atlantis") is None


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("atlantis", "calendar: 'atlantis' is unknown; name one that ships (at, au, ca"),
        ("cn-2035", "calendar: 'cn-2035': 2035 is not published; published are 2023, 2024"),
        ("'../x'", "calendar: '../x' may hold letters"),
        ("[cn]", "calendar: must be a table"),
        ("5", "calendar: must be a table"),
    ],
)
def test_a_calendar_that_is_none_is_told(name: str, problem: str) -> None:
    found = problems_of(edited("calendar: cn-2025 ", f"calendar: {name} ", WHOLE))
    assert any(row.startswith(problem) for row in found), found


def test_a_published_version_reads_without_its_calendar() -> None:
    tariff = parse_tariff(WHOLE, ".yaml", sources=UNPUBLISHED)
    assert tariff.calendar is not None
    assert (tariff.calendar.name, tariff.calendar.years) == ("cn", {})
    assert tariff.calendar.day_class(date(2025, 7, 1)) is None


def test_a_calendar_stands_in_the_file_or_beside_it(tmp_path: Path) -> None:
    inside = yaml(PLAIN + BLOCKS[1])
    calendar = inside.calendar
    assert calendar is not None
    assert calendar.day_class(date(2025, 1, 29)) == "holiday"
    assert calendar.day_class(date(2025, 7, 15)) == "special"
    assert calendar.day_class(date(2025, 7, 12)) == "work"  # a Saturday of this airport
    assert calendar.day_class(date(2024, 7, 12)) is None
    rows = [row.removeprefix("  ") for row in BLOCKS[1].splitlines()[1:]]
    (tmp_path / "airport.yaml").write_text("\n".join(rows))
    (tmp_path / "tariff.yaml").write_text(PLAIN + "calendar: airport.yaml\n")
    beside = read_tariff(tmp_path / "tariff.yaml")
    assert beside.calendar is not None
    assert beside.calendar.years == calendar.years
    assert beside.sha256 == inside.sha256, "the calendar is a part of the version"


@pytest.mark.parametrize("name", ["gone.yaml", "../airport.yaml", "/etc/x.toml"])
def test_a_calendar_file_lies_beside_the_tariff_file(name: str, tmp_path: Path) -> None:
    (tmp_path / "tariff.yaml").write_text(PLAIN + f"calendar: {name}\n")
    with pytest.raises(TariffFileError, match="there is no file"):
        read_tariff(tmp_path / "tariff.yaml")


def test_a_wrong_calendar_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "c.yaml").write_text("a: [")
    (tmp_path / "tariff.yaml").write_text(PLAIN + "calendar: c.yaml\n")
    with pytest.raises(TariffFileError, match=r"c\.yaml: file: not YAML"):
        read_tariff(tmp_path / "tariff.yaml")


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"draft": True}, "draft: is still a draft: check every day"),
        ({"year": 1066}, "year: must be a whole number from 1990 to 2100"),
        ({"calendar": "airport-2025"}, "calendar: must be the name alone, airport"),
        ({"days": {"feast": ["01-01"]}}, "days.feast: is no day class; classes are work"),
        ({"days": {"holiday": ["02-29"]}}, "days.holiday: '02-29' is no day of 2025"),
        ({"days": {"holiday": ["1-1"]}}, "days.holiday: '1-1' is no day of 2025"),
        ({"days": {"holiday": ["02-04..01-28"]}}, "days.holiday: '02-04..01-28' runs backwards"),
        ({"days": {"holiday": "01-01", "work": "01-01"}}, "days.work: 01-01 is holiday already"),
        ({"days": 5}, "days: must be a table"),
        ({"weekdays": {"work": "mon"}}, "weekdays: tue, wed, thu, fri, sat, sun in no day class"),
        ({"weekdays": {"work": ["mon", "mon"]}}, "weekdays.work: mon stands twice"),
        ({"weekdays": {"work": ["Mon"]}}, "weekdays.work: 'Mon' is no weekday"),
        ({"weekdays": {"free": ["mon"]}}, "weekdays.free: is no day class"),
        ({"extra": 1}, "extra: is not known here"),
    ],
)
def test_a_wrong_calendar_year_is_told(change: dict[str, object], problem: str) -> None:
    with pytest.raises(TariffFileError) as caught:
        read_calendar_year({**YEAR, **change})
    assert any(row.startswith(problem) for row in caught.value.problems), caught.value.problems


def test_the_same_days_in_another_order_are_the_same_year() -> None:
    one = read_calendar_year({**YEAR, "days": {"holiday": ["01-01..01-03"], "work": []}})
    two = read_calendar_year({**YEAR, "days": {"holiday": ["01-03", "01-01", "01-02"]}})
    other = read_calendar_year({**YEAR, "days": {"holiday": ["01-01..01-02"]}})
    assert one.sha256 == two.sha256 != other.sha256


@pytest.mark.parametrize("year", [2026, 2027, 2040])
def test_a_draft_is_refused_until_a_person_has_checked_it(year: int) -> None:
    document = document_of(draft_text(draft_year("CN", year)), ".yaml")
    with pytest.raises(TariffFileError, match="still a draft"):
        read_calendar_year(document)
    assert read_calendar_year({**document, "draft": False}).year == year


@pytest.mark.parametrize(
    ("country", "year", "region", "said"),
    [
        ("XX", 2025, None, "no holidays are known of 'XX'"),
        ("GB", 2025, "MARS", "no holidays are known of 'GB' MARS"),
        ("CN", 12025, None, "year: 12025 must be from"),
    ],
)
def test_a_draft_of_an_unknown_place_is_refused(
    country: str, year: int, region: str | None, said: str
) -> None:
    with pytest.raises(TariffFileError, match=said):
        draft_year(country, year, region)
