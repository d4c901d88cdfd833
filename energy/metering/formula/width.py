"""In: a checked formula. Out: nothing, or why its numbers would grow too wide. Pure.

Values are exact, so factors, divisors and unlike decimals make them wider, and what is wide is
slow. How wide is bounded here from the formula alone, before any value is read: a short text may
ask for a lot. The bounds follow energy/metering/formula/exact.py operation by operation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import reduce
from math import lcm

from energy.metering.formula.check import Checked
from energy.metering.formula.errors import FormulaError
from energy.metering.formula.exact import PF_DIGITS, common_scale
from energy.metering.formula.inputs import DatedConstant
from energy.metering.formula.tree import (
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

MOST_FACTORS = 32
"""Most factors and divisors of one product."""
WIDEST = 2048
"""Most bits of a value: its scale, its numerator and its denominator."""
MOST_WORK = 200_000
"""Most bits of all steps together that need more than a machine's word."""
_WORD = 62
_COUNTED = 48
"""Bits of what is read."""
_OFTEN = 16
"""Bits of how often a gauge is read in an interval."""
_STATED = 64
"""Bits of an attribute of a place, which may change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Width:
    """How wide the values of a part may be."""

    scale: Fraction
    num: int = 1
    """[bit]"""
    den: int = 0
    """Of each interval's own denominator; 0 where there is none. [bit]"""

    @property
    def bits(self) -> int:
        """Return the bits of the widest number that such a value is made of."""
        scale = self.scale.numerator.bit_length() + self.scale.denominator.bit_length()
        return max(self.num, self.den) + scale


def check_width(checked: Checked, text: str, constants: Mapping[str, DatedConstant]) -> None:
    """Refuse a formula whose values would be too wide to be told in time.

    Args:
        checked: The formula.
        text: Its text.
        constants: By name.

    Raises:
        FormulaError: It has too many factors, or unlike decimals and divisors; names the place.
    """
    _Bounds(text, constants).of(checked)


class _Bounds:
    """Walks one tree."""

    def __init__(self, text: str, constants: Mapping[str, DatedConstant]) -> None:
        """Begin without any work."""
        self._text = text
        self._constants = constants
        self._work = 0

    def of(self, checked: Checked) -> Width:
        """Return how wide a part may be."""
        node = checked.node
        match node:
            case Number():
                assert checked.unit is not None, "a number has a unit"
                found = _fixed(node.value * checked.unit.factor)
            case Named() | Members():
                found = _read(checked)
            case Constant():
                found = _constant(checked, self._constants[node.name])
            case PlaceValue():
                found = Width(scale=Fraction(1, 10**9), num=_STATED)
            case Negated():
                found = self.of(checked.parts[0])
            case Added():
                found = self._side_by_side(checked)
            case Multiplied():
                found = self._product(checked, node)
            case Call():
                found = self._call(checked, node.function)
        return self._bounded(found, node)

    def _product(self, checked: Checked, node: Multiplied) -> Width:
        if len(node.parts) > MOST_FACTORS:
            beyond = node.parts[MOST_FACTORS][1]
            raise FormulaError.at("formula.factors", self._text, beyond.at, most=MOST_FACTORS)
        found = self.of(checked.parts[0])
        for (power, inner), part in zip(node.parts[1:], checked.parts[1:], strict=True):
            value = self.of(part)
            found = self._bounded(_times(found, value if power > 0 else _inverse(value)), inner)
        return found

    def _side_by_side(self, checked: Checked) -> Width:
        """Return how wide a sum is, or what is chosen of its parts."""
        if not checked.parts:
            return Width(scale=Fraction(1))
        widths = [(each.node, self.of(each)) for each in checked.parts if not each.zero]
        if not widths:
            return Width(scale=Fraction(1))
        found = reduce(self._plus, widths[1:], widths[0][1])
        return replace(found, num=found.num + len(widths).bit_length())

    def _plus(self, first: Width, other: tuple[Node, Width]) -> Width:
        node, second = other
        scale = common_scale(first.scale, second.scale)
        one, two = (each.num + _bits(each.scale / scale) for each in (first, second))
        found = Width(
            scale=scale, num=max(one + second.den, two + first.den), den=first.den + second.den
        )
        return self._bounded(found, node)

    def _call(self, checked: Checked, function: str) -> Width:
        match function:
            case "duration":
                return Width(scale=Fraction(1), num=_OFTEN)
            case "power_factor":
                self._side_by_side(checked)
                return Width(scale=Fraction(1, PF_DIGITS), num=_bits(Fraction(PF_DIGITS)))
            case "apparent":
                return replace(found := self._side_by_side(checked), num=found.num + 1)
            case _:
                return self._side_by_side(checked)

    def _bounded(self, found: Width, node: Node) -> Width:
        """Return a width that is none too many.

        Raises:
            FormulaError: It is, or all of them together are.
        """
        bits, column = found.bits, max(found.num, found.den)
        self._work += column if column > _WORD else 0
        if bits > WIDEST:
            raise FormulaError.at("formula.wide", self._text, node.at, bits=bits, most=WIDEST)
        if self._work > MOST_WORK:
            raise FormulaError.at("formula.slow", self._text, node.at)
        return found


def _fixed(value: Fraction) -> Width:
    return Width(scale=abs(value) if value else Fraction(1))


def _read(checked: Checked) -> Width:
    """Return how wide what is read of channels may be."""
    scale = checked.inputs[0].unit.factor if checked.inputs else Fraction(1)
    if isinstance(checked.node, Named) and checked.inputs[0].gauge:
        return Width(scale=scale, num=_COUNTED, den=_OFTEN)
    return Width(scale=scale, num=_COUNTED + len(checked.inputs).bit_length())


def _constant(checked: Checked, stated: DatedConstant) -> Width:
    assert checked.unit is not None, "a constant has a unit"
    values = [value * checked.unit.factor for _, value in stated.values if value]
    if len(values) == 1:
        return _fixed(values[0])
    under = lcm(*(value.denominator for value in values))
    widest = max((_bits(value * under) for value in values), default=1)
    return Width(scale=Fraction(1, under), num=widest)


def _times(first: Width, second: Width) -> Width:
    return Width(
        scale=first.scale * second.scale, num=first.num + second.num, den=first.den + second.den
    )


def _inverse(value: Width) -> Width:
    return Width(scale=1 / value.scale, num=max(value.den, 1), den=value.num)


def _bits(value: Fraction) -> int:
    """Return by how many bits a whole number widens what it multiplies."""
    return max(abs(int(value)) - 1, 0).bit_length()
