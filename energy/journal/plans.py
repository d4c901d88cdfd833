"""In: commands on plans: propose, approve, reject. Out: events. I/O: PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from energy.base.clock import Clock
from energy.base.ids import id_of
from energy.base.units import Utility
from energy.journal.application import JournalApplication
from energy.metering.plans.plan import MOST_ROWS, PlanError, PlannedYear, PlanNode, PlanRevision
from energy.store.pool import Database


class Plans:
    """What a site's nodes are meant to use."""

    def __init__(self, database: Database, schema: str, clock: Clock) -> None:
        """Work on a site's metering journal.

        Args:
            database: A pool in the writer's role.
            schema: The site's schema.
            clock: The injected clock.
        """
        self._application = JournalApplication(database, schema, "metering", clock)

    def propose(
        self,
        year: int,
        rows: Sequence[PlannedYear],
        *,
        currency: str,
        reason: str,
        file: str,
        by: UUID,
        command_id: UUID,
        withdrawn: Sequence[tuple[PlanNode, Utility]] = (),
    ) -> UUID:
        """Propose planned years; return the revision's id.

        Args:
            year: Calendar year of the site's zone.
            rows: One a node and utility; they replace what was planned for these.
            currency: Of their money.
            reason: Why the plan is made or revised.
            file: Name of the workbook they came in.
            by: The person who proposes.
            command_id: Id of the command.
            withdrawn: What is not planned any more.

        Raises:
            PlanError: Nothing or too much is planned, or the reason is missing.
        """
        if not reason.strip():
            raise PlanError.of("plan.no_reason")
        given = len(rows) + len(withdrawn)
        if not 1 <= given <= MOST_ROWS:
            raise PlanError.of("plan.too_many", most=MOST_ROWS, given=given)
        identity = id_of("plan_revision", str(command_id))
        if self._application.find(identity) is None:
            revision = PlanRevision(
                year=year,
                rows=[row.as_json() for row in rows],
                currency=currency,
                reason=reason.strip(),
                file=file,
                proposed_by=by,
                command_id=command_id,
                withdrawn=[[str(node), utility.value] for node, utility in withdrawn] or None,
            )
            self._application.store(revision)
        return identity

    def approve(self, revision: UUID, *, by: UUID, command_id: UUID) -> int:
        """Let a revision count, as a second person; return the journal's position.

        Raises:
            PlanError: There is no such revision.
            PlanStateError: It is decided already, or the person proposed it.
        """
        known = self._known(revision)
        known.approve(by=by, command_id=command_id)
        return self._application.store(known)

    def reject(self, revision: UUID, *, by: UUID, reason: str, command_id: UUID) -> int:
        """Refuse a revision; return the journal's position.

        Raises:
            PlanError: There is no such revision, or the reason is missing.
            PlanStateError: It is decided already.
        """
        known = self._known(revision)
        known.reject(by=by, reason=reason, command_id=command_id)
        return self._application.store(known)

    def _known(self, revision: UUID) -> PlanRevision:
        known = self._application.find(revision)
        if not isinstance(known, PlanRevision):
            raise PlanError.of("plan.unknown", revision=revision)
        return known
