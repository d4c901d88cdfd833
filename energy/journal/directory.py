"""In: commands on sites and people. Out: events of the shared directory, and its tables. I/O.

Names and sign-in addresses stand in events sealed under the person's own key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import psycopg
from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.clock import Clock
from energy.base.errors import RefusedError
from energy.base.ids import id_of
from energy.base.secrets import PersonVault
from energy.journal.application import JournalApplication
from energy.store.pool import Database
from energy.store.sites import DIRECTORY

ROLES = (
    "viewer",
    "technician",
    "billing_clerk",
    "billing_approver",
    "energy_manager",
    "admin",
)


class SiteEntry(JournalAggregate):
    """A site of this installation."""

    TOPIC = "site"

    class Created(JournalAggregate.Created):
        """The site was founded."""

        TOPIC = "site.founded"
        key: str
        name: str
        zone: str
        currency: str
        language: str

    @staticmethod
    def create_id(*, key: str, **_: object) -> UUID:
        """Return the id from the key."""
        return id_of("site", key)

    @event(Created)
    def __init__(
        self, *, key: str, name: str, zone: str, currency: str, language: str, command_id: UUID
    ) -> None:
        """Found the site."""
        self.key = key


class PersonEntry(JournalAggregate):
    """A person who may sign in."""

    TOPIC = "person"

    class Created(JournalAggregate.Created):
        """The person was added."""

        TOPIC = "person.added"
        person: UUID
        digest: str
        sign_in_sealed: str
        name_sealed: str
        password_hash: str
        must_change: bool
        roles: list[str]
        language: str

    class PasswordChanged(JournalAggregate.Event):
        """The person has another password."""

        TOPIC = "person.password_changed"
        password_hash: str

    class RolesChanged(JournalAggregate.Event):
        """The person has other roles."""

        TOPIC = "person.roles_changed"
        roles: list[str]
        by: UUID

    class Disabled(JournalAggregate.Event):
        """The person may not sign in any more."""

        TOPIC = "person.disabled"
        by: UUID

    class SignedIn(JournalAggregate.Event):
        """The person signed in."""

        TOPIC = "person.signed_in"
        address: str

    class SignedOut(JournalAggregate.Event):
        """The person signed out."""

        TOPIC = "person.signed_out"
        address: str

    @staticmethod
    def create_id(*, person: UUID, **_: object) -> UUID:
        """Return the person's own id."""
        return person

    @event(Created)
    def __init__(  # noqa: PLR0913 - everything a person is
        self,
        *,
        person: UUID,
        digest: str,
        sign_in_sealed: str,
        name_sealed: str,
        password_hash: str,
        must_change: bool,
        roles: list[str],
        language: str,
        command_id: UUID,
    ) -> None:
        """Add the person."""
        self.roles = roles
        self.disabled = False

    @event(PasswordChanged)
    def change_password(self, *, password_hash: str, command_id: UUID) -> None:
        """Set another password."""

    @event(RolesChanged)
    def change_roles(self, *, roles: list[str], by: UUID, command_id: UUID) -> None:
        """Give other roles."""
        self.roles = roles

    @event(Disabled)
    def disable(self, *, by: UUID, command_id: UUID) -> None:
        """Bar from signing in."""
        self.disabled = True

    @event(SignedIn)
    def sign_in(self, *, address: str, command_id: UUID) -> None:
        """Record a sign-in."""

    @event(SignedOut)
    def sign_out(self, *, address: str, command_id: UUID) -> None:
        """Record a sign-out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person as the program sees them, fields opened."""

    person: UUID
    sign_in: str
    name: str
    password_hash: str
    must_change: bool
    roles: tuple[str, ...]
    language: str
    disabled: bool


class TableKeys:
    """Wrapped person keys in directory.person_key."""

    def __init__(self, database: Database) -> None:
        """Keep keys in a database."""
        self._database = database

    def get(self, person: UUID) -> bytes | None:
        """Return the wrapped key, or None when unknown or erased."""
        with self._database.connection() as connection:
            row: tuple[Any, ...] | None = connection.execute(
                f"SELECT wrapped_key FROM {DIRECTORY}.person_key WHERE person = %s", (person,)
            ).fetchone()
        return bytes(row[0]) if row else None

    def put_if_absent(self, person: UUID, wrapped: bytes) -> bytes:
        """Store a wrapped key unless there is one; return the one that counts."""
        with self._database.connection() as connection:
            connection.execute(
                f"INSERT INTO {DIRECTORY}.person_key VALUES (%s, %s) ON CONFLICT DO NOTHING",
                (person, wrapped),
            )
        stored = self.get(person)
        assert stored is not None, "a key was just stored"
        return stored


