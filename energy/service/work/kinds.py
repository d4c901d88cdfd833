"""In: nothing. Out: the short lists by which work is counted. Pure."""

from __future__ import annotations

from enum import StrEnum


class Origin(StrEnum):
    """What an incident was opened from."""

    ALERT = "alert"
    ACCOUNT = "account"
    """A tenant said it."""
    PLAN = "plan"
    """What a plan asks for."""
    REQUEST = "request"
    """A request of a tenant at the service desk."""
    SEEN = "seen"
    """Somebody of the staff saw it."""


class Urgency(StrEnum):
    """How soon somebody must go, beside the class that says what is promised."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    DANGER = "danger"
    """People or plant may come to harm."""


class Problem(StrEnum):
    """What is wrong, as who looked says."""

    NO_SUPPLY = "no_supply"
    POOR_SUPPLY = "poor_supply"
    """Voltage, pressure or temperature is not as it should be."""
    LEAK = "leak"
    DAMAGE = "damage"
    NO_READING = "no_reading"
    """A meter or gateway is silent."""
    WRONG_READING = "wrong_reading"
    NONE = "none"
    """Nothing was wrong."""
    OTHER = "other"
    """None of these: the words say it."""


class WaitsFor(StrEnum):
    """What work that is paused waits for."""

    CUSTOMER = "customer"
    PART = "part"
    PERMIT = "permit"


class OrderKind(StrEnum):
    """What a work order is for."""

    CORRECTIVE = "corrective"
    PLANNED = "planned"
    INSPECTION = "inspection"


class IncidentState(StrEnum):
    """How far an incident is."""

    OPEN = "open"
    """Nobody has responded."""
    UNDER_WAY = "under_way"
    PAUSED = "paused"
    RESOLVED = "resolved"
    CLOSED = "closed"


class OrderState(StrEnum):
    """How far a work order is."""

    OPEN = "open"
    """Nobody has taken it."""
    TAKEN = "taken"
    UNDER_WAY = "under_way"
    PAUSED = "paused"
    DONE = "done"
    """A second person is to sign it."""
    ENDED = "ended"
    CANCELLED = "cancelled"
