"""In: nothing. Out: what a person can decide about an exception of a run. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Choice(StrEnum):
    """What a person decides about an exception of a run."""

    ACCEPT = "accept"
    """The bill is right as it is."""
    CORRECT = "correct"
    """Readings are corrected first: the account is held out."""
    ESTIMATE = "estimate"
    """An estimate is made first: the account is held out."""
    HOLD = "hold"
    """The account is held out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What stands decided about one exception."""

    choice: Choice
    account: str
    by: UUID
    why: str
    alone: bool
    """Whether one person decides about so much money."""
