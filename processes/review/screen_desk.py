"""In: what a person decides about one case on the screen. Out: as `desk`. I/O: PostgreSQL.

The web process may write events and fold no view: it waits for `project` to have come so far.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from billing.views.review_queue import QueuedCase
from energy.base.errors import JournalError
from energy.base.ids import id_of
from energy.journal.application import JournalApplication
from energy.journal.follower import wait_for_position
from energy.store.sites import Site
from energy.system import System
from energy.views.readings_told import channel_of
from energy.views.worker import METERING_VIEWS
from processes.readings_file import instant_of, stated_readings
from processes.readings_state import (
    Settle,
    approve_correction,
    corrections_at,
    propose_stated,
)
from processes.review.choice import Chosen, Outcome
from processes.review.desk import ReviewDesk
from processes.review.disregard import reason_without, stated_without
from processes.review.estimate import draft_for, estimate_case

PATIENCE_S = 5.0
"""How long the views are given; what is written stands whether they come or not. [s]"""


def awaited(system: System, site: Site) -> None:
    """Wait until the views of readings have come up to the journal, or show it late."""
    head = JournalApplication(system.database, site.schema, "metering", system.clock).position()
    try:
        wait_for_position(system.database, site.schema, METERING_VIEWS, head, timeout_s=PATIENCE_S)
    except JournalError:
        return  # the page says how old its data are


class ScreenDesk:
    """Decides about one case of a site at a time, for whoever is signed in."""

    def __init__(self, system: System, site: Site, settle: Settle = awaited) -> None:
        """Decide about the cases of a site.

        Args:
            system: Parts of the web process.
            site: The site.
            settle: Lets the views come up to the journal.
        """
        self._system, self._site, self._settle = system, site, settle
        self._limit = Decimal(system.config.review_alone_up_to)

    def accept(self, case: UUID, reason: str, *, by: UUID, may_decide: bool) -> None:
        """Let the values stand; much money, or who only proposes, waits for a second person."""
        self._one(
            case,
            by,
            "accept",
            reason,
            lambda desk, rows: desk.accept(rows, reason, limit=self._limit, may_decide=may_decide),
        )

    def hold(self, case: UUID, reason: str, *, until: date, by: UUID) -> None:
        """Let the case wait until a day."""
        self._one(
            case,
            by,
            "hold",
            reason,
            lambda desk, rows: desk.hold(rows, reason, until=until),
            str(until),
        )

    def release(self, case: UUID, reason: str, *, by: UUID, may_decide: bool) -> None:
        """End the hold, or take the proposed acceptance back."""
        self._one(
            case,
            by,
            "release",
            reason,
            lambda desk, rows: desk.release(rows, reason, may_decide=may_decide),
        )

    def correct(self, case: UUID, readings: Sequence[str], reason: str, *, by: UUID) -> None:
        """Propose what the register showed, each as TIME=VALUE; a second person approves it."""
        desk = self._desk(by)
        (row,) = desk.chosen(Chosen(names=(case.hex,)))
        channel = desk.channel(row, None)
        stated = stated_readings(readings, channel, self._site.zone)
        desk.correct(row, stated, reason, evidence=())

    def state(self, point: str, readings: Sequence[str], reason: str, *, by: UUID) -> None:
        """Propose what a point's register showed, of no case; a second person approves it."""
        with self._system.database.connection() as connection:
            channel = channel_of(connection, self._site.schema, point, None)
        propose_stated(self._system, self._site, channel, readings, reason, by=by)
        self._settle(self._system, self._site)

    def without(self, case: UUID, instants: Sequence[str], reason: str, *, by: UUID) -> None:
        """Propose that readings shall not count; a second person approves it."""
        desk = self._desk(by)
        (row,) = desk.chosen(Chosen(names=(case.hex,)))
        channel = desk.channel(row, None)
        wrong = [instant_of(word, self._site.zone) for word in instants]
        stated = stated_without(self._system, self._site, channel, wrong, [])
        desk.correct(row, stated, reason_without(reason, wrong), evidence=())

    def estimate(self, case: UUID, method: str, reason: str, *, by: UUID) -> None:
        """Let an estimate stand in for what is missing."""
        desk = self._desk(by)
        if desk.repeated(case.hex, "estimate", reason, method) is not None:
            return
        (row,) = desk.chosen(Chosen(names=(case.hex,)))
        draft = draft_for(
            self._system, self._site, row, desk.channel(row, None), method, options={}
        )
        estimate_case(self._system, self._site, desk, row, draft, reason, by, limit=self._limit)

    def approve(self, correction: UUID, *, by: UUID) -> None:
        """Let a proposed correction count, as another person than who proposed it."""
        approve_correction(self._system, self._site, correction, by=by)
        self._settle(self._system, self._site)

    def reject(self, correction: UUID, reason: str, *, by: UUID) -> None:
        """Refuse a proposed correction."""
        command_id = id_of("command", "reject_correction", str(correction), str(by))
        corrections_at(self._system, self._site).reject(
            correction, by=by, reason=reason, command_id=command_id
        )
        self._settle(self._system, self._site)

    def _desk(self, by: UUID) -> ReviewDesk:
        return ReviewDesk(self._system, self._site, by, self._name_of, settle=self._settle)

    def _name_of(self, person: UUID) -> str:
        known = self._system.people.get(person)
        return person.hex[:8] if known is None else known.name

    def _one(
        self,
        case: UUID,
        by: UUID,
        verb: str,
        reason: str,
        act: Callable[[ReviewDesk, Sequence[QueuedCase]], Sequence[Outcome]],
        *words: str,
    ) -> None:
        """Decide about one case; a request that is repeated finds what it did."""
        desk = self._desk(by)
        if desk.repeated(case.hex, verb, reason, *words) is not None:
            return
        for outcome in act(desk, desk.chosen(Chosen(names=(case.hex,)))):
            if outcome.refused is not None:
                raise outcome.refused
