"""In: nothing. Out: the values that say what explains a residual. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from energy.metering.supply.culprit_factors import Explanation
from energy.metering.supply.graph import Metered


class Reading(StrEnum):
    """What a residual says."""

    BALANCED = "balanced"
    """There is nothing to explain."""
    NAMED = "named"
    """One meter, or one load without a meter, explains it."""
    SEVERAL = "several"
    """Several meters would explain it as well: no single culprit."""
    NOTHING = "nothing"
    """Nothing fits: no single culprit."""
    UNKNOWN = "unknown"
    """Too little of it is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A meter and how well it explains the residual of a node."""

    meter: Metered
    fit: float
    """Share of the residual's variation that it explains, 0 to 1."""
    slope: float
    """Residual over what it counted; below zero where too much goes out."""
    since: int
    """First hour from which on it explains it."""
    source: bool = False
    """Whether it counts what comes in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What can be said of the residual of one node."""

    node: str
    reading: Reading
    meter: Metered | None = None
    """The culprit; None for a load without a meter."""
    explanations: tuple[Explanation, ...] = ()
    """What may have happened, the likeliest first."""
    fit: float = 0.0
    """Share of the residual's variation that it explains, 0 to 1."""
    runner_up: float = 0.0
    """The same of the next best meter."""
    share_percent: Fraction | None = None
    """Residual as a share of what the culprit counted. [%]"""
    residual: int = 0
    """Of the known intervals. [base unit]"""
    since: int = 0
    """First interval of the period from which on it is so."""
    other_node: str | None = None
    """Node that the meter really hangs on, or on the other side of a tie."""
    tie: str | None = None
    """Tie between both nodes that looks closed."""
    candidates: tuple[Candidate, ...] = field(default=())
    """The best, for whoever wants to look on."""
