"""In: a clock. Out: desks of work that keep real incidents and orders in memory. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from energy.base.clock import Clock
from energy.base.ids import id_of
from energy.service.work.heard import Heard, Promise, Spot
from energy.service.work.incident import Incident
from energy.service.work.job import Job
from energy.service.work.kinds import OrderKind, Origin, Urgency
from energy.service.work.order import WorkOrder

OWNER = id_of("person", "mei")
PROMISE = Promise(level="critical", levels=1, second_person=True, reopen_days=14)


@dataclass
class FakeIncidentDesk:
    """Acts on incidents of a made-up site; one that is not known is open."""

    clock: Clock
    known: dict[UUID, Incident] = field(default_factory=dict)

    def open(self, heard: Heard, level: str, *, by: UUID, command_id: UUID) -> UUID:
        return self._opened(id_of("incident", str(command_id)), heard, by, command_id)

    def open_from_alert(
        self, alert: UUID, level: str, *, what: str, urgency: Urgency, by: UUID, command_id: UUID
    ) -> UUID:
        heard = heard_of(what, self.clock.now(), origin=Origin.ALERT, about=str(alert))
        return self._opened(id_of("incident", "alert", str(alert)), heard, by, command_id)

    def _opened(self, identity: UUID, heard: Heard, by: UUID, command_id: UUID) -> UUID:
        if identity not in self.known:
            number = f"I-2026-{len(self.known) + 6:05}"
            now = self.clock.now()
            self.known[identity] = Incident.open(
                identity, number, heard, PROMISE, by=by, now=now, command_id=command_id
            )
        return identity

    def act(self, incident: UUID, act: Callable[[Incident], None]) -> int:
        act(self.incident(incident))
        return 0

    def join(self, incident: UUID, parent: UUID, *, by: UUID, command_id: UUID) -> int:
        child, whole = self.incident(incident), self.incident(parent)
        child.join(whole, by=by, command_id=command_id)
        return 0

    def incident(self, identity: UUID) -> Incident:
        heard = heard_of("it is dark", self.clock.now())
        self._opened(identity, heard, OWNER, id_of("made", str(identity)))
        return self.known[identity]


@dataclass
class FakeOrderDesk:
    """Acts on work orders of a made-up site; one that is not known is open, with a checklist."""

    clock: Clock
    items: list[dict[str, Any]] = field(default_factory=list)
    known: dict[UUID, WorkOrder] = field(default_factory=dict)
    papers: dict[str, tuple[str, bytes]] = field(default_factory=dict)

    def open(
        self, job: Job, level: str, *, checklist: str = "", by: UUID, command_id: UUID
    ) -> UUID:
        return self._opened(id_of("order", str(command_id)), job, by, command_id)

    def _opened(self, identity: UUID, job: Job, by: UUID, command_id: UUID) -> UUID:
        if identity not in self.known:
            self.known[identity] = WorkOrder.open(
                identity,
                f"W-2026-{len(self.known) + 6:05}",
                job,
                PROMISE,
                ("meter-swap", self.items),
                by=by,
                now=self.clock.now(),
                command_id=command_id,
            )
        return identity

    def act(self, order: UUID, act: Callable[[WorkOrder], None], *, command_id: UUID) -> int:
        act(self.order(order))
        return 0

    def add_paper(
        self, order: UUID, content: bytes, media_type: str, *, by: UUID, command_id: UUID
    ) -> str:
        digest = sha256(content).hexdigest()
        self.papers[digest] = (media_type, content)
        return digest

    def order(self, identity: UUID) -> WorkOrder:
        job = Job(
            kind=OrderKind.CORRECTIVE,
            what="exchange the meter",
            spot=Spot(),
            since=self.clock.now(),
        )
        self._opened(identity, job, OWNER, id_of("made", str(identity)))
        return self.known[identity]


def heard_of(what: str, at: datetime, origin: Origin = Origin.SEEN, about: str = "") -> Heard:
    return Heard(
        origin=origin,
        about=about,
        what=what,
        urgency=Urgency.NORMAL,
        spot=Spot(),
        heard_at=at,
    )
