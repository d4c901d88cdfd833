"""In: the sample tariff. Out: its versions, its week, and a trial of it. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from billing.tariffs.tariff_file import parse_tariff
from dashboards.queries.rows import Answer
from dashboards.queries.tariff_rows import TariffPage, TariffRow, Trial, TrialBill, tariff_page
from dashboards.security.scope import Right, Scope
from energy.base.units import Utility
from tests.billing.samples import TARIFFS
from tests.dashboards.fake_energy import SITE

TARIFF = "campus-electricity"
ACCOUNT = "A-0002"
ROW = TariffRow(
    tariff=TARIFF,
    names={"en": "Campus electricity", "zh": "校园电价"},
    utility=Utility.ELECTRICITY,
    valid_from=date(2018, 1, 1),
    version=1,
    published_at=datetime(2018, 1, 1, 9, tzinfo=UTC),
    withdrawn=None,
    in_force=True,
)


class FakeTariffs:
    """Questions about tariffs."""

    def tariffs(self, scope: Scope) -> Answer[tuple[TariffRow, ...]]:
        scope.demand(Right.READ_ENERGY, SITE)
        next_one = replace(ROW, valid_from=date(2027, 1, 1), in_force=False)
        old = replace(ROW, version=2, in_force=False, withdrawn="wrong price")
        return Answer(rows=(next_one, old, ROW), as_of=812, age_s=41)

    def tariff(
        self, scope: Scope, tariff: str, valid_from: date, version: int
    ) -> Answer[TariffPage] | None:
        scope.demand(Right.READ_ENERGY, SITE)
        if (tariff, valid_from, version) != (TARIFF, ROW.valid_from, 1):
            return None
        found = parse_tariff((TARIFFS / f"{TARIFF}.toml").read_text(encoding="utf-8"))
        accounts = ((ACCOUNT, "Tenant 2"),) if scope.may(Right.READ_BILLS) else ()
        return Answer(rows=tariff_page(ROW, found, accounts), as_of=812, age_s=41)

    def tariff_trial(
        self, scope: Scope, tariff: str, valid_from: date, version: int, account: str
    ) -> Answer[Trial] | None:
        scope.demand(Right.READ_BILLS, SITE)
        if tariff != TARIFF or account != ACCOUNT:
            return None
        bills = tuple(
            TrialBill(
                number=f"2026-000{n}",
                first_day=date(2026, n, 1),
                last_day=date(2026, n, 28),
                was=Decimal("100.00"),
                now=None if n == 3 else Decimal("93.10"),
                barred=("rating.no_price",) if n == 3 else (),
            )
            for n in (1, 2, 3)
        )
        rows = Trial(row=ROW, account=account, name="Tenant 2", currency="GBP", bills=bills)
        return Answer(rows=rows, as_of=812, age_s=41)
