"""In: a fresh site. Out: it with a station, a place, a point; its desk of equipment. I/O."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from energy.alerting.views import OPERATIONS_VIEWS
from energy.base.ids import id_of
from energy.journal.follower import Follower, event_fold
from energy.metering.plant import PlaceTree
from energy.service.equipment.desk import EquipmentDesk
from energy.service.equipment.reads import EquipmentRow, read_equipment
from energy.service.equipment.words import EquipmentClass, Facts, Relation
from energy.service.views import OperationsView
from tests.fixtures.postgres import TestSite, command
from tests.fixtures.supply import STATION, electricity

ANNA, BEN = (id_of("person", name) for name in ("anna", "ben"))
TODAY = date(2019, 1, 1)
BUILT = date(2018, 3, 1)


def a_yard(at: TestSite) -> TestSite:
    """Give a site its tables."""
    places = [
        {"key": key, "parent": None, "kind": "building", "name": key, "area_m2": None}
        for key in ("b1", "b2")
    ]
    tree = PlaceTree(site=at.site.key, places=places, command_id=command("tree"))
    at.application("metering").store(tree, electricity(at.site.key, *STATION))
    at.counter()
    at.project()
    return at


def fold(at: TestSite) -> None:
    """Let the operations' views catch up; nothing may be parked."""
    views = event_fold(at.schema, [OperationsView()])
    follower = Follower(at.writer, at.schema, "operations", OPERATIONS_VIEWS, views, at.clock)
    while follower.step():
        pass
    assert at.rows("SELECT count(*) FROM {s}.parked") == [(0,)]


def desk(at: TestSite) -> EquipmentDesk:
    return EquipmentDesk(at.writer, at.site, at.clock)


def facts(name: str = "Pump 1", **changed: Any) -> Facts:
    said = {"kind": EquipmentClass.PUMP, "name": name, "place": "b1", "maker": "Wilo"}
    return Facts(**{**said, **changed})


def registered(at: TestSite, name: str = "Pump 1", **changed: Any) -> UUID:
    since = changed.pop("since", BUILT)
    made = desk(at).register(
        facts(name, **changed), since=since, by=ANNA, command_id=command("register", name)
    )
    fold(at)
    return made


def piece(at: TestSite, equipment: UUID) -> EquipmentRow:
    fold(at)
    with at.writer.connection() as connection:
        rows = read_equipment(connection, at.schema)
    return next(row for row in rows if row.equipment == equipment)


def related(
    at: TestSite, equipment: UUID, relation: Relation, to: str, on: date = BUILT, name: object = ""
) -> None:
    said = command("relate", equipment, relation, to, on, name)
    desk(at).relate(equipment, relation, to, on=on, by=ANNA, command_id=said)
    fold(at)
