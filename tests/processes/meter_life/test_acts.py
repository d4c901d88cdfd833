"""A meter's life told by the office: wired wrongly, reset, moved, tested, adjusted, retired."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from energy.base.config import Config
from energy.base.errors import RefusedError
from energy.base.ids import id_of
from energy.base.period import span_of_days
from energy.metering.calibration.error_curve import Basis, LoadPoint, LoadUnit, curve_of
from energy.metering.correction import FourEyesError
from energy.metering.meter_papers import Fact
from energy.store.pool import Database
from energy.system import WRITER, System
from energy.views.adjustments import adjusted_usage
from energy.views.as_of import folded_position, usage_as_of
from energy.views.findings import read_findings
from energy.views.meter_facts import certificates_of, facts_of
from energy.views.registry import load_channels
from energy.views.usage import read_spans
from processes.field_documents import Document
from processes.meter_acts import Did, acts_of
from processes.meter_life.acts import move, retire, reverse
from processes.meter_life.adjust import (
    AdjustmentError,
    Asked,
    approve_adjustment,
    draft_adjustment,
    propose_adjustment,
)
from processes.meter_life.counts import MeterLifeError
from processes.meter_life.due import days_of, due_within, state_facts
from processes.meter_life.resets import record_reset
from processes.meter_life.segments import life_of
from processes.meter_life.stated import Stated
from processes.technician_papers import Certificate, calibrate
from processes.technician_site import SiteDesk
from processes.technician_values import Remarks
from processes.validating import look_once
from tests.fixtures.batches import MIDNIGHT, at, reading
from tests.fixtures.meters import change_ratio, commission, find_meter
from tests.fixtures.postgres import TestSite
from tests.fixtures.rebuild import copied_journal, folded_live, view_rows
from tests.fixtures.two_way import found_yard, plan_two_way

pytestmark = pytest.mark.servers
DAY = date(2019, 1, 1)
SAID = Stated(reason="as found on the spot", by=str(id_of("person", "ann")), remarks=Remarks())
AS_READ: Any = {"start_counts": (), "end_counts": (), "straight": False, "stated": SAID}
CLERK, CHIEF = id_of("person", "clerk"), id_of("person", "chief")


@pytest.fixture
def desk(site_schema: TestSite, directory: Database, tmp_path: Path) -> SiteDesk:
    """The desk of a site with two points that count both ways; nothing serves the second."""
    return two_way_desk(site_schema, tmp_path)


def two_way_desk(site: TestSite, tmp_path: Path) -> SiteDesk:
    """Plan both points, let a meter serve the first from midnight, open the desk."""
    config = Config(
        data_dir=tmp_path,
        dsn=site.server.dsn(WRITER),
        dsn_writer=site.server.dsn(WRITER),
        pool_size=4,
    )
    metering = site.application("metering")
    found_yard(site)
    first, second = plan_two_way(site, "m1")
    plan_two_way(site, "m2")
    meter = find_meter(metering, site.site.key)
    commission(meter, since=MIDNIGHT, start_counts={first: 0, second: 500})
    metering.store(meter)
    return SiteDesk(
        System(config=config, role=WRITER, clock=site.clock),
        site.site,
        plan_file=tmp_path / "plan.json",
        environment={},
        pause=site.tick,
    )


def quarters(site: TestSite, first: int, last: int, *, imported: int, exported: int) -> None:
    """Tell both registers of m1 each quarter-hour, a count of import or export every minute."""
    told = []
    for minute in range(first, last + 1, 15):
        told += [
            reading(1, minute, imported + (minute - first)),
            reading(2, minute, exported),
        ]
    site.accept(*told)


def usage(site: TestSite, channel: int, as_of: int | None = None) -> int:
    """Return the known usage of the first six hours. [Wh]."""
    period = span_of_days(DAY, DAY, site.site.zone)
    with site.writer.connection() as connection:
        if as_of is None:
            span = read_spans(connection, site.schema, [channel], period)[channel]
        else:
            span = usage_as_of(connection, site.schema, site.site.zone, [channel], period, as_of)[
                channel
            ]
    return int(span.usage[:24].sum())


def test_a_meter_wired_the_wrong_way_round_counts_right_from_its_first_day(
    desk: SiteDesk, site_schema: TestSite
) -> None:
    told = [reading(1, minute, 0) for minute in range(0, 361, 15)]
    told += [reading(2, minute, 500 + minute) for minute in range(0, 361, 15)]
    site_schema.accept(*told)
    site_schema.project()
    assert (usage(site_schema, 1), usage(site_schema, 2)) == (0, 3600)
    before = desk.metering.position()
    with pytest.raises(MeterLifeError, match="active_energy_import"):
        reverse(desk, "m1", MIDNIGHT, at(359), **AS_READ)
    done = reverse(desk, "m1", MIDNIGHT, at(360), **AS_READ)
    assert done.fed and done.new_counts == {
        "active_energy_import": 0,
        "active_energy_export": 860,
    }
    assert (usage(site_schema, 1), usage(site_schema, 2)) == (3600, 0)
    assert (usage(site_schema, 1, before), usage(site_schema, 2, before)) == (0, 3600)
    again = reverse(desk, "m1", MIDNIGHT, at(360), **AS_READ)
    assert again.again
    reverse(desk, "m1", MIDNIGHT, at(360), **AS_READ | {"straight": True})
    assert (usage(site_schema, 1), usage(site_schema, 2)) == (0, 3600)
    once_more = reverse(desk, "m1", MIDNIGHT, at(360), **AS_READ)
    assert not once_more.again
    assert (usage(site_schema, 1), usage(site_schema, 2)) == (3600, 0)


def test_wrong_wiring_without_the_other_register_bars_the_bill(
    desk: SiteDesk, site_schema: TestSite
) -> None:
    number = site_schema.counter("alone", commissioned=False)
    metering = site_schema.application("metering")
    meter = find_meter(metering, site_schema.site.key, "alone")
    commission(meter, since=MIDNIGHT, serial="S-9", unit=9)
    metering.store(meter)
    site_schema.project()
    done = reverse(desk, "alone", at(0), at(60), **AS_READ)
    assert not done.fed
    with site_schema.writer.connection() as connection:
        (finding,) = read_findings(connection, site_schema.schema, point="alone")
    assert (finding.key.code, finding.key.channel) == ("meter.reversed", number)


def test_a_reset_is_found_in_the_readings_and_loses_nothing(
    desk: SiteDesk, site_schema: TestSite
) -> None:
    quarters(site_schema, 0, 120, imported=0, exported=500)
    quarters(site_schema, 135, 360, imported=3, exported=500)
    site_schema.project()
    with pytest.raises(MeterLifeError, match="No register of m1 fell"):
        record_reset(desk, "m1", at(40), before=(), after=(), stated=SAID)
    done = record_reset(desk, "m1", at(125), before=["1.25"], after=["0.00"], stated=SAID).done
    assert done.counts == {"active_energy_import": 125}
    assert done.new_counts == {"active_energy_import": 0}
    assert usage(site_schema, 1) == 10 * (125 + 3 + 225)
    with site_schema.writer.connection() as connection:
        assert read_findings(connection, site_schema.schema, point="m1") == []
    rows = [row for row in life_of(site_schema.writer, site_schema.site, "m1") if row.channel == 1]
    assert [(row.end_count, row.usage, row.missing) for row in rows] == [
        (125, 1250, 0),
        (None, 2280, 0),
    ]


IMPOSSIBLE = {
    "1.2,5": "is no number",
    "1.255": "0.01",
    "10000.00": "999999",
    "-1": "999999",
    "voltage=3": "active_energy_import",
}


def test_neither_impossible_counts_nor_what_is_still_to_come_is_stated(
    desk: SiteDesk, site_schema: TestSite
) -> None:
    head = desk.metering.position()
    for before, told in IMPOSSIBLE.items():
        with pytest.raises(RefusedError, match=told):
            record_reset(desk, "m1", at(125), before=[before], after=(), stated=SAID)
    later = site_schema.clock.now() + timedelta(minutes=1)
    with pytest.raises(MeterLifeError, match="future"):
        record_reset(desk, "m1", later, before=["1"], after=(), stated=SAID)
    with pytest.raises(MeterLifeError, match="future"):
        reverse(desk, "m1", MIDNIGHT, later, **AS_READ)
    with pytest.raises(MeterLifeError, match="future"):
        retire(desk, "m1", later, counts=["1"], stated=SAID)
    with pytest.raises(MeterLifeError, match="future"):
        move(desk, "m1", "m2", later, counts=(), final_counts=(), multiplier=None, stated=SAID)
    assert desk.metering.position() == head


def test_a_meter_moves_with_its_counts_its_seal_and_its_certificate(
    desk: SiteDesk, site_schema: TestSite
) -> None:
    quarters(site_schema, 0, 360, imported=0, exported=500)
    state_facts(desk, "m1", {Fact.SEAL: "A1"}, reason="sealed", by="x", remarks=Remarks())
    done = move(desk, "m1", "m2", at(360), counts=(), final_counts=(), multiplier=None, stated=SAID)
    assert (done.point, done.serial) == ("m2", "S-1")
    assert done.counts == {"active_energy_import": 360, "active_energy_export": 500}
    site_schema.accept(reading(3, 375, 363), reading(4, 375, 500))
    site_schema.project()
    assert usage(site_schema, 1) == 3600
    rows = {row.channel: row for row in life_of(site_schema.writer, site_schema.site, "m2")}
    assert (rows[3].start_count, rows[3].usage) == (360, 30)
    acts = [act.did for act in acts_of(desk.metering, site_schema.site.key, "m1")]
    assert acts == [Did.COMMISSIONED, Did.RETIRED, Did.FACTS_STATED]
    with site_schema.writer.connection() as connection:
        assert [fact.value for fact in facts_of(connection, site_schema.schema, "S-1")] == ["A1"]
    gone = retire(desk, "m2", at(375), counts=(), stated=SAID)
    assert gone.counts == {"active_energy_import": 363, "active_energy_export": 500}


def filed(desk: SiteDesk, until: date, **more: object) -> None:
    calibrate(
        desk,
        "m1",
        Certificate(
            document=Document(
                name="c.pdf", content=f"%PDF {until}".encode(), media_type="application/pdf"
            ),
            laboratory="Metrology Institute",
            tested_on=date(2018, 12, 1),
            valid_until=until,
            error_percent=Fraction("-0.5"),
        ),
        Remarks(),
        **more,  # type: ignore[arg-type]
    )


def test_what_is_due_is_listed_and_an_ended_certificate_warns(
    desk: SiteDesk, site_schema: TestSite
) -> None:
    site = site_schema
    curve = curve_of(
        LoadUnit.PERCENT,
        [
            LoadPoint(load=Decimal(100), before=Decimal("-0.40"), after=Decimal("0.01")),
            LoadPoint(load=Decimal(5), before=Decimal("-1.2")),
        ],
    )
    filed(desk, date(2018, 12, 31), accuracy_class="B", curve=curve)
    state_facts(
        desk, "m1", {Fact.NEXT_CHECK: "2019-03-01"}, reason="rota", by="x", remarks=Remarks()
    )
    due = due_within(site.writer, site.site, DAY, days_of("90d"))
    assert [(row.what, row.days_left) for row in due] == [
        (Fact.CERTIFICATE_UNTIL, -1),
        (Fact.NEXT_CHECK, 59),
    ]
    with site.writer.connection() as connection:
        (kept,) = certificates_of(connection, site.schema, "S-1")
    assert (kept.accuracy_class, kept.unit) == ("B", "%")
    assert kept.errors == [["5", "-1.2", ""], ["100", "-0.40", "0.01"]]
    for _ in range(2):  # the second look tells nothing new
        look_once(desk.system, site.site)
        site.project()
    with site.writer.connection() as connection:
        (finding,) = read_findings(connection, site.schema, point="m1")
    assert (finding.key.code, finding.key.start) == ("certificate.expired", MIDNIGHT)
    filed(desk, date(2026, 12, 31))
    look_once(desk.system, site.site)
    site.project()
    with site.writer.connection() as connection:
        assert read_findings(connection, site.schema, point="m1") == []
    assert [row.what for row in due_within(site.writer, site.site, DAY, 90)] == [Fact.NEXT_CHECK]


def test_a_decision_of_two_people_adds_what_the_meter_lost_and_usage_stays(
    desk: SiteDesk, site_schema: TestSite
) -> None:
    site = site_schema
    quarters(site, 0, 360, imported=0, exported=500)
    filed(desk, date(2026, 12, 31))
    site.project()
    with site.writer.connection() as connection:
        channel = load_channels(connection, site.schema)[1]
    draft = draft_adjustment(site.writer, site.site, channel, Asked(first=DAY, last=DAY))
    assert draft.basis == Basis(error=Fraction("-1/2"))
    assert draft.days == {DAY: 18}  # 3600 x 0.5 / 99.5 = 18.09
    assert draft.usage == 3600
    name = propose_adjustment(desk.system, site.site, draft, reason="class B exceeded", by=CLERK)
    same = propose_adjustment(desk.system, site.site, draft, reason="class B exceeded", by=CLERK)
    assert same == name
    before = desk.metering.position()
    with pytest.raises(FourEyesError):
        approve_adjustment(desk.system, site.site, name.hex[:8], by=CLERK)
    row = approve_adjustment(desk.system, site.site, name.hex[:8], by=CHIEF)
    assert (row.state, row.total, row.decided_by) == ("approved", 18, CHIEF)
    assert adjusted(site, None) == {DAY: 18}
    assert adjusted(site, before) == {}
    assert usage(site, 1) == 3600
    with pytest.raises(AdjustmentError, match="already adds"):
        draft_adjustment(site.writer, site.site, channel, Asked(first=DAY, last=DAY))
    change_meter = find_meter(desk.metering, site.site.key)
    change_ratio(change_meter, when=at(370), counts={1: 360, 2: 500}, multiplier=Fraction(2))
    desk.metering.store(change_meter)
    site.project()
    with pytest.raises(AdjustmentError, match="No certificate"):
        draft_adjustment(
            site.writer,
            site.site,
            channel,
            Asked(
                first=DAY + timedelta(days=1), last=DAY + timedelta(days=1), full_load=Fraction(1)
            ),
        )


def test_what_is_stated_and_decided_is_the_same_when_folded_anew(
    desk: SiteDesk, site_schema: TestSite, new_site: Any
) -> None:
    site = site_schema
    quarters(site, 0, 360, imported=0, exported=500)
    filed(desk, date(2026, 12, 31), accuracy_class="B")
    state_facts(desk, "m1", {Fact.SEAL: "A1"}, reason="sealed", by="x", remarks=Remarks())
    site.project()
    with site.writer.connection() as connection:
        channel = load_channels(connection, site.schema)[1]
    draft = draft_adjustment(site.writer, site.site, channel, Asked(first=DAY, last=DAY))
    name = propose_adjustment(desk.system, site.site, draft, reason="class exceeded", by=CLERK)
    approve_adjustment(desk.system, site.site, name.hex, by=CHIEF)
    expected = view_rows(site)
    assert all(expected[view] for view in ("adjustment_day", "certificate", "meter_fact"))
    again: TestSite = new_site()
    copied_journal(site, again)
    folded_live(again, 3)
    folded_live(site, 3)
    assert view_rows(again) == view_rows(site)


def adjusted(site: TestSite, as_of: int | None) -> dict[date, int]:
    with site.writer.connection() as connection:
        assert folded_position(connection, site.schema) > 0
        zone = site.site.zone
        return adjusted_usage(connection, site.schema, zone, [1], DAY, DAY, as_of=as_of)[1]
