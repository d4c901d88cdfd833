"""In: the row `meterline field VERB ...` on a laptop. Out: the verb done, its exit code. I/O.

The laptop's program: the technician's verbs alone, in the folder that METERLINE_LAPTOP names, else
in `meterline-laptop` of the person's home. It imports no database, and nothing that Windows lacks.
"""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import Annotated

import structlog
import typer

from processes.laptop_installation import LAPTOP
from scripts.commands import field
from scripts.commands.frame import Meant, Verbs


class LaptopVerbs(Verbs):
    """The verbs of a laptop."""

    groups = ()


app = typer.Typer(
    name="meterline",
    help="Meterline on a laptop: the technician's verbs without network.",
    cls=LaptopVerbs,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(field.app, name="field")


@app.callback()
def options(
    ctx: typer.Context,
    lang: Annotated[str | None, typer.Option(help="Language of the output: en or zh.")] = None,
) -> None:
    """Meterline on a laptop: the technician's verbs without network.

    Exit codes: 0 done, 1 findings, 2 refused, 3 no contact.
    """
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    if LAPTOP not in os.environ:
        os.environ[LAPTOP] = str(Path.home() / "meterline-laptop")
    ctx.obj = Meant(language=lang)


def main() -> None:
    """Run the verb of this process's arguments."""
    app(prog_name="meterline")


if __name__ == "__main__":
    main()
