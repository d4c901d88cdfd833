"""Step 5a. From: supply cases, their steps and clocks. To: the pages of cases. I/O: reads."""

from __future__ import annotations

from dashboards.queries.case_reads import CaseReads
from dashboards.queries.case_rows import CaseBoard, CaseForms, CasePage, CaseTab
from dashboards.queries.rows import Answer
from dashboards.queries.sql_site import OPERATIONS, Row, SqlSite
from dashboards.security.scope import Right, Scope
from energy.base.ids import id_of
from energy.base.period import local_day
from energy.service.cases.code import code_fits
from energy.service.cases.errors import CaseError
from energy.service.cases.kinds import CaseKind, CaseState
from energy.service.cases.meters import read_meter
from energy.service.cases.reads import PlanRow, case_named, read_case_plans, read_cases
from energy.service.cases.seen import ApplicantView, read_own_cases
from energy.service.work.levels import version_on
from energy.store.wall import see_case

MOST_LINES = 400
"""Of a tab that is shown at once."""


class SqlCases:
    """Questions about supply cases in SQL."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables."""
        self._at = at
        self._case_reads = CaseReads(at)

    def supply_cases(self, scope: Scope, tab: CaseTab) -> Answer[CaseBoard]:
        """Return the cases of a tab; "mine" are those of the scope's person."""
        self._demand_cases(scope)
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            plans = read_case_plans(connection, self._at.schema)
            rows = read_cases(connection, self._at.schema, over=True)
            lines = self._case_reads.lines(connection, rows, plans)
            open_ = [each for each in lines if each.row.state is CaseState.OPEN]
            tabs = {
                CaseTab.OPEN: open_,
                CaseTab.MINE: [
                    each for each in open_ if scope.person in {each.row.owner, each.row.offered}
                ],
                CaseTab.LATE: [each for each in open_ if each.clock.late],
                CaseTab.ENDED: sorted(
                    (each for each in lines if each.row.state is not CaseState.OPEN),
                    key=lambda each: (each.row.ended_at or each.row.asked_at, each.row.number),
                    reverse=True,
                ),
            }
            board = CaseBoard(
                tab=tab,
                lines=tuple(tabs[tab][:MOST_LINES]),
                counts={each: len(found) for each, found in tabs.items()},
                kinds=self._kinds(plans),
            )
            return self._at.answer(connection, board, follower=OPERATIONS)

    def supply_case(self, scope: Scope, number: str) -> Answer[CasePage] | None:
        """Return one case by its number; None: there is none."""
        self._demand_cases(scope)
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            try:
                row = case_named(connection, self._at.schema, number)
            except CaseError:
                return None
            plans = read_case_plans(connection, self._at.schema)
            page = self._case_reads.page(connection, scope, row, plans)
            return self._at.answer(connection, page, follower=OPERATIONS)

    def case_forms(self, scope: Scope) -> CaseForms:
        """Return what a case may be opened with; for who may open one."""
        self._demand_cases(scope)
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            plans = read_case_plans(connection, self._at.schema)
            known: Row | None = connection.execute(
                f"SELECT count(*) FROM {self._at.schema}.supply_case"
            ).fetchone()
            return CaseForms(
                kinds=self._kinds(plans),
                people=self._at.people_with(connection, Right.CASES),
                cases=known[0] if known else 0,
            )

    def case_utility(self, scope: Scope, point: str) -> str:
        """Return what the meter of a point measures; "" where there is none."""
        self._demand_cases(scope)
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            meter = read_meter(connection, self._at.schema, point, self._at.clock.now())
            return "" if meter is None else meter.utility

    def own_cases(self, scope: Scope) -> tuple[ApplicantView, ...]:
        """Return the cases that the person's tenants applied for, the newest first."""
        with self._at.read_as_tenant(scope) as (connection, _own):
            return tuple(read_own_cases(connection, self._at.site, self._at.clock.now()))

    def case_by_code(self, number: str, code: str) -> ApplicantView | None:
        """Return the case of a number for who knows its code, without any scope; else None."""
        with self._at.read_whole() as connection:
            found: Row | None = connection.execute(
                f"SELECT supply_case FROM {self._at.schema}.supply_case WHERE number = %s",
                (number.strip().upper(),),
            ).fetchone()
        # Of no case a code is made all the same: a wrong number takes as long as a wrong code.
        case = found[0] if found else id_of("supply_case", "none")
        if not code_fits(self._at.vault, case, code) or found is None:
            return None
        with self._at.read_whole() as connection:
            see_case(connection, case)
            seen = read_own_cases(connection, self._at.site, self._at.clock.now())
        return seen[0] if seen else None

    def _demand_cases(self, scope: Scope) -> None:
        if not scope.may(Right.CASES):  # who may need not give the PIN to look
            self._at.demand(scope, Right.CASES)

    def _kinds(self, plans: dict[int, PlanRow]) -> tuple[CaseKind, ...]:
        """Return the kinds that the steps which hold today know."""
        today = local_day(self._at.clock.now(), self._at.site.zone)
        held = version_on([plans[version].valid_from for version in sorted(plans)], today)
        return tuple(plans[held].plan.kinds) if held else ()
