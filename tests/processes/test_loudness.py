"""Each night a file names who made the noise of the day before: once, and of nights missed too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from energy.alerting.evaluator import Evaluator
from energy.alerting.raising import Raising
from energy.base.config import Config
from energy.base.period import local_day
from energy.system import WRITER, System
from processes.loudness import FOLDER, list_once_a_night
from tests.energy.alerting.test_rule_reads import define, folded
from tests.fixtures.batches import MIDNIGHT, at, reading
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers
NIGHT_MIN = 24 * 60


@pytest.fixture
def loud(new_site: Any, tmp_path: Path) -> Iterator[tuple[TestSite, System, Path]]:
    """A site whose load rose above its limit four times within a minute of its first day."""
    site: TestSite = new_site(at=MIDNIGHT)
    site.counter(gauge=True)
    define(site, "=load")
    site.project()
    evaluator = Evaluator(
        site.writer, site.site, site.clock, Raising(site.writer, site.schema, site.clock)
    )
    site.clock.move_to(at(61))
    for n in range(4):
        for late, load_w in ((0, 120_000), (5, 0)):
            site.accept(reading(2, 60 + n / 6 + late / 60, load_w))
            evaluator.step()
            folded(site)
    system = System(
        config=Config(data_dir=tmp_path, dsn=site.server.dsn(WRITER)),
        role=WRITER,
        clock=site.clock,
    )
    yield site, system, tmp_path / FOLDER / site.site.key
    system.close()


def test_the_list_of_a_day_is_made_once_a_little_after_its_midnight(
    loud: tuple[TestSite, System, Path],
) -> None:
    site, system, folder = loud
    day = local_day(MIDNIGHT, site.site.zone)
    site.clock.move_to(at(NIGHT_MIN + 9))
    assert list_once_a_night(system, site.site, None) == day - timedelta(days=1)
    assert not (folder / f"{day}.csv").exists()
    site.clock.move_to(at(NIGHT_MIN + 10))
    with capture_logs() as logs:
        assert list_once_a_night(system, site.site, None) == day
    (told,) = [each for each in logs if each["event"] == "alerts.loud"]
    assert (told["alarms"], told["beyond"]) == (4, ["chattering"])
    rows = (folder / f"{day}.csv").read_text("utf-8-sig").splitlines()
    assert len(rows) == 2
    assert rows[1].startswith("'=load")
    assert rows[1].split(",")[1:4] == ["4", "100.0 %", "yes"]
    (folder / f"{day}.csv").write_text("kept")
    assert list_once_a_night(system, site.site, None) == day
    assert (folder / f"{day}.csv").read_text() == "kept", "a list is made once"


def test_nights_without_the_process_are_made_up_for(loud: tuple[TestSite, System, Path]) -> None:
    site, system, folder = loud
    site.clock.move_to(at(NIGHT_MIN + 10))
    list_once_a_night(system, site.site, None)
    site.clock.move_to(at(4 * NIGHT_MIN + 10))
    day = local_day(MIDNIGHT, site.site.zone)
    assert list_once_a_night(system, site.site, None) == day + timedelta(days=3)
    found = sorted(date.fromisoformat(path.stem) for path in folder.glob("*.csv"))
    assert found[-4:] == [day + timedelta(days=n) for n in range(4)]
