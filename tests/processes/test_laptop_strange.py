"""What a laptop read of another meter never stands in a point's history, and is never lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from processes.laptop_aside import ASIDE, set_aside
from processes.laptop_file import FileKind, write_value
from processes.laptop_home import HomeError
from processes.laptop_pack import pack_fields
from processes.laptop_review import refuse
from processes.technician_acts import Commission, Replace, Retire
from processes.technician_values import Remarks, Removed
from tests.fixtures.field import Field
from tests.processes.test_laptop_sync import NEW, PERSON, Laptop, laptop

__all__ = ["laptop"]
pytestmark = pytest.mark.servers


def _stored(field: Field, channel: int, since: datetime) -> int:
    with field.site.writer.connection() as connection:
        row = connection.execute(
            f"SELECT count(*) FROM {field.site.site.schema}.reading WHERE channel = %s AND at > %s",
            (channel, since),
        ).fetchone()
    assert row is not None
    return int(str(row[0]))


def _aside(laptop: Laptop) -> int:
    rows = laptop.home._db.execute("SELECT count(*) FROM fact WHERE name LIKE 'aside %'")
    return int(rows.fetchone()[0])


def _replace(field: Field, unit: int) -> Replace:
    return Replace(
        installed=field.installed(unit),
        removed=Removed(displays=(field.display(2),), reason="burnt"),
        watch_s=0,
    )


def test_a_meter_replaced_on_the_server_meanwhile_gets_no_reading_of_the_old_one(
    laptop: Laptop, field: Field
) -> None:
    other = field.installed(5, point="b5-elec")
    laptop.commission()
    laptop.desk().act(Commission(installed=other, new=NEW, watch_s=0))
    laptop.sync()
    laptop.log(minutes=3)
    field.site.tick(10)
    field.desk(laptop.port).act(_replace(field, 102))
    changed, channel = field.site.clock.now(), field.meter().channels[0]["number"]
    laptop.log(minutes=4)
    done = laptop.sync()
    assert (done.readings, done.readings_strange, done.readings_held) == (0, 4 * 2, 10 + 10)
    assert "meter S-2, but meter S-102" in done.receipt.strange[0].why
    assert _aside(laptop) == 1
    kept = set_aside(laptop.home.facts(ASIDE), laptop.desk().channels())
    assert [(row.point, row.quantity, row.readings) for row in kept] == [
        ("b2-elec", "active_energy_import", 4),
        ("b2-elec", "active_power", 4),
    ]
    assert {"meter S-2, but meter S-102" in row.why for row in kept} == {True}
    assert changed < kept[0].first < kept[0].last
    after = laptop.sync()
    assert (after.readings, after.readings_strange, after.readings_held) == (3 * 2 + 7 * 2, 0, 0)
    assert _stored(field, channel, changed) == 0
    assert laptop.sync().readings == 0


def test_readings_behind_a_replacement_in_review_wait_and_a_refusal_sets_them_aside(
    laptop: Laptop, field: Field
) -> None:
    laptop.commission()
    laptop.sync()
    field.site.tick(60)
    taken = field.installed(5, point="b5-elec", serial="S-102")
    field.technician(laptop.port).commission(taken, NEW, watch_s=0)
    laptop.desk().act(_replace(field, 102))
    changed, channel = field.site.clock.now(), field.meter().channels[0]["number"]
    laptop.log(minutes=3)
    done = laptop.sync()
    assert (len(done.review), done.readings, done.readings_held) == (1, 0, 3 * 2)
    [row] = done.review
    assert row.sealed
    refuse(field.desk(laptop.port), str(row.command), by=PERSON, reason="never there")
    assert field.site.rows(
        "SELECT state, sealed, decision FROM {s}.laptop_command WHERE state = 'refused'"
    ) == [("refused", "", "never there")]
    after = laptop.sync()
    assert (after.readings, after.readings_strange) == (0, 3 * 2)
    assert _stored(field, channel, changed) == 0
    assert (_aside(laptop), laptop.sync().readings_strange) == (1, 0)


def test_a_folder_in_which_something_was_read_takes_no_other_site_s_pack(laptop: Laptop) -> None:
    own = laptop.home.pack()
    file = laptop.folder.with_suffix(".other")
    site = replace(own.site, key="other")
    write_value(file, FileKind.PACK, pack_fields(replace(own, site=site)))
    laptop.home.spool_file.touch()
    with pytest.raises(HomeError, match="another folder"):
        laptop.home.unpack(file)
    assert laptop.home.pack().site == own.site


@pytest.mark.slow
def test_a_meter_that_was_retired_meanwhile_has_no_readings_behind_its_last(
    laptop: Laptop, field: Field
) -> None:
    laptop.commission()
    laptop.sync()
    field.site.tick(10)
    gone = Removed(displays=(field.display(2),), reason="demolished")
    field.desk(laptop.port).act(Retire(point="b2-elec", removed=gone, remarks=Remarks()))
    laptop.log(minutes=2)
    assert laptop.sync().readings_strange == 2 * 2
