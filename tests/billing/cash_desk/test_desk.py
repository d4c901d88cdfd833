"""The cash desk on a real journal: receipts without a gap, voids, cash-up, two desks at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from billing.cash_desk.desk import Payment
from billing.cash_desk.papers import cash_up_of, receipt_of
from billing.cash_desk.shift_events import Means, Purpose, ShiftState
from billing.documents.contents import Party
from billing.documents.papers import PaperKind, paper
from billing.ledger.entry import LedgerAccount, balance_of
from billing.prepaid.errors import DeskRefusedError, PrepaidRefusedError
from billing.prepaid.points import prepaid_of
from billing.views.cash_desk import read_shifts, read_takings
from billing.views.customers import find_customers
from billing.views.prepaid import balance_after
from energy.base.errors import EnergyError
from tests.billing.cash_desk.ledger import entries_of_site
from tests.billing.prepaid.purse import Purse
from tests.billing.prepaid.test_card_price import CARD_TARIFF
from tests.billing.town import APPROVER, CLERK, Town

pytestmark = pytest.mark.servers


def money(amount: str, means: Means = Means.CASH, *, again: bool = False) -> Payment:
    return Payment(amount=Decimal(amount), means=means, again=again)


@pytest.fixture
def purse(town: Town) -> Purse:
    town.found()
    found = Purse(town)
    found.open(first=date(2019, 2, 1))
    found.desk().open(Decimal(100), found.act())
    return found


def test_a_shift_from_change_to_cash_up(purse: Purse) -> None:
    desk = purse.desk()
    first = desk.top_up("A-b1", money("50"), purse.act())
    second = desk.top_up("A-b1", money("20", Means.CARD), purse.act())
    third = desk.pay("A-b2", None, money("30.50", Means.TRANSFER), purse.act())
    numbers = [each.receipt for each in (first, second, third)]
    assert numbers == [f"R-MAIN-2019-00000{n}" for n in (1, 2, 3)]
    assert purse.office.balance("A-b1") == 70
    assert desk.void(purse.cards, second.receipt, "wrong account", purse.act()).void is False
    assert purse.office.balance("A-b1") == 50
    expected = {"cash": Decimal(150), "card": Decimal(0), "transfer": Decimal("30.50")}
    assert desk.shift().should_hold() == expected
    shift = desk.cash_up({"50": 3}, Decimal(0), Decimal("30.50"), purse.act())
    assert shift.state is ShiftState.CLOSED
    with pytest.raises(DeskRefusedError, match="is closed"):
        desk.void(purse.cards, first.receipt, "late", purse.act())
    assert desk.open(Decimal(0), purse.act()).number == 2
    with pytest.raises(DeskRefusedError, match="What another shift took is never voided"):
        desk.void(purse.cards, first.receipt, "late", purse.act())
    purse.town.catch_up()
    with purse.town.database.connection() as connection:
        schema = purse.town.site.schema
        rows = read_takings(connection, schema, desk="MAIN", number=1)
        assert [row.state for row in rows] == ["taken", "void", "taken"]
        assert [row.state for row in read_shifts(connection, schema)] == ["open", "closed"]


def test_a_difference_is_signed_by_a_second_person(purse: Purse) -> None:
    desk = purse.desk()
    desk.top_up("A-b1", money("50"), purse.act())
    shift = desk.cash_up({"50": 2, "0.50": 97}, Decimal(0), Decimal(0), purse.act())
    assert shift.state is ShiftState.COUNTED
    assert shift.differences() == {"cash": Decimal("-1.50")}
    with pytest.raises(DeskRefusedError, match="is counted"):
        desk.top_up("A-b1", money("1"), purse.act())
    with pytest.raises(DeskRefusedError, match="second person"):
        desk.sign("lost", purse.act(CLERK))
    desk.resume("a coin was found", purse.act())
    desk.cash_up({"50": 2, "1": 49}, Decimal(0), Decimal(0), purse.act())
    shift = desk.sign("lost", purse.act(APPROVER))
    assert (shift.state, shift.signed_by) == (ShiftState.CLOSED, APPROVER)
    entries = entries_of_site(purse.books)
    assert balance_of(entries, LedgerAccount.CASH_DIFFERENCE) == 1
    assert balance_of(entries, LedgerAccount.CASH) == 49
    assert balance_of(entries, LedgerAccount.PREPAID) == -50


def test_the_same_sale_a_moment_later_must_be_meant(purse: Purse) -> None:
    desk, act = purse.desk(), purse.act()
    taken = desk.top_up("A-b1", money("50"), act)
    assert desk.top_up("A-b1", money("50"), act) == taken
    with pytest.raises(DeskRefusedError, match=taken.receipt):
        desk.top_up("A-b1", money("50"), purse.act())
    desk.top_up("A-b1", money("50", again=True), purse.act())
    purse.town.clock.move_to(purse.town.clock.now() + timedelta(minutes=3))
    desk.top_up("A-b1", money("50"), purse.act())
    assert purse.office.balance("A-b1") == 150


def test_two_desks_sell_to_one_account_at_once_and_nothing_is_lost(purse: Purse) -> None:
    purse.desk("EAST").open(Decimal(0), purse.act())

    def sell(number: int) -> str:
        desk = purse.desk(("MAIN", "EAST")[number % 2])
        payment = Payment(amount=Decimal(number + 1), means=Means.CASH, again=True)
        return desk.top_up("A-b1", payment, purse.act()).receipt

    with ThreadPoolExecutor(4) as pool:
        receipts = list(pool.map(sell, range(8)))
    assert sorted(receipts) == sorted(
        f"R-{desk}-2019-{n:06d}" for desk in ("EAST", "MAIN") for n in (1, 2, 3, 4)
    )
    assert purse.office.balance("A-b1") == sum(range(1, 9))


def test_a_void_and_the_cash_up_cannot_both_happen(purse: Purse) -> None:
    taken = purse.desk().top_up("A-b1", money("50"), purse.act())

    def outcome(act: Callable[[], object]) -> str:
        try:
            act()
        except EnergyError as error:
            return error.code
        return "done"

    acts = [
        lambda: purse.desk().void(purse.cards, taken.receipt, "wrong", purse.act()),
        lambda: purse.desk().cash_up({"50": 3}, Decimal(0), Decimal(0), purse.act()),
    ]
    with ThreadPoolExecutor(2) as pool:
        void, cash_up = pool.map(outcome, acts)
    shift = purse.desk().shift()
    if void == "done":
        assert shift.state is ShiftState.COUNTED  # fifty too much in the drawer
        assert shift.differences() == {"cash": Decimal(50)}
        assert purse.office.balance("A-b1") == 0
    else:
        assert (void, cash_up) == ("desk.shift_state", "done")
        assert shift.state is ShiftState.CLOSED
        assert purse.office.balance("A-b1") == 50


def test_units_are_revenue_at_once_and_void_only_before_they_are_written(purse: Purse) -> None:
    tariff = CARD_TARIFF.format(mode="inclusive")
    purse.town.office.publish_tariff(tariff, command_id=uuid4(), by=None)
    purse.town.catch_up()
    first = date(2019, 2, 1)
    purse.cards.open(
        "b2-elec", "A-b2", "card-electricity", "M-1", first, ceiling=None, act=purse.act()
    )
    with pytest.raises(PrepaidRefusedError, match="no card yet"):
        purse.desk().sell_units(purse.cards, "b2-elec", Means.CASH, purse.act(), money=Decimal(10))
    purse.cards.issue_card("b2-elec", "C-1", "", purse.act())
    taking, priced = purse.desk().sell_units(
        purse.cards, "b2-elec", Means.CASH, purse.act(), money=Decimal("21.00")
    )
    assert (priced.units, taking.purpose) == (Decimal("100.00"), Purpose.CARD_UNITS)
    assert taking.sale is not None
    sale = purse.cards.point("b2-elec").sale(taking.sale)
    assert sale.unit == priced.unit, "a receipt printed again says what was sold"
    assert sale.parts == tuple((part.units, part.price) for part in priced.parts)
    entries = entries_of_site(purse.books)
    assert balance_of(entries, LedgerAccount.CARD_SALES) == -20
    assert balance_of(entries, LedgerAccount.TAX) == -1
    purse.desk().void(purse.cards, taking.receipt, "wrong meter", purse.act())
    entries = entries_of_site(purse.books)
    assert balance_of(entries, LedgerAccount.CASH) == 0
    assert purse.cards.point("b2-elec").bought("2019-02") == 0
    taking, _ = purse.desk().sell_units(
        purse.cards, "b2-elec", Means.CASH, purse.act(), money=Decimal(10)
    )
    assert taking.sale is not None
    act = purse.act()
    held = purse.cards.point("b2-elec")
    held.begin_write(taking.sale, "maker", at=act.at, command_id=uuid4())
    purse.books.store(held)
    with pytest.raises(PrepaidRefusedError, match="not voided"):
        purse.desk().void(purse.cards, taking.receipt, "wrong meter", purse.act())
    assert not purse.desk().shift().receipted(taking.receipt).void


def test_a_desk_belongs_to_the_person_of_the_shift(purse: Purse) -> None:
    with pytest.raises(DeskRefusedError, match="another person's"):
        purse.desk().top_up("A-b1", money("5"), purse.act(APPROVER))
    with pytest.raises(DeskRefusedError, match="A shift is open"):
        purse.desk().open(Decimal(0), purse.act())
    with pytest.raises(DeskRefusedError, match="no issued invoice"):
        purse.desk().pay("A-b1", "CAM-2019-000001", money("5"), purse.act())
    given = Payment(amount=Decimal(5), means=Means.CASH, given=Decimal(4))
    with pytest.raises(DeskRefusedError, match="4 was given"):
        purse.desk().pay("A-b1", None, given, purse.act())


@pytest.mark.parametrize(
    "asked",
    ["a-b1", "sn-0001", "B1-ELEC", "tenant of B1", "b1 road", "meterline:SITE/b1-elec#SN-0001"],
)
def test_a_customer_is_found_by_what_he_says(purse: Purse, asked: str) -> None:
    said = asked.replace("SITE", purse.town.site.key)
    (hit,) = find_customers(purse.books, purse.town.vault, said)
    assert (hit.account, hit.name) == ("A-b1", "Tenant of b1")
    assert hit.prepaid
    assert "SN-0001" in hit.serials


def test_nobody_is_found_by_nothing(purse: Purse) -> None:
    assert find_customers(purse.books, purse.town.vault, "  ") == []
    assert find_customers(purse.books, purse.town.vault, "nobody") == []
    other = "meterline:elsewhere/b1-elec#SN-0001"
    assert find_customers(purse.books, purse.town.vault, other) == [], "another site's label"


def test_a_receipt_says_the_balance_that_its_top_up_left(purse: Purse) -> None:
    desk = purse.desk()
    first = desk.top_up("A-b1", money("50"), purse.act())
    second = desk.top_up("A-b1", money("20.50"), purse.act())
    purse.town.catch_up()
    with purse.town.database.connection() as connection:
        left = [
            balance_after(connection, purse.town.site.schema, "A-b1", receipt)
            for receipt in (first.receipt, second.receipt, "R-MAIN-2019-000009")
        ]
    assert left == [Decimal(50), Decimal("70.50"), None]


def test_the_same_command_twice_opens_counts_and_signs_once(purse: Purse) -> None:
    desk, opening = purse.desk("WEST"), purse.act()
    assert desk.open(Decimal(10), opening) == desk.open(Decimal(10), opening)
    counting = purse.act()
    for _ in range(2):
        assert desk.cash_up({"5": 1}, Decimal(0), Decimal(0), counting).state == "counted"
    going_on = purse.act()
    for _ in range(2):
        desk.resume("a note was found", going_on)
    desk.cash_up({"5": 1}, Decimal(0), Decimal(0), purse.act())
    signing = purse.act(APPROVER)
    assert {desk.sign("lost", signing).number for _ in range(2)} == {1}
    closing, again = purse.act(), purse.act()
    desk.open(Decimal(0), again)
    for _ in range(2):
        assert desk.cash_up({}, Decimal(0), Decimal(0), closing).state == "closed"


def test_receipt_and_cash_up_sheet_can_be_set(purse: Purse) -> None:
    desk = purse.desk()
    handed = Payment(amount=Decimal(50), means=Means.CASH, given=Decimal(100))
    taken = desk.top_up("A-b1", handed, purse.act())
    assert desk.shift().receipted(taken.receipt) == taken, "what was handed over is kept"
    to = Party(account="A-b1", name="Tenant of b1", address="b1 Road\nTown")
    content = receipt_of(
        taken, to, currency="GBP", zone="Europe/London", desk="MAIN", cashier="Clara",
        balance=Decimal(50),
    )  # fmt: skip
    assert (content.change, content.total) == (Decimal(50), Decimal(50))
    pdf = paper(PaperKind.RECEIPT, content.document(), language="both", size="80mm")
    assert pdf.startswith(b"%PDF")
    shift = desk.cash_up({"50": 3}, Decimal(0), Decimal(0), purse.act())
    sheet = cash_up_of(shift, zone="Europe/London", cashier="Clara", seconded_by="")
    assert [m.difference for m in sheet.means] == [0, 0, 0]
    assert paper(PaperKind.CASH_UP_SHEET, sheet.document(), language="zh").startswith(b"%PDF")


def test_a_void_of_money_that_is_used_must_be_meant(purse: Purse) -> None:
    desk, books = purse.desk(), purse.books
    taken = desk.top_up("A-b1", money("50"), purse.act())
    held = prepaid_of(books, "A-b1")
    held.correct("CAM-2019-000009", "invoice", Decimal("12.34"), purse.act())
    books.store(held)
    with pytest.raises(DeskRefusedError, match=r"balance of A-b1 is -12\.34.*--below-zero"):
        desk.void(purse.cards, taken.receipt, "wrong account", purse.act())
    assert purse.office.balance("A-b1") == Decimal("37.66")
    assert not desk.shift().receipted(taken.receipt).void
    desk.void(purse.cards, taken.receipt, "wrong account", purse.act(), below_zero=True)
    assert purse.office.balance("A-b1") == Decimal("-12.34")
    assert desk.shift().should_hold()["cash"] == 100


def test_a_desk_s_top_up_is_not_taken_back_as_if_the_bank_had_brought_it(purse: Purse) -> None:
    taken = purse.desk().top_up("A-b1", money("50"), purse.act())
    with pytest.raises(PrepaidRefusedError, match="desk void"):
        purse.office.reverse("A-b1", taken.receipt, "bounced", purse.act())
    assert purse.office.balance("A-b1") == 50
