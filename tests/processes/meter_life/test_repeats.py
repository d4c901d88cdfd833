"""What is told again of a meter: the same is the same, other counts are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from energy.metering.meter_papers import Fact
from energy.store.pool import Database
from energy.views.meter_facts import facts_of
from processes.meter_life.acts import move, retire, reverse
from processes.meter_life.counts import MeterLifeError
from processes.meter_life.due import state_facts
from processes.meter_life.resets import record_reset
from processes.technician_site import SiteDesk
from processes.technician_values import Remarks
from tests.fixtures.batches import MIDNIGHT, at, reading
from tests.fixtures.meters import find_meter, replace
from tests.fixtures.postgres import TestSite
from tests.processes.meter_life import test_acts as acts

pytestmark = pytest.mark.servers


@pytest.fixture
def desk(site_schema: TestSite, directory: Database, tmp_path: Path) -> SiteDesk:
    """The desk of a site with two points that count both ways; nothing serves the second."""
    return acts.two_way_desk(site_schema, tmp_path)


def test_a_reset_told_again_with_other_counts_is_refused(
    desk: SiteDesk, site_schema: TestSite
) -> None:
    acts.quarters(site_schema, 0, 360, imported=1000, exported=500)
    site_schema.project()

    def told(before: str, *after: str) -> bool:
        done = record_reset(desk, "m1", at(370), before=(before,), after=after, stated=acts.SAID)
        return done.done.again

    assert not told("13.62")
    assert told("13.62")
    head = desk.metering.position()
    for words in (("13.68",), ("13.62", "0.05"), ("active_energy_export=5.00",)):
        with pytest.raises(MeterLifeError, match=r"import=13\.62|import=0") as refused:
            told(*words)
        assert "meter adjust m1" in str(refused.value)
    assert desk.metering.position() == head


def test_a_meter_that_went_is_not_told_again_with_other_counts(
    desk: SiteDesk, site_schema: TestSite
) -> None:
    acts.quarters(site_schema, 0, 360, imported=0, exported=500)
    site_schema.project()

    def moved(counts: tuple[str, ...]) -> bool:
        return move(
            *(desk, "m1", "m2", at(360)),
            counts=counts,
            final_counts=(),
            multiplier=None,
            stated=acts.SAID,
        ).again

    def gone(counts: tuple[str, ...]) -> bool:
        return retire(desk, "m2", at(370), counts=counts, stated=acts.SAID).again

    assert not moved(())
    assert moved(("3.60",))
    with pytest.raises(MeterLifeError, match=r"import=3\.6, active_energy_export=5"):
        moved(("3.61",))
    assert not gone(("3.70", "active_energy_export=5.00"))
    assert gone(())
    with pytest.raises(MeterLifeError, match=r"import=3\.7, "):
        gone(("3.71", "active_energy_export=5.00"))


def test_a_span_told_again_with_other_counts_is_refused(
    desk: SiteDesk, site_schema: TestSite
) -> None:
    acts.quarters(site_schema, 0, 360, imported=0, exported=500)
    site_schema.project()
    shown = ("1.00", "active_energy_export=5.00")
    told = acts.AS_READ | {"end_counts": shown}
    assert not reverse(desk, "m1", MIDNIGHT, at(100), **told).again
    assert reverse(desk, "m1", MIDNIGHT, at(100), **told).again
    with pytest.raises(MeterLifeError, match="import=1, active_energy_export=5"):
        reverse(desk, "m1", MIDNIGHT, at(100), **told | {"end_counts": ("1.01", shown[1])})


def test_a_span_is_reversed_again_after_another_one_took_a_part_of_it_back(
    desk: SiteDesk, site_schema: TestSite
) -> None:
    site_schema.accept(*(reading(1, minute, 0) for minute in range(0, 361, 15)))
    site_schema.accept(*(reading(2, minute, 500 + minute) for minute in range(0, 361, 15)))
    site_schema.project()

    def told(first: int, last: int, *, straight: bool = False) -> bool:
        said = acts.AS_READ | {"straight": straight}
        return reverse(desk, "m1", at(first), at(last), **said).again

    assert not told(60, 240)
    assert not told(120, 300, straight=True)
    assert told(120, 300, straight=True)
    assert acts.usage(site_schema, 1) == 600
    assert not told(300, 360, straight=True)  # no part of it
    assert not told(60, 240)
    assert told(60, 240)
    assert acts.usage(site_schema, 1) == 1800


def test_a_span_that_lasts_is_said_again_of_the_device_that_came_into_it(
    desk: SiteDesk, site_schema: TestSite
) -> None:
    acts.quarters(site_schema, 0, 120, imported=0, exported=500)
    site_schema.project()
    said = acts.AS_READ | {"start_counts": ("0.60", "active_energy_export=5.00")}
    assert not reverse(desk, "m1", at(60), None, **said).again
    meter = find_meter(desk.metering, site_schema.site.key)
    replace(meter, when=at(125), final={1: 125, 2: 500}, start={1: 0, 2: 0})
    desk.metering.store(meter)
    assert not reverse(desk, "m1", at(60), None, **said).again
    assert reverse(desk, "m1", at(60), None, **said).again


def test_a_seal_is_stated_again_after_another_one(desk: SiteDesk, site_schema: TestSite) -> None:
    def sealed(seal: str) -> bool:
        facts = {Fact.SEAL: seal}
        return state_facts(desk, "m1", facts, reason="sealed", by="x", remarks=Remarks()).again

    told = [sealed(seal) for seal in ("A1", "A1", "B2", "B2", "A1", "A1")]
    assert told == [False, True] * 3
    site_schema.project()
    with site_schema.writer.connection() as connection:
        facts = facts_of(connection, site_schema.schema, "S-1")
    assert [fact.value for fact in facts] == ["A1", "B2", "A1"]
