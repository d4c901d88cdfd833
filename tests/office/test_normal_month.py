"""A normal month: late readings, corrections, money in, both kinds of prepaid, cash-up, close.

Told on the simulated airport from the command row, each act on the day on which the office does it.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from energy.base.clock import PlayClock
from energy.base.units import Utility
from energy.store.pool import Database
from energy.store.server_settings import SUPERUSER
from simulator.airport.names import tenant_name
from simulator.airport.parts import Metered
from tests.billing.takeover.workbooks import saved
from tests.fixtures.postgres import DatabaseServer
from tests.office.airport import SCHEMA, ZONE, AirportOffice
from tests.office.given import CARD_TARIFF, MAPPING, PROGRAM, RULES

pytestmark = [pytest.mark.servers, pytest.mark.slow]
CLERK, SECOND = ("--by", "mira"), ("--by", "jonas")
OCTOBER = date(2026, 10, 1), date(2026, 10, 31)
FIRST_HALF, SECOND_HALF = (
    (date(2026, 11, 1), date(2026, 11, 15)),
    (date(2026, 11, 16), date(2026, 11, 30)),
)
NOVEMBER = FIRST_HALF[0], SECOND_HALF[1]
SILENT = range(60, 65)
"""Places of the instants of 11 October that three meters told late."""
DESK = ("--desk", "T1")


@dataclass
class Month:
    """The office with its clock, and what one step leaves to the next."""

    office: AirportOffice
    clock: PlayClock
    found: dict[str, Any] = field(default_factory=dict)

    def on(self, day: date) -> None:
        """Come to the office at ten in the morning of a day."""
        self.clock.move_to(datetime(day.year, day.month, day.day, 10, tzinfo=ZONE))

    def write(self, name: str, text: str) -> Path:
        """Write a file that the office was given."""
        file = self.office.folder / name
        file.write_text(text, encoding="utf-8")
        return file

    def electric_only(self) -> list[tuple[str, Metered]]:
        """Return accounts that have one point, an electricity meter, with it."""
        return [
            (account, meters[0])
            for account, _, meters in self.office.tenants
            if [meter.utility for meter in meters] == [Utility.ELECTRICITY]
        ]

    def name(self, account: str) -> str:
        """Return the name of an account's tenant."""
        (tenant,) = [each for key, each, _ in self.office.tenants if key == account]
        return tenant_name(tenant.kind, tenant.number, language=tenant.language)

    def total(self, number: str) -> Decimal:
        """Return what a document comes to, with tax. [currency]."""
        return Decimal(self.office.json(f"bill show {number}")["totals"]["total"])

    def open_items(self, account: str) -> dict[str, Decimal]:
        """Return what an account owes, by document."""
        rows = self.office.json(f"pay items --account {account}")
        return {row["item"]["number"]: Decimal(row["open"]) for row in rows}


def approved(office: AirportOffice, first: date, last: date, *, number: int) -> str:
    """Run, decide and approve a month's bills; return the run's key."""
    office(f"bill run --from {first} --to {last} --by mira")
    run = office.json("bill show")["rows"][0]["key"]
    for cause in office.causes(run):
        why = ("--cause", cause, "--why", "looked at: the amounts are right", *CLERK)
        office(f"bill decide {run} --accept", *why)
    assert run.endswith(f"/{number}")
    office(f"bill approve {run} --by jonas")
    return str(run)


def october(month: Month) -> None:
    """Take over, bill October as in the first month, and issue it."""
    office = month.office
    month.on(date(2026, 11, 3))
    office.found()
    late = [meter for _, meter in month.electric_only()[:3]]
    office.read_electricity(silent=dict.fromkeys([meter.point for meter in late], SILENT))
    book = saved(office.workbook(), office.folder / "take-over.xlsx")
    load = office.json("takeover load", book, *CLERK)
    office("takeover sign", load["sha256"][:12], *SECOND)
    office("readings import", office.month_end_file(), *CLERK)
    run = approved(office, *OCTOBER, number=1)
    old = office.write_old_bills(office.old_bills())
    found = office.json("takeover compare", run, old, *CLERK, code=1)
    office("takeover release", found["sha256"][:12], "--reason", "explained", *SECOND)
    numbers = office.json(f"bill issue {run} --by mira")["numbers"]
    assert len(numbers) == office.accounts
    month.found |= {"late": late, "numbers": numbers}


