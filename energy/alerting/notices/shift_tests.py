"""In: shifts of the plan, groups, what was sent. Out: a test message a shift, its receipt. I/O.

Who is on duty learns by it that alerts would arrive; whoever hands over sees that they did.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

import psycopg
import structlog

from energy.alerting.notices.desk import NoticeDesk
from energy.alerting.notices.errors import NoticeError
from energy.alerting.notices.notice import LOST, NoticeState, notice_id
from energy.alerting.notices.plan import Plan, ShiftTest
from energy.alerting.notices.posts import FindCalled, groups_at, nobody
from energy.alerting.notices.reads import read_contacts, read_groups, read_plan
from energy.alerting.sounding.shift import begins_within, shift_at
from energy.base.clock import Clock
from energy.base.ids import id_of
from energy.store.pool import Database
from energy.store.sites import Site

SENDER = id_of("chore", "duty tests")
"""Who sends them: the chore."""
log = structlog.get_logger("notices")
Connection = psycopg.Connection[tuple[object, ...]]


class ShiftState(StrEnum):
    """How far the test message of a shift is."""

    NOT_SENT = "not_sent"
    WAITING = "waiting"
    """It is queued, and there is time left."""
    SENT = "sent"
    """A gateway has it, and there is time left for its receipt."""
    RECEIVED = "received"
    LATE = "late"
    """It is queued for too long, or its receipt came too late."""
    UNANSWERED = "unanswered"
    """A gateway took it in vain, or gives no receipts."""
    FAILED = "failed"


WELL = frozenset({ShiftState.WAITING, ShiftState.SENT, ShiftState.RECEIVED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What became of one message."""

    state: NoticeState
    delivered_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftRow:
    """The test message of one shift to one contact."""

    begin: datetime
    """In the site's zone."""
    contact: str
    """Key of the contact."""
    way: str
    state: ShiftState
    delivered_at: datetime | None = None


def state_of(sent: Sent | None, begin: datetime, within_s: int, now: datetime) -> ShiftState:
    """Return how a test message does.

    Args:
        sent: What became of it; None: there is none.
        begin: Of the shift.
        within_s: A receipt that comes later is late. [s]
        now: Present instant.
    """
    end = begin + timedelta(seconds=within_s)
    in_time = now <= end
    if sent is None:
        return ShiftState.WAITING if in_time else ShiftState.NOT_SENT
    if sent.state in LOST or sent.state is NoticeState.WITHDRAWN:
        return ShiftState.FAILED
    if sent.delivered_at is not None:
        return ShiftState.RECEIVED if sent.delivered_at <= end else ShiftState.LATE
    if sent.state is NoticeState.QUEUED:
        return ShiftState.WAITING if in_time else ShiftState.LATE
    return ShiftState.SENT if in_time else ShiftState.UNANSWERED


class ShiftTests:
    """Sends the test message of each shift, once."""

    def __init__(
        self,
        database: Database,
        site: Site,
        desk: NoticeDesk,
        clock: Clock,
        called: FindCalled = nobody,
    ) -> None:
        """Send for a site.

        Args:
            database: The process's pool (role meterline_writer).
            site: The site.
            desk: Sends a test message.
            clock: The injected clock.
            called: Asks who is on duty at the posts that groups name.
        """
        self._called = called
        self._database = database
        self._site = site
        self._desk = desk
        self._clock = clock
        self._done: set[UUID] = set()
        self._refused: set[UUID] = set()
        """Said in the log once, and tried again: who has no telephone may get one."""

    def step(self) -> bool:
        """Send what the present shift has not sent; a process that was away sends it late."""
        now = self._clock.now()
        with self._database.connection() as connection:
            plan = read_plan(connection, self._site.schema, self._site.zone)
            named = read_groups(connection, self._site.schema)
            contacts = read_contacts(connection, self._site.schema)
        for test in plan.shift_tests if plan else ():
            begin = shift_at(now, self._site.zone, test.at).start
            groups = groups_at(named, contacts, self._called, begin)
            for key in groups.get(test.group, ()):
                self._send(key, test, begin)
        return False

    def _send(self, key: str, test: ShiftTest, begin: datetime) -> None:
        subject = _subject(self._site, key, test, begin)
        if subject in self._done:
            return
        try:
            self._desk.test(key, test.way, by=SENDER, command_id=subject)
        except NoticeError as error:  # `notice duty` shows that it was not sent
            if subject not in self._refused:
                log.warning("shift_test.unsent", site=self._site.key, contact=key, cause=str(error))
            self._refused.add(subject)
        else:
            self._done.add(subject)


def present_rows(rows: Sequence[ShiftRow]) -> list[ShiftRow]:
    """Return the newest row of each contact and way: what was tried for who is on duty now."""
    newest: dict[tuple[str, str], ShiftRow] = {}
    for row in sorted(rows, key=lambda each: each.begin):
        newest[row.contact, row.way] = row
    return list(newest.values())


def read_shifts(
    connection: Connection,
    site: Site,
    first: datetime,
    now: datetime,
    called: FindCalled = nobody,
) -> list[ShiftRow]:
    """Return the test messages of shifts that began behind an instant, the newest shift first.

    Shifts are those of the plan as it holds, to whoever is in their groups now; none without one.

    Args:
        connection: Any connection that may read.
        site: The site.
        first: Instant.
        now: Present instant.
        called: Asks who was on duty at the posts that groups name.
    """
    plan = read_plan(connection, site.schema, site.zone)
    wanted = [] if plan is None else list(_wanted(connection, site, plan, first, now, called))
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT notice, state, delivered_at FROM {site.schema}.notice WHERE notice = ANY(%s)",
        ([notice for notice, *_ in wanted],),
    ).fetchall()
    sent = {row[0]: Sent(state=NoticeState(row[1]), delivered_at=row[2]) for row in rows}
    found = [
        ShiftRow(
            begin=begin.astimezone(site.zone),
            contact=key,
            way=str(test.way),
            state=state_of(sent.get(notice), begin, test.within_s, now),
            delivered_at=sent[notice].delivered_at if notice in sent else None,
        )
        for notice, key, test, begin in wanted
    ]
    return sorted(found, key=lambda row: row.begin, reverse=True)


def _wanted(
    connection: Connection,
    site: Site,
    plan: Plan,
    first: datetime,
    now: datetime,
    called: FindCalled,
) -> Iterator[tuple[UUID, str, ShiftTest, datetime]]:
    named = read_groups(connection, site.schema)
    rows = read_contacts(connection, site.schema)
    contacts = {each.key: each.contact for each in rows}
    for test in plan.shift_tests:
        for begin in begins_within(test.at, site.zone, first, now):
            groups = groups_at(named, rows, called, begin)
            for key in groups.get(test.group, ()):
                if key in contacts:
                    subject = _subject(site, key, test, begin)
                    notice = notice_id("test", subject, 0, contacts[key], str(test.way), 0)
                    yield notice, key, test, begin


def _subject(site: Site, key: str, test: ShiftTest, begin: datetime) -> UUID:
    return id_of("shift test", site.key, key, str(test.way), str(int(begin.timestamp())))
