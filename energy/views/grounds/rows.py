"""In: nothing. Out: the frozen rows that say what a computed quantity rests on. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from energy.base.units import Utility
from energy.metering.shares.part import KeyKind
from energy.metering.shares.version import Vacancy
from energy.views.register_proof import RegisterProof


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A channel that something computed rests on, with what it said in some days."""

    channel: int
    point: str
    name: str
    quantity: str
    value: Fraction | None
    """The sum, or the mean of a gauge; None where any of it is not known. [unit]"""
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFigures:
    """What one kind of key weighed in some days."""

    by: KeyKind
    portion: Fraction
    """How much of the whole goes by it."""
    own: Fraction | None
    """Weight of the part, of the empty units it bears too; None where not known."""
    every: Fraction | None
    """Weight of all parts; None where not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareSpan:
    """Days of a share in which one key held and nobody moved."""

    first_day: date
    last_day: date
    keys: tuple[KeyFigures, ...]
    """None while nothing is divided."""
    vacancy: Vacancy | None
    """Who bears empty units; None while nothing is divided."""
    owner: str | None
    """Part of the owner."""
    vacant: tuple[str, ...]
    """Parts that nobody holds."""
    holder: str | None
    """Who holds the part; None where nobody does."""
    least: Fraction | None
    """Smallest portion of a day; None where one is not known."""
    most: Fraction | None
    """Largest portion of a day; None where one is not known."""
    whole: int | None
    """What is divided; None where any of it is not known. [base unit]"""
    usage: int | None
    """The share; None where any of it is not known. [base unit]"""
    carried: Fraction | None
    """What rounding owes the part as the last day ends. [base unit]"""
    position: int | None
    """Journal position that told the key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareGrounds:
    """A share of a common quantity, and what is divided."""

    channel: int
    point: str
    share: str
    """Key of the apportionment."""
    name: str
    part: str
    utility: Utility
    node: str | None
    """Supply node whose loss is divided; None where a metering point's usage is."""
    spans: tuple[ShareSpan, ...]
    inputs: tuple[Counted, ...]
    """What is divided: a point, or the meters around a supply node."""
    own: tuple[Counted, ...]
    """Own meters of the part, where a key weighs by them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormulaSpan:
    """Days in which one version of a formula held, with the values of its inputs."""

    first_day: date
    last_day: date
    version: int
    valid_from: date
    text: str
    unit: str
    constants: tuple[tuple[str, Fraction, str, date], ...]
    """Name, value, unit and first day of each value of its constants that held, by name."""
    inputs: tuple[Counted, ...]
    position: int
    """Journal position that told the version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormulaGrounds:
    """A formula and the versions of it that held."""

    channel: int
    point: str
    name: str
    spans: tuple[FormulaSpan, ...]
    inputs: tuple[Counted, ...]
    """Every channel that a version names, once, over all the days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterGrounds:
    """A measured channel with the registers that prove it; none, where it has no register."""

    counted: Counted
    proofs: tuple[RegisterProof, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What a computed channel rests on in some days, from itself down to the registers."""

    steps: tuple[ShareGrounds | FormulaGrounds, ...]
    """The channel itself first, then what of its inputs is computed in turn; each once."""
    registers: tuple[RegisterGrounds, ...]
    left_out: int
    """Measured channels beyond those that are told one by one."""
