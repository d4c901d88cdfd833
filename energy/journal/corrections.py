"""In: commands on readings: correct, approve, estimate, enter. Out: events. I/O: PostgreSQL.

Every command carries an id: given again after an unknown commit it finds its own result. The
channel's facts are passed in: what the register cannot show is refused before it is stored.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from energy.base.aggregate import JournalAggregate
from energy.base.clock import Clock, to_us
from energy.base.errors import ConflictError, RefusedError
from energy.base.ids import id_of
from energy.journal.application import JournalApplication
from energy.metering.channel import USAGE_KINDS, Channel, Direction, Kind
from energy.metering.correction import (
    Correction,
    DisplayReadings,
    Estimate,
    Stated,
    StatementError,
    proposed,
    stated,
)
from energy.store.pool import Database

LARGEST_COUNT = 2**53
"""No register shows more, whatever its channel is. [count]"""


class UnknownCorrectionError(RefusedError):
    """A command named a correction that the site does not have."""

    code = "correction.unknown"


class Corrections:
    """What people state about readings of a site."""

    def __init__(self, database: Database, schema: str, clock: Clock) -> None:
        """Work on a site's metering journal.

        Args:
            database: A pool in the writer's role.
            schema: The site's schema.
            clock: The injected clock.
        """
        self._application = JournalApplication(database, schema, "metering", clock)
        self._clock = clock

    def propose(
        self,
        channel: Channel,
        readings: Stated,
        *,
        reason: str,
        evidence: Sequence[str],
        by: UUID,
        command_id: UUID,
    ) -> UUID:
        """Propose what a register showed; return the correction's id.

        Args:
            channel: The channel corrected.
            readings: Instants and counts.
            reason: Why what was measured is wrong.
            evidence: SHA-256 of attachments, in hex.
            by: The person who proposes.
            command_id: Id of the command.

        Raises:
            StatementError: The readings cannot be true, or the reason is missing.
        """
        identity = id_of("correction", str(command_id))
        if self._application.find(identity) is None:
            self._application.store(
                self.drafted(
                    channel,
                    readings,
                    reason=reason,
                    evidence=evidence,
                    by=by,
                    command_id=command_id,
                )
            )
        return identity

    def drafted(
        self,
        channel: Channel,
        readings: Stated,
        *,
        reason: str,
        evidence: Sequence[str],
        by: UUID,
        command_id: UUID,
    ) -> Correction:
        """Return a correction that is not stored yet, for who stores it with something else.

        Args and errors are those of `propose`.
        """
        return proposed(
            channel.number,
            self._stated(channel, readings),
            reason=reason,
            evidence=evidence,
            by=by,
            command_id=command_id,
        )

    def approve(self, correction: UUID, *, by: UUID, command_id: UUID) -> int:
        """Let a correction count, as a second person; return the journal's position.

        Raises:
            UnknownCorrectionError: There is no such correction.
            FourEyesError: The person proposed it.
            CorrectionStateError: It is decided already.
        """
        known = self._known(correction)
        if not known.seen(command_id):
            known.approve(by=by, now=self._clock.now(), command_id=command_id)
        return self._application.store(known)

    def reject(self, correction: UUID, *, by: UUID, reason: str, command_id: UUID) -> int:
        """Refuse a correction; return the journal's position.

        Raises:
            UnknownCorrectionError: There is no such correction.
            CorrectionStateError: It is decided already.
            StatementError: The reason is missing.
        """
        known = self._known(correction)
        if not known.seen(command_id):
            known.reject(by=by, reason=reason, command_id=command_id)
        return self._application.store(known)

    def estimate(
        self,
        channel: Channel,
        readings: Stated,
        *,
        method: str,
        inputs: Mapping[str, str],
        by: UUID,
        command_id: UUID,
    ) -> int:
        """Record estimated readings; return the journal's position.

        Args:
            channel: The channel.
            readings: Instants and counts.
            method: Name of the method.
            inputs: What the method used, by name.
            by: The person who states it.
            command_id: Id of the command.

        Raises:
            StatementError: The readings cannot be true, or the method is missing.
        """
        return self._application.store(
            self.estimated(
                channel, readings, method=method, inputs=inputs, by=by, command_id=command_id
            )
        )

    def estimated(
        self,
        channel: Channel,
        readings: Stated,
        *,
        method: str,
        inputs: Mapping[str, str],
        by: UUID,
        command_id: UUID,
    ) -> Estimate:
        """Return what `estimate` records, for who stores it with something else.

        Args and errors are those of `estimate`.
        """
        if not method.strip():
            raise StatementError.of("reading.no_method")
        known = self._application.find(id_of("estimate", str(command_id)))
        if known is not None:
            assert isinstance(known, Estimate), "its stream is an estimate's"
            return known
        return Estimate(
            channel=channel.number,
            readings=self._stated(channel, readings),
            learned_us=to_us(self._clock.now()),
            method=method.strip(),
            inputs=dict(inputs),
            stated_by=by,
            command_id=command_id,
        )

    def known_estimate(self, estimate: UUID) -> Estimate:
        """Return an estimate that was recorded.

        Raises:
            UnknownCorrectionError: There is no such estimate.
        """
        known = self._application.find(estimate)
        if not isinstance(known, Estimate):
            raise UnknownCorrectionError.of("reading.no_correction", correction=estimate)
        return known

    def enter(
        self, channel: Channel, readings: Stated, *, note: str, by: UUID, command_id: UUID
    ) -> int:
        """Record readings taken from a display; return the journal's position.

        Args:
            channel: The channel.
            readings: Instants and counts.
            note: What the reader remarked, or the file they came in; may be empty.
            by: The person who states it.
            command_id: Id of the command.

        Raises:
            StatementError: The readings cannot be true.
        """
        return self._once(
            id_of("display_readings", str(command_id)),
            DisplayReadings(
                channel=channel.number,
                readings=self._stated(channel, readings),
                learned_us=to_us(self._clock.now()),
                note=note.strip(),
                stated_by=by,
                command_id=command_id,
            ),
        )

    def entered(self, command_id: UUID) -> bool:
        """Return whether `enter` has recorded the readings of a command."""
        return self._application.find(id_of("display_readings", str(command_id))) is not None

    def check(self, channel: Channel, readings: Stated) -> None:
        """Refuse readings that cannot be true, before the first of many is stored.

        Raises:
            StatementError: They cannot.
        """
        self._stated(channel, readings)

    def _once(self, identity: UUID, aggregate: JournalAggregate) -> int:
        known = self._application.find(identity)
        try:
            return self._application.store(aggregate if known is None else known)
        except ConflictError:
            if self._application.find(identity) is None:
                raise
            return self._application.position()  # a second press of the button was faster

    def _stated(self, channel: Channel, readings: Stated) -> list[list[int]]:
        facts = channel.facts
        low, high = -LARGEST_COUNT, LARGEST_COUNT
        if facts.kind in USAGE_KINDS and facts.direction is not Direction.NONE:
            low = 0
        if facts.kind is Kind.COUNTER and facts.modulus is not None:
            low, high = 0, facts.modulus - 1
        for _, count in readings:
            if not low <= count <= high:
                raise _outside(channel, count, low, high)
        return stated(readings, now=self._clock.now(), low=low, high=high)

    def _known(self, correction: UUID) -> Correction:
        known = self._application.find(correction)
        if not isinstance(known, Correction):
            raise UnknownCorrectionError.of("reading.no_correction", correction=correction)
        return known


def _outside(channel: Channel, count: int, low: int, high: int) -> StatementError:
    """Return the refusal of a count, told in the unit that the register shows."""
    least, most, value = (_shown(each, channel) for each in (low, high, count))
    if high < LARGEST_COUNT:
        return StatementError.of("reading.outside", low=least, high=most, count=value)
    key = "reading.below" if count < low else "reading.above"
    return StatementError.of(key, low=least, high=most, count=value)


def _shown(count: int, channel: Channel) -> str:
    value = count * channel.facts.resolution
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return f"{exact.normalize():f} {channel.facts.unit}"
