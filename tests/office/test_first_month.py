"""The first month after the take-over: take-over, decisions, parallel run, approval, issue, print.

Told on the simulated airport from the command row alone, as the office types it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from billing.takeover.sheets import Sheet
from energy.base.units import Utility
from energy.store.pool import Database
from energy.store.server_settings import SUPERUSER
from tests.billing.takeover.workbooks import saved
from tests.fixtures.postgres import DatabaseServer
from tests.office.airport import SCHEMA, AirportOffice, OldBill, rounded

pytestmark = [pytest.mark.servers, pytest.mark.slow]
DECISIONS = {"missing": "hold", "bill.no_billing_reading": "hold"}
"""Cause of an exception -> what the office decides."""
WHY = {
    "hold": "the meter is read again on 4 November",
}
FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)


@pytest.fixture
def _row(
    database_server: DatabaseServer,
    directory: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[None]:
    monkeypatch.setenv("METERLINE_DSN", database_server.dsn(SUPERUSER))
    monkeypatch.setenv("METERLINE_DATA_DIR", str(tmp_path))
    yield
    with database_server.superuser() as connection:
        connection.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE".encode())
        connection.execute("DELETE FROM directory.migration WHERE scope = %s", (SCHEMA,))


def taken_over(office: AirportOffice) -> None:
    """Fill in the workbook, load it, and let another person sign it."""
    book = office.folder / "take-over.xlsx"
    rows = office.workbook()
    lost, rows[Sheet.DEPOSITS] = rows[Sheet.DEPOSITS][-1], rows[Sheet.DEPOSITS][:-1]
    rows[Sheet.RECEIVABLES][0]["amount"] = "=104+0"
    rows[Sheet.READINGS][3]["serial"] = "26009999"
    office("takeover template", office.folder / "empty.xlsx")
    office("takeover check", saved(rows, book), code=1)
    rows = office.workbook()
    assert rows[Sheet.DEPOSITS][-1] == lost
    office("takeover check", saved(rows, book))
    load = office.json("takeover load", book, "--by", "mira")
    office("takeover load", book, "--by", "mira")
    office("takeover sign", load["sha256"][:12], "--by", "mira", code=2)
    office("takeover sign", load["sha256"][:12], "--by", "jonas")
    office("takeover show")


def spoilt(bill: OldBill, **by: Decimal) -> OldBill:
    """Return an old bill that says more than it should: quantity, net sum with its tax, or tax."""
    net = bill.net + by.get("net", Decimal(0))
    rate = bill.tax / bill.net
    tax = rounded(net * rate) + by.get("tax", Decimal(0))
    return replace(bill, quantity=by.get("quantity", bill.quantity), net=net, tax=tax)


def billed(office: AirportOffice) -> tuple[str, set[str]]:
    """Read, take over, rate, decide; return the run's key and the accounts that are held."""
    electric = [m.point for _, m in office.points() if m.utility is Utility.ELECTRICITY]
    piped = [m.point for _, m in office.points() if m.utility is not Utility.ELECTRICITY]
    few = max(len(electric) // 30, 1)
    dead, gaps = electric[5 : 5 + few], electric[7 + 5 * few : 7 + 6 * few]
    silent = dict.fromkeys(dead, range(170, 187)) | dict.fromkeys(gaps, range(60, 75))
    office.dark = {account for account, meter in office.points() if meter.point in gaps}
    office.read_electricity(silent=silent)
    taken_over(office)
    unread = piped[2 : 2 + few]
    office("readings import", office.month_end_file(without=unread), "--by", "mira")
    office("bill run --from 2026-10-01 --to 2026-10-31 --by mira", code=1)
    run = office.json("bill show")["rows"][0]["key"]
    office("bill exceptions", run, code=1)
    for cause, choice in DECISIONS.items():
        if cause in office.causes(run):
            why = ("--cause", cause, "--why", WHY[choice], "--by", "mira")
            office(f"bill decide {run} --{choice}", *why)
    office("bill exceptions", run)
    return run, {account for account, meter in office.points() if meter.point in {*unread, *dead}}


def parallel_run(office: AirportOffice, run: str, held: set[str]) -> None:
    """Compare with the old system: what is missing, and what we spoilt in its bills, is found."""
    bills = office.old_bills()
    sound = [
        n
        for n, bill in enumerate(bills)
        if bill.account not in held | office.dark and bill.utility == "electricity"
    ]
    wrong, dear, taxed = (sound[place] for place in (3, 7, 11))
    bills[wrong] = spoilt(bills[wrong], quantity=bills[wrong].quantity + 1000, net=Decimal(654))
    bills[dear] = spoilt(bills[dear], net=Decimal("88.50"))
    bills[taxed] = spoilt(bills[taxed], tax=Decimal("12.00"))
    old = office.write_old_bills(bills)
    book = office.folder / "differences.xlsx"
    words = (run, old, "--xlsx", book, "--by", "mira")
    found = office.json("takeover compare", *words, code=1)
    office("takeover compare", *words, code=1)
    causes = {name: Decimal(amount) for name, amount in found["causes"].items()}
    assert sum(causes.values()) == Decimal(found["difference"])
    assert Decimal(found["difference"]) == Decimal(found["ours"]) - Decimal(found["theirs"])
    by_bill = {(each["account"], each["utility"]): each["causes"] for each in found["pairs"]}
    assert by_bill[bills[dear].account, bills[dear].utility]["price"].startswith("-")
    assert "register" in by_bill[bills[wrong].account, bills[wrong].utility]
    assert by_bill[bills[taxed].account, bills[taxed].utility]["tax"] == "-12.00"
    missing = {key[0] for key, each in by_bill.items() if "only_theirs" in each}
    assert missing <= held
    spoilt_ones = {(bills[n].account, bills[n].utility) for n in (wrong, dear, taxed)}
    for (account, utility), each in by_bill.items():
        if account not in held and (account, utility) not in spoilt_ones:
            allowed = {"rounding"} | ({"price"} if account in office.dark else set())
            assert set(each) <= allowed, (account, utility, each)
    office(f"bill approve {run} --by jonas")
    short, why = found["sha256"][:12], ("--reason", "explained one by one, minutes of 3 November")
    office(f"takeover release {short}", *why, "--by", "mira", code=2)
    office(f"takeover release {short}", *why, "--by", "jonas")


def issued_and_printed(office: AirportOffice, run: str, held: set[str]) -> None:
    """Issue with the first number of the workbook, and print by round."""
    numbers = office.json(f"bill issue {run} --by mira")["numbers"]
    assert numbers[0] == "KBA-2026-040213"
    assert len(numbers) == office.accounts - len(held)
    office("print route", office.route_file(), "--by", "mira")
    office(f"print queue {run} --key october --by mira")
    office("print run october --to", office.folder / "papers", "--by", "mira")
    papers = sorted((office.folder / "papers").glob("*.pdf"))
    assert papers and all(each.read_bytes().startswith(b"%PDF") for each in papers)
    office("takeover show")


def first_month(office: AirportOffice) -> None:
    office.found()
    run, held = billed(office)
    parallel_run(office, run, held)
    issued_and_printed(office, run, held)


@pytest.mark.usefixtures("_row")
@pytest.mark.parametrize(("meters", "accounts"), [(160, 30), (2000, 500)])
def test_the_first_month_after_the_take_over(
    directory: Database, tmp_path: Path, meters: int, accounts: int
) -> None:
    office = AirportOffice(
        meters=meters, accounts=accounts, first=FIRST, last=LAST, folder=tmp_path, writer=directory
    )
    try:
        first_month(office)
    finally:
        office.keep()
