"""In: plans of maintenance, what is due, who is on duty. Out: work orders made by themselves. I/O.

A chore of the jobs: of each time a plan that names a class is due there is one work order. Its
owner is who the plan names, else who is on duty, else who planned it last: there is never none.
"""

from __future__ import annotations

from uuid import UUID

import structlog

from dashboards.security.scope import RIGHTS, Right, roles_of
from energy.alerting.notices.posts import ANY_POST
from energy.base.errors import ConflictError, RefusedError
from energy.journal.directory import roles_at
from energy.journal.people_rows import all_people
from energy.service.duty.calling import read_calling
from energy.service.equipment.plan_desk import PlanDesk
from energy.service.equipment.plan_reads import DueRow, read_due, read_plans
from energy.store.sites import Site
from energy.system import System

log = structlog.get_logger("maintenance")


class MaintenanceChore:
    """Makes the work orders of what is due at a site."""

    def __init__(self, system: System, site: Site) -> None:
        """Work on a site.

        Args:
            system: A system in the writer's role.
            site: The site.
        """
        self._system, self._site = system, site
        self._refused: set[tuple[str, str, str]] = set()
        """Plan, piece and cause: said in the log once, and tried again."""

    def step(self) -> bool:
        """Make what is due and was not made; return that no more of it waits."""
        database, site, now = self._system.database, self._site, self._system.clock.now()
        with database.connection() as connection:
            plans = read_plans(connection, site.schema)
            if not any(each.spec.level and each.ended_on is None for each in plans):
                return False
            due = read_due(connection, site.schema, site.zone, now)
        desk = PlanDesk(database, site, self._system.clock)
        for row in due:
            self._tried(desk, row)
        return False

    def _tried(self, desk: PlanDesk, row: DueRow) -> None:
        """Make the order of one time; what cannot be made now may be later."""
        try:
            desk.order_once(row, lambda: self._owner(desk, row))
        except (RefusedError, ConflictError) as error:
            told = (row.plan.number, row.piece.number, str(error))
            if told not in self._refused:
                plan, piece, cause = told
                log.warning(
                    "no order of what is due",
                    site=self._site.key,
                    plan=plan,
                    equipment=piece,
                    cause=cause,
                )
            self._refused.add(told)

    def _owner(self, desk: PlanDesk, row: DueRow) -> UUID:
        """Return who owns the order: the first of those wished who may work here now."""
        named = row.plan.spec.owner
        planner = desk.known(row.plan.plan).planner
        able = self._able()
        wished = [*([UUID(named)] if named else []), *self._on_duty(), planner, *able]
        return next((each for each in wished if each in able), planner)

    def _on_duty(self) -> list[UUID]:
        """Return who is on duty now, then who is called where nobody is."""
        now = self._system.clock.now()
        with self._system.database.connection() as connection:
            calling = read_calling(connection, self._site, now)
        if calling is None:
            return []
        called = [person for circle in calling.circles[ANY_POST] for person in circle]
        return [*calling.standing.posts.values(), *called]

    def _able(self) -> list[UUID]:
        """Return who may work at the site now, in the order of their names."""
        people = sorted(
            all_people(self._system.database, self._system.vault), key=lambda each: each.name
        )
        return [
            each.person
            for each in people
            if not each.disabled
            and any(
                Right.WORK in RIGHTS[role]
                for role in roles_of(roles_at(each.roles, self._site.key))
            )
        ]
