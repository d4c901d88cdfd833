"""In: nothing. Out: the questions about tenants; every one takes the scope first. Pure."""

from __future__ import annotations

from typing import Protocol

from dashboards.queries.rows import Answer
from dashboards.queries.tenant_rows import TenantList, TenantPage
from dashboards.security.scope import Scope


class TenantQueries(Protocol):
    """Questions about tenants, as the billing office asks them."""

    def tenants(self, scope: Scope) -> Answer[TenantList]:
        """Return every account with what it owes, by key."""
        ...

    def tenant(self, scope: Scope, account: str) -> Answer[TenantPage] | None:
        """Return one account with all that belongs to it, None when there is none."""
        ...
