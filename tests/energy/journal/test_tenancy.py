"""Who sees which tenant: dated, journaled, the same again is nothing."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from energy.base.clock import ManualClock
from energy.base.errors import RefusedError
from energy.base.secrets import PersonVault
from energy.journal.directory import People, TableKeys
from energy.journal.directory_view import DirectoryView
from energy.journal.follower import Follower, event_fold
from energy.journal.tenancy import Tenancy, tenancies, tenant_named
from energy.store.pool import Database
from energy.store.sites import DIRECTORY
from tests.fixtures.postgres import NOON, command

pytestmark = pytest.mark.servers
ZONE = ZoneInfo("Asia/Shanghai")
MILL = tenant_named("party", "mill")
ROOT = command("root", "root")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def people(directory: Database, clock: ManualClock) -> People:
    return People(directory, clock, PersonVault(bytes(range(32)), TableKeys(directory)))


@pytest.fixture
def mia(people: People) -> UUID:
    return people.add(
        sign_in="mia",
        name="Mia",
        password_hash="hash",
        roles=["tenant"],
        language="en",
        command_id=command("add", "mia"),
    )


def bound(person: UUID, first: date, after: date | None = None) -> Tenancy:
    return Tenancy(person=person, site="north", tenant=MILL, valid_from=first, valid_to=after)


def events(directory: Database) -> int:
    with directory.connection() as connection:
        row = connection.execute(
            "SELECT count(*) FROM directory.directory_events WHERE topic LIKE 'tenant_access.%'"
        ).fetchone()
    assert row is not None
    return int(str(row[0]))


def test_a_person_sees_a_tenant_from_the_first_local_day_to_before_the_last(
    people: People, clock: ManualClock, mia: UUID
) -> None:
    people.give_access(bound(mia, date(2019, 1, 2), date(2019, 1, 4)), ROOT, command("give", "1"))
    seen = []
    for hours in (3, 4, 51, 52):  # 16:00 UTC is midnight in Shanghai
        clock.move_to(NOON + timedelta(hours=hours))
        seen.append(people.tenants(mia, "north", ZONE))
    assert seen == [frozenset(), {MILL}, {MILL}, frozenset()]
    assert people.tenants(mia, "south", ZONE) == frozenset()


def test_other_days_are_another_event_and_the_same_days_none(
    people: People, directory: Database, mia: UUID
) -> None:
    people.give_access(bound(mia, date(2019, 1, 1)), ROOT, command("give", "1"))
    people.give_access(bound(mia, date(2019, 1, 1)), ROOT, command("give", "2"))
    assert events(directory) == 1
    people.give_access(bound(mia, date(2019, 1, 1), date(2019, 1, 1)), ROOT, command("end", "1"))
    assert events(directory) == 2
    assert people.tenants(mia, "north", ZONE) == frozenset()


def test_the_table_is_a_fold_of_the_journal(
    people: People, directory: Database, clock: ManualClock, mia: UUID
) -> None:
    for after in (None, date(2019, 2, 1)):
        people.give_access(bound(mia, date(2019, 1, 1), after), ROOT, command("g", str(after)))
    before = tenancies(directory, mia)
    with directory.connection() as connection:
        connection.execute("DELETE FROM directory.tenant_access")
        connection.execute("UPDATE directory.follower SET position = 0")
    follower = Follower(
        directory,
        DIRECTORY,
        "directory",
        "directory",
        event_fold(DIRECTORY, [DirectoryView()]),
        clock,
    )
    while follower.step():
        pass
    assert tenancies(directory, mia) == before == [bound(mia, date(2019, 1, 1), date(2019, 2, 1))]


def test_days_that_end_before_they_begin_and_strangers_are_refused(
    people: People, mia: UUID
) -> None:
    with pytest.raises(RefusedError, match="before they begin"):
        people.give_access(
            bound(mia, date(2019, 1, 2), date(2019, 1, 1)), ROOT, command("give", "1")
        )
    with pytest.raises(RefusedError, match="No such person"):
        people.give_access(bound(ROOT, date(2019, 1, 2)), ROOT, command("give", "2"))
