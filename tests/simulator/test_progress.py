"""The slots of a play and the durable record of what was answered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from energy.base.clock import to_us
from energy.base.errors import ConfigError
from simulator.progress import PlayWindow, Progress

FIRST = datetime(2019, 1, 1, tzinfo=UTC)
WINDOW = PlayWindow(first=FIRST, last=FIRST + timedelta(hours=1), slot_s=900)
CHANNELS = [("a", "active_energy_import"), ("a", "active_power"), ("b", "volume")]


def minutes(count: int) -> datetime:
    return FIRST + timedelta(minutes=count)


def test_both_boundaries_are_slots() -> None:
    assert WINDOW.slots == 5
    assert WINDOW.index_of(to_us(FIRST)) == 0
    assert WINDOW.index_of(to_us(minutes(60))) == 4


@pytest.mark.parametrize("at", [minutes(-15), minutes(7), minutes(75)])
def test_an_instant_outside_the_slots_is_none(at: datetime) -> None:
    assert WINDOW.index_of(to_us(at)) is None


@pytest.mark.parametrize(
    ("safe", "following"),
    [
        (None, minutes(0)),
        (minutes(-600), minutes(0)),
        (minutes(0), minutes(15)),
        (minutes(20), minutes(30)),
        (minutes(45), minutes(60)),
        (minutes(60), None),
        (minutes(600), None),
    ],
)
def test_the_slot_after_the_safe_one(safe: datetime | None, following: datetime | None) -> None:
    assert WINDOW.after(safe) == following


def test_a_window_of_no_whole_slots_is_refused() -> None:
    with pytest.raises(ConfigError, match="no whole number of slots"):
        PlayWindow(first=FIRST, last=minutes(7), slot_s=900)
    with pytest.raises(ConfigError, match="with their zones"):
        PlayWindow(first=FIRST, last=minutes(-15), slot_s=900)
    with pytest.raises(ConfigError, match="with their zones"):
        PlayWindow(first=FIRST.replace(tzinfo=None), last=minutes(15), slot_s=900)


def test_a_channel_answered_twice_at_a_slot_counts_once(tmp_path: Path) -> None:
    progress = Progress(tmp_path / "p", WINDOW, CHANNELS, shift_weeks=0)
    for _ in range(2):
        progress.mark("a", "active_power", to_us(minutes(15)))
    progress.mark("b", "volume", to_us(minutes(15)))
    progress.mark("b", "volume", to_us(minutes(60)))
    progress.mark("b", "volume", to_us(minutes(61)))  # live already
    assert progress.readings_sent() == 3


def test_what_was_marked_is_there_without_a_clean_end(tmp_path: Path) -> None:
    killed = Progress(tmp_path / "p", WINDOW, CHANNELS, shift_weeks=0)
    killed.mark("a", "active_power", to_us(minutes(0)))
    again = Progress(tmp_path / "p", WINDOW, CHANNELS, shift_weeks=0)
    assert again.readings_sent() == 1
    again.mark("b", "volume", to_us(minutes(60)))
    assert again.readings_sent() == 2


def test_every_slot_and_channel_has_its_own_place(tmp_path: Path) -> None:
    progress = Progress(tmp_path / "p", WINDOW, CHANNELS, shift_weeks=0)
    for slot in range(WINDOW.slots):
        for channel in CHANNELS:
            progress.mark(*channel, to_us(minutes(15 * slot)))
    assert progress.readings_sent() == WINDOW.slots * len(CHANNELS)


@pytest.mark.parametrize(
    ("window", "channels", "shift_weeks"),
    [
        (PlayWindow(first=FIRST, last=minutes(45), slot_s=900), CHANNELS, 0),
        (WINDOW, CHANNELS[:2], 0),
        (WINDOW, CHANNELS, 52),
    ],
)
def test_another_play_in_the_same_folder_is_refused(
    tmp_path: Path, window: PlayWindow, channels: list[tuple[str, str]], shift_weeks: int
) -> None:
    Progress(tmp_path / "p", WINDOW, CHANNELS, shift_weeks=0).close()
    with pytest.raises(ConfigError, match="another window, shift or set of meters"):
        Progress(tmp_path / "p", window, channels, shift_weeks=shift_weeks)
