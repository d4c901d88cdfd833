"""In: a tree and what its names mean. Out: the tree with what each part measures, or why not. Pure.

A part is an *amount* (it adds up over time: a counter's usage), a *level* (it is averaged: a
gauge, a ratio) or *fixed* (a number). Amount beside amount adds up; amount by amount is a ratio,
a level: over a month it is the ratio of the month's sums, never a sum of ratios.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from energy.base.units import TO_BASE, Utility
from energy.metering.channel import Kind
from energy.metering.formula.errors import FormulaError, named_character
from energy.metering.formula.inputs import ATTRIBUTE_UNITS, Catalogue, DatedConstant, Input
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
from energy.metering.formula.units import (
    Dimension,
    Unit,
    UnitTextError,
    described,
    product,
    unit_of,
    usage_unit,
)


class Nature(StrEnum):
    """How a part behaves over time."""

    AMOUNT = "amount"
    LEVEL = "level"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A part of a formula and what it measures."""

    node: Node
    nature: Nature
    dimension: Dimension
    point: bool = False
    """Whether it is a point of a scale (21 degC), not a difference."""
    parts: tuple[Checked, ...] = ()
    unit: Unit | None = None
    """Of what stands in the text itself or in a channel."""
    inputs: tuple[Input, ...] = ()
    """The channels of a name or a class of meters."""

    @property
    def holds_amount(self) -> bool:
        """Return whether any part of it is an amount."""
        return self.nature is Nature.AMOUNT or any(each.holds_amount for each in self.parts)

    @property
    def zero(self) -> bool:
        """Return whether it is a plain 0, which fits every unit."""
        return isinstance(self.node, Number) and self.node.value == 0 and not self.node.unit


def check(
    tree: Node, text: str, catalogue: Catalogue, constants: Mapping[str, DatedConstant]
) -> Checked:
    """Return a checked tree.

    Args:
        tree: Of the text.
        text: For the place of what is wrong.
        catalogue: What the names mean.
        constants: By name.

    Raises:
        FormulaError: A name is unknown, or units do not fit; names row and column.
    """
    return _Check(text, catalogue, constants).of(tree)


def check_result(
    checked: Checked, text: str, utility: Utility | None, quantity: str, unit: str
) -> Unit:
    """Return the unit of a formula's result.

    Args:
        checked: The formula.
        text: Its text.
        utility: Of its point; None for an indicator.
        quantity: Of its channel.
        unit: That it is told in.

    Raises:
        FormulaError: It measures something else, or is no amount where a utility's is wanted.
    """
    try:
        wanted = unit_of(unit)
    except UnitTextError as error:
        raise FormulaError.at(
            "formula.result_unit", text, 0, unit=unit, cause=error.cause
        ) from error
    dimension = wanted.dimension
    if utility is not None:
        if unit not in TO_BASE[utility]:
            known = ", ".join(TO_BASE[utility])
            raise FormulaError.at(
                "formula.result_utility", text, 0, unit=unit, utility=utility, known=known
            )
        if checked.nature is not Nature.AMOUNT:
            raise FormulaError.at("formula.result_level", text, 0, utility=utility)
        dimension = usage_unit(utility, quantity).dimension
    if checked.dimension != dimension and not checked.zero:
        raise FormulaError.at(
            "formula.result",
            text,
            0,
            unit=unit,
            wanted=described(dimension),
            found=described(checked.dimension),
        )
    if checked.point != wanted.point:
        raise FormulaError.at("formula.result_point", text, 0, unit=unit)
    return wanted


