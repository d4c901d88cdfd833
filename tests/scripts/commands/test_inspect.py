"""Inspections by the command row: from a look to what is billed, who may, in both languages."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from tests.energy.service.inspection.test_rules import FILE
from tests.energy.service.work.test_levels import FILE as LEVELS
from tests.fixtures.batches import MIDNIGHT
from tests.fixtures.meters import change_ratio, find_meter
from tests.fixtures.postgres import new_site
from tests.scripts.commands.test_readings import Row, row

__all__ = ["new_site", "row"]
pytestmark = pytest.mark.servers
PEOPLE = {"ada": "technician", "ben": "technician", "eve": "energy_manager"}


@pytest.fixture
def office(row: Row, tmp_path: Path) -> Row:
    """Rules that reach far back, service levels, people; m1 has another ratio from 6 h on."""
    for name, role in PEOPLE.items():
        row(f"user add {name} --name {name.title()} --role {role}")
    far = FILE.replace("longest_months = 12", "longest_months = 120")
    for name, text in (("levels", LEVELS), ("rules", far)):
        (tmp_path / f"{name}.toml").write_text(text, "utf-8")
    row(f"incident levels {tmp_path / 'levels.toml'} --by manager")
    assert "version 1" in row(f"inspect set-rules {tmp_path / 'rules.toml'} --by manager").stdout
    assert row(f"inspect set-rules {tmp_path / 'rules.toml'} --by manager").exit_code == 0
    at = row.site
    metering = at.application("metering")
    meter = find_meter(metering, at.site.key)
    when = MIDNIGHT + timedelta(hours=12)
    change_ratio(meter, when=when, counts={1: 150}, multiplier=Fraction(1, 2))
    metering.store(meter)
    at.project()
    return row


def test_from_a_look_to_what_is_billed(office: Row, tmp_path: Path) -> None:
    assert "4.5 %" in office("inspect rules").stdout
    assert office.json("inspect rules")[0]["rules"]["zero_days"] == 3
    look = "inspect look --from 2019-01-01 --to 2019-01-01 --by ada"
    assert "New suspicions: 1." in office(look).stdout
    assert "New suspicions: 0." in office(look).stdout
    told = office("inspect suspicions").stdout
    assert "ratio 1 became 0.5" in told
    (found,) = office.json("inspect suspicions")
    short = found["suspicion"][:8]
    order = f"inspect order {short} --inspector ada --class critical"
    assert "two different people" in office(f"{order} --by eve", code=2).output
    ordered = office(f"{order} --inspector ben --by eve").stdout
    number = ordered.split()[0]
    assert "Ada · Ben" in ordered
    office(f"work take {number} --by ada")
    office(f"work begin {number} --by ada")
    seen = f"inspect evidence {number} --reading active_energy_import=2.0 --seal 0815 --by ben"
    office(seen, "--words", "label of the transformer: 100/5")
    days = "--from 2019-01-01 --to 2019-01-01 --by ada"
    assert "wiring" in office(f"inspect finding {number} wiring {days}", "ratio wrong").stdout
    office(f"work done {number} --by ada")
    office(f"work sign {number} --by eve")
    load = f"inspect back-bill {number} load --load 0.1 --hours 12 --by manager"
    assert "energy_manager" in office(load.replace("manager", "viewer"), code=2).output
    assert "--dry-run" in office(f"{load} --dry-run").stdout
    proposed = office(load).stdout
    assert "0.45 kWh" in proposed, "1.2 kWh a day, 0.5 and 0.25 were counted"
    waiting = office("inspect list").stdout
    assert "waits for approval" in waiting
    refused = office(f"inspect approve {number} --by manager", code=2).output
    assert "Who inspected or proposed" in refused
    assert "billing_approver" in office(f"inspect approve {number} --by ada", code=2).output
    assert "bill find" in office(f"inspect approve {number} --by eve").stdout
    shown = office(f"inspect show {number}").stdout
    for text in ("approved", "ratio wrong", "0815", "1.2 kWh", "0.45 kWh", "0.1", "12", "Eve"):
        assert text in shown
    usage = office("usage show m1 --from 2019-01-01 --to 2019-01-01").stdout
    assert "0.45 kWh" in usage
    assert "No inspection" in office("inspect list").stdout
    assert number in office("inspect list --all").stdout
    assert office.json(f"inspect show {number}")["inspection"]["missed"]["total"] == 450
    chinese = office(f"inspect show {number} --lang zh").stdout
    assert "接入负荷乘小时" in chinese


def test_a_seal_is_told_and_dismissed(office: Row) -> None:
    told = office("inspect seal m1 --by ada", "wire cut").stdout
    short = told.split()[1]
    assert "wire cut" in office("inspect suspicions").stdout
    dismiss = f"inspect dismiss {short}"
    assert "energy_manager" in office(f"{dismiss} --reason x --by ada", code=2).output
    order = f"inspect order {short} --inspector ada --inspector ben --class critical --by eve"
    number = office(order).stdout.split()[0]
    assert office(order).stdout.split()[0] == number, "said again"
    office(f"work cancel {number} --reason ill --by eve")
    again = office(order).stdout.split()[0]
    assert again != number, "the same words behind an order in vain are another order"
    office(f"work cancel {again} --reason ill --by eve")
    office(f"{dismiss} --by eve --reason", "sealed anew at the exchange")
    assert "Nothing is suspected" in office("inspect suspicions").stdout
    assert "dismissed" in office("inspect suspicions --all").stdout
    assert "no such suspicion" in office("inspect dismiss ffff --reason x --by eve", code=2).output
    assert "no such inspection" in office("inspect show W-2019-00099", code=2).output
