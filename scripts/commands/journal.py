"""In: `journal verify`. Out: whether every journal is whole. I/O: reads."""

from __future__ import annotations

from typing import Annotated

import typer

from energy.journal.verify import Verified, verify
from energy.store.sites import DIRECTORY
from energy.system import WEB
from scripts.commands.frame import FINDINGS, group, opened
from scripts.commands.printing import print_json, print_table, working

app = group("journal", "The journal: what is kept for good.")


@app.command("verify")
def verify_(
    ctx: typer.Context,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Check positions, versions, hashes and counts of every application; exit 1 when broken."""
    with opened(ctx, WEB) as at:
        schema = at.site.schema
        wanted = [(schema, name) for name in ("metering", "operations", "books")]
        wanted.append((DIRECTORY, "directory"))
        found: list[Verified] = []
        with working(at.text("journal.verifying")) as bar:
            bar.update(bar.task_ids[0], total=len(wanted))
            for where, application in wanted:
                with at.system.database.connection() as connection:
                    found.append(verify(connection, where, application))
                bar.advance(bar.task_ids[0])
        whole = all(each.chain_ok for each in found)
        if as_json:
            print_json({"chain_ok": whole, "applications": found})
        else:
            keys = ("application", "entries", "readings", "position", "whole", "broken_at")
            rows = [
                (
                    v.application,
                    v.entries,
                    v.readings,
                    v.position,
                    at.text("yes" if v.chain_ok else "no"),
                    v.broken_at,
                    v.reason,
                )
                for v in found
            ]
            heads = [at.text(f"head.{key}") for key in (*keys, "reason")]
            print_table(heads, rows, right=(1, 2, 3, 5))
        raise typer.Exit(0 if whole else FINDINGS)
