"""In: a file of service levels. Out: its versions, each holding from a local day on. Pure.

A class says how long the first response and the solution may take, whether that counts round the
clock or in the site's working hours, and whether a second person signs. What was opened under a
version keeps it: a new version changes nothing that is under way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.errors import RefusedError
from energy.base.ids import id_of
from energy.base.toml_text import NoTomlError, toml_of
from energy.metering.shares.hours_file import hours_of, overlaps
from energy.metering.shares.week_hours import WeekHours, hours_from_json, hours_to_json
from energy.metering.site_file_checker import Checker
from energy.service.work.named import (
    Named,
    key_of,
    name_of,
    named_from_json,
    named_of,
    named_to_json,
)

_LONGEST_MIN: Final = 366 * 24 * 60
_LONGEST_REOPEN: Final = 366
_TOP: Final = {"valid_from", "reopen_days", "hours", "level", "complaint", "unit"}
_OF_LEVEL: Final = {
    *("class", "name", "response_min", "resolution_min", "counting", "second_person"),
}


class ServiceLevelError(RefusedError):
    """Service levels were refused; nothing was written."""

    code = "service_level"
    PART = "why.service_level"


class Counting(StrEnum):
    """When a clock runs."""

    ROUND_THE_CLOCK = "round_the_clock"
    WORKING_HOURS = "working_hours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """What is promised of one class."""

    key: str
    name: Mapping[str, str]
    """By language."""
    response_min: int
    """Until somebody responds. [min]"""
    resolution_min: int
    """Until it is solved. [min]"""
    counting: Counting
    second_person: bool
    """Whether another person than the one who did the work signs its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelSet:
    """The service levels of a site, as one version states them."""

    levels: tuple[Level, ...]
    hours: WeekHours
    """The site's working hours."""
    reopen_days: int
    """Within how many days what was solved may be opened again. [d]"""
    complaints: tuple[Named, ...] = ()
    """Classes of complaints, with the points that a justified one gives."""
    units: tuple[Named, ...] = ()
    """Units of the company that a complaint may be against."""

    def of(self, key: str) -> Level:
        """Return the level of a class.

        Raises:
            ServiceLevelError: There is no such class.
        """
        for each in self.levels:
            if each.key == key:
                return each
        known = ", ".join(each.key for each in self.levels)
        raise ServiceLevelError.of("no_class", key=key, known=known)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values, exact."""
        return {
            "levels": [{**asdict(each), "name": dict(each.name)} for each in self.levels],
            "hours": hours_to_json(self.hours),
            "reopen_days": self.reopen_days,
            **named_to_json("complaints", self.complaints),
            **named_to_json("units", self.units),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> LevelSet:
        """Return what to_json stored."""
        return cls(
            levels=tuple(
                Level(**{**each, "counting": Counting(each["counting"])})
                for each in stored["levels"]
            ),
            hours=hours_from_json(stored["hours"]),
            reopen_days=stored["reopen_days"],
            complaints=named_from_json(stored, "complaints"),
            units=named_from_json(stored, "units"),
        )


def parse_levels(text: str) -> tuple[date, LevelSet]:
    """Return the service levels of a file and the local day from which they hold.

    Args:
        text: TOML; see docs/service.md.

    Raises:
        ServiceLevelError: It does not state service levels; names every problem.
    """
    try:
        checker = Checker(toml_of(text))
    except NoTomlError as error:
        raise ServiceLevelError.of("file", problems=f"  - {error}") from error
    document = checker.document
    checker.unknown_keys(document, _TOP, "the file")
    valid_from = document.get("valid_from")
    if type(valid_from) is not date or not 1970 <= valid_from.year < 3000:
        checker.problems.append("the file: `valid_from` is no date like 2026-01-31")
        valid_from = date.min
    reopen = checker.whole(document, "reopen_days", "the file", None)
    if reopen > _LONGEST_REOPEN:
        checker.problems.append(f"the file: `reopen_days` is at most {_LONGEST_REOPEN}")
    levels = tuple(_level(checker, each, n) for n, each in enumerate(checker.tables("level"), 1))
    checker.unique([each.key for each in levels], "level")
    if not levels:
        checker.problems.append("the file: state at least one [[level]]")
    hours = _hours(checker, document)
    in_hours = any(each.counting is Counting.WORKING_HOURS for each in levels)
    if in_hours and not any(hours.week):
        checker.problems.append("hours: there is no working hour in the week, yet a level counts")
    complaints = named_of(checker, "complaint", "class", pointed=True)
    units = named_of(checker, "unit", "unit", pointed=False)
    if checker.problems:
        problems = "\n".join(f"  - {problem}" for problem in checker.problems)
        raise ServiceLevelError.of("file", problems=problems)
    return valid_from, LevelSet(
        levels=levels, hours=hours, reopen_days=reopen, complaints=complaints, units=units
    )


def _hours(checker: Checker, document: Mapping[str, Any]) -> WeekHours:
    table = document.get("hours", {"week": {}})
    if not isinstance(table, dict):
        checker.problems.append("hours: write it as a [hours] table")
        table = {"week": {}}
    checker.unknown_keys(table, {"week", "holidays", "exceptions"}, "hours")
    before = len(checker.problems)
    hours = hours_of(checker, table, "hours", named=False)
    if len(checker.problems) == before:
        checker.problems += overlaps(hours, "hours")
    return hours


def _level(checker: Checker, table: Mapping[str, Any], n: int) -> Level:
    key, where = key_of(checker, table, "class", f"level {n}", "level")
    checker.unknown_keys(table, _OF_LEVEL, where)
    name = name_of(checker, table, where)
    response = checker.whole(table, "response_min", where, None, 1)
    resolution = checker.whole(table, "resolution_min", where, None, 1)
    if not response <= resolution <= _LONGEST_MIN:
        checker.problems.append(
            f"{where}: `resolution_min` is not between `response_min` and {_LONGEST_MIN}"
        )
    counting = table.get("counting")
    if counting not in set(Counting):
        checker.problems.append(f"{where}: `counting` is one of {', '.join(Counting)}")
        counting = Counting.ROUND_THE_CLOCK
    return Level(
        key=key,
        name=name,
        response_min=response,
        resolution_min=resolution,
        counting=Counting(counting),
        second_person=checker.flag(table, "second_person", where),
    )


def version_on(first_days: Sequence[date], day: date) -> int:
    """Return the version that holds on a day: the latest first day, of one day the newest; 0: none.

    Args:
        first_days: Of each version, from 1.
        day: The local day.
    """
    held = [(first, version) for version, first in enumerate(first_days, 1) if first <= day]
    return max(held)[1] if held else 0


def levels_id(site: str) -> UUID:
    """Return the id of a site's service levels."""
    return id_of("service_levels", site)


