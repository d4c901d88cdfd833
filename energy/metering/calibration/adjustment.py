"""In: what two people decide about a meter's error. Out: events of usage to be added. Pure.

A certificate changes no usage. A decision does neither: it states, exactly and for good, the error
or what a day should have used, and what is added to (or taken from) the days of a span beside what
the register counted. Where a day's usage is known otherwise later, what is added to it follows
(energy/metering/calibration/following.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of
from energy.metering.correction import CorrectionStateError, FourEyesError, StatementError

ADJUSTMENT_TOPICS = frozenset({"adjustment.proposed", "adjustment.approved", "adjustment.rejected"})
"""Topics of these events."""


class Adjustment(JournalAggregate):
    """What a decision adds to the usage of a channel."""

    TOPIC = "adjustment"

    class Created(JournalAggregate.Created):
        """Somebody proposed it; nothing is added yet."""

        TOPIC = "adjustment.proposed"
        channel: int
        serial: str
        first: date
        last: date
        basis: dict[str, Any]
        """The error applied (energy/metering/calibration/error_curve.py), or what a day should have
        used (expected.py); with "follows" it is told anew of what is known later (following.py)."""
        certificate: str
        """SHA-256 of the certificate it rests on, in hex; "" where none is filed."""
        known_position: int
        """Metering position at which the usage was read."""
        days: list[list[Any]]
        """[local day, amount [base unit]] of every day that has one, of the usage read then."""
        reason: str
        proposed_by: UUID

    class Approved(JournalAggregate.Event):
        """Another person approved it; it counts from here on."""

        TOPIC = "adjustment.approved"
        approved_by: UUID

    class Rejected(JournalAggregate.Event):
        """Somebody refused it, or its author took it back."""

        TOPIC = "adjustment.rejected"
        rejected_by: UUID
        reason: str

    @staticmethod
    def create_id(*, command_id: UUID, **_: object) -> UUID:
        """Return the id from the command: the same command twice is one adjustment."""
        return adjustment_id(command_id)

    @event(Created)
    def __init__(
        self,
        *,
        channel: int,
        serial: str,
        first: date,
        last: date,
        basis: dict[str, Any],
        certificate: str,
        known_position: int,
        days: list[list[Any]],
        reason: str,
        proposed_by: UUID,
        command_id: UUID,
    ) -> None:
        """Propose it; `proposed` checks what is stated."""
        self.known_position = known_position
        self.proposed_by = proposed_by
        self.state = "proposed"

    def approve(self, *, by: UUID, command_id: UUID) -> None:
        """Let it count.

        Raises:
            FourEyesError: The person proposed it.
            CorrectionStateError: It is decided already.
        """
        self._check_open()
        if by == self.proposed_by:
            raise FourEyesError.of("adjustment.four_eyes")
        self._approve(approved_by=by, command_id=command_id)

    def reject(self, *, by: UUID, reason: str, command_id: UUID) -> None:
        """Refuse it; its author may do so, too.

        Raises:
            CorrectionStateError: It is decided already.
            StatementError: The reason is missing.
        """
        self._check_open()
        _check_reason(reason)
        self._reject(rejected_by=by, reason=reason.strip(), command_id=command_id)

    def _check_open(self) -> None:
        if self.state != "proposed":
            raise CorrectionStateError.of("adjustment.settled", state=self.state)

    @event(Approved)
    def _approve(self, *, approved_by: UUID, command_id: UUID) -> None:
        self.state = "approved"

    @event(Rejected)
    def _reject(self, *, rejected_by: UUID, reason: str, command_id: UUID) -> None:
        self.state = "rejected"


def adjustment_id(command_id: UUID) -> UUID:
    """Return the id of the adjustment that a command proposes."""
    return id_of("adjustment", str(command_id))


def proposed(
    *,
    channel: int,
    serial: str,
    first: date,
    last: date,
    basis: Mapping[str, Any],
    certificate: str,
    known_position: int,
    days: Mapping[date, int],
    reason: str,
    by: UUID,
    command_id: UUID,
) -> Adjustment:
    """Return an adjustment that waits for its second person.

    Raises:
        StatementError: The reason is missing, or nothing is added on any day.
    """
    _check_reason(reason)
    amounts = [[day.isoformat(), amount] for day, amount in days.items() if amount]
    if not amounts:
        raise StatementError.of("adjustment.nothing", first=first, last=last)
    return Adjustment(
        channel=channel,
        serial=serial,
        first=first,
        last=last,
        basis=dict(basis),
        certificate=certificate,
        known_position=known_position,
        days=amounts,
        reason=reason.strip(),
        proposed_by=by,
        command_id=command_id,
    )


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise StatementError.of("reading.no_reason")
