"""In: people, what they know. Out: articles of the knowledge base. I/O: PostgreSQL."""

from __future__ import annotations

import re
from typing import Final
from uuid import UUID

from energy.base.clock import Clock
from energy.base.ids import id_of
from energy.journal.application import JournalApplication
from energy.journal.retrying import retried
from energy.service.requests.article import Article, ArticleText, article_id
from energy.service.requests.errors import RequestError
from energy.store.pool import Database
from energy.store.sites import Site

_KEY: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


class ArticleDesk:
    """Where articles are written and reviewed."""

    def __init__(self, database: Database, site: Site, clock: Clock) -> None:
        """Work on a site (roles meterline_writer or meterline_web)."""
        self._site = site
        self._operations = JournalApplication(database, site.schema, "operations", clock)

    def write(self, key: str, text: ArticleText, *, by: UUID, command_id: UUID) -> int:
        """Write the next version of an article; return its number.

        Raises:
            RequestError: The key is none; the text is not complete or too long.
            ConflictError: Others write it again and again.
        """
        if not _KEY.fullmatch(key):
            raise RequestError.of("article_key", key=key)

        def once() -> int:
            known = self._operations.find(article_id(self._site.key, key))
            made = id_of("made", str(command_id))
            kept = (
                known
                if isinstance(known, Article)
                else Article(site=self._site.key, key=key, command_id=made)
            )
            kept.write(text, by=by, command_id=command_id)
            self._operations.store(kept)
            return kept.edition

        return retried(once)

    def review(self, key: str, version: int, *, by: UUID, command_id: UUID) -> None:
        """Let tenants be told from a version, as another person than its writer.

        Raises:
            RequestError: There is none, or as `Article.review`.
            ConflictError: Others change it again and again.
        """

        def once() -> int:
            known = self._operations.find(article_id(self._site.key, key))
            if not isinstance(known, Article):
                raise RequestError.of("no_article", key=key)
            known.review(version, by=by, command_id=command_id)
            return self._operations.store(known)

        retried(once)
