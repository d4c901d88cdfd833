"""In: nothing. Out: made-up tenants behind the questions about them. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

from billing.accounts.agreed import AgreedQuantity
from billing.accounts.roles import FixedCharges, PartyRole
from billing.accounts.terms import (
    ContractTerms,
    DatedParty,
    Move,
    MovedPoint,
    SignedContract,
    SuppliedPoint,
    Suspension,
)
from billing.views.account_terms import DepositRow
from billing.views.cash_desk import TakingRow
from billing.views.collection import LetterRow
from dashboards.queries.portal_rows import OwnAccount, OwnBill
from dashboards.queries.rows import Answer
from dashboards.queries.tenant_rows import (
    SharedPoint,
    TenantList,
    TenantPage,
    TenantRow,
    UtilityUse,
)
from dashboards.security.scope import Right, Scope
from energy.base.ids import id_of
from energy.base.units import Utility
from tests.dashboards.fake_energy import SITE
from tests.dashboards.fake_money import HOSTILE
from tests.dashboards.fake_portal import PAYMENTS, PREPAID

JAN, JUNE = date(2025, 1, 1), date(2026, 6, 1)


class FakeTenants:
    """Questions about tenants: account A-0002 pays first, A-0001 has a hostile name."""

    def tenants(self, scope: Scope) -> Answer[TenantList]:
        scope.demand(Right.READ_BILLS, SITE)
        rows = tuple(
            TenantRow(
                account=f"A-{n:04d}",
                name=HOSTILE if n == 1 else f"Department {n}",
                opened_on=JAN,
                supplies=2,
                balance=Decimal("4017.82"),
                overdue=Decimal(0),
                prepaid=Decimal("31.50") if n == 2 else None,
                final_due=n == 3,
            )
            for n in range(1, 13)
        )
        return Answer(rows=TenantList(rows=rows, currency="GBP"), as_of=88, age_s=42)

    def tenant(self, scope: Scope, account: str) -> Answer[TenantPage] | None:
        row = next((r for r in self.tenants(scope).rows.rows if r.account == account), None)
        if row is None:
            return None
        page = TenantPage(
            standing=OwnAccount(
                account=account,
                name=row.name,
                open=row.balance,
                overdue=row.overdue,
                currency="GBP",
                prepaid=None if row.prepaid is None else PREPAID,
                payments=PAYMENTS,
            ),
            terms=terms(account),
            parties={"dept": HOSTILE},
            first=date(2026, 7, 1),
            last=date(2026, 7, 13),
            use=tuple(use(n, utility) for n, utility in enumerate(Utility)),
            bills=(bill(account),),
            meters={"cam-b2-elec": ("Building 2, electricity", "S-2")},
            deposits=(deposit(account),),
            shared=(
                SharedPoint(
                    point="cam-b2-elec",
                    share="Lift of building 2",
                    whole="cam-lift",
                    keys=(("area", Fraction(1, 2)), ("energy", Fraction(1, 2))),
                    valid_from=JAN,
                    valid_to=JUNE,
                ),
            ),
            receipts=(
                TakingRow(
                    receipt="R-MAIN-2026-000007",
                    desk="MAIN",
                    number=3,
                    account=account,
                    purpose="invoice",
                    means="cash",
                    amount=Decimal("120.00"),
                    currency="GBP",
                    invoice=None,
                    state="void",
                    reason=HOSTILE,
                    taken_by=id_of("person", "ada"),
                    taken_at=datetime(2026, 7, 3, 9, tzinfo=UTC),
                ),
            ),
            letters=(LetterRow(on=date(2026, 7, 6), level=1, items=("CAM-2026-00003",)),),
        )
        return Answer(rows=page, as_of=88, age_s=42)


def terms(account: str) -> ContractTerms:
    """Return a contract, a tenant, a supply that holds and one that is over."""
    return ContractTerms(
        account=account,
        contracts=(
            SignedContract(
                number="C-17",
                signed_on=JAN,
                valid_from=JAN,
                valid_to=None,
                utilities=(),
                document="0123456789abcdef" * 4,
            ),
        ),
        agreed={
            "cam-b2-elec": (
                agreed("100", JAN, JUNE),
                agreed("120", JUNE, None),
            )
        },
        suspensions=(
            Suspension(
                point="cam-b2-elec",
                valid_from=JAN,
                valid_to=date(2025, 1, 8),
                fixed_charges=FixedCharges.WAIVED,
                reason=HOSTILE,
            ),
        ),
        moves=(
            Move(
                came=True,
                day=JAN,
                other="A-0003",
                points=(
                    MovedPoint(
                        point="cam-b2-elec",
                        channel=2,
                        at="2025-01-01T00:00:00+00:00",
                        count=120,
                        shown="120.0 kWh",
                        how="read",
                    ),
                ),
                reason="lease",
                by="",
            ),
        ),
        parties=(DatedParty(role=PartyRole.TENANT, party="dept", valid_from=JAN),),
        supplies=(
            supply("cam-b2-elec", None),
            supply("cam-b9-elec", JUNE),
        ),
    )


def agreed(kw: str, first: date, after: date | None) -> AgreedQuantity:
    """Return a contract demand of some days."""
    return AgreedQuantity(
        name="contract_demand_kw",
        unit="kW",
        value=Decimal(kw),
        valid_from=first,
        valid_to=after,
    )


def deposit(account: str) -> DepositRow:
    """Return a deposit of which a part is not paid."""
    return DepositRow(
        deposit=id_of("deposit", account),
        account=account,
        key="D-1",
        currency="GBP",
        asked=Decimal("500.00"),
        paid=Decimal("300.00"),
        applied=Decimal("50.00"),
        refunded=Decimal("0.00"),
        refund_asked=Decimal("0.00"),
        asked_on=JAN,
        due_on=JAN,
        reason="new tenant",
    )


def supply(point: str, after: date | None) -> SuppliedPoint:
    """Return a supply with electricity from the first day on."""
    return SuppliedPoint(
        point=point,
        utility="electricity",
        tariff="campus-electricity",
        valid_from=JAN,
        valid_to=after,
    )


def use(n: int, utility: Utility) -> UtilityUse:
    """Return a use: of the second nothing is known, of the third a part."""
    return UtilityUse(
        utility=utility,
        now=None if n == 1 else 12_340_000 * (n + 1),
        before=11_000_000 * (n + 1),
        known=Fraction(0) if n == 1 else Fraction(9, 10) if n == 2 else Fraction(1),
        known_before=Fraction(1, 2) if n == 3 else Fraction(1),
        meters=1,
    )


def bill(account: str) -> OwnBill:
    """Return an open bill."""
    return OwnBill(
        invoice=id_of("invoice", account),
        number="CAM-2026-00002",
        kind="invoice",
        account=account,
        first_day=JUNE,
        last_day=date(2026, 6, 30),
        currency="GBP",
        total=Decimal("4017.82"),
        open=Decimal("4017.82"),
        due_on=date(2026, 7, 15),
    )
