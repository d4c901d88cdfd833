"""A device that goes when it was read: that reading is its own, and only what it showed counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest

from energy.base.period import span_of_days
from energy.base.quality import Quality
from energy.metering.meter import Meter, meter_id
from energy.store.pool import Database
from energy.views.findings import read_findings
from energy.views.usage import read_spans
from processes.meter_life.acts import move, retire
from processes.meter_life.counts import MeterLifeError
from processes.meter_life.repeats import BEHIND
from processes.meter_life.resets import record_reset
from processes.meter_life.stated import LifeDone
from processes.technician_site import SiteDesk
from tests.fixtures.batches import MIDNIGHT, at, reading
from tests.fixtures.meters import commission, find_meter
from tests.fixtures.postgres import TestSite
from tests.fixtures.statements import channel_of, estimate
from tests.processes.meter_life import test_acts as acts

pytestmark = pytest.mark.servers
QUARTERS = range(0, 121, 15)


@pytest.fixture
def desk(site_schema: TestSite, directory: Database, tmp_path: Path) -> SiteDesk:
    """Two meters that were both read each quarter-hour up to 02:00: 10 counts, and 5."""
    site = site_schema
    desk = acts.two_way_desk(site, tmp_path)
    second = find_meter(desk.metering, site.site.key, "m2")
    commission(second, since=MIDNIGHT, start_counts={3: 0, 4: 0}, serial="OLD-2", unit=2)
    desk.metering.store(second)
    site.accept(
        *(reading(1, minute, 1000 + minute * 2 // 3) for minute in QUARTERS),
        *(reading(2, minute, 500) for minute in QUARTERS),
        *(reading(3, minute, minute // 3) for minute in QUARTERS),
        *(reading(4, minute, 0) for minute in QUARTERS),
    )
    site.project()
    return desk


def moved(desk: SiteDesk, counts: Sequence[str] = (), final: Sequence[str] = ()) -> LifeDone:
    return move(
        *(desk, "m1", "m2", at(120)),
        counts=counts,
        final_counts=final,
        multiplier=None,
        stated=acts.SAID,
    )


def goes_on(site: TestSite) -> list[int]:
    """Read the moved meter at its new point each quarter-hour up to 04:00; return its usage."""
    for minute in range(135, 241, 15):
        site.accept(reading(3, minute, 1080 + (minute - 120) * 7 // 15), reading(4, minute, 500))
    site.project()
    with site.writer.connection() as connection:
        period = span_of_days(acts.DAY, acts.DAY, site.site.zone)
        span = read_spans(connection, site.schema, [3], period)[3]
        assert read_findings(connection, site.schema) == []
    assert (span.quality[:16] == Quality.MEASURED).all()
    return [int(each) for each in span.usage[:16]]


def acted(desk: SiteDesk, point: str) -> list[datetime]:
    events = desk.metering.events.get(meter_id(desk.site.key, point))
    kinds = (Meter.Retired, Meter.Replaced, Meter.Commissioned)
    return [event.at for event in events if isinstance(event, kinds)][1:]


RIGHT = [50] * 8 + [70] * 8


def test_a_meter_moved_when_both_were_read_brings_no_count_of_the_other(
    desk: SiteDesk, site_schema: TestSite
) -> None:
    done = moved(desk)
    assert done.counts == {"active_energy_import": 1080, "active_energy_export": 500}
    assert acted(desk, "m1") == acted(desk, "m2") == [at(120) + BEHIND]
    again = moved(desk, ["10.80"])
    assert (again.again, again.at) == (True, done.at)
    with pytest.raises(MeterLifeError, match=r"import=10\.8"):
        moved(desk, ["10.81"])
    assert goes_on(site_schema) == RIGHT


def test_a_meter_moved_to_where_one_was_taken_away_when_it_was_read_counts_right(
    desk: SiteDesk, site_schema: TestSite
) -> None:
    gone = retire(desk, "m2", at(120), counts=(), stated=acts.SAID)
    assert gone.counts == {"active_energy_import": 40, "active_energy_export": 0}
    assert retire(desk, "m2", at(120), counts=(), stated=acts.SAID).again
    moved(desk)
    assert acted(desk, "m2") == [at(120) + BEHIND] * 2
    assert goes_on(site_schema) == RIGHT


def test_an_act_between_two_readings_is_recorded_when_it_was(desk: SiteDesk) -> None:
    shown = ["10.85", "active_energy_export=5.00"]
    retire(desk, "m1", at(125), counts=shown, stated=acts.SAID)
    assert acted(desk, "m1") == [at(125)]


def test_what_is_suspect_or_estimated_is_no_count_of_a_register(
    desk: SiteDesk, site_schema: TestSite
) -> None:
    site = site_schema
    site.accept(reading(1, 125, 900_000, Quality.SUSPECT))
    site.accept(*(reading(1, minute, minute - 140) for minute in range(140, 241, 15)))
    site.project()
    estimate(site, channel_of(site, 1), (at(126), 5000))
    estimate(site, channel_of(site, 1), (at(250), 90))
    site.project()
    assert desk.newest([1, 2]) == {1: (at(230), 90), 2: (at(120), 500)}
    assert desk.first_since([1], at(121)) == {1: (at(140), 0)}
    before, behind = desk.around(1, at(126))
    assert (before, behind) == ([(at(120), 1080), (at(105), 1070)], (at(140), 0))
    with pytest.raises(MeterLifeError, match="import showed at 2019-01-01 04:10:00"):
        retire(desk, "m1", at(250), counts=["active_energy_export=5.00"], stated=acts.SAID)
    done = record_reset(desk, "m1", at(130), before=(), after=(), stated=acts.SAID).done
    assert done.counts == {"active_energy_import": 1080}
    assert acts.usage(site, 1) == 10 * (80 + 90)
