"""In: desks, shifts, receipts. Out: their addresses. Pure."""

from __future__ import annotations

from urllib.parse import quote

HOME = "/desk"
DESK_FORM = r"[A-Za-z0-9%]{1,90}"
"""A desk's name: letters and digits, those of other scripts as an address writes them."""


def desk_path(desk: str) -> str:
    """Return the address of a desk."""
    return f"{HOME}/{quote(desk, safe='')}"


def customer_path(desk: str, account: str) -> str:
    """Return the address of an account served at a desk."""
    return f"{desk_path(desk)}/{quote(account, safe='')}"


def shift_path(desk: str, number: int) -> str:
    """Return the address of a shift."""
    return f"{desk_path(desk)}/shifts/{number}"


def receipt_path(desk: str, number: int, receipt: str) -> str:
    """Return the address of a receipt's paper."""
    file = quote(receipt, safe="")
    return f"/download/receipts/{quote(desk, safe='')}/{number}/{file}.pdf"


def sheet_path(desk: str, number: int) -> str:
    """Return the address of a shift's cash-up sheet."""
    return f"/download/cash-up/{quote(desk, safe='')}/{number}.pdf"