def late_readings(month: Month) -> None:
    """Fifteen readings come behind the issue: three proposals, decided in both modes."""
    office = month.office
    month.on(date(2026, 11, 5))
    rows = ["point,quantity,at,value"]
    rows += [
        f"{meter.point},,{office.instants()[place].isoformat()},"
        f"{office.shown(meter, office.instants()[place])}"
        for meter in month.found["late"]
        for place in SILENT
    ]
    assert len(rows) == 16
    office("readings import", month.write("late.csv", "\n".join(rows) + "\n"), *CLERK)
    office("bill find", *CLERK)
    office("bill corrections")
    waiting = office.json("bill corrections --state proposed")
    by_account = {each["account"]: each for each in waiting}
    accounts = [account for account, _ in month.electric_only()[:3]]
    assert sorted(by_account) == accounts
    credited, *adjusted = accounts
    name = by_account[credited]["name"]
    office(f"bill corrections {name}")
    office(f"bill accept {name} --why read --by mira", code=2)
    office("bill mode credit_rebill", *SECOND)
    done = office.json(f"bill accept {name} --why read", *SECOND)
    office("bill mode adjust_next", *SECOND)
    for account in adjusted:
        office(f"bill accept {by_account[account]['name']} --why read", *SECOND)
    office("bill corrections")
    papers = office.folder / "papers"
    papers.mkdir(exist_ok=True)
    office(f"paper make {done['credit_note']} --pdf", papers / "credit-note.pdf")
    assert month.total(done["invoice"]) - month.total(done["credit_note"]) == Decimal(
        by_account[credited]["total"]
    )
    month.found |= {"credited": credited, "adjusted": adjusted, "done": done, "find": by_account}


def bank_file(month: Month) -> None:
    """Payments: by number, by a name that is then remembered, by nobody known; fees of the bank."""
    office = month.office
    month.on(date(2026, 11, 10))
    mapping = month.write("airport_bank.toml", MAPPING)
    named, unknown = "K-0005", "K-0017"
    numbered = [account for account, _, _ in office.tenants[8:14]]
    late = "K-0028"
    rows = ["day,amount,payer,told,reference"]
    for account in numbered:
        (number, amount), = [
            each for each in month.open_items(account).items() if each[0].startswith("KBA")
        ]  # fmt: skip
        rows.append(f"2026-11-09,{amount},{month.name(account)},{number},B-{account}")
    for old in range(4, 28, 4):
        told = f"2026/09/{old:05d}"
        rows.append(f"2026-11-09,{100 + old}.00,Tenant {old},{told},O-{old}")
    whole = sum(month.open_items(named).values())
    rows.append(f"2026-11-10,{whole},{month.name(named)},rent and energy,Q-1")
    rows.append("2026-11-10,500.00,Harbour Holding Ltd,October,Q-2")
    rows.append("2026-11-10,-12.00,Bank,account fees,Q-3")
    prepaid = month.found["prepaid"]
    rows.append(f"2026-11-10,60000.00,{month.name(prepaid)},top-up,Q-4")
    file = month.write("bank.csv", "\n".join(rows) + "\n")
    words = (file, "--map", mapping)
    office("pay import", *words, "--preview", code=1)
    office("pay import", *words, *CLERK, code=1)
    office("pay import", *words, *CLERK)
    office("pay queue", code=1)
    account = "6222000012345678"
    office("pay match", f"{account}/Q-1", named, *CLERK)
    office("pay match", f"{account}/Q-2", unknown, *CLERK)
    office("pay match", f"{account}/Q-4", prepaid, "--top-up", *CLERK)
    office(f"pay set-aside {account}/Q-3 --reason fees --by mira", code=2)
    office(f"pay set-aside {account}/Q-3 --reason fees", *SECOND)
    office("pay queue")
    assert sum(month.open_items(named).values()) == 0
    second = "day,amount,payer,told,reference\n2026-11-11,300.00,Harbour Holding Ltd,,Q-5\n"
    before = sum(month.open_items(unknown).values())
    month.on(date(2026, 11, 11))
    office("pay import", month.write("bank2.csv", second), *words[1:], *CLERK)
    assert sum(month.open_items(unknown).values()) == before - 300
    month.found |= {"late_account": late, "unknown": unknown}


