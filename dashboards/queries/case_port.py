"""In: nothing. Out: questions about supply cases; each takes the scope first. Pure."""

from __future__ import annotations

from typing import Protocol

from dashboards.queries.case_rows import CaseBoard, CaseForms, CasePage, CaseTab
from dashboards.queries.rows import Answer
from dashboards.security.scope import Scope
from energy.service.cases.seen import ApplicantView


class CaseQueries(Protocol):
    """Questions about supply cases: of who leads them, and of their applicants.

    Amounts and bills are told to who reads bills.
    """

    def supply_cases(self, scope: Scope, tab: CaseTab) -> Answer[CaseBoard]:
        """Return the cases of a tab; "mine" are those of the scope's person."""
        ...

    def supply_case(self, scope: Scope, number: str) -> Answer[CasePage] | None:
        """Return one case by its number; None: there is none."""
        ...

    def case_forms(self, scope: Scope) -> CaseForms:
        """Return what a case may be opened with; for who may open one."""
        ...

    def case_utility(self, scope: Scope, point: str) -> str:
        """Return what the meter of a point measures; "" where there is none."""
        ...

    def own_cases(self, scope: Scope) -> tuple[ApplicantView, ...]:
        """Return the cases that the person's tenants applied for, the newest first."""
        ...

    def case_by_code(self, number: str, code: str) -> ApplicantView | None:
        """Return the case of a number for who knows its code, without any scope; else None."""
        ...
