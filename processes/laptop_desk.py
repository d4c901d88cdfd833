"""In: a laptop's folder. Out: the desk of its technician, without network. I/O: SQLite, meters.

The acts are the server's own: the same checks, the same records. What they changed goes into the
outbox in one transaction with the act itself, before anybody says done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

from energy.base.aggregate import JournalAggregate
from energy.base.clock import Clock
from energy.metering.channel import Channel, facts_from_json
from energy.metering.meter import Meter
from energy.metering.plant import ChannelRegister
from energy.metering.reading import SpooledBatch
from energy.views.point_values import PlaceRow, PointRow
from processes.collector_plan import ChannelPlan, CollectPlan, MeterPlan
from processes.field_documents import Document, named
from processes.laptop_clock import LaptopTime, laptop_offset
from processes.laptop_home import HomeError, LaptopHome
from processes.laptop_journal import PackJournal
from processes.laptop_tape import ActClock, Tape, event_id
from processes.technician_act_fields import act_fields, documents_in
from processes.technician_acts import FieldAct
from processes.technician_desk import FieldDesk, Instants, Pause
from processes.technician_device import Answered, Device, ProfileMismatchError
from processes.technician_told import NoContactError
from processes.technician_values import Witnesses

T = TypeVar("T")
CONFIRMED = "clock_confirmed"


class LaptopDesk(FieldDesk):
    """A desk with a pack and an outbox behind it."""

    def __init__(
        self,
        home: LaptopHome,
        *,
        clock: Clock,
        environment: Mapping[str, str],
        pause: Pause,
        offset: timedelta | None = None,
    ) -> None:
        """Stand ready.

        Args:
            home: The laptop's folder, with a pack.
            clock: The laptop's clock.
            environment: Where the sources are, beside what the pack says.
            pause: Waits while a counter is watched.
            offset: Of the laptop's zone from UTC; None asks the machine.

        Raises:
            HomeError: There is no pack.
        """
        self.home = home
        self.pack = home.pack()
        self.site = self.pack.site
        self._seen = home.newest()  # before the journal: what comes behind is another window's
        self.metering: PackJournal = PackJournal(home, self.pack)
        self.environment = environment
        self._clock = clock
        self._pause = pause
        self._offset = offset
        self._act: ActClock | None = None
        self._tape = Tape()
        self._command = UUID(int=0)
        self._ids = 0
        self._numbered: tuple[int, int] | None = None

    # ------------------------------------------------------------ acts
    def act(self, act: FieldAct[T]) -> T | None:
        """Do something at a meter and keep it; None when only the server can judge it.

        Raises:
            LaptopClockError: The laptop's clock is doubtful.
            HomeError: It could not be kept: it is not done.
        """
        self.time().require_right()
        begun = self._clock.now()
        self._command, self._ids, self._numbered = uuid4(), 0, None
        self._act, self._tape = ActClock(begun), Tape()
        try:
            done = None if act.LATER else act.do(self)
            if done is None or not getattr(done, "again", False):
                self._keep(act, begun)
        finally:
            self._act = None
            self.metering.unstage()
        self._seen = self.home.newest()
        self.metering = PackJournal(self.home, self.pack)
        return done

    def _keep(self, act: FieldAct[Any], begun: datetime) -> None:
        said = self.home.fact(CONFIRMED)
        body = {
            "act": act_fields(act),
            "tape": self._tape.rows,
            "numbers": self._numbered,
            "clock_confirmed": said,
            "offset_s": self._offset_now() // timedelta(seconds=1),
            "person": "" if self.pack.person is None else str(self.pack.person),
        }
        self.home.append(
            self._command,
            pack=self.pack.id,
            verb=act.VERB,
            point=act.at_point,
            at=begun,
            body=body,
            documents=list(documents_in(act).values()),
            events=self.metering.staged,
            seen=self._seen,
        )

    # ------------------------------------------------------------ time
    def time(self) -> LaptopTime:
        """Return what the laptop's clock says, beside what it must fit."""
        now, said = self._clock.now(), self.home.fact(CONFIRMED)
        return LaptopTime(
            now=now,
            offset=self._offset_now(),
            zone=self.site.zone,
            pack_at=self.pack.made_at,
            last_at=self.home.last_at(),
            confirmed_at=None if said is None else datetime.fromisoformat(said),
        )

    def confirm_time(self) -> None:
        """Keep that a person vouches for the clock; every command of the next day says so."""
        self.home.remember(CONFIRMED, self._clock.now().isoformat())

    def _offset_now(self) -> timedelta:
        return laptop_offset(self._clock.now()) if self._offset is None else self._offset

    @property
    def clock(self) -> Clock:
        """Return the clock of the act, the laptop's outside of one."""
        return self._clock if self._act is None else self._act

    # ------------------------------------------------------------ looking up
    def ready(self) -> None:
        """Be ready: a pack is what it is."""

    def points(self) -> list[PointRow]:
        """Return every point, as this laptop left it."""
        rows = {row.point: row for row in self.pack.points}
        for meter in self._meters_here():
            rows[meter.point] = _row(meter, rows.get(meter.point))
        return sorted(rows.values(), key=lambda row: row.point)

    def places(self) -> list[PlaceRow]:
        """Return every place of the site."""
        return list(self.pack.places)

    def channels(self) -> list[Channel]:
        """Return every channel that was taken along or made here."""
        found = {channel.number: channel for channel in self.pack.channels}
        for meter in self._meters_here():
            for stored in meter.channels:
                channel = facts_from_json(meter.point, stored)
                found[channel.number] = channel
        return list(found.values())

    def plan(self) -> CollectPlan:
        """Return the plan of the buses, with what was done here."""
        meters = {meter.point: meter for meter in self.pack.plan.meters}
        for meter in self._meters_here():
            meters.pop(meter.point, None)
            if meter.serial is not None:
                meters[meter.point] = _planned(meter)
        return replace(self.pack.plan, meters=tuple(meters.values()))

    def newest(self, channels: Sequence[int]) -> Instants:
        """Return the newest reading of some channels: of the pack, or of an act here."""
        found = {n: self.pack.newest[n] for n in channels if n in self.pack.newest}
        for stream in self.metering.streams_here():
            for event in self.metering.get(stream):
                for key, count in getattr(event, "start_counts", {}).items():
                    number = int(key)
                    if number in channels and (number not in found or found[number][0] < event.at):
                        found[number] = (event.at, count)
        return found

    def first_since(self, channels: Sequence[int], since: datetime) -> Instants:
        """Return the first reading of some channels in the month before the pack."""
        month = self.pack.month
        return {n: month[n] for n in channels if n in month and month[n][0] >= since}

    def around(
        self, channel: int, at: datetime
    ) -> tuple[list[tuple[datetime, int]], tuple[datetime, int] | None]:
        """Return the last reading of the pack up to an instant: there is no other."""
        newest = self.pack.newest.get(channel)
        return ([newest] if newest is not None and newest[0] <= at else []), None

    def locations(self, keys: Sequence[str]) -> dict[str, str]:
        """Return where the meters of some points are, as their records say."""
        return {key: self.pack.locations.get(key, "") for key in keys}

    # ------------------------------------------------------------ the record
    def sealed(self, people: Witnesses) -> dict[str, dict[str, str]]:
        """Return who was there by role, in plain: the server seals the names."""
        roles = {"technician": people.technician, "witness": people.witness}
        return {role: {"name": name.strip()} for role, name in roles.items() if name.strip()}

    def signed_by(self, record: Mapping[str, Any], role: str) -> str:
        """Return the name of who was there; "" where the server has sealed it."""
        told = record.get(role)
        return str(told.get("name", "")) if isinstance(told, Mapping) else ""

    def keep(self, documents: Sequence[Document]) -> list[dict[str, object]]:
        """Keep documents beside the outbox; return how a record names them."""
        for document in documents:
            self.home.keep(document)
        return named(documents)

    # ------------------------------------------------------------ finishing
    def command_id(self) -> UUID:
        """Return the next id of the act: the server makes the same ones."""
        self._ids += 1
        return event_id(self._command, self._ids)

    def number(self, point: str, count: int, command: UUID) -> tuple[int, ChannelRegister | None]:
        """Return the first of some numbers that the pack reserved.

        Raises:
            HomeError: They are used up.
        """
        own = self.pack.numbers
        first = max(own.first, self.home.next_number(self.pack.id))
        if first + count > own.first + own.count:
            raise HomeError.of("numbers_used", count=own.count)
        self._numbered = (first, count)
        return first, None

    def store(self, *aggregates: JournalAggregate) -> int:
        """Stage new events: they are stored with the act, in one transaction.

        Raises:
            HomeError: No act is under way: nothing would bring them to the server.
        """
        if self._act is None:
            raise HomeError.of("needs_server")
        self.metering.stage(aggregates)
        return self.pack.position

    def accept(self, batch: SpooledBatch) -> None:
        """Keep nothing: the server makes the technician's own reading from the act."""

    def settle(self) -> None:
        """Wait for nothing."""

    def read(self, device: Device, quantities: Sequence[str]) -> Answered:
        """Return what a device answers now; an act tapes it."""
        if self._act is None:
            return super().read(device, quantities)
        act, self._act = self._act, None  # the device's answer is dated by the laptop's own clock
        try:
            answered = super().read(device, quantities)
        except (NoContactError, ProfileMismatchError) as error:
            at = self._clock.now()
            self._tape.failed(device, error, at)
            act.move_to(at)
            raise
        finally:
            self._act = act
        self._tape.answered(device, answered)
        act.move_to(answered.at)
        return answered

    def pause(self, seconds: int) -> None:
        """Wait while a counter is watched, or pulses are made."""
        self._pause(seconds)
        if self._act is not None:
            self._act.move_to(self._clock.now())
            self._tape.paused(self._act.now())

    def publish(self, plan: CollectPlan) -> bool:
        """Tell nobody: no collector of the site runs here."""
        return False

    def restore(self, plan: CollectPlan) -> None:
        """Tell nobody."""

    def _meters_here(self) -> list[Meter]:
        found = (self.metering.find(stream) for stream in self.metering.streams_here())
        return [meter for meter in found if isinstance(meter, Meter)]


def _row(meter: Meter, before: PointRow | None) -> PointRow:
    served = meter.serial is not None
    return PointRow(
        point=meter.point,
        place=meter.place,
        name=meter.name,
        utility=meter.utility,
        serial=meter.serial if served or before is None else before.serial,
        source=meter.source,
        address=meter.address,
        multiplier=meter.multiplier,
        commissioned_at=meter.since if served else before.commissioned_at if before else None,
        retired_at=None if served else meter.since,
    )


def _planned(meter: Meter) -> MeterPlan:
    channels = [facts_from_json(meter.point, stored) for stored in meter.channels]
    return MeterPlan(
        point=meter.point,
        source=meter.source,
        profile=meter.profile,
        address=meter.address,
        serial=meter.serial or "",
        channels=tuple(
            ChannelPlan(
                number=channel.number,
                quantity=channel.facts.quantity,
                kind=channel.facts.kind.value,
                unit=channel.facts.unit,
                resolution=str(channel.facts.resolution),
                utility=channel.facts.utility.value if channel.facts.utility else "",
            )
            for channel in channels
        ),
    )