class People:
    """The people of an installation: adds, finds and changes them."""

    def __init__(self, database: Database, clock: Clock, vault: PersonVault) -> None:
        """Work on the shared directory.

        Args:
            database: The process's pool.
            clock: Stamps events.
            vault: Seals and opens personal fields.
        """
        self._database = database
        self._application = JournalApplication(database, DIRECTORY, "directory", clock)
        self._vault = vault

    def add(  # noqa: PLR0913 - everything a person is
        self,
        *,
        sign_in: str,
        name: str,
        password_hash: str,
        roles: Sequence[str],
        language: str,
        command_id: UUID,
        must_change: bool = True,
    ) -> UUID:
        """Add a person; return their id.

        Raises:
            RefusedError: The sign-in is taken or a role is unknown.
        """
        unknown = set(roles) - set(ROLES)
        if unknown:
            raise RefusedError(
                f"Unknown role(s) {', '.join(sorted(unknown))}. Use: {', '.join(ROLES)}."
            )
        if self.by_sign_in(sign_in) is not None:
            raise RefusedError(f"Sign-in {sign_in!r} is taken. `user role` changes its roles.")
        person = uuid4()
        entry = PersonEntry(
            person=person,
            digest=self._vault.digest(sign_in).hex(),
            sign_in_sealed=self._vault.seal(person, sign_in),
            name_sealed=self._vault.seal(person, name),
            password_hash=password_hash,
            must_change=must_change,
            roles=list(roles),
            language=language,
            command_id=command_id,
        )
        self._store(entry)
        return person

    def by_sign_in(self, sign_in: str) -> Person | None:
        """Return the person with a sign-in, or None."""
        return self._one("sign_in_digest = %s", self._vault.digest(sign_in))

    def get(self, person: UUID) -> Person | None:
        """Return a person by id, or None."""
        return self._one("person = %s", person)

    def sign_in(self, person: UUID, address: str, command_id: UUID) -> None:
        """Record a sign-in in the journal."""
        entry = self._entry(person)
        entry.sign_in(address=address, command_id=command_id)
        self._store(entry)

    def sign_out(self, person: UUID, address: str, command_id: UUID) -> None:
        """Record a sign-out in the journal."""
        entry = self._entry(person)
        entry.sign_out(address=address, command_id=command_id)
        self._store(entry)

    def sign_in_failed(self, sign_in: str, address: str) -> None:
        """Note a failed sign-in for the limiter (state, not a fact)."""
        with self._database.connection() as connection:
            connection.execute(
                f"INSERT INTO {DIRECTORY}.sign_in_failure VALUES (%s, %s, now())",
                (self._vault.digest(sign_in), address),
            )

    def change_password(self, person: UUID, password_hash: str, command_id: UUID) -> None:
        """Set another password, chosen by the person."""
        entry = self._entry(person)
        entry.change_password(password_hash=password_hash, command_id=command_id)
        self._store(entry)

    def change_roles(
        self, person: UUID, roles: Sequence[str], by: UUID, command_id: UUID
    ) -> None:
        """Give a person other roles; their sessions end."""
        entry = self._entry(person)
        entry.change_roles(roles=list(roles), by=by, command_id=command_id)
        self._store(entry)

    def disable(self, person: UUID, by: UUID, command_id: UUID) -> None:
        """Bar a person from signing in; their sessions end."""
        entry = self._entry(person)
        entry.disable(by=by, command_id=command_id)
        self._store(entry)

    def _entry(self, person: UUID) -> PersonEntry:
        entry = self._application.find(person)
        if entry is None:
            raise RefusedError("No such person. `user list` shows who there is.")
        assert isinstance(entry, PersonEntry)
        return entry

    def _store(self, entry: PersonEntry) -> None:
        """Store the events, and fold them at once: a sign-in must see its own write."""
        store_and_fold(self._application, entry)

    def _one(self, condition: str, value: object) -> Person | None:
        with self._database.connection() as connection:
            row: tuple[Any, ...] | None = connection.execute(
                "SELECT person, sign_in_sealed, name_sealed, password_hash, must_change, roles, "
                f"language, disabled FROM {DIRECTORY}.person WHERE {condition}",
                (value,),
            ).fetchone()
        if row is None:
            return None
        person, sign_in_sealed, name_sealed, password_hash, must_change, roles, *rest = row
        return Person(
            person=person,
            sign_in=self._vault.open(person, sign_in_sealed),
            name=self._vault.open(person, name_sealed),
            password_hash=password_hash,
            must_change=must_change,
            roles=tuple(roles),
            language=rest[0],
            disabled=rest[1],
        )


