"""Step 5a. From: supply cases as the journal has them. To: their lines and pages, named. I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from dashboards.queries.case_rows import CaseLine, CasePage, StepClock
from dashboards.queries.sql_site import Connection, Row, SqlSite
from dashboards.queries.work_reads import OF_REQUESTS, WorkReads
from dashboards.security.scope import Right, Scope
from energy.service.cases.code import case_code
from energy.service.cases.kinds import CaseState
from energy.service.cases.plan import CasePlan
from energy.service.cases.progress import CaseRow, StepRow
from energy.service.cases.reads import CaseStory, PlanRow, read_case_story
from energy.service.cases.seen import seen_of
from energy.service.work.kinds import OrderState
from energy.service.work.reads import read_checklists, read_levels

_BILLS = frozenset({"invoice", "final_invoice"})
"""What a step came to that tells of a bill."""


class CaseReads:
    """What the questions about supply cases are made of."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables."""
        self._at = at

    def lines(
        self, connection: Connection, rows: Sequence[CaseRow], plans: Mapping[int, PlanRow]
    ) -> list[CaseLine]:
        """Return cases with the clock of their step as it stands now, and with names."""
        people = {each for row in rows for each in (row.owner, row.offered) if each is not None}
        names = self._at.person_names(connection, sorted(people))
        now = self._at.clock.now()
        return [
            CaseLine(
                row=row,
                clock=self._clock(row, row.been[-1], plans[row.plan].plan),
                turn=row.turn(now),
                owner=names.get(row.owner, "?"),
                offered="" if row.offered is None else names.get(row.offered, "?"),
            )
            for row in rows
        ]

    def page(
        self, connection: Connection, scope: Scope, row: CaseRow, plans: Mapping[int, PlanRow]
    ) -> CasePage:
        """Return a case with what belongs to it."""
        (line,) = self.lines(connection, [row], plans)
        story = read_case_story(connection, self._at.schema, row)
        plan, now = plans[row.plan].plan, self._at.clock.now()
        levels = WorkReads(self._at).levels_now(read_levels(connection, self._at.schema))
        return CasePage(
            line=line,
            story=story if scope.may(Right.READ_BILLS) else _without_money(story),
            clocks=tuple(self._clock(row, each, plan) for each in row.been),
            order=self._order(connection, row),
            seen=seen_of(row, plan, story.offers, self._at.site.zone, now),
            code=case_code(self._at.vault, row.supply_case),
            names=self._at.person_names(connection, sorted(_people(story))),
            people=self._at.people_with(connection, Right.CASES)
            if row.state is CaseState.OPEN
            else (),
            levels=tuple(
                each
                for each in (levels.levels.levels if levels else ())
                if each.key not in OF_REQUESTS
            ),
            checklists={
                each.key: each.name for _, each in read_checklists(connection, self._at.schema)
            },
        )

    def _clock(self, row: CaseRow, step: StepRow, plan: CasePlan) -> StepClock:
        planned = {each.step: each for each in plan.steps_of(row.kind)}
        clock = row.clock(step, plan, self._at.site.zone)
        return StepClock(
            standing=clock.standing(self._at.clock.now()), counting=planned[step.step].counting
        )

    def _order(self, connection: Connection, row: CaseRow) -> OrderState | None:
        found: Row | None = connection.execute(
            f"SELECT state FROM {self._at.schema}.work_order WHERE work_order = %s",
            (row.work_order,),
        ).fetchone()
        return None if found is None else OrderState(found[0])


def _without_money(story: CaseStory) -> CaseStory:
    """Return a case without amounts and numbers of bills."""
    been = [
        replace(each, result={k: v for k, v in each.result.items() if k not in _BILLS})
        for each in story.case.been
    ]
    offers = [
        replace(each, items=(), net=each.net * 0, tax=each.tax * 0, total=each.total * 0)
        for each in story.offers
    ]
    return replace(story, case=replace(story.case, been=been), offers=offers)


def _people(story: CaseStory) -> set[UUID]:
    found: Iterable[UUID | None] = [
        *(each for step in story.case.been for each in (step.owner, step.ended_by)),
        *(fact.person for fact in story.facts),
        *(paper.person for paper in story.papers),
        *(story.case.owner, story.case.offered),
    ]
    return {each for each in found if each is not None}
