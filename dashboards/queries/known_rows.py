"""In: nothing. Out: the frozen rows of an issued bill as known on other days. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from billing.corrections.as_known import AsKnown, KnownStep
from billing.views.corrections import CorrectionRow


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSteps:
    """The states of knowledge of an issued bill."""

    invoice: UUID
    steps: tuple[KnownStep, ...]
    """From its own to the present one, in the order of time; both are always there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownBill:
    """An issued bill beside what it would be as known at some positions."""

    invoice: UUID
    number: str
    found: AsKnown
    currency: str
    corrections: tuple[CorrectionRow, ...]
    """That were proposed about it, in their order."""
    people: Mapping[UUID, str]
    """Names of those who stated what arrived."""
