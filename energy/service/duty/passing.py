"""In: who goes, who comes. Out: what the one owned, owned by the other. I/O: reads.

Incidents and work orders pass with a desk: signed by both they change their owner in the
transaction of the second signature. What another was asked to take stays offered to him.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of
from energy.journal.application import JournalApplication
from energy.service.duty.reads import Connection
from energy.service.work.incident import NOT_CLOSED, Incident
from energy.service.work.order import WorkOrder
from energy.service.work.reads import read_incidents, read_orders


def owned_by(connection: Connection, schema: str, person: UUID) -> list[UUID]:
    """Return the incidents that are not closed and the orders that are not over of a person."""
    orders = read_orders(connection, schema, doer=person)
    return [
        *(row.incident for row in read_incidents(connection, schema, owner=person)),
        *(row.work_order for row in orders if row.owner == person),
    ]


def passed_on(
    operations: JournalApplication,
    things: Iterable[UUID],
    *,
    goes: UUID,
    comes: UUID,
    command_id: UUID,
) -> list[JournalAggregate]:
    """Return what passes, changed and not stored; what is over or another's by now stays.

    Args:
        operations: The journal.
        things: Incidents and work orders.
        goes: Who owned them.
        comes: Who owns them from now on.
        command_id: Of the signature.
    """
    found: list[JournalAggregate] = []
    for identity in dict.fromkeys(things):
        thing = operations.find(identity)
        if isinstance(thing, WorkOrder) and thing.owner == goes and not thing.over:
            thing.pass_on(to=comes, by=goes, command_id=command_id)
            found.append(thing)
        elif isinstance(thing, Incident) and thing.owner == goes and thing.state in NOT_CLOSED:
            _pass_incident(thing, goes=goes, comes=comes, command_id=command_id)
            found.append(thing)
    return found


def _pass_incident(incident: Incident, *, goes: UUID, comes: UUID, command_id: UUID) -> None:
    def made(step: str) -> UUID:
        return id_of("pass incident", str(command_id), step)

    asked = incident.offered
    incident.hand_over(to=comes, by=goes, command_id=made("give"))
    incident.take(by=comes, command_id=made("take"))
    if asked not in {None, comes}:
        assert asked is not None, "somebody was asked to take it"
        incident.hand_over(to=asked, by=goes, command_id=made("ask again"))
