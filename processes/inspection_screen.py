"""In: what a person says of back-billing on a screen. Out: as `inspections`. I/O: PostgreSQL.

The web process may write events and fold no view: it waits for `project` to have come so far. What
one approval adds the next one must see, so that late views refuse here.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from energy.base.errors import JournalError
from energy.journal.application import JournalApplication
from energy.journal.follower import wait_for_position
from energy.service.inspection.desk import InspectionDesk
from energy.service.inspection.errors import InspectionError
from energy.service.inspection.found import Claim
from energy.service.inspection.reads import InspectionRow, read_inspections
from energy.store.sites import Site
from energy.system import System
from energy.views.worker import METERING_VIEWS
from processes.inspections import approve_back_billing, back_bill, draft_back_billing
from processes.meter_life.adjust import reject_adjustment
from processes.readings_state import Settle
from processes.review.screen_desk import PATIENCE_S


def brought_up(system: System, site: Site) -> None:
    """Wait until the views of readings have come up to the journal.

    Raises:
        InspectionError: They have not in time; what was written stands.
    """
    head = JournalApplication(system.database, site.schema, "metering", system.clock).position()
    try:
        wait_for_position(system.database, site.schema, METERING_VIEWS, head, timeout_s=PATIENCE_S)
    except JournalError:
        raise InspectionError.of("late") from None


class ScreenBilling:
    """Proposes, approves and refuses what inspections let be billed, for whoever is signed in."""

    def __init__(
        self, system: System, site: Site, desk: InspectionDesk, settle: Settle = brought_up
    ) -> None:
        """Decide about the inspections of a site.

        Args:
            system: Parts of the web process.
            site: The site.
            desk: Of inspections.
            settle: Lets the views come up to the journal, or refuses.
        """
        self._system, self._site, self._desk = system, site, desk
        self._settle = settle

    def propose(self, order: UUID, claim: Claim, *, by: UUID) -> None:
        """Propose that what was missed is billed.

        Raises:
            InspectionError: As `draft_back_billing` and `back_bill`; the views are late.
            AdjustmentError: As `draft_back_billing`.
        """
        row = self._row(order)
        made = draft_back_billing(self._system, self._site, self._desk, row, claim)
        back_bill(self._system, self._site, self._desk, row, made, by, self._settle)

    def approve(self, order: UUID, *, roles: Collection[str], by: UUID) -> None:
        """Let what was missed be billed.

        Raises:
            InspectionError: As `approve_back_billing`; the views are late.
            AdjustmentError: As `approve_back_billing`.
        """
        row, held = self._row(order), frozenset(roles)
        approve_back_billing(self._system, self._site, self._desk, row, held, by, self._settle)

    def refuse(self, order: UUID, reason: str, *, by: UUID) -> None:
        """Refuse what was proposed; who proposed it may take it back so.

        Raises:
            InspectionError: Nothing is proposed; the views are late.
            CorrectionStateError: It is decided already.
            StatementError: The reason is missing.
        """
        adjustment = self._desk.inspection(order).adjustment
        if adjustment is None:
            raise InspectionError.of("none_proposed")
        name = adjustment.hex
        reject_adjustment(self._system, self._site, name, reason=reason, by=by, settle=self._settle)

    def _row(self, order: UUID) -> InspectionRow:
        with self._system.database.connection() as connection:
            found = read_inspections(connection, self._site.schema, named=order.hex)
        if len(found) != 1:
            raise InspectionError.of("none")
        return found[0]
