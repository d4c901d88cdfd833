"""In: nothing. Out: what a site knows before a take-over, as values. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from energy.metering.channel import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPoint:
    """A metering point."""

    utility: str
    serial: str
    """Of the meter that serves; "" where none does."""
    since: datetime | None
    """From when on the first meter's registers are known; None where none serves."""
    channels: Mapping[str, Channel]
    """By quantity; the billed one under ""."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSite:
    """What rows of a workbook may name, and what they must not meet."""

    key: str
    zone: ZoneInfo
    currency: str
    now: datetime
    points: Mapping[str, KnownPoint]
    tariffs: Mapping[str, tuple[str, date]]
    """Utility and first local day, by key."""
    accounts: frozenset[str]
    parties: frozenset[str]
    items: frozenset[str]
    """Numbers of open items."""
    payers: Mapping[str, tuple[tuple[str, date, date | None], ...]]
    """Account and days that pay for a point already."""
    series: frozenset[tuple[str, int]]
    """Prefix and year of number series that are begun."""
