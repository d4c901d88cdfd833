"""Units follow the size, days follow the language, money keeps its cents."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from dashboards import formats
from energy.base.units import Utility

LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("usage_wh", "text"),
    [
        (0, "0 kWh"),
        (1, "0.001000 kWh"),
        (999, "0.9990 kWh"),
        (9_999_999, "10,000 kWh"),
        (10_000_000, "10.00 MWh"),
        (93_520_000, "93.52 MWh"),
        (123_456_789_000, "123,457 MWh"),
        (None, "–"),
    ],
)
def test_kwh_becomes_mwh_at_ten(usage_wh: int | None, text: str) -> None:
    assert formats.amount_text("en", Utility.ELECTRICITY, usage_wh) == text


def test_gas_is_shown_in_cubic_metres_and_heat_in_gigajoules() -> None:
    assert formats.amount_text("en", Utility.GAS, 751_040) == "751.0 m³"
    assert formats.amount_text("en", Utility.HEATING, 36_000_000) == "3.600 GJ"


def test_a_day_is_written_as_each_language_writes_it() -> None:
    assert formats.day_text("en", date(2026, 10, 31)) == "31 Oct 2026"
    assert formats.day_text("zh", date(2026, 10, 31)) == "2026年10月31日"


def test_instants_are_shown_in_the_zone_of_the_site() -> None:
    at = datetime(2026, 7, 1, 23, 30, tzinfo=UTC)
    assert formats.instant_text("en", at, LONDON) == "2 Jul 2026, 00:30:00"
    assert formats.zone_text(at, LONDON) == "Europe/London (UTC+1)"
    assert formats.zone_text(at, ZoneInfo("Asia/Kolkata")) == "Asia/Kolkata (UTC+5:30)"
    assert formats.zone_text(at, ZoneInfo("America/St_Johns")) == "America/St_Johns (UTC-2:30)"


def test_an_hour_that_happens_twice_is_told_with_its_offset() -> None:
    first, second = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))
    assert formats.instant_text("en", first, LONDON) == "25 Oct 2026, 01:30:00 (UTC+1)"
    assert formats.instant_text("zh", second, LONDON) == "2026年10月25日 01:30:00 (UTC+0)"
    assert formats.short_instant("en", first, LONDON) == "25 Oct, 01:30 (UTC+1)"
    assert formats.short_instant("zh", second, LONDON) == "10月25日 01:30 (UTC+0)"
    assert formats.short_instant("en", datetime(2026, 7, 1, tzinfo=UTC), LONDON) == "1 Jul, 01:00"


def test_money_keeps_its_cents_in_both_languages() -> None:
    assert formats.money("en", Decimal("117243.35"), "GBP") == "£117,243.35"
    assert formats.money("zh", Decimal("0.10"), "CNY") == "¥0.10"


def test_register_digits_are_never_rounded() -> None:
    assert formats.number("en", Decimal("7512209.63")) == "7,512,209.63"
    assert formats.number("en", Decimal("170678.100")) == "170,678.100"


def test_power_becomes_kilowatts_at_ten() -> None:
    assert formats.gauge_text("en", Decimal("193100.00"), "W") == "193.1 kW"
    assert formats.gauge_text("en", Decimal("9999.00"), "W") == "9,999 W"
    assert formats.gauge_text("en", Decimal(150000), "W") == "150 kW"


def test_a_column_has_the_digits_with_which_all_of_it_is_exact() -> None:
    assert formats.exact_digits([Fraction(7, 1000), Fraction(12)]) == 3
    assert formats.exact_digits([Fraction(12), Fraction(-3)]) == 0
    assert formats.exact_digits([Fraction(1, 3)]) == 6  # no decimal is exact
