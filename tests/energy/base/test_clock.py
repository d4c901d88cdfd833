"""Clocks: exact to the microsecond, shared by a file, never backwards."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.base.clock import (
    ManualClock,
    PlayClock,
    SystemClock,
    clock_from_environment,
    from_us,
    monotonic_s,
    to_us,
    wait,
)
from tests.examples import tried

AT = datetime(2019, 3, 31, 1, 0, 0, 1, tzinfo=UTC)


@tried(30)
@given(st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.timezones()))  # noqa: DTZ001 - naive on purpose
def test_microseconds_and_instants_are_the_same(at: datetime) -> None:
    assert from_us(to_us(at)) == at
    assert from_us(to_us(at)).tzinfo is UTC


def test_naive_instant_is_a_bug() -> None:
    with pytest.raises(AssertionError):
        to_us(datetime(2019, 1, 1))  # noqa: DTZ001 - naive on purpose


def test_two_processes_see_one_play_clock(tmp_path: Path) -> None:
    path = tmp_path / "play" / "clock"
    one, other = PlayClock(path), PlayClock(path)
    assert one.live
    assert abs(one.now() - SystemClock().now()) < timedelta(seconds=5)
    one.move_to(AT)
    assert not other.live
    assert other.now() == AT
    other.move_to(None)
    assert one.live


def test_play_clock_stands_where_it_stood_after_a_restart(tmp_path: Path) -> None:
    PlayClock(tmp_path / "clock").move_to(AT)
    assert PlayClock(tmp_path / "clock").now() == AT


def test_clock_of_a_process_is_named_by_its_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("METERLINE_PLAY_CLOCK", raising=False)
    assert isinstance(clock_from_environment(), SystemClock)
    monkeypatch.setenv("METERLINE_PLAY_CLOCK", str(tmp_path / "clock"))
    assert isinstance(clock_from_environment(), PlayClock)


def test_manual_clock_does_not_run_backwards() -> None:
    clock = ManualClock(AT)
    clock.move_to(AT)
    with pytest.raises(AssertionError, match="backwards"):
        clock.move_to(AT - timedelta(microseconds=1))


def test_waiting_ends_when_asked_to_stop() -> None:
    stop = threading.Event()
    stop.set()
    began_s = monotonic_s()
    assert wait(60, stop)
    assert not wait(0)
    assert monotonic_s() - began_s < 5
