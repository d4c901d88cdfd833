"""In: what a signed-in person does with incidents and work orders. Out: facts, by desks. I/O.

The id of a command is made of what was said, of the position that the person saw, and of the
person: a button pressed twice is one command. The second person is the domain's demand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Protocol
from uuid import UUID

from dashboards.security.scope import Right, Scope
from energy.base.ids import id_of
from energy.base.media_type import media_type_of
from energy.service.work.errors import WorkError
from energy.service.work.heard import Heard
from energy.service.work.incident import Incident
from energy.service.work.job import Job
from energy.service.work.kinds import Urgency
from energy.service.work.order import WorkOrder

MOST_PHOTO = 10_000_000
"""Largest photo or paper that a page hands in. [octet]"""
IncidentAct = Callable[[Incident, UUID, UUID], None]
"""Calls a command method of an incident, by a person, as a command."""
OrderAct = Callable[[WorkOrder, UUID, UUID], None]
"""Calls a command method of a work order, by a person, as a command."""


class IncidentDesk(Protocol):
    """Where incidents are opened and acted on (energy/service/work/desk.py)."""

    def open(self, heard: Heard, level: str, *, by: UUID, command_id: UUID) -> UUID:
        """Open an incident; return its id."""
        ...

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
        """Open the one incident of an alert; return its id, whoever opened it."""
        ...

    def act(self, incident: UUID, act: Callable[[Incident], None]) -> int:
        """Let an act on an incident happen; return the journal's position."""
        ...

    def join(self, incident: UUID, parent: UUID, *, by: UUID, command_id: UUID) -> int:
        """Make an incident part of another one; return the journal's position."""
        ...

    def incident(self, identity: UUID) -> Incident:
        """Return an incident as the journal has it now."""
        ...


class OrderDesk(Protocol):
    """Where work orders are made and acted on (energy/service/work/order_desk.py)."""

    def open(
        self, job: Job, level: str, *, checklist: str = "", by: UUID, command_id: UUID
    ) -> UUID:
        """Make a work order; return its id."""
        ...

    def act(self, order: UUID, act: Callable[[WorkOrder], None], *, command_id: UUID) -> int:
        """Let an act on an order happen; return the journal's position."""
        ...

    def add_paper(
        self, order: UUID, content: bytes, media_type: str, *, by: UUID, command_id: UUID
    ) -> str:
        """Keep a photo or paper with an order; return its SHA-256."""
        ...

    def order(self, identity: UUID) -> WorkOrder:
        """Return an order as the journal has it now."""
        ...


