"""In: what is to be played. Out: a demo site: its site file, simulator, days, bills. I/O: a file.

A demo site is a value: `scripts/up` knows no site by name. Cambridge replays recorded meters; the
airport is computed, as large as asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from energy.base.errors import ConfigError, RefusedError
from energy.base.period import local_day, midnight
from processes.play_spec import AIRPORT, CAMBRIDGE, PlaySpec
from simulator.airport.design import airport_of
from simulator.airport.figures import ZONE
from simulator.airport.site_file import write_profiles, write_site

CAMBRIDGE_FILE = Path(__file__).parent.parent / "simulator" / "sites" / "cambridge" / "site.toml"
MODBUS_PORT, AIRPORT_MODBUS_PORT, MQTT_PORT = 15020, 15100, 18830
_QUARTER_S, _HOUR_S = 900, 3600
_RECORDED_YEAR = 2019
_AIRPORT_DAY = date(2025, 7, 15)
"""A Tuesday in July: chillers, sun, full terminals."""
_AIRPORT_QUARTERS = 1000
"""Metering points up to which a play in one go has slots of a quarter of an hour."""
_AIRPORT_HISTORY = ((400, 15), (1000, 8), (5000, 1))
"""Metering points up to which the history before a life has so many days."""


class DemoSite(Protocol):
    """What `scripts/up` needs to know of a site."""

    @property
    def key(self) -> str:
        """Key of the site."""

    @property
    def folder(self) -> str:
        """Folder below the data directory for its life."""

    @property
    def folder_once(self) -> str:
        """Folder below the data directory for its play in one go."""

    def once(self, days: int | None) -> PlaySpec:
        """Return the play of some days in one go. Raises RefusedError: too many days."""

    def live(self, now: datetime) -> PlaySpec:
        """Return the history to play before the present, and the life after it."""

    def days_billed(self, play: PlaySpec) -> tuple[date, date]:
        """Return the first and last local day to bill of a play that is over."""

    def site_file(self, play: PlaySpec, directory: Path) -> Path:
        """Return its site file, written first if it is generated."""

    def simulator(self, play: PlaySpec, directory: Path) -> list[str]:
        """Return the module and words that start its meters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cambridge:
    """28 meters of a university, recorded in 2019."""

    key: str = CAMBRIDGE
    folder: str = "demo"
    folder_once: str = "once"
    _most_days: int = 363
    """The recorded year without its last days."""

    def once(self, days: int | None) -> PlaySpec:
        """Return January 2019, or so many days from its first."""
        first = datetime(_RECORDED_YEAR, 1, 1, tzinfo=UTC)
        last = first + timedelta(days=_checked_days(days, 31, self._most_days))
        return PlaySpec(
            first=first.isoformat(),
            last=last.isoformat(),
            slot_s=_QUARTER_S,
            shift_weeks=0,
            then_live=False,
            modbus_port=MODBUS_PORT,
            mqtt_port=MQTT_PORT,
        )

    def live(self, now: datetime) -> PlaySpec:
        """Return the time since the first of last month, local, by the quarter-hour."""
        first = (now.date().replace(day=1) - timedelta(days=1)).replace(day=1)
        return PlaySpec(
            first=midnight(first, ZoneInfo("Europe/London")).isoformat(),
            last=_full_hour(now).isoformat(),
            slot_s=_QUARTER_S,
            shift_weeks=52 * (now.year - _RECORDED_YEAR),
            then_live=True,
            modbus_port=MODBUS_PORT,
            mqtt_port=MQTT_PORT,
        )

    def days_billed(self, play: PlaySpec) -> tuple[date, date]:
        """Return every day of a play in one go, or last month before a life."""
        first, last = _days_of(play, ZoneInfo("Europe/London"))
        if play.then_live:
            last = (first.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        return first, last

    def site_file(self, play: PlaySpec, directory: Path) -> Path:
        """Return the shipped site file."""
        del play, directory
        return CAMBRIDGE_FILE

    def simulator(self, play: PlaySpec, directory: Path) -> list[str]:
        """Return the words of the replay."""
        own = {"--site": str(CAMBRIDGE_FILE), "--shift-weeks": str(play.shift_weeks)}
        return ["simulator", *_words(play, directory, own)]


@dataclass(frozen=True, slots=True, kw_only=True)
class AirportDemo:
    """A computed airport."""

    meters: int
    seed: int = 1
    faults: str = "none"
    interval_s: int = 60
    key: str = AIRPORT
    folder: str = AIRPORT
    folder_once: str = "airport-once"
    _most_days: int = 31

    @property
    def _slot_s(self) -> int:
        return _QUARTER_S if self.meters <= _AIRPORT_QUARTERS else _HOUR_S

    def once(self, days: int | None) -> PlaySpec:
        """Return a day of July 2025, or some from then."""
        last = _AIRPORT_DAY + timedelta(days=_checked_days(days, 1, self._most_days))
        return self._play(_AIRPORT_DAY, midnight(last, ZoneInfo(ZONE)), self._slot_s, live=False)

    def live(self, now: datetime) -> PlaySpec:
        """Return the days before the present, by the hour; fewer of a larger airport."""
        days = next(days for most, days in _AIRPORT_HISTORY if self.meters <= most)
        first = local_day(now, ZoneInfo(ZONE)) - timedelta(days=days)
        return self._play(first, _full_hour(now), _HOUR_S, live=True)

    def _play(self, first: date, last: datetime, slot_s: int, *, live: bool) -> PlaySpec:
        return PlaySpec(
            first=midnight(first, ZoneInfo(ZONE)).isoformat(),
            last=last.isoformat(),
            slot_s=slot_s,
            shift_weeks=0,
            then_live=live,
            modbus_port=AIRPORT_MODBUS_PORT,
            mqtt_port=MQTT_PORT,
            site=AIRPORT,
            meters=self.meters,
            seed=self.seed,
            faults=self.faults,
            interval_s=self.interval_s,
            gateways=len(airport_of(self.meters, self.seed).gateways),
        )

    def days_billed(self, play: PlaySpec) -> tuple[date, date]:
        """Return every whole day of the play."""
        return _days_of(play, ZoneInfo(ZONE))

    def site_file(self, play: PlaySpec, directory: Path) -> Path:
        """Write the airport's site file and own register maps into the data directory."""
        write_profiles(directory)
        airport = airport_of(play.meters, play.seed)
        return write_site(airport, directory / "site", interval_s=play.interval_s)

    def simulator(self, play: PlaySpec, directory: Path) -> list[str]:
        """Return the words of the airport."""
        own = {
            "--meters": str(play.meters),
            "--seed": str(play.seed),
            "--faults": play.faults,
        }
        return ["simulator.airport", *_words(play, directory, own)]


def demo_site(play: PlaySpec) -> DemoSite:
    """Return the demo site that a play is of.

    Raises:
        ConfigError: There is no such demo site.
    """
    if play.site == CAMBRIDGE:
        return Cambridge()
    if play.site == AIRPORT:
        return AirportDemo(
            meters=play.meters, seed=play.seed, faults=play.faults, interval_s=play.interval_s
        )
    raise ConfigError(f"There is no demo site {play.site!r}: use {CAMBRIDGE} or {AIRPORT}.")


def _words(play: PlaySpec, directory: Path, own: Mapping[str, str]) -> list[str]:
    common = {
        "--data-dir": str(directory),
        "--modbus-port": str(play.modbus_port),
        "--mqtt-port": str(play.mqtt_port),
        "--from": play.first,
        "--to": play.last,
        "--slot-s": str(play.slot_s),
    }
    words = [word for pair in {**own, **common}.items() for word in pair]
    return [*words, "--then-live"] if play.then_live else words


def _checked_days(days: int | None, default: int, most: int) -> int:
    chosen = default if days is None else days
    if not 1 <= chosen <= most:
        raise RefusedError(f"--days {chosen}: play 1 to {most} days.")
    return chosen


def _full_hour(now: datetime) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0)


def _days_of(play: PlaySpec, zone: ZoneInfo) -> tuple[date, date]:
    """Return the first local day of a play and its last whole one."""
    first, end = (datetime.fromisoformat(at).astimezone(zone) for at in (play.first, play.last))
    assert first.time() == time(0), "a play begins at local midnight"
    return first.date(), end.date() - timedelta(days=1)
