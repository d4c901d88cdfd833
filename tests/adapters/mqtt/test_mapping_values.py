from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.mqtt.mapping import (
    Meaning,
    Origin,
    TimeFormat,
    TimeRule,
    ValueRule,
    Where,
)
from adapters.mqtt.mapping_values import SingleFloat, instant_of, number_of
from adapters.mqtt.payload import Reason, RefusedError
from adapters.number_text import NumberFormat
from energy.base.clock import to_us

AT = Where(text="/v", origin=Origin.POINTER, steps=("v",))
RULE = ValueRule(at=AT, meaning=Meaning(quantity="q", unit="kWh"))
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CHINA = TimeRule(
    format=TimeFormat.LOCAL,
    at=AT,
    zone=ZoneInfo("Asia/Shanghai"),
    pattern="%Y-%m-%d %H:%M:%S",
)


def read(raw: object, number: str, **others: object) -> Fraction | Reason | None:
    rule = replace(RULE, number=NumberFormat(number), **others)  # type: ignore[arg-type]
    try:
        ratio = number_of(raw, rule)
    except RefusedError as refused:
        return refused.refusal.reason
    return None if ratio is None else Fraction(*ratio)


@pytest.mark.parametrize(
    ("raw", "number", "expected"),
    [
        (7, "json", Fraction(7)),
        (Decimal("1234.5"), "json", Fraction(2469, 2)),
        (Decimal("1E+3"), "json", Fraction(1000)),
        ("1234.5", "plain", Fraction(2469, 2)),
        ("-0.07", "plain", Fraction(-7, 100)),
        (" 12 ", "plain", Fraction(12)),
        ("1,234.5", "1,234.5", Fraction(2469, 2)),
        ("1234.5", "1,234.5", Fraction(2469, 2)),
        ("1.234,5", "1.234,5", Fraction(2469, 2)),
        ("1.234", "1.234,5", Fraction(1234)),
        ("1234,5", "1234,5", Fraction(2469, 2)),
        (True, "switch", Fraction(1)),
        (False, "switch", Fraction(0)),
    ],
)
def test_a_number_is_read_exactly_in_its_declared_format(
    raw: object, number: str, expected: Fraction
) -> None:
    assert read(raw, number) == expected


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("1,234.5", "plain"),
        ("1,234.5", "1.234,5"),
        ("1.234,5", "1,234.5"),
        ("1,23", "1,234.5"),
        ("1,2345", "1,234.5"),
        ("12,34.5", "1,234.5"),
        ("12 kWh", "plain"),
        ("--", "plain"),
        ("", "plain"),
        ("1e3", "plain"),
        ("NaN", "plain"),
        ("Infinity", "plain"),
        ("0x1F", "plain"),
        ("１２", "plain"),
        ("1_000", "plain"),
        ("9" * 41, "plain"),
        (12, "plain"),
        ("12", "json"),
        (True, "json"),
        (None, "json"),
        ([], "json"),
        ({}, "plain"),
        (1, "switch"),
        ("true", "switch"),
        ("nan", "json"),
    ],
)
def test_a_number_written_otherwise_is_refused_never_guessed(raw: object, number: str) -> None:
    assert read(raw, number) is Reason.WRONG_VALUE


def test_a_suffix_and_texts_for_no_value_are_read_where_they_are_declared() -> None:
    assert read("12 kWh", "plain", suffix="kWh") == 12
    assert read("12", "plain", suffix="kWh") is Reason.WRONG_VALUE
    assert read("12 MWh", "plain", suffix="kWh") is Reason.WRONG_VALUE
    nulls = frozenset({"--", "null"})
    assert read("--", "plain", nulls=nulls) is None
    assert read("--", "json", nulls=nulls) is None
    assert read(None, "json", nulls=nulls) is None
    assert read(None, "plain", nulls=nulls) is None


