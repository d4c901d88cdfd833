"""What is due makes its work order by itself, once, owned by somebody who may work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from energy.system import WRITER, System, build
from processes.maintenance_orders import MaintenanceChore
from processes.settling import settle
from tests.energy.service.work.test_levels import FILE
from tests.fixtures.postgres import new_site
from tests.scripts.commands.test_equipment import plant
from tests.scripts.commands.test_readings import Row, row

__all__ = ["new_site", "plant", "row"]
pytestmark = pytest.mark.servers
PLANNED = ("--every", "1 months", "--from", "2018-04-01", "--by", "manager")


@pytest.fixture
def system(plant: Row) -> Iterator[System]:
    made = build(WRITER)
    yield made
    made.close()


def test_a_due_plan_that_names_a_class_makes_its_order_once(
    plant: Row, system: System, tmp_path: Path
) -> None:
    (tmp_path / "levels.toml").write_text(FILE, "utf-8")
    plant(f"incident levels {tmp_path / 'levels.toml'} --by manager")
    for name in ("Genset 1", "Genset 2"):
        made = ("--place", "plant-room", "--since", "2018-03-01", "--by", "manager")
        plant("equipment register generator", name, *made)
    first, second = (each["number"] for each in plant.json("equipment list"))
    plant("equipment plan Wash --class generator", *PLANNED)
    plant(f"equipment plan Oil --of {first} --orders critical", *PLANNED)
    plant(f"equipment plan Filter --of {second} --orders critical --owner tom", *PLANNED)
    for _ in range(2):
        assert not MaintenanceChore(system, plant.site.site).step()
        settle(system.database, plant.site.site, system.clock, "operations")
    found = plant.site.rows(
        "SELECT plan, equipment, what, owner FROM {s}.work_order ORDER BY number"
    )
    manager, tom = (system.people.by_sign_in(name) for name in ("manager", "tom"))
    assert manager is not None
    assert tom is not None
    assert [(what, equipment, owner) for _, equipment, what, owner in found] == [
        ("Oil", first, manager.person),
        ("Filter", second, tom.person),
    ], "who planned it owns it where nobody is named; what names no class waits for a person"


def test_nobody_who_left_owns_an_order(plant: Row, system: System, tmp_path: Path) -> None:
    (tmp_path / "levels.toml").write_text(FILE, "utf-8")
    plant(f"incident levels {tmp_path / 'levels.toml'} --by manager")
    plant("equipment register pump P --place plant-room --since 2018-03-01 --by manager")
    (number,) = (each["number"] for each in plant.json("equipment list"))
    plant(f"equipment plan Oil --of {number} --orders critical --owner manager", *PLANNED)
    plant("user add root --name Root --role admin")
    plant("user disable manager --by root")
    MaintenanceChore(system, plant.site.site).step()
    settle(system.database, plant.site.site, system.clock, "operations")
    ((owner,),) = plant.site.rows("SELECT owner FROM {s}.work_order")
    known = {system.people.by_sign_in(name).person for name in ("root", "tom")}  # type: ignore[union-attr]
    assert owner in known
