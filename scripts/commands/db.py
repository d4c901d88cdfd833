"""In: `db VERB`: the database of an installation. Out: it as wanted. I/O: processes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from energy.base.errors import RefusedError
from energy.base.text import t
from scripts.commands.asked import runs
from scripts.commands.frame import installation_of, interactive
from scripts.commands.printing import print_facts, print_json, print_table, working
from scripts.commands.tree import FINDINGS, Json, group

if runs():
    from energy.journal.survey import JournalFound
    from energy.store.errors import StoreUnavailableError
    from energy.store.migrate import schema_files
    from energy.system import OWNER
    from processes.database_backup import back_up
    from processes.database_restore import restore_database
    from processes.database_service import migrate as bring_up_to_date
    from processes.database_service import start_database, stop_database
    from processes.database_size import sizes_of
    from processes.database_upgrade import upgrade_database
    from processes.spools_restored import SpoolResumed

PASSPHRASE = "METERLINE_KEYS_PASSPHRASE"  # noqa: S105 - a name
"""Environment variable that opens the sealed file of keys."""

app = group("db")


@app.command()
def start(ctx: typer.Context) -> None:
    """Start the embedded PostgreSQL and bring it up to date; find it when it runs."""
    installation = installation_of(ctx)
    language = installation.config.language
    with working(t(language, "cli.db.starting")):
        pid = start_database(installation)
    print(t(language, "cli.db.runs", directory=installation.config.data_dir, pid=pid))


@app.command()
def stop(ctx: typer.Context) -> None:
    """Stop the embedded PostgreSQL, unless `scripts/up` keeps it."""
    installation = installation_of(ctx)
    language = installation.config.language
    with working(t(language, "cli.db.stopping")):
        stopped = stop_database(installation)
    print(t(language, "cli.db.stopped" if stopped else "cli.db.none"))


@app.command()
def migrate(ctx: typer.Context) -> None:
    """Bring roles, directory and every site's schema up to date."""
    installation = installation_of(ctx)
    language = installation.config.language
    try:
        with working(t(language, "cli.db.migrating")):
            applied = bring_up_to_date(installation)
    except StoreUnavailableError:
        installation.system(OWNER).close()  # says where to start one, as every verb does
        raise
    for row in applied:
        print(row)
    versions = {scope: schema_files(scope)[-1].number for scope in ("directory", "site")}
    print(t(language, "cli.db.current", **versions))


@app.command()
def backup(
    ctx: typer.Context,
    folder: Path,
    *,
    keep: Annotated[int | None, typer.Option("--keep", min=1)] = None,
    keys: Path | None = None,
    as_json: Json = False,
) -> None:
    """Copy the running database into a new folder, checked; the keys only with --keys."""
    installation = installation_of(ctx)
    language = installation.config.language
    passphrase = _passphrase(language, twice=True) if keys is not None else ""
    with working(t(language, "cli.db.backing_up")):
        taken = back_up(installation, folder, keep=keep, keys=keys, passphrase=passphrase)
    if as_json:
        print_json(taken)
        return
    made = taken.backup
    print_facts(
        [
            (t(language, "cli.db.backup"), made.path),
            (t(language, "cli.db.complete_at"), made.taken_at),
            (t(language, "cli.db.size_mib"), round(made.octets / 2**20)),
            (t(language, "cli.db.wal"), made.archive or t(language, "cli.db.wal_none")),
            (t(language, "cli.db.key"), made.key_id),
            (t(language, "cli.db.deleted"), taken.deleted_backups),
        ]
    )
    if not taken.keys and made.key_id:
        print(t(language, "cli.db.keys_apart", master=made.key_id))


