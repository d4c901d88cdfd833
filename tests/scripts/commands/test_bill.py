"""Bill runs by the command row: what the second person has to see before the approval."""

from __future__ import annotations

import pytest

from energy.metering.plant import Source
from tests.fixtures.batches import reading
from tests.fixtures.postgres import command, new_site
from tests.scripts.commands.test_readings import Row, row
from tests.scripts.commands.test_review import pay

__all__ = ["new_site", "row"]
pytestmark = pytest.mark.servers


def test_a_run_shows_with_author_and_money_what_one_person_alone_stated(row: Row) -> None:
    pay(row)
    facts = {"key": "modbus-1", "kind": "file", "settings": {}, "command_id": command("source")}
    row.site.application("metering").store(Source(site=row.site.site.key, **facts))
    row.site.accept(reading(1, 780, 10))
    row.site.project()
    said = ["--reason", "display changed", "--by", "clerk"]
    row("meter reset m1", "--at", "2019-01-01 12:30", "--before", "8000", *said)
    days = ["--from", "2019-01-01", "--to", "2019-01-01"]
    out = row("bill run", *days, "--by", "clerk", code=1).stdout
    (told,) = [each for each in out.splitlines() if "bill.stated_alone" in each]
    assert told.startswith("A-1: warn bill.stated_alone 2019-01-01 12:00 - 2019-01-01 13:00 m1")
    assert "reset of the register, stated by Clerk: 7998.6 kWh hang on it" in told
    assert "1192.03 GBP" in told
    again = row(f"bill review {out.split()[1]} --lang zh", code=1).stdout
    assert "表底数清零，申报人：Clerk" in again


def billed(row: Row) -> str:
    """Let the first day be billed; return the number of the bill."""
    pay(row)
    days = ["--from", "2019-01-01", "--to", "2019-01-01"]
    run = row.json("bill run", *days, "--by", "clerk")["run"]
    row(f"bill approve {run} --by approver --accept-rest")
    (number,) = row.json(f"bill issue {run} --by clerk")["numbers"]
    return str(number)


def test_a_line_is_credited_by_two_people_and_never_twice(row: Row) -> None:
    number = billed(row)
    (first, *_) = row.json(f"bill show {number}")["supplies"][0]["charges"]
    (shown,) = [r for r in row(f"bill show {number}").stdout.splitlines() if r.startswith("   1  ")]
    assert f" {first['amount']} " in shown
    asked = f"bill credit {number} --line 1 --by clerk"
    assert "above zero" in row(asked, "--amount", "0", "--why", "w", code=2).output
    assert "Give a reason" in row(asked, "--why", " ", code=2).output
    assert "numbered from 1" in row(asked.replace("--line 1", "--line 99 --why w"), code=2).output
    told = row.json(asked, "--amount", "0.01", "--why", "agreed")
    assert (told["name"], told["state"]) == (f"{number}/1", "proposed")
    assert "waits for a second person" in row(asked, "--why", "again", code=2).output
    assert "billing_approver" in row(f"bill accept {number}/1 --by clerk", code=2).output
    shown = row(f"bill corrections {number}/1").stdout
    assert "agreed" in shown
    settled = row.json(f"bill accept {number}/1 --by approver")
    assert settled["credit_note"].count("-CN-") == 1
    assert "taken back already" in row(asked, "--why", "more", code=2).output
    follower = row.json(f"bill show {settled['invoice']}")
    assert follower["replaces"]["number"] == number
    rest = asked.replace(number, settled["invoice"])
    over = row(rest, "--amount", first["amount"], "--why", "w", code=2).output
    assert "are left of line 1" in over
    row.json(rest, "--why", "the rest")


def test_a_bill_as_known_on_a_day_is_that_of_the_slider(row: Row) -> None:
    number = billed(row)
    told = ["--reading", "2019-01-02 00:00=2.6", "--reason", "digits swapped", "--by", "manager"]
    correction = row.json("readings correct m1", *told)["correction"]
    row(f"readings approve {correction} --by approver")
    issued = row.json(f"bill show {number} --as-known 2019-01-01")
    assert (issued["difference"], issued["bill"]["arrived"]) == ("0.00", [])
    now = row.json(f"bill show {number} --as-known 2999-01-01")
    known = now["bill"]["known"]
    places = f"{known['metering']}-{known['books']}"
    assert float(now["difference"]) > 0
    assert row.json(f"bill show {number} --as-known {places}") == now
    (lot,) = now["bill"]["arrived"]
    assert (lot["kind"], lot["difference"]) == ("correction", 600)
    text = row(f"bill show {number} --as-known 2999-01-01").stdout
    assert "digits swapped" in text
    assert f"{now['bill']['now']} GBP" in text
    assert "neither a day" in row(f"bill show {number} --as-known soon", code=2).output
