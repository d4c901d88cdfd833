"""In: nothing. Out: made-up states of knowledge of an issued bill. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from billing.corrections.anew import Known
from billing.corrections.as_known import Arrived, AsKnown, KnownStep
from billing.corrections.errors import LineCreditError
from billing.corrections.line_credit import LineLeft, amount_of, line_at
from billing.corrections.line_desk import CreditState, LineCredit
from dashboards.queries.correction_rows import BillCredits, LinkedBill
from dashboards.queries.known_rows import KnownBill, KnownSteps
from dashboards.queries.rows import Answer
from dashboards.security.scope import Scope
from energy.base.ids import id_of
from tests.dashboards.fake_money import Did, FakeMoney
from tests.dashboards.fake_runs import OPENER, FakeRuns

ISSUED = Known(metering=41_200, books=77)
CORRECTED = Known(metering=41_950, books=77)
AGREED = Known(metering=41_950, books=91)
NOW_KNOWN = Known(metering=44_010, books=95)
POINT = "cam-b2-elec"
STEPS = (
    KnownStep(known=ISSUED, at=None),
    KnownStep(known=CORRECTED, at=datetime(2026, 7, 9, 23, 0, 4, tzinfo=UTC), points=(POINT,)),
    KnownStep(
        known=AGREED,
        at=datetime(2026, 7, 14, 8, 20, tzinfo=UTC),
        topics=("contract.agreed",),
    ),
    KnownStep(known=NOW_KNOWN, at=None),
)
LATER = Decimal("123.88")
"""What the bill would be more by. [currency]"""
DAY_LINE = {
    "charge": f"{POINT}/E1/2026-06-01",
    "clause": "E1",
    "period": "day",
    "point": POINT,
    "name": {"en": "Energy, day", "zh": "日间电量"},
    "unit": "kWh",
    "price": "0.2143",
    "first_day": "2026-06-01",
    "last_day": "2026-06-30",
    "tax_rate": "0.20",
    "was": {"quantity": "12480.210", "price": "0.2143", "amount": "2674.51"},
    "now": {"quantity": "12961.930", "price": "0.2143", "amount": "2777.74"},
    "quantity": "481.720",
    "amount": "103.23",
    "net": "103.23",
}
ARRIVED = (
    Arrived(
        kind="correction",
        journal="metering",
        first_position=41_722,
        last_position=41_722,
        at=datetime(2026, 7, 9, 13, 41, 22, tzinfo=UTC),
        point=POINT,
        utility="electricity",
        by=OPENER,
        reason="a digit was misread at the round",
        first_day=date(2026, 6, 11),
        last_day=date(2026, 6, 12),
        difference=481_720,
    ),
    Arrived(
        kind="contract.agreed",
        journal="books",
        first_position=91,
        last_position=91,
        at=datetime(2026, 7, 14, 8, 20, tzinfo=UTC),
    ),
)


@dataclass
class FakeKnown(FakeRuns):
    """Issued bills as known on other days, too: the first one of the run learned of something."""

    credited: Did[tuple[int, Decimal, str]] = field(default_factory=Did)
    """Place, amount and reason of each credit proposed."""

    def known_steps(self, scope: Scope, invoice: UUID) -> KnownSteps | None:
        if self.bill(scope, invoice) is None:
            return None
        learned = invoice != id_of("invoice", "A-0003")
        steps = STEPS if learned else (STEPS[0], STEPS[-1])
        return KnownSteps(invoice=invoice, steps=steps)

    def bill_credits(self, scope: Scope, invoice: UUID) -> BillCredits | None:
        return None if self.bill(scope, invoice) is None else self._credits(invoice)

    def _credits(self, invoice: UUID) -> BillCredits:
        lines = tuple(
            LineLeft(
                place=each.number,
                charge={"charge": each.reference, "name": each.names, "point": each.point},
                amount=each.amount,
                left=each.amount - (Decimal("48.78") if each.number == 3 else Decimal(0)),
            )
            for each in self._lines()
        )
        asked = self.credited.all
        return BillCredits(
            rows=tuple(
                row for row in map(FakeMoney()._correction, (1, 2, 3)) if row.invoice == invoice
            ),
            links=(
                LinkedBill(relation="replaces", number="CAM-2026-00099", invoice=invoice),
                LinkedBill(relation="credit_note", number="CAM-CN-2026-00001", invoice=invoice),
            )
            if invoice == id_of("invoice", "A-0002")
            else (),
            state=CreditState(
                lines=lines,
                waiting="CAM-2026-00003/1" if asked else None,
                proposals=len(asked),
            ),
            currency="GBP",
        )

    def credit_line(self, invoice: UUID, asked: LineCredit, *, by: UUID, command_id: UUID) -> str:
        if not asked.why:
            raise LineCreditError.of("no_reason", most=500)
        state = self._credits(invoice).state
        assert state is not None, "a bill"
        line = line_at(state.lines, asked.place, "CAM-2026-00003")
        amount = amount_of(line, asked.amount, number="CAM-2026-00003", currency="GBP")
        self.credited.once(command_id, (asked.place, amount, asked.why))
        return "CAM-2026-00003/1"

    def bill_as_known(
        self, scope: Scope, invoice: UUID, metering: int, books: int
    ) -> Answer[KnownBill] | None:
        answer = self.bill(scope, invoice)
        if answer is None:
            return None
        row = answer.rows.invoice
        learned = metering >= CORRECTED.metering and invoice != id_of("invoice", "A-0003")
        until = books if learned else 0
        arrived = tuple(e for e in ARRIVED if e.journal == "metering" or e.first_position <= until)
        return self._answer(
            KnownBill(
                invoice=invoice,
                number=row.number or "",
                found=AsKnown(
                    known=Known(metering=metering, books=books),
                    was=row.total,
                    now=row.total + LATER * learned,
                    charges=(DAY_LINE,) if learned else (),
                    causes=({"cause": "readings", "point": POINT},) if learned else (),
                    barred=(),
                    arrived=arrived if learned else (),
                ),
                currency=row.currency,
                corrections=tuple(
                    replace(each, total=LATER)
                    for each in FakeMoney().corrections(scope).rows.rows
                    if each.invoice == invoice and learned
                ),
                people={OPENER: "Ada Byron"},
            )
        )
