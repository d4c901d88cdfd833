"""In: `collect|project|jobs|serve`. Out: that process, until it is asked to stop. I/O."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

import typer

from scripts.commands.frame import installation_of

if TYPE_CHECKING:  # dear to import: the top's help page needs none of it
    from processes.installation import Installation

PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True}


def add_to(app: typer.Typer) -> None:
    """Add the processes to the verbs."""
    app.command(context_settings=PASS_ON)(collect)
    app.command()(project)
    app.command()(jobs)
    app.command()(serve)


def collect(ctx: typer.Context) -> None:
    """Run the collector: meters to spool to journal (options --plan, --play go to it)."""
    from processes.installation import refresh_plans

    installation = installation_of(ctx)
    arguments = list(ctx.args)
    # --data-dir is ours and names the installation; the collector's own folder lies in it.
    spools = installation.config.data_dir / "collect"
    if not {"--plan", "--plans"} & set(arguments):
        plan = refresh_plans(installation)
        arguments += ["--plans" if plan.is_dir() else "--plan", str(plan)]
        if plan.parent == installation.plans_dir:
            spools /= plan.stem  # one of several sites: its spool is where theirs are
    arguments += ["--data-dir", str(spools)]
    _run(installation, "collect", arguments)


def project(ctx: typer.Context) -> None:
    """Run the projector: the journal to every view."""
    _run(installation_of(ctx), "project", [])


def jobs(ctx: typer.Context) -> None:
    """Run the jobs: marks at midnight, alerts."""
    _run(installation_of(ctx), "jobs", [])


def serve(ctx: typer.Context) -> None:
    """Run the dashboard."""
    _run(installation_of(ctx), "web", [])


def _run(installation: Installation, name: str, arguments: list[str]) -> None:
    config = installation.config
    os.environ.update(installation.environment)
    os.environ["METERLINE_DATA_DIR"] = str(config.data_dir)
    os.environ["METERLINE_SITE"] = config.site
    clock = config.data_dir / "play.clock"
    if clock.exists():
        os.environ.setdefault("METERLINE_PLAY_CLOCK", str(clock))
    sys.argv = [name, *arguments]
    entry: Callable[[], int | None] = import_module(f"processes.{name}").main
    raise typer.Exit(entry() or 0)
