"""In: `tariff check|publish|rate`. Out: a tariff checked, published, or a usage file rated. I/O."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from energy.base.ids import id_of
from energy.base.text import t
from scripts.commands.asked import runs
from scripts.commands.frame import installation_of, opened
from scripts.commands.printing import print_facts, print_json, print_table
from scripts.commands.tree import group

if runs():
    from billing.office import BillingOffice
    from billing.rate_files import rate_files
    from billing.tariff import TariffVersion
    from billing.tariff_file import parse_tariff
    from dashboards.security.scope import Right
    from energy.system import WRITER
    from processes.settling import settle

app = group("tariff")
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False)]
Json = Annotated[bool, typer.Option("--json")]


@app.command()
def check(ctx: typer.Context, file: File, *, as_json: Json = False) -> None:
    """Check a tariff file; every problem is listed at once. Needs no database."""
    language = installation_of(ctx).config.language
    _print_tariff(language, parse_tariff(file.read_text(encoding="utf-8")), as_json=as_json)


@app.command()
def publish(
    ctx: typer.Context,
    file: File,
    by: str | None = None,
    *,
    dry_run: bool = False,
) -> None:
    """Make a tariff file binding; the same file again is the same version."""
    language = installation_of(ctx).config.language
    tariff = parse_tariff(file.read_text(encoding="utf-8"))
    _print_tariff(language, tariff, as_json=False)
    if dry_run:
        return
    with opened(ctx, WRITER) as at:
        person = at.person(by, Right.ISSUE)
        office = BillingOffice(at.system.database, at.site, at.system.clock, at.system.vault)
        identity: UUID = office.publish_tariff(
            file.read_text(encoding="utf-8"),
            command_id=id_of("command", "publish", at.site.key, tariff.sha256),
            by=person,
        )
        settle(at.system.database, at.site, at.system.clock, "books")
        print(at.text("tariff.published", id=identity))


@app.command()
def rate(
    ctx: typer.Context,
    tariff_file: File,
    usage_file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    *,
    as_json: Json = False,
) -> None:
    """Rate a usage file by a tariff file: charge lines and sums. Needs no database."""
    settlement = rate_files(tariff_file, usage_file)
    document = {
        "charges": settlement.charge_documents(),
        "tax": settlement.tax_documents(),
        "totals": settlement.totals_document(),
    }
    if as_json:
        print_json(document)
        return
    language = installation_of(ctx).config.language
    keys = ("charge", "from", "to", "quantity", "unit", "price", "amount")
    rows = [
        (c.charge, c.first_day, c.last_day, c.quantity, c.unit, c.price, c.amount)
        for c in settlement.charges
    ]
    print_table([t(language, f"cli.head.{key}") for key in keys], rows, right=(3, 5, 6))
    totals = (("net", settlement.net), ("tax", settlement.tax), ("total", settlement.total))
    print_facts([(t(language, f"cli.head.{key}"), value) for key, value in totals])


def _print_tariff(language: str, tariff: TariffVersion, *, as_json: bool) -> None:
    facts = {
        "tariff": tariff.tariff,
        "version": tariff.version,
        "valid_from": tariff.valid_from,
        "utility": tariff.utility,
        "currency": tariff.currency,
        "zone": tariff.zone.key,
        "sha256": tariff.sha256,
    }
    if as_json:
        print_json(facts)
        return
    print_facts([(t(language, f"cli.head.{key}"), value) for key, value in facts.items()])
