"""In: nothing. Out: made-up cash desks, with shifts that are real ones without a journal. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from billing.cash_desk.desk import Payment
from billing.cash_desk.papers import cash_up_of, receipt_of
from billing.cash_desk.shift import Shift
from billing.cash_desk.shift_events import Means, Purpose, ShiftState, Taking
from billing.documents.contents import CashUpSheet, Party, Receipt
from billing.prepaid.card_writer import Answer, Answered
from billing.prepaid.errors import DeskRefusedError, PrepaidRefusedError
from billing.prepaid.server_account import Act
from billing.views.customers import Hit
from billing.views.prepaid_cards import CardPointRow, CardSaleRow
from dashboards.queries.rows import Answer as Told
from dashboards.queries.sql_till import sums_of
from dashboards.queries.till_rows import Customer, DeskList, DeskShift, DueItem, ShiftPage
from dashboards.security.scope import Right, Scope
from dashboards.till_commands import TillCommands
from energy.base.ids import id_of
from tests.dashboards.fake_energy import SITE
from tests.dashboards.fake_money import ADA, HOSTILE
from tests.dashboards.fake_tenants import FakeTenants

X = id_of("person", "x")
AT = datetime(2026, 7, 14, 7, 0, tzinfo=UTC)
DAY = date(2026, 7, 14)
POINT = "cam-b3-elec"
NO_MONEY = Decimal(0)


def begun(desk: str, number: int, person: UUID, change: str = "100") -> Shift:
    """Return an open shift."""
    return Shift(
        site=SITE,
        desk=desk,
        number=number,
        person=person,
        change=Decimal(change),
        currency="GBP",
        at=AT,
        command_id=id_of("command", desk, str(number)),
    )


def taking(shift: Shift, n: int, account: str, amount: str, **more: Any) -> Taking:
    """Return money that a shift can take."""
    facts: dict[str, Any] = {
        "taking": id_of("taking", shift.desk, str(n)),
        "account": account,
        "amount": Decimal(amount),
        "means": Means.CASH,
        "purpose": Purpose.TOP_UP,
        "invoice": None,
        "sale": None,
        "receipt": f"R-{shift.desk}-2026-{n:06d}",
        "net": NO_MONEY,
        "tax": NO_MONEY,
        "utility": "",
        "point": "",
        "taken_at": AT + timedelta(minutes=n),
        "command_id": id_of("command", "taking", shift.desk, str(n)),
    }
    return Taking(**facts | more)


def closed_shift() -> Shift:
    """Return a shift whose difference was signed for."""
    shift = begun("MAIN", 1, ADA)
    shift.take(taking(shift, 1, "A-0002", "50.00"), on=DAY, by=ADA)
    shift.cash_up({"50": 2, "20": 2}, NO_MONEY, NO_MONEY, at=AT, on=DAY, by=ADA, command_id=X)
    shift.sign(HOSTILE, at=AT, on=DAY, by=X, command_id=ADA)
    return shift


def busy_shift(person: UUID) -> Shift:
    """Return an open shift that took by each means, and gave one amount back."""
    shift = begun("EAST", 1, person, "60.50")
    invoice = {"purpose": Purpose.INVOICE, "invoice": "CAM-2026-00003"}
    kinds: list[dict[str, Any]] = [
        {"given": Decimal(60)},
        {"means": Means.CARD, **invoice},
        {"means": Means.TRANSFER, **invoice},
    ]
    for n, more in enumerate(kinds, start=1):
        account = f"A-{n:04d}"
        shift.take(taking(shift, n, account, f"{n * 20}.00", **more), on=DAY, by=person)
    shift.void("R-EAST-2026-000001", HOSTILE, at=AT, on=DAY, by=person, command_id=X)
    return shift


@dataclass
class FakeTill(FakeTenants):
    """Questions about cash desks, and the desks themselves: MAIN is closed, EAST is one's own."""

    shifts: dict[str, list[Shift]] = field(default_factory=dict)
    """By desk; empty before the first question."""
    units_written: bool = False
    names: dict[UUID, str] = field(default_factory=dict)
    clock: Any = None

    def _shifts(self) -> dict[str, list[Shift]]:
        if not self.shifts:
            person = next(iter(self.names), X)
            self.shifts.update({"MAIN": [closed_shift()], "EAST": [busy_shift(person)]})
        return self.shifts

    def counted_by_another(self) -> dict[str, list[Shift]]:
        """Return a desk whose shift another person counted, 10.00 short."""
        shift = begun("WEST", 1, ADA)
        shift.cash_up({"10": 9}, NO_MONEY, NO_MONEY, at=AT, on=DAY, by=ADA, command_id=X)
        return {"WEST": [shift]}

    # ---- questions
    def desks(self, scope: Scope) -> Told[DeskList]:
        scope.demand(Right.READ_BILLS, SITE)
        shifts = [shift for held in self._shifts().values() for shift in reversed(held)]
        rows = tuple(
            DeskShift(
                desk=shift.desk,
                number=shift.number,
                person=shift.person,
                name=HOSTILE if shift.person == ADA else "Grace Hopper",
                state=shift.state,
                opened_at=shift.opened_at,
                closed_at=shift.closed_at,
            )
            for shift in shifts
        )
        return Told(rows=DeskList(shifts=rows, currency="GBP"), as_of=88, age_s=42)

    def shift(self, scope: Scope, desk: str, number: int | None = None) -> Told[ShiftPage] | None:
        scope.demand(Right.READ_BILLS, SITE)
        held = self._shifts().get(desk, [])
        if not 0 < (number or len(held)) <= len(held):
            return None
        shift = held[(number or len(held)) - 1]
        page = ShiftPage(
            shift=shift,
            name="Grace Hopper",
            signed_by="Ada Byron" if shift.signed_by else "",
            newest=shift.number == len(held),
            sums=tuple(sums_of(shift)),
            takings=tuple(reversed(shift.takings.values())),
            reasons={each.receipt: HOSTILE for each in shift.takings.values() if each.void},
            names={"A-0001": HOSTILE, "A-0002": "Department 2", "A-0003": "Department 3"},
            currency="GBP",
        )
        return Told(rows=page, as_of=88, age_s=42)

    def customers(self, scope: Scope, words: str) -> tuple[Hit, ...]:
        scope.demand(Right.READ_BILLS, SITE)
        return tuple(
            Hit(
                account=row.account,
                name=row.name,
                address="Building 2, Cambridge",
                points=[POINT],
                serials=[f"S-{row.account[-1]}"],
                prepaid=row.prepaid is not None,
                cards=[],
            )
            for row in self.tenants(scope).rows.rows
            if words.casefold() in f"{row.account} {row.name} s-{row.account[-1]}".casefold()
        )

    def customer(self, scope: Scope, account: str) -> Told[Customer] | None:
        found = self.tenant(scope, account)
        if found is None:
            return None
        late = account == "A-0003"
        page = Customer(
            standing=replace(found.rows.standing, currency="GBP"),
            address=f"Building {account[-1]}\nCambridge",
            serials=("S-2", "S-3"),
            connected=account != "A-0002",
            items=(
                DueItem(number="CAM-2026-00003", kind="invoice", due_in=-28 if late else 0,
                        open=Decimal("3017.82"), payable=True),
                DueItem(number="FEE-2026-00001", kind="fee", due_in=9, open=Decimal("12.50"),
                        payable=not late),
            ),
            cards=(card_point(account),) if late else (),
            waiting=(card_sale(account),) if late and not self.units_written else (),
        )  # fmt: skip
        return Told(rows=page, as_of=88, age_s=42)

    def receipt(self, scope: Scope, desk: str, number: int, receipt: str) -> Receipt | None:
        found = self.shift(scope, desk, number)
        held = found.rows.shift.takings.values() if found else ()
        known = next((each for each in held if each.receipt == receipt), None)
        if known is None:
            return None
        to = Party(account=known.account, name="Department 2", address="Building 2")
        return receipt_of(
            known, to, currency="GBP", zone="Europe/London", desk=desk, cashier="Grace Hopper"
        )

    def cash_up_sheet(self, scope: Scope, desk: str, number: int) -> CashUpSheet | None:
        found = self.shift(scope, desk, number)
        if found is None or found.rows.shift.state is ShiftState.OPEN:
            return None
        return cash_up_of(
            found.rows.shift, zone="Europe/London", cashier="Grace", seconded_by="Ada Byron"
        )


