"""A move stated afterwards tells what came under the old point meanwhile, and it can be mended."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from energy.store.pool import Database
from energy.views.readings_told import read_readings
from processes.meter_life.acts import move
from processes.meter_life.left_behind import LeftBehind
from processes.meter_life.segments import life_of
from processes.readings_file import write_file
from processes.readings_state import import_readings
from tests.fixtures.batches import at, reading
from tests.fixtures.postgres import TestSite
from tests.processes.meter_life.test_acts import DAY, SAID, quarters, two_way_desk, usage

pytestmark = pytest.mark.servers


def test_a_move_stated_afterwards_tells_the_readings_that_came_under_the_old_point(
    site_schema: TestSite, directory: Database, tmp_path: Path
) -> None:
    desk = two_way_desk(site_schema, tmp_path)
    quarters(site_schema, 0, 360, imported=0, exported=500)
    site_schema.accept(*(reading(n, minute, 500) for minute in (375, 390) for n in (1, 2)))
    site_schema.project()
    done = move(desk, "m1", "m2", at(360), counts=(), final_counts=(), multiplier=None, stated=SAID)
    assert done.left == LeftBehind(readings=4, first=at(375), last=at(390))
    assert usage(site_schema, 1) == 3600
    rows = read_readings(site_schema.writer, site_schema.site, "m1", DAY, DAY)
    behind = [row for row in rows if row.at >= at(375)]
    text = write_file([replace(row, point="m2") for row in behind])
    import_readings(desk.system, site_schema.site, text, note="", by=UUID(int=1))
    site_schema.project()
    (row,) = (
        each for each in life_of(site_schema.writer, site_schema.site, "m2") if each.channel == 3
    )
    assert (row.start_count, row.usage) == (360, 10 * (500 - 360))
