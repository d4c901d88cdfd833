"""In: a laptop's folder, or what the server says. Out: bundle and receipt as values. I/O: files.

A bundle holds every command that the server has not settled, the documents they name, and the
readings that wait, sealed into numbered batches of the laptop's own source epoch. It may be sent
twice or get lost: the server knows each command by its id and each batch by (epoch, number), and
the laptop lets go of readings only when a receipt says that the server has them.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from adapters.errors import SpoolError
from adapters.spool import Spool
from adapters.spool_rows import chosen
from energy.base.clock import Clock, from_us, to_us
from energy.metering.codec import decode, encode
from energy.metering.reading import SpooledBatch
from processes.laptop_aside import ASIDE
from processes.laptop_file import FileKind, as_known, read_value, write_value
from processes.laptop_home import HomeError, LaptopHome, OutboxCommand
from processes.laptop_served import Served, Strange, served_here, strange_readings
from processes.laptop_tape import Tape

MOST_BATCHES = 1_000
"""Batches of one bundle: 5 million readings; what is left goes with the next one."""
_BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED")
ANEW = "epoch begun by the receipt of"
MOST_OCTETS = 256 * 1024 * 1024
"""Documents of one bundle: far below what a server unpacks. [octet]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """What a laptop sends."""

    site: str
    pack: UUID
    laptop: UUID
    made_at: datetime
    commands: tuple[OutboxCommand, ...]
    documents: Mapping[str, bytes]
    """By SHA-256 in hex."""
    batches: tuple[SpooledBatch, ...]
    served: tuple[Served, ...] = ()
    """Which meters the readings are of."""
    person: UUID | None = None
    """Whose pack it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a bundle or receipt says that it comes from; its seal proves it."""

    site: str
    pack: UUID
    person: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What became of one command."""

    command: UUID
    state: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What the server has of a laptop."""

    site: str
    pack: UUID
    laptop: UUID
    made_at: datetime
    commands: tuple[Told, ...]
    batches: tuple[tuple[UUID, int], ...]
    """Epoch and number of every batch that the journal holds."""
    anew: bool = False
    """Whether batches were refused, because the journal holds others under their numbers: the
    laptop's spool was restored from a copy and seals again under a new epoch."""
    strange: tuple[Strange, ...] = ()
    """Readings that the site does not take: the laptop sets them aside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """What a receipt changed on the laptop."""

    commands: int
    """Of which something new was told."""
    readings: int
    """That the laptop has let go."""
    waiting: int
    """Commands that still wait."""
    aside: int = 0
    """Readings that the site does not take: they stay here, and are not sent again."""
    why: tuple[str, ...] = ()
    """Why not."""


def gather(home: LaptopHome, clock: Clock) -> Bundle:
    """Return everything that the server may not have yet.

    Raises:
        HomeError: There is no pack, or a document is gone.
    """
    pack = home.pack()
    commands, documents = _fitting(home)
    batches: tuple[SpooledBatch, ...] = ()
    if home.spool_file.exists():
        with laptop_spool(home, clock) as spool:
            spool.seal()
            batches = tuple(spool.pending(MOST_BATCHES))
    return Bundle(
        site=pack.site.key,
        pack=pack.id,
        laptop=home.laptop,
        made_at=clock.now(),
        commands=commands,
        documents=documents,
        batches=batches,
        served=tuple(served_here(home)),
        person=pack.person,
    )


def _fitting(home: LaptopHome) -> tuple[tuple[OutboxCommand, ...], dict[str, bytes]]:
    """Return the commands of one bundle with their documents; the others go with the next one."""
    chosen: list[OutboxCommand] = []
    documents: dict[str, bytes] = {}
    fresh = 0  # what the server does not have; a bundle brings one such command at least
    for command in home.waiting():
        own = {name: home.document(name) for name in _named(command.document_fields)}
        octets = sum(len(own[name]) for name in own.keys() - documents.keys())
        if not command.state:
            if fresh and fresh + octets > MOST_OCTETS:
                break
            fresh += octets or 1
        chosen.append(command)
        documents |= own
    return tuple(chosen), documents


def take_receipt(home: LaptopHome, receipt: Receipt, clock: Clock) -> Received:
    """Keep what the server has told, and let go of the readings that it holds.

    Raises:
        HomeError: The receipt is of another laptop.
    """
    if receipt.laptop != home.laptop:
        raise HomeError.of("strange_receipt")
    told = [(each.command, each.state, each.text) for each in receipt.commands]
    fresh, readings, aside = home.tell(told, clock.now()), 0, 0
    if (receipt.batches or receipt.anew) and home.spool_file.exists():
        with laptop_spool(home, clock) as spool:
            known = set(receipt.batches)
            gone = [b for b in spool.pending(MOST_BATCHES) if (b.stream, b.sequence) in known]
            spool.accepted(gone)
            aside = _set_aside(home, spool, receipt)
            if receipt.anew and home.fact(ANEW) != receipt.made_at.isoformat():
                spool.begin_epoch()
                home.remember(ANEW, receipt.made_at.isoformat())
            readings = sum(batch.count for batch in gone)
    return Received(
        commands=fresh,
        readings=readings,
        waiting=len(home.waiting()),
        aside=aside,
        why=tuple(sorted({each.why for each in receipt.strange})) if aside else (),
    )


@contextmanager
def laptop_spool(home: LaptopHome, clock: Clock, *, bound: int = 0) -> Iterator[Spool]:
    """Give the laptop's readings, closed at the end.

    Raises:
        HomeError: Another window has them: `field log`, or a sync.
    """
    try:
        spool = Spool(home.spool_file, clock, bound=bound)
    except SpoolError as error:
        if not getattr(error.__cause__, "sqlite_errorname", "").startswith(_BUSY):
            raise
        raise HomeError.of("log_runs", folder=home.folder) from error
    with closing(spool):
        yield spool


def _set_aside(home: LaptopHome, spool: Spool, receipt: Receipt) -> int:
    """Keep readings that the site does not take beside the spool; return how many there were.

    What is killed in between leaves a batch twice, never not at all: the journal takes a reading
    once.
    """
    found = 0
    for batch in spool.pending(MOST_BATCHES) if receipt.strange else ():
        columns = decode(batch.payload)
        which = strange_readings(columns, receipt.strange)
        if not which.any():
            continue
        odd = chosen(columns, which)
        why = sorted({s.why for s in receipt.strange if strange_readings(odd, [s]).any()})
        kept = {"source": batch.source, "payload": _text(encode(odd)), "why": why}
        home.remember(f"{ASIDE}{batch.stream} {batch.sequence}", json.dumps(kept))
        if not which.all():
            spool.append(batch.source, chosen(columns, ~which))
        spool.accepted([batch])
        found += int(which.sum())
    return found


def write_bundle(path: Path, bundle: Bundle, key: bytes) -> None:
    """Write a bundle as one sealed file."""
    fields = {
        **_head(bundle),
        "commands": [_command_fields(command) for command in bundle.commands],
        "documents": {name: _text(content) for name, content in bundle.documents.items()},
        "batches": [_batch_fields(batch) for batch in bundle.batches],
        "served": [asdict(each) for each in bundle.served],
        "person": "" if bundle.person is None else str(bundle.person),
    }
    write_value(path, FileKind.BUNDLE, fields, key)


def origin_of(path: Path, kind: FileKind) -> Origin:
    """Return site, pack and person of a bundle or receipt, before its seal is checked.

    Raises:
        LaptopFileError: It is none, or is damaged.
    """
    fields = read_value(path, kind)
    with as_known(path):
        return Origin(site=str(fields["site"]), pack=UUID(fields["pack"]), person=_person(fields))


def read_bundle(path: Path, key: bytes) -> Bundle:
    """Return the bundle in a file.

    Raises:
        LaptopFileError: It is none, is damaged, or was not sealed with this key.
    """
    fields = read_value(path, FileKind.BUNDLE, key)
    with as_known(path):
        return Bundle(
            **_read_head(fields),
            commands=tuple(_command(row) for row in fields["commands"]),
            documents={name: _octets(text) for name, text in fields["documents"].items()},
            batches=tuple(_batch(row) for row in fields["batches"]),
            served=tuple(Served(**row) for row in fields["served"]),
            person=_person(fields),
        )


def write_receipt(path: Path, receipt: Receipt, key: bytes) -> None:
    """Write a receipt as one sealed file."""
    fields = {
        **_head(receipt),
        "commands": [[str(c.command), c.state, c.text] for c in receipt.commands],
        "batches": [[str(stream), sequence] for stream, sequence in receipt.batches],
        "anew": receipt.anew,
        "strange": [asdict(each) for each in receipt.strange],
    }
    write_value(path, FileKind.RECEIPT, fields, key)


def read_receipt(path: Path, key: bytes) -> Receipt:
    """Return the receipt in a file.

    Raises:
        LaptopFileError: It is none, is damaged, or was not sealed with this key.
    """
    fields = read_value(path, FileKind.RECEIPT, key)
    with as_known(path):
        return Receipt(
            **_read_head(fields),
            commands=tuple(
                Told(command=UUID(command), state=state, text=text)
                for command, state, text in fields["commands"]
            ),
            batches=tuple((UUID(stream), sequence) for stream, sequence in fields["batches"]),
            anew=fields["anew"],
            strange=tuple(Strange(**row) for row in fields["strange"]),
        )


def tape_of(body: Mapping[str, Any]) -> Tape:
    """Return the tape in a command's body."""
    return Tape(list(body["tape"]))


