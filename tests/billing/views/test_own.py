"""A tenant's transaction sees its own rows, whatever is asked, before and after a rebuild.

These tests go past the queries: plain SELECTs in the role of the web process.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billing.accounts.desk import AccountDesk
from billing.accounts.party import PartyFacts
from billing.accounts.roles import PartyRole
from billing.accounts.terms import DatedParty
from billing.cash_desk.desk import Desk, Payment
from billing.cash_desk.shift_events import Means
from billing.prepaid.office import PrepaidOffice
from billing.receivables.collection import Collection
from billing.views.own import read_own
from energy.base.ids import id_of
from energy.store.embedded import EmbeddedPostgres
from energy.store.pool import Database
from energy.store.server_settings import SUPERUSER
from energy.store.wall import Own, see_all, see_own
from processes.view_rebuild import ALL, rebuild_views
from tests.billing.conftest import new_town
from tests.billing.town import CLERK, Town
from tests.dashboards.queries.conftest import WebTown, shown

pytestmark = pytest.mark.servers
UNWALLED = {"journal_head", "follower", "reading", "batch_index"}
"""Positions, and what comes in by COPY: see site_006."""
SEEN = {
    "account": "account",
    "account_channel": "account",
    "channel": "point",
    "meter": "point",
    "usage_block": "channel",
    "usage_day": "channel",
    "invoice": "account",
    "open_item": "account",
    "account_movement": "account",
    "cash_taking": "account",
    "payment": "account",
    "dunning": "account",
}
"""Tables of the town in which a tenant has rows, and the column that says whose they are."""
OWN = {
    "account": {"A-b1"},
    "point": {"b1-elec", "b1-gas"},
    "channel": {1, 2},
}
Counts = dict[str, set[Any]]


def name_parties(town: Town) -> None:
    """Let b1 be the mill's; b2 the mill's until the second of January, the forge's from then."""
    desk = AccountDesk(town.office.books, town.vault)
    for key in ("mill", "forge"):
        facts = PartyFacts(legal_name=key, billing_address="Quay 1")
        desk.put_party(key, facts, by=CLERK, command_id=id_of("party", key))
    for account, party, first in (
        ("A-b1", "mill", date(2018, 1, 1)),
        ("A-b2", "mill", date(2018, 1, 1)),
        ("A-b2", "forge", date(2019, 1, 2)),
    ):
        named = DatedParty(role=PartyRole.TENANT, party=party, valid_from=first)
        desk.name_party(account, named, by=CLERK, command_id=id_of("name", account, party))
    town.catch_up()


@pytest.fixture(scope="module")
def town(server: EmbeddedPostgres) -> Iterator[WebTown]:
    with new_town(server) as made, shown(server, made) as web:
        name_parties(made)
        made.bill()
        pay_and_dun(made)
        roll_up_all(made)
        yield web


def pay_and_dun(town: Town) -> None:
    """Let each account pay at a desk and be written to."""
    books = town.office.books
    desk = Desk(books, PrepaidOffice(books, town.clock), "MAIN")
    desk.open(Decimal(0), desk.office.act(CLERK, id_of("shift")))
    for account in ("A-b1", "A-b2"):
        paid = Payment(amount=Decimal("5.00"), means=Means.CASH)
        desk.pay(account, None, paid, desk.office.act(CLERK, id_of("paid", account)))
        case = Collection(
            site=town.site.key, account=account, currency="GBP", command_id=id_of("case", account)
        )
        case.dun(1, [account], {}, on=date(2019, 2, 3), command_id=id_of("dun", account))
        books.store(case)
    town.catch_up()


def roll_up_all(town: Town) -> None:
    from energy.views.rollup import roll_up

    with town.database.connection() as connection:
        while roll_up(connection, town.site.schema):
            pass


@contextmanager
def seeing(web: WebTown, *tenants: str) -> Iterator[Any]:
    """Give a transaction that sees what belongs to some tenants."""
    with web.database.transaction() as connection:
        see_all(connection)
        own = read_own(connection, web.town.site.schema, tenants)
        see_own(connection, own, web.town.site.zone)
        yield connection


def tables(web: WebTown) -> set[str]:
    """Return every table of the site that the role may read at all."""
    rows = web.town.rows(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition "
        f"AND relnamespace = '{web.town.site.schema}'::regnamespace "
        "AND has_table_privilege('meterline_web', oid, 'SELECT')"
    )
    return {str(row[0]) for row in rows}


