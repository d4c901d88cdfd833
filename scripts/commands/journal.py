"""In: `journal verify|seal|export|check|archive`. Out: what was found, seals, files. I/O."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from energy.base.text import t
from scripts.commands.asked import runs
from scripts.commands.frame import Opened, installation_of, opened
from scripts.commands.printing import advancing, print_facts, print_json, print_table, working
from scripts.commands.tree import FINDINGS, Json, group, misused

if runs():
    from energy.journal.chain import head_to_json
    from energy.journal.seal import DIRECTORY_APPLICATIONS, SITE_APPLICATIONS
    from energy.journal.verify import Verified, proofs_in, verify
    from energy.store.sites import DIRECTORY
    from energy.system import OWNER, SEALER, WEB, database_of
    from processes.journal_files import Archive, check_file, export_journal
    from processes.journal_seal import seal_all, sign_all, signing_key

app = group("journal")


def folders_of(at: Opened, named: Sequence[Path] | None) -> list[Path]:
    """Return where archived segments are looked for: what was named, then the usual folder."""
    return [*(named or ()), at.installation.config.archive_dir]


@app.command("verify")
def verify_(
    ctx: typer.Context, *, archive: list[Path] | None = None, as_json: Json = False
) -> None:
    """Check every entry against its stream, the seal and the signed heads; exit 1 when broken."""
    with opened(ctx, WEB) as at:
        found = _verified(at, folders_of(at, archive))
        whole = all(each.chain_ok for each in found)
        if as_json:
            print_json({"chain_ok": whole, "applications": found})
        else:
            print_verified(at.language, found)
        raise typer.Exit(0 if whole else FINDINGS)


def _verified(at: Opened, folders: Sequence[Path]) -> list[Verified]:
    schema, seals = at.site.schema, at.installation.config.seals_dir
    wanted = [(schema, name) for name in SITE_APPLICATIONS]
    wanted += [(DIRECTORY, name) for name in DIRECTORY_APPLICATIONS]
    found = []
    with working(at.text("journal.verifying")) as bar:
        advance = advancing(bar)
        for where, application in wanted:
            proofs = proofs_in(seals, where, folders)
            with at.system.database.connection() as connection:
                found.append(verify(connection, where, application, proofs=proofs, advance=advance))
    return found


def print_verified(language: str, found: Sequence[Verified]) -> None:
    """Print what verifications found, one application a row.

    Args:
        language: Of the person at the terminal.
        found: What was found.
    """
    heads = [
        *(t(language, f"cli.head.{key}") for key in ("application", "entries", "readings")),
        t(language, "cli.head.position"),
        *(t(language, f"cli.head_journal.{key}") for key in ("sealed", "signed", "signed_at")),
        *(t(language, f"cli.head.{key}") for key in ("whole", "broken_at", "reason")),
    ]
    rows = [
        (
            v.application,
            v.entries,
            v.readings,
            v.position,
            v.sealed,
            v.signed,
            v.signed_at,
            t(language, "cli.yes" if v.chain_ok else "cli.no"),
            v.broken_at,
            v.reason,
        )
        for v in found
    ]
    print_table(heads, rows, right=(1, 2, 3, 4, 5, 8))


@app.command()
def seal(
    ctx: typer.Context,
    *,
    new_key: Annotated[bool, typer.Option("--new-key")] = False,
    as_json: Json = False,
) -> None:
    """Seal every entry now and sign the newest heads; `jobs` does it every day."""
    with opened(ctx, SEALER) as at:
        config = at.installation.config
        with working(at.text("journal_file.sealing")) as bar:
            entries = 0
            for sealed in seal_all(at.system.database, at.system.clock):
                entries += sealed
                bar.update(bar.task_ids[0], completed=entries)
            key = signing_key(config, renew=new_key)
            heads = sign_all(at.system.database, config, at.system.clock, key)
        if as_json:
            named = [head_to_json(head) for head in heads]
            print_json({"sealed": entries, "key_id": key.key_id, "heads": named})
            return
        print(at.text("journal_file.sealed", entries=entries))
        if new_key:
            file = config.seals_dir / "keys" / f"{key.key_id}.pem"
            print(at.text("journal_file.new_key", key_id=key.key_id, file=file))
        for head in heads:
            print(
                at.text(
                    "journal_file.signed",
                    application=f"{head.scope}.{head.application}",
                    position=head.position,
                    key_id=head.key_id,
                )
            )
        if not heads:
            print(at.text("journal_file.nothing"))
        print(at.text("journal_file.copy", folder=config.seals_dir))


@app.command()
def export(
    ctx: typer.Context,
    target: Path,
    *,
    archive: list[Path] | None = None,
    as_json: Json = False,
) -> None:
    """Write every entry, the seal and the signed heads into one file for `journal check`."""
    with opened(ctx, WEB) as at:
        with working(at.text("journal_file.exporting")) as bar:
            written = export_journal(
                at.system.database,
                at.site,
                at.installation.config,
                at.system.clock,
                target,
                folders=folders_of(at, archive),
                advance=advancing(bar),
            )
        if as_json:
            print_json(written)
            return
        print(at.text("journal_file.exported", path=written.path, entries=written.entries))
        print_facts([("octets", written.octets), ("sha256", written.sha256)])


@app.command()
def check(
    ctx: typer.Context,
    file: Path,
    *,
    key: list[Path] | None = None,
    seals: Path | None = None,
    as_json: Json = False,
) -> None:
    """Check an exported file without any database; exit 1 when it is broken or cut off."""
    language = installation_of(ctx).config.language
    with working(t(language, "cli.journal.verifying")):
        checked = check_file(file, keys=key or (), seals=seals)
    parts = [part.verified for part in checked.parts]
    if as_json:
        print_json(
            {
                "whole": checked.whole,
                "damage": checked.damage,
                "kind": checked.header.kind,
                "made_at": checked.header.made_at,
                "signed_by": checked.signed_by,
                "keys": checked.key_ids,
                "applications": parts,
            }
        )
    else:
        print_verified(language, parts)
        if checked.damage:
            print(checked.damage)
        if key is None and seals is None:
            keys = ", ".join(checked.key_ids)
            print(t(language, "cli.journal_file.own_keys", keys=keys))
    raise typer.Exit(0 if checked.whole else FINDINGS)


@app.command()
def archive(
    ctx: typer.Context,
    *,
    before: Annotated[str, typer.Option()],
    to: Path | None = None,
    application: str = "metering",
    drop: Annotated[bool, typer.Option("--drop")] = False,
    as_json: Json = False,
) -> None:
    """Write old, signed parts of the journal as sealed segment files; rows stay without --drop."""
    if application not in SITE_APPLICATIONS:
        raise misused(
            "none_of",
            option="--application",
            value=application,
            known=", ".join(SITE_APPLICATIONS),
        )
    with opened(ctx, SEALER) as at:
        config = at.installation.config
        folder = to or config.archive_dir
        at_work = Archive(
            sealer=at.system.database,
            site=at.site,
            application=application,
            config=config,
            clock=at.system.clock,
        )
        position = at_work.position_of(before)
        owner = database_of(config, OWNER, max_size=1)
        try:
            with working(at.text("journal_file.archiving")) as bar:
                if drop:
                    written, dropped = at_work.write_and_drop(
                        position, folder, owner, advancing(bar)
                    )
                else:
                    written, dropped = at_work.write(position, folder, advancing(bar)), []
        finally:
            owner.close()
        if as_json:
            names = [[each.file_name for each in some] for some in (written, dropped)]
            print_json({"folder": folder, "written": names[0], "dropped": names[1]})
            return
        for each in written:
            print(
                at.text(
                    "journal_file.archived",
                    path=folder / each.file_name,
                    first=each.first,
                    last=each.last,
                )
            )
        key = "dropped" if drop else "rows_stay"
        print(at.text(f"journal_file.{key}", segments=len(dropped)))
