"""In: crossings, findings, lost data, what people do about an alert. Out: its facts. Pure.

An alert stands until its value comes back: people see it, give it to somebody, put it on a shelf
for a while, say at last what the cause was. Lost data make it unknown and never clear it; data
that come back say whether it still stands. What is said twice is said once.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from eventsourcing.domain import event

from energy.alerting.causes import AlertCause
from energy.alerting.severity import Ending, duty_of
from energy.base.aggregate import JournalAggregate
from energy.base.errors import RefusedError


class AlertError(RefusedError):
    """What was to be done with an alert cannot be done with it as it stands."""

    code = "alert"
    PART = "why.alert"


class Alert(JournalAggregate):
    """A crossing or a finding, from being raised to being closed."""

    TOPIC = "alert"

    class Created(JournalAggregate.Created):
        """The limit was crossed, or something was found that a person must look at."""

        TOPIC = "alert.raised"
        alert: UUID
        rule: UUID
        channel: int
        severity: str
        at: datetime
        value: int
        limit_value: int
        historic: bool
        code: str = ""
        """Code of the finding it tells of; empty where a rule was crossed."""
        about: str = ""
        """What it is about where that is no channel: "node:electricity/bus-a", a source."""
        name: str = ""
        """The rule's name as it was then."""
        key: str = ""
        """The rule's key, the same for all its versions."""
        cuts: bool = False
        """Whether it cuts off what is fed through, or read by, what it is about."""
        parent: UUID | None = None
        """The alert whose cause is its own; None where it stands on its own."""

    class Cleared(JournalAggregate.Event):
        """The value came back."""

        TOPIC = "alert.cleared"
        at: datetime
        value: int
        closes: bool = True
        """Whether that ends it; it did before people closed alerts."""

    class Lost(JournalAggregate.Event):
        """Its data are lost: whether it still stands is unknown."""

        TOPIC = "alert.lost"
        at: datetime

    class Known(JournalAggregate.Event):
        """The data are back, and it still stands."""

        TOPIC = "alert.known"
        at: datetime
        value: int

    class Acknowledged(JournalAggregate.Event):
        """A named person has seen it."""

        TOPIC = "alert.acknowledged"
        by: UUID
        closes: bool = False
        """Whether that ends it: its value had come back before."""

    class Assigned(JournalAggregate.Event):
        """Somebody deals with it."""

        TOPIC = "alert.assigned"
        to: UUID
        by: UUID

    class Shelved(JournalAggregate.Event):
        """It is put aside for a while."""

        TOPIC = "alert.shelved"
        until: datetime
        reason: str
        by: UUID

    class Unshelved(JournalAggregate.Event):
        """It is back from the shelf."""

        TOPIC = "alert.unshelved"
        by: UUID | None = None
        """None where its time was over."""

    class Suppressed(JournalAggregate.Event):
        """It is expected: nobody is to be woken by it."""

        TOPIC = "alert.suppressed"
        why: str
        """See energy/alerting/suppression.py."""
        reference: str
        """What it is expected from; several may be at a time."""

    class Unsuppressed(JournalAggregate.Event):
        """What it was expected from is over."""

        TOPIC = "alert.unsuppressed"
        reference: str

    class Attached(JournalAggregate.Event):
        """Another alert has the same cause and tells of it; or none does any more."""

        TOPIC = "alert.attached"
        parent: UUID | None = None

    class Escalated(JournalAggregate.Event):
        """Nobody answered in time: the next level was told."""

        TOPIC = "alert.escalated"
        level: int

    class Closed(JournalAggregate.Event):
        """A person says what the cause was."""

        TOPIC = "alert.closed"
        by: UUID
        cause: str
        """One of energy/alerting/causes.py."""
        words: str

    @staticmethod
    def create_id(*, alert: UUID, **_: object) -> UUID:
        """Return the id the crossing gave."""
        return alert

    @event(Created)
    def __init__(
        self,
        code: str = "",
        about: str = "",
        name: str = "",
        key: str = "",
        cuts: bool = False,  # noqa: FBT001, FBT002 - the library has defaults for these alone
        parent: UUID | None = None,
        *,
        alert: UUID,
        rule: UUID,
        channel: int,
        severity: str,
        at: datetime,
        value: int,
        limit_value: int,
        historic: bool,
        command_id: UUID,
    ) -> None:
        """Raise the alert; what an event stored long ago does not say has its default."""
        self.rule, self.key, self.code = rule, key, code
        self.channel, self.about = channel, about
        self.at, self.severity = at, severity
        self.historic = historic
        self.cuts = cuts
        self.parent = parent
        self.cleared = False
        self.unknown = False
        self.closed = False
        self.closing: AlertCause | None = None
        self.acknowledged_by: UUID | None = None
        self.assigned_to: UUID | None = None
        self.shelved_until: datetime | None = None
        self.suppressed: dict[str, str] = {}
        self.level = 0

    @property
    def stands(self) -> bool:
        """Return whether it was not cleared: it holds, or nobody knows."""
        return not self.cleared

    @property
    def wakes(self) -> bool:
        """Return whether anybody is to be told of it now."""
        quiet = self.historic or self.parent or self.suppressed or self.shelved_until
        return self.stands and not quiet

    def clear(self, *, at: datetime, value: int, command_id: UUID) -> None:
        """Record that the value came back; clearing twice is once."""
        if self.stands:
            quiet = self.historic or bool(self.parent) or bool(self.suppressed)
            ending = duty_of(self.severity).ending
            seen = self.acknowledged_by is not None
            closes = quiet or ending is Ending.BY_ITSELF or (ending is Ending.WHEN_SEEN and seen)
            self._clear(at=at, value=value, closes=closes, command_id=command_id)

    @event(Cleared)
    def _clear(self, *, at: datetime, value: int, command_id: UUID, closes: bool = True) -> None:
        self.cleared = True
        self.unknown = False
        self.closed = closes

    def lose(self, *, at: datetime, command_id: UUID) -> None:
        """Record that its data are lost; it stays as it is but for that."""
        if self.stands and not self.unknown:
            self._lose(at=at, command_id=command_id)

    @event(Lost)
    def _lose(self, *, at: datetime, command_id: UUID) -> None:
        self.unknown = True

    def know(self, *, at: datetime, value: int, command_id: UUID) -> None:
        """Record that the data are back and it still stands."""
        if self.unknown:
            self._know(at=at, value=value, command_id=command_id)

    @event(Known)
    def _know(self, *, at: datetime, value: int, command_id: UUID) -> None:
        self.unknown = False

    def acknowledge(self, *, by: UUID, command_id: UUID) -> None:
        """Record that a person has seen the alert; the same command twice is once.

        Raises:
            AlertError: Somebody has acknowledged it already.
        """
        if self.seen(command_id):
            return
        if self.acknowledged_by is not None:
            raise AlertError.of("acknowledged")
        closes = self.cleared and duty_of(self.severity).ending is not Ending.BY_A_PERSON
        self._acknowledge(by=by, closes=closes, command_id=command_id)

    @event(Acknowledged)
    def _acknowledge(self, *, by: UUID, command_id: UUID, closes: bool = False) -> None:
        self.acknowledged_by = by
        self.closed = self.closed or closes

    def assign(self, *, to: UUID, by: UUID, command_id: UUID) -> None:
        """Give it to somebody; to who has it already changes nothing.

        Raises:
            AlertError: It is closed.
        """
        if self.seen(command_id) or (self.assigned_to == to and not self.closed):
            return
        self._demand_open()
        self._assign(to=to, by=by, command_id=command_id)

    @event(Assigned)
    def _assign(self, *, to: UUID, by: UUID, command_id: UUID) -> None:
        self.assigned_to = to

    def shelve(
        self, *, until: datetime, reason: str, by: UUID, now: datetime, command_id: UUID
    ) -> None:
        """Put it aside until an instant; it comes back by itself.

        Args:
            until: When it comes back.
            reason: Why nobody needs to look until then.
            by: Who says so.
            now: Present instant, in the zone in which an end is told.
            command_id: Of the command.

        Raises:
            AlertError: It is closed or on the shelf; there is no reason; the end is past, or
                further away than its severity allows.
        """
        if self.seen(command_id):
            return
        self._demand_open()
        if self.shelved_until is not None and self.shelved_until > now:
            raise AlertError.of("shelved", until=self.shelved_until.astimezone(now.tzinfo))
        if not reason.strip():
            raise AlertError.of("no_reason")
        if until <= now:
            raise AlertError.of("shelf_past")
        most = duty_of(self.severity).shelf
        if until - now > most:
            hours = int(most.total_seconds()) // 3600
            raise AlertError.of("shelf_long", severity=self.severity, hours=hours)
        self._shelve(until=until, reason=reason.strip(), by=by, command_id=command_id)

    @event(Shelved)
    def _shelve(self, *, until: datetime, reason: str, by: UUID, command_id: UUID) -> None:
        self.shelved_until = until

    def unshelve(self, *, by: UUID, command_id: UUID) -> None:
        """Take it back from the shelf before its time.

        Raises:
            AlertError: It is on no shelf.
        """
        if self.seen(command_id):
            return
        if self.shelved_until is None:
            raise AlertError.of("not_shelved")
        self._unshelve(by=by, command_id=command_id)

    def end_shelf(self, *, now: datetime, command_id: UUID) -> None:
        """Take it back from the shelf where its time is over."""
        if self.shelved_until is not None and self.shelved_until <= now:
            self._unshelve(by=None, command_id=command_id)

    @event(Unshelved)
    def _unshelve(self, *, command_id: UUID, by: UUID | None = None) -> None:
        self.shelved_until = None

    def suppress(self, *, why: str, reference: str, command_id: UUID) -> None:
        """Let it wake nobody while what it is expected from lasts."""
        if self.stands and reference not in self.suppressed:
            self._suppress(why=why, reference=reference, command_id=command_id)

    @event(Suppressed)
    def _suppress(self, *, why: str, reference: str, command_id: UUID) -> None:
        self.suppressed = {**self.suppressed, reference: why}

    def unsuppress(self, *, reference: str, command_id: UUID) -> None:
        """Record that what it was expected from is over."""
        if reference in self.suppressed:
            self._unsuppress(reference=reference, command_id=command_id)

    @event(Unsuppressed)
    def _unsuppress(self, *, reference: str, command_id: UUID) -> None:
        self.suppressed = {r: why for r, why in self.suppressed.items() if r != reference}

    def attach(self, *, parent: UUID | None, command_id: UUID) -> None:
        """Let another alert tell of it, or let it stand on its own."""
        if self.stands and parent not in {self.parent, self.id}:
            self._attach(parent=parent, command_id=command_id)

    @event(Attached)
    def _attach(self, *, command_id: UUID, parent: UUID | None = None) -> None:
        self.parent = parent

    def escalate(self, *, level: int, command_id: UUID) -> None:
        """Record that a level was told of it; a lower one tells nothing new."""
        if level > self.level:
            self._escalate(level=level, command_id=command_id)

    @event(Escalated)
    def _escalate(self, *, level: int, command_id: UUID) -> None:
        self.level = level

    def close(self, *, by: UUID, cause: AlertCause, words: str, command_id: UUID) -> None:
        """Say what the cause was, which ends it.

        Raises:
            AlertError: It stands or is unknown; its cause was said; another cause has no words.
        """
        if self.seen(command_id):
            return
        if self.closing is not None:
            raise AlertError.of("closed")
        if self.stands:
            raise AlertError.of("unknown" if self.unknown else "stands")
        if cause is AlertCause.OTHER and not words.strip():
            raise AlertError.of("no_words")
        self._close(by=by, cause=str(cause), words=words.strip(), command_id=command_id)

    @event(Closed)
    def _close(self, *, by: UUID, cause: str, words: str, command_id: UUID) -> None:
        self.closed = True
        self.closing = AlertCause(cause)

    def _demand_open(self) -> None:
        if self.closed:
            raise AlertError.of("closed")
