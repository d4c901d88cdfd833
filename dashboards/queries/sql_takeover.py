"""In: the take-over's stream, its comparison. Out: how far a site has come. I/O: PostgreSQL."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from billing.books import Books
from billing.takeover.causes import Cause
from billing.takeover.site_take_over import ComparedRun
from billing.takeover.state import started_series, take_over_of
from dashboards.queries.rows import Answer
from dashboards.queries.sql_site import BOOKS, Connection, SqlSite
from dashboards.queries.takeover_rows import BillPair, TakeOverPage
from dashboards.security.scope import Right, Scope
from energy.store.attachment import kept_attachment


class SqlTakeOver:
    """Questions about the take-over in SQL."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables."""
        self._at = at

    def takeover(self, scope: Scope) -> Answer[TakeOverPage]:
        """Return what was loaded, signed and compared; nothing of it before the first load."""
        at = self._at
        with at.read(scope, Right.READ_BILLS) as connection:
            books = Books(at.database, at.site, at.clock)
            held = take_over_of(books)
            loads = [] if held is None else list(held.loads.values())
            compared = None if held is None else held.comparison
            people = {each.by for each in loads} | {e.signed_by for e in loads if e.signed_by}
            if compared is not None:
                people.add(compared.by)
            page = TakeOverPage(
                loads=tuple(reversed(loads)),
                parallel=held is not None and held.parallel,
                compared=compared,
                pairs=tuple(self._pairs(connection, compared)),
                series=tuple(started_series(books)),
                people=at.person_names(connection, sorted(people)),
                currency=at.site.currency,
            )
            return at.answer(connection, page, follower=BOOKS)

    def _pairs(self, connection: Connection, compared: ComparedRun | None) -> list[BillPair]:
        """Return the bills of the last comparison, as it was kept: its hash is its address."""
        if compared is None:
            return []
        found = kept_attachment(connection, self._at.schema, compared.sha256)
        told: list[dict[str, Any]] = json.loads(found[0][2])["pairs"] if found else []
        pairs = [_pair(each) for each in told]
        return sorted(pairs, key=lambda pair: (-abs(pair.difference), pair.account, pair.utility))


def _pair(told: dict[str, Any]) -> BillPair:
    ours, theirs = told["ours"], told["theirs"]
    return BillPair(
        account=told["account"],
        utility=told["utility"],
        ours=None if ours is None else Decimal(ours["total"]),
        theirs=None if theirs is None else Decimal(theirs["total"]),
        difference=Decimal(told["difference"]),
        causes={Cause(cause): Decimal(amount) for cause, amount in told["causes"].items()},
    )