@given(
    st.fractions(min_value=-(10**12), max_value=10**12).map(lambda f: Fraction(int(f * 1000), 1000))
)
def test_thousands_and_commas_give_the_same_number_as_the_plain_text(value: Fraction) -> None:
    sign, whole = "-" if value < 0 else "", abs(value)
    digits, rest = divmod(int(whole * 1000), 1000)
    assert read(f"{sign}{digits}.{rest:03}", "plain") == value
    assert read(f"{sign}{digits:,}.{rest:03}", "1,234.5") == value
    assert read(f"{sign}{digits:,}".replace(",", ".") + f",{rest:03}", "1.234,5") == value


@given(st.floats(min_value=2.0**-126, max_value=2.0**120, width=32))
def test_the_step_of_a_32_bit_float_is_that_of_the_machine(number: float) -> None:
    assert SingleFloat(number).step == Fraction(float(np.spacing(np.float32(number))))


def instant(raw: object, rule: TimeRule) -> datetime | Reason:
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=instant_of(raw, rule, NOW))
    except RefusedError as refused:
        return refused.refusal.reason


@pytest.mark.parametrize(
    ("raw", "form", "expected"),
    [
        (1795241133, "epoch_s", "2026-11-21T06:05:33"),
        (Decimal("1795241133.25"), "epoch_s", "2026-11-21T06:05:33.250000"),
        (1795241133250, "epoch_ms", "2026-11-21T06:05:33.250000"),
        ("1795241133250", "epoch_ms", "2026-11-21T06:05:33.250000"),
        ("2026-11-21T14:05:33+08:00", "iso", "2026-11-21T06:05:33"),
        ("2026-11-21T06:05:33Z", "iso", "2026-11-21T06:05:33"),
        (None, "arrival", "2026-11-21T12:00:00"),
    ],
)
def test_an_instant_is_read_in_its_declared_format(raw: object, form: str, expected: str) -> None:
    rule = TimeRule(format=TimeFormat(form), at=AT)
    assert instant(raw, rule) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_local_time_is_read_in_the_zone_the_mapping_states() -> None:
    assert instant("2026-11-21 14:05:33", CHINA) == datetime(2026, 11, 21, 6, 5, 33, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-10-25 01:30:00", "2026-03-29 01:30:00"])
def test_a_local_hour_that_happens_twice_or_never_is_refused(text: str) -> None:
    rule = replace(CHINA, zone=ZoneInfo("Europe/London"))
    assert instant(text, rule) is Reason.WRONG_TIME


@pytest.mark.parametrize(
    ("raw", "form", "reason"),
    [
        ("2026-11-21T06:05:33", "iso", Reason.WRONG_TIME),
        (1795241133, "iso", Reason.WRONG_TIME),
        ("now", "epoch_s", Reason.WRONG_TIME),
        (True, "epoch_s", Reason.WRONG_TIME),
        (-1, "epoch_s", Reason.WRONG_TIME),
        (10**18, "epoch_s", Reason.WRONG_TIME),
        (Decimal("1e40"), "epoch_ms", Reason.WRONG_TIME),
        (0, "epoch_s", Reason.TIME_TOO_OLD),
        (4070908800, "epoch_s", Reason.TIME_AHEAD),
        (1795241133250, "epoch_s", Reason.WRONG_TIME),
        (1795241133, "epoch_ms", Reason.TIME_TOO_OLD),
    ],
)
def test_an_instant_that_cannot_be_true_is_refused(raw: object, form: str, reason: Reason) -> None:
    assert instant(raw, TimeRule(format=TimeFormat(form), at=AT)) is reason


def test_a_mapping_may_refuse_what_is_older_than_it_says() -> None:
    rule = TimeRule(format=TimeFormat.EPOCH_S, at=AT, oldest_s=3600)
    assert instant(to_us(NOW) // 10**6 - 3600, rule) == NOW - timedelta(hours=1)
    assert instant(to_us(NOW) // 10**6 - 3601, rule) is Reason.TIME_TOO_OLD
