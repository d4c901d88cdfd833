"""People: sealed names, roles that end sessions, commands that happen once."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from energy.base.clock import ManualClock
from energy.base.errors import RefusedError
from energy.base.secrets import ERASED, PersonVault
from energy.journal.directory import People, TableKeys, roles_at
from energy.journal.directory_view import DirectoryView
from energy.journal.follower import Follower, event_fold
from energy.journal.verify import verify
from energy.store.pool import Database
from energy.store.sites import DIRECTORY
from tests.fixtures.postgres import NOON, command

pytestmark = pytest.mark.servers

CLOCK = ManualClock(NOON)


@pytest.fixture
def people(directory: Database) -> People:
    return People(directory, CLOCK, PersonVault(bytes(range(32)), TableKeys(directory)))


def added(people: People, sign_in: str = "ada@example.org", name: str = "Ada Lovelace") -> UUID:
    return people.add(
        sign_in=sign_in,
        name=name,
        password_hash="hash",
        roles=["viewer"],
        language="en",
        command_id=command("add", sign_in),
    )


def session(directory: Database, person: UUID) -> None:
    with directory.connection() as connection:
        connection.execute(
            "INSERT INTO directory.session VALUES (%s, %s, %s, %s, %s, '', '')",
            (uuid4().bytes, person, NOON, NOON, NOON + timedelta(hours=8)),
        )


def count(directory: Database, table: str) -> int:
    with directory.connection() as connection:
        row = connection.execute(f"SELECT count(*) FROM directory.{table}".encode()).fetchone()
    assert row is not None
    return int(str(row[0]))


def test_person_is_found_by_sign_in_and_id(people: People) -> None:
    ada = added(people)
    found = people.by_sign_in("  ADA@example.org")
    assert found is not None
    assert found == people.get(ada)
    assert (found.name, found.sign_in, found.roles) == (
        "Ada Lovelace",
        "ada@example.org",
        ("viewer",),
    )
    assert people.by_sign_in("ben@example.org") is None


def test_no_name_stands_in_the_journal_or_the_views(people: People, directory: Database) -> None:
    ada = added(people)
    people.sign_in(ada, "10.0.0.7", command("in"))
    for table in ("directory_events", "person", "person_key"):
        with directory.connection() as connection:
            rows = connection.execute(
                f"SELECT t::text FROM directory.{table} AS t".encode()
            ).fetchall()
        with directory.connection() as connection:
            states = (
                connection.execute("SELECT state FROM directory.directory_events").fetchall()
                if table == "directory_events"
                else []
            )
        whole = b"".join(str(row).encode() for row in rows) + b"".join(
            bytes(s)  # type: ignore[call-overload]
            for (s,) in states
        )
        assert rows
        for word in (b"Ada", b"Lovelace", b"ada@", b"example.org"):
            assert word not in whole
            assert word.hex().encode() not in whole


def test_erased_person_is_a_question_mark_and_the_journal_stays_whole(
    people: People, directory: Database
) -> None:
    ada, ben = added(people), added(people, "ben@example.org", "Ben")
    people.sign_in(ada, "10.0.0.7", command("in"))
    people.disable(ada, ben, command("disable"))
    for number in range(2):  # the second is the same again, by another command
        people.erase(ada, ben, command("erase", str(number)))
    with directory.connection() as connection:
        assert verify(connection, DIRECTORY, "directory").chain_ok
        told = connection.execute(
            "SELECT count(*) FROM directory.directory_events WHERE topic = 'person.erased'"
        ).fetchone()
        kept = connection.execute("SELECT person FROM directory.person_key").fetchall()
    assert told == (1,)
    assert kept == [(ben,)]
    found = people.get(ada)
    assert found is not None
    assert (found.name, found.sign_in, found.roles, found.password_hash) == (
        *(ERASED, ERASED),
        *((), ""),
    )
    assert found.disabled


def test_an_erased_person_is_not_brought_back(people: People) -> None:
    ada, ben = added(people), added(people, "ben@example.org", "Ben")
    with pytest.raises(RefusedError, match="may still sign in"):
        people.erase(ada, ben, command("early"))
    with pytest.raises(RefusedError, match="Nobody changes"):
        people.erase(ada, ada, command("oneself"))
    people.disable(ada, ben, command("disable"))
    people.erase(ada, ben, command("erase"))
    with pytest.raises(RefusedError, match="for good"):
        people.enable(ada, ben, command("enable"))
    with pytest.raises(RefusedError, match="for good"):
        people.reset_password(ada, "first", ben, command("reset"))
    with pytest.raises(RefusedError, match="for good"):
        people.change_roles(ada, ["admin"], ben, command("roles"))
    with pytest.raises(RefusedError, match="is taken"):
        people.add(
            sign_in="ada@example.org",
            name="Ada",
            password_hash="hash",
            roles=["viewer"],
            language="en",
            command_id=command("again"),
        )


@pytest.mark.parametrize("change", ["roles", "password", "reset", "disable"])
def test_sessions_end_when_rights_change(people: People, directory: Database, change: str) -> None:
    ada, ben = added(people), added(people, "ben@example.org", "Ben")
    for person in (ada, ada, ben):
        session(directory, person)
    if change == "roles":
        people.change_roles(ada, ["admin"], ben, command("roles"))
    elif change == "password":
        people.change_password(ada, "other", command("password"))
    elif change == "reset":
        for _ in range(2):  # the second is the same command sent again
            people.reset_password(ada, "first", ben, command("reset"))
    else:
        people.disable(ada, ben, command("disable"))
    assert count(directory, "session") == 1
    found = people.get(ada)
    assert found is not None
    assert (found.roles, found.password_hash, found.must_change, found.disabled) == {
        "roles": (("admin",), "hash", True, False),
        "password": (("viewer",), "other", False, False),
        "reset": (("viewer",), "first", True, False),
        "disable": (("viewer",), "hash", True, True),
    }[change]


def test_signing_in_ends_no_session(people: People, directory: Database) -> None:
    ada = added(people)
    session(directory, ada)
    people.sign_in(ada, "10.0.0.7", command("in"))
    people.sign_out(ada, "10.0.0.7", command("out"))
    assert count(directory, "session") == 1
    assert count(directory, "directory_events") == 3


def test_command_sent_again_happens_once(people: People, directory: Database) -> None:
    ada = added(people)
    for _ in range(2):
        people.sign_in(ada, "10.0.0.7", command("in"))
        people.change_password(ada, "other", command("password"))
        people.change_roles(ada, ["admin"], uuid4(), command("roles"))
    people.change_roles(ada, ["viewer"], uuid4(), command("roles back"))
    people.change_roles(ada, ["admin"], uuid4(), command("roles"))
    found = people.get(ada)
    assert found is not None
    assert found.roles == ("viewer",)
    assert count(directory, "directory_events") == 5


def test_taken_sign_in_unknown_role_and_unknown_person_are_refused(people: People) -> None:
    ada = added(people)
    with pytest.raises(RefusedError, match="is taken"):
        added(people, "ADA@example.org", "Another Ada")
    with pytest.raises(RefusedError, match="Unknown role"):
        people.change_roles(ada, ["king"], uuid4(), command("roles"))
    with pytest.raises(RefusedError, match="No such person"):
        people.disable(uuid4(), ada, command("disable"))


def test_change_stored_by_a_process_that_died_is_not_overtaken(
    people: People, directory: Database
) -> None:
    ada = added(people)
    entry = people._entry(ada)
    entry.change_password(password_hash="other", command_id=command("password"))
    people._application.store(entry)  # and here it dies, before the view is written
    people.change_roles(ada, ["admin"], uuid4(), command("roles"))
    found = people.get(ada)
    assert found is not None
    assert (found.password_hash, found.roles) == ("other", ("admin",))


def test_follower_folding_again_changes_nothing(people: People, directory: Database) -> None:
    ada = added(people)
    people.change_roles(ada, ["admin"], uuid4(), command("roles"))
    session(directory, ada)
    before = people.get(ada)
    follower = Follower(
        directory,
        DIRECTORY,
        "directory",
        "directory",
        event_fold(DIRECTORY, [DirectoryView()]),
        CLOCK,
    )
    assert follower.step() == 2
    assert people.get(ada) == before
    assert count(directory, "session") == 1


def test_person_added_again_after_a_lost_answer_is_one_person(
    people: People, directory: Database
) -> None:
    first = added(people)
    before = count(directory, "directory_events")
    assert added(people) == first
    assert count(directory, "directory_events") == before


def test_address_of_a_sign_in_goes_with_the_person(people: People, directory: Database) -> None:
    ada = added(people)
    people.sign_in(ada, "203.0.113.7", command("in"))
    with directory.connection() as connection:
        states = connection.execute(
            "SELECT state FROM directory.directory_events WHERE topic = 'sign_in.recorded'"
        ).fetchall()
    assert len(states) == 1
    assert b"203.0.113.7" not in bytes(states[0][0])  # type: ignore[call-overload]


def test_role_may_hold_at_one_site_only() -> None:
    roles = ["admin", "billing_clerk@north", "viewer@south"]
    assert roles_at(roles, "north") == ["admin", "billing_clerk"]
    assert roles_at(roles, "south") == ["admin", "viewer"]
    assert roles_at(roles, "nort") == ["admin"]


@pytest.mark.parametrize("role", ["king", "admin@", "admin@No Site", "@north", ""])
def test_role_that_is_none_is_refused(people: People, role: str) -> None:
    with pytest.raises(RefusedError, match="ROLE@SITE"):
        people.add(
            sign_in="x@example.org",
            name="X",
            password_hash="hash",
            roles=[role],
            language="en",
            command_id=command("add", role),
        )


@pytest.mark.parametrize("text", ["", "  ", "x" * 201, "two\tcells", "bell\a"])
def test_name_that_no_table_can_show_is_refused(people: People, text: str) -> None:
    with pytest.raises(RefusedError, match="printable"):
        added(people, sign_in=text)
    with pytest.raises(RefusedError, match="printable"):
        added(people, name=text)
