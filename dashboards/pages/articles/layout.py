"""Step 5a. From: articles of the knowledge base. To: their pages. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID
from zoneinfo import ZoneInfo

from dash import html
from dash.development.base_component import Component

from dashboards.components.act_form import Field, Kind, act_form
from dashboards.components.long_table import long_table
from dashboards.components.pieces import (
    Children,
    badge,
    data_age,
    empty,
    facts,
    link,
    page,
    panel,
)
from dashboards.components.request_pieces import ARTICLES, REQUESTS
from dashboards.components.work_forms import more
from dashboards.formats import NOTHING, instant_text
from dashboards.pages.articles.acts import REVIEW, SEARCH, WRITE
from dashboards.queries.request_rows import ArticleList, ArticlePage
from dashboards.queries.rows import Answer
from dashboards.security.scope import Right
from dashboards.viewer import Viewer
from energy.base.text import LANGUAGES
from energy.service.requests.article_reads import ArticleRow

LONGEST_TEXT = 8000


def articles_page(viewer: Viewer, answer: Answer[ArticleList]) -> Component:
    """Return the list of articles, with the search above it."""
    told = answer.rows
    field = Field(name="words", label="article_page.words", first=True)
    found = act_form(viewer, SEARCH, "-", [field], button="article_page.search", by_enter=True)
    heads = [viewer.say(f"cli.request_head.{name}") for name in ("article", "tags", "writer")]
    heads += [viewer.say("work_page.head_state"), f">{viewer.say('cli.request_head.requests')}"]
    rows = [_row(viewer, told, row) for row in told.rows]
    body = long_table(viewer, heads, rows, name="article-table")
    if not rows:
        body = empty(viewer.say("article_page.none"))
    return page(
        viewer.say("article_page.title"),
        [
            html.P(viewer.say("article_page.what"), className="subtitle"),
            panel(viewer.say("article_page.search"), found, name="article-search"),
            panel(
                viewer.say("article_page.all"),
                body,
                aside=data_age(viewer, answer.age_s, answer.as_of),
                name="articles",
            ),
            _writing(viewer, None),
        ],
        name="articles",
        crumbs=_crumbs(viewer),
    )


def _crumbs(viewer: Viewer, *more_of: Component | str) -> Children:
    title = viewer.say("article_page.title")
    here: list[Component | str | None] = [link(viewer.say("nav.requests"), REQUESTS)]
    if not more_of:
        return [*here, html.Span(title)]
    return [*here, link(title, ARTICLES), *more_of]


def _row(viewer: Viewer, told: ArticleList, row: ArticleRow) -> list[Children]:
    use = told.uses.get(row.key)
    return [
        html.Div(
            [link(viewer.named(row.title), f"{ARTICLES}/{row.key}"), html.Div(row.key)],
            className="work-what",
        ),
        ", ".join(row.tags) or NOTHING,
        told.names.get(row.written_by, "?"),
        _held(viewer, row),
        str(use.requests) if use else "0",
    ]


def _held(viewer: Viewer, row: ArticleRow) -> Component:
    if row.reviewed_at is None:
        return badge(viewer.say("article_page.draft", version=row.version), "fair")
    return badge(viewer.say("article_page.held", version=row.version), "good")


def article_page(viewer: Viewer, answer: Answer[ArticlePage], *, zone: ZoneInfo) -> Component:
    """Return one article: what tenants are told from, what waits for its review, its form."""
    told = answer.rows
    newest = told.newest
    parts: list[Component | None] = []
    if told.held is not None:
        parts.append(_version(viewer, told.held, told.names, zone))
    if newest.reviewed_at is None:
        parts.append(_version(viewer, newest, told.names, zone))
        parts.append(_review(viewer, newest))
    use = told.use
    if use is not None:
        score = NOTHING if use.satisfaction is None else str(use.satisfaction)
        pairs: list[tuple[str, Children]] = [
            (viewer.say("cli.request_head.requests"), str(use.requests)),
            (viewer.say("cli.request_head.over"), str(use.over)),
            (viewer.say("cli.request_head.first_contact"), str(use.first_contact)),
            (viewer.say("cli.request_head.score"), score),
        ]
        title = viewer.say("request_page.uses")
        parts.append(panel(title, facts(pairs, name="work-facts"), name="article-use"))
    return page(
        viewer.named(newest.title),
        [*parts, _writing(viewer, newest)],
        name="article",
        crumbs=_crumbs(viewer, html.Span(newest.key)),
    )


def _version(
    viewer: Viewer, row: ArticleRow, names: Mapping[UUID, str], zone: ZoneInfo
) -> Component:
    written = f"{names.get(row.written_by, '?')} · "
    written += instant_text(viewer.language, row.written_at, zone)
    pairs: list[tuple[str, Children]] = [(viewer.say("cli.request_head.writer"), written)]
    if row.reviewed_by is not None:
        reviewer = names.get(row.reviewed_by, "?")
        pairs.append((viewer.say("cli.request_head.reviewer"), reviewer))
    if row.tags:
        pairs.append((viewer.say("cli.request_head.tags"), ", ".join(row.tags)))
    return panel(
        viewer.named(row.title),
        [
            html.Div(viewer.named(row.text), className="article-text"),
            facts(pairs, name="work-facts"),
        ],
        aside=_held(viewer, row),
        name="article-version",
    )


def _review(viewer: Viewer, row: ArticleRow) -> Component | None:
    if not viewer.scope.may(Right.SERVE) or row.written_by == viewer.scope.person:
        return None
    about = f"{row.key}@{row.version}"
    form = act_form(viewer, REVIEW, about, [], button="article_page.review")
    return panel(viewer.say("work_page.to_do"), form, name="article-review")


def _writing(viewer: Viewer, row: ArticleRow | None) -> Component | None:
    """Return the form of the next version; None for who may not serve."""
    if not viewer.scope.may(Right.SERVE):
        return None
    fields = [] if row else [Field(name="key", label="article_page.key", hint="broken-seal")]
    for part, kind, longest in (("title", Kind.TEXT, 120), ("text", Kind.WORDS, LONGEST_TEXT)):
        for language in LANGUAGES:
            known = getattr(row, part)[language] if row else ""
            fields.append(
                Field(
                    name=f"{part}_{language}",
                    label=f"article_page.{part}_{language}",
                    kind=kind,
                    value=known,
                    longest=longest,
                )
            )
    tags = ", ".join(row.tags) if row else ""
    fields.append(Field(name="tags", label="article_page.tags", value=tags))
    about = f"{row.key}@{row.version}" if row else "@0"
    form = act_form(viewer, WRITE, about, fields, button="article_page.write")
    title = "article_page.edit" if row else "article_page.new"
    hint = html.P(viewer.say("article_page.write_what"), className="subtitle")
    return panel(
        viewer.say("work_page.to_do"),
        more(viewer, title, html.Div([form, hint], className="article-form")),
        name="article-write",
    )
