"""In: commands on cost bearers and hours. Out: who holds which point from when, and shifts. Pure.

A cost bearer is a tenant, a cost centre, a production line or a department. It holds metering
points (a share of a common meter is one, too) from a local day on; a point has one holder of a
kind at a time. A tenant's name is that of its account, which is sealed: here stand keys alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.errors import RefusedError
from energy.base.ids import id_of


class BearerKind(StrEnum):
    """What bears costs."""

    TENANT = "tenant"
    COST_CENTRE = "cost_centre"
    PRODUCTION_LINE = "production_line"
    DEPARTMENT = "department"


class HoursScope(StrEnum):
    """What week hours are of."""

    PRODUCTION_LINE = "production_line"
    PLACE = "place"


class HeldError(RefusedError):
    """A point has a holder of this kind on some of the days."""

    code = "bearer.held"


class BearerError(RefusedError):
    """A command does not fit what is known of a cost bearer."""

    code = "bearer"


BEARER_TOPICS = frozenset(
    {
        "bearer_book.opened",
        "bearer.defined",
        "bearer.changed",
        "bearer.held",
        "bearer.released",
        "week_calendar.opened",
        "week_hours.stated",
    }
)
"""Topics of these events: they change no count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """A cost bearer."""

    key: str
    name: str = ""
    """Empty for a tenant."""
    account: str | None = None
    """Billing account of a tenant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """The days on which a bearer holds a point."""

    bearer: str
    point: str
    valid_from: date
    """First local day."""
    valid_to: date | None
    """First local day no longer held; None while open."""

    def on(self, day: date) -> bool:
        """Return whether a day is one of them."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    def overlaps(self, other: Hold) -> bool:
        """Return whether both name one point on one day."""
        return (
            self.point == other.point
            and (other.valid_to is None or self.valid_from < other.valid_to)
            and (self.valid_to is None or other.valid_from < self.valid_to)
        )

    def told(self, language: str) -> str:
        """Return its days, the last included, for a reader.

        Args:
            language: The same in all.
        """
        del language
        last = "..." if self.valid_to is None else (self.valid_to - timedelta(days=1)).isoformat()
        return f"{self.valid_from.isoformat()} - {last}"


def book_id(site: str, kind: BearerKind) -> UUID:
    """Return the id of the book of a site's bearers of a kind."""
    return id_of("bearer_book", site, kind.value)


def calendar_id(site: str, scope: HoursScope, key: str) -> UUID:
    """Return the id of the hours of a production line or place."""
    return id_of("week_calendar", site, scope.value, key)


