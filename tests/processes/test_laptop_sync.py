"""What a technician does without network is on the server once, or in review with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from energy.base.clock import ManualClock
from energy.metering.meter import meter_id
from energy.store.laptop import APPLIED, REVIEW
from energy.system import WRITER
from processes.laptop_bundle import (
    Bundle,
    gather,
    read_receipt,
    take_receipt,
    write_bundle,
    write_receipt,
)
from processes.laptop_clock import LaptopClockError
from processes.laptop_desk import LaptopDesk
from processes.laptop_file import FileKind, LaptopFileError, write_value
from processes.laptop_home import HomeError, LaptopHome
from processes.laptop_log import LaptopLog, plan_of_points
from processes.laptop_pack import load_pack, pack_fields
from processes.laptop_pack_make import make_pack
from processes.laptop_review import ReviewError, accept, refuse, review_list
from processes.laptop_sync import Synced, take_bundle
from processes.technician_acts import Calibrate, Commission, Replace, Retire
from processes.technician_papers import Certificate
from processes.technician_record import signed_by
from processes.technician_values import NewPoint, Remarks, Removed, Witnesses
from tests.fixtures.field import Field
from tests.fixtures.postgres import command

pytestmark = pytest.mark.servers
NEW = NewPoint(name="Building 2, electricity", place="b2", utility="electricity")
PEOPLE = Witnesses(technician="Li Wei", witness="A. Shaw")


@dataclass
class Laptop:
    """A laptop with a pack of the site, in the same room as the meters."""

    field: Field
    port: int
    folder: Path

    def __post_init__(self) -> None:
        self.home = LaptopHome(self.folder)
        self.take_pack()

    def take_pack(self) -> None:
        pack = make_pack(self.field.desk(self.port), made_for="Li Wei")
        file = self.folder.with_suffix(".pack")
        write_value(file, FileKind.PACK, pack_fields(pack))
        self.home.unpack(file)

    def desk(self) -> LaptopDesk:
        return LaptopDesk(
            self.home,
            clock=self.field.site.clock,
            environment={},
            pause=self.field.site.tick,
            offset=self.field.site.clock.now().astimezone(self.field.site.site.zone).utcoffset(),
        )

    def commission(self, unit: int = 2, **changes: Any) -> None:
        installed = replace(self.field.installed(unit, people=PEOPLE), **changes)
        self.desk().act(Commission(installed=installed, new=NEW, watch_s=0))

    def sync(self) -> Synced:
        """Carry a bundle to the server and its receipt back."""
        bundle, receipt = self.folder.with_suffix(".bundle"), self.folder.with_suffix(".receipt")
        key = self.home.pack().key
        write_bundle(bundle, gather(self.home, self.field.site.clock), key)
        done = take_bundle(self.field.desk(self.port), bundle)
        write_receipt(receipt, done.receipt, done.key)
        take_receipt(self.home, read_receipt(receipt, key), self.field.site.clock)
        return done


@pytest.fixture
def laptop(field: Field, port: int, tmp_path: Path) -> Iterator[Laptop]:
    made = Laptop(field, port, tmp_path / "laptop")
    yield made
    made.home.close()


def test_a_meter_commissioned_offline_is_in_the_journal_once_however_often_it_is_synced(
    laptop: Laptop, field: Field
) -> None:
    at = field.site.clock.now()
    laptop.commission()
    here = laptop.desk().meter("b2-elec")
    assert here is not None
    field.site.tick(7200)
    done = laptop.sync()
    assert (done.applied, len(done.review)) == (1, 0)
    meter, position = field.meter(), field.position()
    assert (meter.serial, meter.since) == (here.serial, here.since)
    assert meter.since is not None and meter.since < at + timedelta(minutes=1)
    assert meter.channels == here.channels
    again = laptop.sync()
    assert (again.applied, again.repeated, field.position()) == (0, 0, position)
    assert [each.state for each in laptop.home.commands()] == [APPLIED]
