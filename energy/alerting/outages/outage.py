"""In: commands on a planned outage. Out: its facts. Pure.

Each version of what is planned is written by one person and reviewed by another; by the review it
holds and those who are affected are told. A change or delay is the next version and is told again;
so is that it will not be.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from eventsourcing.domain import event

from energy.alerting.suppression import demand_span
from energy.base.aggregate import JournalAggregate
from energy.base.errors import RefusedError
from energy.base.period import Period

ABOUT_OUTAGE: Final = "outage"
"""What notices of outages are about; `repeat` is the version that they tell."""
_LONGEST_REASON = 200


Forbid = Callable[[UUID, str, Period, UUID], Sequence[JournalAggregate]]
"""Refuses an outage (its id) at "node:UTILITY/KEY" over a span, where it may not be.

Given the command's id too, it returns what is stored with the outage, so that whoever forbids it at
the same moment meets a conflict.
"""


def nothing_forbidden(
    _outage: UUID, _about: str, _period: Period, _command: UUID
) -> Sequence[JournalAggregate]:
    """Let every outage be."""
    return ()


class OutageError(RefusedError):
    """An outage was refused; nothing was written."""

    code = "outage"
    PART = "why.outage"


class Outage(JournalAggregate):
    """A node of the supply graph is off for a span."""

    TOPIC = "outage"

    class Created(JournalAggregate.Created):
        """Somebody plans it: version 1, which nobody is told of yet."""

        TOPIC = "outage.planned"
        outage: UUID
        about: str
        """"node:UTILITY/KEY"."""
        reason: str
        begins_at: datetime
        ends_at: datetime
        by: UUID

    class Changed(JournalAggregate.Event):
        """Somebody wrote the next version."""

        TOPIC = "outage.changed"
        version: int
        reason: str
        begins_at: datetime
        ends_at: datetime
        by: UUID

    class Reviewed(JournalAggregate.Event):
        """A second person read the newest version: it holds, and is told."""

        TOPIC = "outage.reviewed"
        version: int
        nodes: list[str]
        accounts: list[str]
        """Who is affected, protected loads first."""
        told: list[str]
        """Ids of the contacts who are told of it."""
        unreached: list[str]
        """Accounts of which no contact can be told."""
        by: UUID

    class Cancelled(JournalAggregate.Event):
        """It will not be; whoever was told of it is told so."""

        TOPIC = "outage.cancelled"
        version: int
        reason: str
        by: UUID

    @staticmethod
    def create_id(*, outage: UUID, **_: object) -> UUID:
        """Return the id that the command gave."""
        return outage

    @classmethod
    def plan(
        cls,
        outage: UUID,
        about: str,
        *,
        begins_at: datetime,
        ends_at: datetime,
        reason: str,
        by: UUID,
        now: datetime,
        command_id: UUID,
    ) -> Outage:
        """Return a new outage, not reviewed.

        Args:
            outage: Its id.
            about: The node that is off.
            begins_at: When it goes off.
            ends_at: When it is on again.
            reason: What is done; people read it.
            by: Who plans it.
            now: Present instant.
            command_id: Of the command.

        Raises:
            OutageError: There is no reason, or it is too long.
            SuppressionError: The span is none, past or too long.
        """
        return cls(
            outage=outage,
            about=about,
            reason=_checked(reason, begins_at, ends_at, now),
            begins_at=begins_at,
            ends_at=ends_at,
            by=by,
            command_id=command_id,
        )

    @event(Created)
    def __init__(
        self,
        *,
        outage: UUID,
        about: str,
        reason: str,
        begins_at: datetime,
        ends_at: datetime,
        by: UUID,
        command_id: UUID,
    ) -> None:
        """Plan it; see `plan`."""
        self.about = about
        self.reason = reason
        self.begins_at, self.ends_at = begins_at, ends_at
        self.author = by
        self.edition = 1
        """The newest version."""
        self.holds = 0
        """The version that was told last; 0 is none."""
        self.told: list[str] = []
        """Ids of contacts who were told of some version and not that it is off for them."""
        self.cancelled = False

    def change(
        self,
        *,
        begins_at: datetime,
        ends_at: datetime,
        reason: str,
        by: UUID,
        now: datetime,
        command_id: UUID,
    ) -> None:
        """Write the next version; the same as now changes nothing.

        Raises:
            OutageError: It was cancelled, or there is no reason.
            SuppressionError: The span is none, past or too long.
        """
        if self.seen(command_id):
            return
        if self.cancelled:
            raise OutageError.of("cancelled")
        said = _checked(reason, begins_at, ends_at, now)
        if (said, begins_at, ends_at) != (self.reason, self.begins_at, self.ends_at):
            self._change(
                version=self.edition + 1,
                reason=said,
                begins_at=begins_at,
                ends_at=ends_at,
                by=by,
                command_id=command_id,
            )

    @event(Changed)
    def _change(
        self,
        *,
        version: int,
        reason: str,
        begins_at: datetime,
        ends_at: datetime,
        by: UUID,
        command_id: UUID,
    ) -> None:
        self.edition = version
        self.reason = reason
        self.begins_at, self.ends_at = begins_at, ends_at
        self.author = by

    def demand_seen(self, seen: int | None) -> None:
        """Refuse who acts on another version than the newest; None saw the newest.

        Raises:
            OutageError: Somebody wrote a later version meanwhile.
        """
        if seen is not None and seen != self.edition:
            raise OutageError.of("moved", version=self.edition)

    def demand_review(self, by: UUID, now: datetime) -> None:
        """Refuse a review that cannot be.

        Raises:
            OutageError: It was cancelled, the newest version was reviewed or is one's own, or its
                span is past.
        """
        if self.cancelled:
            raise OutageError.of("cancelled")
        if self.holds == self.edition:
            raise OutageError.of("reviewed", version=self.edition)
        if by == self.author:
            raise OutageError.of("own")
        if self.ends_at <= now:
            raise OutageError.of("over")

    def review(
        self,
        *,
        nodes: Sequence[str],
        accounts: Sequence[str],
        told: Sequence[UUID],
        unreached: Sequence[str],
        by: UUID,
        now: datetime,
        command_id: UUID,
    ) -> None:
        """Let the newest version hold.

        Args:
            nodes: Keys of the nodes that go dark.
            accounts: Who is affected, protected loads first.
            told: The contacts who are told of it.
            unreached: Accounts of which no contact can be told.
            by: The reviewer.
            now: Present instant.
            command_id: Of the command.

        Raises:
            OutageError: As `demand_review`.
        """
        if self.seen(command_id):
            return
        self.demand_review(by, now)
        self._review(
            version=self.edition,
            nodes=list(nodes),
            accounts=list(accounts),
            told=[str(contact) for contact in told],
            unreached=list(unreached),
            by=by,
            command_id=command_id,
        )

    @event(Reviewed)
    def _review(
        self,
        *,
        version: int,
        nodes: list[str],
        accounts: list[str],
        told: list[str],
        unreached: list[str],
        by: UUID,
        command_id: UUID,
    ) -> None:
        self.holds = version
        self.told = told

    def cancel(self, *, reason: str, by: UUID, now: datetime, command_id: UUID) -> None:
        """Let it not be; cancelled twice is once.

        Raises:
            OutageError: It is over, or there is no reason.
        """
        if self.cancelled:
            return
        if self.ends_at <= now:
            raise OutageError.of("over")
        self._cancel(version=self.edition + 1, reason=_worded(reason), by=by, command_id=command_id)

    @event(Cancelled)
    def _cancel(self, *, version: int, reason: str, by: UUID, command_id: UUID) -> None:
        self.cancelled = True
        self.edition = version
        self.holds = version if self.holds else 0


def _checked(reason: str, begins_at: datetime, ends_at: datetime, now: datetime) -> str:
    demand_span(begins_at, ends_at, now)
    return _worded(reason)


def _worded(reason: str) -> str:
    said = " ".join(reason.split())
    if not said or len(said) > _LONGEST_REASON:
        raise OutageError.of("reason", most=_LONGEST_REASON)
    return said