class ServiceLevels(JournalAggregate):
    """The service levels of a site, version by version."""

    TOPIC = "service_levels"

    class Created(JournalAggregate.Created):
        """There are none yet."""

        TOPIC = "service_levels.made"
        site: str

    class Published(JournalAggregate.Event):
        """A version holds from a local day on, for what is opened from now on."""

        TOPIC = "service_levels.published"
        version: int
        valid_from: date
        spec: dict[str, Any]
        """As `LevelSet.from_json` reads it."""
        by: UUID

    @staticmethod
    def create_id(*, site: str, **_: object) -> UUID:
        """Return the id from the site."""
        return levels_id(site)

    @event(Created)
    def __init__(self, *, site: str, command_id: UUID) -> None:
        """Make it."""
        self.versions: list[tuple[date, dict[str, Any]]] = []
        """First local day and levels; the place is the version less one."""
        self.authors: list[UUID] = []
        """Who published each version."""

    @property
    def edition(self) -> int:
        """Return the newest version; 0 is none."""
        return len(self.versions)

    def on(self, day: date) -> int:
        """Return the version that holds on a local day: the latest day, of one day the newest.

        Raises:
            ServiceLevelError: None holds then.
        """
        held = version_on([first for first, _ in self.versions], day)
        if not held:
            raise ServiceLevelError.of("none", day=day)
        return held

    def edition_of(self, number: int) -> LevelSet:
        """Return a version, 1 to `edition`."""
        return LevelSet.from_json(self.versions[number - 1][1])

    def publish(self, levels: LevelSet, *, valid_from: date, by: UUID, command_id: UUID) -> None:
        """Let a version hold from a local day on; the newest one again changes nothing."""
        said = (valid_from, levels.to_json())
        if not self.seen(command_id) and (not self.versions or self.versions[-1] != said):
            self._publish(
                version=self.edition + 1,
                valid_from=valid_from,
                spec=said[1],
                by=by,
                command_id=command_id,
            )

    @event(Published)
    def _publish(
        self, *, version: int, valid_from: date, spec: dict[str, Any], by: UUID, command_id: UUID
    ) -> None:
        self.versions.append((valid_from, spec))
        self.authors.append(by)
