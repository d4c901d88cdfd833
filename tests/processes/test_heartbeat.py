from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from energy.base.clock import ManualClock, to_us
from energy.metering.note import Note
from processes.heartbeat import DOWN, Heartbeat

START = datetime(2019, 1, 1, tzinfo=UTC)


def test_the_time_without_a_collector_is_told_at_the_next_start(tmp_path: Path) -> None:
    clock, told = ManualClock(START), list[Note]()
    first = Heartbeat(tmp_path, clock)
    first.begin(told.extend)
    for minute in range(1, 10):
        clock.move_to(START + timedelta(minutes=minute))
        first.beat()
    clock.move_to(START + timedelta(minutes=9, seconds=90))
    Heartbeat(tmp_path, clock).begin(told.extend)
    assert told == [], "a restart is not worth a finding"
    clock.move_to(START + timedelta(hours=3))
    Heartbeat(tmp_path, clock).begin(told.extend)
    (down,) = told
    assert down.code == DOWN
    assert down.first_us == to_us(START + timedelta(minutes=9, seconds=90))
    assert down.last_us == to_us(START + timedelta(hours=3))


def test_a_collector_that_plays_the_past_has_not_begun(tmp_path: Path) -> None:
    clock, told = ManualClock(START), list[Note]()
    Heartbeat(tmp_path, clock).beat()
    clock.move_to(START + timedelta(days=1))
    Heartbeat(tmp_path, clock).begin(told.extend)
    assert told == []
