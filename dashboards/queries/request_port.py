"""In: nothing. Out: questions about the service desk; each takes the scope first. Pure."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from dashboards.queries.request_rows import (
    ArticleList,
    ArticlePage,
    Callers,
    MonthFigures,
    RequestBoard,
    RequestForms,
    RequestPage,
    RequestTab,
    TenantDesk,
)
from dashboards.queries.rows import Answer
from dashboards.security.scope import Scope
from energy.service.requests.article_reads import ArticleRow


class RequestQueries(Protocol):
    """Questions about requests of tenants, who calls, articles, figures."""

    def requests(self, scope: Scope, tab: RequestTab) -> Answer[RequestBoard]:
        """Return the requests of a tab; "mine" are those of the scope's person."""
        ...

    def request(self, scope: Scope, number: str) -> Answer[RequestPage] | None:
        """Return one request by its number; None: there is none."""
        ...

    def request_forms(self, scope: Scope) -> Answer[RequestForms]:
        """Return what a request may be opened with; nothing for who may not serve."""
        ...

    def callers(self, scope: Scope, number: str) -> Callers:
        """Return the tenants one of whose contacts has a telephone number, which is kept nowhere.

        Raises:
            RequestError: It is none.
        """
        ...

    def tenant_desk(self, scope: Scope, tenant: str) -> Answer[TenantDesk] | None:
        """Return a tenant ("party/KEY", "account/KEY") with its requests; None: there is none."""
        ...

    def request_figures(self, scope: Scope, month: date) -> Answer[MonthFigures]:
        """Return how the desk did in the month of a day, and in those before it."""
        ...

    def articles(self, scope: Scope) -> Answer[ArticleList]:
        """Return the newest version of each article, reviewed or not."""
        ...

    def articles_found(self, scope: Scope, words: str) -> tuple[ArticleRow, ...]:
        """Return reviewed articles that have some words, the best first."""
        ...

    def article(self, scope: Scope, key: str) -> Answer[ArticlePage] | None:
        """Return one article; None: there is none."""
        ...
