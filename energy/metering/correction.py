"""In: what people say a register showed. Out: events that state readings. Pure.

A correction is proposed by one person and approved by another; only then its readings count, from
the position of the approval on. An estimate and a reading taken from a display need no second
person: both give way to what was measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.clock import from_us, to_us
from energy.base.errors import RefusedError
from energy.base.ids import id_of

MAX_STATED = 5_000
"""Most readings in one statement."""
Stated = Sequence[tuple[datetime, int]]
"""Instants, aware UTC, and what the register showed there. [count]"""


class CorrectionStateError(RefusedError):
    """A command does not fit the state of a correction."""

    code = "correction.state"


class FourEyesError(RefusedError):
    """A correction needs a second person."""

    code = "correction.four_eyes"


class StatementError(RefusedError):
    """Stated readings cannot be true, or lack their reason."""

    code = "readings.stated"


class Correction(JournalAggregate):
    """Readings of one channel that shall count before what was measured."""

    TOPIC = "correction"

    class Created(JournalAggregate.Created):
        """Somebody proposed it; nothing counts yet."""

        TOPIC = "correction.proposed"
        channel: int
        readings: list[list[int]]
        """[instant [us], count [count]] by instant."""
        reason: str
        evidence: list[str]
        """SHA-256 of attachments, in hex."""
        proposed_by: UUID

    class Approved(JournalAggregate.Event):
        """Another person approved it; the readings count from here on."""

        TOPIC = "correction.approved"
        channel: int
        readings: list[list[int]]
        learned_us: int
        approved_by: UUID

    class Rejected(JournalAggregate.Event):
        """Somebody refused it, or its author took it back."""

        TOPIC = "correction.rejected"
        rejected_by: UUID
        reason: str

    @staticmethod
    def create_id(*, command_id: UUID, **_: object) -> UUID:
        """Return the id from the command: the same command twice is one correction."""
        return id_of("correction", str(command_id))

    @event(Created)
    def __init__(
        self,
        *,
        channel: int,
        readings: list[list[int]],
        reason: str,
        evidence: list[str],
        proposed_by: UUID,
        command_id: UUID,
    ) -> None:
        """Propose it; `proposed` checks what is stated."""
        self.channel = channel
        self.readings = readings
        self.proposed_by = proposed_by
        self.state = "proposed"

    def approve(self, *, by: UUID, now: datetime, command_id: UUID) -> None:
        """Let the readings count.

        Args:
            by: The person who approves; another than the one who proposed.
            now: Present instant.
            command_id: Id of the command.

        Raises:
            FourEyesError: The person proposed it.
            CorrectionStateError: It is decided already.
        """
        self._check_open()
        if by == self.proposed_by:
            raise FourEyesError.of("reading.four_eyes")
        self._approve(
            channel=self.channel,
            readings=self.readings,
            learned_us=to_us(now),
            approved_by=by,
            command_id=command_id,
        )

    def reject(self, *, by: UUID, reason: str, command_id: UUID) -> None:
        """Refuse it; its author may do so, too.

        Raises:
            CorrectionStateError: It is decided already.
            StatementError: The reason is missing.
        """
        self._check_open()
        _check_reason(reason)
        self._reject(rejected_by=by, reason=reason, command_id=command_id)

    def _check_open(self) -> None:
        if self.state != "proposed":
            raise CorrectionStateError.of("reading.settled", state=self.state)

    @event(Approved)
    def _approve(
        self,
        *,
        channel: int,
        readings: list[list[int]],
        learned_us: int,
        approved_by: UUID,
        command_id: UUID,
    ) -> None:
        self.state = "approved"

    @event(Rejected)
    def _reject(self, *, rejected_by: UUID, reason: str, command_id: UUID) -> None:
        self.state = "rejected"


class Estimate(JournalAggregate):
    """Readings of one channel by a stated method, where nothing was measured."""

    TOPIC = "estimate"

    class Created(JournalAggregate.Created):
        """Readings were estimated."""

        TOPIC = "readings.estimated"
        channel: int
        readings: list[list[int]]
        learned_us: int
        method: str
        inputs: dict[str, str]
        """What the method used, by name."""
        stated_by: UUID

    @staticmethod
    def create_id(*, command_id: UUID, **_: object) -> UUID:
        """Return the id from the command: the same command twice is once."""
        return id_of("estimate", str(command_id))

    @event(Created)
    def __init__(
        self,
        *,
        channel: int,
        readings: list[list[int]],
        learned_us: int,
        method: str,
        inputs: dict[str, str],
        stated_by: UUID,
        command_id: UUID,
    ) -> None:
        """Record it; `stated` checks the readings."""
        self.channel = channel


class DisplayReadings(JournalAggregate):
    """Readings of one channel that a person took from the display."""

    TOPIC = "display_readings"

    class Created(JournalAggregate.Created):
        """Somebody read the display."""

        TOPIC = "readings.entered"
        channel: int
        readings: list[list[int]]
        learned_us: int
        note: str
        stated_by: UUID

    @staticmethod
    def create_id(*, command_id: UUID, **_: object) -> UUID:
        """Return the id from the command: the same command twice is once."""
        return id_of("display_readings", str(command_id))

    @event(Created)
    def __init__(
        self,
        *,
        channel: int,
        readings: list[list[int]],
        learned_us: int,
        note: str,
        stated_by: UUID,
        command_id: UUID,
    ) -> None:
        """Record it; `stated` checks the readings."""
        self.channel = channel


def stated(readings: Stated, *, now: datetime, low: int, high: int) -> list[list[int]]:
    """Return readings as the events hold them, by instant.

    Args:
        readings: What is stated.
        now: Present instant: nobody can state what a register will show.
        low: Least count the register shows. [count]
        high: Greatest count the register shows. [count]

    Raises:
        StatementError: None or too many, one instant twice, in the future, or out of range.
    """
    if not 1 <= len(readings) <= MAX_STATED:
        raise StatementError.of("reading.too_many", most=MAX_STATED, given=len(readings))
    rows = sorted((to_us(at), count) for at, count in readings)
    for (earlier_us, _), (later_us, _) in pairwise(rows):
        if earlier_us == later_us:
            raise StatementError.of("reading.twice", at=from_us(later_us))
    if rows[-1][0] > to_us(now):
        raise StatementError.of("reading.future", at=from_us(rows[-1][0]))
    for _, count in rows:
        if not low <= count <= high:
            raise StatementError.of("reading.outside", low=low, high=high, count=count)
    return [[at_us, count] for at_us, count in rows]


def proposed(
    channel: int,
    readings: list[list[int]],
    *,
    reason: str,
    evidence: Sequence[str],
    by: UUID,
    command_id: UUID,
) -> Correction:
    """Return a correction that waits for its second person.

    Args:
        channel: Channel number.
        readings: As `stated` returns them.
        reason: Why what was measured is wrong.
        evidence: SHA-256 of attachments, in hex.
        by: The person who proposes.
        command_id: Id of the command.

    Raises:
        StatementError: The reason is missing.
    """
    _check_reason(reason)
    return Correction(
        channel=channel,
        readings=readings,
        reason=reason.strip(),
        evidence=list(evidence),
        proposed_by=by,
        command_id=command_id,
    )


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise StatementError.of("reading.no_reason")
