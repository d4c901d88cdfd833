"""In: a sale to be written to a card. Out: what the card's side answered. Protocol alone.

The card's side is a program of the card's maker: it stands behind a folder of files or a command
(`adapters/ic_card`). It is handed plain texts, so that neither side imports the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from billing.money import plain
from billing.prepaid.card_events import CardSale
from billing.prepaid.card_point import CardPoint


class Answer(StrEnum):
    """What the card's side says of a sale."""

    WRITTEN = "written"
    NOT_WRITTEN = "not_written"
    """It certainly did not write it: it may be tried again."""
    UNKNOWN = "unknown"
    """It gave no answer, or one that nobody understands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An answer with what proves it."""

    answer: Answer
    proof: str


class CardWriter(Protocol):
    """Writes units to cards; a sale that was written once is never written again.

    Both methods return the value of an `Answer` and its proof.
    """

    @property
    def name(self) -> str:
        """Return what kind of writer it is."""
        ...

    def write(self, order: Mapping[str, str]) -> tuple[str, str]:
        """Write a sale to its card, or say that it was written before."""
        ...

    def ask(self, order: Mapping[str, str]) -> tuple[str, str]:
        """Say whether a sale was written, without writing it."""
        ...


def order_of(point: CardPoint, sale: CardSale) -> dict[str, str]:
    """Return a sale as the card's side gets it."""
    return {
        "sale": str(sale.sale),
        "number": str(sale.number),
        "kind": sale.kind.value,
        "point": point.point,
        "meter": point.serial,
        "card": sale.card,
        "blocked": ",".join(point.blocked),
        "utility": point.utility,
        "units": plain(sale.units),
        "unit": point.unit,
        "amount": plain(sale.amount),
        "receipt": sale.receipt,
        "attempt": str(sale.attempts),
    }


def answered(told: tuple[str, str]) -> Answered:
    """Return what a writer gave; an answer that nobody understands is unknown."""
    word, proof = told
    try:
        return Answered(answer=Answer(word), proof=proof)
    except ValueError:
        return Answered(answer=Answer.UNKNOWN, proof=f"{word}: {proof}")