@dataclass
class FakeDesk:
    """A desk whose shifts are real and stored nowhere."""

    till: FakeTill
    name: str

    def _shift(self) -> Shift:
        held = self.till._shifts().get(self.name, [])
        if not held:
            raise DeskRefusedError.of("no_shift", desk=self.name)
        return held[-1]

    def open(self, change: Decimal, act: Act) -> Shift:
        assert act.by is not None
        held = self.till._shifts().setdefault(self.name, [])
        if held and held[-1].state is not ShiftState.CLOSED:
            raise DeskRefusedError.of("shift_open", desk=self.name)
        held.append(begun(self.name, len(held) + 1, act.by, str(change)))
        return held[-1]

    def _take(self, account: str, paid: Payment, act: Act, **more: Any) -> Taking:
        assert act.by is not None
        shift = self._shift()
        known = [t for t in shift.takings.values() if t.command_id == act.command_id]
        if known:
            return known[0]
        made = taking(
            shift,
            len(shift.takings) + 1,
            account,
            str(paid.amount),
            means=paid.means,
            given=paid.given,
            taken_at=act.at,
            command_id=act.command_id,
            **more,
        )
        for each in shift.takings.values():
            near = act.at - each.taken_at < timedelta(minutes=2)
            if (each.account, each.amount) == (account, paid.amount) and near and not paid.again:
                raise DeskRefusedError.of("again", receipt=each.receipt, amount=each.amount)
        shift.take(made, on=DAY, by=act.by)
        return made

    def top_up(self, account: str, payment: Payment, act: Act) -> Taking:
        return self._take(account, payment, act)

    def pay(
        self, account: str, invoice: str | None, payment: Payment, act: Act, *, advance: bool
    ) -> Taking:
        return self._take(account, payment, act, purpose=Purpose.INVOICE, invoice=invoice)

    def sell_units(self, cards: Any, point: str, means: Means, act: Act, *, units: Decimal | None,
                   money: Decimal | None, given: Decimal | None, again: bool) -> Any:  # fmt: skip
        if (units is None) == (money is None):
            raise PrepaidRefusedError.of("units_or_money")
        cost = money if money is not None else units
        assert cost is not None
        paid = Payment(amount=cost, means=means, given=given, again=again)
        sale = id_of("sale", str(act.command_id))
        made = self._take("A-0003", paid, act, purpose=Purpose.CARD_UNITS, point=point, sale=sale)

        class Priced:
            units = cost * 2
            unit = "kWh"

        return made, Priced

    def void(self, cards: Any, receipt: str, reason: str, act: Act, *, below_zero: bool) -> Taking:
        assert act.by is not None
        return self._shift().void(
            receipt, reason, at=act.at, on=DAY, by=act.by, command_id=act.command_id
        )

    def cash_up(
        self, denominations: Mapping[str, int], card: Decimal, transfer: Decimal, act: Act
    ) -> Shift:
        assert act.by is not None
        self._shift().cash_up(
            denominations, card, transfer, at=act.at, on=DAY, by=act.by, command_id=act.command_id
        )
        return self._shift()

    def resume(self, reason: str, act: Act) -> None:
        assert act.by is not None
        self._shift().resume(reason, at=act.at, by=act.by, command_id=act.command_id)

    def sign(self, reason: str, act: Act) -> Shift:
        assert act.by is not None
        self._shift().sign(reason, at=act.at, on=DAY, by=act.by, command_id=act.command_id)
        return self._shift()


