"""In: words somebody looks for. Out: articles of the knowledge base that have them. I/O: reads.

English words are found in any of their forms (PostgreSQL's text search); Chinese, which has no
blanks, by pairs of neighbouring signs, of which half must be there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final
from uuid import UUID

import psycopg

Connection = psycopg.Connection[tuple[object, ...]]
_HAN: Final = re.compile(r"[\u3400-\u9fff]+")
_HUNDREDTH: Final = Decimal("0.01")
_MOST: Final = 50
_COLUMNS: Final = (
    "key, version, title, text, tags, written_by, written_at, reviewed_by, reviewed_at"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleRow:
    """A version of an article."""

    key: str
    version: int
    title: Mapping[str, str]
    """By language."""
    text: Mapping[str, str]
    tags: Sequence[str]
    written_by: UUID
    written_at: datetime
    reviewed_by: UUID | None
    reviewed_at: datetime | None
    """None: nobody is told from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleUse:
    """How an article helped."""

    key: str
    requests: int
    """Of which the tenant was told from it."""
    over: int
    """Of these, those that are dealt with."""
    first_contact: int
    """Of these, those that the first answer ended."""
    satisfaction: Decimal | None
    """Mean score of them, 1 to 5; None where nobody gave one."""


def read_articles(
    connection: Connection, schema: str, *, key: str = "", drafts: bool = False
) -> list[ArticleRow]:
    """Return articles by key: the newest reviewed version of each.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        key: Only this one.
        drafts: The newest version of each in place of it, reviewed or not.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT DISTINCT ON (key) {_COLUMNS} FROM {schema}.article "
        "WHERE (%(drafts)s OR reviewed_at IS NOT NULL) AND (%(key)s = '' OR key = %(key)s) "
        "ORDER BY key, version DESC".encode(),
        {"key": key, "drafts": drafts},
    ).fetchall()
    return [_row(row) for row in rows]


def search_articles(connection: Connection, schema: str, words: str) -> list[ArticleRow]:
    """Return the reviewed articles that have some words, the best first; 50 at most."""
    pairs = pairs_of(words)
    english = _HAN.sub(" ", words).strip()
    rows: list[tuple[Any, ...]] = connection.execute(
        f"WITH kept AS (SELECT DISTINCT ON (key) {_COLUMNS} FROM {schema}.article "
        "WHERE reviewed_at IS NOT NULL ORDER BY key, version DESC), "
        "told AS (SELECT *, to_tsvector('english', concat_ws(' ', title->>'en', text->>'en', "
        "tags::text)) AS english, (SELECT count(*) FROM unnest(%(pairs)s::text[]) AS pair "
        "WHERE strpos(concat_ws(' ', title->>'zh', text->>'zh', tags::text), pair) > 0) AS pairs "
        "FROM kept), ranked AS (SELECT *, english @@ asked AS fits, ts_rank(english, asked) "
        "AS rank FROM told, websearch_to_tsquery('english', %(english)s) AS asked) "
        f"SELECT {_COLUMNS} FROM ranked "
        "WHERE fits OR (%(least)s > 0 AND pairs >= %(least)s) "
        "ORDER BY pairs DESC, rank DESC, key LIMIT %(most)s".encode(),
        {
            "english": english,
            "pairs": pairs,
            "least": (len(pairs) + 1) // 2,
            "most": _MOST,
        },
    ).fetchall()
    return [_row(row) for row in rows]


def pairs_of(words: str) -> list[str]:
    """Return the pairs of neighbouring Chinese signs, once each; a sign alone is its own."""
    found: dict[str, None] = {}
    for run in _HAN.findall(words):
        pairs = [run[at : at + 2] for at in range(len(run) - 1)] or [run]
        found.update(dict.fromkeys(pairs))
    return list(found)


def read_article_uses(connection: Connection, schema: str) -> list[ArticleUse]:
    """Return how the articles that tenants were told from helped, the most used first."""
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT u.article, count(*), count(r.resolved_at), count(*) FILTER (WHERE "
        "r.first_contact), sum(r.score), count(r.score) "
        f"FROM (SELECT DISTINCT article, request FROM {schema}.tenant_request_article) AS u "
        f"JOIN {schema}.tenant_request AS r USING (request) "
        "GROUP BY u.article ORDER BY count(*) DESC, u.article".encode()
    ).fetchall()
    return [
        ArticleUse(
            key=key,
            requests=many,
            over=over,
            first_contact=first,
            satisfaction=(Decimal(total) / rated).quantize(_HUNDREDTH, ROUND_HALF_UP)
            if rated
            else None,
        )
        for key, many, over, first, total, rated in rows
    ]


def _row(row: tuple[Any, ...]) -> ArticleRow:
    return ArticleRow(**dict(zip(ArticleRow.__dataclass_fields__, row, strict=True)))