@app.command()
def restore(
    ctx: typer.Context,
    source: Path,
    *,
    until: str = "now",
    archive: Path | None = None,
    last_wal: Path | None = None,
    keys: Path | None = None,
    without_keys: Annotated[bool, typer.Option("--without-keys")] = False,
    as_json: Json = False,
) -> None:
    """Restore a backup into a data folder without a database, up to a time, and verify it."""
    installation = installation_of(ctx)
    language = installation.config.language
    passphrase = _passphrase(language, twice=False) if keys is not None else ""
    with working(t(language, "cli.db.restoring")):
        done = restore_database(
            installation,
            source,
            until=_instant(until),
            archive=archive,
            last_wal=last_wal,
            keys=keys,
            passphrase=passphrase,
            without_keys=without_keys,
        )
    if as_json:
        print_json(done)
    else:
        print_facts(
            [
                (t(language, "cli.db.complete_at"), done.taken_at),
                (t(language, "cli.db.last_commit"), done.last_commit_at),
                (t(language, "cli.db.keys_written"), ", ".join(done.keys) or None),
            ]
        )
        _print_journals(language, done.journals)
        for spool in done.spools:
            key = "cli.db.spool_lost" if spool.lost_batches else "cli.db.spool"
            print(t(language, key, **_values_of(spool)))
        print(t(language, "cli.db.restored"))
    _end_with_findings(done.journals)


@app.command()
def upgrade(ctx: typer.Context, *, as_json: Json = False) -> None:
    """Bring the embedded database of an older PostgreSQL to the current major version."""
    installation = installation_of(ctx)
    language = installation.config.language
    with working(t(language, "cli.db.upgrading")):
        done, journals = upgrade_database(installation)
    if as_json:
        print_json({"upgrade": done, "journals": journals})
    else:
        print(
            t(
                language,
                "cli.db.upgraded",
                before=done.before,
                after=done.after,
                tables=done.tables,
                rows=done.rows,
                kept=done.kept,
            )
        )
        _print_journals(language, journals)
    _end_with_findings(journals)


@app.command()
def size(ctx: typer.Context, *, as_json: Json = False) -> None:
    """Show what the raw readings of each site take on the disk, by partition."""
    installation = installation_of(ctx)
    language = installation.config.language
    found = sizes_of(installation)
    if as_json:
        print_json(found)
        return
    heads = [t(language, f"cli.db.size.{name}") for name in _SIZE_HEADS]
    rows = [
        (
            site.site,
            site.report.engine,
            part.name,
            part.rows,
            round((part.table_octets + part.index_octets) / 2**20, 1),
            t(language, "cli.db.packed") if part.packed else None,
            site.kept_from,
        )
        for site in found
        for part in site.report.parts
    ]
    print_table(heads, rows, right=[3, 4])


_SIZE_HEADS = ("site", "engine", "part", "rows", "mib", "packed", "kept_from")


def _values_of(spool: SpoolResumed) -> dict[str, object]:
    return {
        "path": spool.path,
        "waiting": spool.waiting,
        "lost": spool.lost_batches,
        "first": spool.lost_first,
        "last": spool.lost_last,
    }


def _instant(text: str) -> datetime | None:
    if text == "now":
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise RefusedError.of("database.no_time", text=text) from error
    if at.tzinfo is None:
        raise RefusedError.of("database.no_zone", text=text)
    return at


def _passphrase(language: str, *, twice: bool) -> str:
    """Return what opens the keys: from the environment, or asked for at a terminal."""
    given = os.environ.get(PASSPHRASE)
    if given is not None:
        return given
    if not interactive():
        raise RefusedError.of("database.no_passphrase", variable=PASSPHRASE)
    answer: str = typer.prompt(
        t(language, "cli.db.passphrase"), hide_input=True, confirmation_prompt=twice
    )
    return answer


def _print_journals(language: str, journals: Sequence[JournalFound]) -> None:
    heads = [t(language, f"cli.db.head.{name}") for name in _JOURNAL_HEADS]
    print_table(
        heads,
        [
            (
                journal.schema,
                journal.application,
                journal.position,
                journal.learned_at,
                journal.reason or t(language, "cli.db.whole"),
            )
            for journal in journals
        ],
        right=[2],
    )


_JOURNAL_HEADS = ("schema", "application", "position", "learned_at", "state")


def _end_with_findings(journals: Sequence[JournalFound]) -> None:
    if any(journal.broken_at is not None for journal in journals):
        raise typer.Exit(FINDINGS)
