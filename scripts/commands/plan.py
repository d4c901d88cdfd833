"""In: `plan` verbs. Out: plans written, read from workbooks, approved, shown. I/O: the database."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer

from energy.base.units import Utility, to_base
from scripts.commands.asked import runs
from scripts.commands.frame import Opened, opened, required
from scripts.commands.printing import percent, print_json, print_table, worded, working
from scripts.commands.tree import Json, group

if runs():
    from dashboards.security.scope import Right
    from energy.base.period import local_day
    from energy.metering.plans.compare import MonthFigures, months_begun
    from energy.metering.plans.plan import PlanNode
    from energy.metering.plans.table import UNIT_OF
    from energy.system import WEB, WRITER
    from energy.views.plan_figures import PlanFigures, plan_figures
    from energy.views.plans import PlannedMonth, read_revisions
    from energy.views.readings_told import position_when
    from processes.budget_plans import (
        PlanDraft,
        approve_plan,
        check_year,
        propose_plan,
        read_draft,
        reject_plan,
        revision_named,
        write_template,
    )

app = group("plan")
Year = Annotated[int, typer.Option()]
SHORT = 8


@app.command()
def template(ctx: typer.Context, year: Year, file: Annotated[Path, typer.Option()]) -> None:
    """Write a workbook with the site's nodes, and what is planned so far."""
    with opened(ctx, WEB) as at:
        rows = write_template(at.system.database, at.site, year, file)
        print(at.text("plan.template", file=file, rows=rows))


@app.command("import")
def import_(
    ctx: typer.Context,
    file: Path,
    year: Year,
    reason: str | None = None,
    by: str | None = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
    as_json: Json = False,
) -> None:
    """Propose what a workbook plans; a second person approves it.

    A row left empty takes its plan back; a row that is not there leaves it as it is.
    """
    with opened(ctx, WEB if dry_run else WRITER) as at:
        with working(at.text("plan.reading")):
            draft = read_draft(at.system.database, at.site, year, file)
        if as_json:
            print_json(draft)
        else:
            _print_draft(at, draft)
        if dry_run:
            return
        person = at.person(by, Right.STATE_READINGS)
        why = required(reason, "--reason", at.text("ask.why_plan"))
        revision = propose_plan(at.system, at.site, draft, reason=why, by=person)
        if not as_json:
            rows = len(draft.changes) + len(draft.withdrawn)
            print(at.text("plan.proposed", revision=revision.hex[:SHORT], rows=rows))


@app.command("list")
def list_(ctx: typer.Context, year: int | None = None, *, as_json: Json = False) -> None:
    """List the revisions of plans, the newest first."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            found = read_revisions(connection, at.site.schema, year)
        if as_json:
            print_json(found)
            return
        keys = ("id", "year", "state", "rows", "counting", "proposed_by", "proposed_at")
        heads = [
            at.text(f"plan_head.{key}") for key in (*keys, "decided_by", "decided_at", "reason")
        ]
        rows = [
            (
                row.revision.hex[:SHORT],
                row.year,
                worded(at.language, "word", row.state),
                row.rows,
                row.counting,
                at.name_of(row.proposed_by),
                row.proposed_at.astimezone(at.site.zone),
                at.name_of(row.decided_by),
                None if row.decided_at is None else row.decided_at.astimezone(at.site.zone),
                row.decision or row.reason,
            )
            for row in found
        ]
        print_table(heads, rows, right=(1, 3, 4))


@app.command()
def approve(ctx: typer.Context, revision: str, by: str | None = None) -> None:
    """Let a revision count, as a second person."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.DECIDE_READINGS)
        meant = revision_named(at.system.database, at.site, revision)
        position = approve_plan(at.system, at.site, meant.revision, by=person)
        short = meant.revision.hex[:SHORT]
        print(at.text("plan.approved", revision=short, year=meant.year, position=position))


@app.command()
def reject(
    ctx: typer.Context,
    revision: str,
    reason: Annotated[str, typer.Option()],
    by: str | None = None,
) -> None:
    """Refuse a revision; its author may do so, too."""
    with opened(ctx, WRITER) as at:
        meant = revision_named(at.system.database, at.site, revision)
        person = at.refuser(by, meant.proposed_by)
        why = required(reason, "--reason", at.text("ask.why_plan_rejected"))
        position = reject_plan(at.system, at.site, meant.revision, reason=why, by=person)
        print(at.text("plan.rejected", revision=meant.revision.hex[:SHORT], position=position))


