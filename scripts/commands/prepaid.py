"""In: `prepaid import|records`, and the group. Out: records of card systems, checked. I/O."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from scripts.commands.asked import runs
from scripts.commands.frame import Opened, opened
from scripts.commands.prepaid_accounts import add_accounts
from scripts.commands.prepaid_cards import add_cards
from scripts.commands.prepaid_orders import add_orders
from scripts.commands.printing import print_json, print_table, working
from scripts.commands.tree import FINDINGS, Json, group

if runs():
    from adapters.files.card_mapping import load_card_mapping
    from billing.prepaid.ic_card import CardFinding, CardRecord, implausible
    from billing.views.ic_cards import read_cards
    from dashboards.security.scope import Right
    from energy.system import WEB, WRITER
    from processes.import_cards import CardsLooked, look_at_cards, write_cards
    from processes.import_mappings import mapping_path
    from processes.import_readings import row_told

app = group("prepaid")
add_accounts(app)
add_orders(app)
add_cards(app)
MOST_ROWS = 20


@app.command("import")
def import_(
    ctx: typer.Context,
    file: Path,
    map_: Annotated[str, typer.Option("--map")],
    by: str | None = None,
    *,
    preview: bool = False,
    partial: bool = False,
    as_json: Json = False,
) -> None:
    """Take records of a card system over; the same record again adds nothing."""
    with opened(ctx, WEB if preview else WRITER) as at:
        mapping = load_card_mapping(mapping_path(map_, at.system.config.data_dir))
        person = None if preview else at.person(by, Right.ISSUE)
        with working(at.text("readings_import.stage.read")):
            if person is not None:  # what the views do not know yet would be written again
                at.settle("books")
            looked = look_at_cards(at.system, at.site, file, mapping)
        if not as_json:
            _print_looked(at, looked)
        position = None
        if person is not None:
            position = write_cards(at.system, at.site, file, looked, partial=partial, by=person)
            at.settle("books")
        if as_json:
            print_json({"looked": looked, "position": position})
        elif position is not None:
            print(at.text("prepaid.written", count=len(looked.new), position=position))
        elif not preview:
            print(at.text("readings_import.nothing"))
        if looked.refused or looked.findings:
            raise typer.Exit(FINDINGS)


@app.command()
def records(
    ctx: typer.Context,
    card: str | None = None,
    system: str | None = None,
    *,
    as_json: Json = False,
) -> None:
    """List records of cards, and what is implausible in them (exit code 1)."""
    with opened(ctx, WEB) as at:
        with at.system.database.connection() as connection:
            rows = read_cards(connection, at.site.schema, card=card, system=system)
        findings = implausible(rows)
        if as_json:
            print_json({"records": rows, "findings": findings})
        else:
            _print_records(at, rows)
            _print_findings(at, findings)
        if findings:
            raise typer.Exit(FINDINGS)


def _print_looked(at: Opened, looked: CardsLooked) -> None:
    print(at.text("prepaid.new", number=len(looked.new)))
    if looked.known:
        print(at.text("readings_import.known", number=looked.known))
    if looked.refused:
        print(at.text("readings_import.refused", number=len(looked.refused)))
    for row in looked.refused[:MOST_ROWS]:
        print(f"  {row_told(row).told(at.language)}")
    _print_findings(at, looked.findings)


def _print_records(at: Opened, rows: Sequence[CardRecord]) -> None:
    keys = ("at", "card", "meter", "kind", "energy", "money", "price", "remaining", "record")
    heads = [at.text(f"prepaid.head.{key}") for key in keys]
    table = [
        (
            r.at.astimezone(at.site.zone),
            r.card,
            r.meter,
            at.text(f"prepaid.kind.{r.kind}"),
            None if r.energy is None else f"{r.energy:f} {r.unit}",
            None if r.money is None else f"{r.money:f} {r.currency}",
            r.price,
            r.remaining,
            r.record,
        )
        for r in rows
    ]
    print_table(heads, table, right=(4, 5, 6, 7))


def _print_findings(at: Opened, findings: Sequence[CardFinding]) -> None:
    for each in findings[:MOST_ROWS]:
        key = each.code.replace(".", "_")
        print(
            at.text(
                f"prepaid.{key}",
                record=each.record,
                card=each.card,
                stated=f"{each.stated:f}",
                expected=f"{each.expected:f}",
            )
        )
    if len(findings) > MOST_ROWS:
        print(at.text("readings_import.more", number=len(findings) - MOST_ROWS))
