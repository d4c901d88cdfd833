"""In: the row `meterline field VERB ...` on a laptop. Out: the verb done, its exit code. I/O.

The laptop's program: the technician's verbs alone, in the folder that METERLINE_LAPTOP names, else
in `meterline-laptop` of the person's home. It imports no database, and nothing that Windows lacks.
"""

from __future__ import annotations

import os
from pathlib import Path

import typer

from processes.laptop_errors import LAPTOP
from scripts.commands import field
from scripts.commands.tree import Meant, Verbs, Words, keep_quiet, language_of


class LaptopVerbs(Verbs):
    """The verbs of a laptop."""

    groups = ()


app = Words(
    name="laptop",
    cls=LaptopVerbs,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(field.app, name="field")


@app.callback()
def options(ctx: typer.Context, lang: str | None = None) -> None:
    """Keep what the global option says, and find the laptop's folder."""
    keep_quiet()
    if LAPTOP not in os.environ:
        os.environ[LAPTOP] = str(Path.home() / "meterline-laptop")
    ctx.obj = Meant(language=lang, spoken=language_of(ctx))


def main() -> None:
    """Run the verb of this process's arguments."""
    app(prog_name="meterline")


if __name__ == "__main__":
    main()
