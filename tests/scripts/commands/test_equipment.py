"""Equipment by the command row: registered, related, certified, taken out of service; by role."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from energy.base.clock import SystemClock
from energy.base.period import local_day
from energy.metering.plant import PlaceTree
from tests.energy.service.work.test_levels import FILE
from tests.fixtures.postgres import command, new_site
from tests.fixtures.supply import STATION, electricity
from tests.scripts.commands.test_readings import Row, row

__all__ = ["new_site", "row"]
pytestmark = pytest.mark.servers


@pytest.fixture
def plant(row: Row) -> Row:
    """A site with a plant room, a station, and a technician."""
    at = row.site
    place = {"key": "plant-room", "parent": None, "kind": "room", "name": "Plant room"}
    tree = PlaceTree(
        site=at.site.key, places=[{**place, "area_m2": None}], command_id=command("tree")
    )
    at.application("metering").store(tree, electricity(at.site.key, *STATION))
    at.project()
    row("user add tom --name Tom --role technician")
    return row


def test_a_piece_is_registered_related_certified_and_taken_out(plant: Row, tmp_path: Path) -> None:
    made = ("--place", "plant-room", "--maker", "Wilo", "--since", "2018-03-01", "--by", "manager")
    for _ in range(2):
        assert "E-20" in plant("equipment register pump", "Pump 1", *made).stdout
    plant("equipment register pump", "Pump 2", *made)
    first, second = (each["number"] for each in plant.json("equipment list"))
    said = plant(f"equipment relate {second} stands-by-for {first} --on 2018-03-01 --by manager")
    assert said.stdout == (f"{second} stands by for equipment:{first} from 2018-03-01 on.\n")
    plant(f"equipment relate {first.lower()} feeds electricity/bus-a --by manager")
    wrong = plant(f"equipment relate {first} feeds electricity/nowhere --by manager", code=2)
    assert "supply show" in wrong.output
    paper = tmp_path / "vessel.pdf"
    paper.write_bytes(b"%PDF-1.7 vessel")
    dated = ("--issued-on", "2018-06-01", "--valid-until", "2019-06-01", "--paper", str(paper))
    for _ in range(2):
        plant(f"equipment certify {first} vessel TÜV-17 --by tom", *dated)
    due = plant("equipment certificates --within 0", code=1).stdout
    assert "TÜV-17" in due
    assert "Pump 1" in due
    shown = plant(f"equipment show {first}").stdout
    for words in ("Plant", "plant-room", "Wilo", "stands by for", "node:electricity/bus-a", "Tom"):
        assert words.lower() in shown.lower()
    plant(f"equipment change {first} --serial 4711 --by manager")
    plant(f"equipment change {first} --serial 4711 --by manager")
    plant(f"equipment unrelate {second} stands-by-for {first} --by manager")
    for _ in range(2):
        plant(f"equipment take-out {first} --reason worn --by manager")
    assert [each["number"] for each in plant.json("equipment list")] == [second]
    assert len(plant.json("equipment list --all")) == 2
    assert plant("equipment certificates").stdout == "No certificate ends within 90 days.\n"
    told = [each["what"] for each in plant.json(f"equipment history {first}")["happened"]]
    assert told == ["registered", "related", "certified", "changed", "taken_out"]
    assert "退役" in plant(f"equipment history {first} --lang zh").stdout


def test_the_history_tells_the_work_orders_about_a_piece(plant: Row, tmp_path: Path) -> None:
    made = ("--place", "plant-room", "--since", "2018-03-01", "--by", "manager")
    plant("equipment register pump", "Pump 1", *made)
    (number,) = (each["number"] for each in plant.json("equipment list"))
    (tmp_path / "levels.toml").write_text(FILE, "utf-8")
    plant(f"incident levels {tmp_path / 'levels.toml'} --by manager")
    plant(f"work open seal --class critical --equipment {number} --by tom")
    (order,) = plant.json(f"equipment history {number}")["orders"]
    assert (order["what"], order["state"]) == ("seal", "open")
    assert order["number"] in plant(f"equipment history {number}").stdout


def test_maintenance_is_planned_ordered_done_and_ended(plant: Row, tmp_path: Path) -> None:
    made = ("--place", "plant-room", "--since", "2018-03-01", "--by", "manager")
    plant("equipment register generator", "Genset", *made)
    (number,) = (each["number"] for each in plant.json("equipment list"))
    planned = ("--every", "1 months", "--from", "2018-04-01")
    for _ in range(2):
        plant("equipment plan Oil --class generator --by manager", *planned)
    plant(f"equipment plan Start --of {number} --kind standby-test --by manager", *planned)
    oil, start = (each["number"] for each in plant.json("equipment plans"))
    assert "1 mo" in plant("equipment plans").stdout
    waiting = plant.json("equipment due", code=1)
    assert [each["plan"]["number"] for each in waiting] == [oil, start]
    (tmp_path / "levels.toml").write_text(FILE, "utf-8")
    plant(f"incident levels {tmp_path / 'levels.toml'} --by manager")
    for _ in range(2):
        plant(f"equipment order {oil} {number} --class critical --by tom")
    (order,) = plant.json(f"equipment history {number}")["orders"]
    assert (order["plan"], order["what"], order["kind"]) == (oil, "Oil", "planned")
    row = f"equipment done {start} {number} --by tom --minutes 1"
    at = local_day(SystemClock().now(), plant.site.site.zone) - timedelta(days=1)
    failed = plant(f"{row} --no-started", "--at", f"{at} 08:00").stdout
    assert "stays due" in failed
    plant(f"{row} --started", "--at", f"{at} 09:00")
    plant(f"equipment done {start} {number} --by tom", "--at", f"{at} 10:00", code=2)
    assert [each["plan"]["number"] for each in plant.json("equipment due", code=1)] == [oil]
    plant(f"equipment order {start} {number} --class critical --by tom", code=2)
    plant(f"equipment done {oil} {number} --by tom", "--at", f"{at} 11:00")
    assert plant("equipment due").stdout == "Nothing is due.\n"
    assert len(plant.json("equipment due --all")) == 2
    history = plant(f"equipment history {number}").stdout
    assert f"{start}, {at} 08:00:00" in history
    assert history.index("did not start, 1 min") < history.index("started, 1 min")
    changed = plant(f"equipment change-plan {oil} --by manager --every", "2 weeks").stdout
    assert f"{oil} is version 2" in changed
    plant(f"equipment change-plan {oil} --by manager --every alert --rule none", code=2)
    plant(f"equipment change-plan {oil} --by manager --orders none", code=2)
    plant(f"equipment change-plan {oil} --by tom --name Other", code=2)
    assert "2 wk" in plant("equipment plans").stdout
    plant(f"equipment end-plan {oil} --by manager")
    assert len(plant.json("equipment due --all")) == 1
    for _ in range(2):
        plant("equipment plan Oil --class generator --by manager", *planned)
    plans = plant.json("equipment plans")
    assert [each["ended_on"] is None for each in plans] == [False, True, True]
    wrong = ("--every", "3 moons")
    plant(f"equipment plan X --of {number} --by manager", *wrong, code=2)
    plant(f"equipment plan X --of {number} --by tom", *planned, code=2)


def test_who_does_not_plan_work_registers_nothing_but_files_papers(plant: Row) -> None:
    made = ("--place", "plant-room", "--since", "2018-03-01")
    for person in ("tom", "viewer", "clerk"):
        plant("equipment register pump", "P", *made, "--by", person, code=2)
    plant("equipment register pump", "P", *made, "--by", "manager")
    (number,) = (each["number"] for each in plant.json("equipment list"))
    row = f"equipment certify {number} vessel 1 --issued-on 2018-06-01"
    plant(f"{row} --by viewer", code=2)
    plant(f"{row} --by tom")
    for wrong in (
        "equipment register piano P --place plant-room --by manager",
        f"equipment relate {number} likes {number} --by manager",
        "equipment show E-1999-00001",
    ):
        plant(wrong, code=2)
