"""The demo sites as values: what they play, bill and start."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from energy.base.errors import ConfigError, RefusedError
from processes.demo_site import CAMBRIDGE_FILE, AirportDemo, Cambridge, demo_site

NOW = datetime(2026, 11, 22, 7, 13, 25, tzinfo=UTC)


def test_the_campus_plays_january_in_one_go_and_lives_from_last_month_on() -> None:
    campus = Cambridge()
    once, live = campus.once(None), campus.live(NOW)
    assert (once.first, once.last) == ("2019-01-01T00:00:00+00:00", "2019-02-01T00:00:00+00:00")
    assert campus.days_billed(once) == (date(2019, 1, 1), date(2019, 1, 31))
    assert (live.first, live.last) == ("2026-09-30T23:00:00+00:00", "2026-11-22T07:00:00+00:00")
    assert campus.days_billed(live) == (date(2026, 10, 1), date(2026, 10, 31))
    assert live.shift_weeks == 52 * 7


def test_an_airport_plays_a_day_in_one_go_and_bills_it() -> None:
    airport = AirportDemo(meters=300)
    play = airport.once(None)
    assert (play.first, play.last) == ("2025-07-14T16:00:00+00:00", "2025-07-15T16:00:00+00:00")
    assert airport.days_billed(play) == (date(2025, 7, 15), date(2025, 7, 15))
    assert (play.slot_s, play.gateways) == (900, 11)


@pytest.mark.parametrize(("meters", "first", "days"), [(300, 7, 15), (800, 14, 8), (5000, 21, 1)])
def test_an_airport_lives_on_after_some_whole_days(meters: int, first: int, days: int) -> None:
    airport = AirportDemo(meters=meters, faults="some", interval_s=10)
    play = airport.live(NOW)
    assert play.first == f"2026-11-{first - 1:02d}T16:00:00+00:00"
    assert play.last == "2026-11-22T07:00:00+00:00"
    begun, ended = airport.days_billed(play)
    assert (begun, (ended - begun).days + 1) == (date(2026, 11, first), days)
    assert demo_site(play) == airport


@pytest.mark.parametrize("days", [0, 400])
def test_days_that_nobody_recorded_are_refused(days: int) -> None:
    for demo in (Cambridge(), AirportDemo(meters=30)):
        with pytest.raises(RefusedError, match="play 1 to"):
            demo.once(days)


def test_a_site_file_is_shipped_or_written_with_its_profiles(tmp_path: Path) -> None:
    campus, airport = Cambridge(), AirportDemo(meters=30)
    assert campus.site_file(campus.once(1), tmp_path) == CAMBRIDGE_FILE
    assert not list(tmp_path.iterdir())
    written = airport.site_file(airport.once(1), tmp_path)
    assert written == tmp_path / "site" / "site.toml"
    assert written.exists()
    assert (tmp_path / "profiles" / "airport_heat.toml").exists()


def test_the_words_of_a_simulator_say_all_it_must_know(tmp_path: Path) -> None:
    airport = AirportDemo(meters=30, seed=4, faults="many")
    words = airport.simulator(airport.live(NOW), tmp_path)
    assert words[0] == "simulator.airport"
    said = dict(zip(words[1:-1:2], words[2:-1:2], strict=True))
    assert (said["--meters"], said["--seed"], said["--faults"]) == ("30", "4", "many")
    assert said["--data-dir"] == str(tmp_path)
    assert words[-1] == "--then-live"


def test_a_site_that_is_no_demo_is_refused() -> None:
    play = AirportDemo(meters=30).once(1)
    with pytest.raises(ConfigError, match="no demo site"):
        demo_site(type(play)(**{**{f: getattr(play, f) for f in play.__slots__}, "site": "x"}))
