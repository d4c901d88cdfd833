"""A price that holds in one tariff period."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from billing.charge import Determinants, TariffSpan, UsageSum
from billing.prices.time_of_use import charge_lines
from billing.tariff import EnergyClause
from energy.base.quality import Quality
from tests.billing.samples import campus_tariff

SPAN = TariffSpan(
    tariff=campus_tariff("electricity"),
    point="p",
    channel=1,
    first_day=date(2019, 7, 1),
    last_day=date(2019, 7, 31),
)
NIGHT = EnergyClause(key="E.n", names={"en": "Night"}, price=Decimal("0.1087"), period="night")


def test_only_the_usage_of_its_period_is_charged() -> None:
    night = UsageSum(base_units=1_234_567, intervals={Quality.MEASURED: 10})
    usage = Determinants(by_period={"night": night}, whole=UsageSum(base_units=9_999_999))
    (found,) = charge_lines(usage, NIGHT, SPAN)
    assert found.quantity == Decimal("1234.567")
    assert found.amount == Decimal("134.20")
    assert found.period == "night"


def test_a_period_that_never_holds_in_the_span_gives_no_charge() -> None:
    usage = Determinants(by_period={"night": UsageSum(base_units=0)}, whole=UsageSum(base_units=5))
    assert charge_lines(usage, NIGHT, SPAN) == []


def test_usage_of_zero_is_charged_as_zero() -> None:
    zero = UsageSum(base_units=0, intervals={Quality.MEASURED: 4})
    usage = Determinants(by_period={"night": zero}, whole=zero)
    (found,) = charge_lines(usage, NIGHT, SPAN)
    assert found.document()["amount"] == "0.00"
