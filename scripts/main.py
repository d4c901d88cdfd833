"""In: the row `scripts/meterline VERB ...`. Out: the verb done and its exit code. I/O.

Exit codes: 0 done, 1 findings, 2 refused, 3 no contact.
"""

from __future__ import annotations

import signal
from pathlib import Path

import typer

from scripts.commands import run
from scripts.commands.tree import Meant, Verbs, Words, keep_quiet, language_of

Verbs.groups = (
    "site",
    "field",
    "profile",
    "meter",
    "readings",
    "finding",
    "review",
    "estimate",
    "usage",
    "tariff",
    "account",
    "bill",
    "paper",
    "print",
    "fapiao",
    "takeover",
    "prepaid",
    "desk",
    "pay",
    "dunning",
    "ledger",
    "supplier",
    "share",
    "formula",
    "place",
    "supply",
    "plan",
    "note",
    "alert",
    "notice",
    "outage",
    "incident",
    "request",
    "article",
    "work",
    "equipment",
    "duty",
    "switching",
    "inspect",
    "event",
    "patrol",
    "contingency",
    "case",
    "report",
    "journal",
    "view",
    "db",
    "user",
)
app = Words(
    name="meterline",
    cls=Verbs,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def options(
    ctx: typer.Context,
    data_dir: Path | None = None,
    site: str | None = None,
    lang: str | None = None,
) -> None:
    """Keep what the global options say."""
    keep_quiet()
    spoken = language_of(ctx)
    ctx.obj = Meant(data_dir=data_dir, site=site, language=lang, spoken=spoken)


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
