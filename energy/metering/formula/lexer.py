"""In: the text of a formula. Out: its tokens with their places, or an error with its place. Pure.

The text is read once from the left, a limited part of it: whatever it holds, the cost is bounded
by MOST_CHARACTERS.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from energy.metering.formula.errors import FormulaError, named_character

MOST_CHARACTERS = 10_000
"""Longest formula. [character]"""
MOST_TOKENS = 4_000
LONGEST_NAME = 120
"""[character]"""
LONGEST_NUMBER = 30
"""Most digits before the point, and behind it."""
_DIGITS = frozenset("0123456789")
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_")
_SIGNS = frozenset("+-*/(),=")
_UNSEEN = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"}
"""Categories of characters that nobody can see."""
_MEANT = {"−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "×": "*", "·": "*", "∙": "*"}
_MEANT |= {"÷": "/", "∕": "/", "⁄": "/", "【": "[", "】": "]"}


class TokenKind(StrEnum):
    """What a token is."""

    NUMBER = "number"
    NAME = "name"
    WORD = "word"
    UNIT = "unit"
    SIGN = "sign"
    END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token and where it stands."""

    kind: TokenKind
    text: str
    at: int


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a formula, at last one of kind END.

    Raises:
        FormulaError: The text is too long, or holds what is no token.
    """
    if len(text) > MOST_CHARACTERS:
        raise FormulaError.at(
            "formula.long", text, MOST_CHARACTERS, many=len(text), most=MOST_CHARACTERS
        )
    at, many = _behind_blanks(text, 0), 0
    while at < len(text):
        many += 1
        if many > MOST_TOKENS:
            raise FormulaError.at("formula.many", text, at, most=MOST_TOKENS)
        token, at = _token(text, at)
        yield token
        at = _behind_blanks(text, at)
    yield Token(kind=TokenKind.END, text="", at=len(text))


def number_of(text: str) -> Fraction | None:
    """Return the number of a decimal text as a formula writes it; None where it is none."""
    whole, point, part = text.partition(".")
    digits = [whole, part] if point else [whole]
    sound = all(0 < len(each) <= LONGEST_NUMBER and set(each) <= _DIGITS for each in digits)
    return Fraction(text) if sound else None


def _behind_blanks(text: str, at: int) -> int:
    """Return where blanks and comments end."""
    while at < len(text):
        if text[at] == "#":
            ends = text.find("\n", at)
            at = len(text) if ends < 0 else ends
        elif text[at] in " \t\r\n":
            at += 1
        else:
            break
    return at


def _token(text: str, at: int) -> tuple[Token, int]:
    """Return the token that begins at a place, and where it ends."""
    first = text[at]
    if first in _SIGNS:
        return Token(kind=TokenKind.SIGN, text=first, at=at), at + 1
    if first in _DIGITS:
        return _number(text, at)
    if first in _LETTERS:
        ends = _run(text, at, _LETTERS | _DIGITS)
        if ends - at > LONGEST_NAME:
            raise FormulaError.at("formula.name_long", text, at, most=LONGEST_NAME)
        return Token(kind=TokenKind.WORD, text=text[at:ends], at=at), ends
    if first == "[":
        return _name(text, at)
    if first == "{":
        return _unit(text, at)
    meant = _MEANT.get(first) or unicodedata.normalize("NFKC", first)
    if meant != first and len(meant) == 1 and meant.isascii() and meant.isprintable():
        raise FormulaError.at(
            "formula.look_alike", text, at, character=named_character(first), meant=meant
        )
    raise FormulaError.at("formula.character", text, at, character=named_character(first))


def _run(text: str, at: int, characters: frozenset[str]) -> int:
    """Return where a run of characters ends."""
    while at < len(text) and text[at] in characters:
        at += 1
    return at


def _number(text: str, at: int) -> tuple[Token, int]:
    ends = _run(text, at, _DIGITS)
    if text[ends : ends + 1] == ".":
        ends = _run(text, ends + 1, _DIGITS)
    if text[ends : ends + 1] in {"e", "E"}:
        raise FormulaError.at("formula.exponent", text, ends)
    if number_of(text[at:ends]) is None or text[ends : ends + 1] in _LETTERS | {"."} - {""}:
        raise FormulaError.at("formula.number", text, at, most=LONGEST_NUMBER)
    return Token(kind=TokenKind.NUMBER, text=text[at:ends], at=at), ends


def _name(text: str, at: int) -> tuple[Token, int]:
    """Return what stands in [ ]; ]] stands for one ]."""
    letters: list[str] = []
    ends = at + 1
    while len(letters) <= LONGEST_NAME:
        if ends >= len(text) or text[ends] == "\n":
            raise FormulaError.at("formula.open_name", text, at)
        if text[ends] == "]":
            if text[ends + 1 : ends + 2] != "]":
                break
            ends += 1
        if unicodedata.category(text[ends]) in _UNSEEN:
            raise FormulaError.at(
                "formula.unseen", text, ends, character=named_character(text[ends])
            )
        letters.append(text[ends])
        ends += 1
    name = "".join(letters)
    if len(name) > LONGEST_NAME:
        raise FormulaError.at("formula.name_long", text, at, most=LONGEST_NAME)
    if not name.strip():
        raise FormulaError.at("formula.no_name", text, at)
    if unicodedata.normalize("NFC", name) != name:
        raise FormulaError.at("formula.composed", text, at)
    return Token(kind=TokenKind.NAME, text=name, at=at), ends + 1


def _unit(text: str, at: int) -> tuple[Token, int]:
    ends = text.find("}", at, at + 42)
    if ends < 0:
        raise FormulaError.at("formula.open_unit", text, at)
    return Token(kind=TokenKind.UNIT, text=text[at + 1 : ends].strip(), at=at + 1), ends + 1
