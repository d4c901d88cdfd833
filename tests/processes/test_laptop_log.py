"""A laptop offline for a week, killed again and again: no reading lost, none doubled."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from random import Random  # noqa: TID251 - seeded here
from typing import IO

import pytest

from adapters.spool import Spool
from energy.base.clock import Clock, from_us, to_us, wait
from energy.metering.codec import decode
from processes.collect_slots import slot_of
from processes.collector_plan import CollectPlan
from processes.laptop_bundle import gather, laptop_spool, take_receipt, write_bundle
from processes.laptop_desk import LaptopDesk
from processes.laptop_file import FileKind, write_value
from processes.laptop_home import HomeError, LaptopHome
from processes.laptop_log import LaptopLog, LogError
from processes.laptop_pack import pack_fields
from processes.laptop_pack_make import make_pack
from processes.laptop_sync import Synced, take_bundle
from processes.technician_acts import Commission
from processes.technician_values import NewPoint
from tests.fixtures.field import Field

pytestmark = pytest.mark.servers
ROOT = Path(__file__).parents[2]
NEW = NewPoint(name="Building 2, electricity", place="b2", utility="electricity")
WEEK = timedelta(days=7)


class Logger:
    """A child process that logs; it may be killed at any moment."""

    def __init__(self, home: LaptopHome, every_s: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.fixtures.laptop_logger", str(home.folder), str(every_s)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.safe = datetime.fromtimestamp(int(self._heard().split()[1]), tz=from_us(0).tzinfo)

    def begin(self, slot: datetime) -> None:
        """Let it poll a slot, and do not wait."""
        pipe = self._pipe(self._process.stdin)
        pipe.write(f"{to_us(slot)}\n")
        pipe.flush()

    def poll(self, slot: datetime) -> None:
        """Let it poll a slot; return once it is stored."""
        self.begin(slot)
        assert self._heard() == "done"

    def kill(self) -> None:
        """Kill it, whatever it is at."""
        self._process.kill()
        self._end()

    def finish(self) -> None:
        """Let it end."""
        self._pipe(self._process.stdin).close()
        assert self._process.wait(20) == 0
        self._end()

    def _heard(self) -> str:
        return self._pipe(self._process.stdout).readline().strip()

    def _end(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(BrokenPipeError):
                self._pipe(pipe).close()
        self._process.wait(20)

    @staticmethod
    def _pipe(pipe: IO[str] | None) -> IO[str]:
        assert pipe is not None
        return pipe


@contextmanager
def laptop_of(field: Field, port: int, folder: Path) -> Iterator[LaptopHome]:
    """Give a laptop that has commissioned a meter offline."""
    home = LaptopHome(folder)
    file = folder.with_suffix(".pack")
    write_value(file, FileKind.PACK, pack_fields(make_pack(field.desk(port), made_for="Li Wei")))
    home.unpack(file)
    clock, zone = field.site.clock, field.site.site.zone
    desk = LaptopDesk(
        home,
        clock=clock,
        environment={},
        pause=field.site.tick,
        offset=clock.now().astimezone(zone).utcoffset(),
    )
    desk.act(Commission(installed=field.installed(2), new=NEW, watch_s=0))
    yield home
    home.close()


def _synced(field: Field, port: int, home: LaptopHome, *, receipt: bool = True) -> Synced:
    """Carry a bundle to the server; the receipt may get lost on its way back."""
    file = home.folder.with_suffix(".bundle")
    write_bundle(file, gather(home, field.site.clock), home.pack().key)
    done = take_bundle(field.desk(port), file)
    if receipt:
        take_receipt(home, done.receipt, field.site.clock)
    return done


def _week(
    field: Field, port: int, home: LaptopHome, *, every_s: int, kills: int, syncs: int
) -> list[datetime]:
    """Log a week with kills in the middle of slots; return its slots."""
    step, begin = timedelta(seconds=every_s), field.site.clock.now()
    first = slot_of(begin, every_s) + step
    slots = [first + n * step for n in range(WEEK // step)]
    chance = Random(20_261_122)
    killed = set(chance.sample(range(len(slots)), kills))
    synced = set(chance.sample(range(len(slots)), syncs))
    logger = Logger(home, every_s)
    for n, slot in enumerate(slots):
        field.site.clock.move_to(slot)
        if n in killed:
            logger.begin(slot)
            wait(chance.random() * 0.02)  # as far as it comes
            logger.kill()
            logger = Logger(home, every_s)
        if slot > logger.safe:
            logger.poll(slot)
        if n in synced:
            logger.finish()
            _synced(field, port, home, receipt=chance.random() < 0.5)
            logger = Logger(home, every_s)
    logger.finish()
    return slots


def _judge(field: Field, slots: list[datetime]) -> None:
    """Hold every reading of the journal against the registers, one by one."""
    meter = field.meter()
    counter = next(c["number"] for c in meter.channels if c["kind"] == "counter")
    with field.site.writer.connection() as connection:
        rows = connection.execute(
            f"SELECT at, count FROM {field.site.site.schema}.reading "
            "WHERE channel = %s AND at > %s ORDER BY at",
            (counter, meter.since),
        ).fetchall()
    register = field.meters[2].register
    assert rows == [(slot, register.shown_count(to_us(slot))) for slot in slots]


def test_a_receipt_that_is_lost_costs_no_reading_and_doubles_none(
    field: Field, port: int, tmp_path: Path
) -> None:
    with laptop_of(field, port, tmp_path / "laptop") as home:
        clock, slots = field.site.clock, list[datetime]()
        with laptop_spool(home, clock) as spool:
            logging = LaptopLog(_plan(home, clock), spool, clock, every_s=60)
            for _ in range(5):
                slots.append(slot_of(clock.now(), 60) + timedelta(minutes=1))
                clock.move_to(slots[-1])
                logging.poll(slots[-1])
            logging.close()
        lost, again = _synced(field, port, home, receipt=False), _synced(field, port, home)
        assert (lost.readings, again.readings, again.readings_repeated) == (10, 0, 10)
        assert _synced(field, port, home).readings_repeated == 0
    _judge(field, slots)


@pytest.mark.slow
def test_a_week_offline_with_kills_loses_and_doubles_nothing(
    field: Field, port: int, tmp_path: Path
) -> None:
    with laptop_of(field, port, tmp_path / "laptop") as home:
        slots = _week(field, port, home, every_s=14_400, kills=1, syncs=0)
        lost_receipt = _synced(field, port, home, receipt=False)
        again = _synced(field, port, home)
        assert lost_receipt.readings == again.readings_repeated == 2 * len(slots)
        assert again.readings == 0
        assert _synced(field, port, home).readings_repeated == 0
    _judge(field, slots)


def test_a_log_begun_between_two_slots_dates_its_readings_when_they_were_read(
    field: Field, port: int, tmp_path: Path
) -> None:
    with laptop_of(field, port, tmp_path / "laptop") as home:
        clock = field.site.clock
        clock.move_to(slot_of(clock.now(), 3600) + timedelta(minutes=100))
        spool = Spool(home.spool_file, clock)
        logging = LaptopLog(_plan(home, clock), spool, clock, every_s=3600)
        logging.poll(slot_of(clock.now(), 3600))
        logging.close()
        spool.seal()
        (batch,) = spool.pending()
        assert set(decode(batch.payload).at_us.tolist()) == {to_us(clock.now())}
        spool.close()


def test_a_log_says_that_the_clock_was_set_back_instead_of_waiting_for_its_newest_slot(
    field: Field, port: int, tmp_path: Path
) -> None:
    with laptop_of(field, port, tmp_path / "laptop") as home:
        clock = field.site.clock
        spool = Spool(home.spool_file, clock)
        spool.append_many([], safe_slot=clock.now() + timedelta(days=365))
        logging = LaptopLog(_plan(home, clock), spool, clock, every_s=60)
        with pytest.raises(LogError, match="set back"):
            logging.run(threading.Event())
        logging.close()
        spool.close()


def test_a_log_ends_where_another_window_has_changed_the_plan(
    field: Field, port: int, tmp_path: Path
) -> None:
    with laptop_of(field, port, tmp_path / "laptop") as home:
        spool = Spool(home.spool_file, field.site.clock)
        logging = LaptopLog(_plan(home, field.site.clock), spool, field.site.clock, every_s=60)
        assert logging.run(threading.Event(), stale=lambda: logging.logged.slots == 1).slots == 1
        logging.close()
        spool.close()


def test_a_sync_beside_a_log_names_the_other_window(
    field: Field, port: int, tmp_path: Path
) -> None:
    with laptop_of(field, port, tmp_path / "laptop") as home:
        with laptop_spool(home, field.site.clock), pytest.raises(HomeError, match="Another window"):
            gather(home, field.site.clock)
        assert len(gather(home, field.site.clock).commands) == 1


def _plan(home: LaptopHome, clock: Clock) -> CollectPlan:
    return LaptopDesk(home, clock=clock, environment={}, pause=lambda _: None).plan()


@pytest.mark.slow
def test_a_week_every_five_minutes_with_forty_kills_and_syncs_on_the_way(
    field: Field, port: int, tmp_path: Path
) -> None:
    with laptop_of(field, port, tmp_path / "laptop") as home:
        slots = _week(field, port, home, every_s=300, kills=40, syncs=6)
        _synced(field, port, home)
        _synced(field, port, home)
    _judge(field, slots)
