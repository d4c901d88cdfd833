"""In: plans of reports. Out: facts of a site's book of reports. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of
from energy.service.reports.plan import plan_from


def report_book_id(site: str) -> UUID:
    """Return the id of a site's book of reports."""
    return id_of("report_book", site)


class ReportBook(JournalAggregate):
    """Who gets the reports of a site, version by version."""

    TOPIC = "report_book"

    class Created(JournalAggregate.Created):
        """There is one, without a plan."""

        TOPIC = "report_book.set_up"
        site: str

    class Planned(JournalAggregate.Event):
        """From now on this holds for reports that are made."""

        TOPIC = "report_book.planned"
        version: int
        spec: dict[str, Any]
        by: UUID

    @staticmethod
    def create_id(*, site: str, **_: object) -> UUID:
        """Return the id from the site."""
        return report_book_id(site)

    @event(Created)
    def __init__(self, *, site: str, command_id: UUID) -> None:
        """Open it; it has no plan yet."""
        self.edition = 0
        self.spec: dict[str, Any] = {}

    def set_plan(self, spec: Mapping[str, Any], *, by: UUID, command_id: UUID) -> None:
        """Let a plan hold; the same one again changes nothing.

        Raises:
            ReportError: It says what cannot be.
        """
        plan_from(spec)
        if not self.seen(command_id) and dict(spec) != self.spec:
            self._plan(version=self.edition + 1, spec=dict(spec), by=by, command_id=command_id)

    @event(Planned)
    def _plan(self, *, version: int, spec: dict[str, Any], by: UUID, command_id: UUID) -> None:
        self.edition, self.spec = version, spec
