"""The rows of money in, on a real site: imported, matched, taken back, dunned, closed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from adapters.files.mapping_file import SAMPLES
from billing.accounts.account import Supply
from billing.office import BillingOffice
from billing.views.books import books_follower
from energy.base.clock import SystemClock
from energy.base.config import load_config
from energy.base.ids import id_of
from energy.base.secrets import PersonVault, master_key
from energy.journal.directory import TableKeys
from energy.store.pool import Database
from tests.billing.till import Till
from tests.fixtures.postgres import new_site
from tests.scripts.commands.test_readings import Row, row

__all__ = ["new_site", "row"]
pytestmark = pytest.mark.servers
HEAD = "Booked;Amount;Name;IBAN;Text;Text 2;Reference"


class Office:
    """What a till needs of a town."""

    def __init__(self, row: Row, directory: Database) -> None:
        self.database = row.site.writer
        self.site = row.site.site
        self.vault = PersonVault(
            master_key(load_config().secrets_dir / "master.key"), TableKeys(directory)
        )
        clock = SystemClock()
        self.office = BillingOffice(self.database, self.site, clock, self.vault)
        self.follow_books = books_follower(self.database, self.site.schema, clock)

    def open_account(self, key: str, points: list[Supply]) -> None:
        self.office.open_account(
            account=f"A-{key}",
            name=f"Tenant {key}",
            address="Quay 1\nTown",
            email="t@town.example",
            language="en",
            opened_on=date(2018, 1, 1),
            supplies=points,
            command_id=id_of("open", self.site.key, key),
        )

    def one(self, query: str) -> Any:
        with self.database.connection() as connection:
            found = connection.execute(query.encode()).fetchone()
        assert found is not None
        return found[0]


@pytest.fixture
def till(row: Row, directory: Database) -> Till:
    made = Till(Office(row, directory))  # type: ignore[arg-type]
    made.open("1", "2")
    return made


def bank(folder: Path, *lines: str) -> list[str]:
    file = folder / "statement.csv"
    file.write_text("\n".join([HEAD, *lines]) + "\n", encoding="utf-8")
    return [str(file), "--map", "bank_statement"]


def test_a_month_of_money_in_from_the_bank_file_to_the_close(
    row: Row, till: Till, tmp_path: Path
) -> None:
    first = till.issue("A-1", "100.00", dated=date(2019, 2, 1), tax="20.00")
    second = till.issue("A-2", "50.00", dated=date(2019, 2, 1))
    file = bank(
        tmp_path,
        f"05.02.2019;120,00;Mill;GB29;Invoice {first};;R-1",
        "06.02.2019;20,00;Harbour Trading;GB30;rent;;R-2",
        "07.02.2019;-1,50;Bank;;fees;;R-3",
    )
    preview = row.json("pay import", *file, "--preview", code=1)
    assert len(preview["new"]) == 3
    assert row.json("pay list") == []
    row("pay import", *file, "--by", "clerk", code=1)
    assert "0 new entries, 3 known" in row("pay import", *file, "--by", "clerk").output
    assert [each["item"]["number"] for each in row.json("pay items")] == [second]
    waiting = row.json("pay queue", code=1)
    assert [(each["amount"], each["payer"]) for each in waiting] == [
        ("20.00", "Harbour Trading"),
        ("-1.50", "Bank"),
    ]
    row("pay match", waiting[0]["entry"], "A-2", "--by", "clerk")
    refused = row("pay match", waiting[0]["entry"], "A-1", "--by", "clerk", code=2).output
    assert "matched already" in refused
    row("pay set-aside", waiting[1]["entry"], "--reason", "fees", "--by", "approver")
    assert row.json("pay queue") == []
    row("pay record A-2 10.00 --means cash --on 2019-02-08 --by clerk")
    (left,) = row.json("pay items")
    assert left["open"] == "20.00"
    (known, *_) = row.json("pay list --account A-2")
    said = ("pay reverse", known["payment"]["payment"], "--reason", "bounced", "--by", "clerk")
    assert "still to come" in row(*said, "--on", "2099-01-01", code=2).output
    row(*said)
    (left,) = row.json("pay items")
    assert left["open"] == "40.00"
    told = row.json("pay statement A-2 --from 2019-02-01 --to 2019-02-28")
    assert (told["opening"], told["closing"]) == ("0", "20.00")  # taken back later than that
    aged = row.json("pay ageing --day 2019-04-01")
    assert [(each["row"]["account"], each["row"]["to_60"]) for each in aged] == [("A-2", "20.00")]
    assert "agrees" in row("ledger check").output
    assert row.json("ledger close 2019-02 --by clerk")["state"] == "proposed"
    again = row.json("ledger close 2019-02 --by clerk")
    assert again["state"] == "proposed"
    assert row.json("ledger close 2019-02 --by approver")["state"] == "closed"
    refused = row("ledger close 2019-02 --by approver", code=2).output
    assert "closed for good" in refused
    row("pay record A-2 5.00 --means cash --on 2019-02-09 --by clerk")
    late = [e for e in row.json("ledger list") if e["concerns_on"] == "2019-02-09"]
    assert [each["entry"]["booked_on"] for each in late] == ["2019-03-01"]
    till.catch_up()
    till.check_books()


def test_roles_and_second_persons_are_asked_for(row: Row, till: Till) -> None:
    number = till.issue("A-1", "100.00", dated=date(2019, 2, 1))
    assert "not_permitted" in row("pay apply A-1 --by viewer", code=2).output
    assert "not_permitted" in row("pay refund A-1 5.00 --by clerk", code=2).output
    row("pay write-off", number, "--reason", "gone", "--by", "clerk")
    (proposed,) = row.json("pay write-offs")
    assert "not_permitted" in row(f"pay approve {proposed['write_off']} --by clerk", code=2).output
    row(f"pay approve {proposed['write_off']} --by approver")
    assert row.json("pay items") == []
    assert row.json("pay items --all")[0]["open"] == "0.00"


def test_letters_go_out_once_and_disputed_money_is_not_asked_for(
    row: Row, till: Till, tmp_path: Path
) -> None:
    first = till.issue("A-1", "100.00", dated=date(2019, 2, 1))
    till.issue("A-2", "50.00", dated=date(2019, 2, 1))
    row("dunning dispute", first, "--reason", "meter wrong", "--on", "2019-02-20", "--by", "clerk")
    due = row.json("dunning due --day 2019-03-01", code=1)
    assert [each["account"] for each in due["letters"]] == ["A-2"]
    folder = tmp_path / "letters"
    sent = row.json("dunning send --day 2019-03-01 --by clerk", "--out", str(folder))
    assert [each["level"] for each in sent] == [1]
    assert (folder / "A-2-20190301-1.pdf").read_bytes().startswith(b"%PDF")
    assert row.json("dunning send --day 2019-03-01 --by clerk", "--out", str(folder)) == []
    row("dunning close", first, "--outcome", "meter right", "--on", "2019-03-02", "--by", "clerk")
    due = row.json("dunning due --day 2019-03-03", code=1)
    assert [each["account"] for each in due["letters"]] == ["A-1"]


def test_late_fees_follow_the_rules_of_a_file(row: Row, till: Till, tmp_path: Path) -> None:
    number = till.issue("A-1", "1000.00", dated=date(2019, 2, 1))  # due on 15 February
    rules = tmp_path / "rules.toml"
    rules.write_text(
        '[[level]]\ndays = 7\npay_within = 10\ntext = { en = "Please pay." }\n'
        '[late_fee]\nrate = "0.0005"\nper = "day"\ncap = "0.02"\nsince = "2019-01-01"\n'
    )
    assert "not_permitted" in row("dunning rules --by clerk", str(rules), code=2).output
    row("dunning rules --by approver", str(rules))
    (fee,) = row.json("dunning charge --day 2019-02-26 --by clerk")
    assert (fee["item"], fee["amount"]) == (number, "5.00")  # 10 days of 0.05 %
    (more,) = row.json("dunning charge --day 2019-03-28 --by clerk")
    assert more["amount"] == "15.00"  # 2 % in all
    assert row.json("dunning charge --day 2019-06-01 --by clerk") == []
    rules.write_text('[[level]]\ndays = "seven"\n')
    refused = row("dunning rules --by approver", str(rules), code=2).output
    assert "level[1].days" in refused
    assert "level[1].pay_within" in refused


def test_the_sheets_of_the_office_and_the_journal_are_written(
    row: Row, till: Till, tmp_path: Path
) -> None:
    number = till.issue("A-1", "100.00", dated=date(2019, 2, 1), tax="20.00")
    days = "--from 2019-02-01 --to 2019-02-28"
    for verb in ("bills", "tax"):
        row(f"ledger {verb} {days}", "--out", str(tmp_path / f"{verb}.csv"))
    paper = tmp_path / "statement.pdf"
    row(f"pay statement A-1 {days}", "--pdf", str(paper))
    assert paper.read_bytes().startswith(b"%PDF")
    row("pay ageing --day 2019-03-30", "--out", str(tmp_path / "aged.xlsx"))
    for form in ("csv", "xlsx", "beancount"):
        row(f"ledger export --format {form}", "--out", str(tmp_path / f"journal.{form}"))
    told = (tmp_path / "bills.csv").read_text("utf-8-sig")
    assert f"{number},invoice,A-1,N,2019-02-01" in told
    assert "Assets:Receivable  120.00 GBP" in (tmp_path / "journal.beancount").read_text()
    assert (tmp_path / "aged.xlsx").read_bytes().startswith(b"PK")
    assert "应收账款" in row("ledger balances --lang zh").output
    assert "账单签发" in row("ledger list --lang zh").output
    assert "receivable" in row("ledger balances").output, "the codes that exports have"
    assert "科目" in row("ledger balances --lang zh").output


def test_purchase_invoices_are_entered_once_and_recovery_follows(
    row: Row, till: Till, tmp_path: Path
) -> None:
    till.issue("A-1", "80.00", dated=date(2019, 2, 1), utility="water")
    file = tmp_path / "bought.csv"
    heads = (
        "supplier,number,utility,point,tariff,dated,due_on,first_day,last_day,charge,quantity,"
        "unit,price,amount,tax\n"
    )
    line = "Waterworks,W-9,water,main,,2019-02-03,2019-03-01,2019-01-01,2019-01-31,unit,100,m3,1,"
    file.write_text(f"{heads}{line}100.00,20.00\n")
    row("supplier enter --by clerk", str(file))
    assert "0 purchase invoices" in row("supplier enter --by clerk", str(file)).output
    (told,) = row.json("supplier recovery --from 2019-01-01 --to 2019-01-31")
    assert told["ratio"] == "0.8"
    file.write_text(f"{heads}{line}101.00,20.00\n")
    assert "other content" in row("supplier enter --by clerk", str(file), code=2).output
    file.write_text(f"{heads}{line.replace('2019-02-03', 'today')}x,20.001\n")
    refused = row("supplier enter --by clerk", str(file), code=2).output
    assert "row 2" in refused
    assert "dated 'today'" in refused
    row("supplier pay W-9 --by approver")
    assert "0 is open" in row("supplier pay W-9 --amount 1 --by approver", code=2).output
    (known,) = row.json("supplier list")
    assert (known["paid"], known["net"]) == ("120.00", "100.00")


def test_an_amount_that_is_none_is_refused(row: Row, till: Till) -> None:
    for amount in ("1e3", "NaN", "1,00", "-0", "1.005"):
        row(f"pay record A-1 --means cash --by clerk -- {amount}", code=2)
    row("pay record A-1 5.00 --means cash --on 2199-01-01 --by clerk", code=2)


def test_the_sample_mapping_is_found_by_its_name() -> None:
    assert (SAMPLES / "bank_statement.toml").is_file()
