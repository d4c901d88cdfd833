"""A price that holds at all times."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

from billing.charge import Determinants, TariffSpan, UsageSum
from billing.prices.unit import charge_lines
from billing.tariff import EnergyClause
from energy.base.quality import Quality
from tests.billing.samples import campus_tariff


def test_gas_pulses_are_charged_as_rounded_kilowatt_hours() -> None:
    span = TariffSpan(
        tariff=campus_tariff("gas"),
        point="p",
        channel=1,
        first_day=date(2019, 1, 1),
        last_day=date(2019, 1, 31),
    )
    litres = UsageSum(base_units=2_874_740, intervals={Quality.MEASURED: 2976})
    usage = Determinants(by_period={}, whole=litres)
    clause = EnergyClause(key="G", names={"en": "Gas"}, price=Decimal("0.0312"), period=None)
    (found,) = charge_lines(usage, clause, span)
    # 2,874.74 m3 x 39.5 / 3.6 = 31,542.28611... kWh
    assert found.quantity == Decimal("31542.286")
    assert found.unrounded == Fraction("31542.286") * Fraction("0.0312")
    assert found.amount == Decimal("984.12")
