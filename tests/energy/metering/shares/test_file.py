"""What a share file may say, and what is wrong with it, all at once."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from energy.metering.shares.bearer import BearerKind, HoursScope
from energy.metering.shares.file import ShareFileError, read_share_file
from energy.metering.shares.part import KeyKind
from energy.metering.shares.version import Vacancy

GOOD = """
[[bearer]]
kind = "tenant"
key = "bakery"
account = "A-1"
holds = [{ points = ["c.u1"], valid_from = 2019-01-01, valid_to = 2019-02-01 }]
[[hours]]
place = "mall"
valid_from = 2019-01-01
week = { mon-sat = ["08:00-20:00"] }
exceptions = { 2019-12-25 = [], 2019-12-24 = ["08:00-14:00"] }
[[share]]
key = "c"
name = "Common"
whole = { point = "lobby" }
valid_from = 2019-01-01
keys = [{ by = "area", portion = "1/3" }, { by = "fixed", portion = "2/3" }]
vacancy = "others"
held_by = "tenant"
parts = [
  { key = "u2", place = "s2", weight = "2.5" },
  { key = "u1", area_m2 = "60.5", weight = 1 },
]
"""


def problems(text: str) -> list[str]:
    return read_share_file(text)[1]


def test_a_good_file_says_bearers_hours_and_shares() -> None:
    file, wrong = read_share_file(GOOD)
    assert wrong == []
    ((kind, bearer),) = file.bearers
    assert (kind, bearer.account) == (BearerKind.TENANT, "A-1")
    ((_, hold),) = file.holds
    assert (hold.point, hold.valid_to) == ("c.u1", date(2019, 2, 1))
    (hours,) = file.hours
    assert hours.scope is HoursScope.PLACE
    assert [len(hours.hours.on(date(2019, 12, day))) for day in (23, 25, 29)] == [1, 0, 0]
    (share,) = file.shares
    version = share.version
    assert [part.key for part in version.parts] == ["u1", "u2"]
    assert [(k.by, k.portion) for k in version.keys] == [
        (KeyKind.AREA, Fraction(1, 3)),
        (KeyKind.FIXED, Fraction(2, 3)),
    ]
    assert version.parts[1].stated["weight"] == Fraction(5, 2)
    assert (version.vacancy, version.owner) == (Vacancy.OTHERS, None)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"2/3"', '"1/2"', "add up to 5/6"),
        ('"others"', '"owner"', "needs `owner`"),
        ('vacancy = "others"', "", "`vacancy` = None is none of owner, others, counted"),
        ('held_by = "tenant"', 'held_by = "ghost"', "none of tenant, cost_centre"),
        ('by = "area"', 'by = "colour"', "none of area, energy, headcount, fixed"),
        ('weight = "2.5"', "weight = 2.5", "is a float"),
        ('place = "s2", ', "", "part 'u2' needs `area_m2`"),
        (', weight = "2.5"', "", "part 'u2' needs `weight`"),
        ('key = "u2"', 'key = "u1"', "'u1' stands twice"),
        ('key = "u2"', 'key = "u 2"', "no blank"),
        ("valid_to = 2019-02-01", "valid_to = 2019-01-01", "first day no longer held"),
        ("valid_from = 2019-01-01\nkeys", "keys", "`valid_from` is no date"),
        ('{ point = "lobby" }', '{ meter = "x" }', "`whole` is neither"),
        ('account = "A-1"', 'name = "Bakery Ltd"', "sealed, with its account"),
        ('"08:00-20:00"', '"08:00-25:00"', "is no stretch like"),
        ("mon-sat", "mon-holiday", "is no weekday"),
        ("2019-12-25 =", "christmas =", "'christmas' is no date"),
        ('place = "mall"', 'production_line = "press"', "names no shift"),
        ('key = "u2"', 'key = "u.2"', "no blank, dot"),
        ("valid_from = 2019-01-01\nkeys", "valid_from = 0001-01-01\nkeys", "is no date"),
        ('"Common"', '"Com\\u0000mon"', "`name` is no text"),
        ("[[share]]", "[[apportionment]]", "unknown key `apportionment`"),
    ],
)
def test_each_mistake_is_told_with_its_place(old: str, new: str, told: str) -> None:
    assert old in GOOD
    found = problems(GOOD.replace(old, new, 1))
    assert any(told in each for each in found), found


def test_holidays_have_hours_of_their_own_and_a_date_goes_before_them() -> None:
    text = GOOD.replace('mon-sat = ["08:00-20:00"] }', 'mon-sat = ["08:00-20:00"], holiday = [] }')
    text = text.replace("exceptions", "holidays = [2019-01-01, 2019-12-24]\nexceptions")
    file, wrong = read_share_file(text)
    assert wrong == []
    hours = file.hours[0].hours
    assert [len(hours.on(date(2019, *day))) for day in ((1, 1), (12, 24))] == [0, 1]
    assert any("`holidays`" in each for each in problems(text.replace("[2019-01-01,", '["x",')))


def test_a_file_that_is_no_toml_is_refused() -> None:
    for text in ("[[share", "x = " + "9" * 5000, "x = " + "[" * 9000):
        with pytest.raises(ShareFileError, match="no TOML"):
            read_share_file(text)


def test_a_key_by_energy_needs_a_meter_of_somebody() -> None:
    by_energy = GOOD.replace('"area", portion', '"energy", portion')
    assert any("needs `points`" in each for each in problems(by_energy))
