"""What a technician does without network is on the server once, or in review with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from adapters.spool import Spool
from energy.base.clock import ManualClock
from energy.store.laptop import APPLIED, REFUSED, REVIEW
from processes.collect_slots import slot_of
from processes.field_documents import kept_document
from processes.laptop_bundle import (
    gather,
    read_receipt,
    take_receipt,
    write_bundle,
    write_receipt,
)
from processes.laptop_desk import LaptopDesk
from processes.laptop_file import FileKind, LaptopFileError, write_value
from processes.laptop_home import LaptopHome
from processes.laptop_log import LaptopLog, served_by
from processes.laptop_pack import pack_fields
from processes.laptop_pack_make import make_pack
from processes.laptop_replay import ReplayDesk
from processes.laptop_review import ReviewError, accept, refuse, review_list
from processes.laptop_served import note_served
from processes.laptop_sync import Synced, take_bundle
from processes.laptop_tape import Tape
from processes.meter_acts import acts_of
from processes.technician_acts import Calibrate, Commission, Replace, Retire
from processes.technician_papers import Certificate
from processes.technician_record import signed_by
from processes.technician_values import NewPoint, Remarks, Removed, Witnesses
from tests.fixtures.field import Field

PERSON = UUID(int=7)
pytestmark = pytest.mark.servers
NEW = NewPoint(name="Building 2, electricity", place="b2", utility="electricity")
PEOPLE = Witnesses(technician="Li Wei", witness="A. Shaw")


@dataclass
class Laptop:
    """A laptop with a pack of the site, in the same room as the meters."""

    field: Field
    port: int
    home: LaptopHome

    @property
    def folder(self) -> Path:
        return self.home.folder

    def take_pack(self, person: UUID | None = None) -> None:
        pack = make_pack(self.field.desk(self.port), made_for="Li Wei", person=person)
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

    def log(self, *, minutes: int, every_s: int = 60) -> int:
        """Read the meters for some minutes; return how many readings were stored."""
        clock = self.field.site.clock
        spool = Spool(self.home.spool_file, clock)
        logging = LaptopLog(self.desk().plan(), spool, clock, every_s=every_s)
        note_served(self.home, served_by(self.desk().plan(), clock.now()))
        try:
            for _ in range(minutes * 60 // every_s):
                self.field.site.tick(every_s)
                logging.poll(slot_of(clock.now(), every_s))
        finally:
            logging.close()
            spool.close()
        return logging.logged.readings

    def write_bundle(self, key: bytes | None = None) -> Path:
        file = self.folder.with_suffix(".bundle")
        gathered = gather(self.home, self.field.site.clock)
        write_bundle(file, gathered, self.home.pack().key if key is None else key)
        return file

    def sync(self) -> Synced:
        """Carry a bundle to the server and its receipt back."""
        receipt, key = self.folder.with_suffix(".receipt"), self.home.pack().key
        done = take_bundle(self.field.desk(self.port), self.write_bundle())
        write_receipt(receipt, done.receipt, done.key)
        take_receipt(self.home, read_receipt(receipt, key), self.field.site.clock)
        return done


@pytest.fixture
def laptop(field: Field, port: int, tmp_path: Path) -> Iterator[Laptop]:
    made = Laptop(field, port, LaptopHome(tmp_path / "laptop"))
    made.take_pack()
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
    assert (done.applied, done.review) == (1, ())
    meter, position = field.meter(), field.position()
    assert (meter.serial, meter.since, meter.channels) == (here.serial, here.since, here.channels)
    assert meter.since is not None and at <= meter.since < at + timedelta(minutes=1)
    again = laptop.sync()
    assert (again.applied, again.repeated, field.position()) == (0, 0, position)
    assert [each.state for each in laptop.home.commands()] == [APPLIED]


@pytest.mark.slow
def test_a_bundle_that_arrives_twice_changes_nothing(laptop: Laptop, field: Field) -> None:
    laptop.commission()
    file = laptop.write_bundle()
    first = take_bundle(field.desk(laptop.port), file)
    position = field.position()
    second = take_bundle(field.desk(laptop.port), file)
    assert (first.applied, second.applied, second.repeated) == (1, 0, 1)
    assert field.position() == position
    assert second.receipt.commands == first.receipt.commands


@pytest.mark.slow
def test_the_names_of_the_laptop_are_sealed_in_the_journal(laptop: Laptop, field: Field) -> None:
    laptop.commission()
    laptop.sync()
    (act,) = acts_of(field.site.application("metering"), field.site.site.key, "b2-elec")
    assert "Li Wei" not in str(act.record)
    assert signed_by(field.system.vault, act.record, "technician") == "Li Wei"


@pytest.mark.slow
def test_a_photo_travels_by_its_hash(laptop: Laptop, field: Field) -> None:
    photo = field.photo()
    laptop.commission(photos=(photo,))
    laptop.sync()
    name, _, content = kept_document(field.system.database, field.site.site, photo.sha256[:12])
    assert (name, content) == (photo.sha256, photo.content)


def test_replaced_retired_and_calibrated_offline_in_one_go(laptop: Laptop, field: Field) -> None:
    laptop.commission()
    field.site.tick(3600)
    laptop.desk().act(
        Replace(
            installed=field.installed(102, source="modbus-1"),
            removed=Removed(displays=(field.display(2),), reason="burnt"),
            watch_s=0,
        )
    )
    certificate = Certificate(
        document=field.photo("certificate.jpg"),
        laboratory="PTB",
        tested_on=date(2026, 1, 5),
        valid_until=date(2034, 1, 5),
    )
    laptop.desk().act(Calibrate(point="b2-elec", certificate=certificate, remarks=Remarks()))
    field.site.tick(3600)
    gone = Removed(displays=(field.display(102),), reason="demolished")
    laptop.desk().act(Retire(point="b2-elec", removed=gone, remarks=Remarks()))
    here = acts_of(laptop.desk().metering, field.site.site.key, "b2-elec")
    assert laptop.sync().applied == 4
    there = acts_of(field.site.application("metering"), field.site.site.key, "b2-elec")
    assert [(a.did, a.at, a.serial, a.last_counts) for a in there] == [
        (a.did, a.at, a.serial, a.last_counts) for a in here
    ]


def test_a_point_commissioned_here_meanwhile_waits_for_a_person(
    laptop: Laptop, field: Field
) -> None:
    laptop.commission()
    field.technician(laptop.port).commission(field.installed(2, serial="S-other"), NEW, watch_s=0)
    done = laptop.sync()
    assert (done.applied, len(done.review)) == (0, 1)
    assert "S-other" in done.review[0].reason
    assert field.meter().serial == "S-other"
    assert [each.state for each in laptop.home.commands()] == [REVIEW]


@pytest.mark.slow
def test_the_same_meter_commissioned_on_both_sides_waits_too(laptop: Laptop, field: Field) -> None:
    laptop.commission()
    field.technician(laptop.port).commission(field.installed(2), NEW, watch_s=0)
    assert "already" in laptop.sync().review[0].reason


def test_a_serial_commissioned_elsewhere_meanwhile_waits_and_is_accepted_once_it_is_free(
    laptop: Laptop, field: Field
) -> None:
    laptop.commission()
    other = field.installed(5, point="b5-elec", serial="S-2")
    field.technician(laptop.port).commission(other, NEW, watch_s=0)
    (row,) = laptop.sync().review
    assert "b5-elec" in row.reason
    desk = field.desk(laptop.port)
    with pytest.raises(ReviewError, match="stays in review"):
        accept(desk, str(row.command), by=PERSON, reason="read it again")
    field.site.tick(60)
    removed = Removed(displays=(field.display(5),), reason="typed at the wrong point")
    desk.act(Retire(point="b5-elec", removed=removed, remarks=Remarks()))
    accept(desk, str(row.command), by=PERSON, reason="b5 was mistyped")
    assert field.meter().serial == "S-2"
    assert field.meter().since == laptop.desk().meter("b2-elec").since  # type: ignore[union-attr]
    assert review_list(desk) == []
    laptop.sync()
    assert [each.state for each in laptop.home.commands()] == [APPLIED]


@pytest.mark.slow
def test_a_meter_retired_here_meanwhile_lets_its_replacement_wait(
    laptop: Laptop, field: Field
) -> None:
    laptop.commission()
    laptop.sync()
    field.site.tick(60)
    laptop.take_pack()
    laptop.desk().act(
        Replace(
            installed=field.installed(102),
            removed=Removed(displays=(field.display(2),), reason="burnt"),
            watch_s=0,
        )
    )
    gone = Removed(displays=(field.display(2),), reason="demolished")
    field.desk(laptop.port).act(Retire(point="b2-elec", removed=gone, remarks=Remarks()))
    (row,) = laptop.sync().review
    assert "b2-elec" in row.reason
    refuse(field.desk(laptop.port), str(row.command)[:8], by=PERSON, reason="it is gone")
    laptop.sync()
    assert [each.state for each in laptop.home.commands()] == [APPLIED, REFUSED]
    assert laptop.desk().meter("b2-elec").serial == "S-2"  # type: ignore[union-attr]


@pytest.mark.slow
def test_what_follows_at_a_point_in_review_waits_behind_it(laptop: Laptop, field: Field) -> None:
    laptop.commission(serial="S-other")
    field.technician(laptop.port).commission(field.installed(2), NEW, watch_s=0)
    field.site.tick(60)
    gone = Removed(displays=(field.display(2),), reason="?")
    laptop.desk().act(Retire(point="b2-elec", removed=gone, remarks=Remarks()))
    reasons = [row.reason for row in laptop.sync().review]
    assert len(reasons) == 2 and "Command 1 of the same point" in reasons[1]
    assert field.meter().serial == "S-2"


@pytest.mark.slow
def test_an_act_of_a_clock_that_ran_ahead_is_accepted_at_its_true_time(
    laptop: Laptop, field: Field
) -> None:
    true = field.site.clock.now()
    ahead = ManualClock(true + timedelta(days=3))
    desk = LaptopDesk(
        laptop.home, clock=ahead, environment={}, pause=field.site.tick, offset=timedelta()
    )
    desk.confirm_time()
    installed = field.installed(2)
    desk.act(Commission(installed=installed, new=NEW, watch_s=0))
    (row,) = laptop.sync().review
    assert "its clock was wrong" in row.reason
    field.site.tick(3600)
    accept(field.desk(laptop.port), str(row.command), by=PERSON, reason="watch", at=true)
    since = field.meter().since
    assert since is not None and true <= since < true + timedelta(minutes=1)


@pytest.mark.slow
def test_an_outbox_restored_from_a_copy_waits_for_a_person(
    laptop: Laptop, field: Field, tmp_path: Path
) -> None:
    laptop.commission()
    laptop.sync()
    copy = LaptopHome(tmp_path / "copy")
    copy.unpack(laptop.home.pack_file)
    copy.remember("laptop", str(laptop.home.laptop))
    field.site.tick(60)
    other = replace(laptop, home=copy)
    other.commission(point="b5-elec", unit=5)
    (row,) = other.sync().review
    assert "restored from a copy" in row.reason
    copy.close()


@pytest.mark.slow
def test_two_laptops_with_one_pack_do_not_share_channel_numbers(
    laptop: Laptop, field: Field, tmp_path: Path
) -> None:
    second = LaptopHome(tmp_path / "second")
    second.unpack(laptop.home.pack_file)
    other = replace(laptop, home=second)
    laptop.commission()
    other.commission(point="b5-elec", unit=5)
    assert laptop.sync().applied == 1
    (row,) = other.sync().review
    assert "used on another laptop first" in row.reason
    second.close()


@pytest.mark.slow
def test_a_bundle_that_was_changed_on_its_way_is_refused(laptop: Laptop, field: Field) -> None:
    laptop.commission()
    file = laptop.write_bundle(key=bytes(32))
    with pytest.raises(LaptopFileError, match="seal"):
        take_bundle(field.desk(laptop.port), file)
    assert review_list(field.desk(laptop.port), every=True) == []


def test_readings_of_a_point_in_review_wait_on_the_laptop(laptop: Laptop, field: Field) -> None:
    laptop.commission()
    laptop.log(minutes=5)
    other = field.installed(5, point="b5-elec", serial="S-2")
    field.technician(laptop.port).commission(other, NEW, watch_s=0)
    done = laptop.sync()
    assert (len(done.review), done.readings, done.readings_held) == (1, 0, 5 * 2)
    refuse(field.desk(laptop.port), str(done.review[0].command), by=PERSON, reason="wrong plate")
    after = laptop.sync()
    assert (after.readings, after.readings_held) == (5 * 2, 0)
    assert laptop.sync().readings == 0


@pytest.mark.slow
def test_channel_numbers_of_a_refused_point_are_never_given_again(
    laptop: Laptop, field: Field
) -> None:
    laptop.commission(serial="S-other")
    field.technician(laptop.port).commission(field.installed(2), NEW, watch_s=0)
    (row,) = laptop.sync().review
    refuse(field.desk(laptop.port), str(row.command), by=PERSON, reason="wrong plate")
    laptop.sync()
    field.site.tick(60)
    first = laptop.home.next_number(laptop.home.pack().id)
    laptop.commission(point="b5-elec", unit=5)
    meter = laptop.desk().meter("b5-elec")
    assert meter is not None
    assert [c["number"] for c in meter.channels] == [first, first + 1]
    assert laptop.sync().applied == 1


@pytest.mark.slow
def test_readings_behind_an_act_prove_nothing_when_it_is_done_again(
    laptop: Laptop, field: Field
) -> None:
    laptop.commission()
    laptop.log(minutes=3)
    laptop.sync()
    desk = field.desk(laptop.port)
    number = field.meter().channels[0]["number"]
    last, _ = desk.newest([number])[number]
    then = last - timedelta(seconds=90)
    replay = ReplayDesk(desk, PERSON, then, Tape(), first_number=None, numbers=None)
    at, _ = replay.newest([number])[number]
    assert at == last - timedelta(minutes=2)
    assert desk.newest([number])[number][0] == last


def test_a_server_killed_between_act_and_ledger_does_nothing_twice(
    laptop: Laptop, field: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    laptop.commission()
    with monkeypatch.context() as killed:
        killed.setattr("processes.laptop_sync.keep_command", _killed)
        with pytest.raises(KeyboardInterrupt):
            take_bundle(field.desk(laptop.port), laptop.write_bundle())
    position = field.position()
    done = laptop.sync()
    assert (done.applied, done.review, field.position()) == (1, (), position)
    acts = acts_of(field.site.application("metering"), field.site.site.key, "b2-elec")
    assert len(acts) == 1


def _killed(*_: object) -> None:
    raise KeyboardInterrupt