class _Check:
    """Checks one tree."""

    def __init__(
        self, text: str, catalogue: Catalogue, constants: Mapping[str, DatedConstant]
    ) -> None:
        """Keep what the names mean."""
        self._text = text
        self._catalogue = catalogue
        self._constants = constants

    def of(self, node: Node) -> Checked:
        """Return a node checked."""
        match node:
            case Number():
                return self._stated(node, node.unit or "1")
            case Named():
                return self._named(node)
            case Constant():
                return self._constant(node)
            case Members():
                raise self._error("formula.members_alone", node)
            case PlaceValue():
                return self._place(node)
            case Negated():
                inner = self.of(node.inner)
                self._no_points([inner])
                return Checked(
                    node=node, nature=inner.nature, dimension=inner.dimension, parts=(inner,)
                )
            case Added():
                return self._added(node, [sign for sign, _ in node.parts], self._each(node.parts))
            case Multiplied():
                return self._multiplied(node)
            case Call():
                return self._call(node)

    def _each(self, parts: Sequence[tuple[int, Node]]) -> list[Checked]:
        return [self.of(each) for _, each in parts]

    def _stated(self, node: Node, text: str) -> Checked:
        unit = unit_of(text)
        return Checked(
            node=node, nature=Nature.FIXED, dimension=unit.dimension, point=unit.point, unit=unit
        )

    def _named(self, node: Named) -> Checked:
        found = self._catalogue.named(node.name)
        if found is None:
            raise self._unknown(node)
        if found.channel.facts.kind is Kind.STATE:
            raise self._error("formula.state", node, name=node.name)
        unit = self._unit(node, found)
        nature = Nature.LEVEL if found.gauge else Nature.AMOUNT
        return Checked(
            node=node,
            nature=nature,
            dimension=unit.dimension,
            point=unit.point,
            unit=unit,
            inputs=(found,),
        )

    def _unknown(self, node: Named) -> FormulaError:
        """Return the error of a name that nobody has; a letter that only looks right is shown."""
        near = self._catalogue.nearest(node.name)
        odd = [n for n, each in enumerate(node.name) if not each.isascii() and each not in near]
        if near and odd:
            return FormulaError.at(
                "formula.unknown_alike",
                self._text,
                node.at + 1 + odd[0],
                name=node.name,
                near=near,
                character=named_character(node.name[odd[0]]),
            )
        return self._error(
            "formula.unknown_near" if near else "formula.unknown", node, name=node.name, near=near
        )

    def _unit(self, node: Node, found: Input) -> Unit:
        try:
            return found.unit
        except UnitTextError as error:
            raise self._error(
                "formula.channel_unit", node, name=found.channel.key, unit=found.channel.facts.unit
            ) from error

    def _constant(self, node: Constant) -> Checked:
        stated = self._constants.get(node.name)
        if stated is None:
            known = ", ".join(sorted(self._constants)) or "-"
            raise self._error("formula.constant", node, name=node.name, known=known)
        try:
            return self._stated(node, stated.unit)
        except UnitTextError as error:
            raise self._error("formula.unit", node, unit=stated.unit, cause=error.cause) from error

    def _place(self, node: PlaceValue) -> Checked:
        if not self._catalogue.has_place(node.place):
            raise self._error("formula.place", node, place=node.place)
        return self._stated(node, ATTRIBUTE_UNITS.get(node.name, "1"))

    def _members(self, node: Members) -> Checked:
        if node.utility not in list(Utility):
            raise self._error(
                "formula.utility", node, utility=node.utility, known=", ".join(Utility)
            )
        if node.place is not None and not self._catalogue.has_place(node.place):
            raise self._error("formula.place", node, place=node.place)
        found = tuple(self._catalogue.members(node))
        quantities = {each.channel.facts.quantity for each in found} or {node.quantity or ""}
        units = [usage_unit(Utility(node.utility), quantity) for quantity in quantities]
        if len({unit.dimension for unit in units}) > 1:
            raise self._error(
                "formula.members_differ", node, quantities=", ".join(sorted(quantities))
            )
        return Checked(
            node=node,
            nature=Nature.AMOUNT,
            dimension=units[0].dimension,
            unit=units[0],
            inputs=found,
        )

    def _added(self, node: Node, signs: Sequence[int], parts: list[Checked]) -> Checked:
        nature, dimension = self._alike(parts)
        points = sum(sign for sign, each in zip(signs, parts, strict=True) if each.point)
        if points not in (0, 1):
            raise self._error("formula.points_added", node)
        return Checked(
            node=node, nature=nature, dimension=dimension, point=points == 1, parts=tuple(parts)
        )

    def _alike(self, parts: Sequence[Checked]) -> tuple[Nature, Dimension]:
        """Return nature and dimension of parts that stand beside each other."""
        real = [each for each in parts if not each.zero]
        if not real:
            return Nature.FIXED, ()
        first = real[0]
        for each in real[1:]:
            if each.dimension != first.dimension:
                raise self._error(
                    "formula.units_differ",
                    each.node,
                    first=described(first.dimension),
                    second=described(each.dimension),
                )
        natures = {each.nature for each in real}
        if Nature.AMOUNT in natures and len(natures) > 1:
            odd = next(each for each in real if each.nature is not Nature.AMOUNT)
            raise self._error("formula.not_amount", odd.node)
        level = Nature.LEVEL if Nature.LEVEL in natures else Nature.FIXED
        return (Nature.AMOUNT if Nature.AMOUNT in natures else level), first.dimension

    def _no_points(self, parts: Sequence[Checked]) -> None:
        for each in parts:
            if each.point:
                raise self._error("formula.point", each.node)

    def _multiplied(self, node: Multiplied) -> Checked:
        parts = self._each(node.parts)
        self._no_points(parts)
        dimension: Dimension = ()
        amounts = 0
        for (power, inner), each in zip(node.parts, parts, strict=True):
            dimension = product(dimension, each.dimension, power)
            amounts += power if each.nature is Nature.AMOUNT else 0
            if power < 0 and isinstance(inner, Number) and inner.value == 0:
                raise self._error("formula.by_zero", inner)
        if amounts not in (0, 1):
            raise self._error("formula.amounts", node)
        natures = {each.nature for each in parts}
        level = Nature.FIXED if natures == {Nature.FIXED} else Nature.LEVEL
        return Checked(
            node=node,
            nature=Nature.AMOUNT if amounts else level,
            dimension=dimension,
            parts=tuple(parts),
        )

    def _call(self, node: Call) -> Checked:
        if node.function == "duration":
            return Checked(node=node, nature=Nature.AMOUNT, dimension=(("time", 1),))
        if node.function == "sum":
            parts = [
                self._members(each) if isinstance(each, Members) else self.of(each)
                for each in node.arguments
            ]
            return self._added(node, [1] * len(parts), parts)
        parts = [self.of(each) for each in node.arguments]
        if node.function in ("apparent", "power_factor"):
            return self._apparent(node, parts)
        nature, dimension = self._alike(parts)
        if node.function == "abs":
            self._no_points(parts)
        elif len({each.point for each in parts if not each.zero}) > 1:
            raise self._error("formula.points_mixed", node)
        point = any(each.point for each in parts)
        return Checked(
            node=node, nature=nature, dimension=dimension, point=point, parts=tuple(parts)
        )

    def _apparent(self, node: Call, parts: list[Checked]) -> Checked:
        active, reactive = parts
        powers = dict(active.dimension)
        own = powers.pop("energy", 0)
        wanted = {**powers, "reactive energy": 1}
        fits = own == 1 and powers in ({}, {"time": -1}) and dict(reactive.dimension) == wanted
        if not fits:
            raise self._error(
                "formula.apparent",
                node,
                first=described(active.dimension),
                second=described(reactive.dimension),
            )
        if (active.nature is Nature.AMOUNT) != (reactive.nature is Nature.AMOUNT):
            raise self._error("formula.not_amount", reactive.node)
        if node.function == "power_factor":
            return Checked(node=node, nature=Nature.LEVEL, dimension=(), parts=tuple(parts))
        dimension = tuple(sorted({**powers, "apparent energy": 1}.items()))
        return Checked(node=node, nature=active.nature, dimension=dimension, parts=tuple(parts))

    def _error(self, key: str, node: Node, /, **values: object) -> FormulaError:
        return FormulaError.at(key, self._text, node.at, **values)
