"""In: a folder of a laptop. Out: its pack, its outbox and what the server has told. I/O: SQLite.

The outbox is append-only: a command is stored with synchronous=FULL before the laptop says done,
and no program changes or deletes it afterwards (triggers refuse it). Documents lie beside it by
their hash. SQLite locks alike on Windows and Linux.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from energy.base.clock import from_us, to_us
from processes.field_documents import Document
from processes.laptop_errors import LaptopError
from processes.laptop_file import store_file
from processes.laptop_pack import Pack, StoredRow, load_pack, own_file

PACK_FILE, OUTBOX_FILE, SPOOL_FILE = "site.pack", "outbox.sqlite", "spool.sqlite"
ZERO = bytes(32)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS command (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, pack TEXT NOT NULL, verb TEXT NOT NULL,
    point TEXT NOT NULL, at_us INTEGER NOT NULL, body TEXT NOT NULL, own_hash BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS event (
    place INTEGER PRIMARY KEY, command TEXT NOT NULL REFERENCES command (id), stream TEXT NOT NULL,
    version INTEGER NOT NULL, topic TEXT NOT NULL, state TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS told (
    command TEXT PRIMARY KEY, state TEXT NOT NULL, text TEXT NOT NULL, at_us INTEGER NOT NULL
) STRICT;
CREATE TRIGGER IF NOT EXISTS command_stays BEFORE UPDATE ON command
    BEGIN SELECT RAISE(ABORT, 'the outbox is append-only'); END;
CREATE TRIGGER IF NOT EXISTS command_kept BEFORE DELETE ON command
    BEGIN SELECT RAISE(ABORT, 'the outbox is append-only'); END;
"""


