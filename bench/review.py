"""In: a rated run, each supply an exception. Out: how fast its page is made. I/O.

Timed is the page of exceptions on the server: the run, its drafts and what they stand beside read,
every exception made a row, the page written as JSON. The product side asks as a process does that
was asked before; the baseline reads the whole run anew, as its first page does.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from uuid import uuid4

from plotly.io.json import to_json_plotly

from bench.drafts import CLERK, FIRST, LAST, UTILITIES, catch_up, planned_office
from bench.ground import ZONE, Ground
from bench.measure import Bench, Scale, Sides, rate
from billing.runs.exceptions import Limits
from dashboards.pages.bills.exceptions import exceptions_page
from dashboards.queries.sql import SqlQueries
from dashboards.queries.sql_site import SqlSite
from dashboards.security.scope import Role, Scope
from dashboards.theme import Theme
from dashboards.viewer import Viewer
from energy.base.secrets import PersonVault

ACCOUNTS = 84
"""With six supplies each: 504, those of an airport of 300 meters."""
EVERY = Limits(estimated_percent=-1)
"""No supply is without an exception."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """The page of a run's exceptions, asked again and for the first time."""

    accounts: int

    def __call__(self, ground: Ground, scale: Scale) -> AbstractContextManager[Sides]:
        """Give both sides."""
        return self._sides(ground, 3 if scale.smoke else self.accounts)

    @contextmanager
    def _sides(self, ground: Ground, accounts: int) -> Iterator[Sides]:
        with planned_office(ground, accounts) as (site, office):
            run = office.open_run(FIRST, LAST, CLERK, uuid4())
            catch_up(site)
            office.rate(run)
            catch_up(site)
            place = office.site
            at = SqlSite(
                database=site.database,
                site=place,
                clock=site.clock,
                vault=PersonVault(bytes(32), {}),  # type: ignore[arg-type]
                limits=EVERY,
            )
            scope = Scope(
                person=CLERK,
                name="",
                roles=frozenset({Role.BILLING_CLERK}),
                sites=frozenset({place.key}),
            )
            viewer = Viewer(scope=scope, language="en", theme=Theme.LIGHT)

            def made(queries: SqlQueries) -> None:
                (row,) = queries.bill_runs(scope).rows
                answer = queries.run_review(scope, run)
                assert answer is not None, "the run is there"
                assert len(answer.rows.exceptions) == accounts * len(UTILITIES)
                to_json_plotly(exceptions_page(viewer, row, answer, "", zone=ZONE))

            asked = SqlQueries(at)
            made(asked)
            yield Sides(
                product=lambda: rate(1, lambda: made(asked)),
                baseline=lambda: rate(1, lambda: made(SqlQueries(at))),
            )


BENCHES = (
    Bench(
        name="review",
        says="the page of 504 exceptions of a run asked again | asked for the first time",
        unit="pages/s",
        prepare=Reviewed(accounts=ACCOUNTS),
    ),
)
