"""In: hits, takings, shifts of a cash desk. Out: what a terminal and the papers show. I/O."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from scripts.commands.asked import runs
from scripts.commands.frame import Opened
from scripts.commands.prepaid_frame import paper_language, party_of
from scripts.commands.printing import in_zone, print_facts, print_json, print_table

if TYPE_CHECKING:
    from billing.cash_desk.shift import Shift
    from billing.cash_desk.shift_events import Taking
    from billing.prepaid.card_events import CardSale
    from billing.views.customers import Hit

if runs():
    from billing.cash_desk.papers import cash_up_of, receipt_of
    from billing.cash_desk.shift_events import Means, ShiftState
    from billing.documents.papers import PaperKind, paper
    from billing.prepaid.card_office import CardOffice
    from billing.prepaid.errors import DeskRefusedError


def print_hits(at: Opened, found: Sequence[Hit]) -> None:
    """Print the customers that may be meant."""
    keys = ("account", "name", "address", "meters", "pays")
    table = [
        (
            hit.account,
            hit.name,
            " ".join(hit.address.split()),
            ", ".join(hit.serials) or None,
            at.text("desk.pays.server" if hit.prepaid else "desk.pays.postpaid")
            if not hit.cards
            else at.text("desk.pays.card", points=", ".join(hit.cards)),
        )
        for hit in found
    ]
    print_table([at.text(f"desk.head.{key}") for key in keys], table)


def print_taking(
    at: Opened,
    taking: Taking,
    *,
    balance: Decimal | None,
    as_json: bool,
    sold: str | None = None,
) -> None:
    """Print what was taken."""
    if as_json:
        print_json({"taking": taking, "balance": balance, "sold": sold})
        return
    purpose = at.text(f"desk.purpose.{taking.purpose}")
    facts: list[tuple[str, object]] = [
        (at.text("desk.head.receipt"), taking.receipt),
        (at.text("desk.head.account"), taking.account),
        (at.text("desk.head.what"), f"{purpose} {taking.invoice or ''}".strip()),
        (at.text("desk.head.amount"), f"{taking.amount:f} {at.site.currency}"),
        (at.text("desk.head.means"), at.text(f"desk.means.{taking.means}")),
    ]
    if sold is not None:
        facts.append((at.text("desk.head.sold"), sold))
    if taking.given is not None:
        facts.append((at.text("desk.head.change"), taking.given - taking.amount))
    if balance is not None:
        facts.append((at.text("desk.head.balance"), balance))
    if taking.void:
        facts.append((at.text("desk.head.state"), at.text("desk.void")))
    print_facts(facts)


def print_shift(at: Opened, shift: Shift, *, as_json: bool) -> None:
    """Print a shift by means of payment: what should be there, and what was counted."""
    open_ = shift.state is ShiftState.OPEN
    expected = shift.should_hold() if open_ else shift.expected
    if as_json:
        print_json(
            {
                "desk": shift.desk,
                "number": shift.number,
                "state": shift.state,
                "change": shift.change,
                "expected": expected,
                "counted": None if open_ else shift.counted,
                "differences": {} if open_ else shift.differences(),
                "takings": list(shift.takings.values()),
            }
        )
        return
    print_facts(
        [
            (at.text("desk.head.shift"), f"{shift.desk}/{shift.number}"),
            (at.text("desk.head.person"), at.name_of(shift.person)),
            (at.text("desk.head.state"), at.text(f"desk.state.{shift.state}")),
            (at.text("desk.head.opened_at"), in_zone(shift.opened_at, at.site.zone)),
            (at.text("desk.head.closed_at"), in_zone(shift.closed_at, at.site.zone)),
            (at.text("desk.head.float"), f"{shift.change:f} {shift.currency}"),
        ]
    )
    keys = ("means", "takings", "expected", "counted", "difference")
    rows = []
    for means in Means:
        counted = None if open_ else shift.counted[means]
        taken = [t for t in shift.takings.values() if t.means is means and not t.void]
        left = None if counted is None else counted - expected[means]
        rows.append((at.text(f"desk.means.{means}"), len(taken), expected[means], counted, left))
    print_table([at.text(f"desk.head.{key}") for key in keys], rows, right=(1, 2, 3, 4))
    if shift.state is ShiftState.COUNTED:
        print(at.text("desk.to_sign"))


def write_receipt(
    at: Opened,
    desk: str,
    taking: Taking,
    file: Path,
    *,
    balance: Decimal | None,
    by: UUID | None,
) -> None:
    """Write a receipt as PDF for an 80 mm printer; `by` is who took the money."""
    sale = sale_of(at, taking)
    content = receipt_of(
        taking,
        party_of(at, taking.account),
        currency=at.site.currency,
        zone=at.site.zone.key,
        desk=desk,
        cashier=at.name_of(by) or "",
        units=sale.parts if sale else (),
        unit=sale.unit if sale else "",
        card=sale.card if sale else "",
        balance=balance,
    )
    language = paper_language(at)
    file.write_bytes(paper(PaperKind.RECEIPT, content.document(), language=language, size="80mm"))
    print(at.text("desk.written", file=file))


def sale_of(at: Opened, taking: Taking) -> CardSale | None:
    """Return the units that were sold for the money; None for other money."""
    if taking.sale is None:
        return None
    return CardOffice(at.books).point(taking.point).sale(taking.sale)


def write_cash_up(at: Opened, shift: Shift, file: Path) -> None:
    """Write a shift's cash-up sheet as PDF; one that is still open has none.

    Raises:
        DeskRefusedError: The shift is still open.
    """
    if shift.state is ShiftState.OPEN:
        raise DeskRefusedError.of("shift_state", shift=shift.number, state=shift.state)
    content = cash_up_of(
        shift,
        zone=at.site.zone.key,
        cashier=at.name_of(shift.person) or "",
        seconded_by=at.name_of(shift.signed_by) or "",
    )
    language = paper_language(at)
    file.write_bytes(paper(PaperKind.CASH_UP_SHEET, content.document(), language=language))
    print(at.text("desk.written", file=file))
