"""In: commands on what is expected. Out: its facts, and what is suppressed when. Pure.

A span of maintenance or a planned outage says which alerts are no news: those of a metering point,
of a source, or of a node of the supply graph with all that it feeds. They are raised as ever, wake
nobody while the span lasts, and stand on their own as soon as it is over.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from eventsourcing.domain import event

from energy.alerting.flood import NODE, Fed, Standing
from energy.base.aggregate import JournalAggregate
from energy.base.errors import RefusedError

LONGEST_DAYS: Final = 31
"""A span that is longer is a meter out of service, or a rule to be withdrawn. [d]"""


class Why(StrEnum):
    """Why an alert is no news."""

    MAINTENANCE = "maintenance"
    OUTAGE = "outage"
    """A planned one, for its span."""


class SuppressionError(RefusedError):
    """A span was refused; nothing was written."""

    code = "suppression"
    PART = "why.suppression"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A span as it stands."""

    suppression: UUID
    why: Why
    about: str
    """"node:UTILITY/KEY", "point:KEY" or "source:KEY"."""
    begins_at: datetime
    ends_at: datetime

    def holds(self, now: datetime) -> bool:
        """Return whether it suppresses at an instant: [begins, ends)."""
        return self.begins_at <= now < self.ends_at


def expecting(one: Standing, spans: Iterable[Expected], fed: Fed, now: datetime) -> list[Expected]:
    """Return the spans from which an alert is expected now.

    Args:
        one: The alert.
        spans: Of the site.
        fed: What feeds what.
        now: Present instant.
    """
    things = fed.things(one.channel, one.about)
    return [
        span
        for span in spans
        if span.holds(now) and (span.about in things or things & _without(span.about, fed).keys())
    ]


class Suppression(JournalAggregate):
    """A span in which alerts of something are expected."""

    TOPIC = "suppression"

    class Created(JournalAggregate.Created):
        """Somebody says that alerts are expected."""

        TOPIC = "suppression.declared"
        suppression: UUID
        why: str
        about: str
        reason: str
        begins_at: datetime
        ends_at: datetime
        by: UUID

    class Moved(JournalAggregate.Event):
        """It begins or ends at another time."""

        TOPIC = "suppression.moved"
        begins_at: datetime
        ends_at: datetime
        by: UUID

    class Ended(JournalAggregate.Event):
        """It is over before its time, or will not be."""

        TOPIC = "suppression.ended"
        by: UUID

    @staticmethod
    def create_id(*, suppression: UUID, **_: object) -> UUID:
        """Return the id that the command gave."""
        return suppression

    @classmethod
    def declare(
        cls, expected: Expected, *, reason: str, by: UUID, now: datetime, command_id: UUID
    ) -> Suppression:
        """Return a new span.

        Args:
            expected: What is suppressed, and when.
            reason: What is done, in words.
            by: Who says so.
            now: Present instant.
            command_id: Of the command.

        Raises:
            SuppressionError: There is no reason, or the span is none, past or too long.
        """
        if not reason.strip():
            raise SuppressionError.of("no_reason")
        demand_span(expected.begins_at, expected.ends_at, now)
        return cls(
            suppression=expected.suppression,
            why=str(expected.why),
            about=expected.about,
            reason=reason.strip(),
            begins_at=expected.begins_at,
            ends_at=expected.ends_at,
            by=by,
            command_id=command_id,
        )

    @event(Created)
    def __init__(
        self,
        *,
        suppression: UUID,
        why: str,
        about: str,
        reason: str,
        begins_at: datetime,
        ends_at: datetime,
        by: UUID,
        command_id: UUID,
    ) -> None:
        """Expect alerts; see `declare`."""
        self.ended = False

    def move(
        self, *, begins_at: datetime, ends_at: datetime, by: UUID, now: datetime, command_id: UUID
    ) -> None:
        """Let it begin or end at another time.

        Raises:
            SuppressionError: It was ended, or the span is none, past or too long.
        """
        if self.seen(command_id):
            return
        if self.ended:
            raise SuppressionError.of("ended")
        demand_span(begins_at, ends_at, now)
        self._move(begins_at=begins_at, ends_at=ends_at, by=by, command_id=command_id)

    @event(Moved)
    def _move(self, *, begins_at: datetime, ends_at: datetime, by: UUID, command_id: UUID) -> None:
        pass

    def end(self, *, by: UUID, command_id: UUID) -> None:
        """Let it be over now; ending twice is once."""
        if not self.ended:
            self._end(by=by, command_id=command_id)

    @event(Ended)
    def _end(self, *, by: UUID, command_id: UUID) -> None:
        self.ended = True


def _without(about: str, fed: Fed) -> dict[str, str]:
    """Return the nodes that nothing reaches without one."""
    return fed.dark({about}) if about.startswith(NODE) else {}


def demand_span(begins_at: datetime, ends_at: datetime, now: datetime) -> None:
    """Refuse a span that cannot be.

    Raises:
        SuppressionError: It is none, past or too long.
    """
    if ends_at <= max(begins_at, now):
        raise SuppressionError.of("no_span")
    if (ends_at - begins_at).total_seconds() > LONGEST_DAYS * 86_400:
        raise SuppressionError.of("too_long", days=LONGEST_DAYS)
