"""In: what inspectors say. Out: evidence, finding, what was missed, checked. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any, Final
from uuid import UUID

from energy.service.inspection.errors import LONGEST, InspectionError, worded
from energy.service.inspection.kinds import FindingKind, Method

_LEAST_PERCENT: Final = -100


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was seen on the spot."""

    seen_at: datetime
    readings: Sequence[str] = ()
    """Each "QUANTITY=VALUE", as the display shows it."""
    seals: Sequence[str] = ()
    """Numbers of seals, each with "broken" behind it where it is."""
    error_percent: str = ""
    """Found in a test; "" where none was made. [%]"""
    words: str = ""

    def checked(self, now: datetime) -> Evidence:
        """Return it with its words on one line.

        Raises:
            InspectionError: Nothing is said, or it lies in the future.
        """
        if self.seen_at > now:
            raise InspectionError.of("future", at=self.seen_at)
        words = " ".join(self.words.split())
        rows = tuple(
            tuple(" ".join(each.split()) for each in e) for e in (self.readings, self.seals)
        )
        if len(words) > LONGEST or any(not each or len(each) > LONGEST for e in rows for each in e):
            raise InspectionError.of("words", most=LONGEST)
        if not (any(rows) or self.error_percent or words):
            raise InspectionError.of("no_evidence")
        return Evidence(
            seen_at=self.seen_at,
            readings=rows[0],
            seals=rows[1],
            error_percent=self.error_percent,
            words=words,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the inspectors found."""

    finding: FindingKind
    error_percent: Fraction | None = None
    """Of the meter; below zero where it shows too little. [%]"""
    first: date | None = None
    """Local days over which it was so; None where nothing was missed."""
    last: date | None = None
    words: str = ""

    def checked(self, today: date) -> dict[str, Any]:
        """Return it as an event holds it.

        Raises:
            InspectionError: A meter error without its figure, days that run backwards or lie in
                the future; no words.
        """
        if (self.finding is FindingKind.METER_ERROR) != (self.error_percent is not None):
            raise InspectionError.of("error_figure")
        if self.error_percent is not None and not self.error_percent > _LEAST_PERCENT:
            raise InspectionError.of("error_least", error=self.error_percent)
        if (self.first is None) != (self.last is None):
            raise InspectionError.of("days")
        if self.first is not None and self.last is not None:
            if self.finding is FindingKind.UNFOUNDED:
                raise InspectionError.of("unfounded_days")
            if self.last < self.first or self.last > today:
                raise InspectionError.of("days")
        told = asdict(self)
        return {
            **{name: None if told[name] is None else told[name].isoformat()
               for name in ("first", "last")},
            "finding": str(self.finding),
            "error_percent": None if self.error_percent is None else str(self.error_percent),
            "words": worded(self.words),
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """How what was missed is told."""

    method: Method
    point: str = ""
    """Where it was missed; "" for the point of the suspicion."""
    quantity: str | None = None
    """Of the register; None for the only one with usage."""
    compared: tuple[date, date] | None = None
    """Local days whose mean use stands for each day, both included: of a comparison."""
    load: Fraction | None = None
    """Connected load: what is used an hour. [unit of the register / h]"""
    hours: Fraction | None = None
    """A day. [h]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """What was missed, and how it is told: handed over to be billed."""

    adjustment: UUID
    """Of the metering journal: it adds the quantity once another person approves it."""
    point: str
    quantity: str
    utility: str
    method: str
    figures: dict[str, str]
    """Exact: what the method rests on."""
    first: date
    last: date
    total: int
    """[base unit]"""
    rules: int
    """Version of the rules."""
