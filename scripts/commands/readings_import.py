"""In: `readings import|imports|explain`. Out: a file looked at, then in the journal. I/O."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated
from uuid import UUID

import click
import typer
from rich.progress import Progress

from billing.money import exact_text
from scripts.commands.asked import runs
from scripts.commands.frame import Opened, interactive, opened
from scripts.commands.printing import print_facts, print_json, print_table, working
from scripts.commands.tree import FINDINGS, REFUSED, Json, misused

if runs():
    from adapters.files.mapping_file import load_file_mapping
    from dashboards.security.scope import Right
    from energy.system import WEB, WRITER
    from energy.views.imported import read_imports
    from energy.views.readings_told import channel_of
    from processes.import_alone import Alone, importing_alone
    from processes.import_corrections import propose_corrections
    from processes.import_explain import Origin, origin_of
    from processes.import_mappings import mapping_path
    from processes.import_readings import FileImport, Looked, refusal_of, row_told
    from processes.readings_file import instant_of
    from processes.readings_state import import_readings

SHORT = 8
MOST_ROWS = 20
"""Refused rows that are printed."""


def add_imports(app: typer.Typer) -> None:
    """Add the verbs of files to the group."""
    app.command("import")(import_)
    app.command("imports")(imports)
    app.command("explain")(explain)


def import_(
    ctx: typer.Context,
    file: Path,
    map_: Annotated[
        str | None,
        typer.Option("--map"),
    ] = None,
    correct: str = "",
    by: str | None = None,
    *,
    preview: bool = False,
    partial: bool = False,
    yes: bool = False,
    as_json: Json = False,
) -> None:
    """Bring readings of a file into the journal; the same file again adds nothing.

    Without --map the file holds what people read from displays: point, quantity, at, value.
    """
    if map_ is None:
        if preview or partial or correct:
            raise misused("need_map")
        _displays(ctx, file, by, as_json=as_json)
        return
    with opened(ctx, WEB if preview else WRITER) as at:
        mapping = load_file_mapping(mapping_path(map_, at.system.config.data_dir))
        person = None if preview else at.person(by, Right.STATE_READINGS)
        with working(at.text("readings.reading")) as bar:
            steps = FileImport(at.system, at.site, file, mapping, progress=_shown(at, bar))
            held = nullcontext() if person is None else importing_alone(at.system, at.site)
            with held as alone, steps as one:
                looked = one.look()
                bar.stop()
                if not as_json:
                    _print_looked(at, looked)
                corrections, position = [], None
                if person is not None:
                    if correct:
                        corrections = _propose(at, file, looked, one, correct, person)
                    if partial or not (looked.refused and as_json):
                        position = _write(at, looked, one, person, alone, partial=partial, yes=yes)
        if as_json:
            print_json({"looked": looked, "position": position, "corrections": corrections})
            if looked.refused and not (preview or partial):
                raise typer.Exit(REFUSED)
        elif not preview:
            _print_done(at, looked, position, corrections)
        if looked.refused:
            raise typer.Exit(FINDINGS)


def imports(
    ctx: typer.Context,
    *,
    as_json: Json = False,
) -> None:
    """List the files that were imported, the newest first."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            rows = read_imports(connection, at.site.schema)
        if as_json:
            print_json(rows)
            return
        heads = ("learned_at", "file", "mapping", "readings", "channels", "refused", "from", "to")
        zone, drop = at.site.zone, at.text("readings_import.drop")
        table = [
            (
                r.learned_at.astimezone(zone),
                r.file,
                r.mapping,
                r.readings,
                r.channels,
                r.refused,
                r.first_at.astimezone(zone),
                r.last_at.astimezone(zone),
                at.name_of(r.imported_by) or drop,
                r.sha256[:SHORT],
            )
            for r in rows
        ]
        names = [at.text(f"readings_import.head.{head}") for head in (*heads, "by", "sha256")]
        print_table(names, table, right=(3, 4, 5))