def prepaid_begun(month: Month) -> None:
    """One account pays first, one point is paid by card."""
    office = month.office
    month.on(date(2026, 11, 4))
    (prepaid, _), (_, card) = month.electric_only()[4:6]
    office(f"prepaid open {prepaid} --from 2026-11-01", *CLERK)
    month.found |= {"prepaid": prepaid, "card": card}
    office("tariff publish", month.write("card.toml", CARD_TARIFF), *CLERK)
    channel = office.channels_known[card.point]
    words = f"prepaid card-open {card.point} --tariff airport-card --from 2026-11-01"
    account = month.electric_only()[5][0]
    office(words, "--account", account, "--serial", f"S-{channel.number}", *CLERK)
    office(f"prepaid card-issue {card.point} C-1001 --by mira")
    month.found["card_account"] = account


def desk_day(month: Month, patch: pytest.MonkeyPatch) -> None:
    """A day at the cash desk, counted fifty fen short, signed for by another person."""
    office = month.office
    month.on(date(2026, 11, 12))
    maker = month.write("maker.py", PROGRAM)
    patch.setenv("METERLINE_CARD_WRITER", f"command:{sys.executable} {maker}")
    papers = office.folder / "papers"
    card, prepaid = month.found["card"], month.found["prepaid"]
    office("desk open", *DESK, "--change", "200", *CLERK)
    office("desk find", "C-1001", *CLERK)
    pdf = ("--pdf", papers / "receipt.pdf")
    office(f"desk units {card.point} --money 460 --given 500", *DESK, *pdf, *CLERK)
    office(f"desk topup {prepaid} 1000", *DESK, *CLERK)
    (number, amount), *_ = [
        each for each in month.open_items("K-0015").items() if each[0].startswith("KBA")
    ]
    office(f"desk pay K-0015 {amount} --invoice {number} --means card", *DESK, *CLERK)
    wrong = office.json("desk pay K-0016 80 --by mira --desk T1")["taking"]["receipt"]
    office(f"desk void {wrong} --reason", "wrong account", *DESK, *CLERK)
    counts = ("--count", "100=16", "--count", "10=5", "--count", "1=9", "--count", "0.5=1")
    office("desk cash-up", *DESK, *counts, "--card", amount, *CLERK, code=1)
    office("desk sign", *DESK, "--reason", "change given wrong", *CLERK, code=2)
    office("desk sign", *DESK, "--reason", "change given wrong", *SECOND)
    office("desk shift", *DESK, "--pdf", papers / "cash-up.pdf")
    office("pay settle", *CLERK)
    assert number not in month.open_items("K-0015")
    assert all(each.startswith("KBA") for each in month.open_items("K-0016"))


def half_month(month: Month) -> None:
    """Settle the prepaid account for the first half of the month."""
    office = month.office
    month.on(date(2026, 11, 16))
    office.first, office.last = FIRST_HALF
    office.read_electricity()
    office("prepaid settle", *CLERK)


def dunning(month: Month) -> None:
    """Remind the one account that is late."""
    office = month.office
    month.on(date(2026, 11, 20))
    office("dunning rules", month.write("dunning.toml", RULES), *SECOND)
    office("dunning due", code=1)
    letters = office.json("dunning send", "--out", office.folder / "letters", *CLERK)
    assert [each["account"] for each in letters] == [month.found["late_account"]]


