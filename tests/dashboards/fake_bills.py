"""In: nothing. Out: made-up runs, invoices and proofs behind the bills' questions. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from dashboards.queries.bill_rows import (
    Bill,
    ChargeRow,
    InvoiceRow,
    PriceClause,
    Proof,
    RegisterPair,
    RegisterReadingRow,
    RunRow,
)
from dashboards.queries.rows import Answer
from dashboards.security.scope import Right, Scope
from energy.base.ids import id_of
from energy.base.quality import Quality
from energy.base.units import Utility
from tests.dashboards.fake_alerts import FakeAlerts
from tests.dashboards.fake_energy import BUILDINGS, OLD_RUN, RUN, SITE


@dataclass
class FakeBills(FakeAlerts):
    """The bills' questions too."""

    run_state: str = "rated"

    # ---- bills
    def bill_runs(self, scope: Scope) -> Answer[tuple[RunRow, ...]]:
        scope.demand(Right.READ_BILLS, SITE)
        june = RunRow(
            run=RUN,
            key="2026-06-01/2026-06-30/all/1",
            first_day=date(2026, 6, 1),
            last_day=date(2026, 6, 30),
            state=self.run_state,
            accounts=BUILDINGS,
            total=Decimal("48213.77"),
            currency="GBP",
            opened_by="Ada Byron",
            approved_by=None,
            opened_at=datetime(2026, 7, 1, 8, 2, tzinfo=UTC),
            metering_position=41_200,
            books_position=77,
            utilities=(Utility.ELECTRICITY, Utility.GAS),
        )
        may = replace(june, run=OLD_RUN, key="2026-05-01/2026-05-31/all/1", state="issued")
        return self._answer((june, may))

    def await_run(self, scope: Scope, run: UUID, state: str) -> None:
        assert self.run_state == state

    def _invoice(self, n: int) -> InvoiceRow:
        return InvoiceRow(
            invoice=id_of("invoice", f"A-{n:04d}"),
            run=RUN,
            account=f"A-{n:04d}",
            name=f"Department {n}",
            number=f"CAM-2026-{n:05d}",
            state="issued",
            first_day=date(2026, 6, 1),
            last_day=date(2026, 6, 30),
            currency="GBP",
            net=Decimal("3348.18"),
            tax=Decimal("669.64"),
            total=Decimal("4017.82"),
            findings=0,
        )

    def invoices(self, scope: Scope, run: UUID) -> Answer[tuple[InvoiceRow, ...]]:
        scope.demand(Right.READ_BILLS, SITE)
        return self._answer(tuple(self._invoice(n) for n in range(1, BUILDINGS + 1)))

    def _lines(self) -> tuple[ChargeRow, ...]:
        def line(
            n: int, text: str, zh: str, q: str, unit: str, price: str, amount: str
        ) -> ChargeRow:
            return ChargeRow(
                number=n,
                reference=f"cam-b2-elec/E{n}/2026-06-01",
                names={"en": text, "zh": zh},
                point="cam-b2-elec",
                quantity=Decimal(q),
                unit=unit,
                price=Decimal(price),
                amount=Decimal(amount),
                clause=f"E{n}",
                tariff="campus-electricity",
                quality=Quality.ESTIMATED if n == 2 else Quality.MEASURED if n == 1 else None,
            )

        return (
            line(1, "Energy, day", "日间电量", "12480.210", "kWh", "0.2143", "2674.51"),
            line(2, "Energy, night", "夜间电量", "6120.400", "kWh", "0.1021", "624.89"),
            line(3, "Standing charge", "基本费", "30", "day", "1.6260", "48.78"),
        )

    def bill(self, scope: Scope, invoice: UUID) -> Answer[Bill] | None:
        scope.demand(Right.READ_BILLS, SITE)
        found = next(
            (self._invoice(n) for n in range(13) if self._invoice(n).invoice == invoice), None
        )
        if found is None:
            return None
        return self._answer(
            Bill(
                invoice=found,
                run_key="2026-06-01/2026-06-30/all/1",
                lines=self._lines(),
                document='{"number":"CAM"}',
                sha256="9f2c" * 16,
                metering_position=41_200,
            )
        )

    def proof(self, scope: Scope, invoice: UUID, number: int) -> Answer[Proof] | None:
        answer = self.bill(scope, invoice)
        if answer is None or not 1 <= number <= 3:
            return None
        line = self._lines()[number - 1]

        def reading(at: datetime, count: int, position: int) -> RegisterReadingRow:
            return RegisterReadingRow(
                serial="CAM-E-0002",
                at=at,
                count=count,
                value=Decimal(count) / 100,
                unit="kWh",
                quality=Quality.MEASURED,
                position=position,
            )

        pair = RegisterPair(
            opening=reading(datetime(2026, 5, 31, 23, 0, tzinfo=UTC), 3_405_326, 30_111),
            closing=reading(datetime(2026, 6, 30, 23, 0, tzinfo=UTC), 3_451_827, 41_190),
            counts=46_501,
            resolution="0.01",
            multiplier="40",
            used=Decimal("18600.40"),
            unit="kWh",
        )
        clause = PriceClause(
            tariff="campus-electricity",
            version=1,
            valid_from=date(2026, 1, 1),
            clause=line.clause,
            names=line.names,
            price=line.price,
            unit=line.unit,
            sha256="ab12" * 16,
            wording=(("kind", "energy"), ("period", "day"), ("tax_rate", "0.20")),
        )
        return self._answer(
            Proof(
                bill=answer.rows.invoice,
                line=line,
                pairs=(pair,) if number < 3 else (),
                plate=self._plate("cam-b2-elec") if number < 3 else None,
                clause=clause,
                by_time=number == 3,
                days=tuple(
                    (date(2026, 6, n), Decimal(0) if n == 14 else Decimal("412.250") + n)
                    for n in range(1, 31)
                )
                if number < 3
                else (),
                days_unit="kWh",
            )
        )
