"""In: an address of the knowledge base. Out: its page. I/O by ports."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboards.pages.articles.layout import article_page, articles_page
from dashboards.pages.parts import Parts
from dashboards.pages.view import Asked, view
from dashboards.viewer import Viewer


def _articles(parts: Parts, viewer: Viewer, _asked: Asked) -> Component:
    return articles_page(viewer, parts.queries.articles(viewer.scope))


def _article(parts: Parts, viewer: Viewer, asked: Asked) -> Component | None:
    answer = parts.queries.article(viewer.scope, asked.match[1])
    if answer is None:
        return None
    return article_page(viewer, answer, zone=parts.settings.zone)


ARTICLE_VIEWS = (
    view(r"/requests/articles", _articles),
    view(r"/requests/articles/([a-z0-9][a-z0-9-]{0,39})", _article),
)
