"""In: `tariff rate`. Out: a usage file rated by a tariff file. I/O: files alone, no database."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from energy.base.errors import RefusedError
from energy.base.text import t
from scripts.commands.asked import runs
from scripts.commands.printing import print_facts, print_json, print_table
from scripts.commands.tree import Json, Meant

if runs():
    from billing.rating.rate_files import RatedFile, rate_files

_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def rate(
    ctx: typer.Context,
    tariff: Annotated[Path, typer.Option("--tariff")],
    usage: Annotated[Path, typer.Option("--usage")],
    period: str | None = None,
    from_: Annotated[str | None, typer.Option("--from")] = None,
    to: str | None = None,
    history: Path | None = None,
    agreed: Path | None = None,
    *,
    as_json: Json = False,
) -> None:
    """Rate a usage file by a tariff file: charge lines and sums. Needs no database.

    --period takes a calendar month; --from and --to take days, both included.
    """
    days = _days(period, from_, to)
    found = rate_files(tariff, usage, days=days, history_path=history, agreed_path=agreed)
    for note in found.notes:
        typer.echo(note, err=True)
    if as_json:
        print_json(found.document())
        return
    _print(_language(ctx), found)


def _days(period: str | None, first: str | None, last: str | None) -> tuple[date, date]:
    """Return the first and last local day that are meant.

    Raises:
        RefusedError: None, several or no days are named.
    """
    if (period is None) == (first is None and last is None):
        raise RefusedError.of("rating.one_period")
    if period is not None:
        begin = _day(f"{period}-01" if _MONTH.fullmatch(period) else "", "rating.no_month", period)
        return begin, begin.replace(day=monthrange(begin.year, begin.month)[1])
    if first is None or last is None:
        raise RefusedError.of("rating.both_days")
    return _day(first, "rating.no_day", first), _day(last, "rating.no_day", last)


def _day(text: str, refusal: str, given: str) -> date:
    try:
        return date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError:
        raise RefusedError.of(refusal, value=given) from None


def _language(ctx: typer.Context) -> str:
    meant = ctx.find_root().obj
    return meant.spoken if isinstance(meant, Meant) else "en"


def _print(language: str, found: RatedFile) -> None:
    keys = ("charge", "from", "to", "quantity", "unit", "price", "amount")
    settled = found.settlement
    rows = [
        (c.clause, c.first_day, c.last_day, c.quantity, c.unit, c.price, c.amount)
        for c in settled.charges
    ]
    print_table([t(language, f"cli.head.{key}") for key in keys], rows, right=(3, 5, 6))
    totals = (("net", settled.net), ("tax", settled.tax), ("total", settled.total))
    print_facts([(t(language, f"cli.head.{key}"), value) for key, value in totals])
