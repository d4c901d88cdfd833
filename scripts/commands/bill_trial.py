"""In: `bill` verbs that store nothing. Out: bills under another tariff, explained. I/O: reads."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scripts.commands.asked import runs
from scripts.commands.frame import Opened, opened
from scripts.commands.printing import NOTHING, print_facts, print_json, print_table, working
from scripts.commands.tree import DONE, FINDINGS, Json

if runs():
    from billing.errors import UnknownBillingObjectError
    from billing.runs.trials import impact_of, replayed
    from billing.tariffs.tariff_file import parse_tariff
    from billing.views.explain import explain_charge
    from billing.views.supply import SupplyReader
    from energy.system import WEB
    from scripts.commands.bill_office import invoice_of, office_of

if TYPE_CHECKING:
    from billing.runs.trials import Replayed
    from billing.tariffs.tariff import TariffVersion

LATEST = 2**62
"""Behind every position of the books."""


def add_trials(app: typer.Typer) -> None:
    """Add the verbs that try and store nothing."""
    app.command()(replay)
    app.command()(impact)


def replay(
    ctx: typer.Context,
    name: str,
    tariff: str | None = None,
    file: Path | None = None,
    *,
    as_json: Json = False,
) -> None:
    """Rate the days of an invoice under another tariff, published or in a file; stores nothing."""
    if (tariff is None) == (file is None):
        raise typer.BadParameter("--tariff, --file")
    with opened(ctx, WEB) as at:
        with working(at.text("bill.rating")):
            versions = [_of_file(file)] if file is not None else _published(at, tariff or "")
            found = replayed(office_of(at).books, invoice_of(at, name), versions)
        if as_json:
            print_json(_json(found) | {"document": found.document})
        else:
            _print_replayed(at, found)
        raise typer.Exit(FINDINGS if found.barred else DONE)


def impact(
    ctx: typer.Context,
    file: Path,
    periods: Annotated[int, typer.Option(min=1, max=36)] = 1,
    *,
    as_json: Json = False,
) -> None:
    """Rate the last bills of all who have a tariff by another version of it; stores nothing."""
    with opened(ctx, WEB) as at:
        with working(at.text("bill.rating")):
            found = impact_of(office_of(at).books, _of_file(file), periods=periods)
        if as_json:
            print_json(
                {
                    "tariff": found.tariff,
                    "version": found.version,
                    "was": found.was,
                    "now": found.now,
                    "bills": [_json(each) for each in found.bills],
                }
            )
            return
        print_facts(
            [
                (at.text("bill.head.tariff"), f"{found.tariff} {found.version}"),
                (at.text("bill.head.bills"), len(found.bills)),
                (at.text("bill.head.was"), f"{found.was} {at.site.currency}"),
                (at.text("bill.head.now"), f"{found.now} {at.site.currency}"),
            ]
        )
        print()
        keys = ("number", "account", "was", "now", "difference")
        rows = [_cells(each) for each in found.bills]
        print_table([at.text(f"bill.head.{key}") for key in keys], rows, right=(2, 3, 4))


def explain(at: Opened, name: str, line: str, *, as_json: bool) -> None:
    """Print what a charge line of an invoice rests on, down to the journal.

    Args:
        at: The site.
        name: The invoice.
        line: Id of the charge line.
        as_json: Whether for machines.

    Raises:
        UnknownBillingObjectError: There is no such invoice.
        NoExplanationError: It has no such charge line.
    """
    invoice = office_of(at).books.invoice(invoice_of(at, name))
    with at.system.database.connection() as connection:
        found = explain_charge(connection, at.site, invoice, line)
    if as_json:
        print_json(found.document())
        return
    charge = found.charge
    print(_named(at, charge))
    print_facts(
        [
            (at.text("bill.explain.charge"), _sum(charge, at.site.currency)),
            (at.text("bill.explain.unrounded"), charge.get("unrounded") or ""),
            (at.text("bill.explain.intervals"), _intervals(charge)),
            (at.text("bill.explain.usage"), _usage(found.supply)),
            (at.text("bill.explain.tariff"), _version(found.tariff)),
            (at.text("bill.explain.clause"), _clause(found.clause)),
            (at.text("bill.explain.known"), str(found.known_at["metering"])),
        ]
    )
    for each in found.readings:
        print(_reading(at, each))
    for each in found.meters:
        told = {key: NOTHING if value is None else value for key, value in each.items()}
        print(at.text("bill.explain.meter", **told))
    for each in found.adjustments:
        print(at.text("bill.explain.adjusted", what=", ".join(f"{k} {v}" for k, v in each.items())))


def _named(at: Opened, charge: Mapping[str, Any]) -> str:
    names = charge["name"]
    return f"{charge['charge']}: {names.get(at.language, names['en'])}"


def _sum(charge: Mapping[str, Any], currency: str) -> str:
    return (
        f"{charge['quantity']} {charge['unit']} x {charge['price']} = {charge['amount']} {currency}"
    )


def _intervals(charge: Mapping[str, Any]) -> str:
    told = (charge.get("quality") or {}).get("intervals", {})
    return ", ".join(f"{many} {quality}" for quality, many in told.items())


def _usage(supply: Mapping[str, Any]) -> str:
    usage = supply.get("usage") or {}
    days = f"{supply.get('first_day', '')} - {supply.get('last_day', '')}"
    return f"{supply['point']} {usage.get('total') or ''} {usage.get('unit') or ''}, {days}"


def _version(tariff: Mapping[str, Any] | None) -> str:
    if tariff is None:
        return ""
    return f"{tariff['tariff']} {tariff['version']} {tariff['sha256']} @{tariff['position']}"


def _clause(clause: Mapping[str, Any] | None) -> str:
    return "" if clause is None else ", ".join(f"{key} = {value}" for key, value in clause.items())


def _reading(at: Opened, register: Mapping[str, Any]) -> str:
    return at.text(
        "bill.explain.reading",
        serial=register["serial"],
        unit=register["unit"],
        multiplier=register["multiplier"],
        opening=_end(register["opening"]),
        closing=_end(register["closing"]),
    )


def _end(reading: Mapping[str, Any]) -> str:
    entry = reading["entry"] or {}
    where = f"@{entry.get('position')} {entry.get('topic')} {entry.get('source', '')}".rstrip()
    return f"{reading['shown']} ({reading['at']}, {reading['quality']}, {where})"


def _of_file(file: Path) -> TariffVersion:
    return parse_tariff(file.read_text(encoding="utf-8"))


def _published(at: Opened, tariff: str) -> tuple[TariffVersion, ...]:
    with at.system.database.connection() as connection:
        versions = SupplyReader(connection, at.site, 0, LATEST).versions(tariff)
    if not versions:
        raise UnknownBillingObjectError("tariff", tariff)
    return versions


def _json(found: Replayed) -> dict[str, object]:
    return {
        "number": found.number,
        "account": found.account,
        "was": found.was,
        "now": found.now,
        "difference": found.difference,
        "barred": list(found.barred),
    }


def _cells(found: Replayed) -> tuple[object, ...]:
    told = "" if found.difference is None else f"{found.difference:+}"
    return found.number or "", found.account, found.was, found.now or "", told


def _print_replayed(at: Opened, found: Replayed) -> None:
    keys = ("number", "account", "was", "now", "difference")
    print_table([at.text(f"bill.head.{key}") for key in keys], [_cells(found)], right=(2, 3, 4))
    for code in found.barred:
        print(at.text("bill.barred", code=code))
    print()
    heads = ("charge", "quantity", "unit", "price", "charged")
    rows = [
        [charge[key] for key in (*heads[:-1], "amount")]
        for block in found.document["supplies"]
        for charge in block["charges"]
    ]
    print_table([at.text(f"bill.head.{key}") for key in heads], rows, right=(1, 3, 4))
