"""In: second factors and PINs of people. Out: events of the directory, codes taken once. I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from energy.base.clock import Clock
from energy.base.errors import ConflictError, RefusedError
from energy.base.secrets import ERASED, PersonVault
from energy.journal.application import JournalApplication
from energy.journal.directory import store_and_fold
from energy.journal.directory_events import PersonEntry
from energy.store.pool import Database
from energy.store.sites import DIRECTORY


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """A person's second factor."""

    secret: str
    """Base 32, as the person's program has it."""
    recovery_left: int


class Factors:
    """The second factors of an installation's people."""

    def __init__(self, database: Database, clock: Clock, vault: PersonVault) -> None:
        """Work on the shared directory; the vault seals the secrets."""
        self._database = database
        self._vault = vault
        self._application = JournalApplication(database, DIRECTORY, "directory", clock)

    def of(self, person: UUID) -> Factor | None:
        """Return a person's second factor; None where none is enrolled."""
        with self._database.connection() as connection:
            row: tuple[Any, ...] | None = connection.execute(
                f"SELECT secret_sealed, cardinality(recovery) FROM {DIRECTORY}.second_factor "
                "WHERE person = %s AND secret_sealed <> ''",
                (person,),
            ).fetchone()
        if row is None:
            return None
        secret = self._vault.open(person, row[0])
        return None if secret == ERASED else Factor(secret=secret, recovery_left=row[1])

    def enrolled(self, people: Sequence[UUID]) -> frozenset[UUID]:
        """Return those of some people who have a second factor."""
        with self._database.connection() as connection:
            rows: list[tuple[Any, ...]] = connection.execute(
                f"SELECT person FROM {DIRECTORY}.second_factor "
                "WHERE person = ANY(%s) AND secret_sealed <> ''",
                (list(people),),
            ).fetchall()
        return frozenset(row[0] for row in rows)

    def enrol(self, person: UUID, secret: str, recovery: Sequence[bytes], command_id: UUID) -> None:
        """Give a person a second factor.

        Args:
            person: Whose.
            secret: Base 32; it is sealed.
            recovery: Hashes of the recovery codes.
            command_id: The same one twice is once.
        """
        entry = self._entry(person)
        if not entry.seen(command_id):
            entry.enrol_factor(
                secret_sealed=self._vault.seal(person, secret),
                recovery=[code.hex() for code in recovery],
                command_id=command_id,
            )
        store_and_fold(self._application, entry)

    def take_step(self, person: UUID, step: int) -> bool:
        """Return whether a code's time step is newer than all that were taken; it then is taken."""
        with self._database.connection() as connection:
            cursor = connection.execute(
                f"UPDATE {DIRECTORY}.second_factor SET last_step = %s "
                "WHERE person = %s AND last_step < %s",
                (step, person, step),
            )
            return cursor.rowcount == 1

    def use_recovery(self, person: UUID, code: bytes, command_id: UUID) -> bool:
        """Return whether a recovery code was one not used yet; it then is used.

        Args:
            person: Whose.
            code: Its hash.
            command_id: Of the attempt.
        """
        entry = self._entry(person)
        if entry.recovery is None or code.hex() not in entry.recovery:
            return False
        entry.use_recovery(code=code.hex(), command_id=command_id)
        try:
            store_and_fold(self._application, entry)
        except ConflictError:
            return False  # somebody else changed the person at once: the code may be used up
        return True

    def remove(self, person: UUID, by: UUID, command_id: UUID) -> None:
        """Take a person's second factor away; their sessions end."""
        entry = self._entry(person)
        if not entry.seen(command_id) and entry.recovery is not None:
            entry.remove_factor(by=by, command_id=command_id)
        store_and_fold(self._application, entry)

    def pin_hash(self, person: UUID) -> str | None:
        """Return the hash of a person's PIN; None where none was chosen."""
        with self._database.connection() as connection:
            row: tuple[Any, ...] | None = connection.execute(
                f"SELECT pin_hash FROM {DIRECTORY}.person WHERE person = %s", (person,)
            ).fetchone()
        return row[0] if row else None

    def set_pin(self, person: UUID, pin_hash: str, command_id: UUID) -> None:
        """Set the PIN by which a person acts at a desk."""
        entry = self._entry(person)
        if not entry.seen(command_id):
            entry.set_pin(pin_hash=pin_hash, command_id=command_id)
        store_and_fold(self._application, entry)

    def _entry(self, person: UUID) -> PersonEntry:
        entry = self._application.find(person)
        if not isinstance(entry, PersonEntry):
            raise RefusedError.of("person.none")
        return entry
