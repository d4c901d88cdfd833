"""In: people, a node, a span; who is supplied. Out: outages, notices, expected alerts. I/O.

A review stores what holds, the notices and the span of expected alerts in one transaction: told and
recorded are one thing, and a command repeated finds its own result.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import psycopg

from energy.alerting.flood import NODE
from energy.alerting.notices.errors import NoticeError
from energy.alerting.notices.gateway import GatewayKind
from energy.alerting.notices.notice import Notice
from energy.alerting.notices.plan import Plan
from energy.alerting.notices.policy import Recipient
from energy.alerting.notices.reads import read_contacts, read_groups, read_plan, read_wordings
from energy.alerting.notices.texts import notice_values
from energy.alerting.notices.words import OUTAGE_TEXTS, TemplateKey, Worded, Wording, worded
from energy.alerting.outages.affected import Affected, FindSupplied, affected, dark_over
from energy.alerting.outages.informing import (
    Informed,
    Spoken,
    informed,
    notices,
    spoken_of,
    way_of,
)
from energy.alerting.outages.outage import Forbid, Outage, OutageError, nothing_forbidden
from energy.alerting.outages.reads import read_graphs_over, read_others
from energy.alerting.suppression import Expected, Suppression, Why
from energy.base.aggregate import JournalAggregate
from energy.base.clock import Clock
from energy.base.ids import id_of
from energy.base.period import Period, local_day
from energy.base.text import LANGUAGES
from energy.journal.application import JournalApplication
from energy.journal.retrying import retried
from energy.store.pool import Database
from energy.store.sites import Site

Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Who the newest version of an outage concerns, as things stand."""

    name: str
    """Of the node."""
    found: Affected
    to: Sequence[Informed]
    """Who is told, protected loads first."""
    unreached: Sequence[str]
    """Accounts of which no contact can be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Book:
    plan: Plan
    wordings: Mapping[str, Mapping[str, Mapping[str, str]]]
    groups: Mapping[str, Sequence[str]]
    people: Mapping[str, Recipient]


class OutageDesk:
    """Where outages are planned, reviewed, changed and cancelled."""

    def __init__(
        self,
        database: Database,
        site: Site,
        clock: Clock,
        supplied: FindSupplied,
        forbid: Forbid = nothing_forbidden,
    ) -> None:
        """Work on a site.

        Args:
            database: The process's pool (role meterline_writer).
            site: The site.
            clock: The injected clock.
            supplied: Asks who is supplied at points.
            forbid: Refuses an outage where it may not be then.
        """
        self._database, self._site, self._clock = database, site, clock
        self._schema = site.schema
        self._supplied, self._forbid = supplied, forbid
        self._operations = JournalApplication(database, site.schema, "operations", clock)

    def plan(
        self,
        about: str,
        *,
        begins_at: datetime,
        ends_at: datetime,
        reason: str,
        by: UUID,
        command_id: UUID,
    ) -> UUID:
        """Plan an outage; return its id. Nobody is told before the review.

        Args:
            about: "node:UTILITY/KEY".
            begins_at: When the node goes off.
            ends_at: When it is on again.
            reason: What is done; people read it.
            by: Who plans it.
            command_id: Of the command; the outage's id follows from it.

        Raises:
            OutageError: There is no such node then, or no reason.
            SuppressionError: The span is none, past or too long.
        """
        identity = id_of("outage", self._site.key, str(command_id))
        if self._operations.find(identity) is not None:
            return identity
        outage = Outage.plan(
            identity,
            about,
            begins_at=begins_at,
            ends_at=ends_at,
            reason=reason,
            by=by,
            now=self._clock.now(),
            command_id=command_id,
        )
        self._look(outage)
        self._operations.store(outage)
        return identity

    def change(
        self,
        identity: UUID,
        *,
        begins_at: datetime | None = None,
        ends_at: datetime | None = None,
        reason: str | None = None,
        seen: int | None = None,
        by: UUID,
        command_id: UUID,
    ) -> int:
        """Write the next version of an outage; return its number. What is None stays.

        Raises:
            OutageError: There is none, it was cancelled or is past what was seen, or the node is
                not there then.
            SuppressionError: The span is none, past or too long.
        """
        outage = self._outage(identity)
        if outage.seen(command_id):
            return outage.edition
        outage.demand_seen(seen)
        outage.change(
            begins_at=begins_at or outage.begins_at,
            ends_at=ends_at or outage.ends_at,
            reason=reason or outage.reason,
            by=by,
            now=self._clock.now(),
            command_id=command_id,
        )
        self._look(outage)
        self._operations.store(outage)
        return outage.edition

    def review(self, identity: UUID, *, by: UUID, command_id: UUID, seen: int | None = None) -> int:
        """Let the newest version hold and tell it; return how many contacts are told.

        Args:
            identity: The outage.
            by: The reviewer.
            command_id: Of the command.
            seen: The version that the reviewer read; None: the newest.

        Raises:
            OutageError: There is none, it is one's own, was reviewed or cancelled, is over, or
                is past what was seen.
            NoticeError: There is no plan of notices, or a text was never reviewed.
            ConflictError: Somebody else changes it again and again.
        """
        read = seen or self._outage(identity).edition
        return retried(lambda: self._review(identity, read, by, command_id))

    def _review(self, identity: UUID, read: int, by: UUID, command_id: UUID) -> int:
        outage, now = self._outage(identity), self._clock.now()
        if outage.seen(command_id):
            return len(outage.told)
        outage.demand_seen(read)
        outage.demand_review(by, now)
        span = Period(start=outage.begins_at, end=outage.ends_at)
        asked = self._forbid(outage.id, outage.about, span, command_id)
        book, look = self._book(), self._look(outage)
        first = outage.holds == 0
        spoken = spoken_of(
            outage, look.name, TemplateKey.OUTAGE if first else TemplateKey.OUTAGE_CHANGED
        )
        told = notices(spoken, look.to, book.plan, now, command_id)
        still = {each.contact for each in look.to}
        off = [UUID(each) for each in outage.told if UUID(each) not in still]
        told += self._stays_on(book, off, spoken, command_id)
        outage.review(
            nodes=look.found.nodes,
            accounts=look.found.accounts,
            told=[each.contact for each in look.to],
            unreached=look.unreached,
            by=by,
            now=now,
            command_id=command_id,
        )
        expected = self._expected(outage, by, command_id)
        self._operations.store(outage, *told, *expected, *asked)
        return len(told)

    def cancel(self, identity: UUID, *, reason: str, by: UUID, command_id: UUID) -> int:
        """Let an outage not be, and tell who was told of it; return how many contacts are told.

        Raises:
            OutageError: There is none, it is over, or there is no reason.
            NoticeError: Somebody is to be told, and there is no plan or no reviewed text.
            ConflictError: Somebody else changed it meanwhile.
        """
        outage = self._outage(identity)
        if outage.cancelled:
            return 0
        told_before = [UUID(each) for each in outage.told]
        begins_at = outage.begins_at
        outage.cancel(reason=reason, by=by, now=self._clock.now(), command_id=command_id)
        told: list[Notice] = []
        if told_before:
            spoken = Spoken(
                outage=outage.id,
                version=outage.edition,
                template=TemplateKey.OUTAGE_CANCELLED,
                what=self._name(outage),
                begins_at=begins_at,
                ends_at=outage.ends_at,
                reason=reason,
            )
            told = self._stays_on(self._book(), told_before, spoken, command_id)
        span = self._operations.find(_span_id(outage))
        changed: list[JournalAggregate] = [outage, *told]
        if isinstance(span, Suppression):
            span.end(by=by, command_id=command_id)
            changed.append(span)
        self._operations.store(*changed)
        return len(told)

    def look(self, identity: UUID) -> Look:
        """Return who the newest version of an outage concerns, as things stand.

        Raises:
            OutageError: There is none, or its node is not there then.
        """
        return self._look(self._outage(identity))

    def preview(self, about: str, period: Period) -> Look:
        """Return who would go dark while a node is off, whether or not that is planned.

        Args:
            about: "node:UTILITY/KEY".
            period: The span.

        Raises:
            OutageError: There is no such node then.
        """
        return self._look_at(about, period, id_of("outage", self._site.key, "none"))

    def draft(self, identity: UUID) -> dict[str, Worded]:
        """Return what the newest version would say, by language.

        Raises:
            OutageError: There is none, or its node is not there then.
            NoticeError: There is no plan of notices, or a text was never reviewed.
        """
        outage, book, now = self._outage(identity), self._book(), self._clock.now()
        look = self._look(outage)
        key = TemplateKey.OUTAGE_CHANGED if outage.holds else TemplateKey.OUTAGE
        reader = look.to[0] if look.to else _nobody(outage)
        sample = notices(spoken_of(outage, look.name, key), [reader], book.plan, now, outage.id)
        return {
            language: worded(
                Wording.of(book.wordings[key][language]),
                notice_values(sample, language=language, site=self._site, link="", now=now),
                language=language,
                signature=book.plan.signature[language],
                blocked=book.plan.blocked_words,
            )
            for language in LANGUAGES
        }

    def _look(self, outage: Outage) -> Look:
        period = Period(start=outage.begins_at, end=outage.ends_at)
        return self._look_at(outage.about, period, outage.id)

    def _look_at(self, about: str, period: Period, identity: UUID) -> Look:
        node = _node(about)
        with self._database.connection() as connection:
            graphs = read_graphs_over(connection, self._schema, about, period)
            others = read_others(connection, self._schema, identity, about, period)
            groups, people = self._people(connection)
        names = [each.nodes[node].name for each in graphs.values() if node in each.nodes]
        if not about.startswith(NODE) or not names:
            raise OutageError.of("about", about=about)
        points = dark_over(graphs.values(), node, others)
        day = local_day(period.start, self._site.zone)
        found = affected(points, self._supplied(sorted({*points.values()} - {""}), day))
        to, unreached = informed(found, groups, people)
        return Look(name=names[0], found=found, to=to, unreached=unreached)

    def _name(self, outage: Outage) -> str:
        try:
            return self._look(outage).name
        except OutageError:
            return _node(outage.about)  # the graph was changed: the node is gone

    def _stays_on(
        self, book: _Book, contacts: Sequence[UUID], spoken: Spoken, command_id: UUID
    ) -> list[Notice]:
        """Return that an outage is none for contacts who were told of it."""
        known = {who.contact: way_of(who) for who in book.people.values()}
        to = [
            Informed(contact=contact, way=way, protected=False, points=())
            for contact in contacts
            if (way := known.get(contact)) is not None
        ]
        off = replace(spoken, template=TemplateKey.OUTAGE_CANCELLED)
        return notices(off, to, book.plan, self._clock.now(), command_id)

    def _expected(self, outage: Outage, by: UUID, command_id: UUID) -> list[Suppression]:
        """Return the span in which its alerts are expected, as it holds now.

        What somebody ended by hand stays ended.
        """
        now = self._clock.now()
        known = self._operations.find(_span_id(outage))
        if isinstance(known, Suppression):
            if not known.ended:
                known.move(
                    begins_at=outage.begins_at,
                    ends_at=outage.ends_at,
                    by=by,
                    now=now,
                    command_id=command_id,
                )
            return [known]
        expected = Expected(
            suppression=_span_id(outage),
            why=Why.OUTAGE,
            about=outage.about,
            begins_at=outage.begins_at,
            ends_at=outage.ends_at,
        )
        reason = outage.reason
        return [Suppression.declare(expected, reason=reason, by=by, now=now, command_id=command_id)]

    def _book(self) -> _Book:
        with self._database.connection() as connection:
            plan = read_plan(connection, self._schema, self._site.zone)
            wordings = read_wordings(connection, self._schema)
            groups, people = self._people(connection)
        if plan is None:
            raise NoticeError.of("no_plan")
        for key in OUTAGE_TEXTS:
            if key not in wordings:
                raise NoticeError.of("not_reviewed", key=str(key))
        return _Book(plan=plan, wordings=wordings, groups=groups, people=people)

    def _people(self, connection: Connection) -> tuple[dict[str, list[str]], dict[str, Recipient]]:
        contacts = read_contacts(connection, self._schema)
        groups = read_groups(connection, self._schema)
        return groups, {each.key: each.recipient() for each in contacts}

    def _outage(self, identity: UUID) -> Outage:
        outage = self._operations.find(identity)
        if not isinstance(outage, Outage):
            raise OutageError.of("none")
        return outage


def _nobody(outage: Outage) -> Informed:
    return Informed(contact=outage.id, way=GatewayKind.SMS, protected=False, points=())


def _node(about: str) -> str:
    return about.removeprefix(NODE).partition("/")[2]


def _span_id(outage: Outage) -> UUID:
    return id_of("suppression", "outage", str(outage.id))
