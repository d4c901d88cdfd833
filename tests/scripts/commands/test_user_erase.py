"""Somebody who left is forgotten by the command row: no name anywhere, nothing broken."""

from __future__ import annotations

from pathlib import Path

import pytest

from energy.base.secrets import ERASED
from tests.fixtures.postgres import new_site
from tests.scripts.commands.test_duty import PLAN, ROSTER, said
from tests.scripts.commands.test_readings import Row, pytestmark, row

__all__ = ["new_site", "pytestmark", "row"]
ERASE = "user erase ben --by root --name"


@pytest.fixture
def office(row: Row, tmp_path: Path) -> Row:
    for name in ("ada", "ben", "cy", "eve"):
        row(f"user add {name} --name {name.title()} --role technician")
    row("user add boss --name Boss --role energy_manager")
    row("user add root --name Root --role admin")
    (tmp_path / "duty.toml").write_text(PLAN, "utf-8")
    (tmp_path / "roster.toml").write_text(ROSTER, "utf-8")
    row(f"duty set-plan {tmp_path / 'duty.toml'} --by boss")
    row(f"duty draft {tmp_path / 'roster.toml'} --by boss")
    row(f"duty publish {row.json('duty rosters')[0]['roster'][:8]} --by boss")
    return row


def test_who_left_is_forgotten_once_nothing_is_theirs(office: Row) -> None:
    office("duty tell", "Chiller 2 hums.", "--by", "ben")
    office("notice contact ben-1 --name Ben --sms +441632960001 --user ben --by root")
    assert "`user list`" in said(office(f"{ERASE} Bent", code=2))
    assert "2031-07-01/night/desk" in said(office(f"{ERASE} Ben", code=2))
    for day in range(1, 5):
        office(f"duty change 2031-07-0{day}/night/desk --to cy --reason left --by boss")
    assert "`user disable`" in said(office(f"{ERASE} Ben", code=2))
    office("user disable ben --by root")
    assert "contacts (1)" in said(office(f"{ERASE} Ben"))

    assert "contacts (1)" in said(office(f"{ERASE} whoever"))
    [ben] = [each for each in office.json("user list") if each["name"] == ERASED]
    assert (ben["sign_in"], ben["roles"], ben["disabled"]) == (ERASED, [], True)
    [contact] = office.json("notice contacts")
    assert (contact["name"], contact["state"]) == (ERASED, "erased")
    told = office("duty log").output
    assert "Chiller 2 hums." in told
    assert "Ben" not in told + office("duty show --from 2031-07-01 --days 4", code=1).output
    assert office.json("journal verify")["chain_ok"]
    for act in ("enable", "password", "role --role technician"):
        assert "for good" in said(office(f"user {act} --by root ben", code=2))
