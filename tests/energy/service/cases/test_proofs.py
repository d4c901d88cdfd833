"""A step ends because something is so: what each asks for, and every way in which it is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from energy.service.cases import proofs
from energy.service.cases.errors import CaseError
from energy.service.cases.kinds import CaseKind
from energy.service.cases.meters import MeterNow
from energy.service.cases.ports import BilledDays, MovedOut, PaidDays, SignedSheet
from energy.service.cases.proofs import Said
from tests.energy.service.cases.office import Hand, Ledger, opened
from tests.fixtures.postgres import NOON

TODAY = date(2019, 1, 20)
SHEET = SignedSheet(number="K-1", signed_on=TODAY, valid_to=None, utilities=())
METER = MeterNow(
    utility="electricity",
    serial="S-1",
    commissioned_at=NOON,
    retired_at=None,
    read_at=NOON,
    last_known=False,
)


def day(number: int) -> date:
    return date(2019, 1, number)


def bill(number: str, first: int, last: int) -> BilledDays:
    return BilledDays(invoice=number, first_day=day(first), last_day=day(last))


def moved(on: int, to: str = "A-2") -> MovedOut:
    return MovedOut(day=day(on), to=to, shown="5.00 kWh", how="read")


def transfer() -> Hand:
    """Return a transfer from A-1 to A-2 whose contract was signed."""
    return opened(CaseKind.TRANSFER, applicant="party/mill").end("application").end(
        "contract", account="A-2"
    )  # fmt: skip


def test_a_contract_is_the_applicants_and_holds() -> None:
    books = Ledger(parties={"A-2": {"party/mill"}}, contracts={("A-2", "K-1"): SHEET})
    said = Said(account="A-2", contract="K-1")
    known = opened().end("application").case
    assert proofs.contracted(known, said, books, TODAY) == {"account": "A-2", "contract": "K-1"}
    for changed, why in (
        ({"valid_to": TODAY}, "is over"),
        ({"utilities": ("gas",)}, "not about electricity"),
    ):
        books.contracts["A-2", "K-1"] = replace(SHEET, **changed)
        with pytest.raises(CaseError, match=why):
            proofs.contracted(known, said, books, TODAY)
    books.contracts["A-2", "K-1"] = replace(SHEET, utilities=("electricity",))
    books.parties = {"A-2": {"party/forge"}}
    with pytest.raises(CaseError, match="not that of party/mill"):
        proofs.contracted(known, said, books, TODAY)
    for unsaid in (Said(account="A-2"), Said(contract="K-1")):
        with pytest.raises(CaseError, match="--account and --contract"):
            proofs.contracted(known, unsaid, books, TODAY)
    with pytest.raises(CaseError, match="account sign"):
        proofs.contracted(known, replace(said, contract="K-2"), books, TODAY)


def test_more_capacity_is_agreed_with_the_account_that_pays() -> None:
    books = Ledger(contracts={("A-1", "K-1"): SHEET, ("A-2", "K-1"): SHEET})
    known = opened(CaseKind.CAPACITY_CHANGE).end("application").case
    found = proofs.contracted(known, Said(contract="K-1"), books, TODAY)
    assert found["account"] == "A-1"
    with pytest.raises(CaseError, match="another account than A-1"):
        proofs.contracted(known, Said(account="A-2", contract="K-1"), books, TODAY)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"commissioned_at": None}, "No meter is commissioned"),
        ({"retired_at": NOON}, "No meter is commissioned"),
        ({"utility": "gas"}, "does not measure electricity"),
        ({"read_at": None}, "No reading of m1 was accepted"),
    ],
)
def test_a_point_is_commissioned_when_its_meter_counts(
    changed: dict[str, object], why: str
) -> None:
    known = opened().case
    assert proofs.commissioned(known, "m1", METER, None)["serial"] == "S-1"
    with pytest.raises(CaseError, match=why):
        proofs.commissioned(known, "m1", replace(METER, **changed), None)  # type: ignore[arg-type]
    with pytest.raises(CaseError, match="No meter"):
        proofs.commissioned(known, "m1", None, None)


def test_a_point_that_another_account_pays_for_is_not_this_supply() -> None:
    known = opened().end("application", "survey", "quotation").end("contract", account="A-2").case
    assert proofs.commissioned(known, "m1", METER, "A-2")["point"] == "m1"
    with pytest.raises(CaseError, match="Account A-1 pays for m1, not A-2"):
        proofs.commissioned(known, "m1", METER, "A-1")


def test_a_point_changed_hands_between_just_these_two() -> None:
    books, known = Ledger(), transfer().case
    for found in (None, moved(10, "A-3"), moved(10, ""), moved(1)):
        if found is not None:
            books.moves["A-1", "m1"] = found
        with pytest.raises(CaseError, match="no move of m1 from A-1 to A-2"):
            proofs.handed_over(known, books, day(2))
    books.moves["A-1", "m1"] = moved(10)
    assert proofs.handed_over(known, books, day(2)) == {
        "day": "2019-01-10",
        "reading": "5.00 kWh",
        "how": "read",
    }


def test_the_final_bill_leaves_no_day_out() -> None:
    books, known = Ledger(), transfer().case
    at = ("A-1", "m1")
    for days in ([], [PaidDays(first_day=day(1), after=None)]):
        books.days[at] = days
        with pytest.raises(CaseError, match="still pays"):
            proofs.finally_billed(known, books)
    books.days[at] = [PaidDays(first_day=day(1), after=day(10))]
    for bills, missing in (
        ([], day(1)),
        ([bill("1", 2, 9)], day(1)),
        ([bill("1", 1, 8)], day(9)),
        ([bill("1", 1, 4), bill("2", 6, 9)], day(5)),
    ):
        books.bills[at] = bills
        with pytest.raises(CaseError, match=f"{missing} of m1 is on no issued"):
            proofs.finally_billed(known, books)
    books.bills[at] = [bill("2", 5, 9), bill("1", 1, 4)]
    assert proofs.finally_billed(known, books) == {"final_invoice": "2"}


def test_only_the_last_time_of_a_supply_is_billed_to_its_end() -> None:
    books, known = Ledger(), transfer().case
    books.days["A-1", "m1"] = [
        PaidDays(first_day=day(1), after=day(3)),
        PaidDays(first_day=day(5), after=day(7)),
    ]
    books.bills["A-1", "m1"] = [bill("1", 5, 6)]
    assert proofs.finally_billed(known, books) == {"final_invoice": "1"}


def test_the_first_bill_is_one_of_this_supply() -> None:
    books = Ledger(bills={("A-2", "m1"): [bill("0", 1, 5), bill("1", 10, 12), bill("2", 13, 14)]})
    known = transfer().end("handover", day="2019-01-10").case
    assert proofs.first_billed(known, books, day(1)) == {"invoice": "1"}, "it had the point before"
    books.bills["A-2", "m1"] = [bill("0", 1, 5)]
    with pytest.raises(CaseError, match="No invoice of account A-2 for m1"):
        proofs.first_billed(known, books, day(1))


def test_the_last_reading_is_that_of_the_move_or_of_the_retired_meter() -> None:
    books, known = Ledger(), opened(CaseKind.CLOSURE).end("application", "disconnection").case
    at = ("A-1", "m1")
    gone = replace(METER, retired_at=NOON + timedelta(days=8), last_known=True)
    books.days[at] = [PaidDays(first_day=day(1), after=None)]
    books.moves[at] = moved(10, "")
    with pytest.raises(CaseError, match="still pays for m1"):
        proofs.last_read(known, books, gone)
    books.days[at] = [PaidDays(first_day=day(1), after=day(10))]
    assert proofs.last_read(known, books, METER)["reading"] == "5.00 kWh"
    books.moves[at] = moved(3, "")
    assert "retired_at" in proofs.last_read(known, books, gone)
    for meter in (None, METER, replace(gone, last_known=False)):
        with pytest.raises(CaseError, match="last reading is not known"):
            proofs.last_read(known, books, meter)
