"""In: entries of a bank statement, whatever file they stood in. Out: the key of each. Pure.

The bank names an entry by a reference that is its own; where a file has none, the key is a hash of
what the row says and of how many equal rows stood before it on that day of that file. Two equal
payments on one day are two entries; the same file again, or one that overlaps it by whole days,
brings none twice.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.canonical import canonical_json, sha256_of


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementEntry:
    """One entry of a bank statement."""

    bank_account: str
    """Our own account, as the file names it."""
    reference: str
    """The bank's own for this entry; "" where the file has none."""
    booked_on: date
    amount: Decimal
    """Above zero: money in; below: money out. [currency]"""
    currency: str
    payer: str
    """Name of the other side."""
    payer_account: str
    """Its account; "" where it is not told."""
    told: str
    """What the payer wrote."""
    end_to_end: str = ""
    """What we had asked the payer to write, where a file keeps that apart."""
    returned: bool = False
    """Whether it takes an earlier entry back."""
    row: int = 0
    """Where it stands in its file."""


def keyed(entries: Iterable[StatementEntry]) -> list[tuple[str, StatementEntry]]:
    """Return each entry with its key, in the order of the file.

    Args:
        entries: All of one file.
    """
    seen: Counter[str] = Counter()
    found = []
    for entry in entries:
        if entry.reference:
            key = f"{entry.bank_account}/{entry.reference}"
        else:
            told = sha256_of(canonical_json(_fields(entry)))
            seen[told] += 1
            key = f"{entry.bank_account}/{sha256_of(f'{told}/{seen[told]}')[:32]}"
        found.append((key, entry))
    return found


def _fields(entry: StatementEntry) -> list[str]:
    return [
        entry.booked_on.isoformat(),
        format(entry.amount.normalize(), "f"),
        entry.currency,
        entry.payer,
        entry.payer_account,
        entry.told,
    ]


def same_entry(one: StatementEntry, other: StatementEntry) -> bool:
    """Return whether two entries of one key say the same money."""
    return (one.booked_on, one.amount, one.currency) == (
        other.booked_on,
        other.amount,
        other.currency,
    )


def repeated(entries: Sequence[tuple[str, StatementEntry]]) -> list[StatementEntry]:
    """Return entries whose key stands again in the file with other money: a wrong reference."""
    first: dict[str, StatementEntry] = {}
    return [entry for key, entry in entries if not same_entry(first.setdefault(key, entry), entry)]


def folded(text: str) -> str:
    """Return a name as it is compared: one width, one case, letters and digits only."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(sign for sign in plain if sign.isalnum())
