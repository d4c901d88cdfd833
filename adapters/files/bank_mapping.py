"""In: a TOML file for statements of one bank. Out: its mapping, checked. I/O: reads it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from adapters.files.mapping import TableRule, TimeFormat, TimeRule, ValueRule
from adapters.files.mapping_file import FileMappingError, load_document, read_table_rule
from adapters.files.mapping_file_parts import read_time
from adapters.mapping_words import one_of
from adapters.number_text import NumberFormat
from energy.metering.site_file_checker import Checker

SINGLE = ("payer", "payer_account", "reference", "end_to_end")
AMOUNTS = ("amount", "credit", "debit")
_KEYS = {
    "schema_version", "id", "title", "note", "file", "encoding", "separator", "quote", "sheet",
    "head_row", "first_row", "rows", "kind", "time", "bank", "number",
}  # fmt: skip
_BANK = {
    "account", "account_column", "currency", "currency_column", "told", "direction", "out",
    "nulls", *SINGLE, *AMOUNTS,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class BankMapping:
    """A whole mapping file for bank statements."""

    id: str
    title: str
    table: TableRule
    time: TimeRule
    """Of the day the entry was booked on."""
    value: ValueRule
    account: str
    """Our own account; "" where a column says it."""
    currency: str
    """"" where a column says it."""
    columns: Mapping[str, str]
    """Column by what it holds: amount, or credit and debit; payer, payer_account, reference..."""
    told: tuple[str, ...]
    """Columns of what the payer wrote, joined by a space."""
    out: frozenset[str]
    """Words of the column `direction` that say that money went out."""


def load_bank_mapping(path: Path) -> BankMapping:
    """Return the checked mapping in a file.

    Raises:
        FileMappingError: Lists every problem.
    """
    _, document = load_document(path)
    checker = Checker(document)
    checker.unknown_keys(document, _KEYS, "file")
    if document.get("kind") != "bank":
        checker.problems.append('kind must be "bank"')
    bank = document.get("bank", {})
    if not isinstance(bank, dict):
        checker.problems.append("[bank] is missing")
        bank = {}
    checker.unknown_keys(bank, _BANK, "[bank]")
    time = read_time(checker, document.get("time"))
    if time.format is not TimeFormat.LOCAL and time.format is not TimeFormat.EXCEL:
        checker.problems.append('[time]: the day of an entry is format = "local" or "excel"')
    number = one_of(checker, NumberFormat, document.get("number"), "number")
    mapping = BankMapping(
        id=path.stem,
        title=checker.text(document, "title", "file"),
        table=read_table_rule(checker, document, path.stem),
        time=time,
        value=ValueRule(
            number=number or NumberFormat.PLAIN,
            nulls=frozenset(checker.words({"nulls": [""], **bank}, "nulls", "[bank]")),
        ),
        account=_one(checker, bank, "account", "account_column"),
        currency=_one(checker, bank, "currency", "currency_column"),
        columns=_columns(checker, bank),
        told=tuple(checker.words(bank, "told", "[bank]")) if "told" in bank else (),
        out=frozenset(checker.words(bank, "out", "[bank]")) if "out" in bank else frozenset(),
    )
    if mapping.currency and not re.fullmatch(r"[A-Z]{3}", mapping.currency):
        checker.problems.append(
            f"[bank]: currency {mapping.currency!r} is no ISO 4217 code such as CNY"
        )
    if checker.problems:
        raise FileMappingError(path.stem, checker.problems)
    return mapping


def _one(checker: Checker, bank: Mapping[str, object], fixed: str, column: str) -> str:
    """Return a fixed text; "" where a column says it. One of the two must be there."""
    if (fixed in bank) == (column in bank):
        checker.problems.append(f"[bank]: one of `{fixed}` and `{column}` is needed")
        return ""
    return checker.text(bank, fixed, "[bank]") if fixed in bank else ""


def _columns(checker: Checker, bank: Mapping[str, object]) -> dict[str, str]:
    names = [*SINGLE, *AMOUNTS, "account_column", "currency_column", "direction"]
    found = {name: checker.text(bank, name, "[bank]") for name in names if name in bank}
    if ("amount" in bank) == ("credit" in bank and "debit" in bank):
        checker.problems.append("[bank]: either `amount`, or both `credit` and `debit`")
    if ("direction" in bank) != ("out" in bank):
        checker.problems.append("[bank]: `direction` and the words `out` go together")
    if "direction" in bank and "amount" not in bank:
        checker.problems.append("[bank]: `direction` belongs to `amount`")
    return found
