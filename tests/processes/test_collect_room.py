from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pytest
from structlog.testing import capture_logs

from adapters.spool import Spool
from adapters.spool_thinning import Rung, Thinned
from energy.base.clock import to_us
from energy.base.quality import Quality
from energy.metering.codec import decode
from energy.metering.reading import ReadingColumns
from processes.collect_room import GOOD_AT, RoomKeeper, hour_shift_s, room_of
from tests.adapters.test_spool import CLOCK, START

CHANNELS = 20
KINDS = {n: "gauge" if n % 2 else "counter" for n in range(1, CHANNELS + 1)}


def slots(first: int, many: int, rng: np.random.Generator) -> ReadingColumns:
    """Return some minutes of every channel."""
    minute = np.repeat(np.arange(first, first + many, dtype=np.int64), CHANNELS)
    channel = np.tile(np.arange(1, CHANNELS + 1, dtype=np.int32), many)
    count = np.where(channel % 2 == 1, rng.integers(0, 10**6, len(minute)), 7 * minute)
    return ReadingColumns(
        channel=channel,
        at_us=to_us(START) + 60_000_000 * minute,
        count=count,
        quality=np.full(len(minute), Quality.MEASURED, dtype=np.uint8),
    )


def test_a_disk_that_others_have_filled_counts_once_the_spool_is_worth_it() -> None:
    assert room_of(50, 100, 0).level == 0.5
    assert room_of(90_000_000, 0, 10_000_000).level == 0.9
    assert room_of(1_000, 0, 0).level == 0.0


def test_weeks_without_a_database_stay_within_the_bound_and_no_counter_loses_its_total(
    tmp_path: Path,
) -> None:
    spool = Spool(tmp_path / "spool.sqlite", CLOCK, bound=600_000)
    keeper = RoomKeeper(spool, tmp_path, KINDS)
    rng = np.random.default_rng(3)
    most, minutes = 0.0, 9_000
    for first in range(0, minutes, 250):
        spool.append("bus", slots(first, 250, rng))
        spool.seal(least=5_000)
        keeper.keep()
        most = max(most, keeper.room.level)
    assert most < 1.0
    assert keeper.thinned > 0
    assert keeper.room.level <= 1.0
    spool.seal()
    readings = [r for batch in spool.pending(10_000) for r in decode(batch.payload)]
    counters = {n: [r.count for r in readings if r.channel == n] for n in KINDS if n % 2 == 0}
    assert {(min(counts), max(counts)) for counts in counters.values()} == {(0, 7 * (minutes - 1))}
    told = spool.notes()
    gone = sum(each.proof["readings"] for each in told)
    assert gone == keeper.thinned
    assert len(readings) + gone == minutes * CHANNELS, "every reading is there or told of"
    spool.close()


def test_a_spool_with_room_is_left_alone(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.sqlite", CLOCK, bound=10_000_000)
    keeper = RoomKeeper(spool, tmp_path, KINDS)
    spool.append("bus", slots(0, 1, np.random.default_rng(0)))
    keeper.keep()
    assert keeper.thinned == 0
    assert keeper.room.level < GOOD_AT
    assert keeper.complaints() == []
    spool.close()


@pytest.mark.parametrize(
    ("zone", "shift_s"),
    [
        ("Europe/London", 0),
        ("Asia/Shanghai", 0),
        ("Asia/Kolkata", 1800),
        ("Asia/Kathmandu", 2700),
        ("America/St_Johns", 1800),
        ("Australia/Lord_Howe", 0),
        ("", 0),
    ],
)
def test_the_hours_of_a_site_are_those_of_its_zone(zone: str, shift_s: int) -> None:
    assert hour_shift_s(zone) == shift_s


class Full(Spool):
    """A spool that is full and notes how it is thinned."""

    asked: ClassVar[list[Rung]] = []

    def backlog(self) -> Any:
        return SimpleNamespace(used=99, bound=100)

    def thin(self, rung: Rung, kinds: Mapping[int, str]) -> Thinned:
        self.asked.append(rung)
        return Thinned(batches=0, readings=0)


def test_counters_are_thinned_to_the_hours_of_the_site(tmp_path: Path) -> None:
    spool = Full(tmp_path / "spool.sqlite", CLOCK)
    keeper = RoomKeeper(spool, tmp_path, KINDS)
    keeper.zone = "Asia/Kolkata"
    keeper.keep()
    assert {(rung.number, rung.shift_s) for rung in spool.asked} == {
        (number, 1800) for number in (1, 2, 3, 4)
    }
    spool.close()


WRONG_ZONES = ["America/Coyhaique_2", "America", "../America", "a\0b", "é\udce9"]


@pytest.mark.parametrize("zone", WRONG_ZONES)
def test_a_zone_that_this_machine_does_not_know_is_told_once_and_thinning_goes_on(
    tmp_path: Path, zone: str
) -> None:
    spool = Full(tmp_path / "spool.sqlite", CLOCK)
    spool.asked.clear()
    keeper = RoomKeeper(spool, tmp_path, KINDS)
    with capture_logs() as told:
        keeper.zone = zone
        keeper.keep()
        keeper.keep()
    unknown = [each for each in told if each["event"] == "room.zone_unknown"]
    assert [each["zone"] for each in unknown] == [zone]
    assert "time zones" in unknown[0]["next_step"]
    assert {rung.shift_s for rung in spool.asked} == {0}
    spool.close()


class Broken(Full):
    """A spool that fails in a way nobody thought of, then is right again."""

    looks: ClassVar[list[int]] = []

    def backlog(self) -> Any:
        self.looks.append(len(self.looks))
        if len(self.looks) < 3:
            raise ZeroDivisionError
        return SimpleNamespace(used=1, bound=100)


def test_the_room_is_looked_after_whatever_one_look_met(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("processes.collect_room.LOOK_S", 0.001)
    spool = Broken(tmp_path / "spool.sqlite", CLOCK)
    beats: list[int] = []
    beaten = threading.Event()

    def beat() -> None:
        beats.append(len(beats))
        if len(beats) < 3:
            raise RuntimeError
        if len(spool.looks) > 3:
            beaten.set()

    keeper = RoomKeeper(spool, tmp_path, KINDS, each_look=beat)
    with capture_logs() as told:
        keeper.start()
        assert beaten.wait(60), "the thread still looks and the heart still beats"
        keeper.finish()
    assert keeper.room.used == 1
    wrong = [each["cause"] for each in told if each["event"] == "room.look_failed"]
    assert wrong == ["RuntimeError()", "ZeroDivisionError()"], "the same is told once"
    spool.close()
