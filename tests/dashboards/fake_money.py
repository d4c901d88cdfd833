"""In: nothing. Out: made-up ages, payments, bank entries behind the money's questions. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Generic, TypeVar
from uuid import UUID

from billing.bank.match import Proposal
from billing.corrections.errors import OwnCorrectionError
from billing.receivables.ageing import AgedAccount
from billing.receivables.dunning_rules import DEFAULT_RULES, DueLetter
from billing.receivables.errors import PaymentError
from billing.receivables.items import ItemKind, OpenItem
from billing.receivables.office import Incoming
from billing.views.corrections import CorrectionRow
from billing.views.owed import DisputeRow, PaymentRow
from dashboards.queries.correction_rows import CorrectionList, CorrectionPage
from dashboards.queries.money_rows import MoneyPage, WaitingEntry
from dashboards.queries.rows import Answer
from dashboards.security.scope import Right, Scope
from energy.base.ids import id_of
from tests.dashboards.fake_energy import SITE

ENTRY = id_of("bank_entry", "1")
HOSTILE = '<img src=x onerror="alert(1)"> \u202egnp.exe =1+1'
ADA = id_of("person", "ada")
TODAY = date(2026, 7, 14)
ZERO = Decimal(0)


def aged_account(n: int) -> AgedAccount:
    """Return an account that owes the more the higher its number; every third is late."""
    late = Decimal(120 * n) if n % 3 == 0 else ZERO
    return AgedAccount(
        account=f"A-{n:04d}",
        not_due=Decimal("4017.82"),
        to_30=late,
        to_60=late / 2,
        to_90=ZERO,
        over_90=late if n == 12 else ZERO,
        disputed=Decimal("20.00") if n == 3 else ZERO,
        credit=Decimal("-55.10") if n == 5 else ZERO,
    )


def open_item(account: str) -> OpenItem:
    """Return an overdue bill."""
    return OpenItem(
        number="CAM-2026-00003",
        kind=ItemKind.INVOICE,
        account=account,
        currency="GBP",
        dated=date(2026, 6, 2),
        due_on=date(2026, 6, 16),
        amount=Decimal("4017.82"),
        settled=Decimal("1000.00"),
        corrects="",
        disputed=ZERO,
    )


def payment(n: int) -> PaymentRow:
    """Return a payment; the second one was taken back."""
    return PaymentRow(
        payment=f"P-{n:012x}",
        account=f"A-{n:04d}",
        amount=Decimal("1000.00"),
        received_on=date(2026, 7, n),
        means=("bank", "cash", "cheque", "card", "direct_debit")[n % 5],
        reference=f"REF {n}",
        bank_entry=None,
        applied=Decimal("944.90") if n == 5 else Decimal("1000.00"),
        refunded=ZERO,
        reversed_on=date(2026, 7, 9) if n == 2 else None,
    )


Known = TypeVar("Known")


@dataclass
class Did(Generic[Known]):
    """What a command was told, once a command id."""

    by_command: dict[UUID, Known] = field(default_factory=dict)

    def once(self, command_id: UUID, said: Known) -> None:
        self.by_command.setdefault(command_id, said)

    @property
    def all(self) -> list[Known]:
        return list(self.by_command.values())


@dataclass
class FakeMoney:
    """Questions about the money, and the desks where it is taken."""

    received: Did[tuple[str, Incoming, tuple[str, ...]]] = field(default_factory=Did)
    matched: Did[tuple[str, str, tuple[str, ...], bool]] = field(default_factory=Did)

    raised_by: UUID = ADA
    decided: Did[tuple[str, str, str]] = field(default_factory=Did)

    # ---- questions
    def money(self, scope: Scope) -> Answer[MoneyPage]:
        scope.demand(Right.READ_BILLS, SITE)
        waiting = tuple(
            WaitingEntry(
                entry=id_of("bank_entry", str(n)),
                seen_at=70 + n,
                booked_on=date(2026, 7, 10 + n),
                amount=Decimal("-12.50") if n == 3 else Decimal("3017.82"),
                payer=HOSTILE if n == 1 else "Department 3 Ltd",
                told="rent and power July",
                proposals=(
                    Proposal(
                        account="A-0003",
                        items=("CAM-2026-00003",),
                        because=("name", "amount"),
                        certain=False,
                    ),
                )
                if n == 2
                else (),
            )
            for n in (1, 2, 3)
        )
        left = tuple(
            row for row in waiting if str(row.entry) not in {m[0] for m in self.matched.all}
        )
        page = MoneyPage(
            day=TODAY,
            currency="GBP",
            aged=tuple(sorted(map(aged_account, range(1, 13)), key=lambda row: -row.overdue)),
            waiting=left,
            waiting_in_all=len(left) + 2,
            payments=tuple(payment(n) for n in range(5, 0, -1)),
            letters=(
                DueLetter(
                    account="A-0003",
                    level=DEFAULT_RULES.levels[0],
                    items=(open_item("A-0003"),),
                    raised=("CAM-2026-00003",),
                ),
            ),
            disputes=(
                DisputeRow(
                    dispute=id_of("dispute", "1"),
                    account="A-0003",
                    item="CAM-2026-00003",
                    amount=Decimal("20.00"),
                    opened_on=date(2026, 7, 2),
                    reason="Meter read twice",
                    closed_on=None,
                    outcome=None,
                ),
            ),
            names={f"A-{n:04d}": f"Department {n}" for n in range(1, 13)},
        )
        return Answer(rows=page, as_of=88, age_s=42)

    def await_books(self, scope: Scope) -> None:
        scope.demand(Right.READ_BILLS if scope.staff else Right.READ_OWN, SITE)

    # ---- commands
    def receive(
        self,
        account: str,
        incoming: Incoming,
        *,
        items: Sequence[str] = (),
        by: UUID | None,
        command_id: UUID,
    ) -> None:
        if incoming.amount <= 0:
            raise PaymentError.of("not_positive", amount=incoming.amount)
        self.received.once(command_id, (account, incoming, tuple(items)))

    def match(
        self,
        name: str,
        account: str,
        *,
        items: Sequence[str] = (),
        remember: bool,
        by: UUID,
        command_id: UUID,
    ) -> None:
        self.matched.once(command_id, (name, account, tuple(items), remember))

    def accept(self, name: str, *, by: UUID, why: str, command_id: UUID) -> None:
        if by == self.raised_by:
            raise OwnCorrectionError(name)
        self.decided.once(command_id, (name, "applied", why))

    def reject(self, name: str, *, by: UUID, why: str, command_id: UUID) -> None:
        self.decided.once(command_id, (name, "rejected", why))

    # ---- corrections
    def _correction(self, number: int) -> CorrectionRow:
        name = f"CAM-2026-{number:05d}"
        state = next((d[1] for d in self.decided.all if d[0] == f"{name}/1"), "proposed")
        return CorrectionRow(
            invoice=id_of("invoice", f"A-{number:04d}"),
            proposal=1,
            number=name,
            account=f"A-{number:04d}",
            state=state if number < 3 else "superseded",
            mode=None,
            total=Decimal("-31.20") if number == 2 else Decimal("12.44"),
            causes=[
                {"point": "cam-b2-elec", "cause": "readings", "days": ["2026-06-02"]},
                {"point": "cam-b2-gas", "cause": "tariff"},
            ],
            raised_by=None if number == 1 else self.raised_by,
            raised_at=datetime(2026, 7, 10, 3, tzinfo=UTC),
            decided_by=None,
            why="",
            applied_to=None,
        )

    def corrections(self, scope: Scope) -> Answer[CorrectionList]:
        scope.demand(Right.READ_BILLS, SITE)
        rows = tuple(map(self._correction, (2, 1, 3)))
        people = {self.raised_by: "Ada Byron"}
        found = CorrectionList(rows=rows, currency="GBP", people=people)
        return Answer(rows=found, as_of=88, age_s=42)

    def correction(self, scope: Scope, name: str) -> Answer[CorrectionPage] | None:
        found = self.corrections(scope).rows
        row = next((row for row in found.rows if row.name == name), None)
        if row is None:
            return None
        charge = {
            "name": {"en": "Energy, day", "zh": "日间电量"},
            "point": "cam-b2-elec",
            "unit": "kWh",
            "was": {"quantity": "12480.210", "price": "0.2143", "amount": "2674.51"},
            "now": {"quantity": "12334.6", "price": "0.2143", "amount": "2643.31"},
            "amount": "-31.20",
        }
        gone = charge | {"now": None, "was": {"quantity": "1/3", "price": None, "amount": "0.00"}}
        page = CorrectionPage(row=row, currency="GBP", charges=(charge, gone), people=found.people)
        return Answer(rows=page, as_of=88, age_s=42)