def till_commands(till: FakeTill) -> TillCommands:
    """Return the writes of made-up desks; the card's side writes whatever it is told."""

    def write(_point: str, _sale: UUID, _act: Act) -> Answered:
        till.units_written = True
        return Answered(answer=Answer.WRITTEN, proof="5521-7740")

    def act(by: UUID | None, command: UUID) -> Act:
        return Act(at=till.clock.now(), on=DAY, by=by, command_id=command)

    cards: Any = None
    return TillCommands(
        site=SITE, desk=lambda name: FakeDesk(till, name), cards=cards, act=act, write=write
    )


def no_card_writer(_point: str, _sale: UUID, _act: Act) -> Answered:
    """Write no card: none is set up."""
    raise PrepaidRefusedError.of("no_writer")


def card_point(account: str) -> CardPointRow:
    """Return a point that is paid by card."""
    return CardPointRow(
        point=POINT,
        account=account,
        tariff="campus-card",
        utility="electricity",
        unit="kWh",
        serial="S-3",
        card="88001",
        ceiling=None,
        state="open",
    )


def card_sale(account: str) -> CardSaleRow:
    """Return units that are not on their card yet."""
    return CardSaleRow(
        sale=id_of("sale", "1"),
        point=POINT,
        account=account,
        card="88001",
        number=1,
        kind="sale",
        units=Decimal("242.1"),
        unit="kWh",
        amount=Decimal(200),
        currency="GBP",
        receipt="R-MAIN-2026-000007",
        state="sold",
        attempts=0,
        proof="",
        sold_on=DAY,
        sold_at=AT,
    )
