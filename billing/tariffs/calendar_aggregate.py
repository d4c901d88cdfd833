"""In: checked calendar years. Out: the events that make them binding. Pure.

A year is published once; a day that the state changes afterwards makes a new version of the year
with its own place in the books: a bill as known before still sees the old one.
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from billing.errors import WrongStateError
from billing.tariffs.day_calendar import CalendarYear
from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of
from energy.base.period import WEEKDAYS


def calendar_year_id(site: str, calendar: str, year: int) -> UUID:
    """Return the id of a year of a site's calendar."""
    return id_of("calendar_year", site, calendar, str(year))


class PublishedYear(JournalAggregate):
    """A calendar year as published."""

    TOPIC = "calendar_year"

    class Created(JournalAggregate.Created):
        """The days of the year are known."""

        TOPIC = "calendar_year.published"
        site: str
        calendar: str
        year: int
        document: dict[str, Any]
        sha256: str
        by: UUID | None

    class Reclassified(JournalAggregate.Event):
        """Days of the year have another class than was published: a new version of it."""

        TOPIC = "calendar_year.reclassified"
        document: dict[str, Any]
        sha256: str
        changed: list[str]
        """The days, ISO."""
        reason: str
        by: UUID | None

    @staticmethod
    def create_id(*, site: str, calendar: str, year: int, **_: object) -> UUID:
        """Return the id from site, calendar and year."""
        return calendar_year_id(site, calendar, year)

    @event(Created)
    def __init__(
        self,
        *,
        site: str,
        calendar: str,
        year: int,
        document: dict[str, Any],
        sha256: str,
        by: UUID | None,
        command_id: UUID,
    ) -> None:
        """Publish a year."""
        self.calendar = calendar
        self.year = year
        self.document = document
        self.sha256 = sha256

    def reclassify(
        self, found: CalendarYear, reason: str, *, by: UUID | None, command_id: UUID
    ) -> None:
        """Publish the year anew; the same one again changes nothing.

        Raises:
            WrongStateError: No reason is given for a year that is published.
        """
        if found.sha256 == self.sha256:
            return
        if not reason:
            raise WrongStateError(
                f"Calendar {self.calendar} {self.year}",
                "published with other days",
                "not published",
                "Say with --reason why the days are changed.",
            )
        self._reclassify(
            document=found.document(),
            sha256=found.sha256,
            changed=self.changed_days(found),
            reason=reason,
            by=by,
            command_id=command_id,
        )

    def changed_days(self, found: CalendarYear) -> list[str]:
        """Return the days that are of another class in a year than as published, ISO."""
        ours, theirs = class_of_days(self.document), class_of_days(found.document())
        return [day for day in sorted(ours) if ours[day] != theirs[day]]

    @event(Reclassified)
    def _reclassify(
        self,
        *,
        document: dict[str, Any],
        sha256: str,
        changed: list[str],
        reason: str,
        by: UUID | None,
        command_id: UUID,
    ) -> None:
        self.document = document
        self.sha256 = sha256


def class_of_days(document: dict[str, Any]) -> dict[str, str]:
    """Return the class of every day of a published year, by ISO day."""
    year = year_of_document(document)
    first = date(year.year, 1, 1).toordinal()
    days = (date.fromordinal(first + n) for n in range(366))
    return {
        day.isoformat(): year.days.get(day, year.weekdays[day.weekday()])
        for day in days
        if day.year == year.year
    }


def year_of_document(document: dict[str, Any]) -> CalendarYear:
    """Return a published year's value from its stored document."""
    return CalendarYear(
        name=document["calendar"],
        year=document["year"],
        days={date.fromisoformat(day): name for day, name in document["days"].items()},
        weekdays={n: document["weekdays"][day] for n, day in enumerate(WEEKDAYS)},
    )
