"""In: `tariff prices` verbs. Out: prices of months published, shown. I/O: the database, files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from energy.base.ids import id_of
from energy.base.text import t
from scripts.commands.asked import asks_for, runs
from scripts.commands.frame import opened
from scripts.commands.printing import print_json, print_table
from scripts.commands.tree import Json, group

if runs() and not asks_for("tariff", "rate"):  # which starts fast
    from billing.canonical import canonical_json, sha256_of
    from billing.money import plain
    from billing.tariffs.price_table import read_price_file
    from billing.views.tariffs import read_prices
    from dashboards.security.scope import Right
    from energy.system import WEB, WRITER
    from scripts.commands.tariff_books import office_of

prices = group("prices")


def add_prices(app: typer.Typer) -> None:
    """Add the verbs to their group."""
    app.add_typer(prices, name="prices")


@prices.command()
def publish(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    table: str | None = None,
    reason: str = "",
    by: str | None = None,
    *,
    dry_run: bool = False,
) -> None:
    """Publish months of a price table; a month corrected needs a reason."""
    found = read_price_file(file.read_text(encoding="utf-8"), file.suffix, table)
    if dry_run:
        print_json({"table": found.name, "months": list(found.months.values())})
        return
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ISSUE)
        rows = canonical_json([[row.month, row.sha256] for row in found.months.values()])
        command = id_of("command", "prices", at.site.key, found.name, sha256_of(rows + reason))
        months = office_of(at).publish_prices(found, reason, command_id=command, by=person)
        at.settle("books")
        key = "prices_published" if months else "prices_same"
        print(t(at.language, f"tariff_desk.{key}", table=found.name, months=", ".join(months)))


@prices.command()
def show(ctx: typer.Context, table: str, *, as_json: Json = False) -> None:
    """Show the months of a price table as they count now."""
    with opened(ctx, WEB) as at, at.system.database.connection() as connection:
        found = read_prices(connection, at.site.schema, table, office_of(at).position())
        if as_json:
            print_json({"table": table, "months": list(found.months.values())})
            return
        columns = sorted({key for row in found.months.values() for key in row.values})
        print_table(
            [t(at.language, "tariff_desk.head.month"), *columns],
            [
                (
                    row.month,
                    *(plain(row.values[key]) if key in row.values else "" for key in columns),
                )
                for row in found.months.values()
            ],
            right=tuple(range(1, len(columns) + 1)),
        )
