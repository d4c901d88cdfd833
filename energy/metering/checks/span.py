"""In: instants between which a check is met. Out: one value. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Where a check is met."""

    start_us: int
    """[us]"""
    end_us: int
    """[us]"""
    lasts: bool
    """Whether it was still met when last looked."""
    proof: dict[str, Any] = field(default_factory=dict)
    """JSON values that let a person judge it."""
    place: int = 0
    """Place of the channel among those that were looked at together."""