class BearerBook(JournalAggregate):
    """All cost bearers of one kind of a site: two of them cannot take one point at once."""

    TOPIC = "bearer_book"

    class Created(JournalAggregate.Created):
        """There is a book of this kind."""

        TOPIC = "bearer_book.opened"
        site: str
        kind: str

    class Defined(JournalAggregate.Event):
        """A bearer exists."""

        TOPIC = "bearer.defined"
        kind: str
        key: str
        name: str
        account: str | None
        decided_by: UUID

    class Changed(JournalAggregate.Event):
        """A bearer has another name or account."""

        TOPIC = "bearer.changed"
        kind: str
        key: str
        name: str
        account: str | None
        decided_by: UUID

    class Held(JournalAggregate.Event):
        """A bearer holds a point from a local day on."""

        TOPIC = "bearer.held"
        kind: str
        key: str
        point: str
        valid_from: date
        valid_to: date | None
        decided_by: UUID

    class Released(JournalAggregate.Event):
        """A bearer holds a point no longer, from a local day on."""

        TOPIC = "bearer.released"
        kind: str
        key: str
        point: str
        valid_from: date
        valid_to: date
        reason: str
        decided_by: UUID

    @staticmethod
    def create_id(*, site: str, kind: str, **_: object) -> UUID:
        """Return the id from site and kind."""
        return book_id(site, BearerKind(kind))

    @event(Created)
    def __init__(self, *, site: str, kind: str, command_id: UUID) -> None:
        """Begin without bearers."""
        self.kind = kind
        self.bearers: dict[str, Bearer] = {}
        self.holds: list[Hold] = []

    def state(self, bearer: Bearer, *, by: UUID, command_id: UUID) -> bool:
        """Let a bearer be as stated; return whether that is anything new."""
        known = self.bearers.get(bearer.key)
        if known == bearer:
            return False
        act = self._define if known is None else self._change
        act(
            kind=self.kind,
            key=bearer.key,
            name=bearer.name,
            account=bearer.account,
            decided_by=by,
            command_id=command_id,
        )
        return True

    def hold(self, hold: Hold, *, by: UUID, command_id: UUID) -> bool:
        """Let a bearer hold a point; return whether that is anything new.

        Raises:
            BearerError: There is no such bearer, or it would hold the point on no day.
            HeldError: The point has a holder of this kind on some of the days.
        """
        if hold in self.holds:
            return False
        self._check(hold)
        self._hold(
            kind=self.kind,
            key=hold.bearer,
            point=hold.point,
            valid_from=hold.valid_from,
            valid_to=hold.valid_to,
            decided_by=by,
            command_id=command_id,
        )
        return True

    def taken(self, hold: Hold) -> Hold | None:
        """Return what somebody holds on some of the days; None where the point is free."""
        return next((other for other in self.holds if hold.overlaps(other)), None)

    def release(
        self, bearer: str, point: str, *, valid_to: date, reason: str, by: UUID, command_id: UUID
    ) -> None:
        """End what a bearer holds; what ends on that day already is left as it is.

        Args:
            bearer: Key of the bearer.
            point: The point.
            valid_to: First local day no longer held.
            reason: Why.
            by: The person who decides.
            command_id: Id of the command.

        Raises:
            BearerError: It holds no such point on the day before.
        """
        last = valid_to - timedelta(days=1)
        held = [h for h in self.holds if (h.bearer, h.point) == (bearer, point) and h.on(last)]
        if not held:
            raise BearerError.of("bearer.not_held", bearer=bearer, point=point, day=last)
        if held[0].valid_to == valid_to:
            return
        self._release(
            kind=self.kind,
            key=bearer,
            point=point,
            valid_from=held[0].valid_from,
            valid_to=valid_to,
            reason=reason,
            decided_by=by,
            command_id=command_id,
        )

    def _check(self, hold: Hold) -> None:
        if hold.bearer not in self.bearers:
            known = ", ".join(sorted(self.bearers)) or "-"
            raise BearerError.of("bearer.unknown", bearer=hold.bearer, known=known)
        if hold.valid_to is not None and hold.valid_to <= hold.valid_from:
            raise BearerError.of("bearer.no_days", bearer=hold.bearer, point=hold.point)
        other = self.taken(hold)
        if other is not None:
            raise HeldError.of("bearer.held", point=hold.point, bearer=other.bearer, days=other)

    @event(Defined)
    def _define(
        self,
        *,
        kind: str,
        key: str,
        name: str,
        account: str | None,
        decided_by: UUID,
        command_id: UUID,
    ) -> None:
        self.bearers[key] = Bearer(key=key, name=name, account=account)

    @event(Changed)
    def _change(
        self,
        *,
        kind: str,
        key: str,
        name: str,
        account: str | None,
        decided_by: UUID,
        command_id: UUID,
    ) -> None:
        self.bearers[key] = Bearer(key=key, name=name, account=account)

    @event(Held)
    def _hold(
        self,
        *,
        kind: str,
        key: str,
        point: str,
        valid_from: date,
        valid_to: date | None,
        decided_by: UUID,
        command_id: UUID,
    ) -> None:
        self.holds.append(Hold(bearer=key, point=point, valid_from=valid_from, valid_to=valid_to))

    @event(Released)
    def _release(
        self,
        *,
        kind: str,
        key: str,
        point: str,
        valid_from: date,
        valid_to: date,
        reason: str,
        decided_by: UUID,
        command_id: UUID,
    ) -> None:
        self.holds = [
            Hold(bearer=key, point=point, valid_from=valid_from, valid_to=valid_to)
            if (h.bearer, h.point, h.valid_from) == (key, point, valid_from)
            else h
            for h in self.holds
        ]


class WeekCalendar(JournalAggregate):
    """The hours of a production line (its shifts) or of a place (when it is open), dated."""

    TOPIC = "week_calendar"

    class Created(JournalAggregate.Created):
        """There are hours of this line or place."""

        TOPIC = "week_calendar.opened"
        site: str
        scope: str
        key: str

    class Stated(JournalAggregate.Event):
        """These hours hold from a local day on."""

        TOPIC = "week_hours.stated"
        scope: str
        key: str
        valid_from: date
        hours: dict[str, Any]
        decided_by: UUID

    @staticmethod
    def create_id(*, site: str, scope: str, key: str, **_: object) -> UUID:
        """Return the id from site, scope and key."""
        return calendar_id(site, HoursScope(scope), key)

    @event(Created)
    def __init__(self, *, site: str, scope: str, key: str, command_id: UUID) -> None:
        """Begin without hours."""
        self.scope = scope
        self.key = key
        self.stated: dict[date, dict[str, Any]] = {}

    def state(self, hours: dict[str, Any], *, valid_from: date, by: UUID, command_id: UUID) -> bool:
        """Let hours hold from a day on, in the stead of those of that day; return what is new."""
        if self.stated.get(valid_from) == hours:
            return False
        self._state(
            scope=self.scope,
            key=self.key,
            valid_from=valid_from,
            hours=hours,
            decided_by=by,
            command_id=command_id,
        )
        return True

    @event(Stated)
    def _state(
        self,
        *,
        scope: str,
        key: str,
        valid_from: date,
        hours: dict[str, Any],
        decided_by: UUID,
        command_id: UUID,
    ) -> None:
        self.stated[valid_from] = hours
