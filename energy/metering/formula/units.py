"""In: the text of a unit. Out: what it measures and its exact size. Pure.

Units of registers come from energy/base/units.py; here stand what they measure, and the units
beside them: power, areas, temperatures, what is counted. Things that never add up measure
different things here: active, reactive and apparent energy; gas at operating and at base
conditions; passengers and flights.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from energy.base.units import BASE_UNIT, TO_BASE, Utility

LONGEST_UNIT = 40
"""[character]"""
Dimension = tuple[tuple[str, int], ...]
"""Powers of what is measured, by name, none of them 0."""


class UnitTextError(ValueError):
    """A text is no unit; `cause` says which part is none."""

    def __init__(self, cause: str) -> None:
        """Keep the part."""
        super().__init__(cause)
        self.cause = cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit: what it measures, and how large it is in the smallest terms of that."""

    text: str
    dimension: Dimension
    factor: Fraction
    """[J, m, kg, s, K, one thing and their products / unit]"""
    point: bool = False
    """Whether it tells a point of a scale (21 degC), not a difference."""

    @property
    def plain(self) -> bool:
        """Return whether it measures nothing but a number."""
        return not self.dimension


def _named() -> dict[str, tuple[Dimension, Fraction]]:
    joule = {Utility.ELECTRICITY: 3600, Utility.HEATING: 100}  # in one base unit
    found: dict[str, tuple[Dimension, Fraction]] = {}
    for utility, per_base in joule.items():
        for name, base in TO_BASE[utility].items():
            found[name] = ((("energy", 1),), base * per_base)
    for name, base in TO_BASE[Utility.WATER].items():
        found[name] = ((("length", 3),), base / 1000)
        found["N" + name] = ((("base conditions", 1), ("length", 3)), base / 1000)
    for name, base in TO_BASE[Utility.STEAM].items():
        found[name] = ((("mass", 1),), base / 1000)
    for prefix, size in (("", 1), ("k", 1000), ("M", 1_000_000), ("G", 1_000_000_000)):
        one = Fraction(size)
        found[prefix + "J"] = ((("energy", 1),), one)
        found[prefix + "W"] = ((("energy", 1), ("time", -1)), one)
        for letter, name in (("var", "reactive"), ("VA", "apparent")):
            found[f"{prefix}{letter}"] = (((f"{name} energy", 1), ("time", -1)), one)
            found[f"{prefix}{letter}h"] = (((f"{name} energy", 1),), one * 3600)
    found["GWh"] = ((("energy", 1),), Fraction(3600 * 10**9))
    for name, seconds in (("s", 1), ("min", 60), ("h", 3600), ("d", 86_400)):
        found[name] = ((("time", 1),), Fraction(seconds))
    found["m"], found["m2"] = ((("length", 1),), Fraction(1)), ((("length", 2),), Fraction(1))
    found["ft2"] = ((("length", 2),), Fraction(3048, 10_000) ** 2)
    found["K"] = found["degC"] = found["°C"] = ((("temperature", 1),), Fraction(1))
    found["bar"] = found["barg"] = ((("pressure", 1),), Fraction(1))
    found["V"], found["A"] = ((("voltage", 1),), Fraction(1)), ((("current", 1),), Fraction(1))
    found["mA"], found["Hz"] = (
        ((("current", 1),), Fraction(1, 1000)),
        ((("time", -1),), Fraction(1)),
    )
    for name in ("passenger", "person", "flight", "piece"):
        found[name] = (((name, 1),), Fraction(1))
    found["1"], found["%"] = ((), Fraction(1)), ((), Fraction(1, 100))
    found["pct"] = found["%"]
    return found


NAMED = _named()
"""What the names of units measure, and their sizes."""
_POINTS = {"degC", "°C"}
_OF_QUANTITY = {"volume_base": "NL"}
"""Base unit of gas of a quantity that is told at base conditions."""


@lru_cache(maxsize=512)
def unit_of(text: str) -> Unit:
    """Return the unit of a text such as "kWh", "kWh/m2" or "kJ/(kg*K)".

    Raises:
        UnitTextError: It is none.
    """
    if len(text) > LONGEST_UNIT:
        raise UnitTextError(text[:LONGEST_UNIT] + "…")
    if text in NAMED:
        dimension, factor = NAMED[text]
        return Unit(text=text, dimension=dimension, factor=factor, point=text in _POINTS)
    powers: dict[str, int] = {}
    factor = Fraction(1)
    for name, power in _parts(text):
        if name not in NAMED or name in _POINTS:
            raise UnitTextError(name)
        own, size = NAMED[name]
        factor *= size**power
        for what, exponent in own:
            powers[what] = powers.get(what, 0) + exponent * power
    return Unit(text=text, dimension=_sorted(powers), factor=factor)


def usage_unit(utility: Utility, quantity: str) -> Unit:
    """Return the base unit of a utility's usage; gas may be told at base conditions.

    Args:
        utility: Of the channel.
        quantity: Of the channel.
    """
    name = BASE_UNIT[utility]
    return unit_of(_OF_QUANTITY.get(quantity, name) if utility is Utility.GAS else name)


def product(first: Dimension, second: Dimension, power: int = 1) -> Dimension:
    """Return what a product measures; with power -1 what a quotient does."""
    powers = dict(first)
    for what, exponent in second:
        powers[what] = powers.get(what, 0) + exponent * power
    return _sorted(powers)


def described(dimension: Dimension) -> str:
    """Return a dimension as a person reads it, for example "energy / length^2"."""
    over = [_power(what, exponent) for what, exponent in dimension if exponent > 0]
    under = [_power(what, -exponent) for what, exponent in dimension if exponent < 0]
    return " / ".join(["·".join(over) or "1", *under])


_SHOWN = {"energy": "kWh", "length": "m", "mass": "kg", "time": "h", "temperature": "K"}
_SHOWN |= {"reactive energy": "kvarh", "apparent energy": "kVAh", "pressure": "bar"}
_SHOWN |= {"voltage": "V", "current": "A"}


def shown_unit(dimension: Dimension, like: Unit | None = None) -> Unit:
    """Return a unit in which a person reads a value.

    Args:
        dimension: What the value measures.
        like: A unit that is taken where it fits.
    """
    if like is not None and like.dimension == dimension:
        return like
    over: list[str] = []
    under: list[str] = []
    factor = Fraction(1)
    for what, exponent in dimension:
        name = _SHOWN.get(what, what)
        size = NAMED[name][1] if name in NAMED else Fraction(1)
        factor *= size**exponent
        (over if exponent > 0 else under).append(_power(name, abs(exponent)))
    text = "/".join(["·".join(over) or "1", *under])
    return Unit(text=text, dimension=dimension, factor=factor)


def _power(what: str, exponent: int) -> str:
    return what if exponent == 1 else f"{what}^{exponent}"


def _sorted(powers: dict[str, int]) -> Dimension:
    return tuple(sorted((what, exponent) for what, exponent in powers.items() if exponent))


def _parts(text: str) -> list[tuple[str, int]]:
    """Return names and powers of a unit: a*b/c/(d*e).

    Raises:
        UnitTextError: A part is missing, or a bracket.
    """
    over, *unders = text.split("/")
    parts = [(name, 1) for name in over.split("*")]
    for under in unders:
        if under.startswith("(") != under.endswith(")") or ("*" in under) != under.startswith("("):
            raise UnitTextError(under)
        names = under.removeprefix("(").removesuffix(")").split("*")
        parts += [(name, -1) for name in names]
    if not all(name for name, _ in parts):
        raise UnitTextError(text)
    return parts
