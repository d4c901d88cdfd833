"""Nothing used while the place is open and paid for is told; an empty shop is no fault."""

from __future__ import annotations

from dataclasses import replace

from energy.metering.checks.frozen_counter import HOUR_US
from energy.metering.checks.zero_run import OPEN_HOURS, UNKNOWN_HOURS, Hour, found


def hours(*used: int) -> list[Hour]:
    return [Hour(start_us=n * HOUR_US, usage=usage) for n, usage in enumerate(used)]


def spans(rows: list[Hour], *, known: bool = True) -> list[tuple[int, int, bool]]:
    return [
        (span.start_us // HOUR_US, span.end_us // HOUR_US, span.lasts)
        for span in found(rows, hours_known=known)
    ]


def test_a_day_of_open_hours_without_use_is_told_and_is_over_when_something_is_used() -> None:
    rows = hours(5, *[0] * OPEN_HOURS)
    assert spans(rows) == [(1, OPEN_HOURS + 1, True)]
    assert spans(rows[:-1]) == []
    assert spans(hours(5, *[0] * OPEN_HOURS, 7)) == [(1, OPEN_HOURS + 1, False)]


def test_closed_hours_do_not_count_and_do_not_end_it() -> None:
    rows = hours(5, *[0] * (2 * OPEN_HOURS))
    nights = [replace(hour, opened=n % 2 == 1) for n, hour in enumerate(rows)]
    assert spans(nights) == [(1, 2 * OPEN_HOURS, True)]


def test_an_empty_shop_without_a_contract_is_no_fault() -> None:
    rows = hours(5, *[0] * 500)
    assert spans([replace(hour, supplied=n < 3) for n, hour in enumerate(rows)]) == []


def test_what_never_counted_is_not_told() -> None:
    assert spans(hours(*[0] * 500)) == []


def test_where_nobody_knows_the_hours_a_whole_week_must_pass() -> None:
    assert spans(hours(5, *[0] * (UNKNOWN_HOURS - 1)), known=False) == []
    assert spans(hours(5, *[0] * UNKNOWN_HOURS), known=False) == [(1, UNKNOWN_HOURS + 1, True)]
