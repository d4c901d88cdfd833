"""A data folder that an earlier release made is brought up to date when it is started again."""

from __future__ import annotations

from pathlib import Path

import pytest

from energy.base.config import Config
from energy.store.sites import list_sites
from energy.system import OWNER, database_of
from processes.play_spec import PlaySpec
from processes.stack import Stack

SPEC = PlaySpec(
    first="2019-01-01T00:00:00+00:00",
    last="2019-01-01T00:15:00+00:00",
    slot_s=900,
    shift_weeks=0,
    then_live=False,
    modbus_port=0,
    mqtt_port=0,
)

OUTAGES = 9
"""The schema file that the earlier release did not have; later ones stand on none of its tables."""


@pytest.mark.servers
def test_the_site_of_an_earlier_release_is_migrated_before_its_processes_start(
    tmp_path: Path,
) -> None:
    config = Config(data_dir=tmp_path, language="en")
    stack = Stack(config, SPEC)
    try:
        site = stack.prepare()
        owner = database_of(config, OWNER)
        scope = f"site_{site.key}"
        kept = "SELECT number FROM directory.migration WHERE scope = %s AND number = %s"
        with owner.connection() as connection:
            connection.execute(f"DROP TABLE {scope}.outage".encode())
            connection.execute(
                "DELETE FROM directory.migration WHERE scope = %s AND number = %s", (scope, OUTAGES)
            )
        assert [each.key for each in list_sites(owner)] == [site.key]
        stack.prepare()
        with owner.connection() as connection:
            assert connection.execute(kept, (scope, OUTAGES)).fetchall() == [(OUTAGES,)]
            assert connection.execute(f"SELECT * FROM {scope}.outage".encode()).fetchall() == []
        owner.close()
    finally:
        stack.stop()
