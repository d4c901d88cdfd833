"""In: `field health`. Out: what waits in the spools, what holds and what fails. I/O: reads."""

from __future__ import annotations

from typing import Annotated

import typer

from energy.base.text import t
from processes.vitals_reads import ask_health
from scripts.commands.frame import FINDINGS, installation_of
from scripts.commands.printing import print_json, print_table


def health(
    ctx: typer.Context,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """Show how the collector is doing: spools, what holds them, what fails (exit code 1)."""
    installation = installation_of(ctx)
    told = ask_health(installation.config.data_dir, "collect")
    if as_json:
        print_json(told)
    else:
        keys = ("site", "open_readings", "sealed_batches", "quarantined", "drained", "held")
        heads = [t(installation.config.language, f"cli.head.{key}") for key in keys]
        rows = [
            (site, *(spool[key] for key in keys[1:-1]), ", ".join(spool["held"]))
            for site, spool in told["spools"].items()
        ]
        print_table(heads, rows, right=(1, 2, 3, 4))
        for reason in told["reasons"]:
            print(reason)
    if not told["ok"]:
        raise typer.Exit(FINDINGS)
