"""Suspicions and inspections on a real database: looked for, ordered, told, folded anew."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest

from energy.alerting.outages.affected import Supplied
from energy.base.ids import id_of
from energy.base.units import Utility
from energy.service.inspection.desk import InspectionDesk
from energy.service.inspection.errors import InspectionError
from energy.service.inspection.found import Evidence, Found
from energy.service.inspection.kinds import FindingKind, InspectionState, SuspicionState
from energy.service.inspection.looking import Look
from energy.service.inspection.reads import (
    InspectionRow,
    SuspicionRow,
    read_evidence,
    read_inspections,
    read_rules,
    read_suspicions,
)
from energy.service.inspection.rules import parse_rules
from energy.service.inspection.views import INSPECTION_TABLES
from energy.service.work.errors import WorkError
from energy.service.work.heard import Spot
from energy.store.pool import Database
from energy.store.wall import STAFF
from energy.system import OWNER, WEB
from processes.view_rebuild import verify_views
from tests.energy.service.inspection.test_rules import FILE
from tests.energy.service.work.shop import ANNA, BEN, CLARA, Shop, fold
from tests.fixtures.batches import reading
from tests.fixtures.meters import change_ratio, counter_facts, find_meter
from tests.fixtures.postgres import TestSite, command
from tests.fixtures.supply import electricity, node

pytestmark = pytest.mark.servers
DORA = id_of("person", "dora")
DAY = date(2019, 1, 1)
HOURS = 24 * 60


@dataclass
class Office:
    """The desk of inspections of a site."""

    shop: Shop
    paying: dict[str, str] = field(default_factory=dict)
    """Account by point; tests change it."""

    @property
    def at(self) -> TestSite:
        return self.shop.site

    @property
    def desk(self) -> InspectionDesk:
        return InspectionDesk(self.at.writer, self.at.site, self.at.clock, self._supplied)

    def _supplied(self, points: Collection[str], _day: date) -> list[Supplied]:
        return [Supplied(point=each, account=self.paying.get(each, "")) for each in sorted(points)]

    def publish(self) -> None:
        first, rules = parse_rules(FILE)
        assert self.desk.publish(rules, valid_from=first, by=CLARA, command_id=command(1)) == 1

    def look(self, name: str = "look", days: int = 3) -> list[UUID]:
        fold(self.at)
        span = Look(first=DAY, last=DAY + timedelta(days=days - 1))
        return self.desk.look(span, by=CLARA, command_id=command(name))

    def suspicions(self, *, settled: bool = False) -> list[SuspicionRow]:
        fold(self.at)
        with self.at.writer.connection() as connection:
            return read_suspicions(connection, self.at.schema, settled=settled)

    def seal(self, point: str = "m1") -> UUID:
        return self.desk.tell_seal(point, "wire  cut", by=ANNA, command_id=command("seal", point))

    def order(self, suspicion: UUID, name: str = "order") -> UUID:
        return self.desk.order(
            suspicion,
            "critical",
            "look at the seal",
            inspectors=(ANNA, BEN),
            by=CLARA,
            command_id=command(name),
        )

    def begun(self, order: UUID) -> None:
        self.shop.work(order, "take", by=ANNA)
        self.shop.work(order, "begin", by=ANNA, at=self.shop.now, now=self.shop.now)

    def evidence(self, order: UUID, by: UUID = BEN, name: str = "seen", **changed: Any) -> None:
        seen = Evidence(**{"seen_at": self.shop.now, "seals": ("0815 broken",), **changed})
        self.desk.tell_evidence(order, seen, by=by, command_id=command(name))

    def finding(self, order: UUID, by: UUID = ANNA, name: str = "found", **changed: Any) -> None:
        facts: dict[str, Any] = {"finding": FindingKind.CONFIRMED, "words": "opened"}
        found = Found(**{**facts, **changed})
        self.desk.tell_finding(order, found, by=by, command_id=command(name))

    def row(self, order: UUID) -> InspectionRow:
        fold(self.at)
        with self.at.writer.connection() as connection:
            (row,) = read_inspections(connection, self.at.schema, named=order.hex)
        return row


@pytest.fixture
def office(site_schema: TestSite) -> Office:
    """A feeder with two meters below, a water meter; three days are over."""
    site = site_schema
    metering = site.application("metering")
    parts = (node("f1", kind="incomer", point="f1"), node("m1", "f1", point="m1"))
    for point in ("f1", "m1"):
        site.counter(point)
    metering.store(electricity(site.site.key, *parts))
    water = replace(counter_facts(), quantity="volume", utility=Utility.WATER, unit="m3")
    site.counter("w1", facts=water)
    site.project()
    site.tick(4 * 86_400)
    shop = Shop(site)
    shop.publish()
    made = Office(shop)
    made.publish()
    return made


def told(office: Office, channel: int, *per_day: int, first: int = 0) -> None:
    """Let a register count something on each day, evenly over its quarters."""
    count, rows = first, [reading(channel, 0, first)]
    for day, use in enumerate(per_day):
        step = use // 96
        assert step * 96 == use
        for quarter in range(1, 97):
            count += step
            rows.append(reading(channel, day * HOURS + quarter * 15, count))
    office.at.accept(*rows)


def test_suspicions_are_looked_for_noted_once_and_dismissed(office: Office) -> None:
    office.paying = {"m1": "A-1", "w1": "A-1"}
    told(office, 1, 960, 960, 960)
    told(office, 2, 0, 0, 0)
    told(office, 3, 96, 96, 96)
    office.at.project()
    noted = office.look()
    rows = office.suspicions()
    assert {row.suspicion for row in rows} == set(noted)
    assert [(row.kind, row.about, row.energy) for row in rows] == [
        ("loss", "node:electricity/f1", 28_800),
        ("zero_use", "point:m1", 0),
    ]
    assert rows[0].figures["share"] == "100"
    assert office.look() == office.look("again") == [], "told already"
    said = "the load is fed by a generator"
    for _ in range(2):
        office.desk.dismiss(noted[0], said, by=CLARA, command_id=command("dismiss"))
    with pytest.raises(InspectionError, match="dismissed"):
        office.desk.dismiss(noted[0], "other", by=CLARA, command_id=command("dismiss", 2))
    with pytest.raises(InspectionError, match="dismissed"):
        office.order(noted[0])
    assert office.look("later") == []
    assert len(office.suspicions()) == 1
    (settled,) = [row for row in office.suspicions(settled=True) if row.reason]
    assert (settled.state, settled.reason) == (SuspicionState.DISMISSED, said)
    for first, last in ((1, 0), (0, 4), (-400, 0)):
        span = Look(first=DAY + timedelta(days=first), last=DAY + timedelta(days=last))
        with pytest.raises(InspectionError, match="that are over"):
            office.desk.look(span, by=CLARA, command_id=command("wrong"))


@pytest.mark.parametrize("cancelled", [True, False])
def test_another_ratio_is_suspected_unless_a_work_order_was_there(
    office: Office, *, cancelled: bool
) -> None:
    at = office.at
    metering = at.application("metering")
    meter = find_meter(metering, at.site.key, "m1")
    noon = at.clock.now().replace(day=2)
    change_ratio(meter, when=noon, counts={2: 960}, multiplier=Fraction(2))
    metering.store(meter)
    told(office, 2, 960, 0, 960)
    at.project()
    since = noon + timedelta(hours=1)
    order = office.shop.order(spot=Spot(point="m1"), since=since)
    if cancelled:
        office.shop.work(order, "cancel", "in vain", by=ANNA)
    office.look()
    found = [row for row in office.suspicions() if row.kind == "ratio"]
    if not cancelled:
        assert found == []
        return
    (ratio,) = found
    assert (ratio.about, ratio.first_day) == ("point:m1", DAY + timedelta(days=1))
    assert (ratio.figures["was"], ratio.figures["now"]) == ("1", "2")
    assert ratio.energy == -9_600, "half of 19.2 kWh was counted once too often"


def test_the_order_of_a_loss_is_at_its_node_and_one_who_looks_again_waits(office: Office) -> None:
    told(office, 1, 960)
    told(office, 2, 0)
    office.at.project()
    (noted,) = office.look(days=1)
    order = office.order(noted)
    work = office.shop.order_row(order)
    assert (work.node, work.point, office.row(order).about) == (
        *("electricity/f1", "", "node:electricity/f1"),
    )
    office.shop.work(order, "take", by=ANNA)
    assert office.order(noted) == order, "said again, it is offered to nobody anew"
    assert office.shop.order_row(order).owner == ANNA


def test_two_inspect_and_what_they_say_must_be_possible(office: Office) -> None:
    seal = office.seal()
    assert office.seal() == seal, "of one point and day there is one"
    with pytest.raises(WorkError, match="no metering point"):
        office.seal("m9")
    for two in ((ANNA, ANNA), (ANNA,), (ANNA, BEN, CLARA)):
        with pytest.raises(InspectionError, match="two different people"):
            office.desk.order(
                seal, "critical", "x", inspectors=two, by=CLARA, command_id=command("wrong")
            )
    order = office.order(seal)
    assert office.order(seal) == order, "said again"
    with pytest.raises(InspectionError, match="ordered"):
        office.order(seal, "another")
    row = office.row(order)
    work = office.shop.order_row(order)
    assert (row.number, row.about, tuple(row.inspectors)) == (
        *("W-2019-00001", "point:m1", (ANNA, BEN)),
    )
    assert (work.kind, work.point, work.owner, work.assigned) == ("inspection", "m1", CLARA, ANNA)
    with pytest.raises(WorkError, match="open"):
        office.evidence(order)
    office.begun(order)
    with pytest.raises(InspectionError, match="first"):
        office.finding(order)
    with pytest.raises(InspectionError, match="Somebody else"):
        office.evidence(order, CLARA)
    late = office.shop.now + timedelta(minutes=1)
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        ({"seals": ()}, "what was seen"),
        ({"seen_at": late}, "future"),
        ({"words": "x" * 301}, "300"),
        ({"seals": ("",)}, "300"),
    )
    for changed, said in wrong:
        with pytest.raises(InspectionError, match=said):
            office.evidence(order, **changed)
    for _ in range(2):
        office.evidence(order, readings=("active_energy_import=1 kWh",), error_percent="-2")
    office.evidence(order, ANNA, "more", words="see the photo")
    with office.at.writer.connection() as connection:
        fold(office.at)
        rows = read_evidence(connection, office.at.schema, office.row(order).inspection)
    assert [(each.person, each.error_percent, each.words) for each in rows] == [
        (BEN, "-2", ""),
        (ANNA, "", "see the photo"),
    ]
    _findings(office, order)


def _findings(office: Office, order: UUID) -> None:
    """Say what was found, wrongly and right."""
    error = {"finding": FindingKind.METER_ERROR}
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        (error, "--error"),
        ({"error_percent": Fraction(-5)}, "--error"),
        ({**error, "error_percent": Fraction(-100)}, "-100 %"),
        ({"first": DAY}, "first and the last day"),
        ({"first": DAY, "last": DAY - timedelta(days=1)}, "first and the last day"),
        ({"first": DAY, "last": DAY + timedelta(days=5)}, "first and the last day"),
        ({"finding": FindingKind.UNFOUNDED, "first": DAY, "last": DAY}, "unfounded"),
        ({"words": " "}, "in words"),
    )
    for changed, said in wrong:
        with pytest.raises(InspectionError, match=said):
            office.finding(order, **changed)
    with pytest.raises(InspectionError, match="Somebody else"):
        office.finding(order, CLARA)
    office.finding(order)
    office.finding(order, name="the same")
    half = {**error, "error_percent": Fraction(-5, 2), "first": DAY, "last": DAY}
    office.finding(order, BEN, "better", **half)
    row = office.row(order)
    assert (row.state, row.finding, row.error_percent) == (
        *(InspectionState.FOUND, "meter_error", "-5/2"),
    )
    assert (row.first_day, row.found_by) == (DAY, BEN)
    told = office.at.rows("SELECT count(*) FROM {s}.operations_events WHERE topic LIKE "
                          "'inspection.finding%%'")  # fmt: skip
    assert told == [(2,)]
    with pytest.raises(InspectionError, match="found"):
        office.desk.approve(order, by=DORA, command_id=command("approve"))


def lossy(office: Office) -> UUID:
    """Return what is suspected of the first of two days over which the feeder loses all."""
    told(office, 1, 960, 960)
    told(office, 2, 0, 0)
    office.at.project()
    (noted,) = office.look(days=1)
    return noted


def look_later(office: Office, name: str) -> list[UUID]:
    """Look at the second of the two days."""
    fold(office.at)
    day = DAY + timedelta(days=1)
    return office.desk.look(Look(first=day, last=day), by=CLARA, command_id=command(name))


def test_what_is_inspected_is_not_suspected_anew_before_its_end(office: Office) -> None:
    noted = lossy(office)
    order = office.order(noted)
    assert look_later(office, "ordered") == []
    office.begun(order)
    office.evidence(order)
    office.finding(order)
    assert look_later(office, "found") == [], "its order is under way"
    office.shop.work(order, "finish", by=ANNA)
    assert look_later(office, "done") == [], "its order waits for the second person"
    office.shop.work(order, "sign", by=DORA)
    (anew,) = look_later(office, "ended")
    assert [row.suspicion for row in office.suspicions()] == [anew]
    with pytest.raises(InspectionError, match="ordered"):
        office.order(noted, "another")


@pytest.mark.parametrize("cancelled", [True, False])
def test_a_suspicion_whose_inspection_ended_without_a_finding_is_open_again(
    office: Office, *, cancelled: bool
) -> None:
    noted = lossy(office)
    order = office.order(noted)
    if cancelled:
        office.shop.work(order, "cancel", "no time", by=CLARA)
    else:
        office.begun(order)
        office.shop.work(order, "finish", by=ANNA)
        office.shop.work(order, "sign", by=DORA)
    (row,) = office.suspicions()
    assert (row.suspicion, row.state, row.in_vain) == (noted, SuspicionState.OPEN, 1)
    assert len(look_later(office, "later")) == 1, "nothing is silenced for good"
    other = office.order(noted, "again")
    assert other != order
    assert office.order(noted, "again") == other, "said again"
    assert noted not in {row.suspicion for row in office.suspicions()}
    with pytest.raises(InspectionError, match="ordered"):
        office.order(noted, "a third")
    with pytest.raises(InspectionError, match="ordered"):
        office.desk.dismiss(noted, "mended", by=CLARA, command_id=command("early"))
    office.shop.work(other, "cancel", "no time", by=CLARA)
    office.desk.dismiss(noted, "mended", by=CLARA, command_id=command("dismiss"))
    assert noted not in {row.suspicion for row in office.suspicions()}
    with pytest.raises(InspectionError, match="dismissed"):
        office.order(noted, "a fourth")


def test_views_equal_a_replay_and_tenants_see_nothing(office: Office) -> None:
    noted, other = office.seal(), office.seal("w1")
    office.desk.dismiss(other, "sealed anew", by=CLARA, command_id=command("dismiss"))
    order = office.order(noted)
    office.begun(order)
    office.evidence(order)
    office.finding(order)
    row = office.row(order)
    schema = office.at.schema
    owner = Database(office.at.server.dsn(OWNER), max_size=2)
    try:
        (found,) = verify_views(owner, office.at.site, "inspections", office.at.clock, tell=print)
    finally:
        owner.close()
    rows = {each.table: each.live_rows for each in found.tables if each.table in INSPECTION_TABLES}
    assert all(rows[table] for table in INSPECTION_TABLES), rows
    assert [each.table for each in found.tables if not each.equal] == []
    for scope, seen in ((STAFF, 1), ("tenant", 0)):
        pool = Database(office.at.server.dsn(WEB), max_size=2, scope=scope)
        try:
            with pool.connection() as connection:
                assert len(read_suspicions(connection, schema, settled=True)) == 2 * seen
                assert len(read_inspections(connection, schema)) == seen
                assert len(read_rules(connection, schema)) == seen
                assert len(read_evidence(connection, schema, row.inspection)) == seen
        finally:
            pool.close()
