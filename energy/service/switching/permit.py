"""In: permits given and handed back. Out: whether a step may be told meanwhile. Pure.

While somebody may work there nothing is switched: with a permit out no step can be told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from energy.service.switching.errors import SwitchingError, worded


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """What somebody may do, where, and until when."""

    what: str
    where: str
    earthed_at: str
    """Where it is earthed and locked."""
    holder: UUID
    valid_until: datetime

    def checked(self, by: UUID, now: datetime) -> Permit:
        """Return it with its words on one line.

        Args:
            by: Who gives it.
            now: Present instant.

        Raises:
            SwitchingError: One gives it to oneself, it is past, or something is not said.
        """
        if self.holder == by:
            raise SwitchingError.of("own_permit")
        if self.valid_until <= now:
            raise SwitchingError.of("permit_past", at=self.valid_until)
        return replace(
            self,
            what=worded(self.what),
            where=worded(self.where),
            earthed_at=worded(self.earthed_at),
        )


@dataclass
class Permits:
    """How the permits of an order stand."""

    after: int
    """Number of the step behind which one is demanded; 0 where none is."""
    given: int = 0
    holder: UUID | None = None
    """Who holds the one that is out."""

    def become(self, holder: UUID | None) -> None:
        """Note that one is out with a holder, or that it was handed back (None)."""
        self.given += holder is not None
        self.holder = holder

    def demand_none_out(self, number: str) -> None:
        """Refuse while one is out.

        Raises:
            SwitchingError: One is.
        """
        if self.holder is not None:
            raise SwitchingError.of("permit_out", number=number, permit=self.given)

    def demand_passed(self, number: str, step: int) -> None:
        """Refuse a step behind the permit before it was given and handed back.

        Raises:
            SwitchingError: It was not.
        """
        self.demand_none_out(number)
        if self.after and not self.given and step > self.after:
            raise SwitchingError.of("permit_due", number=number, step=self.after)

    def demand_time(self, number: str, step: int, told: int | None) -> None:
        """Refuse one that is not demanded, or elsewhere than between its two steps.

        Args:
            number: Of the order.
            step: The next step.
            told: The step that was told and not read back.

        Raises:
            SwitchingError: It cannot be given now.
        """
        if not self.after:
            raise SwitchingError.of("no_permit", number=number)
        self.demand_none_out(number)
        if told is not None or step != self.after + 1:
            raise SwitchingError.of("permit_time", number=number, step=self.after)
