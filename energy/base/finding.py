"""In: a data problem met anywhere. Out: one row a person can look at. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Severity(StrEnum):
    """What a finding forbids."""

    WARN = "warn"
    DO_NOT_BILL = "do_not_bill"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A data problem: stable code, span and proof; never an exception."""

    code: str
    severity: Severity
    channel: int | None
    """Channel number, or None when the whole source is meant."""
    start: datetime
    """First instant concerned, aware UTC."""
    end: datetime
    """Last instant concerned, aware UTC."""
    position: int
    """Journal position that showed it."""
    proof: Mapping[str, object] = field(default_factory=dict)
    """JSON values that let a person judge it."""
