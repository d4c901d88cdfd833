"""In: `takeover` verbs. Out: a site taken over, compared, released. I/O: billing room, files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from scripts.commands.asked import runs
from scripts.commands.frame import Opened, opened
from scripts.commands.printing import print_facts, print_json, print_table, working
from scripts.commands.tree import FINDINGS, Json, group

if runs():
    from billing.takeover.causes import Cause
    from billing.takeover.comparison import Comparison, write_comparison
    from billing.takeover.office import Checked, TakeOverOffice
    from billing.takeover.parallel import ParallelDesk
    from billing.takeover.problems import Problem
    from billing.takeover.state import started_series, take_over_of
    from billing.takeover.tasks import Stage
    from billing.takeover.template import write_template
    from billing.views.find import run_named
    from dashboards.security.scope import Right
    from energy.journal.application import JournalApplication
    from energy.system import WEB, WRITER

app = group("takeover")
SHORT = 12
"""Digits of a hash that are shown; any beginning that names one thing will do."""
MOST_PRINTED = 50
"""Rows of problems or of bills that are printed."""


@app.command()
def template(ctx: typer.Context, file: Path) -> None:
    """Write an empty take-over workbook that explains its own columns."""
    with opened(ctx, WEB) as at:
        write_template(file, at.language)
        print(at.text("takeover.template", file=file))


@app.command()
def check(ctx: typer.Context, file: Path, *, as_json: Json = False) -> None:
    """Check a filled-in workbook and its control totals; nothing is written."""
    with opened(ctx, WEB) as at:
        with working(at.text("takeover.checking")):
            checked = _office(at).check(file)
        _print_checked(at, checked, as_json=as_json)
        if checked.parcel is None:
            raise typer.Exit(FINDINGS)


@app.command()
def load(ctx: typer.Context, file: Path, by: str | None = None, *, as_json: Json = False) -> None:
    """Load a workbook without problems, for another person to sign (billing clerk)."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ISSUE)
        with working(at.text("takeover.checking")):
            at.settle("metering", "books")
            office = _office(at)
            checked = office.check(file)
        if checked.parcel is None:
            _print_checked(at, checked, as_json=as_json)
            raise typer.Exit(FINDINGS)
        load = office.load(checked, by=person)
        at.settle("books")
        if as_json:
            print_json(load)
            return
        _print_totals(at, checked)
        short = load.sha256[:SHORT]
        print(at.text("takeover.loaded", sha256=load.sha256, short=short))


@app.command()
def sign(ctx: typer.Context, sha256: str, by: str | None = None, *, as_json: Json = False) -> None:
    """Sign a loaded workbook as a second person: all of it is written now (billing approver)."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.APPROVE)
        with working(at.text("takeover.writing")) as bar:
            at.settle("metering", "books")

            def progress(stage: Stage, done: int, of: int) -> None:
                told = at.text(f"takeover.{stage}")
                bar.update(bar.task_ids[0], description=told, completed=done, total=of or None)

            load = _office(at).sign(sha256, by=person, progress=progress)
            at.settle("metering", "books")
        if as_json:
            print_json(load)
            return
        print(at.text("takeover.signed", sha256=load.sha256[:SHORT]))


@app.command()
def drop(
    ctx: typer.Context,
    sha256: str,
    reason: Annotated[str, typer.Option()],
    by: str | None = None,
) -> None:
    """Give a loaded workbook up before it is signed (billing clerk)."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ISSUE)
        load = _office(at).drop(sha256, reason=reason, by=person)
        at.settle("books")
        print(at.text("takeover.dropped", sha256=load.sha256[:SHORT]))


@app.command()
def compare(
    ctx: typer.Context,
    run: str,
    file: Path,
    lines: Path | None = None,
    xlsx: Path | None = None,
    by: str | None = None,
    *,
    as_json: Json = False,
) -> None:
    """Put a run's drafts beside the old system's bills, by cause; exit 1: they differ (clerk)."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ISSUE)
        with working(at.text("takeover.checking")):
            with at.system.database.connection() as connection:
                identity = run_named(connection, at.site.schema, run)
            outcome = ParallelDesk(at.books).compare(identity, file, lines, by=person)
            at.settle("books")
        found = outcome.comparison
        if found is None:
            _print_problems(at, file.name, outcome.problems, len(outcome.problems), as_json=as_json)
            raise typer.Exit(FINDINGS)
        if xlsx is not None:
            write_comparison(found, xlsx, _heads(at))
        if as_json:
            print_json({**found.document(), "sha256": found.sha256})
        else:
            _print_comparison(at, found)
            if xlsx is not None:
                print(at.text("takeover.exported", file=xlsx))
        if not found.agrees:
            raise typer.Exit(FINDINGS)


@app.command()
def release(
    ctx: typer.Context,
    sha256: str,
    reason: Annotated[str, typer.Option()],
    by: str | None = None,
) -> None:
    """End the parallel run over the last comparison, as a second person (billing approver)."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.APPROVE)
        ParallelDesk(at.books).release(sha256, reason=reason, by=person)
        at.settle("books")
        print(at.text("takeover.released"))


