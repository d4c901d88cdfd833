"""A register that began anew: found by its readings, stated where it fell, taken back, restated."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from energy.metering.usage import NEGATIVE_STEP
from energy.store.pool import Database
from energy.views.findings import read_findings
from processes.meter_acts import Did, acts_of
from processes.meter_life.acts import reverse
from processes.meter_life.counts import MeterLifeError
from processes.meter_life.resets import ResetDone, record_reset, withdraw_reset
from processes.meter_life.segments import life_of
from processes.technician_site import SiteDesk
from processes.validating import look_once
from tests.fixtures.batches import at
from tests.fixtures.postgres import TestSite
from tests.fixtures.rebuild import copied_journal, folded_live, view_rows
from tests.processes.meter_life import test_acts as acts

pytestmark = pytest.mark.servers


@pytest.fixture
def desk(site_schema: TestSite, directory: Database, tmp_path: Path) -> SiteDesk:
    """A meter that counts to 120 until 02:00 and stands at 3 at 02:15: it lost its register."""
    desk = acts.two_way_desk(site_schema, tmp_path)
    acts.quarters(site_schema, 0, 120, imported=1000, exported=500)
    acts.quarters(site_schema, 135, 360, imported=3, exported=500)
    site_schema.project()
    return desk


def codes(site: TestSite) -> list[str]:
    with site.writer.connection() as connection:
        return [row.key.code for row in read_findings(connection, site.schema, point="m1")]


def reset(desk: SiteDesk, minute: int, before: Sequence[str] = (), *after: str) -> ResetDone:
    return record_reset(desk, "m1", at(minute), before=before, after=after, stated=acts.SAID)


def undo(desk: SiteDesk, minute: int) -> ResetDone:
    return withdraw_reset(desk, "m1", at(minute), stated=acts.SAID)


WHOLE = 10 * (120 + 3 + 225)
"""Usage of six hours: up to the reset, since it, and what the register showed first. [Wh]"""


def test_a_reset_at_the_instant_of_the_last_good_reading_explains_the_fall(
    desk: SiteDesk, site_schema: TestSite
) -> None:
    site = site_schema
    look_once(desk.system, site.site)
    site.project()
    assert sorted(codes(site)) == [NEGATIVE_STEP, "register.reset"]
    found = reset(desk, 120)
    assert (found.explained, found.open_falls, found.counted_on) == (1, (), False)
    assert found.done.displays == {"active_energy_import": "11.20 kWh"}
    assert acts.usage(site, 1) == WHOLE
    # What the check told of the fall waits for nobody either, before the next look ends it.
    assert codes(site) == []
    parts = [row for row in life_of(site.writer, site.site, "m1") if row.channel == 1]
    assert [(row.usage, row.missing) for row in parts] == [(1200, 0), (2280, 0)]
    assert reset(desk, 120).done.again


def test_a_reset_at_the_first_reading_behind_the_fall_is_refused_with_the_right_span(
    desk: SiteDesk,
) -> None:
    head = desk.metering.position()
    with pytest.raises(MeterLifeError, match="02:00:00 - 2019-01-01 02:15:00: name the beginning"):
        reset(desk, 135)
    with pytest.raises(MeterLifeError, match=r"showed 0\.03 kWh at 2019-01-01 02:15"):
        reset(desk, 135, ["11.2"])
    assert desk.metering.position() == head


def test_a_wrong_reset_is_told_of_taken_back_and_stated_right(
    desk: SiteDesk, site_schema: TestSite, new_site: Any
) -> None:
    site = site_schema
    before = desk.metering.position()
    wrong = reset(desk, 60, ["10.6"])
    assert (wrong.explained, wrong.open_falls, wrong.counted_on) == (0, (), True)
    misread = acts.usage(site, 1)
    assert misread != WHOLE
    stood = desk.metering.position()
    with pytest.raises(MeterLifeError, match=r"Recorded are \[UTC\]: 2019-01-01 01:00:00"):
        undo(desk, 61)
    undone = undo(desk, 60)
    assert undone.done.position > stood
    assert codes(site) == [NEGATIVE_STEP]
    assert undo(desk, 60).done.again
    # Stated at another instant; then there again, with other counts.
    assert reset(desk, 120).explained == 1
    assert acts.usage(site, 1) == WHOLE
    assert undo(desk, 120).open_falls[0].key.start == at(120)
    again = reset(desk, 120, ["11.25"])
    assert not again.done.again
    assert acts.usage(site, 1) == WHOLE + 50
    with pytest.raises(MeterLifeError, match="--undo"):
        reset(desk, 120, ["11.2"])
    # Nothing was edited: as known then, and in the history.
    assert acts.usage(site, 1, before) == acts.usage(site, 1, undone.done.position)
    assert acts.usage(site, 1, stood) == misread
    did = [act.did for act in acts_of(desk.metering, site.site.key, "m1")]
    assert (did.count(Did.REGISTER_RESET), did.count(Did.RESET_WITHDRAWN)) == (3, 2)
    other: TestSite = new_site()
    copied_journal(site, other)
    folded_live(other, 3)
    folded_live(site, 3)
    assert view_rows(other) == view_rows(site)


def test_a_reset_where_wrong_wiring_begins_is_taken_back_behind_the_wiring(
    desk: SiteDesk, site_schema: TestSite
) -> None:
    assert reset(desk, 125, ["11.2"], "0").explained == 1
    shown = {"start_counts": ("0", "active_energy_export=5.00")}
    reverse(desk, "m1", at(125), None, **acts.AS_READ | shown)
    with pytest.raises(MeterLifeError, match="--straight"):
        undo(desk, 125)
    reverse(desk, "m1", at(125), None, **acts.AS_READ | shown | {"straight": True})
    assert codes(site_schema) == []
    undo(desk, 125)
    assert codes(site_schema) == [NEGATIVE_STEP]