class HomeError(LaptopError):
    """A laptop's folder cannot be used."""

    code = "laptop.home"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxCommand:
    """A command as the outbox holds it."""

    number: int
    id: UUID
    pack: UUID
    verb: str
    point: str
    at: datetime
    body: str
    """JSON: act, tape and channel numbers."""
    own_hash: bytes
    """Chains it to the command before."""
    state: str = ""
    """What the server said: "applied", "review", "refused"; empty while it has said nothing."""
    text: str = ""

    @property
    def document_fields(self) -> Any:
        """Return the part of the body that names documents."""
        return json.loads(self.body)["act"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """An event that a command brought."""

    stream: UUID
    version: int
    topic: str
    state: str


class LaptopHome:
    """A laptop's folder."""

    def __init__(self, folder: Path) -> None:
        """Open the folder, made if absent.

        Raises:
            HomeError: It cannot be written, or another program writes in it.
        """
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(folder / OUTBOX_FILE, timeout=5.0, isolation_level=None)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._db.executescript(_SCHEMA)
            self._db.execute("INSERT OR IGNORE INTO fact VALUES ('laptop', ?)", (str(uuid4()),))
        except (OSError, sqlite3.Error) as error:
            raise HomeError.of("home_unusable", folder=folder, error=error) from error

    def close(self) -> None:
        """Close the outbox."""
        self._db.close()

    @property
    def laptop(self) -> UUID:
        """Return the laptop's id: made with its folder."""
        return UUID(self.facts("laptop")["laptop"])

    @property
    def spool_file(self) -> Path:
        """Return where readings wait."""
        return self.folder / SPOOL_FILE

    # ------------------------------------------------------------ the pack
    @property
    def pack_file(self) -> Path:
        """Return where the pack lies."""
        return self.folder / PACK_FILE

    def pack(self) -> Pack:
        """Return the pack.

        Raises:
            HomeError: There is none yet.
            LaptopFileError: It is damaged.
        """
        if not self.pack_file.exists():
            raise HomeError.of("no_pack", folder=self.folder)
        return load_pack(self.pack_file)

    def pack_key(self, pack: UUID) -> bytes:
        """Return the key of a pack that was taken in here: a receipt may be of an older one.

        Raises:
            HomeError: It was none of this laptop's.
        """
        key = self.fact(f"key {pack}")
        if key is None:
            raise HomeError.of("strange_receipt")
        return bytes.fromhex(key)

    def unpack(self, file: Path) -> Pack:
        """Take a pack in: the newest one counts; the outbox stays.

        Raises:
            LaptopFileError: It is none, or damaged.
            HomeError: It is of another site than what was done or read here, is older than the
                one here, or there is no room.
        """
        pack = load_pack(file)
        if self.pack_file.exists():
            before = self.pack()
            if before.site.key != pack.site.key and self._used():
                raise HomeError.of("other_site_here", before=before.site.key, site=pack.site.key)
            if before.site.key == pack.site.key and pack.made_at < before.made_at:
                raise HomeError.of(
                    "older_pack",
                    at=f"{pack.made_at:%Y-%m-%d %H:%M}",
                    here=f"{before.made_at:%Y-%m-%d %H:%M}",
                )
        for name in pack.files:
            if not own_file(name):
                raise HomeError.of("outside", file=file, name=name)
        with self._room():
            for name, text in pack.files.items():
                store_file(self.folder / name, text.encode())
            self.remember(f"key {pack.id}", pack.key.hex())
            store_file(self.pack_file, file.read_bytes())
        return pack

    def _used(self) -> bool:
        """Return whether anything was done or read here: its numbers mean its site's channels."""
        return self.spool_file.exists() or bool(self.commands())

    # ------------------------------------------------------------ the outbox
    def append(
        self,
        command: UUID,
        *,
        pack: UUID,
        verb: str,
        point: str,
        at: datetime,
        body: dict[str, Any],
        documents: Sequence[Document],
        events: Sequence[NewEvent],
        seen: int | None = None,
    ) -> OutboxCommand:
        """Store a command with what it changed, whole or not at all; its documents first.

        `seen` is the number of the newest command known when it was judged; None asks not.

        Raises:
            HomeError: The disk is full, another program holds the outbox, or has changed the same
                point or taken the same channel numbers meanwhile.
        """
        for document in documents:
            self.keep(document)
        numbers = body.get("numbers")
        text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        with self._transaction() as db:
            if numbers is not None and numbers[0] < self.next_number(pack):
                raise HomeError.of("meanwhile")
            if seen is not None and self._changed(db, seen, events):
                raise HomeError.of("meanwhile")
            number, before = db.execute(
                "SELECT coalesce(max(number), 0), (SELECT own_hash FROM command "
                "ORDER BY number DESC LIMIT 1) FROM command"
            ).fetchone()
            made = OutboxCommand(
                number=number + 1,
                id=command,
                pack=pack,
                verb=verb,
                point=point,
                at=at,
                body=text,
                own_hash=chained(before or ZERO, number + 1, command, verb, to_us(at), text),
            )
            db.execute(
                "INSERT INTO command VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(made.number, str(command), str(pack), verb, point, to_us(at), text),
                    made.own_hash,
                ),
            )
            db.executemany(
                "INSERT INTO event (command, stream, version, topic, state) VALUES (?,?,?,?,?)",
                [(str(command), str(e.stream), e.version, e.topic, e.state) for e in events],
            )
        return made

    def newest(self) -> int:
        """Return the number of the newest command; 0 when there is none."""
        (number,) = self._db.execute("SELECT coalesce(max(number), 0) FROM command").fetchone()
        return int(number)

    @staticmethod
    def _changed(db: sqlite3.Connection, seen: int, events: Sequence[NewEvent]) -> bool:
        """Return whether another window of this laptop has changed one of the streams since."""
        rows = db.execute(
            "SELECT stream FROM event AS e JOIN command AS c ON c.id = e.command WHERE number > ?",
            (seen,),
        ).fetchall()
        return not {str(event.stream) for event in events}.isdisjoint(row[0] for row in rows)

    def commands(self) -> list[OutboxCommand]:
        """Return every command with what the server has told of it, the oldest first."""
        rows = self._db.execute(
            "SELECT number, id, pack, verb, point, c.at_us, body, own_hash, "
            "coalesce(t.state, ''), coalesce(t.text, '') FROM command AS c "
            "LEFT JOIN told AS t ON t.command = c.id ORDER BY number"
        ).fetchall()
        return [
            OutboxCommand(
                number=number,
                id=UUID(identity),
                pack=UUID(pack),
                verb=verb,
                point=point,
                at=from_us(at_us),
                body=body,
                own_hash=own_hash,
                state=state,
                text=text,
            )
            for number, identity, pack, verb, point, at_us, body, own_hash, state, text in rows
        ]

    def waiting(self) -> list[OutboxCommand]:
        """Return the commands of which the server has told nothing, or that wait for a person."""
        return [command for command in self.commands() if command.state in {"", "review"}]

    def next_number(self, pack: UUID) -> int:
        """Return the channel number behind those given so far from a pack; 0 when none was.

        A refused command's count too: readings may bear them.
        """
        rows = self._db.execute("SELECT body FROM command WHERE pack = ?", (str(pack),)).fetchall()
        given = [json.loads(body).get("numbers") for (body,) in rows]
        return max((first + count for first, count in filter(None, given)), default=0)

    def last_at(self) -> datetime | None:
        """Return the instant of the newest command; None when there is none."""
        (at_us,) = self._db.execute("SELECT max(at_us) FROM command").fetchone()
        return None if at_us is None else from_us(at_us)

    def events(self) -> dict[UUID, list[tuple[UUID, StoredRow]]]:
        """Return command and event of what was done here and not refused, by stream, in order."""
        found: dict[UUID, list[tuple[UUID, StoredRow]]] = {}
        for command, stream, version, topic, state in self._db.execute(
            "SELECT e.command, stream, version, topic, e.state FROM event AS e "
            "LEFT JOIN told AS t ON t.command = e.command "
            "WHERE coalesce(t.state, '') <> 'refused' ORDER BY place"
        ):
            found.setdefault(UUID(stream), []).append((UUID(command), (version, topic, state)))
        return found

    def tell(self, told: Sequence[tuple[UUID, str, str]], at: datetime) -> int:
        """Keep what the server said of commands; return how many are new."""
        with self._transaction() as db:
            return sum(
                db.execute(
                    "INSERT INTO told VALUES (?, ?, ?, ?) ON CONFLICT (command) DO UPDATE SET "
                    "state = excluded.state, text = excluded.text, at_us = excluded.at_us "
                    "WHERE (told.state, told.text) <> (excluded.state, excluded.text)",
                    (str(command), state, text, to_us(at)),
                ).rowcount
                for command, state, text in told
            )

    # ------------------------------------------------------------ documents and facts
    def keep(self, document: Document) -> None:
        """Keep a document by its hash, safe on disk.

        Raises:
            HomeError: There is no room.
        """
        path = self._document(document.sha256)
        if path.exists() and path.stat().st_size == len(document.content):
            return
        with self._room():
            store_file(path, document.content)

    def document(self, sha256: str) -> bytes:
        """Return a kept document.

        Raises:
            HomeError: It is gone, or was changed.
        """
        try:
            content = self._document(sha256).read_bytes()
        except OSError:
            content = b""
        if hashlib.sha256(content).hexdigest() != sha256:
            raise HomeError.of("document_gone", document=sha256[:16], folder=self.folder)
        return content

    def fact(self, name: str) -> str | None:
        """Return what is remembered under a name; None when nothing is."""
        row = self._db.execute("SELECT value FROM fact WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def facts(self, beginning: str) -> dict[str, str]:
        """Return what is remembered under names that begin so."""
        rows = self._db.execute("SELECT name, value FROM fact ORDER BY rowid").fetchall()
        return {str(name): str(value) for name, value in rows if name.startswith(beginning)}

    def remember(self, name: str, value: str) -> None:
        """Remember a value under a name."""
        with self._transaction() as db:
            db.execute(
                "INSERT INTO fact VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
                (name, value),
            )

    def _document(self, sha256: str) -> Path:
        return self.folder / "documents" / sha256[:2] / sha256[2:]

    @contextmanager
    def _room(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise HomeError.of("not_stored", folder=self.folder, error=error.strerror) from error

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            yield self._db
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            with suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")
            raise HomeError.of("not_stored", folder=self.folder, error=error) from error
        except BaseException:
            self._db.execute("ROLLBACK")
            raise


def chained(before: bytes, number: int, command: UUID, verb: str, at_us: int, body: str) -> bytes:
    """Return the hash of a command, chained to the one before. [32 bytes]."""
    told = f"{number}\n{command}\n{verb}\n{at_us}\n{body}".encode()
    return hashlib.sha256(before + told).digest()
