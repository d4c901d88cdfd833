"""In: nothing. Out: the frozen rows of a bill run as somebody decides about it. Pure.

Money is `Decimal`; what the domain says of a run (billing/runs) is carried as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from billing.runs.bridge import Bridge, UtilitySum
from billing.runs.decision import Decision
from billing.runs.exceptions import RunException
from billing.views.reconciliation import Reconciled


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionRow:
    """Something of a run that a person should look at, with what leads to its proof."""

    found: RunException
    name: str
    """Of the account; empty where the whole run is meant."""
    invoice: UUID | None
    """The draft; None where the whole run is meant."""
    line: int | None
    """Its first charge line of the point; None where nothing is charged there."""
    decision: Decision | None
    decided_by: str | None

    @property
    def waits(self) -> bool:
        """Return whether somebody must still decide about it."""
        return self.found.asked and self.decision is None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReview:
    """A run with all that a person decides by."""

    version: int
    """Of the run's stream: what is pressed on one page twice is one command."""
    exceptions: tuple[ExceptionRow, ...]
    """The most money first."""
    seal: str
    """SHA-256 that an approval would sign now, or did sign."""
    held: Mapping[str, str]
    """Accounts that stay out of the issue, with their names."""
    barred: Mapping[str, str]
    """Accounts that cannot be billed and are not held out yet, with their names."""
    sums: tuple[UtilitySum, ...]
    bridge: Bridge | None
    before: str | None
    """Key of the run that the bridge begins at."""
    reconciliation: tuple[Reconciled, ...]
    left_out: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Accounts left out of the issue, with the points that a card pays for."""

    @property
    def waiting(self) -> tuple[ExceptionRow, ...]:
        """Return what must still be decided about, the most money first."""
        return tuple(row for row in self.exceptions if row.waits)
