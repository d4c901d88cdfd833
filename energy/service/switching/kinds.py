"""In: nothing. Out: the states of switching orders, of their steps, what was asked for. Pure."""

from __future__ import annotations

from enum import StrEnum


class SwitchingState(StrEnum):
    """How far a switching order is."""

    WRITTEN = "written"
    APPROVED = "approved"
    """Technically, by a second person."""
    RELEASED = "released"
    """By the command centre: it may be carried out."""
    UNDER_WAY = "under_way"
    STOPPED = "stopped"
    """Nothing can be told until two people say that it goes on."""
    COMPLETED = "completed"
    ABORTED = "aborted"
    WITHDRAWN = "withdrawn"
    """Nobody wants it any more; nothing was done."""


class StepState(StrEnum):
    """How far a step is."""

    WAITING = "waiting"
    TOLD = "told"
    """The guardian told it; the operator has not read it back."""
    DONE = "done"
    SKIPPED = "skipped"


class RequestKind(StrEnum):
    """What billing asked for."""

    DISCONNECT = "disconnect"
    RECONNECT = "reconnect"


class Confirmation(StrEnum):
    """What readings behind the last step say of a request."""

    CONFIRMED = "confirmed"
    NOT_YET = "not_yet"
    CONTRADICTED = "contradicted"
