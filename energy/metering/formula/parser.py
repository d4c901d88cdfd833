"""In: the text of a formula. Out: its tree, or an error with its place. Pure.

    sum     := product (("+" | "-") product)*
    product := factor (("*" | "/") factor)*
    factor  := "-" factor | value
    value   := number [{unit}] | [name] | word | word "(" [arguments] ")" | "(" sum ")"

One token is looked at and nothing is read twice; brackets nest to DEEPEST.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from energy.base.text import tell
from energy.metering.formula.errors import FormulaError
from energy.metering.formula.lexer import Token, TokenKind, tokens
from energy.metering.formula.tree import (
    FUNCTIONS,
    Added,
    Call,
    Constant,
    Members,
    Multiplied,
    Named,
    Negated,
    Node,
    Number,
    PlaceValue,
)
from energy.metering.formula.units import UnitTextError, unit_of

DEEPEST = 50
"""How deep brackets, functions and signs may nest."""
_NARROWING = {"at": "place", "named": "named", "quantity": "quantity"}


def parse(text: str) -> Node:
    """Return the tree of a formula.

    Raises:
        FormulaError: It is none; names row and column.
    """
    parser = _Parser(text)
    tree = parser.sum()
    parser.demand_end()
    return tree


class _Parser:
    """Reads tokens, one ahead."""

    def __init__(self, text: str) -> None:
        """Stand before the first token."""
        self._text = text
        self._tokens = tokens(text)
        self._token = next(self._tokens)
        self._depth = 0

    def demand_end(self) -> None:
        """Refuse what stands behind a whole formula."""
        if self._token.kind is not TokenKind.END:
            raise self._unexpected("formula.want_operator")

    def sum(self) -> Node:
        """Return a sum, or what it is made of alone."""
        return self._chain("+", "-", Added, self._product)

    def _product(self) -> Node:
        return self._chain("*", "/", Multiplied, self._factor)

    def _chain(
        self, plus: str, minus: str, made: type[Added | Multiplied], part: Callable[[], Node]
    ) -> Node:
        at = self._token.at
        first = part()
        parts: list[tuple[int, Node]] = [(1, first)]
        while self._is(plus) or self._is(minus):
            sign = 1 if self._take().text == plus else -1
            parts.append((sign, part()))
        return made(parts=tuple(parts), at=at) if len(parts) > 1 else first

    def _factor(self) -> Node:
        if not self._is("-"):
            return self._value()
        at = self._take().at
        self._deeper(at)
        inner = self._factor()
        self._depth -= 1
        return Negated(inner=inner, at=at)

    def _value(self) -> Node:
        token = self._token
        match token.kind:
            case TokenKind.NUMBER:
                return self._number()
            case TokenKind.NAME:
                self._take()
                return Named(name=token.text, at=token.at)
            case TokenKind.WORD:
                self._take()
                if self._is("("):
                    return self._call(token)
                return Constant(name=token.text, at=token.at)
        if not self._is("("):
            raise self._unexpected("formula.want_value")
        self._open(token.at)
        inner = self.sum()
        self._close(token)
        return inner

    def _number(self) -> Node:
        token = self._take()
        unit = ""
        if self._token.kind is TokenKind.UNIT:
            stated = self._take()
            unit = stated.text
            try:
                unit_of(unit)
            except UnitTextError as error:
                raise FormulaError.at(
                    "formula.unit", self._text, stated.at, unit=unit, cause=error.cause
                ) from error
        return Number(value=Fraction(token.text), unit=unit, at=token.at)

    def _call(self, word: Token) -> Node:
        self._open(word.at)
        match word.text:
            case "meters":
                node: Node = self._members(word)
            case "attribute":
                place = self._name()
                self._expect(",")
                node = PlaceValue(place=place, name=self._word().text, at=word.at)
            case _:
                node = self._function(word)
        self._close(word)
        return node

    def _function(self, word: Token) -> Node:
        limits = FUNCTIONS.get(word.text)
        if limits is None:
            known = ", ".join(sorted([*FUNCTIONS, "meters", "attribute"]))
            raise FormulaError.at(
                "formula.function", self._text, word.at, name=word.text, known=known
            )
        arguments: list[Node] = []
        while not self._is(")"):
            if arguments:
                self._expect(",")
            arguments.append(self.sum())
        fewest, most = limits
        if len(arguments) < fewest or (most is not None and len(arguments) > most):
            raise FormulaError.at(
                "formula.arguments",
                self._text,
                word.at,
                name=word.text,
                many=len(arguments),
                fewest=fewest,
                most="…" if most is None else most,
            )
        return Call(function=word.text, arguments=tuple(arguments), at=word.at)

    def _members(self, word: Token) -> Node:
        utility = self._word().text
        narrowed: dict[str, str] = {}
        while self._is(","):
            self._take()
            key = self._word()
            name = _NARROWING.get(key.text)
            if name is None or name in narrowed:
                known = ", ".join(_NARROWING)
                raise FormulaError.at(
                    "formula.narrowing", self._text, key.at, key=key.text, known=known
                )
            self._expect("=")
            narrowed[name] = self._name()
        return Members(
            utility=utility,
            place=narrowed.get("place"),
            named=narrowed.get("named"),
            quantity=narrowed.get("quantity"),
            at=word.at,
        )

    def _name(self) -> str:
        if self._token.kind is not TokenKind.NAME:
            raise self._unexpected("formula.want_name")
        return self._take().text

    def _word(self) -> Token:
        if self._token.kind is not TokenKind.WORD:
            raise self._unexpected("formula.want_word")
        return self._take()

    def _open(self, at: int) -> None:
        self._expect("(")
        self._deeper(at)

    def _close(self, opened: Token) -> None:
        if self._token.kind is TokenKind.END:
            raise FormulaError.at("formula.open_bracket", self._text, opened.at)
        self._expect(")")
        self._depth -= 1

    def _deeper(self, at: int) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            raise FormulaError.at("formula.deep", self._text, at, most=DEEPEST)

    def _is(self, sign: str) -> bool:
        return self._token.kind is TokenKind.SIGN and self._token.text == sign

    def _expect(self, sign: str) -> None:
        if not self._is(sign):
            raise self._unexpected(sign)
        self._take()

    def _take(self) -> Token:
        token = self._token
        self._token = next(self._tokens, token)
        return token

    def _unexpected(self, wanted: str) -> FormulaError:
        """Return the error of the token at hand; `wanted` is a sign or the key of a text."""
        told = tell(f"why.{wanted}") if wanted.startswith("formula.") else wanted
        if self._token.kind is TokenKind.END:
            return FormulaError.at("formula.ends", self._text, self._token.at, wanted=told)
        return FormulaError.at(
            "formula.unexpected", self._text, self._token.at, found=self._token.text, wanted=told
        )
