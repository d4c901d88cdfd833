"""In: workbooks of plans, a second person's word. Out: a site's plans. I/O: files, PostgreSQL.

A plan is what each node is meant to use of a utility, month by month. It comes as one workbook,
whole or not at all; every problem is listed with the address of its cell.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from adapters.files.plan_workbook import read_sheet, write_plan
from billing.money import exponent_of
from energy.base.errors import RefusedError
from energy.base.ids import id_of, meant_by
from energy.base.text import Told
from energy.base.units import Utility
from energy.journal.plans import Plans
from energy.metering.plans.plan import PlanError, PlannedYear, PlanNode
from energy.metering.plans.table import MONEY, QUANTITY, UNIT_OF, PlanScope, planned_years
from energy.store.pool import Database
from energy.store.sites import Site
from energy.system import System
from energy.views.node_usage import Connection, plan_nodes
from energy.views.plans import (
    PlannedMonth,
    RevisionRow,
    changed_since,
    read_plan,
    read_revisions,
)
from processes.one_by_one import Act, one_by_one
from processes.settling import settle

FIRST_YEAR, LAST_YEAR = 1990, 2199
Planned = tuple[PlannedMonth, ...]
MOST_TOLD = 100
"""Problems of a workbook that are told; all are counted."""


class PlanFileError(RefusedError):
    """A workbook is no plan of this site; nothing was written."""

    code = "plan.file"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChange:
    """What a workbook would change at one node and utility."""

    row: PlannedYear
    before: Planned
    """What counts now; empty where nothing is planned."""

    @property
    def changed(self) -> bool:
        """Return whether any month would have another quantity or other money."""
        if not self.before:
            return True
        money = self.row.money or (None,) * len(self.before)
        return any(
            month.base != self.row.base(month.month) or month.money != money[month.month - 1]
            for month in self.before
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanWithdrawal:
    """A node and utility that the workbook leaves empty: it is planned no more."""

    node: PlanNode
    utility: Utility
    before: Planned
    """What counts now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDraft:
    """A workbook that was read and found good."""

    year: int
    file: str
    sha256: str
    changes: tuple[PlanChange, ...]
    withdrawn: tuple[PlanWithdrawal, ...] = ()
    kept: tuple[str, ...] = ()
    """Node and utility of what is planned and has no row in the workbook: it stays as it is."""

    @property
    def rows(self) -> list[PlannedYear]:
        """Return the planned years."""
        return [change.row for change in self.changes]


def check_year(year: int) -> int:
    """Return the year of a plan.

    Raises:
        PlanError: Nobody plans that year.
    """
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise PlanError.of("plan.year", year=year, first=FIRST_YEAR, last=LAST_YEAR)
    return year


def write_template(database: Database, site: Site, year: int, path: Path) -> int:
    """Write a workbook with the site's nodes and what is planned so far; return its rows.

    Args:
        database: Any pool that may read.
        site: The site.
        year: Of the plan.
        path: Of the new file.

    Raises:
        PlanError: Nobody plans that year.
        NewFileError: The file exists, or cannot be written.
    """
    check_year(year)
    with database.connection() as connection:
        nodes = plan_nodes(connection, site.schema)
        planned = read_plan(connection, site.schema, year)
    known = {(month.node, month.utility, month.month): month for month in planned}
    rows: list[list[str | Decimal | None]] = []
    for node, name, utilities in nodes:
        for utility in utilities:
            months = [known.get((node, utility, month)) for month in range(1, 13)]
            unit = next((m.unit for m in months if m is not None), UNIT_OF[utility])
            head = [str(node), name, utility.value]
            quantities = [None if m is None else m.quantity for m in months]
            money = [None if m is None else m.money for m in months]
            rows.append([*head, QUANTITY, unit, *quantities])
            rows.append([*head, MONEY, site.currency, *money])
    write_plan(path, rows, title=f"plan {year}")
    return len(rows)


def read_draft(database: Database, site: Site, year: int, path: Path) -> PlanDraft:
    """Return what a workbook plans, beside what counts now.

    Args:
        database: Any pool that may read.
        site: The site.
        year: Of the plan.
        path: The workbook.

    Raises:
        TableError: It is no workbook, or too large.
        PlanFileError: It has problems; each is listed with its cell.
    """
    check_year(year)
    sheet = read_sheet(path, year)
    with database.connection() as connection:
        before = _by_node(read_plan(connection, site.schema, year))
        scope = _scope(connection, site, before)
    table = planned_years(sheet.rows, scope, sheet.name)
    problems = [*sheet.problems, *table.problems]
    if problems:
        told: list[Told | str] = [*problems[:MOST_TOLD]]
        raise PlanFileError.of("plan.file", name=path.name, number=len(problems), rows=told)
    named = {(row.node, row.utility) for row in table.years} | set(table.withdrawn)
    return PlanDraft(
        year=year,
        file=path.name,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        changes=tuple(
            PlanChange(row=row, before=before.get((row.node, row.utility), ()))
            for row in table.years
        ),
        withdrawn=tuple(
            PlanWithdrawal(node=node, utility=utility, before=before[node, utility])
            for node, utility in table.withdrawn
        ),
        kept=tuple(f"{node} {utility}" for node, utility in before if (node, utility) not in named),
    )


