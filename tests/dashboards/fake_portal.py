"""In: nothing. Out: what belongs to the made-up tenants of two buildings. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from billing.documents.contents import Paid, Party, Receipt
from billing.documents.papers import PaperKind
from billing.documents.samples import sample
from billing.enquiries.enquiry import About, Subject
from billing.enquiries.enquiry import said as plain
from dashboards.queries.portal_rows import (
    AskedRow,
    BalanceMove,
    OwnAccount,
    OwnBill,
    OwnBillPage,
    OwnLetter,
    OwnMeter,
    OwnPage,
    OwnPayment,
    OwnPrepaid,
    OwnReceipt,
    OwnUsage,
    RequestTold,
    SaidRow,
)
from dashboards.queries.rows import Answer, UsageDay
from dashboards.security.scope import Right, Scope
from energy.base.ids import id_of
from energy.base.quality import Quality
from energy.base.units import Utility
from tests.dashboards.fake_energy import NOW, SITE
from tests.dashboards.fake_review import FakeReview

OWN = "account/A-0002"
"""Tenant of building 2, whose bill the other tests show too."""
OTHER = "account/A-0003"
PREPAID = OwnPrepaid(
    balance=Decimal("31.50"),
    days_left=4,
    settled_on=date(2026, 7, 12),
    moves=(
        BalanceMove(on=date(2026, 7, 10), kind="top_up", amount=Decimal("50.00"), document="R-8"),
        BalanceMove(on=date(2026, 7, 1), kind="true_up", amount=Decimal("-0.12"), document=""),
    ),
)
PROMISED = RequestTold(
    number="R-2026-00001",
    state="open",
    answer_by=NOW + timedelta(hours=1),
    solve_by=NOW + timedelta(hours=4),
    late=False,
    score=None,
)
PAYMENTS = (
    OwnPayment(
        payment="cash-7",
        on=date(2026, 7, 9),
        means="cash",
        amount=Decimal("20.00"),
        reversed_on=date(2026, 7, 10),
    ),
    OwnPayment(
        payment="R-MAIN-2026-000003",
        on=date(2026, 6, 19),
        means="shift.cash_taken",
        amount=Decimal("7.00"),
        reversed_on=None,
    ),
    OwnPayment(
        payment="bank-6",
        on=date(2026, 6, 9),
        means="bank",
        amount=Decimal("312.20"),
        reversed_on=None,
    ),
)


def _receipts(n: int) -> tuple[OwnReceipt, ...]:
    """Return what account A-000N paid at a desk: for a bill, and once in error."""
    paid = OwnReceipt(
        receipt=f"R-MAIN-2026-0000{n}1",
        account=f"A-{n:04d}",
        on=date(2026, 7, 9),
        purpose="invoice",
        means="cash",
        amount=Decimal("20.00"),
        currency="GBP",
        invoice=f"CAM-2026-{n:05d}",
        void=False,
    )
    error = replace(paid, receipt=f"R-MAIN-2026-0000{n}0", purpose="top_up", invoice="", void=True)
    return paid, error


def _paper(own: OwnReceipt) -> Receipt:
    return Receipt(
        number=own.receipt,
        at=NOW,
        zone="Europe/London",
        to=Party(account=own.account, name="Department"),
        currency=own.currency,
        items=[Paid(what={"en": "payment", "zh": "缴费"}, amount=own.amount)],
        total=own.amount,
        means={"en": "cash", "zh": "现金"},
    )


def _letter(n: int) -> OwnLetter:
    return OwnLetter(
        account=f"A-{n:04d}", on=date(2026, 7, 2), level=1, items=(f"CAM-2026-{n:05d}",)
    )


@dataclass
class FakePortal(FakeReview):
    """The questions of tenants too: account A-000N has the meter of building N and one bill."""

    told: list[AskedRow] = field(default_factory=list)
    """What was asked and answered here, beside what there was."""

    def _numbers(self, scope: Scope) -> list[int]:
        scope.demand(Right.READ_OWN, SITE)
        return sorted(int(tenant[-4:]) for tenant in scope.tenants)

    def own_page(self, scope: Scope) -> Answer[OwnPage]:
        numbers = self._numbers(scope)
        return self._answer(
            OwnPage(
                accounts=tuple(self._own_account(n) for n in numbers),
                meters=tuple(self._own_meter(n) for n in numbers),
                bills=tuple(self._own_bill(n) for n in numbers),
                receipts=tuple(each for n in numbers for each in _receipts(n)),
                letters=tuple(_letter(n) for n in numbers),
            )
        )

    def own_receipt(self, scope: Scope, receipt: str) -> Receipt | None:
        known = [each for n in self._numbers(scope) for each in _receipts(n)]
        return next((_paper(each) for each in known if each.receipt == receipt), None)

    def own_letter(self, scope: Scope, account: str, on: date, level: int) -> dict[str, Any] | None:
        known = [_letter(n) for n in self._numbers(scope)]
        if (account, on, level) not in {(each.account, each.on, each.level) for each in known}:
            return None
        return sample(PaperKind.DUNNING_LETTER)

    def _own_account(self, n: int) -> OwnAccount:
        return OwnAccount(
            account=f"A-{n:04d}",
            name=f"Department {n}",
            open=Decimal("4017.82"),
            overdue=Decimal("12.00"),
            currency="GBP",
            prepaid=PREPAID,
            payments=PAYMENTS,
        )

    def _own_meter(self, n: int) -> OwnMeter:
        return OwnMeter(
            point=f"cam-b{n}-elec",
            name=f"Building {n}, electricity",
            serial=f"S-{n}",
            utility=Utility.ELECTRICITY,
            month=1_234_000,
            ended_on=None,
        )

    def _own_bill(self, n: int) -> OwnBill:
        row = self._invoice(n)
        return OwnBill(
            invoice=row.invoice,
            number=str(row.number),
            kind="invoice",
            account=row.account,
            first_day=row.first_day,
            last_day=row.last_day,
            currency=row.currency,
            total=row.total,
            open=row.total,
            due_on=date(2026, 7, 31),
        )

    def own_usage(self, scope: Scope, point: str, first: date, last: date) -> OwnUsage | None:
        meters = [self._own_meter(n) for n in self._numbers(scope)]
        meter = next((each for each in meters if each.point == point), None)
        if meter is None:
            return None
        days = tuple(
            UsageDay(
                day=first + timedelta(days=n),
                usage=None if n == 3 else 40_000 + 100 * n,
                quality=Quality.MISSING if n == 3 else Quality.MEASURED,
            )
            for n in range((last - first).days + 1)
        )
        return OwnUsage(meter=meter, days=days, months=((date(2026, 7, 1), 1_234_000),))

    def _asked(self) -> tuple[AskedRow, ...]:
        said = SaidRow(
            of_office=False,
            name="Mia <b>",
            words="Why so much?",
            said_at=datetime(2026, 7, 2, 9, tzinfo=UTC),
        )
        answer = replace(said, of_office=True, name="Clara", words="A cold month.")
        line = AskedRow(
            enquiry=id_of("enquiry", "1"),
            account="A-0002",
            subject="bill",
            key="CAM-2026-00002",
            charge=1,
            state="asked",
            said=(said,),
            invoice=id_of("invoice", "A-0002"),
            request=PROMISED,
        )
        meter = replace(
            line,
            enquiry=id_of("enquiry", "2"),
            subject="meter",
            key="cam-b2-elec",
            charge=None,
            state="answered",
            said=(said, answer),
            kind="complaint",
            request=replace(PROMISED, number="R-2026-00005", state="resolved", answer_by=None),
        )
        given = (line, meter, replace(meter, enquiry=id_of("enquiry", "3"), subject="bill"))
        return (*reversed(self.told), *given)

    def enquiries(self, scope: Scope) -> tuple[AskedRow, ...]:
        scope.demand(Right.ANSWER, SITE)
        return self._asked()

    def own_enquiries(self, scope: Scope) -> tuple[AskedRow, ...]:
        return self._asked() if self._numbers(scope) else ()

    def own_subject(self, scope: Scope, subject: Subject, key: str) -> About | None:
        own = {
            Subject.BILL: {each.number: each.account for each in self._own_bills(scope)},
            Subject.METER: {f"cam-b{n}-elec": f"A-{n:04d}" for n in self._numbers(scope)},
            Subject.ACCOUNT: {f"A-{n:04d}": f"A-{n:04d}" for n in self._numbers(scope)},
        }[subject]
        return About(account=own[key], subject=subject, key=key) if key in own else None

    # ---- commands
    def ask(self, about: About, words: str, by: UUID, *, seen: str = "") -> UUID:
        said = SaidRow(of_office=False, name=self._name(by), words=plain(words), said_at=NOW)
        enquiry = id_of("enquiry", str(about), words, seen)
        asked = AskedRow(
            enquiry=enquiry,
            account=about.account,
            subject=str(about.subject),
            key=about.key,
            charge=about.charge,
            state="asked",
            said=(said,),
            kind=str(about.kind),
        )
        self.told = [*(each for each in self.told if each.enquiry != enquiry), asked]
        return enquiry

    def say(self, enquiry: UUID, words: str, by: UUID, *, of_office: bool, seen: str = "") -> int:
        said = SaidRow(of_office=of_office, name=self._name(by), words=plain(words), said_at=NOW)
        state = "answered" if of_office else "asked"
        self.told = [
            replace(each, state=state, said=(*each.said, said)) if each.enquiry == enquiry else each
            for each in self.told
        ]
        return 2

    def _name(self, person: UUID) -> str:
        return self.names.get(person, "?")

    def _own_bills(self, scope: Scope) -> list[OwnBill]:
        return [self._own_bill(n) for n in self._numbers(scope)]

    def own_bill(self, scope: Scope, invoice: UUID) -> OwnBillPage | None:
        own = next(
            (b for b in map(self._own_bill, self._numbers(scope)) if b.invoice == invoice), None
        )
        return None if own is None else OwnBillPage(bill=own, lines=self._lines(), document="{}")
