"""In: the severity of an alert. Out: what it demands of the desk, and what it allows. Pure.

Three severities, and nothing between: what does not fit one is a row in a list, not an alert. The
figures are those of a desk that is always manned (EEMUA 191: few alerts, each with an answer). Who
is told, how often and who next is said by the plan of notices (notices/plan.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final


class AlertSeverity(StrEnum):
    """How much an alert matters."""

    CRITICAL = "critical"
    """People, protected loads or the whole supply are in danger: act now."""
    HIGH = "high"
    """Somebody must do something within the hour."""
    MEDIUM = "medium"
    """Somebody must look at it within the shift."""


class Ending(StrEnum):
    """What ends an alert whose value came back."""

    BY_ITSELF = "by_itself"
    WHEN_SEEN = "when_seen"
    """When somebody has acknowledged it too."""
    BY_A_PERSON = "by_a_person"
    """When somebody has closed it and said what the cause was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """What a severity demands and allows."""

    sound: bool
    """Whether desk and wall are heard."""
    acknowledge_s: int
    """Within what time a person must have seen it. [s]"""
    shelf: timedelta
    """How long it may be shelved at most."""
    ending: Ending


DUTIES: Final[dict[AlertSeverity, Duty]] = {
    AlertSeverity.CRITICAL: Duty(
        sound=True,
        acknowledge_s=180,
        shelf=timedelta(hours=1),
        ending=Ending.BY_A_PERSON,
    ),
    AlertSeverity.HIGH: Duty(
        sound=True,
        acknowledge_s=900,
        shelf=timedelta(hours=8),
        ending=Ending.WHEN_SEEN,
    ),
    AlertSeverity.MEDIUM: Duty(
        sound=False,
        acknowledge_s=28_800,
        shelf=timedelta(days=7),
        ending=Ending.BY_ITSELF,
    ),
}


def severity_of(said: str) -> AlertSeverity:
    """Return the severity that a rule or an event names; what none has been named is medium."""
    return AlertSeverity(said) if said in set(AlertSeverity) else AlertSeverity.MEDIUM


def duty_of(said: str) -> Duty:
    """Return what the severity that a rule or an event names demands."""
    return DUTIES[severity_of(said)]
