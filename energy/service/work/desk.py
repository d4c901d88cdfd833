"""In: people, what they heard and did about it. Out: incidents, service levels, checklists. I/O.

What concerns two incidents is stored in one transaction. A command repeated finds its own result;
an alert told twice finds the incident that was opened from it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID

from energy.alerting.alert import Alert
from energy.alerting.flood import NODE
from energy.base.aggregate import JournalAggregate
from energy.base.clock import Clock
from energy.base.ids import id_of
from energy.base.period import local_day
from energy.base.wall_time import by_site_clock
from energy.journal.application import JournalApplication
from energy.journal.retrying import retried
from energy.service.numbering import store_numbered
from energy.service.work.checklist import Checklist, ChecklistTemplate, checklist_id
from energy.service.work.errors import WorkError
from energy.service.work.heard import Heard, Promise, Spot
from energy.service.work.incident import Incident
from energy.service.work.kinds import Origin, Urgency
from energy.service.work.levels import LevelSet, ServiceLevelError, ServiceLevels, levels_id
from energy.service.work.spots import demand_spot, point_of
from energy.store.pool import Database
from energy.store.sites import Site

KnowsAccount = Callable[[str], bool]
"""Says whether the books of a site know an account."""
Beside = Callable[[UUID, str], list[JournalAggregate]]
"""Given the id and number of what is new: what else changes, to be stored with it."""
INCIDENT = "I"
"""Begins the numbers of incidents."""


class WorkPlanDesk:
    """Where service levels and checklists are published."""

    def __init__(self, database: Database, site: Site, clock: Clock) -> None:
        """Work on a site (roles meterline_writer or meterline_web)."""
        self._site = site
        self._operations = JournalApplication(database, site.schema, "operations", clock)

    def publish_levels(
        self, levels: LevelSet, *, valid_from: date, by: UUID, command_id: UUID
    ) -> int:
        """Let service levels hold from a local day on; return their version.

        Raises:
            ConflictError: Somebody else published meanwhile.
        """
        known = self._operations.find(levels_id(self._site.key))
        kept = (
            known
            if isinstance(known, ServiceLevels)
            else ServiceLevels(site=self._site.key, command_id=id_of("made", str(command_id)))
        )
        kept.publish(levels, valid_from=valid_from, by=by, command_id=command_id)
        self._operations.store(kept)
        return kept.edition

    def publish_checklist(self, checklist: Checklist, *, by: UUID, command_id: UUID) -> int:
        """Let orders be made with a checklist from now on; return its version.

        Raises:
            ConflictError: Somebody else published meanwhile.
        """
        site, key = self._site.key, checklist.key
        known = self._operations.find(checklist_id(site, key))
        kept = (
            known
            if isinstance(known, ChecklistTemplate)
            else ChecklistTemplate(site=site, key=key, command_id=id_of("made", str(command_id)))
        )
        kept.publish(checklist, by=by, command_id=command_id)
        self._operations.store(kept)
        return kept.edition


def nothing_beside(_: UUID, __: str) -> list[JournalAggregate]:
    """Return that nothing else changes."""
    return []


def promised(operations: JournalApplication, site: Site, level: str, at: datetime) -> Promise:
    """Return what the service levels that hold at an instant promise of a class.

    Raises:
        ServiceLevelError: None hold then, or they know no such class.
    """
    day = local_day(at, site.zone)
    known = operations.find(levels_id(site.key))
    if not isinstance(known, ServiceLevels):
        raise ServiceLevelError.of("none", day=day)
    version = known.on(day)
    levels = known.edition_of(version)
    return Promise(
        level=level,
        levels=version,
        second_person=levels.of(level).second_person,
        reopen_days=levels.reopen_days,
    )


class IncidentDesk:
    """Where incidents are opened, and people act on them."""

    def __init__(
        self, database: Database, site: Site, clock: Clock, knows_account: KnowsAccount
    ) -> None:
        """Work on a site.

        Args:
            database: A pool in the writer's or the web's role.
            site: The site.
            clock: The injected clock.
            knows_account: Asks the books.
        """
        self._database, self._site, self._clock = database, site, clock
        self._knows_account = knows_account
        self._operations = JournalApplication(database, site.schema, "operations", clock)

    def open(
        self,
        heard: Heard,
        level: str,
        *,
        beside: Beside = nothing_beside,
        by: UUID,
        command_id: UUID,
    ) -> UUID:
        """Open an incident; return its id. Who opens it owns it.

        Args:
            heard: What was heard; of an alert see `open_from_alert`.
            level: Class of the service levels.
            beside: What is stored in the same transaction; whatever it refuses, is refused.
            by: Who heard it.
            command_id: Of the command; the incident's id follows from it.

        Raises:
            WorkError: Nothing is said, it was heard in the future; no such account or spot.
            ServiceLevelError: No service levels hold then, or they know no such class.
        """
        assert heard.origin is not Origin.ALERT, "an alert opens one incident"
        if heard.origin is Origin.ACCOUNT and not self._knows_account(heard.about):
            raise WorkError.of("account", account=heard.about)
        if heard.origin is Origin.PLAN and not heard.about.strip():
            raise WorkError.of("plan")
        identity = id_of("incident", self._site.key, str(command_id))
        return self._open(identity, heard, level, beside, by=by, command_id=command_id)

    def open_from_alert(
        self,
        alert: UUID,
        level: str,
        *,
        what: str,
        urgency: Urgency,
        by: UUID,
        command_id: UUID,
    ) -> UUID:
        """Open the one incident of an alert; return its id, whoever opened it.

        Its clock begins now: that is when somebody took it up.

        Args:
            alert: The alert.
            level: Class of the service levels.
            what: What is wrong.
            urgency: How soon somebody must go.
            by: Who takes it up.
            command_id: Of the command.

        Raises:
            WorkError: There is no such alert; nothing is said.
            ServiceLevelError: No service levels hold now, or they know no such class.
        """
        identity = id_of("incident", self._site.key, "alert", str(alert))
        if self._operations.find(identity) is not None:
            return identity
        known = self._operations.find(alert)
        if not isinstance(known, Alert):
            raise WorkError.of("alert")
        heard = Heard(
            origin=Origin.ALERT,
            about=str(alert),
            what=what,
            urgency=urgency,
            spot=self._spot_of(known),
            heard_at=self._clock.now(),
        )
        return self._open(identity, heard, level, nothing_beside, by=by, command_id=command_id)

    @by_site_clock
    def _open(
        self,
        identity: UUID,
        heard: Heard,
        level: str,
        beside: Beside,
        *,
        by: UUID,
        command_id: UUID,
    ) -> UUID:
        if self._operations.find(identity) is not None:
            return identity
        now = self._clock.now()
        heard = heard.checked(now)
        if heard.origin is not Origin.ALERT:
            with self._database.connection() as connection:
                demand_spot(connection, self._site.schema, heard.spot)
        promise = promised(self._operations, self._site, level, heard.heard_at)

        def make(number: str) -> list[JournalAggregate]:
            return [
                Incident.open(
                    identity, number, heard, promise, by=by, now=now, command_id=command_id
                ),
                *beside(identity, number),
            ]

        store_numbered(
            self._operations, self._site, INCIDENT, identity, make, command_id=command_id
        )
        return identity

    @by_site_clock
    def act(self, incident: UUID, act: Callable[[Incident], None]) -> int:
        """Let an act on an incident happen; return the position that the journal holds it at.

        Args:
            incident: The incident.
            act: Calls a command method of it; twice where somebody else was faster.

        Raises:
            WorkError: There is no such incident, or what the act says.
            ConflictError: Somebody else changes it again and again.
        """

        def once() -> int:
            known = self.incident(incident)
            act(known)
            return self._operations.store(known)

        return retried(once)

    def join(self, incident: UUID, parent: UUID, *, by: UUID, command_id: UUID) -> int:
        """Make an incident part of another one; return the journal's position.

        Raises:
            WorkError: As `Incident.join`, or there is none.
            ConflictError: Somebody else changed one of them meanwhile.
        """
        child, whole = self.incident(incident), self.incident(parent)
        child.join(whole, by=by, command_id=command_id)
        return self._operations.store(child, whole)

    def incident(self, identity: UUID) -> Incident:
        """Return an incident as the journal has it now.

        Raises:
            WorkError: There is none.
        """
        found = self._operations.find(identity)
        if not isinstance(found, Incident):
            raise WorkError.of("no_incident")
        return found

    def _spot_of(self, alert: Alert) -> Spot:
        if alert.about.startswith(NODE):
            return Spot(node=alert.about.removeprefix(NODE))
        with self._database.connection() as connection:
            return Spot(point=point_of(connection, self._site.schema, alert.channel))
