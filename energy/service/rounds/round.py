"""In: what a person reads on a patrol round. Out: its facts; nothing told is ever changed. Pure.

A value that is mended, or brought by somebody else beside one that is there, is an entry of its
own: the latest told or mended one counts, the others stay. A note said later is an entry, too.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of
from energy.service.rounds.errors import PatrolError, worded
from energy.service.rounds.items import LogItem, RoundSpec, StopNames
from energy.service.rounds.kinds import COUNTING, Entry, Raised, Said
from energy.service.rounds.plans import Asked

MOST_MENDS: Final = 20
"""How often a value is mended at most."""


def patrol_id(site: str, key: str, due_at: datetime) -> UUID:
    """Return the id of a round of a site that is due at an instant."""
    return id_of("patrol_round", site, key, due_at.isoformat())


class PatrolRound(JournalAggregate):
    """One round, walked once."""

    TOPIC = "patrol_round"

    class Created(JournalAggregate.Created):
        """Somebody began it and owns it."""

        TOPIC = "patrol_round.started"
        site: str
        key: str
        due_at: datetime
        version: int
        """Of the plan."""
        started_at: datetime
        by: UUID

    class ValueTold(JournalAggregate.Event):
        """A value was read."""

        TOPIC = "patrol_round.value_told"
        stop: str
        value: str
        entry: str
        """A member of `Entry`."""
        said: str
        read_at: datetime
        outside: bool
        reason: str
        note: str
        by: UUID

    class StopSkipped(JournalAggregate.Event):
        """What was not read at a stop will not be."""

        TOPIC = "patrol_round.stop_skipped"
        stop: str
        reason: str
        by: UUID

    class RaisedFrom(JournalAggregate.Event):
        """An incident or a work order was made of a value."""

        TOPIC = "patrol_round.raised"
        stop: str
        value: str
        kind: str
        thing: UUID
        number: str
        by: UUID

    class Ended(JournalAggregate.Event):
        """Who walked it signed it."""

        TOPIC = "patrol_round.ended"
        by: UUID

    @staticmethod
    def create_id(*, site: str, key: str, due_at: datetime, **_: object) -> UUID:
        """Return the id from the site, the round and when it is due."""
        return patrol_id(site, key, due_at)

    @event(Created)
    def __init__(
        self,
        *,
        site: str,
        key: str,
        due_at: datetime,
        version: int,
        started_at: datetime,
        by: UUID,
        command_id: UUID,
    ) -> None:
        """Begin it."""
        self.key, self.due_at, self.edition = key, due_at, version
        self.owner = by
        self.started_at = started_at
        self.ended = False
        self.values: dict[tuple[str, str], tuple[str, datetime, bool]] = {}
        """What counts, when it was read, whether it is outside, by stop and value."""
        self.mends: dict[tuple[str, str], int] = {}
        self.brought: set[tuple[str, str, str, datetime, UUID]] = set()
        """Every entry: stop, value, what was said, when it was read, by whom."""
        self.notes: set[tuple[str, str]] = set()
        """Every note, by stop."""
        self.skipped: dict[str, str] = {}
        """Reason by stop."""
        self.raised: dict[tuple[str, str, str], str] = {}
        """Number by stop, value and kind."""

    @classmethod
    def start(
        cls, site: str, asked: Asked, *, started_at: datetime, by: UUID, command_id: UUID
    ) -> PatrolRound:
        """Begin a round that may be begun."""
        return cls(
            site=site,
            key=asked.spec.key,
            due_at=asked.due_at,
            version=asked.version,
            started_at=started_at,
            by=by,
            command_id=command_id,
        )

    def demand_owner(self, by: UUID) -> None:
        """Refuse anybody who does not walk it.

        Raises:
            PatrolError: Somebody else walks it.
        """
        if by != self.owner:
            raise PatrolError.of("owner", round=self.key)

    def tell(
        self,
        spec: RoundSpec,
        stop: str,
        value: str,
        said: Said,
        *,
        by: UUID,
        now: datetime,
        command_id: UUID,
    ) -> None:
        """Say what was read, or mend it; said again, only a note that is new is kept.

        Args:
            spec: The round, as the version of its plan has it.
            stop: Key of the stop.
            value: Key of the log value.
            said: What was read.
            by: Who walks it.
            now: Present instant.
            command_id: Of the command.

        Raises:
            PatrolError: There is no such stop or value, it does not fit, was read in the future or
                before the round was open; it is outside its limits and that was not confirmed;
                another one is there and no reason was given; somebody else walks it, it is signed.
        """
        item = spec.stop(stop).item(value)
        if self.seen(command_id):
            return
        self.demand_owner(by)
        kept = item.fitting(said.value)
        there = self.values.get((stop, value))
        again = there is not None and there[0] == kept
        if again and not self._new_note(stop, said):
            return
        self._demand_instant(said.read_at, spec, now)
        if not again:
            self._demand_fitting(item, (stop, value), kept, said)
        entry = Entry.NOTED if again else Entry.TOLD if there is None else Entry.MENDED
        self._keep(item, stop, entry, kept, said, by=by, command_id=command_id)

    def bring(
        self,
        spec: RoundSpec,
        stop: str,
        value: str,
        said: Said,
        *,
        by: UUID,
        now: datetime,
        command_id: UUID,
    ) -> Entry | None:
        """Take what somebody read without network; None where it is there already.

        A value that is there is never overwritten: what differs stands beside it as a doubt.
        A note that is new is kept beside what was brought before. Arguments as of `tell`.

        Raises:
            PatrolError: There is no such stop or value, it does not fit, was read in the future or
                before the round was open.
        """
        item = spec.stop(stop).item(value)
        kept = item.fitting(said.value)
        again = self.seen(command_id) or (stop, value, kept, said.read_at, by) in self.brought
        if again and not self._new_note(stop, said):
            return None
        self._demand_instant(said.read_at, spec, now)
        free = (stop, value) not in self.values and not self.ended
        entry = Entry.NOTED if again else Entry.TOLD if free else Entry.DOUBT
        self._keep(item, stop, entry, kept, said, by=by, command_id=command_id)
        return entry

    def skip(self, spec: RoundSpec, stop: str, reason: str, *, by: UUID, command_id: UUID) -> None:
        """Say why what is not read at a stop yet will not be; said again it changes nothing.

        Raises:
            PatrolError: There is no such stop, everything is read there, no reason is given, it is
                skipped for another one; somebody else walks the round, or it is signed.
        """
        left = self.left(spec, stop)
        said = worded(reason)
        if self.seen(command_id) or self.skipped.get(stop) == said:
            return
        self.demand_owner(by)
        if self.ended:
            raise PatrolError.of("ended", round=self.key)
        if stop in self.skipped:
            raise PatrolError.of("skipped", stop=stop, reason=self.skipped[stop])
        if not left:
            raise PatrolError.of("all_told", stop=stop)
        self._skip(stop=stop, reason=said, by=by, command_id=command_id)

    def left(self, spec: RoundSpec, stop: str) -> list[LogItem]:
        """Return the log values of a stop that are not told yet.

        Raises:
            PatrolError: There is no such stop.
        """
        return [each for each in spec.stop(stop).items if (stop, each.key) not in self.values]

    def open_stops(self, spec: RoundSpec) -> list[str]:
        """Return the stops at which something is to be read yet, in order."""
        return [
            each.key
            for each in spec.stops
            if each.key not in self.skipped
            and any(not item.optional for item in self.left(spec, each.key))
        ]

    def end(self, spec: RoundSpec, *, by: UUID, command_id: UUID) -> None:
        """Sign the round; signed twice is once.

        Raises:
            PatrolError: Somebody else walks it, or stops are left.
        """
        self.demand_owner(by)
        if self.ended:
            return
        left = self.open_stops(spec)
        if left:
            raise PatrolError.of("left", stops=", ".join(left), names=StopNames(spec, left))
        self._end(by=by, command_id=command_id)

    def demand_outside(self, stop: str, value: str) -> str:
        """Return a value that is outside its limits.

        Raises:
            PatrolError: It is not there, or as it should be.
        """
        there = self.values.get((stop, value))
        if there is None or not there[2]:
            raise PatrolError.of("not_outside", stop=stop[:40], value=value[:40])
        return there[0]

    def raise_thing(
        self,
        stop: str,
        value: str,
        kind: Raised,
        *,
        thing: UUID,
        number: str,
        by: UUID,
        command_id: UUID,
    ) -> None:
        """Know what was made of a value that is outside its limits; of each kind one.

        Raises:
            PatrolError: As `demand_outside`.
        """
        self.demand_outside(stop, value)
        self._raise(
            stop=stop,
            value=value,
            kind=str(kind),
            thing=thing,
            number=number,
            by=by,
            command_id=command_id,
        )

    def _demand_fitting(self, item: LogItem, place: tuple[str, str], kept: str, said: Said) -> None:
        """Refuse a value that may not stand there, or not without a reason or being sure."""
        there = self.values.get(place)
        if there is None and self.ended:
            raise PatrolError.of("ended", round=self.key)
        if there is not None and not said.reason.strip():
            raise PatrolError.of("there", value=there[0], said=kept)
        if self.mends.get(place, 0) >= MOST_MENDS:
            raise PatrolError.of("mends", most=MOST_MENDS)
        if item.outside(kept) and not said.sure:
            limits, shown = (f"{each} {item.unit}".rstrip() for each in (item.limits, kept))
            raise PatrolError.of("outside", key=item.key, value=shown, limits=limits)

    def _demand_instant(self, at: datetime, spec: RoundSpec, now: datetime) -> None:
        if at > now:
            raise PatrolError.of("future", at=at)
        opens = self.due_at - timedelta(minutes=spec.early_min)
        if at < opens:
            raise PatrolError.of("before", at=at, since=opens)

    def _new_note(self, stop: str, said: Said) -> bool:
        note = worded(said.note, needed=False)
        return bool(note) and (stop, note) not in self.notes

    def _keep(
        self,
        item: LogItem,
        stop: str,
        entry: Entry,
        kept: str,
        said: Said,
        *,
        by: UUID,
        command_id: UUID,
    ) -> None:
        note = worded(said.note, needed=False)
        if entry is Entry.NOTED:  # the command of its value would be seen by the next note
            command_id = id_of("command", "note", str(command_id), note)
        self._tell(
            stop=stop,
            value=item.key,
            entry=str(entry),
            said=kept,
            read_at=said.read_at,
            outside=item.outside(kept),
            reason=worded(said.reason) if entry is Entry.MENDED else "",
            note=note,
            by=by,
            command_id=command_id,
        )

    @event(ValueTold)
    def _tell(
        self,
        *,
        stop: str,
        value: str,
        entry: str,
        said: str,
        read_at: datetime,
        outside: bool,
        reason: str,
        note: str,
        by: UUID,
        command_id: UUID,
    ) -> None:
        self.brought.add((stop, value, said, read_at, by))
        self.notes.add((stop, note))
        if entry in COUNTING:
            self.values[stop, value] = (said, read_at, outside)
            self.mends[stop, value] = self.mends.get((stop, value), -1) + 1

    @event(StopSkipped)
    def _skip(self, *, stop: str, reason: str, by: UUID, command_id: UUID) -> None:
        self.skipped[stop] = reason

    @event(RaisedFrom)
    def _raise(
        self,
        *,
        stop: str,
        value: str,
        kind: str,
        thing: UUID,
        number: str,
        by: UUID,
        command_id: UUID,
    ) -> None:
        self.raised[stop, value, kind] = number

    @event(Ended)
    def _end(self, *, by: UUID, command_id: UUID) -> None:
        self.ended = True
