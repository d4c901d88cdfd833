"""In: nothing. Out: what the page of the energy flow shows, as frozen values. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction

from dashboards.queries.rows import EnergyFlow, FlowNode
from energy.base.units import Utility


class BalanceState(StrEnum):
    """What a balance says."""

    WITHIN = "within"
    OVER = "over"
    NO_LIMIT = "no_limit"
    UNMETERED = "unmetered"
    """What comes in is not metered."""
    UNKNOWN = "unknown"
    """Never are all its meters known together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceRow:
    """What came into a node of the supply graph beside what went out, as far as all is known."""

    node: str
    name: str
    children: int
    """Meters below."""
    into: int | None
    """None where nothing is known. [base unit]"""
    out: int | None
    """[base unit]"""
    loss: int | None
    """Expected; None also where what is unaccounted is the measured loss. [base unit]"""
    measured: bool
    """Whether what is unaccounted is a loss measured on both sides."""
    share: Fraction | None
    """What is left beside the expected loss, of what came in. [%]"""
    limit: Fraction | None
    """[%]"""
    state: BalanceState
    known: Fraction | None
    """Intervals in which every meter is known, of those due; None where none is. [1]"""

    @property
    def unaccounted(self) -> int | None:
        """Return what came in and went nowhere. [base unit]."""
        return None if self.into is None or self.out is None else self.into - self.out


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowPage:
    """The energy flow of a utility over some days, and the balance of its nodes."""

    utility: Utility
    last: date
    place: str
    """Name of the place; "" for the whole site."""
    trail: tuple[FlowNode, ...]
    """What leads to the node shown, that node last; empty for the whole graph."""
    flow: EnergyFlow
    partly: tuple[tuple[str, Fraction], ...]
    """Names of nodes whose meter is known for a part of the time, and which part. [1]"""
    balances: tuple[BalanceRow, ...] | None
    """None where the days are too many to balance."""
