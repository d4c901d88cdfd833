"""A piece of equipment from its registration to its end: dated facts, every refusal, retries."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from energy.service.equipment.reads import (
    find_equipment,
    read_certificates,
    read_certificates_due,
    read_history,
    read_relations,
)
from energy.service.equipment.words import EquipmentClass, EquipmentError, Relation
from energy.store.attachment import kept_attachment
from energy.store.pool import Database
from energy.system import OWNER
from processes.view_rebuild import verify_views
from tests.energy.service.equipment.yard import (
    ANNA,
    BEN,
    BUILT,
    TODAY,
    desk,
    facts,
    fold,
    piece,
    registered,
    related,
)
from tests.fixtures.postgres import TestSite, command

pytestmark = pytest.mark.servers
SUMMER = date(2018, 7, 1)


def certify(at: TestSite, equipment: UUID, number: str = "C-1", **changed: Any) -> None:
    said = {
        "issued_on": SUMMER,
        "valid_until": TODAY + timedelta(days=30),
        "paper": None,
        "by": BEN,
        "command_id": command("certify", equipment, number, *changed.values()),
        **changed,
    }
    desk(at).certify(equipment, "pressure vessel", number, **said)
    fold(at)


def relations(at: TestSite, number: str) -> list[tuple[str, str, date, date | None]]:
    with at.writer.connection() as connection:
        found = read_relations(connection, at.schema, number)
    return [(each.relation, each.about, each.valid_from, each.valid_to) for each in found]


def test_a_piece_is_registered_once_and_numbered_in_order(yard: TestSite) -> None:
    first = registered(yard)
    assert registered(yard) == first, "the command again"
    second = registered(yard, "Pump 2")
    assert [piece(yard, each).number for each in (first, second)] == [
        "E-2019-00001",
        "E-2019-00002",
    ]
    row = piece(yard, first)
    assert (row.kind, row.name, row.place, row.maker) == ("pump", "Pump 1", "b1", "Wilo")
    assert (row.in_service_since, row.out_on) == (BUILT, None)


def test_a_change_holds_from_a_day_on_and_its_history_is_kept(yard: TestSite) -> None:
    pump = registered(yard)
    moved = {"on": SUMMER, "by": BEN, "command_id": command("move")}
    for _ in range(2):
        desk(yard).change(pump, facts(place="b2"), **moved)
    desk(yard).change(pump, facts(place="b2"), **{**moved, "command_id": uuid4()})
    assert piece(yard, pump).place == "b2"
    with pytest.raises(EquipmentError, match="2018-07-01"):
        desk(yard).change(pump, facts("P"), on=BUILT, by=BEN, command_id=uuid4())
    with yard.writer.connection() as connection:
        history = read_history(connection, yard.schema, pump)
    assert [(each.what, each.day, each.person) for each in history] == [
        ("registered", BUILT, ANNA),
        ("changed", SUMMER, BEN),
    ], "what changes nothing is no event"
    assert [each.told["facts"]["place"] for each in history] == ["b1", "b2"]


def test_relations_begin_and_end_on_days(yard: TestSite) -> None:
    pump, other = registered(yard), registered(yard, "Pump 2")
    related(yard, pump, Relation.FEEDS, "node:electricity/bus-a")
    related(yard, pump, Relation.FEEDS, "node:electricity/bus-a", name="again")
    related(yard, pump, Relation.STANDS_BY_FOR, "equipment:E-2019-00002")
    related(yard, other, Relation.STANDS_BY_FOR, "equipment:E-2019-00001")
    related(yard, pump, Relation.METER_OF, "point:m1")
    ended = {"on": SUMMER, "by": BEN, "command_id": command("end")}
    for _ in range(2):
        desk(yard).unrelate(pump, Relation.FEEDS, "node:electricity/bus-a", **ended)
    fold(yard)
    assert relations(yard, "E-2019-00001") == [
        ("feeds", "node:electricity/bus-a", BUILT, SUMMER),
        ("stands_by_for", "equipment:E-2019-00002", BUILT, None),
        ("stands_by_for", "equipment:E-2019-00001", BUILT, None),
        ("meter_of", "point:m1", BUILT, None),
    ], "those of others to it, too"
    with pytest.raises(EquipmentError, match="2018-07-01"):
        related(yard, pump, Relation.FEEDS, "node:electricity/bus-a", on=date(2018, 6, 1))
    related(yard, pump, Relation.FEEDS, "node:electricity/bus-a", on=SUMMER, name="once more")
    assert len(relations(yard, "E-2019-00001")) == 5


@pytest.mark.parametrize(
    ("relation", "to", "said"),
    [
        (Relation.FEEDS, "node:electricity/nowhere", "no 'node:electricity/nowhere'"),
        (Relation.FEEDS, "point:m1", "begins with 'node:'"),
        (Relation.METER_OF, "point:m9", "no 'point:m9'"),
        (Relation.DEVICE_OF, "source:none", "no 'source:none'"),
        (Relation.RUNS_BY, "channel:m1/nothing", "no 'channel:m1/nothing'"),
        (Relation.PART_OF, "equipment:E-2019-00009", "no 'equipment:E-2019-00009'"),
        (Relation.STANDS_BY_FOR, "equipment:E-2019-00001", "nothing to itself"),
        (Relation.PART_OF, "equipment:E-2019-00001", "belong to itself"),
    ],
)
def test_what_is_not_there_is_related_to_nothing(
    yard: TestSite, relation: Relation, to: str, said: str
) -> None:
    pump = registered(yard)
    with pytest.raises(EquipmentError, match=said):
        related(yard, pump, relation, to)


def test_a_piece_belongs_to_one_other_and_never_to_itself(yard: TestSite) -> None:
    a, b, c = (registered(yard, name) for name in ("A", "B", "C"))
    number = {each: piece(yard, each).number for each in (a, b, c)}
    related(yard, b, Relation.PART_OF, f"equipment:{number[a]}")
    related(yard, c, Relation.PART_OF, f"equipment:{number[b]}")
    with pytest.raises(EquipmentError, match="belong to itself"):
        related(yard, a, Relation.PART_OF, f"equipment:{number[c]}")
    with pytest.raises(EquipmentError, match="already"):
        related(yard, c, Relation.PART_OF, f"equipment:{number[a]}")


def test_out_of_service_ends_what_it_was_to_others_and_takes_no_more(yard: TestSite) -> None:
    pump = registered(yard)
    certify(yard, pump)
    related(yard, pump, Relation.METER_OF, "point:m1")
    out = {"on": SUMMER, "reason": "worn", "by": ANNA, "command_id": command("out")}
    for _ in range(2):
        desk(yard).take_out(pump, **out)
    desk(yard).take_out(pump, **{**out, "command_id": uuid4()})
    row = piece(yard, pump)
    assert (row.out_on, row.out_reason) == (SUMMER, "worn")
    assert relations(yard, row.number) == [("meter_of", "point:m1", BUILT, SUMMER)]
    with yard.writer.connection() as connection:
        assert read_certificates(connection, yard.schema) == []
        assert len(read_certificates(connection, yard.schema, pump)) == 1
    with pytest.raises(EquipmentError, match="out of service"):
        related(yard, pump, Relation.METER_OF, "point:m1", on=TODAY)
    with pytest.raises(EquipmentError, match="out of service"):
        certify(yard, pump, "C-2")
    with pytest.raises(EquipmentError, match="out of service"):
        desk(yard).take_out(pump, **{**out, "on": TODAY, "command_id": uuid4()})


def test_what_cannot_be_said_is_refused_and_loses_no_number(yard: TestSite) -> None:
    for changed, said in (
        ({"name": " "}, "called"),
        ({"name": "x" * 121}, "longer"),
        ({"place": "b9"}, "no place"),
    ):
        wrong = facts(**{"name": "P", **changed})
        with pytest.raises(EquipmentError, match=said):
            desk(yard).register(wrong, since=BUILT, by=ANNA, command_id=uuid4())
    tomorrow = TODAY + timedelta(days=1)
    with pytest.raises(EquipmentError, match="to come"):
        desk(yard).register(facts(), since=tomorrow, by=ANNA, command_id=uuid4())
    pump = registered(yard)
    assert piece(yard, pump).number == "E-2019-00001"
    with pytest.raises(EquipmentError, match="to come"):
        related(yard, pump, Relation.METER_OF, "point:m1", on=tomorrow)
    with pytest.raises(EquipmentError, match="2018-03-01"):
        related(yard, pump, Relation.METER_OF, "point:m1", on=BUILT - timedelta(days=1))
    with pytest.raises(EquipmentError, match="not that"):
        desk(yard).unrelate(
            pump, Relation.METER_OF, "point:m1", on=TODAY, by=ANNA, command_id=uuid4()
        )
    with pytest.raises(EquipmentError, match="no such piece"):
        desk(yard).take_out(uuid4(), on=TODAY, reason="x", by=ANNA, command_id=uuid4())
    with pytest.raises(EquipmentError, match="before it was issued"):
        certify(yard, pump, valid_until=BUILT, paper=(b"%PDF-1.7 old", "application/pdf"))
    assert yard.rows("SELECT count(*) FROM {s}.attachment") == [(0,)], "refused, not kept"
    with pytest.raises(EquipmentError, match="Say why"):
        desk(yard).take_out(pump, on=TODAY, reason=" ", by=ANNA, command_id=uuid4())
    with (
        yard.writer.connection() as connection,
        pytest.raises(EquipmentError, match="'E-2019-00007'"),
    ):
        find_equipment(connection, yard.schema, "E-2019-00007")


def test_certificates_are_filed_with_their_paper_and_mended_by_filing_again(yard: TestSite) -> None:
    pump = registered(yard, kind=EquipmentClass.BOILER)
    certify(yard, pump, paper=(b"%PDF-1.7 boiler", "application/pdf"))
    certify(yard, pump, paper=(b"%PDF-1.7 boiler", "application/pdf"))
    with yard.writer.connection() as connection:
        ((row, due),) = read_certificates_due(connection, yard.schema, TODAY, 30)
        kept = kept_attachment(connection, yard.schema, due.certificate.paper)
        assert read_certificates_due(connection, yard.schema, TODAY, 29) == []
    assert (row.equipment, due.days_left, due.certificate.filed_by) == (pump, 30, BEN)
    assert kept == [(due.certificate.paper, "application/pdf", b"%PDF-1.7 boiler")]
    certify(yard, pump, valid_until=TODAY + timedelta(days=300))
    with yard.writer.connection() as connection:
        assert read_certificates_due(connection, yard.schema, TODAY, 30) == []
        assert len(read_certificates(connection, yard.schema, pump)) == 1
        history = read_history(connection, yard.schema, pump)
    assert [each.what for each in history] == ["registered", "certified", "certified"]


def test_a_replay_tells_what_was_folded_live(yard: TestSite) -> None:
    pump = registered(yard)
    registered(yard, "Pump 2")
    certify(yard, pump)
    related(yard, pump, Relation.STANDS_BY_FOR, "equipment:E-2019-00002")
    desk(yard).take_out(pump, on=TODAY, reason="worn", by=ANNA, command_id=command("out"))
    fold(yard)
    owner = Database(yard.server.dsn(OWNER), max_size=2)
    try:
        (verified,) = verify_views(
            owner, yard.site, "equipment", yard.clock, tell=lambda *_, **__: None
        )
    finally:
        owner.close()
    assert verified.equal, verified
