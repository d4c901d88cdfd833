"""Locks, acts, rules and devices of the sign-in: in the journal, folded once, names sealed."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID

import pytest

from energy.base.clock import ManualClock
from energy.base.errors import RefusedError
from energy.base.secrets import PersonVault
from energy.journal.access import Access, Whence
from energy.journal.directory import People, TableKeys, found_site
from energy.journal.directory_view import DirectoryView
from energy.journal.factors import Factors
from energy.journal.follower import Follower, event_fold
from energy.store.pool import Database
from energy.store.sites import DIRECTORY
from tests.fixtures.postgres import NOON, command

pytestmark = pytest.mark.servers

WITHIN, LOCK = timedelta(minutes=15), timedelta(minutes=30)
WHENCE = Whence(site="north", address="203.0.113.7", agent="Phone 7")


class Doors:
    def __init__(self, database: Database) -> None:
        self.clock = ManualClock(NOON)
        vault = PersonVault(bytes(range(32)), TableKeys(database))
        self.database = database
        self.people = People(database, self.clock, vault)
        self.access = Access(database, self.clock, vault)
        self.factors = Factors(database, self.clock, vault)

    def add(self, sign_in: str = "ada") -> UUID:
        return self.people.add(
            sign_in=sign_in,
            name=sign_in.title(),
            password_hash="hash",
            roles=["admin"],
            language="en",
            command_id=command("add", sign_in),
        )

    def fail(self, sign_in: str, person: UUID | None) -> bool:
        self.people.sign_in_failed(sign_in, "203.0.113.7")
        return self.access.lock_if_due(sign_in, person, failures=3, within=WITHIN, for_=LOCK)

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with self.database.connection() as connection:
            return connection.execute(query.encode()).fetchall()

    def topics(self) -> list[object]:
        return [
            row[0]
            for row in self.rows(
                "SELECT topic FROM directory.directory_events ORDER BY notification_id"
            )
        ]

    def fold_again(self) -> None:
        Follower(
            self.database,
            DIRECTORY,
            "directory",
            "directory",
            event_fold(DIRECTORY, [DirectoryView()]),
            self.clock,
        ).step()


@pytest.fixture
def doors(directory: Database) -> Doors:
    return Doors(directory)


def test_a_name_that_fails_too_often_is_locked_for_a_while_and_the_journal_tells(
    doors: Doors,
) -> None:
    ada = doors.add()
    assert [doors.fail("ada", ada) for _ in range(3)] == [False, False, True]
    assert doors.access.locked_until(" ADA ") == NOON + LOCK
    assert doors.topics()[-1] == "person.locked"
    assert not doors.fail("ada", ada)  # it is locked: one lock, one entry
    doors.clock.move_to(NOON + LOCK)
    assert doors.access.locked_until("ada") is None


def test_a_name_that_nobody_has_is_locked_as_any_other(doors: Doors) -> None:
    assert [doors.fail("nobody", None) for _ in range(3)] == [False, False, True]
    assert doors.access.locked_until("nobody") == NOON + LOCK
    assert doors.topics() == []


def test_failures_of_long_ago_lock_nobody(doors: Doors) -> None:
    ada = doors.add()
    for minute in (0, 10, 20, 30):
        doors.clock.move_to(NOON + timedelta(minutes=minute))
        assert not doors.fail("ada", ada)


def test_an_administrator_unlocks_and_counts_anew(doors: Doors) -> None:
    ada, root = doors.add(), doors.add("root")
    for _ in range(3):
        doors.fail("ada", ada)
    for _ in range(2):
        doors.access.unlock(ada, root, command("unlock"))
    assert doors.access.locked_until("ada") is None
    assert doors.topics().count("person.unlocked") == 1
    assert not doors.fail("ada", ada)
    doors.fold_again()
    assert doors.access.locked_until("ada") is None
    assert len(doors.rows("SELECT * FROM directory.sign_in_failure")) == 1


def test_an_act_stands_in_the_journal_with_its_address_sealed(doors: Doors) -> None:
    ada = doors.add()
    doors.access.record("download", WHENCE, person=ada, subject="CAM-2026-00001")
    doors.access.record("sign_in_failed", WHENCE, person=None)
    states = doors.rows(
        "SELECT convert_from(state, 'UTF8') FROM directory.directory_events "
        "WHERE topic = 'act.recorded' ORDER BY notification_id"
    )
    assert [json.loads(str(s))["kind"] for (s,) in states] == ["download", "sign_in_failed"]
    assert "203.0.113.7" not in str(states)
    assert "Phone 7" not in str(states)


def test_rules_of_a_site_end_its_sessions_and_the_same_ones_change_nothing(doors: Doors) -> None:
    root = doors.add("root")
    found_site(
        doors.database,
        doors.clock,
        key="north",
        name="North",
        zone="Europe/London",
        currency="GBP",
        language="en",
        command_id=command("found"),
    )
    assert doors.access.rules("north") == {}
    for n in range(2):
        doors.access.set_rules("north", '{"lock_min": 5}', root, command("rules", n))
    assert doors.access.rules("north") == {"lock_min": 5}
    assert doors.topics().count("site.sign_in_rules_set") == 1
    with pytest.raises(RefusedError):
        doors.access.set_rules("south", "{}", root, command("rules", "south"))


def test_a_device_is_known_by_its_token_until_it_is_ended(doors: Doors) -> None:
    root = doors.add("root")
    device = doors.access.enrol_device(
        token_hash=b"x" * 32,
        kind="kiosk",
        site="north",
        name="Hall",
        view="/wall/hall",
        addresses=["10.1.0.0/16"],
        by=root,
        command_id=command("device"),
    )
    found = doors.access.device_of(b"x" * 32)
    assert found is not None
    assert (found.device, found.view, found.addresses) == (device, "/wall/hall", ("10.1.0.0/16",))
    doors.access.end_device(device, root, command("end"))
    doors.fold_again()
    assert doors.access.device_of(b"x" * 32) is None
    assert [each.ended for each in doors.access.devices("north")] == [True]


def test_a_second_factor_is_sealed_and_its_codes_are_taken_once(doors: Doors) -> None:
    ada, root = doors.add(), doors.add("root")
    assert doors.factors.of(ada) is None
    doors.factors.enrol(ada, "JBSWY3DPEHPK3PXP", [b"one", b"two"], command("enrol"))
    found = doors.factors.of(ada)
    assert found is not None
    assert (found.secret, found.recovery_left) == ("JBSWY3DPEHPK3PXP", 2)
    assert "JBSWY3DPEHPK3PXP" not in str(doors.rows("SELECT * FROM directory.second_factor"))
    assert [doors.factors.take_step(ada, step) for step in (7, 7, 6, 8)] == [
        True,
        False,
        False,
        True,
    ]
    assert doors.factors.use_recovery(ada, b"one", command("use"))
    assert not doors.factors.use_recovery(ada, b"one", command("use again"))
    doors.fold_again()
    assert not doors.factors.take_step(ada, 8), "folding again forgets no code that was taken"
    assert doors.factors.enrolled([ada, root]) == {ada}
    doors.factors.remove(ada, root, command("remove"))
    assert doors.factors.of(ada) is None
    assert not doors.factors.use_recovery(ada, b"two", command("use removed"))


def test_a_pin_stands_as_its_hash(doors: Doors) -> None:
    ada = doors.add()
    assert doors.factors.pin_hash(ada) is None
    doors.factors.set_pin(ada, "$argon2id$...", command("pin"))
    assert doors.factors.pin_hash(ada) == "$argon2id$..."


def test_a_barred_person_may_be_let_in_again(doors: Doors) -> None:
    ada, root = doors.add(), doors.add("root")
    doors.people.disable(ada, root, command("disable"))
    doors.people.enable(ada, root, command("enable"))
    found = doors.people.get(ada)
    assert found is not None
    assert not found.disabled


def test_a_sign_in_at_a_provider_is_finished_once_and_in_time(doors: Doors) -> None:
    for state in (b"one", b"two"):
        doors.access.remember_request(state, nonce="n", verifier="v", onward="/meters")
    assert doors.access.take_request(b"one", 10) == ("n", "v", "/meters")
    assert doors.access.take_request(b"one", 10) is None
    doors.clock.move_to(NOON + timedelta(minutes=11))
    assert doors.access.take_request(b"two", 10) is None
