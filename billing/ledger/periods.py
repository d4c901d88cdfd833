"""In: commands to close months of the ledger. Out: events of the books. Pure.

A closed month is what the ledger held at a position of the books: whoever proposes the close names
it, with a hash of the month's totals; a second person closes it. What the books learn behind that
position of the month or of one before stands in the first month that is open, with the day it
concerns. There is no way back.
"""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from eventsourcing.domain import event

from billing.receivables.errors import PaymentError, SecondSignError
from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of


def ledger_id(site: str) -> UUID:
    """Return the id of a site's months."""
    return id_of("ledger", site)


def month_after(month: date) -> date:
    """Return the first day of the next month."""
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


class LedgerMonths(JournalAggregate):
    """Which months of a site's ledger are closed."""

    TOPIC = "ledger"

    class Created(JournalAggregate.Created):
        """The ledger of a site begins."""

        TOPIC = "ledger.opened"
        site: str

    class CloseProposed(JournalAggregate.Event):
        """Somebody proposed to close a month as it stands at a position."""

        TOPIC = "ledger.close_proposed"
        month: date
        known_position: int
        sha256: str
        by: UUID

    class Closed(JournalAggregate.Event):
        """A second person closed the month, for good."""

        TOPIC = "ledger.closed"
        month: date
        known_position: int
        sha256: str
        by: UUID

    @staticmethod
    def create_id(*, site: str, **_: object) -> UUID:
        """Return the id from the site."""
        return ledger_id(site)

    @event(Created)
    def __init__(self, *, site: str, command_id: UUID) -> None:
        """Begin with every month open."""
        self.closed_to: date | None = None
        """First day of the last closed month."""
        self.proposed: tuple[date, int, str, UUID] | None = None

    def propose_close(
        self,
        month: date,
        *,
        known_position: int,
        sha256: str,
        today: date,
        by: UUID,
        command_id: UUID,
    ) -> None:
        """Propose to close a month as it stands; another proposal replaces one that waits.

        Raises:
            PaymentError: The month is not over, or not the one behind the last closed one.
        """
        if today < month_after(month):
            raise PaymentError.of("month_running", month=f"{month:%Y-%m}")
        self._check_next(month)
        waiting = self.proposed
        if waiting is not None and (waiting[0], *waiting[2:]) == (month, sha256, by):
            return  # as it stood then, it stands now
        self.trigger_event(
            self.CloseProposed,
            month=month,
            known_position=known_position,
            sha256=sha256,
            by=by,
            command_id=command_id,
        )

    def close(self, month: date, *, by: UUID, command_id: UUID) -> None:
        """Close a month as a second person.

        Raises:
            PaymentError: It is closed, or nobody proposed it.
            SecondSignError: The same person proposed it.
        """
        self._check_next(month)
        if self.proposed is None or self.proposed[0] != month:
            raise PaymentError.of("not_proposed", month=f"{month:%Y-%m}")
        _, position, sha256, proposed_by = self.proposed
        if proposed_by == by:
            raise SecondSignError
        self.trigger_event(
            self.Closed,
            month=month,
            known_position=position,
            sha256=sha256,
            by=by,
            command_id=command_id,
        )

    def _check_next(self, month: date) -> None:
        if self.closed_to is None:
            return
        if month <= self.closed_to:
            raise PaymentError.of("month_closed", month=f"{month:%Y-%m}")
        if month != month_after(self.closed_to):
            raise PaymentError.of("month_order", month=f"{month_after(self.closed_to):%Y-%m}")

    @event(CloseProposed)
    def _propose(self, *, month: date, known_position: int, sha256: str, by: UUID) -> None:
        self.proposed = month, known_position, sha256, by

    @event(Closed)
    def _close(self, *, month: date, known_position: int, sha256: str, by: UUID) -> None:
        self.closed_to = month
        self.proposed = None
