"""In: contents of a span, who reviews and sends them. Out: facts of a report: its editions. Pure.

An edition is kept as it was made and never changed: its contents are a text under a seal, from
which every paper is drawn again. What is learnt later makes another edition that says what it
changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of
from energy.service.reports.errors import ReportError
from energy.service.reports.kinds import ReportKind
from energy.service.reports.table import Contents, changes, seal_of

ABOUT_REPORT: Final = "report"
ABOUT_REPORT_DUE: Final = "report_due"
"""What notices of reports are about."""


def report_id(site: str, kind: str, span: str) -> UUID:
    """Return the id of the report of a span: there is one."""
    return id_of("report", site, kind, span)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What one edition is made of."""

    contents: Contents
    positions: Mapping[str, int]
    """What it is as of: position of each journal."""
    due_at: datetime | None
    by: UUID | None
    """Who had it made; None: it was made by itself."""


class Report(JournalAggregate):
    """The report of one span."""

    TOPIC = "report"

    class Created(JournalAggregate.Created):
        """Its first edition was made."""

        TOPIC = "report.made"
        site: str
        kind: str
        span: str
        begin: datetime
        end: datetime
        contents: str
        sha256: str
        positions: dict[str, int]
        due_at: datetime | None
        by: UUID | None

    class Corrected(JournalAggregate.Event):
        """What was learnt since makes another edition."""

        TOPIC = "report.corrected"
        edition: int
        contents: str
        sha256: str
        positions: dict[str, int]
        changes: list[list[str]]
        """Table, row, column, before, after."""
        by: UUID | None

    class Reviewed(JournalAggregate.Event):
        """A person has read an edition and stands for it."""

        TOPIC = "report.reviewed"
        edition: int
        by: UUID

    class Sent(JournalAggregate.Event):
        """An edition went upward."""

        TOPIC = "report.sent"
        edition: int
        to: list[str]
        """Contacts."""
        by: UUID

    class Reminded(JournalAggregate.Event):
        """Whoever is to send it was reminded."""

        TOPIC = "report.reminded"
        late: bool
        """Whether its deadline had passed."""
        to: list[str]

    @staticmethod
    def create_id(*, site: str, kind: str, span: str, **_: object) -> UUID:
        """Return the id from the span."""
        return report_id(site, kind, span)

    @classmethod
    def make(cls, site: str, made: Made, *, command_id: UUID) -> Report:
        """Return a report with its first edition."""
        contents = made.contents
        text = contents.text()
        return cls(
            site=site,
            kind=contents.kind,
            span=contents.span,
            begin=datetime.fromisoformat(contents.begin),
            end=datetime.fromisoformat(contents.end),
            contents=text,
            sha256=seal_of(text),
            positions=dict(made.positions),
            due_at=made.due_at,
            by=made.by,
            command_id=command_id,
        )

    @event(Created)
    def __init__(
        self,
        *,
        site: str,
        kind: str,
        span: str,
        begin: datetime,
        end: datetime,
        contents: str,
        sha256: str,
        positions: dict[str, int],
        due_at: datetime | None,
        by: UUID | None,
        command_id: UUID,
    ) -> None:
        """Make it; see `make`."""
        self.kind, self.span = ReportKind(kind), span
        self.end, self.due_at = end, due_at
        self.contents, self.made_by = contents, by
        self.positions = positions
        self.edition, self.reviewed, self.sent = 1, 0, 0
        self.sent_to: list[str] = []
        self.reminded: set[bool] = set()

    def make_again(self, made: Made, *, command_id: UUID) -> int:
        """Make another edition where the contents tell otherwise; return the newest edition.

        What was gathered before the newest edition was makes none: its figures are older.

        Raises:
            ReportError: They are of other hours than the edition before.
        """
        if self.seen(command_id):
            return self.edition
        text = made.contents.text()
        if text != self.contents and not self._older(made.positions):
            kept, new = Contents.of(self.contents), made.contents
            # A report of an incident tells up to when it was written.
            alike = (kept.begin, kept.end) == (new.begin, new.end)
            if not alike and self.kind is not ReportKind.INCIDENT:
                raise ReportError.of("other_hours", span=self.span, begin=kept.begin, end=kept.end)
            told = changes(kept, new)
            if told:
                self._correct(
                    edition=self.edition + 1,
                    contents=text,
                    sha256=seal_of(text),
                    positions=dict(made.positions),
                    changes=[each.told() for each in told],
                    by=made.by,
                    command_id=command_id,
                )
        return self.edition

    def _older(self, positions: Mapping[str, int]) -> bool:
        """Return whether what is as of some positions knew less than the newest edition does."""
        told = [
            (at, self.positions[name]) for name, at in positions.items() if name in self.positions
        ]
        return all(at <= kept for at, kept in told) and any(at < kept for at, kept in told)

    @event(Corrected)
    def _correct(
        self,
        *,
        edition: int,
        contents: str,
        sha256: str,
        positions: dict[str, int],
        changes: list[list[str]],
        by: UUID | None,
        command_id: UUID,
    ) -> None:
        self.edition, self.contents, self.made_by = edition, contents, by
        self.positions = positions

    def review(self, edition: int, *, by: UUID, command_id: UUID) -> None:
        """Stand for the newest edition, having read it.

        Raises:
            ReportError: There is a newer one, it was reviewed, or one wrote it oneself.
        """
        if self.seen(command_id):
            return
        if edition != self.edition:
            raise ReportError.of("moved", span=self.span, edition=self.edition)
        if self.reviewed == edition:
            raise ReportError.of("reviewed", span=self.span, edition=edition)
        if self.kind is ReportKind.INCIDENT and by == self.made_by:
            raise ReportError.of("own", span=self.span)
        self._review(edition=edition, by=by, command_id=command_id)

    @event(Reviewed)
    def _review(self, *, edition: int, by: UUID, command_id: UUID) -> None:
        self.reviewed = edition

    def demand_sendable(self) -> None:
        """Refuse to send what nobody reviewed, or what went already.

        Raises:
            ReportError: So it is.
        """
        if self.reviewed != self.edition:
            raise ReportError.of("not_reviewed", span=self.span, edition=self.edition)
        if self.sent == self.edition:
            raise ReportError.of("sent", span=self.span, edition=self.edition)

    def send(self, to: Sequence[UUID], *, by: UUID, command_id: UUID) -> None:
        """Send the newest edition upward.

        Raises:
            ReportError: Nobody reviewed it, or it went already.
        """
        if self.seen(command_id):
            return
        self.demand_sendable()
        contacts = [str(each) for each in to]
        self._send(edition=self.edition, to=contacts, by=by, command_id=command_id)

    @event(Sent)
    def _send(self, *, edition: int, to: list[str], by: UUID, command_id: UUID) -> None:
        self.sent, self.sent_to = edition, to

    def remind(self, to: Sequence[UUID], *, late: bool, command_id: UUID) -> bool:
        """Keep that somebody was reminded; return whether that is new."""
        if late in self.reminded or self.sent:
            return False
        self._remind(late=late, to=[str(each) for each in to], command_id=command_id)
        return True

    @event(Reminded)
    def _remind(self, *, late: bool, to: list[str], command_id: UUID) -> None:
        self.reminded.add(late)