@app.command()
def show(
    ctx: typer.Context,
    node: Annotated[str, typer.Option()],
    year: Year,
    utility: Utility | None = None,
    as_of: str | None = None,
    *,
    as_json: Json = False,
) -> None:
    """Show what a node used beside its plan and the year before."""
    with opened(ctx, WEB) as at:
        chosen, wanted = PlanNode.named(node), () if utility is None else (utility,)
        with at.system.database.connection() as connection, working(at.text("plan.summing")):
            position = position_when(connection, at.site, as_of)
            found = plan_figures(
                connection,
                at.site.schema,
                at.site.zone,
                chosen,
                check_year(year),
                utilities=wanted,
                as_of=position,
            )
        if as_json:
            print_json(found)
            return
        for figures in found:
            _print_figures(at, figures)


def _print_draft(at: Opened, draft: PlanDraft) -> None:
    keys = ("node", "utility", "plan_before", "plan_new", "unit", "money")
    rows: list[tuple[object, ...]] = []
    for change in draft.changes:
        row = change.row
        rows.append(
            (
                str(row.node),
                worded(at.language, "utility", row.utility),
                _year_of(change.before, row.unit),
                sum(row.quantities),
                row.unit,
                sum(row.money) if row.money else None,
            )
        )
    for gone in draft.withdrawn:
        unit = gone.before[0].unit
        head = (str(gone.node), worded(at.language, "utility", gone.utility))
        none = at.text("plan.not_planned")
        rows.append((*head, _year_of(gone.before, unit), none, unit, None))
    print_table([at.text(f"plan_head.{key}") for key in keys], rows, right=(2, 3, 5))
    if draft.withdrawn:
        print(at.text("plan.draft_withdrawn", rows=len(draft.withdrawn)))
    if draft.kept:
        print(at.text("plan.draft_kept", nodes=", ".join(draft.kept)))
    changed = sum(change.changed for change in draft.changes)
    print(at.text("plan.draft", rows=len(draft.changes), changed=changed, year=draft.year))


def _year_of(months: Sequence[PlannedMonth], unit: str) -> Fraction | None:
    """Return what was planned for a year; None where nothing was. [unit]."""
    if not months:
        return None
    return sum((month.base for month in months), Fraction(0)) / to_base(months[0].utility, unit)


def _quality(at: Opened, month: MonthFigures) -> str:
    """Return the word for a month's quality, and by how many findings it is barred."""
    told = str(at.word(month.quality))
    if month.barred:
        told += f" ({at.text('plan.barred', count=month.barred)})"
    if month.last_year_barred:
        told += f" ({at.text('plan.last_year_barred', count=month.last_year_barred)})"
    return told


def _print_figures(at: Opened, figures: PlanFigures) -> None:
    unit = figures.unit or UNIT_OF[figures.utility]
    factor = to_base(figures.utility, unit)
    word = worded(at.language, "utility", figures.utility)
    print(at.text("plan.title", node=figures.node, name=figures.name, utility=word, unit=unit))
    keys = ("month", "actual", "plan", "last_year", "difference", "known", "quality", "money")

    begun = months_begun(figures.year, local_day(at.system.clock.now(), at.site.zone))

    def shown(value: Fraction | int | None) -> Fraction | None:
        return None if value is None else Fraction(value) / factor

    rows: list[tuple[object, ...]] = [
        (
            f"{figures.year}-{month.month:02}",
            shown(month.actual),
            shown(month.plan),
            shown(month.last_year),
            shown(month.difference),
            percent(month.completeness) if month.month <= begun else None,
            _quality(at, month) if month.month <= begun else None,
            month.money,
        )
        for month in figures.months
    ]
    total = figures.total
    rows.append(
        (
            at.text("plan.months", months=total.months),
            shown(total.actual) if total.months else None,
            shown(total.plan),
            shown(total.last_year),
            shown(total.difference),
            None,
            at.word(total.quality) if total.months else None,
            None,
        )
    )
    rows.append((at.text("plan.year"), None, shown(total.plan_year), *[None] * 4, total.money_year))
    print_table([at.text(f"plan_head.{key}") for key in keys], rows, right=(1, 2, 3, 4, 5, 7))
    if any(month.barred or month.last_year_barred for month in figures.months):
        print(at.text("plan.barred_hint"))
    if figures.as_of is not None:
        print(at.text("usage.as_of", position=figures.as_of, mark=""))
    print()
