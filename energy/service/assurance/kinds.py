"""In: nothing. Out: how far an assured event is, when its questions are asked. Pure."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum


class EventState(StrEnum):
    """How far an assured event is; what follows from the time alone is never stored."""

    PLANNED = "planned"
    """No edition of it holds yet."""
    APPROVED = "approved"
    RUNNING = "running"
    OVER = "over"
    """Its time is over and its report is not signed."""
    SIGNED = "signed"
    CALLED_OFF = "called_off"

    def at(self, begins_at: datetime, ends_at: datetime, now: datetime) -> EventState:
        """Return how far an event is at an instant that was stored in this state.

        Args:
            begins_at: Of the edition that holds.
            ends_at: Of the same.
            now: The instant.
        """
        if self is not EventState.APPROVED or now < begins_at:
            return self
        return EventState.RUNNING if now < ends_at else EventState.OVER


class Phase(StrEnum):
    """When a question of the checklist is asked."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"
