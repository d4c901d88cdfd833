"""In: a step, what is said of it, what books, meters and orders hold. Out: its result. Pure.

A step ends because something is so, not because somebody ticks it: the account is there, the
meter counts, the invoice was issued. What is missing is named with what brings it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from energy.service.cases.case import SupplyCase
from energy.service.cases.errors import CaseError
from energy.service.cases.kinds import CaseKind
from energy.service.cases.meters import MeterNow
from energy.service.cases.ports import BilledDays, CaseBooks, PaidDays
from energy.service.switching.kinds import Confirmation, RequestKind, SwitchingState
from energy.service.switching.reads import SwitchingStory
from energy.service.work.kinds import OrderState
from energy.service.work.order import WorkOrder

Result = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a person says at the end of a step; what is not said is ""."""

    words: str = ""
    account: str = ""
    contract: str = ""
    """Its number."""
    point: str = ""
    switching: str = ""
    """Number of the switching order."""


def contracted(known: SupplyCase, said: Said, books: CaseBooks, today: date) -> Result:
    """Return the contract that the applicant signed.

    Raises:
        CaseError: The account has no such contract, it is over or not for the utility, or the
            account is another's than the applicant's.
    """
    account = said.account or ("" if _comes(known) else str(known.asked["account"]))
    if not account or not said.contract:
        raise CaseError.of("say_contract", number=known.number)
    signed = books.contract(account, said.contract)
    if signed is None:
        raise CaseError.of("no_contract", account=account, contract=said.contract)
    over = signed.valid_to is not None and signed.valid_to <= today
    utility = str(known.asked["utility"])
    if over or (signed.utilities and utility not in signed.utilities):
        raise CaseError.of("contract_over", contract=said.contract, utility=utility)
    leaving = str(known.asked["account"])
    if known.kind is CaseKind.CAPACITY_CHANGE and account != leaving:
        raise CaseError.of("other_account", account=account, known=leaving)
    applicant = str(known.asked["applicant"])
    if account == (leaving if _comes(known) else "") or applicant not in books.tenants(
        account, today
    ):
        raise CaseError.of("not_applicants", account=account, applicant=applicant)
    return {"account": account, "contract": signed.number}


def worked(known: SupplyCase, order: WorkOrder | None) -> Result:
    """Return the work order that was carried out.

    Raises:
        CaseError: There is none, or it is not over, or was cancelled.
    """
    if order is None:
        raise CaseError.of("no_order", number=known.number)
    if order.state is not OrderState.ENDED:
        raise CaseError.of("order_open", order=order.number)
    return {"order": order.number}


def disconnected(known: SupplyCase, story: SwitchingStory) -> Result:
    """Return the switching order that cut the supply off, confirmed by readings.

    Raises:
        CaseError: It was for something else, is older than the case, not completed, or readings
            do not confirm it.
    """
    row, point = story.order, known.known("point")
    asked = row.request
    cuts = bool(asked) and asked["kind"] == RequestKind.DISCONNECT and point in asked["points"]
    if not cuts or row.written_at < known.asked_at:
        raise CaseError.of("not_of_point", order=row.number, point=point)
    if row.state is not SwitchingState.COMPLETED or story.confirmation is not (
        Confirmation.CONFIRMED
    ):
        raise CaseError.of("not_confirmed", order=row.number)
    return {"switching": row.number}


def suspended(known: SupplyCase, books: CaseBooks, today: date) -> Result:
    """Return since when billing knows the supply as suspended.

    Raises:
        CaseError: It does not.
    """
    account, point = str(known.asked["account"]), known.known("point")
    first = books.suspended_from(account, point, today)
    if first is None:
        raise CaseError.of("not_suspended", account=account, point=point)
    return {"suspended_from": first.isoformat()}


