"""In: nothing. Out: the frozen rows of one exception of a bill run. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from dashboards.queries.rows import UsageDay
from dashboards.queries.run_rows import ExceptionRow
from energy.base.finding import Finding
from energy.base.units import Utility


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierBill:
    """What an account was billed for at a point before."""

    invoice: UUID
    number: str
    first_day: date
    last_day: date
    usage: Decimal | None
    """[unit of the bill]"""
    amount: Decimal
    """Of the point's charge lines. [currency]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingCorrection:
    """A correction of readings that waits for a second person."""

    correction: UUID
    readings: tuple[tuple[datetime, str], ...]
    """Instants with what the register showed. [unit of the register]"""
    reason: str
    by: str
    """Name of who proposed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionPage:
    """One exception of a run with what a person decides by."""

    run: UUID
    version: int
    """Of the run's stream: what is pressed on one page twice is one command."""
    row: ExceptionRow
    currency: str
    utility: Utility | None = None
    """None where the whole run is meant, or nothing is known of the point."""
    days: tuple[UsageDay, ...] = ()
    """The billed days, as the run knew them."""
    before: tuple[UsageDay, ...] = ()
    """As many days right before them."""
    last_year: tuple[UsageDay, ...] = ()
    """The same days a year before."""
    findings: tuple[Finding, ...] = ()
    """Of the account that lie on the point, or on no point."""
    registers: tuple[Mapping[str, Any], ...] = ()
    """Registers at both ends of the days, as the draft has them."""
    unit: str = ""
    bills: tuple[EarlierBill, ...] = field(default=())
    """Of the point, the newest first."""
    waiting: tuple[WaitingCorrection, ...] = ()
    """Of the point's readings, the newest first."""
