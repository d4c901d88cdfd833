"""What a person states of readings: repeated it is one statement, said again a new one."""

from __future__ import annotations

from pathlib import Path

import pytest

from energy.base.config import Config
from energy.system import WRITER, System
from processes.readings_state import corrections_at, statement_command
from tests.fixtures.batches import at, reading
from tests.fixtures.postgres import TestSite
from tests.fixtures.statements import CLERK, channel_of

pytestmark = pytest.mark.servers


def test_an_estimate_is_said_again_after_another_one_took_its_instants(
    site_schema: TestSite, tmp_path: Path
) -> None:
    site = site_schema
    dsn = site.server.dsn(WRITER)
    config = Config(data_dir=tmp_path, dsn=dsn, dsn_writer=dsn, pool_size=2)
    system = System(config=config, role=WRITER, clock=site.clock)
    number = site.counter()
    site.accept(*(reading(number, minute, minute) for minute in range(0, 61, 15)))
    site.project()
    channel = channel_of(site, number)

    def stated(minute: int, count: int, method: str = "by hand") -> int:
        """State an estimate; return how many there are now."""
        rows = [(at(minute), count)]
        words = (method, str(CLERK))
        command = statement_command(system, site.site, "estimate", channel, rows, *words)
        corrections_at(system, site.site).estimate(
            channel, rows, method=method, inputs={}, by=CLERK, command_id=command
        )
        site.project()
        return len(site.rows("SELECT FROM {s}.correction"))

    assert [stated(120, 100), stated(120, 100)] == [1, 1]
    assert stated(135, 150) == 2  # of another instant
    assert stated(120, 100) == 2
    assert [stated(120, 200), stated(120, 200)] == [3, 3]
    assert [stated(120, 100), stated(120, 100)] == [4, 4]
    assert stated(120, 100, "of last week") == 5
    assert stated(120, 200) == 6
    assert site.rows(
        "SELECT count FROM {s}.reading WHERE channel = %s AND at = %s", number, at(120)
    ) == [(200,)]
