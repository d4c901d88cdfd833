"""In: commands on texts and plan of notices. Out: their events. Pure.

A text is drafted by one person and reviewed by another before anybody is told by it; what was
reviewed counts until the next review. The plan is one document; setting it is a new version.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from energy.alerting.notices.errors import NoticeError
from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of

Wordings = dict[str, dict[str, str]]
"""Subject and text by language."""


class NoticeTemplate(JournalAggregate):
    """The text of one kind of notice."""

    TOPIC = "notice_template"

    class Created(JournalAggregate.Created):
        """There is such a text, still without words."""

        TOPIC = "notice_template.made"
        site: str
        key: str

    class Drafted(JournalAggregate.Event):
        """Somebody wrote it; nobody is told by it yet."""

        TOPIC = "notice_template.drafted"
        key: str
        version: int
        wordings: Wordings
        by: UUID

    class Reviewed(JournalAggregate.Event):
        """A second person read it: from now on it counts."""

        TOPIC = "notice_template.reviewed"
        key: str
        version: int
        by: UUID

    @staticmethod
    def create_id(*, site: str, key: str, **_: object) -> UUID:
        """Return the id from site and key."""
        return template_id(site, key)

    @event(Created)
    def __init__(self, *, site: str, key: str, command_id: UUID) -> None:
        """Make it."""
        self.key = key
        self.edition = 0
        self.wordings: Wordings = {}
        self.author: UUID | None = None
        self.reviewed = 0
        """Version that counts; 0 is none."""

    def draft(self, wordings: Wordings, *, by: UUID, command_id: UUID) -> None:
        """Write a version; the same words again change nothing.

        Args:
            wordings: Checked by `words.check_wordings`.
            by: The author.
            command_id: Of the command.
        """
        if wordings != self.wordings:
            self._draft(
                key=self.key,
                version=self.edition + 1,
                wordings=wordings,
                by=by,
                command_id=command_id,
            )

    @event(Drafted)
    def _draft(
        self, *, key: str, version: int, wordings: Wordings, by: UUID, command_id: UUID
    ) -> None:
        self.edition = version
        self.wordings = wordings
        self.author = by

    def review(self, *, by: UUID, command_id: UUID, seen: int | None = None) -> None:
        """Let the newest version count.

        Args:
            by: The second person.
            command_id: Of the command.
            seen: Version that was read; None is the newest, whichever that is.

        Raises:
            NoticeError: There is no draft, it is one's own, or it is not the one that was read.
        """
        if not self.edition:
            raise NoticeError.of("no_draft", key=self.key)
        if seen not in {None, self.edition}:
            raise NoticeError.of("drafted_anew", key=self.key)
        if by == self.author:
            raise NoticeError.of("own_draft", key=self.key)
        if self.reviewed != self.edition:
            self._review(key=self.key, version=self.edition, by=by, command_id=command_id)

    @event(Reviewed)
    def _review(self, *, key: str, version: int, by: UUID, command_id: UUID) -> None:
        self.reviewed = version


def template_id(site: str, key: str) -> UUID:
    """Return the id of a text."""
    return id_of("notice_template", site, key)


class NoticePlan(JournalAggregate):
    """Who is told of what, of one site."""

    TOPIC = "notice_plan"

    class Created(JournalAggregate.Created):
        """There is a plan, still empty: nobody is told."""

        TOPIC = "notice_plan.made"
        site: str

    class Set(JournalAggregate.Event):
        """This plan holds from now on."""

        TOPIC = "notice_plan.set"
        version: int
        spec: dict[str, Any]
        """As `plan.plan_from` reads it."""
        by: UUID

    @staticmethod
    def create_id(*, site: str, **_: object) -> UUID:
        """Return the id from the site."""
        return id_of("notice_plan", site)

    @event(Created)
    def __init__(self, *, site: str, command_id: UUID) -> None:
        """Make it."""
        self.edition = 0
        self.spec: dict[str, Any] = {}

    def set(self, spec: dict[str, Any], *, by: UUID, command_id: UUID) -> None:
        """Let a plan hold; the same one again changes nothing."""
        if spec != self.spec:
            self._set(version=self.edition + 1, spec=spec, by=by, command_id=command_id)

    @event(Set)
    def _set(self, *, version: int, spec: dict[str, Any], by: UUID, command_id: UUID) -> None:
        self.edition = version
        self.spec = spec