def november(month: Month) -> None:
    """Bill November: adjustments on the next bills, the prepaid invoice equal to settlements."""
    office = month.office
    month.on(date(2026, 12, 1))
    office.first, office.last = SECOND_HALF
    office.read_electricity()
    office("readings import", office.month_end_file(), *CLERK)
    office("prepaid settle", *CLERK)
    run = approved(office, *NOVEMBER, number=1)
    office(f"bill issue {run} --by mira")
    rows = office.json(f"bill show --run {run}")["rows"]
    bills = {row["account"]: row["number"] for row in rows}
    assert month.found["card_account"] not in bills
    for account in month.found["adjusted"]:
        document = office.json(f"bill show {bills[account]}")
        (entry,) = document["adjustments"]
        assert entry["gross"] == month.found["find"][account]["total"]
        assert entry["corrects"]["number"] in month.found["numbers"]
    papers = ("--pdf", office.folder / "papers" / "adjusted.pdf")
    office(f"paper make {bills[month.found['adjusted'][0]]}", *papers)
    credited = office.json(f"bill show {bills[month.found['credited']]}")
    assert "adjustments" not in credited
    office("prepaid settle", *CLERK)
    prepaid = month.found["prepaid"]
    office("pay settle", *CLERK)
    assert bills[prepaid] not in month.open_items(prepaid)
    office(f"prepaid statement {prepaid} --from 2026-11-01 --to 2026-11-30")
    told = office.json(f"prepaid statement {prepaid} --from 2026-11-01 --to 2026-11-30")
    (held,) = [each for each in told["months"] if each["invoice"] == bills[prepaid]]
    assert Decimal(held["settled"]) == month.total(bills[prepaid])
    assert Decimal(held["difference"]) == 0
    month.found |= {"bills": bills}


def loaded(text: str) -> tuple[int, list[object]]:
    """Return how many transactions beancount finds, and its errors."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from beancount import loader
        from beancount.core.data import Transaction

        entries, errors, _ = loader.load_string(text)
    return sum(isinstance(each, Transaction) for each in entries), list(errors)


def closed(month: Month) -> None:
    """Close November with two people; what is learned later stands in December."""
    office = month.office
    month.on(date(2026, 12, 2))
    office("ledger check")
    office("ledger close 2026-11", *CLERK)
    office("ledger close 2026-11", *CLERK)
    office("ledger close 2026-11", *SECOND)
    office("ledger balances --from 2026-11-01 --to 2026-11-30")
    before = office.json("ledger balances --from 2026-11-01 --to 2026-11-30")
    (payment,) = [
        row["payment"]["payment"]
        for row in office.json(f"pay list --account {month.found['unknown']}")
        if Decimal(row["payment"]["amount"]) == 300
    ]
    waiting = [each["balance"] for each in before if each["detail"] == "unallocated"]
    assert not any(map(Decimal, waiting)), "every entry of the bank is somebody's"
    office(f"pay reverse {payment} --on 2026-11-25 --reason bounced", *CLERK)
    assert office.json("ledger balances --from 2026-11-01 --to 2026-11-30") == before
    office("ledger list --from 2026-12-01 --to 2026-12-01")
    late = office.json("ledger list --from 2026-12-01 --to 2026-12-31")
    (entry,) = [each for each in late if each["concerns_on"] == "2026-11-25"]
    assert entry["entry"]["booked_on"] == "2026-12-01"
    office("ledger check")
    office("ledger months")
    file = office.folder / "books.beancount"
    office("ledger export --format beancount", "--out", file)
    rows, errors = loaded(file.read_text(encoding="utf-8"))
    assert errors == []
    assert rows == len(office.json("ledger list"))


def normal_month(month: Month, patch: pytest.MonkeyPatch) -> None:
    october(month)
    prepaid_begun(month)
    late_readings(month)
    bank_file(month)
    desk_day(month, patch)
    half_month(month)
    dunning(month)
    november(month)
    closed(month)


@pytest.fixture
def month(
    database_server: DatabaseServer,
    directory: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Month]:
    monkeypatch.setenv("METERLINE_DSN", database_server.dsn(SUPERUSER))
    monkeypatch.setenv("METERLINE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("METERLINE_PLAY_CLOCK", str(tmp_path / "clock"))
    first, last = OCTOBER
    office = AirportOffice(
        meters=160, accounts=30, first=first, last=last, folder=tmp_path, writer=directory
    )
    yield Month(office=office, clock=PlayClock(tmp_path / "clock"))
    office.keep()
    with database_server.superuser() as connection:
        connection.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE".encode())
        connection.execute("DELETE FROM directory.migration WHERE scope = %s", (SCHEMA,))


def test_a_normal_month_of_the_office(month: Month, monkeypatch: pytest.MonkeyPatch) -> None:
    normal_month(month, monkeypatch)
