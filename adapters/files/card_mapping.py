"""In: a TOML file for exports of a prepaid card system. Out: its mapping, checked. I/O: reads it.

Card systems export purchases and balances: card, meter, instant, energy bought, money, remaining.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from adapters.files.mapping import TableRule, TimeRule, ValueRule
from adapters.files.mapping_file import FileMappingError, load_document, read_table_rule
from adapters.files.mapping_file_parts import read_time
from adapters.mapping_words import one_of
from adapters.number_text import NumberFormat
from energy.base.units import TO_BASE
from energy.metering.site_file_checker import Checker

NEEDED = ("record", "card", "meter")
AMOUNTS = ("energy", "money", "price", "remaining", "used")
_KEYS = {
    "schema_version", "id", "title", "note", "file", "encoding", "separator", "quote", "sheet",
    "head_row", "first_row", "rows", "kind", "time", "card", "number",
}  # fmt: skip
_UNITS = frozenset(unit for units in TO_BASE.values() for unit in units)


class CardKind(StrEnum):
    """What a record of a card system tells."""

    PURCHASE = "purchase"
    """Energy was bought and written on the card."""
    REFUND = "refund"
    """Energy was given back."""
    BALANCE = "balance"
    """What was left, as the meter or the card told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardMapping:
    """A whole mapping file for records of prepaid cards."""

    id: str
    title: str
    table: TableRule
    time: TimeRule
    value: ValueRule
    system: str
    """Name of the card system; a record is known by it and its number."""
    unit: str
    currency: str
    columns: Mapping[str, str]
    """Column by what it holds: record, card, meter, kind, energy, money, price, remaining, used."""
    kinds: Mapping[str, CardKind]
    """Kind by word; without a column every record is a purchase."""
    source: str = ""
    """The mapping's text as it stood in its file."""


def is_card_mapping(path: Path) -> bool:
    """Return whether a mapping file is one for records of cards.

    Raises:
        FileMappingError: It cannot be read.
    """
    return load_document(path)[1].get("kind") == "ic_card"


def load_card_mapping(path: Path) -> CardMapping:
    """Return the checked mapping in a file.

    Raises:
        FileMappingError: Lists every problem.
    """
    text, document = load_document(path)
    checker = Checker(document)
    checker.unknown_keys(document, _KEYS, "file")
    if document.get("kind") != "ic_card":
        checker.problems.append('kind must be "ic_card"')
    card = document.get("card", {})
    if not isinstance(card, dict):
        checker.problems.append("[card] is missing")
        card = {}
    names = {"system", "unit", "currency", "nulls", "kind", *NEEDED, *AMOUNTS}
    checker.unknown_keys(card, names | set(CardKind), "[card]")
    system, unit, currency = (
        checker.text(card, k, "[card]") for k in ("system", "unit", "currency")
    )
    if unit and unit not in _UNITS:
        checker.problems.append(f"[card]: unit {unit!r} is none of {', '.join(sorted(_UNITS))}")
    if currency and not re.fullmatch(r"[A-Z]{3}", currency):
        checker.problems.append(f"[card]: currency {currency!r} is no ISO 4217 code such as CNY")
    number = one_of(checker, NumberFormat, document.get("number"), "number")
    mapping = CardMapping(
        id=path.stem,
        title=checker.text(document, "title", "file"),
        table=read_table_rule(checker, document, path.stem),
        time=read_time(checker, document.get("time")),
        value=ValueRule(
            number=number or NumberFormat.PLAIN,
            nulls=frozenset(checker.words({"nulls": [""], **card}, "nulls", "[card]")),
        ),
        system=system,
        unit=unit,
        currency=currency,
        columns=_columns(checker, card),
        kinds=_kinds(checker, card),
        source=text,
    )
    if checker.problems:
        raise FileMappingError(path.stem, checker.problems)
    return mapping


def _columns(checker: Checker, card: Mapping[str, object]) -> dict[str, str]:
    found = {name: checker.text(card, name, "[card]") for name in NEEDED}
    stated = [name for name in ("kind", *AMOUNTS) if name in card]
    found |= {name: checker.text(card, name, "[card]") for name in stated}
    if not {"energy", "money", "remaining"} & set(found):
        checker.problems.append("[card]: none of `energy`, `money`, `remaining` has a column")
    return found


def _kinds(checker: Checker, card: Mapping[str, object]) -> dict[str, CardKind]:
    words = {w: kind for kind in CardKind for w in checker.words(card, kind.value, "[card]")}
    if bool(words) != ("kind" in card):
        checker.problems.append("[card]: `kind` and the words of each kind go together")
    return words