def _by_node(months: Sequence[PlannedMonth]) -> dict[tuple[PlanNode, Utility], Planned]:
    """Return what is planned at each node, by its utility."""
    found: dict[tuple[PlanNode, Utility], Planned] = {}
    for month in months:
        key = (month.node, month.utility)
        found[key] = (*found.get(key, ()), month)
    return found


def _scope(
    connection: Connection, site: Site, before: Collection[tuple[PlanNode, Utility]]
) -> PlanScope:
    nodes = plan_nodes(connection, site.schema)
    return PlanScope(
        utilities={node: frozenset(utilities) for node, _, utilities in nodes},
        currency=site.currency,
        digits=exponent_of(site.currency),
        planned=before,
    )


def propose_plan(system: System, site: Site, draft: PlanDraft, *, reason: str, by: UUID) -> UUID:
    """Propose what a workbook plans; return the revision's id.

    The same workbook for the same year and reason is one proposal, however often it is sent, until
    a revision of the year is decided: behind that it is a new one.

    Args:
        system: In the writer's role.
        site: The site.
        draft: The workbook.
        reason: Why the plan is made or revised.
        by: The person who proposes.

    Raises:
        PlanError: The reason is missing.
    """
    settle(system.database, site, system.clock, "metering")
    touched = [*(each.before for each in draft.changes), *(gone.before for gone in draft.withdrawn)]
    before = max((month.position for months in touched for month in months), default=0)
    told = (str(draft.year), draft.sha256, reason.strip(), str(before), str(by))
    decided = _decided(system.database, site, draft.year)
    command = id_of("command", "plan", site.key, *told, str(decided))
    revision = plans_at(system, site).propose(
        draft.year,
        draft.rows,
        currency=site.currency,
        reason=reason,
        file=draft.file,
        by=by,
        command_id=command,
        withdrawn=[(each.node, each.utility) for each in draft.withdrawn],
    )
    settle(system.database, site, system.clock, "metering")
    return revision


def _decided(database: Database, site: Site, year: int) -> int:
    """Return how many revisions of a year are decided."""
    with database.connection() as connection:
        rows = read_revisions(connection, site.schema, year)
    return sum(row.decided_by is not None for row in rows)


def approve_plan(system: System, site: Site, revision: UUID, *, by: UUID) -> int:
    """Let a revision count; return the journal's position.

    Approvals of a site come one after the other: what one replaces, the next one sees.

    Raises:
        PlanError: There is no such revision, or what it replaces was approved after it was
            proposed.
        PlanStateError: It is decided already, or the person proposed it.
    """
    command = id_of("command", "plan approve", str(revision), str(by))
    with one_by_one(system.database, site, Act.PLANS):
        settle(system.database, site, system.clock, "metering")
        with system.database.connection() as connection:
            moved = changed_since(connection, site.schema, revision)
        if moved:
            raise PlanError.of("plan.stale", nodes=", ".join(moved))
        position = plans_at(system, site).approve(revision, by=by, command_id=command)
    settle(system.database, site, system.clock, "metering")
    return position


def reject_plan(system: System, site: Site, revision: UUID, *, reason: str, by: UUID) -> int:
    """Refuse a revision; return the journal's position.

    Raises:
        PlanError: There is no such revision, or the reason is missing.
        PlanStateError: It is decided already.
    """
    command = id_of("command", "plan reject", str(revision), str(by))
    position = plans_at(system, site).reject(revision, by=by, reason=reason, command_id=command)
    settle(system.database, site, system.clock, "metering")
    return position


def plans_at(system: System, site: Site) -> Plans:
    """Return the commands on plans of a site."""
    return Plans(system.database, site.schema, system.clock)


def revision_named(database: Database, site: Site, name: str) -> RevisionRow:
    """Return the revision meant by its id or the beginning of it.

    Raises:
        PlanError: None is meant, or several are.
    """
    with database.connection() as connection:
        rows = read_revisions(connection, site.schema)
    found = meant_by(name, rows, lambda row: row.revision)
    if len(found) != 1:
        raise PlanError.of("plan.name", name=name, number=len(found))
    return found[0]
