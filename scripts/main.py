"""In: the row `scripts/meterline VERB ...`. Out: the verb done and its exit code. I/O.

Exit codes: 0 done, 1 findings, 2 refused, 3 no contact.
"""

from __future__ import annotations

import logging
import signal
import sys
from pathlib import Path
from typing import Annotated

import structlog
import typer

from scripts.commands import run
from scripts.commands.frame import Meant, Verbs

Verbs.groups = (
    "site",
    "field",
    "profile",
    "meter",
    "readings",
    "finding",
    "usage",
    "tariff",
    "bill",
    "prepaid",
    "alert",
    "journal",
    "view",
    "db",
    "user",
)
app = typer.Typer(
    name="meterline",
    help="Meterline: from the register to the invoice.",
    cls=Verbs,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def options(
    ctx: typer.Context,
    data_dir: Annotated[
        Path | None, typer.Option(help="Folder of the installation; else the settings' or demo.")
    ] = None,
    site: Annotated[str | None, typer.Option(help="Key of the site; else the only one.")] = None,
    lang: Annotated[str | None, typer.Option(help="Language of the output: en or zh.")] = None,
) -> None:
    """Meterline: from the register to the invoice.

    The options below may stand anywhere in the row. Exit codes: 0 done, 1 findings, 2 refused,
    3 no contact.
    """
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    ctx.obj = Meant(data_dir=data_dir, site=site, language=lang)


run.add_to(app)


def _leave_tidily() -> None:
    """Let a closed terminal or a kill end a verb as Ctrl+C does: what it holds is given back."""
    for name in ("SIGHUP", "SIGTERM"):
        number = getattr(signal, name, None)  # Windows knows no SIGHUP
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _leave)


def _leave(number: int, _frame: object) -> None:
    raise SystemExit(128 + number)


def main() -> None:
    """Run the verb of this process's arguments."""
    _leave_tidily()
    app(prog_name="scripts/meterline")


if __name__ == "__main__":
    main()
