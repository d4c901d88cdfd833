"""In: entries of the shift log, who goes, who comes. Out: facts of the log, handovers. I/O.

What is open when a post is handed over is read from the tables and kept in the offer. Nobody's
session ends by a handover: the person changes, the desk stays signed in.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from energy.alerting.outages.reads import OutageState, read_outages
from energy.alerting.sounding.shift import shift_at
from energy.base.aggregate import JournalAggregate
from energy.base.clock import Clock
from energy.journal.retrying import retried
from energy.service.duty.book import DutyBook
from energy.service.duty.entry import ShiftEntry
from energy.service.duty.errors import DutyError
from energy.service.duty.handover import Handover, HandoverState, Standing
from energy.service.duty.holding import DutyJournal
from energy.service.duty.passing import owned_by, passed_on
from energy.service.duty.plan import DutyPlan, PostKind
from energy.service.duty.reads import (
    Connection,
    last_signed,
    read_handovers,
    read_on_duty,
    read_points,
)
from energy.store.pool import Database
from energy.store.sites import Site

_NOT_COMING = frozenset({OutageState.CANCELLED, OutageState.ENDED, OutageState.DRAFT})


class LogDesk:
    """Where the shift log is kept and posts are handed over."""

    def __init__(self, database: Database, site: Site, clock: Clock) -> None:
        """Work on a site; the role is meterline_writer."""
        self._at = DutyJournal(database, site, clock)

    def tell(self, text: str, *, stays_open: bool, by: UUID, command_id: UUID) -> UUID:
        """Tell the log something; return the entry.

        Args:
            text: What; no names of people.
            stays_open: Whether following shifts get it until somebody closes it.
            by: Who tells it.
            command_id: Of the command.

        Raises:
            DutyError: It says nothing, or too much.
        """
        identity = self._at.id_of("shift_entry", command_id)
        if self._at.operations.find(identity) is None:
            entry = ShiftEntry.tell(
                identity, text, stays_open=stays_open, by=by, command_id=command_id
            )
            self._at.operations.store(entry)
        return identity

    def close(self, identity: UUID, text: str, *, by: UUID, command_id: UUID) -> None:
        """Close an open point.

        Raises:
            DutyError: There is none, it is not open, or nothing is said.
        """

        def act() -> None:
            entry = self._at.operations.find(identity)
            if not isinstance(entry, ShiftEntry):
                raise DutyError.of("no_entry")
            entry.close(text, by=by, command_id=command_id)
            self._at.operations.store(entry)

        retried(act)

    def offer(self, post: str, *, with_work: bool = False, by: UUID, command_id: UUID) -> UUID:
        """Offer a desk to whoever comes: the first signature; return the handover.

        Args:
            post: The desk.
            with_work: Whether the open incidents and orders that one owns pass with it.
            by: Who goes.
            command_id: Of the command.

        Raises:
            DutyError: There is no plan or no such desk, it is offered already; another person took
                it last and one is not on duty there by the roster; nobody ever took it and one is
                not in its group either.
        """
        identity = self._at.id_of("handover", command_id)

        def act() -> None:
            book = self._at.book()
            if book.handovers.get(post) != identity and not self._at.operations.find(identity):
                handover = self._offered(book, identity, post, by=by, command_id=command_id)
                if with_work:
                    with self._at.database.connection() as connection:
                        work = owned_by(connection, self._at.site.schema, by)
                    handover.add_work(work, command_id=command_id)
                self._at.operations.store(handover, book)

        retried(act)
        return identity

    def _offered(
        self, book: DutyBook, identity: UUID, post: str, *, by: UUID, command_id: UUID
    ) -> Handover:
        """Return an offer, told to the book: of two at once the second meets a conflict."""
        plan, now = book.plan, self._at.now()
        found = plan.post(post)
        if found is None or found.kind is not PostKind.DESK:
            desks = ", ".join(each.key for each in plan.posts if each.kind is PostKind.DESK)
            raise DutyError.of("no_desk", post=post, known=desks)
        schema = self._at.site.schema
        with self._at.database.connection() as connection:
            last = last_signed(connection, schema, post)
            others = [e for e in read_handovers(connection, schema) if e.handover != identity]
            standing = read_standing(connection, schema, now)
            there = read_on_duty(connection, self._at.site, now).posts.get(post)
        if last is None:
            self._demand_fit(post, plan, by)
        newest = self._newest(book, post)  # the journal's word: tables come behind it
        if newest is None:  # offered before the book knew of offers
            waits = any(e.post == post and e.state == HandoverState.OFFERED for e in others)
        else:
            waits = newest.state is HandoverState.OFFERED
        if waits:
            raise DutyError.of("offered", post=post)
        if last is not None and by not in {last.comes, there}:  # who took it may be gone for good
            raise DutyError.of("not_holder", post=post)
        begun = shift_at(now, self._at.site.zone, [shift.at for shift in plan.shifts]).start
        since = last.signed_at if last is not None and last.signed_at is not None else begun
        handover = Handover.offer(
            identity, post, standing, since=since, now=now, by=by, command_id=command_id
        )
        book.offer_desk(post, identity, command_id=command_id)
        return handover

    def _demand_fit(self, post: str, plan: DutyPlan, person: UUID) -> None:
        """Refuse who is neither in the group of a desk nor on duty there by the roster.

        Raises:
            DutyError: The person is neither.
        """
        if person in plan.qualified(post):
            return
        with self._at.database.connection() as connection:
            there = read_on_duty(connection, self._at.site, self._at.now()).posts.get(post)
        if person != there:
            raise DutyError.of("not_in_group", post=post)

    def _newest(self, book: DutyBook, post: str) -> Handover | None:
        """Return the newest handover of a desk; None where the book knows none yet."""
        known = book.handovers.get(post)
        found = None if known is None else self._at.operations.find(known)
        return found if isinstance(found, Handover) else None

    def sign(self, identity: UUID, *, may_own: bool = True, by: UUID, command_id: UUID) -> None:
        """Take a desk that is offered: the second signature. Work that passes with it is one's own.

        Args:
            identity: The handover.
            may_own: Whether one's roles let one own incidents and orders.
            by: Who comes.
            command_id: Of the command.

        Raises:
            DutyError: There is none, it is one's own, was signed or withdrawn, one is neither in
                the group of the desk nor on duty there by the roster, or may not own what passes.
        """

        def act() -> None:
            handover = self._handover(identity)
            if handover.seen(command_id):
                return
            self._demand_fit(handover.post, self._at.book().plan, by)
            if handover.work is not None and not may_own:
                raise DutyError.of("may_not_own", post=handover.post)
            handover.sign(by=by, now=self._at.now(), command_id=command_id)
            passed = self._passed(handover, by, command_id)
            self._at.operations.store(handover, *passed)

        retried(act)

    def _passed(self, handover: Handover, comes: UUID, command_id: UUID) -> list[JournalAggregate]:
        """Return what passes with a desk: what who goes owns, by the offer or since."""
        if handover.work is None:
            return []
        with self._at.database.connection() as connection:
            since = owned_by(connection, self._at.site.schema, handover.goes)
        return passed_on(
            self._at.operations,
            [*handover.work, *since],
            goes=handover.goes,
            comes=comes,
            command_id=command_id,
        )

    def withdraw(self, identity: UUID, *, by: UUID, command_id: UUID) -> None:
        """Take back an offer: who offered it stays.

        Raises:
            DutyError: There is none, it is another person's, or was signed or withdrawn.
        """

        def act() -> None:
            handover = self._handover(identity)
            handover.withdraw(by=by, command_id=command_id)
            self._at.operations.store(handover)

        retried(act)

    def _handover(self, identity: UUID) -> Handover:
        found = self._at.operations.find(identity)
        if not isinstance(found, Handover):
            raise DutyError.of("no_handover")
        return found


def read_standing(connection: Connection, schema: str, now: datetime) -> Standing:
    """Return what is open: points of the log, alerts, outages that were told."""
    alerts: list[tuple[Any, ...]] = connection.execute(
        f"SELECT alert FROM {schema}.alert WHERE closed_at IS NULL AND parent IS NULL "
        "AND suppressed = '{}' ORDER BY raised_at, alert"
    ).fetchall()
    return Standing(
        points=[each.entry for each in read_points(connection, schema)],
        alerts=[alert for (alert,) in alerts],
        outages=[
            each.outage
            for each in read_outages(connection, schema)
            if each.state(now) not in _NOT_COMING
        ],
    )