@app.command()
def show(ctx: typer.Context, *, as_json: Json = False) -> None:
    """Show what was loaded, signed and compared, and where number series began."""
    with opened(ctx, WEB) as at:
        books = at.books
        held, series = take_over_of(books), started_series(books)
        if as_json:
            told = None
            if held is not None:
                loads = list(held.loads.values())
                told = {"loads": loads, "parallel": held.parallel, "comparison": held.comparison}
            print_json({"takeover": told, "series": series})
            return
        if held is None:
            print(at.text("takeover.none"))
            return
        heads = [_head(at, key) for key in ("file", "state", "loaded_by", "signed_by")]
        rows = [
            (
                load.sha256[:SHORT],
                load.file,
                at.say(f"takeover.state.{load.state}"),
                at.name_of(load.by),
                None if load.signed_by is None else at.name_of(load.signed_by),
            )
            for load in held.loads.values()
        ]
        print_table(["sha256", *heads], rows)
        for each in series:
            print(
                at.text(
                    "takeover.series",
                    prefix=each.prefix,
                    year=each.year,
                    first=each.first,
                    last=each.last_number,
                )
            )
        if not held.parallel:
            print(at.text("takeover.no_parallel"))
        elif held.comparison is None:
            print(at.text("takeover.parallel_new"))
        else:
            last, currency = held.comparison, at.site.currency
            told_last = {"sha256": last.sha256[:SHORT], "difference": last.difference}
            print(at.text("takeover.parallel", **told_last, currency=currency))


def _office(at: Opened) -> TakeOverOffice:
    metering = JournalApplication(at.system.database, at.site.schema, "metering", at.system.clock)
    return TakeOverOffice(at.books, metering, at.system.vault)


def _head(at: Opened, key: str) -> str:
    return at.say(f"takeover.head.{key}")


def _heads(at: Opened) -> dict[str, str]:
    columns = (
        "cause",
        "difference",
        "ours",
        "theirs",
        "account",
        "utility",
        "first_day",
        "last_day",
    )
    heads = {key: _head(at, key) for key in (*columns, "quantity", "net", "tax", "total")}
    return heads | {cause.value: at.say(f"takeover.cause.{cause}") for cause in Cause}


def _print_checked(at: Opened, checked: Checked, *, as_json: bool) -> None:
    if as_json:
        print_json(checked.document())
        return
    _print_totals(at, checked)
    if checked.parcel is not None:
        print(at.text("takeover.right", file=checked.file, sha256=checked.parcel.sha256[:SHORT]))
        return
    _print_problems(at, checked.file, checked.problems, checked.problem_count, as_json=False)


def _print_totals(at: Opened, checked: Checked) -> None:
    columns = ("sheet", "count", "stated_count", "sum", "stated_sum")
    rows = [
        (
            total.sheet.value,
            total.count,
            total.stated_count,
            total.sum,
            total.stated_sum,
            "=" if total.agrees else "!",
        )
        for total in checked.totals
    ]
    print_table(
        [*(_head(at, key) for key in columns), _head(at, "agrees")], rows, right=(1, 2, 3, 4)
    )


def _print_problems(
    at: Opened, file: str, problems: Sequence[Problem], number: int, *, as_json: bool
) -> None:
    if as_json:
        print_json({"problems": [each.document() for each in problems], "problem_count": number})
        return
    print()
    for each in problems[:MOST_PRINTED]:
        where = " ".join(
            part
            for part in (
                f"[{each.sheet}]",
                f"{_head(at, 'row')} {each.row}" if each.row else "",
                each.column,
            )
            if part
        )
        print(f"{where}: {each.cause(at.language)}")
    if number > MOST_PRINTED:
        print(at.text("takeover.more", number=MOST_PRINTED))
    print(at.text("takeover.problems", number=number, file=file))


def _print_comparison(at: Opened, found: Comparison) -> None:
    """Print the sums by cause and the bills that differ, the largest difference first."""
    causes = found.causes_seen
    differing = [pair for pair in found.pairs if set(pair.causes) - {Cause.ROUNDING}]
    differing.sort(key=lambda pair: (-abs(pair.difference), pair.account, pair.utility))
    if differing:
        rows = [
            (
                pair.account,
                pair.utility,
                None if pair.ours is None else pair.ours.total,
                None if pair.theirs is None else pair.theirs.total,
                pair.difference,
                *(pair.causes.get(cause) for cause in causes),
            )
            for pair in differing[:MOST_PRINTED]
        ]
        columns = ("account", "utility", "ours", "theirs", "difference")
        heads = [_head(at, key) for key in columns]
        heads += [at.say(f"takeover.cause.{cause}") for cause in causes]
        print_table(heads, rows, right=tuple(range(2, 5 + len(causes))))
        if len(differing) > MOST_PRINTED:
            print(at.text("takeover.more", number=MOST_PRINTED))
        print()
    facts: list[tuple[str, object]] = [(_head(at, "bills"), len(found.pairs))]
    facts += [(_head(at, "ours"), found.ours), (_head(at, "theirs"), found.theirs)]
    facts += [(at.say(f"takeover.cause.{c}"), amount) for c, amount in found.causes.items()]
    print_facts([*facts, (_head(at, "difference"), found.difference)])
    if found.agrees:
        print(at.text("takeover.agrees"))
    print(at.text("takeover.compared", sha256=found.sha256, short=found.sha256[:SHORT]))
