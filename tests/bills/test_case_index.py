"""Every row of what the engine must compute has a folder that shows it, and every folder a row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INDEX = ROOT / "docs" / "billing-cases.md"
FOLDERS = (
    "tests/cases/bills",
    "tests/billing/rating/cases",
    "tests/cases/tariff",
    "tests/cases/billing_basis",
    "tests/cases/quantities",
)
NO_CASE = {"tests/cases/quantities/tariffs"}
QUANTITY = {
    "register delta": (
        "end less start, times ratio",
        "ratio changes on a day with a reading",
    ),
    "rollover": (
        "register passes zero; digits of each register",
        "a fall or a pace that is no rollover is never billed",
    ),
    "meter replacement": (
        "old and new meter, each by its ratio; the new one does not begin at zero",
    ),
    "interval and register": (
        "the register is billed",
        "intervals shape it; what is missing is interpolated or waited for, never zero",
    ),
    "estimated read, true-up": (
        "the actual supersedes, at the price of its own period",
        "actual below the estimate",
    ),
    "demand": (
        "windows side by side, sliding, by tariff period",
        "windows over the boundary of the bill",
        "the meter's own register of maximum demand",
    ),
    "gas": (
        "m3 x z x calorific value, z to 4 digits, whole kWh",
        "the calorific value of each month",
        "behind a volume corrector z is 1",
    ),
    "heat and cooling": (
        "GJ, MWh; registers of 0.001 GJ",
        "refrigeration ton-hours",
        "m3 x temperature difference; a bypass counts nothing",
        "no cooling in winter, the fixed charge all the same",
    ),
    "steam": (
        "tonnes, least amount",
        "condensate given back",
    ),
    "water and sewage": (
        "sewage as a part of the water",
        "deduction meter",
    ),
    "losses and common area": (
        "losses as a share",
        "residual of a main meter, divided by area; vacant unit; tenant changes in mid-month",
        "residual below zero",
    ),
    "power factor": (
        "two digits half-up, then the table",
        "no reactive meter",
        "no active energy",
    ),
}
PRICE = {
    "time of use": (
        "local wall time of the interval's start, half-hours, intervals stamped at their end",
        "seasons, over the new year too",
    ),
    "daylight saving": (
        "a night of five hours and one of seven, London",
        "New York",
        "Sydney",
        "standard time all the year",
    ),
    "holidays": ("holidays and make-up working days",),
    "blocks": (
        "graduated, volume, package",
        "day, month in part, year",
        "blocks and periods: in the order of time, in proportion, each its own",
    ),
    "demand, two-part": (
        "by capacity, by contract, by the actual maximum",
        "beyond the contract, three readings",
        "floor of the installed capacity",
    ),
    "ratchet": (
        "greatest of earlier months, of a season",
        "a new tenant has no history",
    ),
    "power factor adjustment": ("surcharge and reward by the table",),
    "fixed, minimum": (
        "by day, month, year; parts add up to the whole",
        "minimum",
        "price changes in mid-month",
        "tenant changes in mid-month",
    ),
    "tax": (
        "exclusive, inclusive, by line or rate, several rates, none",
        "rounding",
    ),
    "late fee": ("daily rate from the due day, capped, not on what is disputed",),
    "index, fuel adder": ("quantity x the value published for the month",),
}
ROWS = [(topic, edge) for table in (QUANTITY, PRICE) for topic in table for edge in table[topic]]


def told() -> Iterator[tuple[str, str, list[str]]]:
    """Yield topic, what is shown, and folders of each row of the document."""
    for line in INDEX.read_text(encoding="utf-8").splitlines():
        if line.startswith("| ") and "](../" in line:
            topic, edge, folders = (cell.strip() for cell in line.strip("|").split("|"))
            yield topic, edge, re.findall(r"\]\(\.\./([^)]+)\)", folders)


@pytest.mark.parametrize(("topic", "edge"), ROWS, ids=lambda each: each.replace(" ", "_")[:40])
def test_every_row_has_a_folder_that_shows_it(topic: str, edge: str) -> None:
    folders = {(of, shown): found for of, shown, found in told()}
    assert folders.get((topic, edge)), f"no folder shows: {topic}, {edge}"


def test_every_folder_that_is_named_is_a_case() -> None:
    named = {folder for _, _, folders in told() for folder in folders}
    assert [each for each in sorted(named) if not any((ROOT / each).glob("*.*"))] == []


def test_every_case_is_named() -> None:
    named = {folder for _, _, folders in told() for folder in folders}
    cases = {
        f"{folder}/{each.name}"
        for folder in FOLDERS
        for each in (ROOT / folder).iterdir()
        if each.is_dir()
    }
    assert sorted(cases - named - NO_CASE) == []
