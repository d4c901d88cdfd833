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
