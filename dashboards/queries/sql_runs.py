"""Step 6, shown. From: a bill run in the books. To: what is decided about it. I/O: PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from billing.books import Books
from billing.errors import UnknownBillingObjectError
from billing.runs.bill_run import RunState
from billing.runs.deciding import Reviewed, reviewed_run
from billing.runs.review import ReviewedDraft
from billing.views.billed_before import run_before
from dashboards.queries.bill_document import lines_of
from dashboards.queries.rows import Answer
from dashboards.queries.run_rows import ExceptionRow, RunReview
from dashboards.queries.sql_site import BOOKS, Connection, Row, SqlSite
from dashboards.security.scope import Right, Scope
from energy.base.units import Utility

KEPT_RUNS = 2
"""Runs whose drafts a process keeps as read: those that somebody reviews now."""
ReadState = tuple[int | None, int, UUID | None]
"""Position of the newest draft, how many there are, and the run issued before."""


class SqlRuns:
    """Questions about what is decided of bill runs in SQL."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables and books."""
        self._at = at
        self._kept: dict[UUID, tuple[ReadState, Reviewed]] = {}

    def run_review(self, scope: Scope, run: UUID) -> Answer[RunReview] | None:
        """Return a run with its exceptions and figures, None when there is no such run."""
        found = self.reviewed(scope, run)
        if found is None:
            return None
        with self._at.read(scope, Right.READ_BILLS) as connection:
            names = account_names(self._at, connection, [draft.account for draft in found.drafts])
            deciders = [each.by for each in found.run.decisions.values()]
            people = self._at.person_names(connection, deciders)
            review = _review(found, names, people)
            return self._at.answer(connection, review, follower=BOOKS)

    def reviewed(self, scope: Scope, run: UUID) -> Reviewed | None:
        """Return a run as somebody decides about it, None when there is no such run.

        Its drafts, and what they stand beside, are read once as they are: the panels, tables and
        exceptions of a page ask for the same. What was decided is read each time.
        """
        self._at.demand(scope, Right.READ_BILLS)
        books = Books(self._at.database, self._at.site, self._at.clock)
        with self._at.read(scope, Right.READ_BILLS) as connection:
            state = _state_of(connection, self._at.schema, run)
        try:
            opened, kept = books.run(run), self._kept.get(run)
            if kept is not None and kept[0] == state:
                return replace(kept[1], run=opened)
            found = reviewed_run(books, run, self._at.limits)
        except UnknownBillingObjectError:
            return None
        others = [each for each in self._kept.items() if each[0] != run][-(KEPT_RUNS - 1) :]
        self._kept = {**dict(others), run: (state, found)}
        return found


def _state_of(connection: Connection, schema: str, run: UUID) -> ReadState:
    """Return what changes when a run's drafts do, or the run that it stands beside."""
    row: Row | None = connection.execute(
        f"SELECT max(position), count(*) FROM {schema}.invoice WHERE run = %s", (run,)
    ).fetchone()
    assert row is not None, "an aggregate function gives a row"
    return row[0], row[1], run_before(connection, schema, run)


def account_names(
    at: SqlSite, connection: Connection, accounts: Sequence[str]
) -> Mapping[str, str]:
    """Return the names of some accounts; an erased one is "?"."""
    rows: list[Row] = connection.execute(
        f"SELECT account, person, name_sealed FROM {at.schema}.account WHERE account = ANY(%s)",
        (list(accounts),),
    ).fetchall()
    return {account: at.vault.open(person, sealed) for account, person, sealed in rows}


def run_utilities(
    at: SqlSite, connection: Connection, runs: Sequence[UUID]
) -> dict[UUID, tuple[Utility, ...]]:
    """Return the utilities that the accounts of some runs have supplies of on the billed days."""
    rows: list[Row] = connection.execute(
        "SELECT DISTINCT i.run, c.utility "
        f"FROM {at.schema}.invoice AS i JOIN {at.schema}.account_channel AS a "
        "ON a.account = i.account AND a.valid_from <= i.last_day "
        "AND (a.valid_to IS NULL OR a.valid_to > i.first_day) "
        f"JOIN {at.schema}.channel AS c ON c.point = a.point AND c.utility IS NOT NULL "
        "WHERE i.run = ANY(%s) AND i.state <> 'dropped'",
        (list(runs),),
    ).fetchall()
    found: dict[UUID, set[str]] = {}
    for run, utility in rows:
        found.setdefault(run, set()).add(utility)
    return {run: tuple(u for u in Utility if u.value in told) for run, told in found.items()}


def _review(found: Reviewed, names: Mapping[str, str], people: Mapping[UUID, str]) -> RunReview:
    run = found.run
    held = run.held if run.state in (RunState.APPROVED, RunState.ISSUED) else run.held_out()
    drafts = {draft.account: draft for draft in found.drafts}
    lines = _first_lines([drafts[a] for a in {e.account for e in found.exceptions} & set(drafts)])
    rows = []
    for each in found.exceptions:
        draft, decision = drafts.get(each.account), found.decision(each)
        rows.append(
            ExceptionRow(
                found=each,
                name=names.get(each.account, "?") if each.account else "",
                invoice=None if draft is None else draft.invoice,
                line=lines.get((each.account, each.point or "")),
                decision=decision,
                decided_by=None if decision is None else people.get(decision.by, "?"),
            )
        )
    return RunReview(
        version=run.version,
        exceptions=tuple(rows),
        seal=run.approved_sha256 or found.seal,
        held={account: names.get(account, "?") for account in held},
        barred={a: names.get(a, "?") for a in sorted(set(run.dirty) - set(held))},
        sums=found.sums,
        bridge=found.bridge,
        before=found.before,
        reconciliation=found.reconciliation,
        left_out={account: tuple(points) for account, points in run.left_out.items()},
    )


def _first_lines(drafts: Sequence[ReviewedDraft]) -> dict[tuple[str, str], int]:
    """Return the first charge line of each account and point."""
    found: dict[tuple[str, str], int] = {}
    for draft in drafts:
        for line in lines_of(json.loads(draft.document)):
            found.setdefault((draft.account, line.row.point or ""), line.row.number)
    return found
