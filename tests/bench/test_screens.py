"""The crowd before the screens: a small one sees no error, and what it saw is counted right."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench.screens.command import load, row_of, rows_of
from bench.screens.http import LOST, Reply
from bench.screens.served import served, tickets
from bench.screens.viewers import ADDRESSES, Crowd, Seen
from bench.screens.walls import ages_of
from bench.screens.year import is_made, make_year
from energy.base.config import Config

SMOKE_S = 5.0


@pytest.mark.servers
def test_a_small_crowd_before_the_real_web_process_sees_no_error(tmp_path: Path) -> None:
    config = Config(data_dir=tmp_path, web_port=18_350)
    make_year(config, meters=30, days=2, bills=0, say=lambda _what: None)
    assert is_made(tmp_path)
    with served(config, live=False) as place:
        crowd = Crowd(
            url=place.url,
            tickets=tickets(config, 10),
            seconds=SMOKE_S,
            refresh_s=1.0,
            always=True,
        )
        found = load(place, crowd)
    assert found.errors == {}
    seen = {row.name: row.requests for row in found.rows}
    assert {"news", "alerts", "overview", "wall", "load span=month", "health"} <= seen.keys()
    assert seen["all"] >= SMOKE_S * len(crowd.tickets)
    assert found.cpu_ms["web"] > 0


def test_an_error_is_counted_and_takes_no_part_in_the_times() -> None:
    seen = Seen(counting=True)
    for status, seconds in ((200, 0.1), (500, 9.0), (LOST, 9.0), (204, 0.3)):
        seen.note("news", Reply(status=status, body=b"12", seconds=seconds))
    assert seen.errors == {"news 500": 1, "news 0": 1}
    polls, all_ = rows_of(seen)[1:]
    assert (polls.name, all_.name) == ("all polls", "all")
    assert all_ == replace(polls, name="all")
    assert (all_.requests, all_.p50_ms, all_.worst_ms) == (2, 200.0, 300.0)


def test_what_came_before_the_counting_is_no_time() -> None:
    seen = Seen()
    seen.note("open load", Reply(status=200, body=b"", seconds=1.0))
    assert rows_of(seen) == []


def test_a_row_has_the_mean_size_of_its_answers() -> None:
    assert row_of("news", [0.1, 0.2], 4096).kib == 2.0


def test_every_page_of_a_viewer_has_an_address() -> None:
    assert set(ADDRESSES) == {"overview", "wall", "load"}


def test_a_reading_is_as_old_as_when_a_wall_that_could_know_it_had_drawn() -> None:
    seen = [(100.0, 90.0), (112.0, 110.0), (122.0, 120.0)]  # the first was there before
    asked_too_early, asked_then, asked_late = (111e3, 112e3), (113e3, 114e3), (129e3, 131e3)
    one, other = [asked_too_early, asked_then, asked_late], [asked_late]
    found = ages_of(seen, [one, other])
    assert (found.walls, found.readings) == (2, 4)  # 4 and 11 s, then 21 and 11 s
    assert (found.p50_s, found.worst_s, found.visible_p95_s) == (11.0, 21.0, 2.0)


def test_walls_without_a_reading_say_so() -> None:
    with pytest.raises(ValueError, match="No reading came"):
        ages_of([(100.0, 90.0)], [[(101e3, 102e3)]])