def found_site(  # noqa: PLR0913 - everything a site is
    database: Database,
    clock: Clock,
    *,
    key: str,
    name: str,
    zone: str,
    currency: str,
    language: str,
    command_id: UUID,
) -> None:
    """Enter a site in the directory; doing it again changes nothing."""
    application = JournalApplication(database, DIRECTORY, "directory", clock)
    if application.find(id_of("site", key)) is not None:
        return
    entry = SiteEntry(
        key=key, name=name, zone=zone, currency=currency, language=language, command_id=command_id
    )
    store_and_fold(application, entry)


def store_and_fold(application: JournalApplication, entry: JournalAggregate) -> None:
    """Store new events and fold them at once, so that the next read sees the write.

    The directory's follower folds them again: the view applies a position once.
    """
    pending = list(entry.pending_events)
    first = application.store(entry) - len(pending) + 1
    with application.database.transaction() as connection, connection.cursor() as cursor:
        for n, happened in enumerate(pending):
            DirectoryView().fold(cursor, DIRECTORY, first + n, happened)


class DirectoryView:
    """Folds directory events into directory.site and directory.person; idempotent."""

    def fold(
        self,
        cursor: psycopg.Cursor[tuple[object, ...]],
        schema: str,
        position: int,
        event: Any,
    ) -> None:
        """Apply one event; applying it twice leaves the same rows."""
        match event:
            case SiteEntry.Created():
                cursor.execute(
                    f"INSERT INTO {schema}.site VALUES (%s, %s, %s, %s, %s, %s, %s) "
                    "ON CONFLICT DO NOTHING",
                    (
                        event.key,
                        f"site_{event.key}",
                        event.name,
                        event.zone,
                        event.currency,
                        event.language,
                        event.timestamp,
                    ),
                )
            case PersonEntry.Created():
                cursor.execute(
                    f"INSERT INTO {schema}.person VALUES (%s, %s, %s, %s, %s, %s, %s, %s, "
                    "false, %s) ON CONFLICT DO NOTHING",
                    (
                        event.person,
                        bytes.fromhex(event.digest),
                        event.name_sealed,
                        event.sign_in_sealed,
                        event.password_hash,
                        event.must_change,
                        event.roles,
                        event.language,
                        position,
                    ),
                )
            case PersonEntry.PasswordChanged():
                _change(
                    cursor,
                    schema,
                    position,
                    event,
                    "password_hash = %s, must_change = false",
                    event.password_hash,
                )
            case PersonEntry.RolesChanged():
                _change(cursor, schema, position, event, "roles = %s", event.roles)
            case PersonEntry.Disabled():
                _change(cursor, schema, position, event, "disabled = %s", True)  # noqa: FBT003
            case _:
                pass  # sign-ins leave no row


def _change(  # noqa: PLR0913 - which row, which change
    cursor: psycopg.Cursor[tuple[object, ...]],
    schema: str,
    position: int,
    event: Any,
    assignment: str,
    value: object,
) -> None:
    """Change a person once per position, and end their sessions."""
    cursor.execute(
        f"UPDATE {schema}.person SET {assignment}, position = %s "
        "WHERE person = %s AND position < %s",
        (value, position, event.originator_id, position),
    )
    if cursor.rowcount:
        cursor.execute(f"DELETE FROM {schema}.session WHERE person = %s", (event.originator_id,))
