"""In: a plan of rounds, what people read. Out: rounds walked, what is raised from them. I/O.

What is raised from a value is stored with the round in one transaction. A command repeated finds
its own result.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from energy.base.aggregate import JournalAggregate
from energy.base.clock import Clock
from energy.base.ids import id_of
from energy.base.period import local_day
from energy.base.wall_time import by_site_clock
from energy.journal.application import JournalApplication
from energy.journal.retrying import retried
from energy.service.duty.book import DutyBook, book_id
from energy.service.equipment.reads import find_equipment
from energy.service.rounds.bringing import Bringing
from energy.service.rounds.errors import PatrolError
from energy.service.rounds.items import PatrolPlan, RoundSpec, Stop
from energy.service.rounds.kinds import Raised, Said
from energy.service.rounds.plan_file import fitting_windows
from energy.service.rounds.plans import (
    Asked,
    Edition,
    PatrolPlans,
    held_at,
    open_at,
    patrol_plans_id,
)
from energy.service.rounds.round import PatrolRound, patrol_id
from energy.service.rounds.schedule import How
from energy.service.work.desk import IncidentDesk
from energy.service.work.heard import Heard, Spot
from energy.service.work.job import Job
from energy.service.work.kinds import OrderKind, Origin, Urgency
from energy.service.work.order_desk import WorkOrderDesk
from energy.service.work.spots import demand_spot
from energy.store.pool import Database
from energy.store.sites import Site

Act = Callable[[PatrolRound, RoundSpec], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """A round as the journal has it now, and as its plan has it."""

    known: PatrolRound
    spec: RoundSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Raise:
    """What is to be made of a value that is outside its limits."""

    stop: str
    value: str
    kind: Raised
    level: str
    """Class of the service levels."""
    what: str
    urgency: Urgency = Urgency.NORMAL


class PatrolDesk:
    """Where the plan of rounds is published, and rounds are walked."""

    def __init__(self, database: Database, site: Site, clock: Clock) -> None:
        """Work on a site.

        Args:
            database: A pool in the writer's or the web's role.
            site: The site.
            clock: The injected clock.
        """
        self._database, self._site, self._clock = database, site, clock
        self._operations = JournalApplication(database, site.schema, "operations", clock)

    def publish(self, plan: PatrolPlan, *, valid_from: date, by: UUID, command_id: UUID) -> int:
        """Let a plan hold from a local day on; return its version.

        Raises:
            PatrolError: A round is due at each shift and there are none, or they are too short for
                it.
            WorkError, EquipmentError: A stop is nowhere on this site.
            ConflictError: Somebody else publishes again and again.
        """

        def once() -> int:
            resolved = PatrolPlan(rounds=tuple(self._at_shifts(each) for each in plan.rounds))
            for spec in resolved.rounds:
                for stop in spec.stops:
                    self.spot_of(stop)
            known = self._operations.find(patrol_plans_id(self._site.key))
            kept = (
                known
                if isinstance(known, PatrolPlans)
                else PatrolPlans(site=self._site.key, command_id=id_of("made", str(command_id)))
            )
            now = self._clock.now()
            kept.publish(resolved, valid_from=valid_from, by=by, now=now, command_id=command_id)
            self._operations.store(kept)
            return len(kept.versions)

        return retried(once)

    @property
    def editions(self) -> list[Edition]:
        """Return every version of the plan, in the order of publishing."""
        known = self._operations.find(patrol_plans_id(self._site.key))
        return known.editions if isinstance(known, PatrolPlans) else []

    @by_site_clock
    def open(self, key: str, due_at: datetime | None = None) -> Asked:
        """Return the round of a key that may be begun or is under way.

        Args:
            key: Of the round.
            due_at: When the one that is meant was due; None: any.

        Raises:
            PatrolError: There is no such round, none may be begun yet, or another one by now.
        """
        now, zone = self._clock.now(), self._site.zone
        asked = open_at(self.editions, key.strip().lower(), now, zone)
        if due_at not in {None, asked.due_at}:
            raise PatrolError.of("passed", at=asked.due_at)
        return asked

    @by_site_clock
    def asked_at(self, key: str, due_at: datetime, version: int | None = None) -> Asked:
        """Return the round of a key that is due at an instant.

        By the version it was begun with, else by that of the pack, else by the one that asked for
        it then, or holds now.

        Args:
            key: Of the round.
            due_at: When it is due.
            version: Of the plan, as a pack names it; None where there is none, or it names none.

        Raises:
            PatrolError: None is.
        """
        name, zone = key.strip().lower(), self._site.zone
        identity = patrol_id(self._site.key, name, due_at)
        begun = self._operations.find(identity)
        if isinstance(begun, PatrolRound):
            return Asked(version=begun.edition, spec=self.walk(identity).spec, due_at=due_at)
        day, editions = local_day(due_at, zone), self.editions
        packed = [each.published_at for each in editions if each.version == version]
        for at in (*packed, due_at, self._clock.now()):
            edition = held_at(editions, day, at)
            spec = None if edition is None else edition.plan.find(name)
            if edition is not None and spec is not None and due_at in spec.due.on(day, zone):
                return Asked(version=edition.version, spec=spec, due_at=due_at)
        raise PatrolError.of("not_asked", round=key[:40], at=due_at)

    def holds(self, asked: Asked) -> int:
        """Return the version of the plan that would ask for a round now; 0 where none would."""
        day = local_day(asked.due_at, self._site.zone)
        edition = held_at(self.editions, day, self._clock.now())
        return 0 if edition is None else edition.version

    @property
    def bringing(self) -> Bringing:
        """Return where rounds that were walked without network come in."""
        return Bringing(self._operations, self._site, self._clock)

    def start(self, asked: Asked, *, by: UUID) -> UUID:
        """Begin a round; return its id. Who begins it owns it; begun twice is once.

        Raises:
            PatrolError: Somebody else began it.
            ConflictError: Somebody else begins it again and again.
        """
        identity = patrol_id(self._site.key, asked.spec.key, asked.due_at)

        def once() -> UUID:
            known = self._operations.find(identity)
            if isinstance(known, PatrolRound):
                known.demand_owner(by)
                return identity
            begun = PatrolRound.start(
                self._site.key,
                asked,
                started_at=self._clock.now(),
                by=by,
                command_id=id_of("command", "begin round", str(identity), str(by)),
            )
            self._operations.store(begun)
            return identity

        return retried(once)

    def tell(self, walked: UUID, stop: str, said: Mapping[str, Said], *, by: UUID) -> None:
        """Say what was read at a stop: all of it or nothing.

        Args:
            walked: The round.
            stop: Key of the stop.
            said: What was read, by the key of the log value.
            by: Who walks it.

        Raises:
            PatrolError: As `PatrolRound.tell`, or there is no such round.
            ConflictError: Somebody else changes it again and again.
        """

        def act(known: PatrolRound, spec: RoundSpec) -> None:
            def there(told: tuple[str, Said]) -> bool:
                kept = known.values.get((stop, told[0]))
                return kept is not None and kept[0] == told[1].value.strip()

            for value, each in sorted(said.items(), key=there):  # a note goes with what is new
                turn = known.mends.get((stop, value), -1)
                words = repr((stop, value, each.value, turn, str(by)))
                known.tell(
                    spec,
                    stop,
                    value,
                    each,
                    by=by,
                    now=self._clock.now(),
                    command_id=id_of("command", "tell value", str(walked), words),
                )

        self._act(walked, act)

    def skip(self, walked: UUID, stop: str, reason: str, *, by: UUID) -> None:
        """Say why what is not read at a stop will not be.

        Raises:
            PatrolError: As `PatrolRound.skip`, or there is no such round.
            ConflictError: Somebody else changes it again and again.
        """
        command = id_of("command", "skip stop", str(walked), repr((stop, reason)), str(by))
        self._act(
            walked, lambda known, spec: known.skip(spec, stop, reason, by=by, command_id=command)
        )

    def end(self, walked: UUID, *, by: UUID) -> None:
        """Sign a round.

        Raises:
            PatrolError: As `PatrolRound.end`, or there is no such round.
            ConflictError: Somebody else changes it again and again.
        """
        command = id_of("command", "end round", str(walked), str(by))
        self._act(walked, lambda known, spec: known.end(spec, by=by, command_id=command))

    @by_site_clock
    def _act(self, walked: UUID, act: Act) -> None:
        def once() -> None:
            walk = self.walk(walked)
            act(walk.known, walk.spec)
            self._operations.store(walk.known)

        retried(once)

    def walk(self, walked: UUID) -> Walk:
        """Return a round as the journal has it now.

        Raises:
            PatrolError: There is none.
        """
        known = self._operations.find(walked)
        plans = self._operations.find(patrol_plans_id(self._site.key))
        if not isinstance(known, PatrolRound) or not isinstance(plans, PatrolPlans):
            raise PatrolError.of("not_begun")
        return Walk(known=known, spec=plans.spec_of(known.edition, known.key))

    def raise_from(self, walked: UUID, said: Raise, *, by: UUID) -> str:
        """Make an incident or a work order of a value; return its number.

        Of one value there is one of each kind, whoever asks for it.

        Raises:
            PatrolError: There is no such round; the value is not there, or as it should be.
            WorkError: Nothing is said, or too much.
            ServiceLevelError: No service levels hold, or they know no such class.
            ConflictError: Somebody else changes the round again and again.
        """
        walk = self.walk(walked)
        stop = walk.spec.stop(said.stop)
        walk.known.demand_outside(said.stop, said.value)
        key = (said.stop, said.value, str(said.kind))
        if key not in walk.known.raised:
            command = id_of("command", "raise from round", str(walked), *key)
            self._open(walked, stop, said, by=by, command_id=command)
        return self.walk(walked).known.raised[key]

    def _open(self, walked: UUID, stop: Stop, said: Raise, *, by: UUID, command_id: UUID) -> None:
        now = self._clock.now()
        spot = self.spot_of(stop)

        def beside(thing: UUID, number: str) -> list[JournalAggregate]:
            known = self.walk(walked).known
            known.raise_thing(
                *(said.stop, said.value, said.kind),
                thing=thing,
                number=number,
                by=by,
                command_id=command_id,
            )
            return [known]

        if said.kind is Raised.INCIDENT:
            heard = Heard(
                origin=Origin.SEEN,
                about="",
                what=said.what,
                urgency=said.urgency,
                spot=spot,
                heard_at=now,
            )
            desk = IncidentDesk(self._database, self._site, self._clock, frozenset().__contains__)
            desk.open(heard, said.level, beside=beside, by=by, command_id=command_id)
            return
        job = Job(
            kind=OrderKind.CORRECTIVE,
            what=said.what,
            equipment=stop.equipment,
            spot=spot,
            since=now,
        )
        orders = WorkOrderDesk(self._database, self._site, self._clock)
        orders.open(job, said.level, beside=beside, by=by, command_id=command_id)

    def spot_of(self, stop: Stop) -> Spot:
        """Return where a stop is.

        Raises:
            WorkError, EquipmentError: It is nowhere on this site.
        """
        with self._database.connection() as connection:
            if stop.equipment:
                piece = find_equipment(connection, self._site.schema, stop.equipment)
                return Spot(place=piece.place)
            demand_spot(connection, self._site.schema, stop.spot)
        return stop.spot

    def _at_shifts(self, spec: RoundSpec) -> RoundSpec:
        if spec.due.how is not How.SHIFTS:
            return spec
        book = self._operations.find(book_id(self._site.key))
        if not isinstance(book, DutyBook) or not book.edition:
            raise PatrolError.of("no_shifts", round=spec.key)
        begins = tuple(each.at for each in book.plan.shifts)
        found = replace(spec, due=spec.due.at_shifts(begins))
        if not fitting_windows(found):
            most = found.due.least_gap_min
            raise PatrolError.of("shifts_short", round=spec.key, most=most)
        return found
