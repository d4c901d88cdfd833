"""In: deadlines, an instant. Out: of which somebody is told now, near or broken. Pure.

Nothing ticks: whoever asks computes it from the facts, and what was told is known by its id. That
is made of what is promised, not of when: a pause moves the instant, and nobody is told twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from energy.service.telling.reminder import BROKEN, NEAR
from energy.service.work.clock import Standing

OLDEST: Final = timedelta(days=1)
"""What was broken longer ago is told to nobody: a site that begins to tell is not flooded."""
CALL_AHEAD: Final = timedelta(minutes=15)
"""How long before it is due a call-back is near."""


class ClockKind(StrEnum):
    """What is promised."""

    RESPONSE = "response"
    """Somebody looks after an incident."""
    SOLUTION = "solution"
    """An incident is over."""
    ORDER = "order"
    """A work order is done."""
    ANSWER = "answer"
    """A tenant has an answer."""
    REQUEST = "request"
    """A tenant's request is dealt with."""
    CALL = "call"
    """A tenant is called back."""
    STEP = "step"
    """A step of a supply case is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A deadline of which somebody is to be told."""

    kind: ClockKind
    thing: str
    """What makes it another clock than any other of its kind: ids, never an instant."""
    number: str
    """As people say it: "I-2026-00017"."""
    owner: UUID
    due_at: datetime
    stage: str
    """NEAR or BROKEN."""


def stage_of(standing: Standing, now: datetime) -> str | None:
    """Return of what somebody is to be told of a clock; None of nothing.

    Args:
        standing: How it stands now.
        now: The instant.
    """
    if standing.stopped or standing.paused or standing.due_at is None:
        return None
    if standing.broken:
        return BROKEN if now - standing.due_at <= OLDEST else None
    return NEAR if standing.near else None


def stage_by(due_at: datetime, ahead: timedelta, now: datetime) -> str | None:
    """Return of what somebody is to be told of a deadline; None of nothing.

    Args:
        due_at: It.
        ahead: How long before it is near.
        now: The instant.
    """
    if now > due_at:
        return BROKEN if now - due_at <= OLDEST else None
    return NEAR if now > due_at - ahead else None
