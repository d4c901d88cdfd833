"""Take-over workbooks as people fill them in, and a town without accounts, for tests."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from billing.takeover.office import TakeOverOffice
from billing.takeover.sheets import CONTENT, RULES, Sheet
from energy.base.ids import id_of
from energy.base.units import Utility
from energy.journal.application import JournalApplication
from tests.billing.samples import ISSUER, TARIFFS
from tests.billing.town import POINTS, Town

Rows = dict[Sheet, list[dict[str, Any]]]
FIRST = date(2019, 1, 1)


def meters_only(town: Town, offset: int = 0) -> None:
    """Plan and commission the meters, publish the tariffs, open no account.

    Args:
        town: The town.
        offset: How many channels the site has already.
    """
    metering = JournalApplication(town.database, town.site.schema, "metering", town.clock)
    for number, point in enumerate(POINTS, offset + 1):
        utility = Utility.GAS if point.endswith("gas") else Utility.ELECTRICITY
        metering.store(town._meter(number, point, utility))
    town.office.name_issuer(ISSUER, command_id=id_of("t", "issuer"))
    for name in ("campus-electricity", "campus-gas"):
        text = (TARIFFS / f"{name}.toml").read_text(encoding="utf-8")
        town.office.publish_tariff(text, command_id=id_of("t", name), by=None)
    town.catch_up()


def desk(town: Town) -> TakeOverOffice:
    """Return the office that takes the town over."""
    metering = JournalApplication(town.database, town.site.schema, "metering", town.clock)
    return TakeOverOffice(town.office.books, metering, town.vault)


def filled(offset: int = 0) -> Rows:
    """Return what a person fills in for two buildings of the town."""
    rows: Rows = {sheet: [] for sheet in RULES}
    for building, number in (("b1", 1), ("b2", 3)):
        account, party = f"00{number}", f"P-{building}"
        rows[Sheet.PARTIES].append(
            {
                "party": party,
                "legal_name": f"Tenant of {building} Ltd",
                "billing_address": f"{building} Road\nTown",
                "city": "Town",
                "postcode": "TN1 1AA",
                "country": "GB",
                "vat_id": "GB 999 9999 73",
                "contact_name": "Ms Tenant",
                "contact_email": f"{building}@town.example",
            }
        )
        rows[Sheet.ACCOUNTS].append(
            {"account": account, "party": party, "language": "en", "opened_on": date(2017, 5, 1)}
        )
        _add_points(rows, building, number, offset)
        _add_money(rows, number)
    rows[Sheet.AGREED].append(
        {
            "account": "001",
            "point": "b1-elec",
            "name": "contract_demand_kw",
            "value": 120,
            "valid_from": FIRST,
        }
    )
    rows[Sheet.NUMBERS].append(
        {"prefix": "CAM", "year": 2019, "next": 4711, "last_number": "R/2018/4709"}
    )
    return stated(rows)


def _add_points(rows: Rows, building: str, number: int, offset: int) -> None:
    account = f"00{number}"
    for kind, tariff, basis in (
        ("elec", "campus-electricity", "intervals"),
        ("gas", "campus-gas", "register"),
    ):
        rows[Sheet.CONTRACTS].append(
            {
                "account": account,
                "contract": f"C-{building}",
                "point": f"{building}-{kind}",
                "tariff": tariff,
                "signed_on": date(2017, 4, 20),
                "valid_from": FIRST,
                "basis": basis,
            }
        )
    rows[Sheet.READINGS].append(
        {
            "point": f"{building}-gas",
            "serial": f"SN-{offset + number + 1:04d}",
            "read_at": FIRST,
            "reading": 1200.5 + number,
        }
    )
    rows[Sheet.METERS].append(
        {
            "point": f"{building}-gas",
            "serial": f"SN-{offset + number + 1:04d}",
            "installed_on": date(2014, 3, 2),
            "calibration_valid_until": date(2024, 3, 1),
        }
    )


def _add_money(rows: Rows, number: int) -> None:
    account = f"00{number}"
    rows[Sheet.RECEIVABLES].append(
        {
            "account": account,
            "number": f"OLD-18-{number}",
            "dated": date(2018, 12, 5),
            "due_on": date(2019, 1, 4),
            "amount": 100.10 * number,
        }
    )
    rows[Sheet.DEPOSITS].append(
        {
            "account": account,
            "deposit": f"D-{number}",
            "paid_on": date(2017, 5, 1),
            "amount": 250,
        }
    )


def stated(rows: Rows) -> Rows:
    """Return the rows with the control totals that they have."""
    rows[Sheet.CONTROL] = [
        {
            "sheet": sheet.value,
            "count": len(rows[sheet]),
            "sum": float(
                sum((Decimal(str(row[RULES[sheet].summed])) for row in rows[sheet]), Decimal(0))
            )
            if RULES[sheet].summed
            else None,
        }
        for sheet in CONTENT
    ]
    return rows


def book_of(rows: Rows) -> Any:
    """Return an open workbook with some rows."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for sheet, rule in RULES.items():
        own = book.create_sheet(sheet.value)
        names = [column.name for column in rule.columns]
        own.append(names)
        for row in rows[sheet]:
            own.append([row.get(name) for name in names])
    return book


def saved(rows: Rows, path: Path) -> Path:
    """Save some rows as a workbook."""
    book_of(rows).save(path)
    return path
