"""In: our bills and the old system's. Out: a comparison, its document, its hash, a workbook. Pure.

Only the workbook is written to a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from billing.canonical import canonical_json, sha256_of
from billing.money import exact_text, exponent_of, plain, round_half_up
from billing.takeover.bills import ZERO, Bill
from billing.takeover.causes import Cause, causes_of, sums_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """What both systems bill an account for a utility."""

    account: str
    utility: str
    ours: Bill | None
    theirs: Bill | None
    causes: Mapping[Cause, Decimal]
    """Their sum is the difference. [currency]"""

    @property
    def difference(self) -> Decimal:
        """Return ours less theirs, with tax. [currency]."""
        return sum(self.causes.values(), ZERO)

    def document(self) -> dict[str, object]:
        """Return it as JSON values."""
        return {
            "account": self.account,
            "utility": self.utility,
            "ours": None if self.ours is None else _told(self.ours),
            "theirs": None if self.theirs is None else _told(self.theirs),
            "difference": plain(self.difference),
            "causes": {cause.value: plain(amount) for cause, amount in self.causes.items()},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The drafts of a run beside the old system's bills."""

    run: str
    """Key of the run."""
    drafts: str
    """SHA-256 over the drafts compared."""
    file: str
    currency: str
    pairs: tuple[Pair, ...]

    @property
    def causes(self) -> dict[Cause, Decimal]:
        """Return the sums by cause. [currency]."""
        return sums_of(pair.causes for pair in self.pairs)

    @property
    def ours(self) -> Decimal:
        """Return the total of our drafts. [currency]."""
        return sum((pair.ours.total for pair in self.pairs if pair.ours is not None), ZERO)

    @property
    def theirs(self) -> Decimal:
        """Return the total of the old bills. [currency]."""
        return sum((pair.theirs.total for pair in self.pairs if pair.theirs is not None), ZERO)

    @property
    def difference(self) -> Decimal:
        """Return ours less theirs: the sum of the causes. [currency]."""
        return sum(self.causes.values(), ZERO)

    @property
    def agrees(self) -> bool:
        """Return whether nothing but rounding differs."""
        return not set(self.causes_seen) - {Cause.ROUNDING}

    @property
    def causes_seen(self) -> list[Cause]:
        """Return every cause that some pair has, though its sum may be nothing."""
        seen = {cause for pair in self.pairs for cause in pair.causes}
        return [cause for cause in Cause if cause in seen]

    def document(self) -> dict[str, object]:
        """Return it as JSON values."""
        return {
            "run": self.run,
            "drafts": self.drafts,
            "file": self.file,
            "currency": self.currency,
            "ours": plain(self.ours),
            "theirs": plain(self.theirs),
            "difference": plain(self.difference),
            "causes": {cause.value: plain(amount) for cause, amount in self.causes.items()},
            "pairs": [pair.document() for pair in self.pairs],
        }

    @property
    def text(self) -> str:
        """Return it as canonical JSON."""
        return canonical_json(self.document())

    @property
    def sha256(self) -> str:
        """Return what a release signs."""
        return sha256_of(self.text)


def compared(
    ours: Iterable[Bill], theirs: Iterable[Bill], *, run: str, drafts: str, file: str, currency: str
) -> Comparison:
    """Put bills side by side.

    Args:
        ours: One an account and utility.
        theirs: The same of the old system.
        run: Key of the run.
        drafts: SHA-256 over its drafts.
        file: Name of the old system's file.
        currency: Of all of them.
    """
    mine, others = {bill.key: bill for bill in ours}, {bill.key: bill for bill in theirs}
    digits = exponent_of(currency)
    pairs = [
        Pair(
            account=key[0],
            utility=key[1],
            ours=mine.get(key),
            theirs=others.get(key),
            causes=causes_of(mine.get(key), others.get(key), digits),
        )
        for key in sorted({*mine, *others})
    ]
    return Comparison(run=run, drafts=drafts, file=file, currency=currency, pairs=tuple(pairs))


def write_comparison(comparison: Comparison, path: Path, heads: Mapping[str, str]) -> None:
    """Write a comparison as a workbook: sums by cause, and every pair.

    Args:
        comparison: The comparison.
        path: Where.
        heads: Words of the heads in the reader's language, by key.
    """
    from openpyxl import Workbook
    from openpyxl.styles import Font

    book = Workbook()
    sums: Any = book.active
    sums.title = "causes"
    rows: list[Sequence[object]] = [
        (heads["cause"], comparison.currency),
        *((heads[cause.value], amount) for cause, amount in comparison.causes.items()),
        (heads["difference"], comparison.difference),
        (heads["ours"], comparison.ours),
        (heads["theirs"], comparison.theirs),
        ("sha256", comparison.sha256),
    ]
    _fill(sums, rows)
    pairs = book.create_sheet("bills")
    causes = comparison.causes_seen
    sides = [f"{heads[side]} {heads[what]}" for side in ("ours", "theirs") for what in _TOLD]
    _fill(
        pairs,
        [
            [heads["account"], heads["utility"], *sides, heads["difference"]]
            + [heads[cause.value] for cause in causes],
            *(_cells(pair, causes) for pair in comparison.pairs),
        ],
    )
    for sheet in (sums, pairs):
        sheet.freeze_panes = "A2"
        for cell in sheet[1]:
            cell.font = Font(bold=True)
            sheet.column_dimensions[cell.column_letter].width = 16
    book.save(path)


SHOWN_DIGITS = 6
"""Digits after the point of a quantity in the workbook."""
_TOLD = ("first_day", "last_day", "quantity", "net", "tax", "total")


def _cells(pair: Pair, causes: Sequence[Cause]) -> list[object]:
    nothing = (None,) * len(_TOLD)
    sides = [nothing if bill is None else _shown(bill) for bill in (pair.ours, pair.theirs)]
    parts = [pair.causes.get(cause) for cause in causes]
    return [pair.account, pair.utility, *sides[0], *sides[1], pair.difference, *parts]


def _shown(bill: Bill) -> tuple[object, ...]:
    quantity = round_half_up(bill.quantity, SHOWN_DIGITS)
    return (bill.first_day, bill.last_day, quantity, bill.net, bill.tax, bill.total)


def _fill(sheet: Any, rows: Iterable[Sequence[object]]) -> None:
    """Write rows; a text stays a text, whatever sign it begins with."""
    for number, row in enumerate(rows, start=1):
        for place, value in enumerate(row, start=1):
            cell = sheet.cell(number, place, value)
            if isinstance(value, str):
                cell.data_type = "s"


def _told(bill: Bill) -> dict[str, object]:
    return {
        "first_day": bill.first_day.isoformat(),
        "last_day": bill.last_day.isoformat(),
        "quantity": exact_text(bill.quantity),
        "unit": bill.unit,
        "net": plain(bill.net),
        "tax": plain(bill.tax),
        "total": plain(bill.total),
    }
