"""In: people, plans of events. Out: assured events and what follows from them. I/O: PostgreSQL.

An approval stores the event, the rules that are stricter in its time and what is spared in one
transaction; a command repeated finds its own result.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from energy.alerting.rule import Rule, rule_id
from energy.base.clock import Clock
from energy.base.ids import id_of
from energy.journal.application import JournalApplication
from energy.journal.retrying import retried
from energy.service.assurance.area import (
    Area,
    demand_area,
    read_area,
    read_in_the_way,
    thing_named,
    told_of_book,
)
from energy.service.assurance.book import AssuranceBook, Spared
from energy.service.assurance.errors import AssuranceError
from energy.service.assurance.event import AssuredEvent
from energy.service.assurance.guard import EventGuard
from energy.service.assurance.making import rules_of
from energy.service.assurance.plan import EventPlan
from energy.service.assurance.reporting import contents_of
from energy.service.assurance.staffing import days_of, on_leave
from energy.service.duty.reads import read_away
from energy.service.numbering import store_numbered
from energy.service.reports.table import Contents
from energy.store.pool import Database
from energy.store.sites import Site

EVENT_LETTER = "V"
"""Begins the numbers of assured events."""


class AssuranceDesk:
    """Where assured events are planned, approved, checked, called off and signed."""

    def __init__(self, database: Database, site: Site, clock: Clock) -> None:
        """Work on a site.

        Args:
            database: A pool in the writer's or the web's role.
            site: The site.
            clock: The injected clock.
        """
        self._database, self._site, self._clock = database, site, clock
        self._operations = JournalApplication(database, site.schema, "operations", clock)
        self._guard = EventGuard(database, site, clock)

    def plan(self, plan: EventPlan, *, by: UUID, command_id: UUID) -> UUID:
        """Plan an event; return its id. Nothing holds before another person approves it.

        Raises:
            AssuranceError: The time cannot be, somebody is on leave, a limit cannot be.
            WorkError: There is no such place or node.
        """
        identity = id_of("assured_event", self._site.key, str(command_id))
        if self._operations.find(identity) is not None:
            return identity
        plan.demand_time(self._clock.now())
        self._demand(plan, ("-", 1), by)

        def make(number: str) -> Sequence[AssuredEvent]:
            spec = plan.to_json()
            return [
                AssuredEvent(
                    assured=identity, number=number, spec=spec, by=by, command_id=command_id
                )
            ]

        operations, site = self._operations, self._site
        store_numbered(operations, site, EVENT_LETTER, identity, make, command_id=command_id)
        return identity

    def change(
        self, event: UUID, plan: EventPlan, reason: str, *, by: UUID, command_id: UUID
    ) -> int:
        """Write the next edition of an event; return its number.

        Raises:
            AssuranceError: As `AssuredEvent.change` and `plan`.
            WorkError: There is no such place or node.
            ConflictError: Somebody else changes it again and again.
        """

        def once() -> int:
            known = self.event(event)
            known.change(plan, reason, by=by, now=self._clock.now(), command_id=command_id)
            if known.pending_events:
                self._demand(plan, (known.number, known.edition), by)
            self._operations.store(known)
            return known.edition

        return retried(once)

    def approve(self, event: UUID, *, seen: int | None = None, by: UUID, command_id: UUID) -> int:
        """Let the newest edition hold; return how many limits are stricter in its time.

        Raises:
            AssuranceError: As `AssuredEvent.demand_approver`; something is planned there then, or
                the tables do not tell it yet; somebody is on leave meanwhile; a rule is gone or
                looser now.
            ConflictError: Somebody else changes it again and again.
        """

        def once() -> int:
            known, now = self.event(event), self._clock.now()
            if known.seen(command_id):
                return len(known.rules)
            known.demand_approver(by, now, seen)
            book = self._guard.book(command_id)  # before the tables: an outage of now changes it
            plan = known.newest
            area, specs = self._demand(plan, (known.number, known.edition), by)
            spared = self._spared(known, plan, area)
            self._demand_free(spared)
            before = self._rules(known, command_id)
            made = [
                Rule(
                    site=self._site.key,
                    key=spec["key"],
                    version=1,
                    spec=spec,
                    command_id=id_of("event rule", str(command_id), spec["key"]),
                )
                for spec in specs
            ]
            known.approve([each.key for each in made], by=by, command_id=command_id)
            book.enter(spared, command_id=command_id)
            self._operations.store(known, *made, *before, book)
            return len(made)

        return retried(once)

    def check(self, event: UUID, item: str, value: str, *, by: UUID, command_id: UUID) -> int:
        """Answer a question of the checklist; return the journal's position.

        Raises:
            AssuranceError: As `AssuredEvent.check`.
            WorkError: It is no answer.
            ConflictError: Somebody else changes it again and again.
        """
        now = self._clock.now()
        return self._act(
            event, lambda it: it.check(item, value, by=by, now=now, command_id=command_id)
        )

    def allow(self, event: UUID, name: str, reason: str, *, by: UUID, command_id: UUID) -> str:
        """Let a switching order or an outage happen in spite of an event; return its name.

        Args:
            event: The event.
            name: Number of the order, or the beginning of the outage's id.
            reason: Why it must be.
            by: Who allows it.
            command_id: Of the command.

        Raises:
            AssuranceError: There is no such thing; as `AssuredEvent.allow`.
            ConflictError: Somebody else changes it again and again.
        """
        with self._database.connection() as connection:
            thing, called = thing_named(connection, self._site.schema, name)

        def once() -> str:
            known = self.event(event)
            now = self._clock.now()
            known.allow(thing, called, reason, by=by, now=now, command_id=command_id)
            changed: list[AssuredEvent | AssuranceBook] = [known]
            if known.pending_events and known.holds:
                book = self._guard.book(command_id)
                with self._database.connection() as connection:
                    area = read_area(connection, self._site.schema, known.standing)
                book.enter(self._spared(known, known.standing, area), command_id=command_id)
                changed.append(book)
            self._operations.store(*changed)
            return called

        return retried(once)

    def call_off(self, event: UUID, reason: str, *, by: UUID, command_id: UUID) -> None:
        """Let an event not be; its limits and what it forbids end with it.

        Raises:
            AssuranceError: As `AssuredEvent.call_off`.
            ConflictError: Somebody else changes it again and again.
        """

        def once() -> None:
            known = self.event(event)
            known.call_off(reason, by=by, now=self._clock.now(), command_id=command_id)
            self._end(known, command_id)

        retried(once)

    def sign(self, event: UUID, words: str, *, by: UUID, command_id: UUID) -> None:
        """Sign the report of an event that is over, with what is known of its time now.

        Raises:
            AssuranceError: As `AssuredEvent.demand_signer` and `sign`.
            ConflictError: Somebody else changes it again and again.
        """

        def once() -> None:
            known = self.event(event)
            if not known.seen(command_id):
                known.demand_signer(by, self._clock.now())
                with self._database.connection() as connection:
                    contents = contents_of(connection, self._site, known)
                known.sign(words, contents.text(), by=by, command_id=command_id)
            self._end(known, command_id)

        retried(once)

    def report(self, event: UUID) -> Contents:
        """Return what happened in the time of an event: as signed, else as it is known now.

        Raises:
            AssuranceError: There is none.
        """
        known = self.event(event)
        if known.report:
            return Contents.of(known.report)
        with self._database.connection() as connection:
            return contents_of(connection, self._site, known)

    def event(self, identity: UUID) -> AssuredEvent:
        """Return an event as the journal has it now.

        Raises:
            AssuranceError: There is none.
        """
        found = self._operations.find(identity)
        if not isinstance(found, AssuredEvent):
            raise AssuranceError.of("none")
        return found

    def _demand(
        self, plan: EventPlan, event: tuple[str, int], by: UUID
    ) -> tuple[Area, list[dict[str, Any]]]:
        """Refuse what a plan cannot be; return what it is about, and its rules."""
        site, days = self._site, days_of(plan.period, self._site.zone)
        with self._database.connection() as connection:
            demand_area(connection, site.schema, plan)
            area = read_area(connection, site.schema, plan)
            away = read_away(connection, site.schema, days[0], days[-1])
            specs = rules_of(connection, site, plan, area, event=event, by=by)
        absent = on_leave(plan.staff, away, site.zone)
        if absent:
            raise AssuranceError.of("on_leave", post=absent[0].post)
        return area, specs

    def _demand_free(self, spared: Spared) -> None:
        with self._database.connection() as connection:
            if not told_of_book(connection, self._site):
                raise AssuranceError.of("behind", number=spared.number)
            found = read_in_the_way(connection, self._site.schema, spared, self._guard)
        if found:
            told = ", ".join(each.called for each in found)
            raise AssuranceError.of("in_the_way", number=spared.number, things=told)

    def _spared(self, known: AssuredEvent, plan: EventPlan, area: Area) -> Spared:
        return Spared(
            event=known.id,
            number=known.number,
            period=plan.period,
            nodes=area.nodes,
            allowed=frozenset(known.allowed),
        )

    def _rules(self, known: AssuredEvent, command_id: UUID) -> list[Rule]:
        """Return the rules that an event has made so far, withdrawn."""
        found = []
        for key in known.rules:
            rule = self._operations.find(rule_id(self._site.key, key, 1))
            if isinstance(rule, Rule) and not rule.withdrawn:
                rule.withdraw(command_id=command_id)
                found.append(rule)
        return found

    def _end(self, known: AssuredEvent, command_id: UUID) -> None:
        """Store an event that ends, with all that ends with it."""
        if not known.pending_events:
            return
        book = self._guard.book(command_id)
        book.strike(known.id, command_id=command_id)
        ended = [book] if book.pending_events and known.holds else []
        self._operations.store(known, *self._rules(known, command_id), *ended)

    def _act(self, event: UUID, act: Callable[[AssuredEvent], None]) -> int:
        def once() -> int:
            known = self.event(event)
            act(known)
            return self._operations.store(known)

        return retried(once)
