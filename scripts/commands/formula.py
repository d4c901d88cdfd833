"""In: `formula` verbs. Out: formulas checked, defined, revised, retired, explained. I/O."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated
from uuid import UUID, uuid4

import typer

from energy.base.period import local_day
from scripts.commands.asked import runs
from scripts.commands.formula_row import RowWords, told_by_words
from scripts.commands.frame import Opened, opened
from scripts.commands.printing import print_json, print_table
from scripts.commands.tree import DONE, FINDINGS, Json, group, misused

if runs():
    from dashboards.security.scope import Right
    from energy.system import WEB, WRITER
    from processes.formula_desk import FormulaDesk, Stored
    from processes.formula_reads import (
        Explained,
        digits_of,
        explain_formula,
        list_formulas,
        show_formula,
    )
    from processes.readings_file import instant_of

app = group("formula")
Day = Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"])]
Reason = Annotated[str, typer.Option()]
DryRun = Annotated[bool, typer.Option("--dry-run")]
Words = Annotated[str | None, typer.Option()]


@app.command()
def define(
    ctx: typer.Context,
    file: Annotated[Path | None, typer.Argument()] = None,
    text: Words = None,
    point: Words = None,
    place: Words = None,
    unit: Words = None,
    utility: Words = None,
    name: Words = None,
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"])] = None,
    by: str | None = None,
    *,
    billing: bool = False,
    dry_run: DryRun = False,
) -> None:
    """Define formulas: all of a file, or one in words; all or nothing."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.DECIDE_READINGS)
        words = RowWords(
            text=text,
            point=point,
            place=place,
            unit=unit,
            utility=utility,
            name=name,
            first=None if first is None else first.date(),
            billing=billing,
        )
        stored = _defined(at, file, words, person, dry_run=dry_run)
        _print_stored(at, stored)


@app.command()
def check(ctx: typer.Context, file: Path) -> None:
    """Check a file of formulas against the site; every problem is listed at once."""
    with opened(ctx, WRITER) as at:
        stored = _defined(at, file, RowWords(), None, dry_run=True)
        _print_stored(at, stored)


@app.command()
def revise(
    ctx: typer.Context,
    point: str,
    reason: Reason,
    text: Words = None,
    file: Annotated[Path | None, typer.Option()] = None,
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"])] = None,
    by: str | None = None,
    *,
    dry_run: DryRun = False,
) -> None:
    """Let another text or other constants hold from a local day on; the days before it stay."""
    if (file is None) == (text is None or first is None):
        raise misused("file_or_text")
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.DECIDE_READINGS)
        at.settle("metering")
        desk = _desk(at)
        stated = None if file is None else desk.read_one(file.read_text(encoding="utf-8"), point)
        if stated is None:
            assert text is not None and first is not None, "asked for above"
            valid_from, constants = first.date(), None
        else:
            text, valid_from, constants = stated.text, stated.valid_from, stated.constants
        stored = desk.revise(
            point,
            text=text,
            constants=constants,
            valid_from=valid_from,
            reason=reason,
            by=person,
            command_id=uuid4(),
            dry_run=dry_run,
        )
        at.settle("metering")
        _print_stored(at, stored)


@app.command()
def retire(
    ctx: typer.Context, point: str, first: Day, reason: Reason, by: str | None = None
) -> None:
    """Compute nothing at a point any more from a local day on."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.DECIDE_READINGS)
        at.settle("metering")
        stored = _desk(at).retire(
            point, valid_from=first.date(), reason=reason, by=person, command_id=uuid4()
        )
        at.settle("metering")
        _print_stored(at, stored)


@app.command("list")
def list_(ctx: typer.Context, *, as_json: Json = False) -> None:
    """List the formulas of the site as they hold today."""
    with opened(ctx, WEB) as at:
        rows = list_formulas(at.system.database, at.site, _today(at))
        if as_json:
            print_json(rows)
            return
        keys = ("point", "utility", "unit", "version", "valid_from", "formula")
        retired = at.text("formula.retired")
        table = [
            (r.point, r.utility, r.unit, r.version, r.valid_from, r.text or retired) for r in rows
        ]
        print_table([at.text(f"head.{key}") for key in keys], table, right=(3,))


@app.command()
def show(ctx: typer.Context, point: str, *, as_json: Json = False) -> None:
    """Show a formula: every version with its reason, and what it rests on today."""
    with opened(ctx, WEB) as at:
        found = show_formula(at.system.database, at.site, point, _today(at))
        if as_json:
            print_json(found)
            return
        row = found.row
        print(at.text("formula.of", point=row.point, quantity=row.quantity, unit=row.unit))
        keys = ("version", "valid_from", "position", "reason", "formula")
        retired = at.text("formula.retired")
        table = [
            (v.version, v.valid_from, v.position, v.reason, v.text or retired)
            for v in found.versions
        ]
        print_table([at.text(f"head.{key}") for key in keys], table, right=(0, 2))
        print(at.text("formula.inputs", inputs=", ".join(found.inputs) or "-"))


@app.command()
def explain(
    ctx: typer.Context,
    point: str,
    instant: Annotated[str, typer.Option("--at")],
    as_of: str | None = None,
    *,
    day: bool = False,
    as_json: Json = False,
) -> None:
    """Walk from a value to everything it rests on; exit 1 when it is not known."""
    with opened(ctx, WEB) as at:
        found = explain_formula(
            at.system.database,
            at.site,
            point,
            instant_of(instant, at.site.zone),
            day=day,
            as_of=as_of,
        )
        if as_json:
            print_json(found)
        else:
            _print_explained(at, found)
        known = all(step.value is not None for step in found.steps[:1])
        raise typer.Exit(DONE if known else FINDINGS)


def _defined(
    at: Opened, file: Path | None, words: RowWords, person: UUID | None, *, dry_run: bool
) -> Stored:
    if (file is None) == (words.text is None):
        raise misused("file_or_text")
    at.settle("metering")
    desk = _desk(at)
    text = told_by_words(words) if file is None else file.read_text(encoding="utf-8")
    planned = desk.read(text)
    stored = desk.define(planned, by=person, command_id=uuid4(), dry_run=dry_run)
    at.settle("metering")
    return stored


def _desk(at: Opened) -> FormulaDesk:
    return FormulaDesk(at.system.database, at.site, at.system.clock)


def _today(at: Opened) -> date:
    return local_day(at.system.clock.now(), at.site.zone)


def _print_stored(at: Opened, stored: Stored) -> None:
    points = ", ".join(stored.points) or "-"
    if stored.unchanged:
        print(at.text("formula.unchanged", points=", ".join(stored.unchanged)))
    key = "formula.sound" if stored.position is None else "formula.stored"
    print(at.text(key, points=points, position=stored.position))


def _print_explained(at: Opened, found: Explained) -> None:
    print(at.text("formula.span", point=found.point, start=found.start, end=found.end))
    rows = [
        (
            "  " * step.depth + _said(at, step.text, step.version, step.valid_from),
            digits_of(step.value),
            step.unit,
            at.word(step.quality),
        )
        for step in found.steps
    ]
    keys = ("formula", "value", "unit", "quality")
    print_table([at.text(f"head.{key}") for key in keys], rows, right=(1,))
    if found.as_of is not None:
        print(at.text("usage.as_of", position=found.as_of, mark=""))


def _said(at: Opened, text: str, version: int | None, valid_from: str | None) -> str:
    if version is None:
        return text
    return at.text("formula.version", text=text, version=version, valid_from=valid_from)