class WorkCommands:
    """The writes of the pages of incidents and work orders of one site."""

    def __init__(self, site: str, incidents: IncidentDesk, orders: OrderDesk) -> None:
        """Act at a site through its desks."""
        self._site, self._incidents, self._orders = site, incidents, orders

    def open_incident(self, scope: Scope, heard: Heard, level: str, *, seen: int) -> str:
        """Open an incident; return its number. Who opens it owns it.

        Args:
            scope: Who heard of it.
            heard: What was heard.
            level: Class of the service levels.
            seen: Position of the journal at which the form was drawn.

        Raises:
            NotPermittedError: The person lacks the role.
            RefusedError: Nothing is said; heard in the future; no such account, spot or class.
        """
        scope.demand(Right.WORK, self._site)
        said = (repr(sorted(heard.to_json().items())), heard.heard_at.isoformat(), level)
        command = id_of("command", "open incident here", str(seen), *said, str(scope.person))
        incident = self._incidents.open(heard, level, by=scope.person, command_id=command)
        return self._incidents.incident(incident).number

    def open_from_alert(
        self, scope: Scope, alert: UUID, level: str, *, what: str, urgency: Urgency
    ) -> str:
        """Open the one incident of an alert; return its number, whoever opened it.

        Raises:
            NotPermittedError: The person lacks the role.
            RefusedError: Nothing is said; there is no such alert or class.
        """
        scope.demand(Right.WORK, self._site)
        command = id_of("command", "incident of alert", str(alert), str(scope.person))
        incident = self._incidents.open_from_alert(
            alert, level, what=what, urgency=urgency, by=scope.person, command_id=command
        )
        return self._incidents.incident(incident).number

    def on_incident(
        self, scope: Scope, incident: UUID, verb: str, do: IncidentAct, *said: str, seen: int
    ) -> None:
        """Let an act on an incident happen.

        Args:
            scope: Whose act it is.
            incident: The incident.
            verb: Names the command.
            do: Does it.
            said: What the command says.
            seen: Position of the incident that the person saw.

        Raises:
            NotPermittedError: The person lacks the role.
            RefusedError: There is no such incident, or what the act says.
        """
        scope.demand(Right.WORK, self._site)
        command = _command(verb, incident, scope, seen, *said)
        self._incidents.act(incident, lambda it: do(it, scope.person, command))

    def join(self, scope: Scope, incident: UUID, parent: UUID) -> None:
        """Make an incident part of another one.

        Raises:
            NotPermittedError: The person lacks the role.
            RefusedError: One of them is over, a part, or has parts.
        """
        scope.demand(Right.WORK, self._site)
        command = _command("join", incident, scope, 0, str(parent))
        self._incidents.join(incident, parent, by=scope.person, command_id=command)

    def open_order(
        self, scope: Scope, job: Job, level: str, *, checklist: str, typed: str, seen: int
    ) -> str:
        """Make a work order; return its number. Who makes it owns it.

        Args:
            scope: Who makes it.
            job: What is to be done.
            level: Class of the service levels; "" for that of the incident.
            checklist: Key of the checklist; "" for none.
            typed: What was typed, which tells one order from another made of the same page.
            seen: Position at which the form was drawn.

        Raises:
            NotPermittedError: The person lacks the role.
            RefusedError: Nothing is said; no such incident, spot, class or checklist.
        """
        scope.demand(Right.WORK, self._site)
        about = (str(job.incident), str(seen), typed, level, checklist)
        command = id_of("command", "open order here", *about, str(scope.person))
        order = self._orders.open(
            job, level, checklist=checklist, by=scope.person, command_id=command
        )
        return self._orders.order(order).number

    def on_order(
        self, scope: Scope, order: UUID, verb: str, do: OrderAct, *said: str, seen: int
    ) -> None:
        """Let an act on a work order happen.

        Args:
            scope: Whose act it is.
            order: The order.
            verb: Names the command.
            do: Does it.
            said: What the command says.
            seen: Position of the order that the person saw.

        Raises:
            NotPermittedError: The person lacks the role.
            RefusedError: There is no such order, or what the act says.
        """
        scope.demand(Right.WORK, self._site)
        command = _command(verb, order, scope, seen, *said)
        self._orders.act(order, lambda it: do(it, scope.person, command), command_id=command)

    def add_photo(self, scope: Scope, order: UUID, content: bytes) -> None:
        """Keep a photo or paper with an order; the same one again is one.

        Args:
            scope: Who adds it.
            order: The order.
            content: JPEG, PNG, WebP, HEIC or PDF, as its first bytes say.

        Raises:
            NotPermittedError: The person lacks the role.
            RefusedError: It is of another kind or too large; no such order, or not under way.
        """
        scope.demand(Right.WORK, self._site)
        media_type = media_type_of(content)
        if len(content) > MOST_PHOTO:
            raise WorkError.of("photo_large", most=MOST_PHOTO // 1_000_000)
        if media_type is None:
            raise WorkError.of("photo_kind")
        command = _command("photo", order, scope, 0, sha256(content).hexdigest())
        self._orders.add_paper(order, content, media_type, by=scope.person, command_id=command)

    def answer(self, scope: Scope, order: UUID, answers: Mapping[str, str], *, seen: int) -> None:
        """Answer questions of an order's checklist: all of them, or none where one does not fit.

        Raises:
            NotPermittedError: The person lacks the role.
            RefusedError: It is not under way, or an answer does not fit.
        """

        def do(it: WorkOrder, person: UUID, command: UUID) -> None:
            for item, value in answers.items():
                it.answer(item, value, by=person, command_id=id_of("answer", str(command), item))

        self.on_order(scope, order, "answer", do, repr(sorted(answers.items())), seen=seen)


def _command(verb: str, thing: UUID, scope: Scope, seen: int, *said: str) -> UUID:
    return id_of("command", verb, "work here", str(thing), str(seen), repr(said), str(scope.person))
