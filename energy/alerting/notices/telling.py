"""In: alert facts, the clock. Out: notices queued in operations. I/O: PostgreSQL.

`follow` goes along the operations journal behind the views, with a position of its own: a rebuild
or a replay of views never comes by here. `tick` looks at what was told already: repeats, levels,
other ways, what is over. Ids are made of what is told: queued twice it is once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

import psycopg
import structlog

from energy.alerting.alert import Alert
from energy.alerting.notices.duties import Due, due_now
from energy.alerting.notices.gateway import GatewayKind
from energy.alerting.notices.notice import TOLD, Notice, NoticeState
from energy.alerting.notices.plan import Plan
from energy.alerting.notices.policy import Recipient, Wanted, not_before, opens_at, recipients
from energy.alerting.notices.posts import FindCalled, groups_at, nobody
from energy.alerting.notices.reads import (
    AlertFacts,
    ContactRow,
    NoticeTold,
    levels_told,
    read_contacts,
    read_facts,
    read_groups,
    read_plan,
    read_told,
    unreached,
    watched_alerts,
)
from energy.alerting.notices.words import TemplateKey
from energy.base.clock import Clock
from energy.base.errors import ConflictError
from energy.base.ids import id_of
from energy.journal.application import JournalApplication
from energy.journal.recorder import head_position, read_entries
from energy.store.pool import Database
from energy.store.sites import Site

FOLLOWER = "notices"
"""Name under which the position in the operations journal is kept."""
VIEWS = "operations"
"""Name of the follower of the views: what they have folded is told."""
ABOUT_ALERT, ABOUT_OVER = "alert", "over"
WAKING = frozenset({"alert.raised", "alert.unshelved", "alert.unsuppressed", "alert.attached"})
"""Facts after which an alert may be one that people are told of."""
OVER_FOR = timedelta(days=1)
"""How long after an alert was cleared somebody is still told of it who was not reached."""
_SLICE = 256
_AT_ONCE = 300
_FIRST = UUID(int=0)
Connection = psycopg.Connection[tuple[object, ...]]
log = structlog.get_logger("notices")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Book:
    """Plan and people as they stand."""

    plan: Plan
    named: dict[str, list[str]]
    """Members of groups as written: contacts and posts."""
    contacts: list[ContactRow]
    people: dict[str, Recipient]
    called: FindCalled
    members: dict[tuple[datetime, frozenset[GatewayKind]], dict[str, list[str]]] = field(
        default_factory=dict
    )

    def groups(self, at: datetime, ways: frozenset[GatewayKind]) -> dict[str, list[str]]:
        """Return the contacts of groups at an instant: of a post, whoever it calls then.

        Shifts begin with a minute: whoever is asked in a storm of alerts is asked once for it.

        Args:
            at: The instant.
            ways: By which they are to be told: a post calls somebody who has one of them.
        """
        minute = at.replace(second=0, microsecond=0)
        if (minute, ways) not in self.members:
            found = groups_at(self.named, self.contacts, self.called, minute, ways)
            self.members[minute, ways] = found
        return self.members[minute, ways]


@dataclass(slots=True, kw_only=True)
class _Case:
    """One alert with what was told of it."""

    alert: Alert
    facts: AlertFacts
    told: list[NoticeTold] = field(default_factory=list)


class Telling:
    """Queues the notices of one site."""

    def __init__(
        self,
        database: Database,
        site: Site,
        clock: Clock,
        ways: Collection[str] = tuple(GatewayKind),
        called: FindCalled = nobody,
    ) -> None:
        """Work on a site; nothing is read yet.

        Args:
            database: The process's pool (role meterline_writer).
            site: The site.
            clock: The injected clock.
            ways: Kinds of the gateways that the site has; who can be told by none of them waits
                for one.
            called: Asks who is on duty at the posts that groups name.
        """
        self._called = called
        self._ways = frozenset(map(GatewayKind, ways))
        self._database = database
        self._site = site
        self._schema = site.schema
        self._clock = clock
        self._operations = JournalApplication(database, site.schema, "operations", clock)
        self._after = _FIRST

    def begin(self) -> None:
        """Take a place at the journal's end where there is none yet.

        A site that comes from elsewhere, or that told nobody so far, tells nobody of its past.
        """
        with self._database.transaction() as connection:
            head = head_position(connection, self._schema, "operations")
            connection.execute(
                f"INSERT INTO {self._schema}.follower (name, position) VALUES (%s, %s) "
                "ON CONFLICT DO NOTHING",
                (FOLLOWER, head),
            )

    def follow(self) -> bool:
        """Queue what new alert facts ask for; return whether more of them wait.

        The notices are stored before the position: a slice met again changes nothing.
        """
        with self._database.connection() as connection:
            rows: list[tuple[Any, ...]] = connection.execute(
                f"SELECT name, position FROM {self._schema}.follower WHERE name = ANY(%s)",
                ([FOLLOWER, VIEWS],),
            ).fetchall()
            positions = dict(rows)
            if FOLLOWER not in positions:
                self.begin()
                return False
            after = int(positions[FOLLOWER])
            entries = read_entries(
                connection,
                self._schema,
                "operations",
                after=after,
                limit=_SLICE,
                up_to=int(positions.get(VIEWS, 0)),  # who is told stands in the views
            )
        if not entries:
            return False
        self._attend(dict.fromkeys(e.stream for e in entries if e.topic in WAKING), new=True)
        with self._database.connection() as connection:
            connection.execute(
                f"UPDATE {self._schema}.follower SET position = %s, updated_at = now() "
                "WHERE name = %s AND position = %s",
                (entries[-1].position, FOLLOWER, after),
            )
        return len(entries) == _SLICE

    def tick(self) -> bool:
        """Queue what time asks for, of some alerts; return whether it is to look at more."""
        since = self._clock.now() - OVER_FOR
        with self._database.connection() as connection:
            alerts = watched_alerts(
                connection, self._schema, after=self._after, since=since, most=_AT_ONCE
            )
        self._attend(alerts, new=False)
        more = len(alerts) == _AT_ONCE
        self._after = alerts[-1] if more else _FIRST
        return more

    def _attend(self, alerts: Iterable[UUID], *, new: bool) -> None:
        wanted = list(alerts)
        if not wanted:
            return
        with self._database.connection() as connection:
            book = self._book(connection)
            if book is None:
                return
            known = self._operations.find_all(wanted)
            facts = read_facts(connection, self._schema, wanted)
            told = read_told(connection, self._schema, wanted)
        notices: list[Notice] = []
        for identity in wanted:
            alert = known.get(identity)
            if not isinstance(alert, Alert) or identity not in facts:
                continue  # its entry is parked: the finding of that is an alert of its own
            case = _Case(alert=alert, facts=facts[identity], told=told.get(identity, []))
            if new and not (wakes(alert) and alert.acknowledged_by is None):
                continue
            notices += self._due(book, case)
        for notice in notices:  # first: what is queued is not due again after a crash
            if notice.template == TemplateKey.ESCALATION:
                self._escalate(notice.subject, notice.level)
        self._queue(notices)

    def _book(self, connection: Connection) -> _Book | None:
        plan = read_plan(connection, self._schema, self._site.zone)
        if plan is None:
            return None
        contacts = read_contacts(connection, self._schema)
        return _Book(
            plan=plan,
            named=read_groups(connection, self._schema),
            contacts=contacts,
            people={each.key: each.recipient() for each in contacts},
            called=cache(self._called),
        )

    def _due(self, book: _Book, case: _Case) -> list[Notice]:
        """Return the notices that one alert asks for now."""
        duty = book.plan.duties.get(case.facts.severity)
        if duty is None:
            return []
        mine = [told for told in case.told if told.about == ABOUT_ALERT]
        if case.alert.cleared and any(told.state in TOLD for told in mine):
            return self._over(book, case, mine) if duty.tell_cleared else []
        if case.alert.acknowledged_by is not None or not wakes(case.alert):
            return []
        now = self._clock.now()
        passed_on = self._passed_on(book, case, mine, now)
        if passed_on:
            return passed_on
        severity, rule = case.facts.severity, case.facts.rule
        # Raised while nobody is on duty it waits for the first who is: no later fact would tell it.
        at = now if mine else opens_at(book.plan, severity, rule, now)
        levels = [
            each for each in book.plan.levels(severity, rule) if self._who(book, case, each, at)
        ]
        if not levels:
            log.warning("nobody can be told", alert=str(case.alert.id), severity=severity)
            return []
        notices: list[Notice] = []
        for due in due_now(duty, levels, levels_told(mine), over=case.alert.cleared, now=now):
            owed = unreached([told for told in mine if told.level == due.level])
            notices += [
                self._notice(case, wanted, due)
                for wanted in self._who(book, case, due.level, at)
                if not _waits(mine, wanted.contact) and (not due.owed or wanted.contact in owed)
            ]
        return notices

    def _who(
        self,
        book: _Book,
        case: _Case,
        level: int,
        now: datetime,
        used_up: Collection[tuple[UUID, GatewayKind]] = (),
    ) -> list[Wanted]:
        severity, rule = case.facts.severity, case.facts.rule
        return recipients(
            book.plan,
            severity=severity,
            rule=rule,
            level=level,
            groups=book.groups(now, book.plan.ways(severity, rule, level)),
            people=book.people,
            used_up=used_up,
            there=self._ways,
            now=now,
        )

    def _passed_on(
        self, book: _Book, case: _Case, mine: Sequence[NoticeTold], now: datetime
    ) -> list[Notice]:
        """Return the same by another way, for whom one way was given up."""
        found = []
        for level, repeat in dict.fromkeys((told.level, told.repeat) for told in mine):
            at = [told for told in mine if (told.level, told.repeat) == (level, repeat)]
            used_up = {(told.contact, told.way) for told in at}
            lost = unreached(at)
            if not lost:
                continue
            due = Due(level=level, repeat=repeat)
            found += [
                self._notice(case, wanted, due)
                for wanted in self._who(book, case, level, now, used_up)
                if wanted.contact in lost
            ]
        return found

    def _over(self, book: _Book, case: _Case, mine: Sequence[NoticeTold]) -> list[Notice]:
        """Return that it is over, to those who were told of it."""
        now = self._clock.now()
        ways = dict.fromkeys((told.contact, told.way) for told in mine if told.state in TOLD)
        at = not_before(book.plan, case.facts.severity, now)
        return [
            self._notice(
                case,
                Wanted(contact=contact, way=way, not_before=at),
                Due(level=0, repeat=0),
                about=ABOUT_OVER,
            )
            for contact, way in ways
        ]

    def _notice(self, case: _Case, wanted: Wanted, due: Due, *, about: str = ABOUT_ALERT) -> Notice:
        told = (about, str(case.alert.id), str(due.level), str(wanted.contact), wanted.way)
        return Notice(
            subject=case.alert.id,
            about=about,
            template=_template(case, due, about),
            level=due.level,
            repeat=due.repeat,
            contact=wanted.contact,
            way=str(wanted.way),
            severity=case.facts.severity,
            not_before=wanted.not_before,
            facts=case.facts.facts,
            command_id=id_of("queue notice", *told, str(due.repeat)),
        )

    def _queue(self, notices: Sequence[Notice]) -> None:
        """Store notices that are not stored yet, some hundreds at once."""
        for first in range(0, len(notices), _AT_ONCE):
            part = {notice.id: notice for notice in notices[first : first + _AT_ONCE]}
            for attempt in (1, 2, 3):
                new = [part[identity] for identity in self._unknown(part)]
                if not new:
                    break
                try:
                    self._operations.store(*new)
                except ConflictError:
                    log.info("another one was faster", notices=len(new))
                    if attempt == 3:
                        raise
                else:
                    log.info("notices queued", notices=len(new))
                    break

    def _escalate(self, identity: UUID, level: int) -> None:
        """Note at the alert that the next level was told."""
        for attempt in (1, 2, 3):
            alert = self._operations.find(identity)
            assert isinstance(alert, Alert), "it is told of"
            alert.escalate(level=level, command_id=id_of("escalate", str(identity), str(level)))
            try:
                self._operations.store(alert)
            except ConflictError:
                if attempt == 3:
                    raise
            else:
                return

    def _unknown(self, wanted: Collection[UUID]) -> list[UUID]:
        with self._database.connection() as connection:
            rows: list[tuple[Any, ...]] = connection.execute(
                f"SELECT DISTINCT originator_id FROM {self._schema}.operations_events "
                "WHERE originator_id = ANY(%s)",
                (list(wanted),),
            ).fetchall()
        known = {identity for (identity,) in rows}
        return [identity for identity in wanted if identity not in known]


def wakes(alert: Alert) -> bool:
    """Return whether anybody is to be told of an alert; that it came and went, too."""
    return not (alert.historic or alert.parent or alert.suppressed or alert.shelved_until)


def _template(case: _Case, due: Due, about: str) -> TemplateKey:
    if about == ABOUT_OVER:
        return TemplateKey.CLEARED
    if case.alert.cleared:
        return TemplateKey.ENDED
    if due.repeat:
        return TemplateKey.REPEAT
    return (
        TemplateKey.ESCALATION
        if any(t.level < due.level for t in case.told)
        else (TemplateKey.ALERT)
    )


def _waits(told: Sequence[NoticeTold], contact: UUID) -> bool:
    """Return whether a contact is to be told of it already."""
    return any(t.contact == contact and t.state is NoticeState.QUEUED for t in told)