def commissioned(
    known: SupplyCase, point: str, meter: MeterNow | None, payer: str | None
) -> Result:
    """Return the point whose meter counts.

    Args:
        known: The case.
        point: Key of the metering point.
        meter: Its meter; None where there is none.
        payer: Account that pays for the point today; None: nobody does yet.

    Raises:
        CaseError: There is no such point, its meter is not commissioned or of another utility, no
            reading was accepted, or another account than that of the contract pays for it.
    """
    if meter is None or meter.commissioned_at is None or meter.retired_at is not None:
        raise CaseError.of("not_commissioned", point=point or "-")
    if meter.utility != known.asked["utility"]:
        raise CaseError.of("other_meter", point=point, utility=known.asked["utility"])
    account = known.known("account")
    if payer is not None and payer != account:
        raise CaseError.of("others_point", point=point, payer=payer, account=account)
    if meter.read_at is None:
        raise CaseError.of("not_read", point=point)
    return {"point": point, "serial": meter.serial, "read_at": meter.read_at.isoformat()}


def handed_over(known: SupplyCase, books: CaseBooks, asked_on: date) -> Result:
    """Return day and reading on which the point changed hands.

    Args:
        known: The case.
        books: What the books know.
        asked_on: Local day of the application: an older move is of an older supply.

    Raises:
        CaseError: The books know of no such move.
    """
    leaving, point, account = _leaving(known), known.known("point"), known.known("account")
    move = books.moved_out(leaving, point)
    if move is None or move.to != account or move.day < asked_on:
        raise CaseError.of("not_moved", point=point, leaving=leaving, account=account)
    return {"day": move.day.isoformat(), "reading": move.shown, "how": move.how}


def last_read(known: SupplyCase, books: CaseBooks, meter: MeterNow | None) -> Result:
    """Return the last reading of a supply that is given up: at the move, or of the retired meter.

    Raises:
        CaseError: The account still pays for it, or no last reading is known.
    """
    leaving, point = _leaving(known), known.known("point")
    days = _ended(books.paid(leaving, point))
    move = books.moved_out(leaving, point)
    if days is not None and move is not None and move.day == days.after:
        return {"day": move.day.isoformat(), "reading": move.shown, "how": move.how}
    retired = meter is not None and meter.retired_at is not None and meter.last_known
    if days is None or days.after is None or meter is None or not retired:
        raise CaseError.of("not_read_last", point=point, leaving=leaving)
    assert meter.retired_at is not None, "asked above"
    return {"day": days.after.isoformat(), "retired_at": meter.retired_at.isoformat()}


def finally_billed(known: SupplyCase, books: CaseBooks) -> Result:
    """Return the final bill: with it all days of the point are on issued invoices.

    Raises:
        CaseError: A day is not.
    """
    leaving, point = _leaving(known), known.known("point")
    days = _ended(books.paid(leaving, point))
    if days is None or days.after is None:
        raise CaseError.of("still_pays", point=point, leaving=leaving)
    billed = books.billed(leaving, point)
    missing = _missing(days.first_day, days.after, billed)
    if missing is not None:
        raise CaseError.of("not_billed", account=leaving, point=point, day=missing)
    last = max(billed, key=lambda each: each.last_day)
    return {"final_invoice": last.invoice}


def first_billed(known: SupplyCase, books: CaseBooks, asked_on: date) -> Result:
    """Return the first bill of the account for the point.

    Args:
        known: The case.
        books: What the books know.
        asked_on: Local day of the application: older bills are of an older supply.

    Raises:
        CaseError: None was issued.
    """
    account, point = known.known("account"), known.known("point")
    since = date.fromisoformat(known.results["day"]) if "day" in known.results else asked_on
    found = [each for each in books.billed(account, point) if each.last_day >= since]
    if not found:
        raise CaseError.of("no_bill", account=account, point=point)
    return {"invoice": found[0].invoice}


def _comes(known: SupplyCase) -> bool:
    """Return whether the applicant is to get a supply that he has not."""
    return known.kind in {CaseKind.NEW_SUPPLY, CaseKind.TRANSFER}


def _leaving(known: SupplyCase) -> str:
    return str(known.asked["account"])


def _ended(days: Sequence[PaidDays]) -> PaidDays | None:
    """Return the last days for which an account paid; None where it still does, or never did."""
    return days[-1] if days and days[-1].after is not None else None


def _missing(first: date, after: date, billed: Sequence[BilledDays]) -> date | None:
    """Return the first day of some that is on no invoice."""
    at = first
    for each in sorted(billed, key=lambda days: days.first_day):
        if each.first_day > at:
            break
        at = max(at, date.fromordinal(each.last_day.toordinal() + 1))
    return at if at < after else None
