"""In: commands on who sees whose meters and bills. Out: events of the directory. Pure."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of


class TenantAccess(JournalAggregate):
    """That a person sees what belongs to one tenant of a site: a stream for each pair."""

    TOPIC = "tenant_access"

    class Created(JournalAggregate.Created):
        """The person sees it from a day on."""

        TOPIC = "tenant_access.given"
        person: UUID
        site: str
        tenant: str
        valid_from: date
        valid_to: date | None
        by: UUID

    class Changed(JournalAggregate.Event):
        """The person sees it on other days."""

        TOPIC = "tenant_access.changed"
        person: UUID
        site: str
        tenant: str
        valid_from: date
        valid_to: date | None
        by: UUID

    @staticmethod
    def create_id(*, person: UUID, site: str, tenant: str, **_: object) -> UUID:
        """Return the id of the pair."""
        return id_of("tenant_access", str(person), site, tenant)

    @event(Created)
    def __init__(
        self,
        *,
        person: UUID,
        site: str,
        tenant: str,
        valid_from: date,
        valid_to: date | None,
        by: UUID,
        command_id: UUID,
    ) -> None:
        """Let the person see it."""
        self.days = (valid_from, valid_to)

    @event(Changed)
    def change(
        self,
        *,
        person: UUID,
        site: str,
        tenant: str,
        valid_from: date,
        valid_to: date | None,
        by: UUID,
        command_id: UUID,
    ) -> None:
        """Let the person see it on other days."""
        self.days = (valid_from, valid_to)
