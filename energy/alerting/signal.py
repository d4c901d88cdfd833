"""In: nothing. Out: what a rule or a check says of one alert. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class SignalState(StrEnum):
    """How it is now with what an alert is about."""

    RAISED = "raised"
    CLEARED = "cleared"
    UNKNOWN = "unknown"
    """The data are lost: it may stand or not."""
    KNOWN = "known"
    """The data are back and it still stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """What is said of one alert; what it is about counts only where it is raised."""

    alert: UUID
    """uuid5 of (rule version, subject, instant of the raising crossing in data time)."""
    state: SignalState
    at: datetime
    """In data time."""
    value: int = 0
    """Of the channel. [count]"""
    rule: UUID
    """The rule's version, or what stands for the kind of finding."""
    severity: str = ""
    limit: int = 0
    """[count]"""
    channel: int = 0
    """0 where it is about no channel."""
    name: str = ""
    """The rule's name, as people read it."""
    key: str = ""
    """The rule's key, the same for all its versions."""
    code: str = ""
    """Code of the finding; empty where a rule was crossed."""
    about: str = ""
    """What it is about where that is no channel: "node:electricity/bus-a", "source:bus-1"."""
    cuts: bool = False
    """Whether it cuts off what is fed through, or read by, what it is about."""
    fresh_s: int = 900
    """Raised longer ago than this it is historic. [s]"""
    newest: datetime | None = None
    """By what it is judged fresh, where that is not `at`."""
    after: UUID | None = None
    """The historic alert of the same crossing; raised only where that one was raised so."""

    def historic(self, now: datetime) -> bool:
        """Return whether it was raised too long ago to wake anybody.

        Args:
            now: Present instant.
        """
        return (now - (self.newest or self.at)).total_seconds() > self.fresh_s
