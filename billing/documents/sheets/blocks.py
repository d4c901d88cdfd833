"""In: texts and rows. Out: the blocks that `typ/sheet.typ` places. Pure."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from billing.documents.letterhead import Letterhead
from billing.documents.words import Words

Json = Mapping[str, Any]
Block = dict[str, Any]
Rows = Sequence[Sequence[str | None]]


class Sheet(ABC):
    """What every builder of a paper needs: content, words, letterhead, size."""

    def __init__(self, content: Json, language: str, letterhead: Letterhead | None, size: str):
        """Set a content.

        Args:
            content: JSON of one of the contents.
            language: "en", "zh" or "both".
            letterhead: Of the billing entity.
            size: "a4" or "80mm".
        """
        self.content = content
        self.words = Words(language, "paper")
        self.letterhead = letterhead
        self.size = size

    def addressee(self) -> list[str]:
        """Return name, address and tax number of who it is written to."""
        to = self.content["to"]
        tax = f"{self.words.word('tax_number')} {to['tax_number']}" if to["tax_number"] else ""
        return [to["name"] or to["account"], *to["address"].split("\n"), tax]

    @abstractmethod
    def page(self) -> dict[str, Any]:
        """Return the paper as the template reads it."""

    def fact(self, key: str, value: object) -> list[list[str]]:
        """Return a fact as rows: none where nothing is known."""
        return [[self.words.word(key), str(value)]] if value not in (None, "") else []

    def text(self, key: str, /, **values: object) -> list[Block]:
        """Return a sentence, once a language."""
        return [text(row) for row in self.words.sentences(key, **values)]

    def heads(self, *keys: str) -> list[str]:
        """Return heads of columns; two languages one above the other."""
        return ["\n".join(self.words.sentences(key)) if key else "" for key in keys]


def text(body: str, *, soft: bool = False) -> Block:
    """Return a paragraph."""
    return {"kind": "text", "body": body, "soft": soft}


def notice(body: str) -> Block:
    """Return a paragraph that must not be missed."""
    return {"kind": "notice", "body": body}


def heading(body: str) -> Block:
    """Return a heading."""
    return {"kind": "heading", "body": body}


def facts(rows: Rows) -> Block:
    """Return names and values."""
    return {"kind": "facts", "rows": [list(row) for row in rows]}


def in_words(rows: Rows) -> Block:
    """Return an amount in words."""
    return {"kind": "words", "rows": [list(row) for row in rows]}


def signatures(*names: str) -> Block:
    """Return places to sign at."""
    return {"kind": "signatures", "names": list(names)}


def table(
    head: Sequence[str],
    rows: Rows,
    *,
    align: str,
    total: Sequence[str] = (),
    wide: Mapping[int, int] = MappingProxyType({0: 1}),
    roomy: bool = False,
) -> Block:
    """Return a table.

    Args:
        head: Heads of the columns.
        rows: Texts; None is a rule to write on.
        align: A letter a column: l, r or c.
        total: Closing row; empty where there is none.
        wide: Columns that share what room is left, each with its share.
        roomy: Whether people write into it.
    """
    assert len(align) == len(head), "a letter a column"
    return {
        "kind": "table",
        "head": list(head),
        "rows": [list(row) for row in rows],
        "align": list(align),
        "total": list(total),
        "widths": [wide.get(n, 0) for n in range(len(head))],
        "roomy": roomy,
    }


def amount_of(stored: str | None) -> Decimal:
    """Return a stored amount; zero where none is."""
    return Decimal(stored) if stored else Decimal(0)
