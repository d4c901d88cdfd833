"""Registers are billed from reading to reading, exactly, however the days are cut."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.basis.counting import BillingReading, CountingSegment
from billing.basis.register import (
    CHOICES,
    Cut,
    RegisterUsage,
    Where,
    largest_remainder,
    register_usage,
)
from energy.base.finding import Severity
from energy.base.quality import Quality
from energy.base.units import Utility, to_base
from tests.examples import tried

CASES = Path(__file__).parents[2] / "cases" / "billing_basis"
WHERE = Where(channel=1, position=9)
START = datetime(2024, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def cut(at: datetime, **more: Any) -> Cut:
    return Cut(day=at.date(), at=at, **more)


def reading(at: datetime, count: int, quality: Quality = Quality.MEASURED) -> BillingReading:
    return BillingReading(serial="S", at=at, count=count, quality=quality, position=3)


def segment(**facts: Any) -> CountingSegment:
    base = CountingSegment(
        serial="S",
        start=START,
        end=None,
        opening=reading(START, 0),
        closing=None,
        resolution=Fraction(1, 100),
        multiplier=Fraction(1),
        unit="kWh",
        base_per_unit=to_base(Utility.ELECTRICITY, "kWh"),
        modulus=100_000_000,
        max_per_hour=None,
    )
    return replace(base, **facts)


def billed(segments: list[CountingSegment], cuts: list[Cut], hours: int = 72) -> RegisterUsage:
    return register_usage(segments, cuts, window=hours * HOUR, where=WHERE)


def codes(usage: RegisterUsage) -> list[str]:
    return [each.code for each in usage.findings]


def _told(document: dict[str, Any]) -> list[CountingSegment]:
    def row(serial: str, table: dict[str, Any] | None) -> BillingReading | None:
        if table is None:
            return None
        return BillingReading(
            serial=serial,
            at=datetime.fromisoformat(table["at"]),
            count=table["count"],
            quality=Quality[table.get("quality", "measured").upper()],
            position=1,
        )

    return [
        CountingSegment(
            serial=each["serial"],
            start=datetime.fromisoformat(each["start"]),
            end=None if each.get("end") is None else datetime.fromisoformat(each["end"]),
            opening=row(each["serial"], each.get("opening")),
            closing=row(each["serial"], each.get("closing")),
            resolution=Fraction(each["resolution"]),
            multiplier=Fraction(each["multiplier"]),
            unit=document["unit"],
            base_per_unit=to_base(Utility(document["utility"]), document["unit"]),
            modulus=each.get("modulus"),
            max_per_hour=each.get("max_per_hour"),
            readings=[r for t in each.get("readings", []) if (r := row(each["serial"], t))],
        )
        for each in document["segments"]
    ]


@pytest.mark.parametrize("folder", sorted(CASES.iterdir()), ids=lambda folder: folder.name)
def test_a_case_comes_out_as_counted_by_hand(folder: Path) -> None:
    document = json.loads((folder / "case.json").read_text(encoding="utf-8"))
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    cuts = [
        Cut(
            day=date.fromisoformat(each["day"]),
            at=datetime.fromisoformat(each["at"]),
            by_days=each.get("by_days", False),
        )
        for each in document["cuts"]
    ]
    usage = billed(_told(document), cuts, document["window_h"])
    assert [each.base_units for each in usage.slices] == expected["base_units"]
    assert codes(usage) == expected["findings"]
    assert [each.quality.name.lower() for each in usage.slices] == expected["qualities"]


LIVES = st.lists(st.tuples(st.integers(1, 50), st.integers(0, 5000)), min_size=2, max_size=12)


@given(
    LIVES,
    st.sampled_from([Fraction(1), Fraction(40), Fraction(1, 3), Fraction(7, 100)]),
    st.integers(0, 20_000),
    st.data(),
)
@tried(60)
def test_the_slices_of_any_cuts_at_readings_add_up_to_the_register(
    steps: list[tuple[int, int]], multiplier: Fraction, begin: int, data: st.DataObject
) -> None:
    modulus = 30_000  # it runs over within a life
    at, count, total = START, begin, 0
    readings = [reading(at, begin % modulus)]
    for hours, rise in steps:
        at, count = at + hours * 24 * HOUR, count + rise
        total += rise
        readings.append(reading(at, count % modulus))
    one = segment(
        opening=readings[0],
        readings=readings[1:],
        multiplier=multiplier,
        resolution=Fraction(1, 10),
        modulus=modulus,
        max_per_hour=5000,
        base_per_unit=Fraction(30),
    )
    inner = data.draw(st.sets(st.sampled_from(readings[1:-1]))) if readings[1:-1] else set()
    instants = sorted({readings[0].at, readings[-1].at, *(each.at for each in inner)})
    usage = billed([one], [cut(each) for each in instants], 0)
    assert usage.findings == ()
    whole = billed([one], [cut(instants[0]), cut(instants[-1])], 0)
    assert usage.base_units == one.base(begin % modulus + total) - one.base(begin % modulus)
    assert whole.base_units == usage.base_units or total >= modulus


@given(st.integers(0, 10**9), st.lists(st.integers(1, 366), min_size=1, max_size=13))
@tried(100)
def test_what_is_divided_by_days_adds_up_and_is_off_by_less_than_a_unit(
    total: int, days: list[int]
) -> None:
    parts = largest_remainder(total, days)
    assert sum(parts) == total
    for part, weight in zip(parts, days, strict=True):
        assert abs(part - Fraction(total * weight, sum(days))) < 1


def test_a_reading_of_the_billing_day_counts_within_the_window_only() -> None:
    late = START + 31 * 24 * HOUR + 10 * HOUR
    one = segment(readings=[reading(late, 5000)])
    cuts = [cut(START), cut(START + 31 * 24 * HOUR)]
    assert billed([one], cuts, 72).base_units == 50_000
    missing = billed([one], cuts, 9)
    assert codes(missing) == ["bill.no_billing_reading"] and missing.slices == ()
    (finding,) = missing.findings
    assert finding.severity is Severity.DO_NOT_BILL
    assert finding.proof["choices"] == [CHOICES[0]]


def test_the_reading_that_a_bill_took_opens_the_next_one_though_a_nearer_one_came() -> None:
    end = START + 31 * 24 * HOUR
    readings = [reading(end + HOUR, 100), reading(end + 20 * HOUR, 130)]
    one = segment(readings=[*readings, reading(end + 29 * 24 * HOUR, 900)])
    last = cut(end + 29 * 24 * HOUR)
    assert billed([one], [cut(end), last]).base_units == 8000
    again = billed([one], [cut(end, read_at=end + 20 * HOUR), last])
    assert again.base_units == 7700


def test_an_estimate_gives_way_to_a_reading_unless_it_stands_at_the_midnight_itself() -> None:
    end = START + 31 * 24 * HOUR
    estimate = reading(end - HOUR, 50, Quality.ESTIMATED)
    one = segment(readings=[estimate, reading(end + 5 * HOUR, 60)])
    assert codes(billed([one], [cut(START), cut(end)])) == []
    moved = segment(readings=[replace(estimate, at=end), reading(end + 5 * HOUR, 60)])
    usage = billed([moved], [cut(START), cut(end)])
    assert usage.base_units == 500 and codes(usage) == ["bill.estimated_reading"]
    assert usage.slices[0].quality is Quality.ESTIMATED
    assert all(each.severity is Severity.WARN for each in usage.findings)


def test_two_that_follow_each_other_share_the_reading_of_the_day_to_the_last_unit() -> None:
    day = START + 12 * 24 * HOUR
    one = segment(
        readings=[reading(day, 1234), reading(START + 31 * 24 * HOUR, 4321)],
        multiplier=Fraction(1, 3),
    )
    old = billed([one], [cut(START), cut(day)], 0)
    new = billed([one], [cut(day), cut(START + 31 * 24 * HOUR)], 0)
    assert old.parts[-1].closing == new.parts[0].opening
    assert old.base_units + new.base_units == one.base(4321)


def test_a_point_without_any_device_has_no_reading() -> None:
    assert codes(billed([], [cut(START), cut(START + 24 * HOUR)])) == [
        "bill.no_billing_reading",
        "bill.no_billing_reading",
    ]


def test_a_tenant_between_two_devices_is_told_of_the_time_without_one() -> None:
    removed, installed = START + 5 * 24 * HOUR, START + 8 * 24 * HOUR
    old = segment(end=removed, closing=reading(removed, 700))
    new = segment(serial="N", start=installed, opening=reading(installed, 40))
    new = replace(new, readings=[reading(START + 31 * 24 * HOUR, 240)])
    usage = billed([old, new], [cut(START), cut(START + 31 * 24 * HOUR)])
    assert usage.base_units == 7000 + 2000
    assert codes(usage) == ["bill.no_meter_between"]
    inside = [cut(START), cut(START + 6 * 24 * HOUR), cut(START + 31 * 24 * HOUR)]
    parted = billed([old, new], inside)
    assert [each.base_units for each in parted.slices] == [7000, 2000]
    assert codes(parted) == ["bill.no_meter_between"]


def test_an_exchange_that_nobody_read_bars_the_bill() -> None:
    gone = START + 5 * 24 * HOUR
    old = segment(end=gone)
    new = segment(start=gone, opening=reading(gone, 0))
    new = replace(new, readings=[reading(START + 31 * 24 * HOUR, 240)])
    usage = billed([old, new], [cut(START), cut(START + 31 * 24 * HOUR)])
    assert usage.slices == () and codes(usage) == ["bill.exchange_without_reading"]
