"""In: people, jobs, what was done. Out: work orders, and what incidents know of them. I/O.

An order made from an incident, and its end, are stored with the incident in one transaction: an
incident never loses sight of its orders, and a command repeated finds its own result.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from energy.base.aggregate import JournalAggregate
from energy.base.clock import Clock
from energy.base.ids import id_of
from energy.base.wall_time import by_site_clock
from energy.journal.application import JournalApplication
from energy.journal.retrying import retried
from energy.service.numbering import store_numbered
from energy.service.work.checklist import ChecklistTemplate, checklist_id
from energy.service.work.desk import Beside, nothing_beside, promised
from energy.service.work.errors import WorkError
from energy.service.work.heard import Spot
from energy.service.work.incident import Incident
from energy.service.work.job import Job, whole_minute
from energy.service.work.order import WorkOrder
from energy.service.work.spots import demand_asset, demand_spot
from energy.store.attachment import keep_attachment
from energy.store.pool import Database
from energy.store.sites import Site

WORK_ORDER = "W"
"""Begins the numbers of work orders."""


class WorkOrderDesk:
    """Where work orders are made, and people act on them."""

    def __init__(self, database: Database, site: Site, clock: Clock) -> None:
        """Work on a site.

        Args:
            database: A pool in the writer's or the web's role.
            site: The site.
            clock: The injected clock.
        """
        self._database, self._site, self._clock = database, site, clock
        self._operations = JournalApplication(database, site.schema, "operations", clock)

    @by_site_clock
    def open(
        self,
        job: Job,
        level: str,
        *,
        checklist: str = "",
        beside: Beside = nothing_beside,
        by: UUID,
        command_id: UUID,
    ) -> UUID:
        """Make a work order; return its id. Who makes it owns it.

        Args:
            job: What is to be done; of an incident it is at the same spot where it names none.
            level: Class of the service levels; "" for that of the incident.
            checklist: Key of the checklist; "" for none.
            beside: What is stored in the same transaction.
            by: Who makes it.
            command_id: Of the command; the order's id follows from it.

        Raises:
            WorkError: Nothing is said; no such incident, spot, equipment, plan or checklist; the
                incident is closed; it came up in the future or before the incident.
            ServiceLevelError: No service levels hold then, or they know no such class.
        """
        identity = order_id(self._site.key, command_id)
        if self._operations.find(identity) is not None:
            return identity
        now = self._clock.now()
        asked = self._items(checklist)

        def make(number: str) -> list[JournalAggregate]:
            whole = None if job.incident is None else self._incident(job.incident)
            wanted, kind = job, level
            if whole is not None:
                wanted, kind = _of_incident(job, whole), level or whole.promise.level
                whole.order(identity, command_id=command_id)
            promise = promised(self._operations, self._site, kind, wanted.since)
            order = WorkOrder.open(
                identity,
                number,
                wanted,
                promise,
                (checklist, asked),
                by=by,
                now=now,
                command_id=command_id,
            )
            return [order, *([whole] if whole else []), *beside(identity, number)]

        job.checked(now)
        with self._database.connection() as connection:
            demand_spot(connection, self._site.schema, job.spot)
            demand_asset(connection, self._site.schema, job.equipment, job.plan)
        store_numbered(
            self._operations, self._site, WORK_ORDER, identity, make, command_id=command_id
        )
        return identity

    def demand_kind(self, level: str, checklist: str) -> None:
        """Refuse what no order could be made of now.

        Raises:
            WorkError: There is no such checklist.
            ServiceLevelError: No service levels hold, or they know no such class.
        """
        promised(self._operations, self._site, level, self._clock.now())
        self._items(checklist)

    @by_site_clock
    def act(self, order: UUID, act: Callable[[WorkOrder], None], *, command_id: UUID) -> int:
        """Let an act on an order happen; return the position that the journal holds it at.

        Where it ends the order, its incident knows that in the same transaction.

        Args:
            order: The order.
            act: Calls a command method of it; twice where somebody else was faster.
            command_id: Of the command.

        Raises:
            WorkError: There is no such order, or what the act says.
            ConflictError: Somebody else changes it again and again.
        """

        def once() -> int:
            known = self.order(order)
            act(known)
            changed: list[JournalAggregate] = [known]
            if known.over and known.incident is not None:
                whole = self._incident(known.incident)
                whole.end_order(known.id, command_id=command_id)
                changed.append(whole)
            return self._operations.store(*changed)

        return retried(once)

    def add_paper(
        self, order: UUID, content: bytes, media_type: str, *, by: UUID, command_id: UUID
    ) -> str:
        """Keep a photo or paper with an order; return its SHA-256, in hex.

        Args:
            order: The order.
            content: The document.
            media_type: For example "image/jpeg".
            by: Who adds it.
            command_id: Of the command.

        Raises:
            WorkError: There is no such order, it is not under way, or has its most papers.
            AttachmentError: It is empty or too large.
        """
        self.order(order).demand_paper(command_id)  # before it is kept for good
        with self._database.connection() as connection:
            sha256 = keep_attachment(connection, self._site.schema, content, media_type)
        self.act(
            order,
            lambda known: known.add_paper(sha256, media_type, by=by, command_id=command_id),
            command_id=command_id,
        )
        return sha256

    def order(self, identity: UUID) -> WorkOrder:
        """Return an order as the journal has it now.

        Raises:
            WorkError: There is none.
        """
        found = self._operations.find(identity)
        if not isinstance(found, WorkOrder):
            raise WorkError.of("no_order")
        return found

    def _incident(self, identity: UUID) -> Incident:
        found = self._operations.find(identity)
        if not isinstance(found, Incident):
            raise WorkError.of("no_incident")
        return found

    def _items(self, checklist: str) -> list[dict[str, Any]]:
        if not checklist:
            return []
        known = self._operations.find(checklist_id(self._site.key, checklist))
        if not isinstance(known, ChecklistTemplate):
            raise WorkError.of("no_checklist", key=checklist)
        items: list[dict[str, Any]] = known.spec["items"]
        return items


def order_id(site: str, command_id: UUID) -> UUID:
    """Return the id of the work order that a command makes at a site."""
    return id_of("work_order", site, str(command_id))


def _of_incident(job: Job, whole: Incident) -> Job:
    """Return what is to be done of an incident: at its spot, where none is named.

    Raises:
        WorkError: It came up before the incident.
    """
    if job.since < whole_minute(whole.heard_at):
        raise WorkError.of("before", at=job.since, since=whole.heard_at)
    if job.spot != Spot():
        return job
    here = {name: whole.heard[name] for name in ("place", "node", "point")}
    return replace(job, spot=Spot(**here))
