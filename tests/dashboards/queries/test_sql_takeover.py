"""The take-over as the web's role reads and decides it in a real database."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from billing.office import BillingOffice
from billing.takeover.causes import Cause
from billing.takeover.comparison import Comparison, Pair
from billing.takeover.errors import TakeOverError, TakeOverPersonError
from billing.takeover.parallel import ParallelDesk
from dashboards.queries.sql import SqlQueries
from dashboards.queries.sql_site import SqlSite
from dashboards.security.scope import Role, Scope
from energy.base.errors import NotPermittedError
from energy.store.embedded import EmbeddedPostgres
from energy.store.pool import Database
from energy.store.wall import STAFF
from processes.web import takeover_of
from tests.billing.takeover.test_office import bare, loaded
from tests.billing.town import APPROVER, CLERK, Town

__all__ = ["bare"]
pytestmark = pytest.mark.servers


def scope(town: Town, role: Role, person: UUID) -> Scope:
    return Scope(person=person, name="x", roles=frozenset({role}), sites=frozenset({town.site.key}))


def test_a_workbook_its_comparison_and_the_release(
    server: EmbeddedPostgres, bare: Town, tmp_path: Path
) -> None:
    town = bare
    clerk = scope(town, Role.BILLING_CLERK, CLERK)
    approver = scope(town, Role.BILLING_APPROVER, APPROVER)
    database = Database(server.dsn(user="meterline_web"), scope=STAFF)
    walled = Database(server.dsn(user="meterline_web"))
    at = SqlSite(database=database, site=town.site, clock=town.clock, vault=town.vault,
                 walled=walled)  # fmt: skip
    queries = SqlQueries(at)
    web_office = BillingOffice(database, town.site, town.clock, town.vault)
    commands = takeover_of(web_office, town.vault)
    assert queries.takeover(clerk).rows.loads == ()
    office, sha256 = loaded(town, tmp_path)
    (load,) = queries.takeover(clerk).rows.loads
    assert (load.sha256, load.state, load.by) == (sha256, "loaded", CLERK)
    assert {total["sheet"] for total in load.totals} >= {"accounts", "deposits"}
    with pytest.raises(NotPermittedError):
        commands.drop(approver, sha256, "wrong file")
    with pytest.raises(NotPermittedError):
        commands.release(clerk, sha256, "all well")
    with pytest.raises(TakeOverError):
        commands.release(approver, sha256, "all well")  # nothing runs in parallel
    office.sign(sha256, by=APPROVER)
    pair = Pair(account="A", utility="electricity", ours=None, theirs=None,
                causes={Cause.PRICE: Decimal("-1.20")})  # fmt: skip
    found = Comparison(run="r/1", drafts="", file="old.csv", currency="GBP", pairs=(pair,))
    ParallelDesk(town.office.books)._keep(found, APPROVER)
    page = queries.takeover(clerk).rows
    assert page.parallel
    assert page.compared is not None
    assert [(each.account, each.difference) for each in page.pairs] == [("A", Decimal("-1.20"))]
    with pytest.raises(TakeOverPersonError):
        commands.release(approver, found.sha256, "all well")
    second = scope(town, Role.BILLING_APPROVER, UUID(int=77))
    for _ in range(2):  # pressed twice
        commands.release(second, found.sha256, "all well")
    assert not queries.takeover(clerk).rows.parallel
    database.close()
    walled.close()
