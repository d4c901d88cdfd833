"""14, 15: another device, another ratio: asked, dated, alarmed, not billed until a person says."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from energy.base.quality import Quality
from energy.views.noted import FOR_GOOD
from tests.fixtures.batches import at
from tests.fixtures.postgres import TestSite
from tests.nasty.stand import Stand, stand

pytestmark = pytest.mark.servers

MEASURED, SUSPECT = int(Quality.MEASURED), int(Quality.SUSPECT)
IMPORT = "active_energy_import"


def qualities(here: Stand, quantity: str) -> list[int]:
    return [quality for _, quality in here.readings(quantity)]


def test_14_a_meter_swapped_without_a_record_is_asked_about_and_not_billed(
    night: TestSite, tmp_path: Path
) -> None:
    with stand(night, tmp_path, "schneider_pm5000", IMPORT) as here:
        for kwh in (100, 101):
            here.show(serial_number=22081134, active_energy_import=kwh)
            here.poll()
        assert (here.alarms(), here.bars()) == ([], set())
        here.show(serial_number=33099876, active_energy_import=5)
        here.poll()
        here.poll()
        assert qualities(here, IMPORT) == [MEASURED, MEASURED, SUSPECT, SUSPECT]
        assert here.alarms() == [("modbus.other_device", "high")]
        assert here.on_screen() == [("modbus.other_device", "m1", "m1")]
        assert here.bars() == {"modbus.other_device"}
        (row,) = night.rows("SELECT start_at, end_at, proof FROM {s}.finding")
        assert row[:2] == (at(45), FOR_GOOD)
        proof = row[2]
        assert (proof["before"], proof["now"], proof["point"]) == ("22081134", "33099876", "m1")
        assert "field replace" in proof["why"]


def test_14_the_old_meter_back_in_its_place_still_waits_for_a_person(
    night: TestSite, tmp_path: Path
) -> None:
    with stand(night, tmp_path, "schneider_pm5000", IMPORT) as here:
        for serial in (22081134, 33099876, 22081134, 22081134, 22081134):
            here.show(serial_number=serial, active_energy_import=100)
            here.poll()
        assert qualities(here, IMPORT) == [MEASURED, SUSPECT, MEASURED, MEASURED, MEASURED]
        assert here.bars() == {"modbus.other_device"}
        rows = night.rows(
            "SELECT end_at, explained_position IS NULL FROM {s}.finding ORDER BY position"
        )
        assert rows == [(FOR_GOOD, False), (at(30), True)]


@pytest.mark.parametrize(
    ("profile", "held"),
    [("chint_dtsu666", True), ("acrel_adl3000", False)],
    ids=["primary counts are held", "secondary counts go on"],
)
def test_15_a_changed_ratio_is_a_dated_event_and_an_alarm(
    night: TestSite, tmp_path: Path, profile: str, held: bool
) -> None:
    with stand(night, tmp_path, profile, IMPORT) as here:
        for ratio in (40, 40, 60, 60):
            here.show(ct_ratio=Fraction(ratio), active_energy_import=Fraction(100))
            here.poll()
        after = SUSPECT if held else MEASURED
        assert qualities(here, IMPORT) == [MEASURED, MEASURED, after, after]
        assert here.alarms() == [("modbus.ratio_changed", "high")]
        assert here.bars() == ({"modbus.ratio_changed"} if held else set())
        (row,) = night.rows("SELECT start_at, proof->>'before', proof->>'now' FROM {s}.finding")
        assert row == (at(45), "40", "60")
        told = night.rows(
            "SELECT count(*) FROM {s}.metering_events WHERE topic = 'collector.noted'"
        )
        assert told == [(1,)], "the journal knows when, once"
