"""In: commands on an article of the knowledge base. Out: its facts. Pure.

Each version is written by one person and reviewed by another; the newest reviewed one is found and
told from. An article tells nothing of persons.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of
from energy.base.text import LANGUAGES
from energy.service.requests.errors import RequestError

_LONGEST_TITLE: Final = 120
_LONGEST_TEXT: Final = 8000
_LONGEST_TAG: Final = 24
_MOST_TAGS: Final = 12


def article_id(site: str, key: str) -> UUID:
    """Return the id of an article of a site."""
    return id_of("article", site, key)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleText:
    """What a version of an article says."""

    title: Mapping[str, str]
    """By language."""
    text: Mapping[str, str]
    tags: Sequence[str]

    def checked(self) -> ArticleText:
        """Return it with its tags once each, in order.

        Raises:
            RequestError: A title or text is missing in a language, or something is too long.
        """
        for said, most in ((self.title, _LONGEST_TITLE), (self.text, _LONGEST_TEXT)):
            if any(not 1 <= len(said.get(each, "").strip()) <= most for each in LANGUAGES):
                raise RequestError.of("article_text", title=_LONGEST_TITLE, text=_LONGEST_TEXT)
        tags = sorted({" ".join(each.lower().split()) for each in self.tags} - {""})
        if len(tags) > _MOST_TAGS or any(len(each) > _LONGEST_TAG for each in tags):
            raise RequestError.of("article_tags", most=_MOST_TAGS, longest=_LONGEST_TAG)
        return ArticleText(
            title={each: self.title[each].strip() for each in LANGUAGES},
            text={each: self.text[each].strip() for each in LANGUAGES},
            tags=tags,
        )

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"title": dict(self.title), "text": dict(self.text), "tags": list(self.tags)}


class Article(JournalAggregate):
    """What the desk knows of one question, version by version."""

    TOPIC = "article"

    class Created(JournalAggregate.Created):
        """There is none yet."""

        TOPIC = "article.made"
        site: str
        key: str

    class Written(JournalAggregate.Event):
        """Somebody wrote a version; nobody is told from it yet."""

        TOPIC = "article.written"
        key: str
        version: int
        spec: dict[str, Any]
        """As `ArticleText.to_json` says it."""
        by: UUID

    class Reviewed(JournalAggregate.Event):
        """Another person read a version: tenants are told from it."""

        TOPIC = "article.reviewed"
        key: str
        version: int
        by: UUID

    @staticmethod
    def create_id(*, site: str, key: str, **_: object) -> UUID:
        """Return the id from site and key."""
        return article_id(site, key)

    @event(Created)
    def __init__(self, *, site: str, key: str, command_id: UUID) -> None:
        """Make it."""
        self.key = key
        self.writers: list[UUID] = []
        """Of each version."""
        self.spec: dict[str, Any] = {}
        """Of the newest version."""
        self.holds = 0
        """The newest version that was reviewed; 0 is none."""

    @property
    def edition(self) -> int:
        """Return the newest version."""
        return len(self.writers)

    def write(self, text: ArticleText, *, by: UUID, command_id: UUID) -> None:
        """Write the next version; the newest one's words again change nothing.

        Raises:
            RequestError: It is not complete, or too long.
        """
        spec = text.checked().to_json()
        if not self.seen(command_id) and spec != self.spec:
            self._write(
                key=self.key,
                version=self.edition + 1,
                spec=spec,
                by=by,
                command_id=command_id,
            )

    def review(self, version: int, *, by: UUID, command_id: UUID) -> None:
        """Let tenants be told from the newest version.

        Raises:
            RequestError: It is not the newest, was reviewed, or is the person's own.
        """
        if self.seen(command_id):
            return
        if version != self.edition or version == self.holds:
            raise RequestError.of("article_version", key=self.key, newest=self.edition)
        if by == self.writers[-1]:
            raise RequestError.of("article_own", key=self.key)
        self._review(key=self.key, version=version, by=by, command_id=command_id)

    @event(Written)
    def _write(
        self, *, key: str, version: int, spec: dict[str, Any], by: UUID, command_id: UUID
    ) -> None:
        self.writers.append(by)
        self.spec = spec

    @event(Reviewed)
    def _review(self, *, key: str, version: int, by: UUID, command_id: UUID) -> None:
        self.holds = version
