"""In: a TOML file that describes a letterhead. Out: the letterhead and terms. I/O: reads files.

Keys: those of `letterhead.Letterhead`; `logo` and `seal` are file names beside it; `[[bank]]` has
holder, number, bank, code; `[einvoice]` has language, zero_rated, reason, buyer_country.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from billing.documents.letterhead import BankDetails, Letterhead, Picture
from billing.errors import DocumentError

_TEXTS = frozenset(
    ("name", "address", "city", "postcode", "country", "tax_number", "phone", "mail", "website")
) | {"foot"}
_BANK = frozenset(("holder", "number", "bank", "code"))
_TERMS = frozenset(("language", "zero_rated", "reason", "buyer_country"))
_CATEGORIES = ("Z", "E", "AE")
_PICTURES = ("logo", "seal")


def load_letterhead(file: Path) -> tuple[Letterhead, dict[str, str]]:
    """Return the letterhead of a file, and what it states for e-invoices.

    Raises:
        DocumentError: A key is unknown or missing, or a picture cannot be used; names each.
        OSError: A file cannot be read.
    """
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise DocumentError(f"{file.name} is no TOML: {error}. Mend it and try again.") from error
    banks, terms = table.pop("bank", []), table.pop("einvoice", {})
    problems = [
        *_unknown(table, _TEXTS | set(_PICTURES), ""),
        *(each for n, bank in enumerate(banks) for each in _unknown(bank, _BANK, f"bank[{n}].")),
        *_unknown(terms, _TERMS, "einvoice."),
    ]
    if not table.get("name"):
        problems.append("name: missing")
    if terms.get("zero_rated", "Z") not in _CATEGORIES:
        problems.append(f"einvoice.zero_rated: one of {', '.join(_CATEGORIES)}")
    if len(table.get("country", "XX")) != 2:
        problems.append("country: two letters (ISO 3166)")
    if problems:
        rows = "\n".join(f"  - {problem}" for problem in problems)
        raise DocumentError(
            f"{file.name} describes no letterhead; nothing was written:\n{rows}\n"
            "Mend the file; its keys are listed in docs/guides/documents.md."
        )
    logo, seal = (_picture(file, table.pop(name, "")) for name in _PICTURES)
    details = tuple(BankDetails(**{"holder": "", "bank": ""} | bank) for bank in banks)
    return Letterhead(**table, banks=details, logo=logo, seal=seal), dict(terms)


def _unknown(table: dict[str, Any], known: frozenset[str] | set[str], where: str) -> list[str]:
    """Return what is wrong with the keys of a table."""
    rows = [f"{where}{key}: unknown" for key in table if key not in known]
    return rows + [
        f"{where}{key}: a text is wanted"
        for key, value in table.items()
        if key in known and not isinstance(value, str)
    ]


def _picture(file: Path, name: str) -> Picture | None:
    return Picture(content=(file.parent / name).read_bytes()) if name else None
