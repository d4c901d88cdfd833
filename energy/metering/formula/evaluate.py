"""In: a checked formula and the values of its inputs. Out: its values, exact. Pure.

An amount is computed interval by interval and added up. A level is computed for each group of
intervals that is asked for: of the sums of its amounts and the means of its levels.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from energy.metering.formula.check import Checked, Nature
from energy.metering.formula.exact import (
    Exact,
    absolute,
    add,
    chosen,
    cosine,
    divide,
    fixed,
    folded,
    hypotenuse,
    instead,
    multiply,
    negative,
    total,
)
from energy.metering.formula.tree import (
    Added,
    Call,
    Constant,
    Members,
    Multiplied,
    Named,
    Negated,
    Number,
    PlaceValue,
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Values:
    """The values of a formula's inputs on its grid, in the smallest terms of their units."""

    intervals: int
    step_s: int
    channels: Mapping[int, Exact]
    constants: Mapping[str, Exact] = field(default_factory=dict)
    attributes: Mapping[tuple[str, str], Exact] = field(default_factory=dict)
    absent: Mapping[tuple[Members, int], NDArray[np.bool_]] = field(default_factory=dict)
    """Intervals in which a channel is no member of a class: unserved, or outside the place."""


def per_interval(checked: Checked, values: Values) -> Exact:
    """Return a formula's value in each interval."""
    return _Evaluation(values, None).of(checked)


def per_group(checked: Checked, values: Values, starts: NDArray[np.int64]) -> Exact:
    """Return a formula's value in groups of neighbouring intervals.

    Args:
        checked: The formula.
        values: Of its inputs.
        starts: Where each group begins, from 0 on.
    """
    return _Evaluation(values, starts).of(checked)


class _Evaluation:
    """Walks one tree."""

    def __init__(self, values: Values, starts: NDArray[np.int64] | None) -> None:
        """Keep the inputs; with `starts` the groups asked for."""
        self._values = values
        self._starts = starts

    def of(self, checked: Checked) -> Exact:
        """Return the value of a part."""
        if self._starts is None:
            return self._computed(checked)
        if checked.nature is Nature.AMOUNT or not checked.holds_amount:
            single = _Evaluation(self._values, None).of(checked)
            mean = checked.nature is not Nature.AMOUNT
            return folded(single, self._starts, self._values.intervals, mean=mean)
        return self._computed(checked)

    def _computed(self, checked: Checked) -> Exact:
        node = checked.node
        match node:
            case Number():
                assert checked.unit is not None, "a number has a unit"
                return fixed(node.value * checked.unit.factor)
            case Named():
                return self._values.channels[checked.inputs[0].channel.number]
            case Constant():
                return self._values.constants[node.name]
            case PlaceValue():
                return self._values.attributes[node.place, node.name]
            case Members():
                return self._members(checked, node)
            case Negated():
                return negative(self.of(checked.parts[0]))
            case Added():
                signs = [sign for sign, _ in node.parts]
                return self._summed(checked.parts, signs)
            case Multiplied():
                return self._product(checked, [power for power, _ in node.parts])
            case Call():
                return self._call(checked, node.function)

    def _members(self, checked: Checked, node: Members) -> Exact:
        found = [self._member(node, each.channel.number) for each in checked.inputs]
        return total(found) if found else fixed(Fraction(0))

    def _member(self, node: Members, number: int) -> Exact:
        value, absent = self._values.channels[number], self._values.absent.get((node, number))
        if absent is None or not absent.any():
            return value
        return Exact(
            scale=value.scale,
            num=np.where(absent, 0, value.num),
            den=value.den,
            bad=np.where(absent, np.uint8(0), value.bad),
        )

    def _summed(self, parts: tuple[Checked, ...], signs: list[int]) -> Exact:
        found = [self.of(each) for each in parts if not each.zero]
        kept = [sign for sign, each in zip(signs, parts, strict=True) if not each.zero]
        if not found:
            return fixed(Fraction(0))
        pairs = zip(kept, found, strict=True)
        plus = [each for sign, each in pairs if sign > 0]
        minus = [each for sign, each in zip(kept, found, strict=True) if sign < 0]
        if not minus:
            return total(plus)
        less = negative(total(minus))
        return add(total(plus), less) if plus else less

    def _product(self, checked: Checked, powers: list[int]) -> Exact:
        found = self.of(checked.parts[0])
        for power, each in zip(powers[1:], checked.parts[1:], strict=True):
            value = self.of(each)
            found = multiply(found, value) if power > 0 else divide(found, value)
        return found

    def _call(self, checked: Checked, function: str) -> Exact:
        if function == "duration":
            return fixed(Fraction(self._values.step_s))
        parts = checked.parts
        if function == "sum":
            return self._summed(parts, [1] * len(parts))
        first, *others = (self.of(each) for each in parts)
        for other in others:
            match function:
                case "min" | "max":
                    first = chosen(first, other, larger=function == "max")
                case "if_missing":
                    first = instead(first, other)
                case "apparent":
                    first = hypotenuse(first, other)
                case _:
                    assert function == "power_factor", "the parser knows every function"
                    first = cosine(first, other)
        return absolute(first) if function == "abs" else first


__all__ = ["Values", "per_group", "per_interval"]