def _head(value: Bundle | Receipt) -> dict[str, Any]:
    return {
        "site": value.site,
        "pack": str(value.pack),
        "laptop": str(value.laptop),
        "made_at": value.made_at.isoformat(),
    }


def _read_head(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "site": fields["site"],
        "pack": UUID(fields["pack"]),
        "laptop": UUID(fields["laptop"]),
        "made_at": datetime.fromisoformat(fields["made_at"]),
    }


def _person(fields: Mapping[str, Any]) -> UUID | None:
    return UUID(fields["person"]) if fields.get("person") else None


def _command_fields(command: OutboxCommand) -> dict[str, Any]:
    return {
        "number": command.number,
        "id": str(command.id),
        "pack": str(command.pack),
        "verb": command.verb,
        "point": command.point,
        "at_us": to_us(command.at),
        "body": command.body,
        "own_hash": command.own_hash.hex(),
    }


def _command(row: Mapping[str, Any]) -> OutboxCommand:
    return OutboxCommand(
        number=row["number"],
        id=UUID(row["id"]),
        pack=UUID(row["pack"]),
        verb=row["verb"],
        point=row["point"],
        at=from_us(row["at_us"]),
        body=row["body"],
        own_hash=bytes.fromhex(row["own_hash"]),
    )


def _batch_fields(batch: SpooledBatch) -> dict[str, Any]:
    return {
        "stream": str(batch.stream),
        "sequence": batch.sequence,
        "source": batch.source,
        "count": batch.count,
        "first_us": batch.first_us,
        "last_us": batch.last_us,
        "payload": _text(batch.payload),
        "previous_hash": _text(batch.previous_hash),
        "own_hash": _text(batch.own_hash),
    }


def _batch(row: Mapping[str, Any]) -> SpooledBatch:
    octets = {key: _octets(row[key]) for key in ("payload", "previous_hash", "own_hash")}
    return SpooledBatch(**{**row, **octets, "stream": UUID(row["stream"])})


def _named(value: object) -> Sequence[str]:
    """Return the hashes of the documents that stored fields name."""
    if isinstance(value, Mapping):
        own = [str(value["sha256"])] if {"sha256", "media_type", "name"} <= set(value) else []
        return [*own, *(each for child in value.values() for each in _named(child))]
    if isinstance(value, list):
        return [each for child in value for each in _named(child)]
    return []


def _text(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def _octets(text: str) -> bytes:
    return base64.b64decode(text)
