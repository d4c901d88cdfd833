"""`account` as a billing clerk types it, from the contract to the deposit paid back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from billing.office import BillingOffice
from energy.base.ids import id_of
from energy.base.secrets import PersonVault
from energy.journal.directory import TableKeys
from energy.metering.reading import Reading
from tests.billing.samples import TARIFFS
from tests.fixtures.postgres import new_site
from tests.scripts.commands.test_readings import Row, row

__all__ = ["new_site", "row"]
pytestmark = pytest.mark.servers
BY = ("--by", "clerk")
PARTY = """
legal_name = "Harbour Ltd"
billing_address = "Quay 1"
tax_ids = {vat = "GB123456789"}
"""
OPEN = "--name Harbour --address Quay --email a@harbour.example --day 2018-01-01"


@pytest.fixture
def yard(row: Row) -> Row:
    """Give a site with a tariff, one meter read at two midnights, and two accounts."""
    site = row.site
    vault = PersonVault(bytes(range(32)), TableKeys(site.writer))
    office = BillingOffice(site.writer, site.site, site.clock, vault)
    text = (TARIFFS / "campus-electricity.toml").read_text(encoding="utf-8")
    office.publish_tariff(text, command_id=id_of("tariff"), by=None)
    (number,) = (n for (n,) in site.rows("SELECT number FROM {s}.channel WHERE point = 'm1'"))
    site.accept(Reading(channel=number, at=datetime(2019, 1, 20, tzinfo=UTC), count=1200))
    site.project()
    for account in ("A-1", "A-2"):
        row(f"account open {account} {OPEN}", *BY)
    moved = "account move-in A-1 --day 2018-12-01 --point m1 --tariff campus-electricity"
    row(moved, "--reading", "m1=0.50", "--reason", "new", *BY)
    return row


def test_an_account_from_its_contract_to_its_final_bill(yard: Row, tmp_path: Path) -> None:
    row = yard
    file = tmp_path / "harbour.toml"
    file.write_text(PARTY, encoding="utf-8")
    assert "stored, sealed" in row(f"account party harbour {file}", *BY).stdout
    assert "as it was" in row(f"account party harbour {file}", *BY).stdout
    row("account role A-1 tenant harbour --from 2018-12-01", *BY)
    row("account sign A-1 C-17 --signed-on 2018-11-20 --from 2018-12-01", *BY)
    agree = "account agree A-1 m1 contract_demand_kw 120 --from 2018-12-01 --contract C-17"
    row(agree, *BY)
    basis = "account basis A-1 m1 register --from 2018-12-01 --window-hours 48"
    row(basis, "--register", "t1=day", *BY)
    row("account cycle A-1 --from 2018-12-01 --anchor-day 25", *BY)
    due = row.json("account due A-1 --to 2019-01-24")
    assert [(e["first_day"], e["last_day"], e["part"]) for e in due] == [
        ("2018-12-01", "2018-12-24", True),
        ("2018-12-25", "2019-01-24", False),
    ]
    row("account suspend A-1 m1 --from 2019-01-05 --fixed-charges waived --reason works", *BY)
    row("account resume A-1 m1 --from 2019-01-07", *BY)
    row("account split A-1 m1 --day 2019-01-05 --reason agreed", *BY)
    moved = "account move-out A-1 --day 2019-01-10 --to A-2 --reason left --estimate m1"
    assert "A final bill of A-1 is due" in row(moved, *BY).stdout
    assert "That was done before" in row(moved, *BY).stdout
    row("account end A-1 C-17 --day 2019-01-10 --reason left", *BY)
    shown = row.json("account show A-1")
    assert shown["final_bill_due"] is True
    assert shown["agreed"]["m1"][0]["value"] == "120"
    assert shown["bases"][0]["registers"] == {"t1": "day"}
    assert shown["facts"]["harbour"]["tax_ids"] == [["vat", "GB123456789"]]
    assert [(e["how"], e["shown"]) for m in shown["moves"] for e in m["points"]] == [
        ("entered", "0.50 kWh"),
        ("estimated", "6.44 kWh"),
    ]
    for language in ("en", "zh"):
        page = row(f"account show A-1 --lang {language}").stdout
        assert "C-17" in page and "6.44 kWh" in page
    assert [(e["account"], e["final_bill_due"]) for e in row.json("account list")] == [
        ("A-1", True),
        ("A-2", False),
    ]
    assert "Harbour" in row("account list").stdout
    final = row.json("account due A-1 --to 2019-01-31")[-1]
    assert (final["last_day"], final["final"]) == ("2019-01-09", True)
    assert "final" in row("account due --to 2019-01-31").stdout


def test_a_deposit_is_asked_paid_applied_and_paid_back_by_another_person(yard: Row) -> None:
    row = yard
    on = ("--day", "2019-01-05", *BY)
    row("account deposit A-1 D-1 ask --amount 500 --due 2019-01-31 --reason new", *on)
    wrong = row("account deposit A-1 D-1 pay --amount 500 --means Cash", *on, code=2).output
    assert "bank, cash" in wrong, "it would stand in the books of the bank"
    ahead = ("--day", "2099-01-05", *BY)
    told = row("account deposit A-1 D-1 pay --amount 500", *ahead, code=2).output
    assert "2099-01-05 is still to come" in told, "it could not be applied before"
    assert "holds 500" in row("account deposit A-1 D-1 pay --amount 500", *on).stdout
    again = row("account deposit A-1 D-1 pay --amount 500", *on).stdout
    assert "noted before" in again and "holds 500" in again
    apply = "account deposit A-1 D-1 apply --amount 120.55"
    row(apply, *on, code=2)
    assert "holds 379.45" in row(f"{apply} --invoice INV-1", *on).stdout
    row("account deposit A-1 D-1 refund --amount 379.45 --reason left", *on)
    refused = row("account deposit A-1 D-1 return", *on, code=2).output
    assert "cannot pay it out" in refused
    (held,) = row.json("account show A-1")["deposits"]
    assert (held["applied"], held["refund_asked"], held["refunded"]) == ("120.55", "379.45", "0.00")


def test_what_is_typed_wrong_is_refused_and_nothing_is_written(yard: Row, tmp_path: Path) -> None:
    row = yard
    before = row.site.application("books").position()
    file = tmp_path / "party.toml"
    file.write_text('legal_name = "X"\nphone = "1"\n', encoding="utf-8")
    for words, cause in (
        (f"account party x {file}", "phone: is not known here"),
        ("account role A-1 tenant nobody --from 2019-01-01", "There is no party nobody"),
        ("account agree A-1 m1 area_m2 many --from 2019-01-01", "is no number"),
        ("account agree A-1 m9 area_m2 5 --from 2019-01-01", "does not pay for m9"),
        ("account tariff A-1 m1 none --from 2019-01-01 --reason r", "no tariff 'none'"),
        ("account basis A-1 m1 register --from 2019-01-01 --register t1", "no BAND=PERIOD"),
        ("account cycle A-1 --from 2019-01-01 --months 5", "none of 1, 2, 3, 12"),
        ("account resume A-1 m1 --from 2019-01-01", "is not suspended"),
        ("account move-out A-1 --day 2019-01-10 --reason r", "Nobody is named who pays"),
        ("account move-in A-2 --day 2019-01-10 --point m1 --reason r --reading m1", "POINT=VALUE"),
        ("account show A-9", "no account A-9"),
    ):
        told = words if words.startswith("account show") else f"{words} --by clerk"
        assert cause in " ".join(row(told, code=2).output.split()), words
    row("account cycle A-1 --from 2019-01-01 --by viewer", code=2)
    assert row.site.application("books").position() == before
