"""In: what happens at a site's sign-in. Out: events of the directory, locks, devices. I/O.

Whoever signs in, fails, is locked out, downloads, or binds a screen stands in the journal, with
address and program sealed under the person's own key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from energy.base.clock import Clock
from energy.base.errors import RefusedError
from energy.base.ids import id_of
from energy.base.secrets import PersonVault
from energy.journal.access_events import Act, DeviceEntry
from energy.journal.application import JournalApplication
from energy.journal.directory import store_and_fold
from energy.journal.directory_events import PersonEntry, SiteEntry
from energy.store.pool import Database
from energy.store.sites import DIRECTORY

STRANGER = id_of("person", "stranger")
"""Under whose key the addresses are sealed of those whom the directory does not know."""
LONGEST_AGENT = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Whence:
    """Where a request came from."""

    site: str
    address: str
    agent: str
    session: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A workstation or wall screen that an administrator bound."""

    device: UUID
    kind: str
    """ "desk" or "kiosk"."""
    site: str
    name: str
    view: str
    """Path of the only page it shows; "" for a workstation."""
    addresses: tuple[str, ...]
    """Ranges it may be at; none: anywhere."""
    enrolled_at: datetime
    ended: bool


class Access:
    """The journal and the tables behind the sign-in."""

    def __init__(self, database: Database, clock: Clock, vault: PersonVault) -> None:
        """Work on the shared directory.

        Args:
            database: The process's pool.
            clock: Stamps events.
            vault: Seals addresses, digests sign-in names.
        """
        self._database = database
        self._clock = clock
        self._vault = vault
        self._application = JournalApplication(database, DIRECTORY, "directory", clock)

    def record(self, kind: str, whence: Whence, *, person: UUID | None, subject: str = "") -> None:
        """Journal an act at the screens: a failure, a download, a session ended."""
        sealer = person or STRANGER
        self._application.store(
            Act(
                kind=kind,
                person=person,
                site=whence.site,
                subject=subject,
                address_sealed=self._vault.seal(sealer, whence.address),
                agent_sealed=self._vault.seal(sealer, whence.agent[:LONGEST_AGENT]),
                session=whence.session,
                command_id=uuid4(),
            )
        )

    def locked_until(self, sign_in: str) -> datetime | None:
        """Return until when no sign-in of a name is tried; None: it is not locked."""
        with self._database.connection() as connection:
            row: tuple[Any, ...] | None = connection.execute(
                f"SELECT until FROM {DIRECTORY}.sign_in_lock WHERE sign_in_digest = %s "
                "AND until > %s",
                (self._vault.digest(sign_in), self._clock.now()),
            ).fetchone()
        return row[0] if row else None

    def lock_if_due(
        self,
        sign_in: str,
        person: UUID | None,
        *,
        failures: int,
        within: timedelta,
        for_: timedelta,
    ) -> bool:
        """Lock a name that failed too often, known or not; return whether it was.

        Args:
            sign_in: The name that was typed; one that nobody has is locked as any other.
            person: Whose name it is: their lock stands in the journal.
            failures: From how many on.
            within: Over which time they count.
            for_: How long the lock lasts.
        """
        digest, now = self._vault.digest(sign_in), self._clock.now()
        with self._database.connection() as connection:
            row: tuple[Any, ...] | None = connection.execute(
                f"SELECT count(*) FROM {DIRECTORY}.sign_in_failure "
                "WHERE sign_in_digest = %s AND at > %s",
                (digest, now - within),
            ).fetchone()
        if row is None or row[0] < failures or self.locked_until(sign_in) is not None:
            return False
        if person is not None:
            entry = self._entry(person)
            entry.lock(digest=digest.hex(), until=now + for_, command_id=uuid4())
            store_and_fold(self._application, entry)
            return True
        with self._database.connection() as connection:
            connection.execute(
                f"INSERT INTO {DIRECTORY}.sign_in_lock VALUES (%s, %s, 0) "
                "ON CONFLICT (sign_in_digest) DO UPDATE SET until = EXCLUDED.until",
                (digest, now + for_),
            )
        return True

    def remember_request(
        self, state_hash: bytes, *, nonce: str, verifier: str, onward: str
    ) -> None:
        """Keep what a sign-in at another provider began with; those of yesterday go."""
        now = self._clock.now()
        with self._database.connection() as connection:
            connection.execute(
                f"DELETE FROM {DIRECTORY}.provider_request WHERE at < %s",
                (now - timedelta(days=1),),
            )
            connection.execute(
                f"INSERT INTO {DIRECTORY}.provider_request VALUES (%s, %s, %s, %s, %s)",
                (state_hash, nonce, verifier, onward, now),
            )

    def take_request(self, state_hash: bytes, minutes: int) -> tuple[str, str, str] | None:
        """Return nonce, verifier and the way onward of a sign-in under way, once.

        Args:
            state_hash: Of its state.
            minutes: How old it may be. [min]
        """
        with self._database.connection() as connection:
            row: tuple[Any, ...] | None = connection.execute(
                f"DELETE FROM {DIRECTORY}.provider_request WHERE state_hash = %s "
                "RETURNING nonce, verifier, onward, at",
                (state_hash,),
            ).fetchone()
        late = row is None or self._clock.now() - row[3] > timedelta(minutes=minutes)
        return None if row is None or late else (row[0], row[1], row[2])

    def forget_failures(self, sign_in: str) -> None:
        """Count a name's failures anew: its person signed in."""
        with self._database.connection() as connection:
            connection.execute(
                f"DELETE FROM {DIRECTORY}.sign_in_failure WHERE sign_in_digest = %s",
                (self._vault.digest(sign_in),),
            )

    def unlock(self, person: UUID, by: UUID, command_id: UUID) -> None:
        """End a lock.

        Raises:
            RefusedError: There is no such person.
        """
        entry = self._entry(person)
        if not entry.seen(command_id) and entry.locked_until is not None:
            entry.unlock(digest=entry.digest, by=by, command_id=command_id)
        store_and_fold(self._application, entry)

    def rules(self, site: str) -> dict[str, Any]:
        """Return the rules of a site's sign-in as they were set; {} where none were."""
        with self._database.connection() as connection:
            row: tuple[Any, ...] | None = connection.execute(
                f"SELECT rules FROM {DIRECTORY}.sign_in_rules WHERE site = %s", (site,)
            ).fetchone()
        return dict(row[0]) if row else {}

    def set_rules(self, site: str, rules: str, by: UUID, command_id: UUID) -> None:
        """Give a site's sign-in other rules; its sessions end. Those it has change nothing.

        Args:
            site: Its key.
            rules: A JSON document that was checked (dashboards/security/rules.py).
            by: The administrator.
            command_id: The same one twice is once.

        Raises:
            RefusedError: There is no such site.
        """
        entry = self._application.find(id_of("site", site))
        if entry is None:
            raise RefusedError.of("site.unknown", key=site, known="?")
        assert isinstance(entry, SiteEntry)
        if not entry.seen(command_id) and entry.rules != rules:
            entry.set_sign_in_rules(site=site, rules=rules, by=by, command_id=command_id)
        store_and_fold(self._application, entry)

    def enrol_device(
        self,
        *,
        token_hash: bytes,
        kind: str,
        site: str,
        name: str,
        by: UUID,
        view: str = "",
        addresses: Sequence[str] = (),
        command_id: UUID,
    ) -> UUID:
        """Bind a workstation or a wall screen; return its id."""
        entry = DeviceEntry(
            token_hash=token_hash.hex(),
            kind=kind,
            site=site,
            name=name,
            view=view,
            addresses=list(addresses),
            by=by,
            command_id=command_id,
        )
        store_and_fold(self._application, entry)
        return entry.id

    def end_device(self, device: UUID, by: UUID, command_id: UUID) -> None:
        """End a device; its sessions end.

        Raises:
            RefusedError: There is no such device.
        """
        entry = self._application.find(device)
        if not isinstance(entry, DeviceEntry):
            raise RefusedError.of("device.unknown")
        if not entry.ended:
            entry.end(by=by, command_id=command_id)
        store_and_fold(self._application, entry)

    def device_of(self, token_hash: bytes) -> Device | None:
        """Return the living device of a token."""
        found = self._devices("token_hash = %s AND NOT ended", token_hash)
        return found[0] if found else None

    def device(self, device: UUID) -> Device | None:
        """Return a living device."""
        found = self._devices("device = %s AND NOT ended", device)
        return found[0] if found else None

    def devices(self, site: str) -> list[Device]:
        """Return the devices of a site, the newest first, ended ones too."""
        return self._devices("site = %s", site)

    def _devices(self, condition: str, value: object) -> list[Device]:
        with self._database.connection() as connection:
            rows: list[tuple[Any, ...]] = connection.execute(
                "SELECT device, kind, site, name, view, addresses, enrolled_at, ended "
                f"FROM {DIRECTORY}.device WHERE {condition} ORDER BY enrolled_at DESC, device",
                (value,),
            ).fetchall()
        return [
            Device(
                device=row[0],
                kind=row[1],
                site=row[2],
                name=row[3],
                view=row[4],
                addresses=tuple(row[5]),
                enrolled_at=row[6],
                ended=row[7],
            )
            for row in rows
        ]

    def _entry(self, person: UUID) -> PersonEntry:
        entry = self._application.find(person)
        if not isinstance(entry, PersonEntry):
            raise RefusedError.of("person.none")
        return entry
