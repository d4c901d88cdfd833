"""Outages by the command row: planned by one, told by another, protected loads first, counted."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from billing.accounts.account import Account, Supply
from billing.views.books import books_follower
from tests.energy.alerting.notices import book
from tests.fixtures.postgres import TestSite, command, new_site
from tests.scripts.commands.test_readings import Row, row

__all__ = ["new_site", "row"]
pytestmark = pytest.mark.servers
SUPPLY = """
[[supply]]
utility = "electricity"
valid_from = 2018-01-01
nodes = [
  {key = "grid-a", kind = "incomer", name = "Grid A"},
  {key = "grid-b", kind = "incomer", name = "Grid B"},
  {key = "bus-a", kind = "busbar", name = "Busbar A"},
  {key = "bus-b", kind = "busbar", name = "Busbar B"},
  {key = "bus-c", kind = "busbar", name = "Busbar C"},
  {key = "cafe", kind = "feeder", name = "Cafe", point = "cafe"},
  {key = "clinic", kind = "feeder", name = "Clinic", point = "clinic"},
  {key = "hotel", kind = "feeder", name = "Hotel", point = "hotel"},
]
edges = [["grid-a", "bus-a"], ["grid-b", "bus-b"], ["bus-a", "cafe"], ["bus-a", "clinic"],
  ["bus-a", "bus-c"], ["bus-b", "bus-c"], ["bus-c", "hotel"]]
"""
CONTACTS = """key,name,language,acknowledges,sms
cafe,Cafe,en,no,+441632960001
clinic,诊所,zh,no,+8613800138000
hotel,Hotel,en,no,+441632960002
"""
SPAN = ("--from", "2031-07-01 06:00", "--to", "2031-07-01 09:00", "--reason", "new breaker")


def open_account(site: TestSite, account: str, point: str) -> None:
    """Open an account that pays for a point."""
    made = Account(
        site=site.site.key,
        account=account,
        person=UUID(int=7),
        name_sealed="",
        address_sealed="",
        email_sealed="",
        language="en",
        opened_on=date(2018, 1, 1),
        command_id=command("open", account),
    )
    supply = Supply(
        point=point, tariff="campus-electricity", valid_from=date(2018, 1, 1), valid_to=None
    )
    made.assign_supply(supply, command_id=command("supply", account))
    site.application("books").store(made)


@pytest.fixture
def yard(row: Row, tmp_path: Path) -> Row:
    """A clinic and a cafe on one busbar, a hotel that another one feeds too; all can be told."""
    site = row.site
    for account, point in (("A-1", "cafe"), ("A-2", "clinic"), ("A-3", "hotel")):
        site.counter(point)
        open_account(site, account, point)
    site.project()
    follower = books_follower(site.writer, site.schema, site.clock)
    while follower.step():
        pass
    (tmp_path / "supply.toml").write_text(SUPPLY, "utf-8")
    row(f"supply define {tmp_path / 'supply.toml'} --reason built --by manager")
    for name in ("root", "warden"):
        row(f"user add {name} --name {name.title()} --role admin")
    (tmp_path / "contacts.csv").write_text(CONTACTS, "utf-8")
    row(f"notice import {tmp_path / 'contacts.csv'} --by root")
    row("notice group duty cafe --by root")
    row("notice group managers cafe --by root")
    for account, contact in (("a-1", "cafe"), ("a-2", "clinic"), ("a-3", "hotel")):
        row(f"notice group account-{account} {contact} --by root")
    row("notice draft all --by root")
    row("notice review all --by warden")
    (tmp_path / "plan.toml").write_text(book.PLAN, "utf-8")
    row(f"notice set-plan {tmp_path / 'plan.toml'} --by root")
    row("user add ada --name Ada --role energy_manager")
    row("prepaid protect clinic medical --from 2019-01-01 --by clerk")
    return row


def test_an_outage_is_planned_reviewed_changed_and_cancelled(yard: Row) -> None:
    said = yard("outage plan electricity/bus-a --by manager", *SPAN).stdout
    assert "2 accounts go dark" in said, "the hotel is fed by the other busbar"
    outage = said.split()[1]
    draft = yard(f"outage show {outage}").stdout
    assert draft.index("clinic") < draft.index("cafe"), "protected loads first"
    assert "medical" in draft
    assert "hotel" not in draft
    assert "Planned outage of Busbar A" in draft
    assert "yourself" in yard(f"outage review {outage} --by manager", code=2).output
    assert "2 notices" in yard(f"outage review {outage} --by ada").stdout
    assert "2 notices" in yard(f"outage review {outage} --by ada").stdout, "the row again"
    yard(f"outage change {outage} --by ada", "--to", "2031-07-01 11:00")
    assert yard.json("outage list")[0]["state"] == "changed"
    yard(f"outage review {outage} --by manager")
    shown = yard.json(f"outage show {outage}")
    assert [(each["version"], each["queued"]) for each in shown["receipts"]] == [(1, 2), (2, 2)]
    assert shown["outage"]["accounts"] == ["A-2", "A-1"]
    assert "electricity/bus-a" in yard("alert suppressions").stdout
    yard(f"outage cancel {outage} --reason rain --by ada")
    assert yard.json("outage list")[0]["state"] == "cancelled"
    assert "已取消" in yard("outage list --lang zh").stdout
    assert "no such outage" in yard("outage show ffff", code=2).output
