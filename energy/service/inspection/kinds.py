"""In: nothing. Out: kinds of suspicions, findings, methods; how far an inspection is. Pure."""

from __future__ import annotations

from enum import StrEnum


class SuspicionKind(StrEnum):
    """Why somebody should look."""

    LOSS = "loss"
    """More than the limit of what came into a node went nowhere."""
    ZERO_USE = "zero_use"
    """A tenant uses nothing of one utility while using another one."""
    RATIO = "ratio"
    """The multiplier of a meter changed, and no work order was there."""
    SEAL = "seal"
    """Somebody saw a broken seal."""


class SuspicionState(StrEnum):
    """What became of a suspicion."""

    OPEN = "open"
    DISMISSED = "dismissed"
    ORDERED = "ordered"


class FindingKind(StrEnum):
    """What two inspectors found."""

    CONFIRMED = "confirmed"
    METER_ERROR = "meter_error"
    WIRING = "wiring"
    TAMPERING = "tampering"
    UNFOUNDED = "unfounded"


class Method(StrEnum):
    """How the quantity that was missed is told."""

    ERROR = "error"
    """By the error of the meter, of what it showed."""
    COMPARISON = "comparison"
    """By what was used a day in other days."""
    LOAD = "load"
    """By connected load and hours a day."""


class InspectionState(StrEnum):
    """How far an inspection is."""

    ORDERED = "ordered"
    FOUND = "found"
    PROPOSED = "proposed"
    """What was missed is to be billed, once another person approves it."""
    APPROVED = "approved"
