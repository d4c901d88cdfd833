"""In: the parts of a formula. Out: its tree, and its text again. Pure values.

A chain of sums or products is one node, however long: the depth of a tree is that of its
brackets, which the parser limits, so whoever walks a tree may recurse.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

FUNCTIONS: dict[str, tuple[int, int | None]] = {
    "sum": (1, None),
    "min": (2, None),
    "max": (2, None),
    "abs": (1, 1),
    "if_missing": (2, 2),
    "apparent": (2, 2),
    "power_factor": (2, 2),
    "duration": (0, 0),
}
"""Fewest and most arguments of each function; None for any number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number of the text with its unit."""

    value: Fraction
    unit: str = ""
    at: int = field(default=0, compare=False)
    """Where it stands in the text, from 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A channel: `[point]` or `[point/quantity]`."""

    name: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """A dated constant of the formula, by its name."""

    name: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Members:
    """Every meter of a class: `meters(electricity, at=[t2], named=[*-light], quantity=[...])`."""

    utility: str
    place: str | None = None
    named: str | None = None
    """Pattern of points in which * stands for anything."""
    quantity: str | None = None
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceValue:
    """A dated attribute of a place: `attribute([t2], area_m2)`."""

    place: str
    name: str
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A function of some arguments."""

    function: str
    arguments: tuple[Node, ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Negated:
    """`-x`."""

    inner: Node
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """`a + b - c`: two parts or more with their signs; the first one's is 1."""

    parts: tuple[tuple[int, Node], ...]
    at: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Multiplied:
    """`a * b / c`: two parts or more, 1 for a factor and -1 for a divisor; the first one's is 1."""

    parts: tuple[tuple[int, Node], ...]
    at: int = field(default=0, compare=False)


Node = Number | Named | Constant | Members | PlaceValue | Call | Negated | Added | Multiplied


def text_of(node: Node) -> str:
    """Return the text of a tree: what `parse` makes the same tree of."""
    match node:
        case Number():
            return _decimal(node.value) + (f" {{{node.unit}}}" if node.unit else "")
        case Named():
            return _bracketed(node.name)
        case Constant():
            return node.name
        case Members():
            return _members(node)
        case PlaceValue():
            return f"attribute({_bracketed(node.place)}, {node.name})"
        case Call():
            return f"{node.function}({', '.join(text_of(each) for each in node.arguments)})"
        case Negated():
            return "-" + _inner(node.inner, Added, Multiplied)
        case Added():
            return _chain(node.parts, " + ", " - ", Added)
        case Multiplied():
            return _chain(node.parts, " * ", " / ", Added, Multiplied)


def inner_of(node: Node) -> tuple[Node, ...]:
    """Return what a node is made of."""
    match node:
        case Call():
            return node.arguments
        case Negated():
            return (node.inner,)
        case Added() | Multiplied():
            return tuple(each for _, each in node.parts)
        case _:
            return ()


def every_node(node: Node) -> Iterator[Node]:
    """Yield a tree's nodes, the outer before the inner."""
    yield node
    for each in inner_of(node):
        yield from every_node(each)


def _chain(parts: tuple[tuple[int, Node], ...], plus: str, minus: str, *looser: type) -> str:
    first, *others = parts
    text = _inner(first[1], *looser)
    return text + "".join(
        (plus if sign > 0 else minus) + _inner(each, *looser) for sign, each in others
    )


def _inner(node: Node, *looser: type) -> str:
    """Return the text of a part, in brackets where it binds looser than what holds it."""
    text = text_of(node)
    return f"({text})" if isinstance(node, looser) else text


def _members(node: Members) -> str:
    keys = (("at", node.place), ("named", node.named), ("quantity", node.quantity))
    narrowed = "".join(f", {key}={_bracketed(each)}" for key, each in keys if each is not None)
    return f"meters({node.utility}{narrowed})"


def _bracketed(name: str) -> str:
    return "[" + name.replace("]", "]]") + "]"


def _decimal(value: Fraction) -> str:
    """Return a number whose digits end, as the parser reads it."""
    digits = 0
    while (value * 10**digits).denominator != 1:
        digits += 1
    whole = str(value.numerator * 10**digits // value.denominator).rjust(digits + 1, "0")
    return f"{whole[:-digits]}.{whole[-digits:]}" if digits else whole