def explain(
    ctx: typer.Context,
    point: str,
    at_: Annotated[str, typer.Option("--at")],
    quantity: str | None = None,
    *,
    as_json: Json = False,
) -> None:
    """Show where a reading comes from: source, position; of an imported one file and row."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            channel = channel_of(connection, at.site.schema, point, quantity)
        instant = instant_of(at_, at.site.zone)
        with working(at.text("readings.reading")):
            origin = origin_of(at.system, at.site, channel, instant)
        if as_json:
            print_json(origin)
            return
        facts = channel.facts
        shown = f"{exact_text(origin.count * facts.resolution)} {facts.unit}"
        print_facts([*_where(at, origin, shown), *origin.cells])


def _where(at: Opened, origin: Origin, shown: str) -> list[tuple[str, object]]:
    """Return names and values of a reading's origin."""
    learned = origin.learned_at.astimezone(at.site.zone) if origin.learned_at else None
    facts: list[tuple[str, object]] = [
        ("reading", f"{origin.at.astimezone(at.site.zone).isoformat(' ')}  {shown}"),
        ("quality", at.word(origin.quality)),
        ("learned_at", learned),
        ("position", origin.position),
    ]
    if (told := origin.imported) is not None:
        rows = ", ".join(map(str, origin.rows)) or None
        by = at.name_of(told.imported_by) or at.text("readings_import.drop")
        facts += [("file", told.file), ("row", rows), ("sha256", told.sha256)]
        facts += [("mapping", told.mapping), ("by", by)]
    return [(at.text(f"readings_import.head.{name}"), value) for name, value in facts]


def _displays(ctx: typer.Context, file: Path, by: str | None, *, as_json: bool) -> None:
    """Record what people read from displays."""
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.STATE_READINGS)
        text = file.read_text(encoding="utf-8-sig")
        with working(at.text("readings.writing")):
            found = import_readings(at.system, at.site, text, note=file.name, by=person)
            at.settle("metering")
        if as_json:
            print_json(found)
            return
        key = "imported" if found.added else "imported_before"
        print(at.text(f"readings.{key}", count=found.readings, channels=found.channels))


def _shown(at: Opened, bar: Progress) -> Callable[[str, int, int], None]:
    task = bar.task_ids[0]

    def advance(stage: str, done: int, of: int) -> None:
        text = at.text(f"readings_import.stage.{stage}")
        bar.update(task, description=text, completed=done, total=of or None)

    return advance


def _propose(
    at: Opened, file: Path, looked: Looked, one: FileImport, reason: str, person: UUID
) -> list[UUID]:
    return propose_corrections(
        at.system,
        at.site,
        file,
        looked.sha256,
        looked.conflicts,
        one.channels,
        reason=reason,
        by=person,
    )


def _write(
    at: Opened,
    looked: Looked,
    one: FileImport,
    person: UUID,
    alone: Alone | None,
    *,
    partial: bool,
    yes: bool,
) -> int | None:
    if looked.refused and not partial:
        raise refusal_of(looked, 0)
    if looked.readings and interactive() and not yes:
        click.confirm(at.text("readings_import.ask", count=looked.readings), abort=True)
    with working(at.text("readings_import.stage.write")):
        position = one.write(partial=partial, by=person, alone=alone)
        at.settle("metering")
    return position


def _print_looked(at: Opened, looked: Looked) -> None:
    """Print what a file would bring."""
    keys = ("point", "quantity", "readings", "from", "to", "least", "greatest", "sum", "unit")
    heads = [at.text(f"readings_import.head.{key}") for key in (*keys, "gaps", "back", "course")]
    zone = at.site.zone
    table = [
        (
            r.point,
            r.quantity,
            r.readings,
            f"{r.first.astimezone(zone):%Y-%m-%d %H:%M}",
            f"{r.last.astimezone(zone):%Y-%m-%d %H:%M}",
            r.least,
            r.greatest,
            r.total,
            r.unit,
            r.gaps,
            r.backwards,
            r.plot,
        )
        for r in looked.channels
    ]
    if table:
        print_table(heads, table, right=(2, 5, 6, 7, 9, 10))
    for key in ("rows", "readings", "known", "duplicates", "empty", "refused"):
        number: int = getattr(looked, key)
        if number or key in {"rows", "readings"}:
            print(at.text(f"readings_import.{key}", number=number))
    if looked.before is not None:
        before = looked.before.learned_at.astimezone(zone)
        print(at.text("readings_import.before", at=f"{before:%Y-%m-%d %H:%M}"))
    _print_refused(at, looked)


def _print_refused(at: Opened, looked: Looked) -> None:
    for why, number in looked.refused_by.items():
        told = at.text(f"readings_import.why.{why}")
        step = at.text(f"readings_import.next.{why}")
        print(at.text("readings_import.refused_for", why=told, number=number, step=step))
    for row in looked.refused_rows[:MOST_ROWS]:
        print(f"  {row_told(row).told(at.language)}")
    if looked.refused > MOST_ROWS:
        print(at.text("readings_import.more", number=looked.refused - MOST_ROWS))


def _print_done(
    at: Opened, looked: Looked, position: int | None, corrections: Sequence[UUID]
) -> None:
    for identity in corrections:
        print(at.text("readings.proposed", id=identity, short=identity.hex[:SHORT]))
    if position is None:
        print(at.text("readings_import.nothing"))
    else:
        print(at.text("readings_import.written", count=looked.readings, position=position))
