"""In: a site. Out: what every command of the field needs to look up and to finish. I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from uuid import UUID

from adapters.modbus.register_map import load as load_map
from energy.base.clock import Clock, PlayClock
from energy.base.ids import id_of
from energy.base.units import Utility
from energy.journal.application import JournalApplication
from energy.journal.ingest import Ingest
from energy.metering.channel import Channel, ChannelFacts
from energy.metering.meter import Meter, facts_to_json, meter_id
from energy.metering.plant import ChannelRegister
from energy.store.pool import Database
from energy.store.sites import Site
from energy.system import System
from energy.views.point_rows import PointRow, places, points
from processes.collect_plan_file import plan_from_registry
from processes.collector_plan import CollectPlan, SourcePlan, with_overrides
from processes.plan_watch import publish_plan
from processes.settling import settle
from processes.technician_checks import (
    Check,
    Outcome,
    check_voltages,
    compare_rise,
    displays_of,
)
from processes.technician_device import Answered, Device, read_device
from processes.technician_facts import (
    billed_counter,
    display_checks,
    flaw_checks,
    import_counter,
    numbered,
    raise_on,
)
from processes.technician_record import first_batch
from processes.technician_values import Done, FieldRefusedError, Installed, NewPoint

Pause = Callable[[int], None]
"""Waits so many seconds while a counter is watched. [s]"""


class FieldDesk:
    """The site as the commands of the field see it."""

    def __init__(
        self,
        system: System,
        site: Site,
        *,
        plan_file: Path,
        environment: Mapping[str, str],
        pause: Pause,
    ) -> None:
        """Stand ready.

        Args:
            system: A system in the writer's role.
            site: The site.
            plan_file: Where the collector looks for its plan.
            environment: Where the sources are, beside what the site says.
            pause: Waits while a counter is watched.
        """
        self.system = system
        self.site = site
        self.metering = JournalApplication(self.database, site.schema, "metering", self.clock)
        self._plan_file = plan_file
        self._environment = environment
        self._pause = pause

    @property
    def database(self) -> Database:
        """Return the process's pool."""
        return self.system.database

    @property
    def clock(self) -> Clock:
        """Return the process's clock."""
        return self.system.clock

    # ------------------------------------------------------------ looking up
    def ready(self) -> None:
        """Let the views come up to date.

        Raises:
            FieldRefusedError: The past is being played: now is not now.
        """
        if isinstance(self.clock, PlayClock) and not self.clock.live:
            raise FieldRefusedError(
                "The past is being played here; its clock is not today's. Try again when "
                "`scripts/up` shows its address."
            )
        settle(self.database, self.site, self.clock)

    def meter(self, point: str) -> Meter | None:
        """Return the meter at a point, None when the site has no such point."""
        found: Meter | None = self.metering.find(meter_id(self.site.key, point))
        return found

    def points(self) -> list[PointRow]:
        """Return every point of the site."""
        with self.database.connection() as connection:
            return points(connection, self.site.schema)

    def plan(self) -> CollectPlan:
        """Return what the collector must know now."""
        return plan_from_registry(self.database, self.site)

    def source(self, key: str) -> SourcePlan:
        """Return a source where it really is.

        Raises:
            FieldRefusedError: The site has no such source.
        """
        plan = with_overrides(self.plan(), self._environment)
        for source in plan.sources:
            if source.key == key:
                return source
        known = ", ".join(source.key for source in plan.sources) or "none"
        raise FieldRefusedError(f"No source {key!r} at this site. Known: {known}.")

    def device(self, *, source: str, unit: int, profile: str) -> Device:
        """Return a device.

        Raises:
            FieldRefusedError: The site has no such source.
            RegisterMapError: There is no such profile.
            ProfileMismatchError: It cannot be asked over Modbus.
        """
        return Device(source=self.source(source), unit=unit, map=load_map(profile))

    def served_by(self, meter: Meter) -> Device:
        """Return the device that serves a point.

        Raises:
            FieldRefusedError: It is none that a technician reads over Modbus.
        """
        unit = meter.address.get("unit")
        if not isinstance(unit, int):
            raise FieldRefusedError(
                f"Meter {meter.serial} at {meter.point} is no Modbus device. Retire it with `field "
                "retire`, then commission the next one (`field commission-pulse` for a pulse box)."
            )
        return self.device(source=meter.source, unit=unit, profile=meter.profile)

    def require_free(self, installed: Installed) -> None:
        """Refuse a serial or an address that serves another point.

        Raises:
            FieldRefusedError: Names the point and since when.
        """
        if not installed.serial.strip():
            raise FieldRefusedError("The serial is empty. Read it from the plate.")
        for row in self.points():
            if not row.served or row.point == installed.point:
                continue
            since = f"{row.commissioned_at:%Y-%m-%d}" if row.commissioned_at else "?"
            if row.serial == installed.serial:
                raise FieldRefusedError(
                    f"Serial {installed.serial} already commissioned at {row.point} since {since}. "
                    "Read the plate again. Nothing was written."
                )
            if (row.source, row.address.get("unit")) == (installed.source, installed.unit):
                raise FieldRefusedError(
                    f"Unit {installed.unit} of {installed.source} already serves {row.point} since "
                    f"{since}. Check the device's unit number. Nothing was written."
                )

    def require_place(self, place: str) -> None:
        """Refuse a place that the site does not have.

        Raises:
            FieldRefusedError: Names the known ones.
        """
        with self.database.connection() as connection:
            known = [each.key for each in places(connection, self.site.schema)]
        if place not in known:
            raise FieldRefusedError(f"No place {place!r} at this site. Known: {', '.join(known)}.")

    def plan_point(
        self, point: str, new: NewPoint, facts: Sequence[ChannelFacts], command: UUID
    ) -> tuple[Meter, ChannelRegister]:
        """Return a new point with its numbered channels, not yet stored.

        Args:
            point: Its key.
            new: What it is.
            facts: Of its channels.
            command: Id of the command.

        Raises:
            FieldRefusedError: The site has no such place.
        """
        self.require_place(new.place)
        key = self.site.key
        register = self.metering.find(id_of("channel_register", key)) or ChannelRegister(
            site=key, command_id=command
        )
        first = register.take(point=point, count=len(facts), command_id=command)
        planned = Meter(
            site=key,
            point=point,
            name=new.name,
            place=new.place,
            utility=Utility(new.utility).value,
            channels=[
                facts_to_json(Channel(number=first + n, point=point, facts=each))
                for n, each in enumerate(facts)
            ],
            command_id=command,
        )
        return planned, register

    # ------------------------------------------------------------ examining
    def pause(self, seconds: int) -> None:
        """Wait while a counter is watched, or pulses are made."""
        self._pause(seconds)

    def examine(
        self,
        device: Device,
        facts: Sequence[ChannelFacts],
        installed: Installed,
        multiplier: Fraction,
        watch_s: int,
    ) -> tuple[list[Check], Answered]:
        """Return the checks of a device and its last answer.

        Raises:
            NoContactError: It does not answer.
            ChecksFailedError: A check forbids to go on.
        """
        first = read_device(device, [each.quantity for each in facts], self.clock)
        displays = displays_of(installed.displays, billed_counter(facts).quantity)
        checks = [
            *flaw_checks(first),
            *check_voltages(first.observed),
            *display_checks(first, facts, displays, multiplier),
        ]
        raise_on(checks)
        answered, rise = self.watch(device, facts, first, watch_s)
        raise_on([*flaw_checks(answered), *rise])
        return [*checks, *rise], answered

    def watch(
        self, device: Device, facts: Sequence[ChannelFacts], first: Answered, watch_s: int
    ) -> tuple[Answered, list[Check]]:
        """Return the answer after a while, and whether counter and power went together.

        Raises:
            NoContactError: It does not answer any more.
        """
        counter = import_counter(facts)
        if counter is None or not {counter.quantity, "active_power"} <= set(first.counts):
            return first, []
        if watch_s <= 0:
            text = "not watched (--watch 0)"
            return first, [Check(name="counter and power", outcome=Outcome.NOTED, text=text)]
        self._pause(watch_s)
        later = read_device(device, [each.quantity for each in facts], self.clock)
        if not {counter.quantity, "active_power"} <= set(later.counts):
            return later, []
        check = compare_rise(
            first.observed,
            later.observed,
            quantity=counter.quantity,
            unit=counter.unit,
            resolution=counter.resolution,
        )
        return later, [check]

    # ------------------------------------------------------------ finishing
    def publish(self, plan: CollectPlan) -> bool:
        """Let a collector of this data directory follow a plan; False when there is none.

        Raises:
            PlanNotTakenError: A collector runs and does not take it.
        """
        return self._plan_file.exists() and publish_plan(self._plan_file, plan)

    def restore(self, plan: CollectPlan) -> None:
        """Give the collector its plan back, without waiting for it."""
        if self._plan_file.exists():
            plan.save(self._plan_file)

    def again(self, meter: Meter, installed: Installed, device: Device) -> Done:
        """Return what the same command did before.

        Raises:
            FieldRefusedError: Another device serves the point.
        """
        same = (installed.serial, device.source.key, device.map.id, {"unit": device.unit})
        if (meter.serial, meter.source, meter.profile, meter.address) != same:
            raise FieldRefusedError(
                f"Point {meter.point} is served by meter {meter.serial} since "
                f"{meter.since:%Y-%m-%d %H:%M} UTC. Use `field replace` to change the device."
            )
        assert meter.since is not None, "a served point has a start"
        return Done(
            point=meter.point,
            serial=installed.serial,
            at=meter.since.isoformat(),
            position=self.metering.position(),
            checks=(),
            counts={},
            final_counts={},
            collected=self.publish(self.plan()),
            again=True,
        )

    def finish(
        self,
        installed: Installed,
        answered: Answered,
        channels: Sequence[Channel],
        checks: Sequence[Check],
        position: int,
        final: Mapping[str, int],
    ) -> Done:
        """Bring the first reading in, wait for the views, let the collector ask the device.

        Args:
            installed: The device.
            answered: Its first reading.
            channels: The point's channels.
            checks: What was checked.
            position: Position of the event.
            final: Final counts of the device that went, by quantity. [count]

        Raises:
            PlanNotTakenError: The events are stored, but the collector does not take the plan.
        """
        counts = numbered(answered, channels)
        ingest = Ingest(self.database, self.site.schema, self.clock)
        ingest.accept([first_batch(installed.source, answered.at, counts)])
        settle(self.database, self.site, self.clock)
        return Done(
            point=installed.point,
            serial=installed.serial,
            at=answered.at.isoformat(),
            position=position,
            checks=tuple(checks),
            counts={channel.facts.quantity: counts[channel.number] for channel in channels},
            final_counts=dict(final),
            collected=self.publish(self.plan()),
        )
