"""Tariff bands of a day follow the wall clock, also when it changes."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from billing.tariffs.tariff_file import parse_tariff
from dashboards.queries.bands import bands_of

LONDON = ZoneInfo("Europe/London")
ROOT = Path(__file__).resolve().parents[3]
TARIFFS = ROOT / "simulator" / "sites" / "cambridge" / "tariffs"


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 7, 1), 24), (date(2026, 10, 25), 25)]
)
def test_bands_cover_the_day_without_a_gap(day: date, hours: int) -> None:
    tariff = parse_tariff((TARIFFS / "campus-electricity.toml").read_text(encoding="utf-8"))
    bands = bands_of(tariff, day, LONDON)
    assert all(a.end == b.start for a, b in pairwise(bands))
    assert (bands[-1].end - bands[0].start).total_seconds() == hours * 3600
    assert bands[0].rank == 0  # night is the cheapest
    assert {band.start.astimezone(LONDON).strftime("%H:%M") for band in bands} == {"00:00", "07:00"}


def test_one_price_at_all_times_has_no_bands() -> None:
    tariff = parse_tariff((TARIFFS / "campus-gas.toml").read_text(encoding="utf-8"))
    assert bands_of(tariff, date(2026, 7, 1), LONDON) == ()


def test_a_holiday_has_the_bands_of_its_class_and_a_year_that_nobody_published_none() -> None:
    text = """
tariff: t
utility: electricity
currency: GBP
zone: Europe/London
valid: {from: 2026-01-01}
tax: {mode: exclusive, rate: "0.20"}
calendar: {years: {2026: {holiday: ["05-04"]}}}
periods:
  - {id: night, days: [work, rest], at: "00:00-07:00"}
  - {id: day, days: [work, rest], at: "07:00-24:00"}
  - {id: night, days: holiday}
charges:
  - {id: N, kind: energy, period: night, price: 1}
  - {id: D, kind: energy, period: day, price: 2}
"""
    tariff = parse_tariff(text, ".yaml")
    assert [band.key for band in bands_of(tariff, date(2026, 5, 4), LONDON)] == ["night"]
    assert [band.key for band in bands_of(tariff, date(2026, 5, 5), LONDON)] == ["night", "day"]
    assert bands_of(tariff, date(2027, 5, 4), LONDON) == ()
