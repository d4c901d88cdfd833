"""In: a shift at a cash desk. Out: the table of its receipts, with sums by means. I/O by ports."""

from __future__ import annotations

from billing.cash_desk.shift_events import Taking
from billing.ledger.sheets import Cell, Sheet
from dashboards.formats import instant_text
from dashboards.pages.parts import Parts
from dashboards.queries.till_rows import ShiftPage
from dashboards.viewer import Viewer

HEADS = (
    *("receipt", "taken_at", "account", "name", "what", "document", "means"),
    *("amount", "given", "state", "reason"),
)


def shift_sheet(parts: Parts, viewer: Viewer, subject: str) -> Sheet | None:
    """Return the receipts of a shift; None where there is none.

    Args:
        parts: What the pages need.
        viewer: Who looks.
        subject: Desk and number of the shift: "MAIN-3".
    """
    desk, _, number = subject.rpartition("-")
    if not (number.isascii() and number.isdecimal()):
        return None
    answer = parts.queries.shift(viewer.scope, desk, int(number[:6]))
    return None if answer is None else sheet_of(parts, viewer, answer.rows)


def sheet_of(parts: Parts, viewer: Viewer, page: ShiftPage) -> Sheet:
    """Return the receipts in the order of their numbers, then what each means of payment took."""
    rows: list[list[Cell]] = [_row(parts, viewer, page, each) for each in reversed(page.takings)]
    for each in page.sums:
        sums: dict[str, Cell] = {
            "receipt": viewer.say("till.sum"),
            "document": viewer.say("till.receipts", count=each.count),
            "means": viewer.say(f"cli.desk.means.{each.means}"),
            "amount": each.taken,
        }
        rows.append([sums.get(head, "") for head in HEADS])
    return Sheet(
        name=f"shift_{page.shift.number}",
        heads=tuple(viewer.say(f"till.head_{head}") for head in HEADS),
        rows=rows,
    )


def _row(parts: Parts, viewer: Viewer, page: ShiftPage, each: Taking) -> list[Cell]:
    return [
        each.receipt,
        instant_text(viewer.language, each.taken_at, parts.settings.zone),
        each.account,
        page.names.get(each.account, ""),
        viewer.say(f"cli.desk.purpose.{each.purpose}"),
        each.invoice or each.point,
        viewer.say(f"cli.desk.means.{each.means}"),
        each.amount,
        each.given,
        viewer.say("cli.desk.void") if each.void else "",
        page.reasons.get(each.receipt, ""),
    ]
