"""In: commands on sites and people. Out: events of the shared directory, and its tables. I/O.

Names and sign-in addresses stand in events sealed under the person's own key.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from energy.base.aggregate import JournalAggregate
from energy.base.clock import Clock
from energy.base.errors import RefusedError
from energy.base.ids import id_of
from energy.base.period import local_day
from energy.base.secrets import PersonVault
from energy.journal.application import EventDecoder, JournalApplication
from energy.journal.directory_events import PersonEntry, SignIn, SiteEntry
from energy.journal.directory_view import DirectoryView
from energy.journal.recorder import read_stream
from energy.journal.tenancy import Tenancy, access_given, tenants_on
from energy.store.pool import Database
from energy.store.sites import DIRECTORY, valid_key

_DECODER = EventDecoder()
LONGEST_NAME = 200
FAILURES_KEPT = timedelta(days=1)
"""How long a failed sign-in is kept for the limiter."""
ROLES = (
    "viewer",
    "technician",
    "billing_clerk",
    "billing_approver",
    "energy_manager",
    "admin",
    "tenant",
    "desk",
    "kiosk",
)


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

    def drop(self, person: UUID) -> None:
        """Forget a person's key: nobody reads what is sealed under it; a second time is nothing."""
        with self._database.connection() as connection:
            connection.execute(f"DELETE FROM {DIRECTORY}.person_key WHERE person = %s", (person,))


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
        self._clock = clock
        self._application = JournalApplication(database, DIRECTORY, "directory", clock)
        self._vault = vault

    def add(
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
        _check_roles(roles)
        for what, text in (("Sign-in", sign_in), ("Name", name)):
            if not 1 <= len(text.strip()) <= LONGEST_NAME or not text.isprintable():
                raise RefusedError(f"{what} must be 1 to {LONGEST_NAME} printable characters long.")
        digest = self._vault.digest(sign_in).hex()
        person = id_of("person", digest)  # so that a retry meets its own first result
        known = self._application.find(person)
        if known is not None and known.seen(command_id):
            self._store(known)
            return person
        if known is not None:
            self._store(known)  # after a lost connection it may stand in the journal alone
            raise RefusedError(
                f"Sign-in {sign_in!r} is taken. `user role` changes its roles, "
                "`user password` prints a new first password."
            )
        entry = PersonEntry(
            person=person,
            digest=digest,
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

    def tenants(self, person: UUID, site: str, zone: ZoneInfo) -> frozenset[str]:
        """Return the tenants that a person sees at a site today: "party/KEY", "account/KEY"."""
        return tenants_on(self._database, person, site, local_day(self._clock.now(), zone))

    def give_access(self, tenancy: Tenancy, by: UUID, command_id: UUID) -> None:
        """Let a person see a tenant on some days; the same days again change nothing.

        Raises:
            RefusedError: The days end before they begin.
        """
        self._entry(tenancy.person)
        given = access_given(self._application, tenancy, by=by, command_id=command_id)
        store_and_fold(self._application, given)  # stored before, it may not be folded yet

    def sign_in(self, person: UUID, address: str, command_id: UUID) -> None:
        """Record a sign-in in the journal."""
        self._record_sign_in(person, address, command_id, out=False)

    def sign_out(self, person: UUID, address: str, command_id: UUID) -> None:
        """Record a sign-out in the journal."""
        self._record_sign_in(person, address, command_id, out=True)

    def _record_sign_in(self, person: UUID, address: str, command_id: UUID, *, out: bool) -> None:
        sealed = self._vault.seal(person, address)
        entry = SignIn(person=person, address_sealed=sealed, out=out, command_id=command_id)
        if self._application.find(entry.id) is None:
            self._application.store(entry)

    def sign_in_failed(self, sign_in: str, address: str) -> None:
        """Note a failed sign-in for the limiter (state, not a fact)."""
        now = self._clock.now()
        with self._database.connection() as connection:
            connection.execute(
                f"DELETE FROM {DIRECTORY}.sign_in_failure WHERE at < %s", (now - FAILURES_KEPT,)
            )
            connection.execute(
                f"INSERT INTO {DIRECTORY}.sign_in_failure VALUES (%s, %s, %s)",
                (self._vault.digest(sign_in), address, now),
            )

    def change_password(self, person: UUID, password_hash: str, command_id: UUID) -> None:
        """Set another password, chosen by the person."""
        entry = self._entry(person)
        if not entry.seen(command_id):
            entry.change_password(password_hash=password_hash, command_id=command_id)
        self._store(entry)

    def reset_password(self, person: UUID, password_hash: str, by: UUID, command_id: UUID) -> None:
        """Give a person a first password again; their sessions end.

        Raises:
            RefusedError: There is no such person, or the person was erased.
        """
        entry = self._kept(person)
        if not entry.seen(command_id):
            entry.reset_password(password_hash=password_hash, by=by, command_id=command_id)
        self._store(entry)

    def change_roles(self, person: UUID, roles: Sequence[str], by: UUID, command_id: UUID) -> None:
        """Give a person other roles; their sessions end. The roles they have change nothing.

        Raises:
            RefusedError: There is no such person, a role is unknown, it is oneself, or the
                person was erased.
        """
        _check_roles(roles)
        _not_oneself(person, by)
        entry = self._kept(person)
        if not entry.seen(command_id) and entry.roles != list(roles):
            entry.change_roles(roles=list(roles), by=by, command_id=command_id)
        self._store(entry)

    def disable(self, person: UUID, by: UUID, command_id: UUID) -> None:
        """Bar a person from signing in; their sessions end.

        Raises:
            RefusedError: There is no such person, or it is oneself.
        """
        _not_oneself(person, by)
        entry = self._entry(person)
        if not entry.seen(command_id) and not entry.disabled:
            entry.disable(by=by, command_id=command_id)
        self._store(entry)

    def enable(self, person: UUID, by: UUID, command_id: UUID) -> None:
        """Let a person who was barred sign in again.

        Raises:
            RefusedError: There is no such person, or the person was erased.
        """
        entry = self._kept(person)
        if not entry.seen(command_id) and entry.disabled:
            entry.enable(by=by, command_id=command_id)
        self._store(entry)

    def erase(self, person: UUID, by: UUID, command_id: UUID) -> None:
        """Forget the personal fields of somebody who left; the journal stays as it is.

        The fact comes first: cut off before the key is dropped, the same again drops it.

        Raises:
            RefusedError: There is no such person, who may still sign in, or is oneself.
        """
        _not_oneself(person, by)
        entry = self._entry(person)
        if not entry.erased:
            if not entry.disabled:
                raise RefusedError.of("person.not_barred")
            entry.erase(by=by, command_id=command_id)
        self._store(entry)
        TableKeys(self._database).drop(person)

    def erased(self, person: UUID) -> bool:
        """Return whether a person was erased.

        Raises:
            RefusedError: There is no such person.
        """
        return self._entry(person).erased

    def _kept(self, person: UUID) -> PersonEntry:
        """Return a person of whom something may still be changed."""
        entry = self._entry(person)
        if entry.erased:
            raise RefusedError.of("person.erased")
        return entry

    def _entry(self, person: UUID) -> PersonEntry:
        entry = self._application.find(person)
        if entry is None:
            raise RefusedError.of("person.none")
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
        sign_in, name = self._vault.open_all(person, [sign_in_sealed, name_sealed])
        return Person(
            person=person,
            sign_in=sign_in,
            name=name,
            password_hash=password_hash,
            must_change=must_change,
            roles=tuple(roles),
            language=rest[0],
            disabled=rest[1],
        )


def roles_at(roles: Iterable[str], site: str) -> list[str]:
    """Return the roles that a person has at a site.

    Args:
        roles: As the directory holds them: "admin" everywhere, "billing_clerk@terminal_2" there.
        site: Key of the site.
    """
    parts = (role.partition("@") for role in roles)
    return [name for name, at, place in parts if not at or place == site]


def _not_oneself(person: UUID, by: UUID) -> None:
    """Refuse what a person does to their own account: rights come from somebody else."""
    if person == by:
        raise RefusedError.of("person.oneself")


def _check_roles(roles: Sequence[str]) -> None:
    unknown = {role for role in roles if not _well_formed(role)}
    if unknown:
        raise RefusedError(
            f"Unknown role(s) {', '.join(sorted(unknown))}. Use: {', '.join(ROLES)}; "
            "ROLE@SITE gives it at one site only."
        )


def _well_formed(role: str) -> bool:
    name, at, place = role.partition("@")
    return name in ROLES and (not at or valid_key(place))


def found_site(
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
    known = application.find(id_of("site", key))
    if known is not None:
        store_and_fold(application, known)  # after a lost connection it may not be folded yet
        return
    entry = SiteEntry(
        key=key, name=name, zone=zone, currency=currency, language=language, command_id=command_id
    )
    store_and_fold(application, entry)


def store_and_fold(application: JournalApplication, entry: JournalAggregate) -> None:
    """Store new events and fold them at once, so that the next read sees the write.

    The whole stream is folded, in order: an event that another process has stored and not folded
    yet must not be overtaken. The directory's follower folds them again: the view applies a
    position once.
    """
    application.store(entry)
    with application.database.transaction() as connection, connection.cursor() as cursor:
        for stored in read_stream(connection, DIRECTORY, "directory", entry.id):
            DirectoryView().fold(cursor, DIRECTORY, stored.position, _DECODER.decode(stored))
