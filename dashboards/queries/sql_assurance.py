"""Step 5a. From: assured events, contingency plans. To: their pages. I/O: reads."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from uuid import UUID

from dashboards.queries.assurance_rows import (
    ActivationPage,
    ContingencyBoard,
    EventBoard,
    EventPage,
    People,
)
from dashboards.queries.rows import Answer
from dashboards.queries.sql_site import OPERATIONS, Connection, SqlSite
from dashboards.security.scope import Right, Scope
from energy.service.assurance.desk import AssuranceDesk
from energy.service.assurance.reads import (
    read_allowed,
    read_answers,
    read_editions,
    read_events,
)
from energy.service.assurance.reporting import read_manning
from energy.service.contingency.reads import (
    ActivationStory,
    read_activations,
    read_due,
    read_plans,
    read_story,
)
from energy.service.duty.reads import read_duty_names

_NUMBER: Final = re.compile(r"[AV]-[0-9]{4}-[0-9]{1,9}")


class SqlAssurance:
    """Questions about assured events and contingency plans in SQL."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables."""
        self._at = at

    def assured_events(self, scope: Scope) -> Answer[EventBoard]:
        """Return the assured events, the latest first."""
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            rows = tuple(read_events(connection, self._at.schema))
            board = EventBoard(events=rows, now=self._at.clock.now())
            return self._at.answer(connection, board, follower=OPERATIONS)

    def assured_event(self, scope: Scope, number: str) -> Answer[EventPage] | None:
        """Return the event of a number; None: there is none."""
        at = self._at
        with at.read(scope, Right.READ_ENERGY) as connection:
            found = (
                read_events(connection, at.schema, named=number)
                if _NUMBER.fullmatch(number)
                else []
            )
            if not found:
                return None
            (row,) = found
            event = row.assured_event
            manning = read_manning(connection, at.site, row.plan)
            answers = read_answers(connection, at.schema, event)
            allowed = read_allowed(connection, at.schema, event)
            editions = read_editions(connection, at.schema, event)
            report = AssuranceDesk(at.database, at.site, at.clock).report(event)
            told = [each.person for each in manning]
            told += [each.person for each in answers]
            told += [each.person for each in allowed]
            told += [person for each in editions for person in (each.author, each.approved_by)]
            told += [row.approved_by, row.called_off_by, row.signed_by]
            told += [
                UUID(str(value))
                for table in report.tables
                for n, column in enumerate(table.columns)
                if column.kind == "person"
                for value in [line[n] for line in table.rows]
                if value
            ]
            page = EventPage(
                event=row,
                manning=manning,
                answers=answers,
                allowed=allowed,
                editions=editions,
                report=report,
                people=self._people(connection, told),
                now=at.clock.now(),
            )
            return at.answer(connection, page, follower=OPERATIONS)

    def contingency(self, scope: Scope) -> Answer[ContingencyBoard]:
        """Return plans, drills that are due, activations."""
        at = self._at
        with at.read(scope, Right.READ_ENERGY) as connection:
            plans = tuple(read_plans(connection, at.schema))
            told = [person for each in plans for person in (each.author, each.reviewed_by)]
            board = ContingencyBoard(
                plans=plans,
                due=tuple(read_due(connection, at.site, at.clock.now())),
                activations=tuple(read_activations(connection, at.schema, over=True)),
                people=self._people(connection, told),
            )
            return at.answer(connection, board, follower=OPERATIONS)

    def activation(self, scope: Scope, number: str) -> Answer[ActivationPage] | None:
        """Return the activation of a number; None: there is none."""
        at = self._at
        with at.read(scope, Right.READ_ENERGY) as connection:
            found = (
                read_activations(connection, at.schema, named=number)
                if _NUMBER.fullmatch(number)
                else []
            )
            if not found:
                return None
            now = at.clock.now()
            story = read_story(connection, at.site, found[0], now)
            page = ActivationPage(
                story=story, people=self._people(connection, _told(story)), now=now
            )
            return at.answer(connection, page, follower=OPERATIONS)

    def workers(self, scope: Scope) -> tuple[tuple[UUID, str], ...]:
        """Return who may work, by name; for who plans."""
        if not scope.may(Right.PLAN_WORK):  # who may need not give the PIN to look
            self._at.demand(scope, Right.PLAN_WORK)
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            return self._at.people_with(connection, Right.WORK)

    def _people(self, connection: Connection, told: Iterable[UUID | None]) -> People:
        ids = list({each for each in told if each is not None})
        duty = read_duty_names(connection, self._at.schema)
        return People(names=self._at.person_names(connection, ids), duty=duty)


def _told(story: ActivationStory) -> list[UUID | None]:
    found: list[UUID | None] = [story.activation.activated_by, story.activation.closed_by]
    found += [each.person for each in story.steps]
    found += [each.person for each in story.calls]
    found += [each.person for each in story.findings]
    return [*found, *(who for each in story.calls for who in each.people)]