def everything(web: WebTown, connection: Any) -> Counts:
    """Return whose rows a transaction finds in every table."""
    found = {}
    for table in sorted(tables(web) - UNWALLED):
        what = SEEN.get(table, "'somebody'")
        rows = connection.execute(
            f"SELECT DISTINCT {what} FROM {web.town.site.schema}.{table}"
        ).fetchall()
        if rows:
            found[table] = {row[0] for row in rows}
    return found


def assert_walled(web: WebTown) -> None:
    with seeing(web, "account/A-b1") as connection:
        own = {table: OWN[column] for table, column in SEEN.items()}
        assert everything(web, connection) == own
    with web.database.transaction() as connection:
        assert everything(web, connection) == {}, "nothing was said"
    with seeing(web) as connection:
        assert everything(web, connection) == {}, "bound to nobody"
    with seeing(web, "party/smith", "account/A-none") as connection:
        assert everything(web, connection) == {}
    with web.database.transaction() as connection:
        see_all(connection)
        staff = everything(web, connection)
    assert staff["account"] == {"A-b1", "A-b2"}
    assert staff["usage_day"] == {1, 2, 3, 4}
    assert staff["books_events"] == {"somebody"}


def test_every_table_is_walled_but_those_named(town: WebTown) -> None:
    rows = town.town.rows(
        f"SELECT relname FROM pg_class WHERE relnamespace = '{town.town.site.schema}'::regnamespace"
        " AND relrowsecurity AND EXISTS (SELECT FROM pg_policy WHERE polrelid = pg_class.oid "
        "AND NOT polpermissive AND polroles = ARRAY['meterline_web'::regrole::oid])"
    )
    assert tables(town) - {row[0] for row in rows} == UNWALLED


def test_a_tenant_sees_its_own_rows_in_every_table_before_and_after_a_rebuild(
    town: WebTown, server: EmbeddedPostgres
) -> None:
    assert_walled(town)
    owner = Database(server.dsn(user=SUPERUSER), max_size=4)
    try:
        made = town.town
        rebuilt = rebuild_views(
            owner, made.site, ALL, made.clock, wait_s=10, tell=lambda _stage: None
        )
    finally:
        owner.close()
    assert set(SEEN) <= {table for each in rebuilt for table in each.tables}
    assert_walled(town)


def test_a_party_sees_an_account_on_the_days_its_contract_gives_it(town: WebTown) -> None:
    def days(*tenants: str) -> dict[int, list[int]]:
        with seeing(town, *tenants) as connection:
            rows = connection.execute(
                f"SELECT channel, day FROM {town.town.site.schema}.usage_day "
                "WHERE day BETWEEN '2019-01-01' AND '2019-01-03' ORDER BY 1, 2"
            ).fetchall()
        found: dict[int, list[int]] = {}
        for channel, day in rows:
            found.setdefault(channel, []).append(day.day)
        return found

    assert days("party/mill") == {1: [1, 2, 3], 2: [1, 2, 3], 3: [1], 4: [1]}
    assert days("party/forge") == {3: [2, 3], 4: [2, 3]}
    assert days("party/mill", "party/forge") == {n: [1, 2, 3] for n in (1, 2, 3, 4)}


def test_a_bill_is_seen_by_who_has_the_account_on_its_last_day(town: WebTown) -> None:
    for party, seen in (("mill", ["A-b1"]), ("forge", ["A-b2"])):
        with seeing(town, f"party/{party}") as connection:
            rows = connection.execute(
                f"SELECT account FROM {town.town.site.schema}.invoice ORDER BY 1"
            ).fetchall()
        assert [row[0] for row in rows] == seen


def test_a_tenants_transaction_changes_nothing(town: WebTown) -> None:
    import psycopg

    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction), seeing(town, "party/mill") as inside:
        inside.execute("DELETE FROM directory.session")


def test_settings_end_with_the_transaction(server: EmbeddedPostgres, town: WebTown) -> None:
    one = Database(server.dsn(user="meterline_web"), max_size=1)
    try:
        with one.transaction() as connection:
            see_all(connection)
            own = Own(
                accounts={"A-b1": ((date(2018, 1, 1), None),)}, channels={}, points=frozenset()
            )
            see_own(connection, own, town.town.site.zone)
            assert everything(town, connection).keys() >= {"account", "invoice"}
        with one.connection() as connection:
            assert everything(town, connection) == {}
    finally:
        one.close()
