"""Step 5a. From: articles, requests of months. To: the knowledge base, figures. I/O: PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from dashboards.queries.request_rows import ArticleList, ArticlePage, MonthFigures
from dashboards.queries.rows import Answer
from dashboards.queries.sql_site import OPERATIONS, Connection, SqlSite
from dashboards.security.scope import Right, Scope
from energy.base.period import midnight
from energy.service.requests.article_reads import (
    ArticleRow,
    read_article_uses,
    read_articles,
    search_articles,
)
from energy.service.requests.figures import Figures, figures
from energy.service.requests.reads import read_requests
from energy.service.work.reads import LevelsRow, read_levels

MONTHS_BEFORE = 11


class SqlArticles:
    """Questions about articles and about how the desk did, in SQL."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables."""
        self._at = at

    def articles(self, scope: Scope) -> Answer[ArticleList]:
        """Return the newest version of each article, reviewed or not."""
        with self._at.read(scope, Right.READ_REQUESTS) as connection:
            rows = read_articles(connection, self._at.schema, drafts=True)
            uses = read_article_uses(connection, self._at.schema)
            people = {each.written_by for each in rows}
            people |= {each.reviewed_by for each in rows if each.reviewed_by}
            found = ArticleList(
                rows=tuple(rows),
                uses={each.key: each for each in uses},
                names=self._at.person_names(connection, sorted(people, key=str)),
            )
            return self._at.answer(connection, found, follower=OPERATIONS)

    def articles_found(self, scope: Scope, words: str) -> tuple[ArticleRow, ...]:
        """Return reviewed articles that have some words, the best first."""
        with self._at.read(scope, Right.READ_REQUESTS) as connection:
            return tuple(search_articles(connection, self._at.schema, words))

    def article(self, scope: Scope, key: str) -> Answer[ArticlePage] | None:
        """Return one article; None: there is none."""
        schema = self._at.schema
        with self._at.read(scope, Right.READ_REQUESTS) as connection:
            newest = read_articles(connection, schema, key=key, drafts=True)
            if not newest:
                return None
            held = read_articles(connection, schema, key=key)
            people = {each.written_by for each in (*newest, *held)}
            people |= {each.reviewed_by for each in (*newest, *held) if each.reviewed_by}
            uses = read_article_uses(connection, schema)
            page = ArticlePage(
                newest=newest[0],
                held=held[0] if held else None,
                names=self._at.person_names(connection, sorted(people, key=str)),
                use=next((each for each in uses if each.key == key), None),
            )
            return self._at.answer(connection, page, follower=OPERATIONS)

    def request_figures(self, scope: Scope, month: date) -> Answer[MonthFigures]:
        """Return how the desk did in the month of a day, and in those before it."""
        with self._at.read(scope, Right.READ_REQUESTS) as connection:
            levels = read_levels(connection, self._at.schema)
            months = [month.replace(day=1)]
            while len(months) <= MONTHS_BEFORE:
                months.append(_month_before(months[-1]))
            every = [self._desk_month(connection, first, levels) for first in reversed(months)]
            found = MonthFigures(
                told=every[-1],
                before=tuple(every[:-1]),
                named=_names(levels),
                uses=tuple(read_article_uses(connection, self._at.schema)),
            )
            return self._at.answer(connection, found, follower=OPERATIONS)

    def _desk_month(
        self, connection: Connection, first: date, levels: Mapping[int, LevelsRow]
    ) -> Figures:
        zone, now = self._at.site.zone, self._at.clock.now()
        begin, end = midnight(first, zone), midnight(_month_after(first), zone)
        rows = read_requests(connection, self._at.schema, heard=(begin, end))
        return figures(first, begin, end, [(row, row.clocks(levels, zone, now)) for row in rows])


def _month_after(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)


def _month_before(first: date) -> date:
    return date(first.year - (first.month == 1), (first.month - 2) % 12 + 1, 1)


def _names(levels: Mapping[int, LevelsRow]) -> dict[str, Mapping[str, str]]:
    """Return the names of classes and units: those of the newest version that has them."""
    found: dict[str, Mapping[str, str]] = {}
    for _, row in sorted(levels.items()):
        found |= {each.key: each.name for each in row.levels.levels}
        found |= {each.key: each.name for each in (*row.levels.complaints, *row.levels.units)}
    return found
