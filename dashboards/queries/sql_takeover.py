"""In: the take-over's stream, its comparison. Out: how far a site has come. I/O: PostgreSQL."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from billing.books import Books
from billing.runs.bill_run import RunState
from billing.takeover.causes import Cause
from billing.takeover.site_take_over import ComparedRun
from billing.takeover.state import started_series, take_over_of
from billing.takeover.task_desk import tasks_of
from billing.takeover.task_work import findings_of
from billing.takeover.tasks import TakeOverTasks, Task
from dashboards.queries.rows import Answer
from dashboards.queries.sql_site import BOOKS, Connection, SqlSite
from dashboards.queries.takeover_rows import BillPair, RunToCompare, TakeOverPage
from dashboards.security.scope import Right, Scope
from energy.store.attachment import kept_attachment

MOST_RUNS = 20
"""Bill runs that are offered for a comparison. [1]"""


class SqlTakeOver:
    """Questions about the take-over in SQL."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables."""
        self._at = at

    def takeover(self, scope: Scope) -> Answer[TakeOverPage]:
        """Return what was loaded, signed and compared; nothing of it before the first load."""
        at = self._at
        with at.read(scope, Right.READ_BILLS) as connection:
            books = Books(at.database, at.site, at.clock)
            held = take_over_of(books)
            loads = [] if held is None else list(held.loads.values())
            compared = None if held is None else held.comparison
            parallel = held is not None and held.parallel
            task = task_to_show(tasks_of(books))
            people = {each.by for each in loads} | {e.signed_by for e in loads if e.signed_by}
            people |= {each.by for each in (compared, task) if each is not None}
            page = TakeOverPage(
                loads=tuple(reversed(loads)),
                parallel=parallel,
                compared=compared,
                pairs=tuple(self._pairs(connection, compared)),
                series=tuple(started_series(books)),
                task=task,
                findings=None if task is None else findings_of(books, at.vault, task),
                runs=_runs(connection, at.schema) if parallel else (),
                people=at.person_names(connection, sorted(people)),
                currency=at.site.currency,
            )
            return at.answer(connection, page, follower=BOOKS)

    def takeover_task(self, scope: Scope) -> Task | None:
        """Return how far the page's task has come; None where nothing was ever wished."""
        at = self._at
        at.demand(scope, Right.READ_BILLS)
        return task_to_show(tasks_of(Books(at.database, at.site, at.clock)))

    def _pairs(self, connection: Connection, compared: ComparedRun | None) -> list[BillPair]:
        """Return the bills of the last comparison, as it was kept: its hash is its address."""
        if compared is None:
            return []
        found = kept_attachment(connection, self._at.schema, compared.sha256)
        told: list[dict[str, Any]] = json.loads(found[0][2])["pairs"] if found else []
        pairs = [_pair(each) for each in told]
        return sorted(pairs, key=lambda pair: (-abs(pair.difference), pair.account, pair.utility))


def task_to_show(held: TakeOverTasks | None) -> Task | None:
    """Return the oldest task that is still to be done, else the last one."""
    if held is None:
        return None
    return held.waiting[0] if held.waiting else held.newest


def _runs(connection: Connection, schema: str) -> tuple[RunToCompare, ...]:
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT run, key FROM {schema}.bill_run WHERE state IN (%s, %s) "
        "ORDER BY opened_at DESC, key LIMIT %s",
        (str(RunState.RATED), str(RunState.APPROVED), MOST_RUNS),
    ).fetchall()
    return tuple(RunToCompare(run=run, key=key) for run, key in rows)


def _pair(told: dict[str, Any]) -> BillPair:
    ours, theirs = told["ours"], told["theirs"]
    return BillPair(
        account=told["account"],
        utility=told["utility"],
        ours=None if ours is None else Decimal(ours["total"]),
        theirs=None if theirs is None else Decimal(theirs["total"]),
        difference=Decimal(told["difference"]),
        causes={Cause(cause): Decimal(amount) for cause, amount in told["causes"].items()},
    )
