"""In: a laptop's bundle. Out: its acts and readings in the journal, a receipt. I/O: PostgreSQL.

Every command ends in one of three states, never in none: applied, in review with its reason, or
refused by a person. A command is known by its id and a batch by (epoch, number): the same bundle
again changes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from energy.base.clock import to_us
from energy.base.media_type import media_type_of
from energy.base.text import t
from energy.journal.ingest import Ingest
from energy.journal.streams import positions_of
from energy.metering.codec import decode
from energy.metering.reading import SpooledBatch
from energy.store.attachment import keep_attachment
from energy.store.laptop import (
    APPLIED,
    REVIEW,
    LaptopCommand,
    command_rows,
    keep_command,
    laptop_of_pack,
    only_one_sync,
)
from processes.laptop_bundle import Bundle, Receipt, Told, origin_of, read_bundle
from processes.laptop_errors import LaptopError
from processes.laptop_file import FileKind
from processes.laptop_home import ZERO, OutboxCommand, chained
from processes.laptop_pack_make import key_of, reserved
from processes.laptop_replay import done_again, person_of
from processes.laptop_served import Strange
from processes.laptop_strange import strange_in, strange_spans
from processes.technician_site import SiteDesk

AHEAD = timedelta(minutes=2)
"""A command dated further ahead of the server's clock was dated by a wrong one."""
BATCHES_A_TRANSACTION = 8
AT_METERS = {"commission", "replace", "retire", "change-ratio"}
"""Verbs behind which readings are another meter's, or count otherwise."""


class SyncError(LaptopError):
    """A bundle cannot be taken at all; nothing was written."""

    code = "laptop.sync"


@dataclass(frozen=True, slots=True, kw_only=True)
class Synced:
    """What a bundle brought."""

    applied: int
    """Commands that the journal took now."""
    repeated: int
    """Commands that were known."""
    review: tuple[LaptopCommand, ...]
    """Every command of this laptop that waits for a person."""
    readings: int
    """That the journal took now."""
    readings_repeated: int
    readings_held: int
    """That wait on the laptop: their point, or one before them, is in review."""
    readings_strange: int
    """That the site does not take: they are another meter's."""
    receipt: Receipt
    key: bytes
    """Seals the receipt."""


def take_bundle(
    desk: SiteDesk,
    path: Path,
    *,
    by: UUID | None = None,
    decides: bool = False,
    told: Callable[[int, int], None] = lambda _, __: None,
) -> Synced:
    """Bring a bundle in.

    Args:
        desk: The site's.
        path: The bundle.
        by: Who has signed in for it (`laptop_sign_in`).
        decides: Whether that person decides on readings, and so on what others did.
        told: Told how many commands and batches of all are done.

    Raises:
        LaptopFileError: It is none, is damaged, or not of a pack made here.
        SyncError: It is of another site, nobody or somebody else has signed in for a pack that is
            somebody's, or another sync or review is at work.
    """
    origin = origin_of(path, FileKind.BUNDLE)
    if origin.site != desk.site.key:
        raise SyncError.of("other_site", site=origin.site, here=desk.site.key)
    if origin.person is not None and by is None:
        raise SyncError.of("nobody_signed")
    key = key_of(desk, origin.pack, origin.person)
    bundle = read_bundle(path, key)
    theirs = bundle.person in {None, by} or decides
    if not theirs or (bundle.person, bundle.site) != (origin.person, origin.site):
        raise SyncError.of("exchanged")
    with alone(desk):
        return _Taking(desk=desk, bundle=bundle, told=told, by=by, decides=decides).take(key)


@contextmanager
def alone(desk: SiteDesk) -> Iterator[None]:
    """Hold the right to do laptops' commands at a site.

    Raises:
        SyncError: Another sync or review is at work.
    """
    with (
        desk.database.connection() as connection,
        only_one_sync(connection, desk.site.schema) as free,
    ):
        if not free:
            raise SyncError.of("sync_running")
        yield


@dataclass(slots=True)
class _Brought:
    """What became of readings."""

    stored: int = 0
    again: int = 0
    held: int = 0
    strange: int = 0
    anew: bool = False
    """Whether batches were refused."""
    kept: list[tuple[UUID, int]] = field(default_factory=list)
    spans: tuple[Strange, ...] = ()

    def take(
        self,
        batches: Sequence[SpooledBatch],
        known: Collection[tuple[UUID, int]],
        refused: Collection[tuple[UUID, int]],
    ) -> None:
        """Count what was brought: known before, refused, or stored now."""
        self.anew = self.anew or bool(refused)
        for batch in batches:
            key = (batch.stream, batch.sequence)
            if key in refused:
                continue
            self.kept.append(key)
            self.again += batch.count if key in known else 0
            self.stored += 0 if key in known else batch.count


@dataclass(slots=True, kw_only=True)
class _Taking:
    """One bundle on its way in."""

    desk: SiteDesk
    bundle: Bundle
    told: Callable[[int, int], None]
    by: UUID | None
    decides: bool

    def take(self, key: bytes) -> Synced:
        desk, bundle = self.desk, self.bundle
        desk.ready()
        known = {row.command: row for row in self._rows()}
        if any(command.id not in known for command in bundle.commands):
            self._keep_documents()
        whole, done, applied, repeated = len(bundle.commands) + len(bundle.batches), 0, 0, 0
        for command in bundle.commands:
            if command.id in known:
                repeated += 1
            else:
                row = self._take(command, list(known.values()))
                known[command.id] = row
                applied += row.state == APPLIED
            done += 1
            self.told(done, whole)
        brought = self._readings(list(known.values()), done, whole)
        receipt = Receipt(
            site=desk.site.key,
            pack=bundle.pack,
            laptop=bundle.laptop,
            made_at=desk.system.clock.now(),
            commands=tuple(
                Told(command=row.command, state=row.state, text=row.decision or row.reason)
                for row in known.values()
            ),
            batches=tuple(brought.kept),
            anew=brought.anew or bool(brought.strange),
            strange=brought.spans,
        )
        return Synced(
            applied=applied,
            repeated=repeated,
            review=tuple(row for row in known.values() if row.state == REVIEW),
            readings=brought.stored,
            readings_repeated=brought.again,
            readings_held=brought.held,
            readings_strange=brought.strange,
            receipt=receipt,
            key=key,
        )

    def _rows(self) -> list[LaptopCommand]:
        with self.desk.database.connection() as connection:
            return command_rows(connection, self.desk.site.schema, laptop=self.bundle.laptop)

    def _take(self, command: OutboxCommand, before: Sequence[LaptopCommand]) -> LaptopCommand:
        """Do a command, or put it into review; return what became of it."""
        desk, now = self.desk, self.desk.system.clock.now()
        body = json.loads(command.body)
        person = person_of(body)
        row = LaptopCommand(
            command=command.id,
            laptop=self.bundle.laptop,
            pack=command.pack,
            number=command.number,
            verb=command.verb,
            point=command.point,
            at=command.at,
            own_hash=command.own_hash,
            state=REVIEW,
            reason=self._doubt(command, before) or self._not_theirs(person),
            position=0,
            received_at=now,
            sealed=desk.system.vault.seal(command.id, command.body),
            person=person,
            brought_by=self.by,
        )
        if not row.reason:
            row = done_again(desk, row, body, self._content)
        if row.state == APPLIED:  # by their word who has signed in
            row = replace(row, decided_by=self.by, decided_at=None if self.by is None else now)
        with desk.database.connection() as connection:
            keep_command(connection, desk.site.schema, row)
        return row

    def _doubt(self, command: OutboxCommand, before: Sequence[LaptopCommand]) -> str:
        """Return why a command waits for a person before it is tried at all; "" for no reason."""
        desk = self.desk
        if command.at > desk.system.clock.now() + AHEAD:
            return self._why("ahead", at=f"{command.at:%Y-%m-%d %H:%M}")
        previous = next((r.own_hash for r in before if r.number == command.number - 1), None)
        if command.number == 1:
            previous = ZERO
        told = (command.number, command.id, command.verb, to_us(command.at), command.body)
        twice = any(r.number == command.number for r in before)
        if twice or previous is None or chained(previous, *told) != command.own_hash:
            return self._why("restored")
        waiting = [r for r in before if r.point == command.point and r.state == REVIEW]
        if waiting:
            return self._why("behind", number=waiting[-1].number)
        with desk.database.connection() as connection:
            now = desk.system.clock.now()
            owner = laptop_of_pack(
                connection, desk.site.schema, command.pack, self.bundle.laptop, now
            )
        numbered = json.loads(command.body).get("numbers") is not None
        if owner != self.bundle.laptop and numbered:
            return self._why("shared_pack")
        return ""

    def _not_theirs(self, person: UUID | None) -> str:
        """Return why a command of another's pack waits for a person; "" where it need not."""
        theirs = self.decides or person in {None, self.by}
        return "" if theirs else self._why("of_another")

    def _why(self, key: str, **values: object) -> str:
        return t(self.desk.site.language, f"laptop_why.{key}", **values)

    def _keep_documents(self) -> None:
        """Keep what commands name before they are tried: a review must find it later."""
        with self.desk.database.connection() as connection:
            for content in self.bundle.documents.values():
                kind = media_type_of(content) or "application/octet-stream"
                keep_attachment(connection, self.desk.site.schema, content, kind)

    def _content(self, sha256: str) -> bytes:
        return self.bundle.documents.get(sha256, b"")

    def _readings(self, commands: Sequence[LaptopCommand], done: int, whole: int) -> _Brought:
        """Bring the readings in, in order: but those of points in review, and another meter's.

        What follows a batch that is not taken waits with it: no stream gets a hole.
        """
        barred, others = self._barred(commands)
        every = strange_spans(self.desk, self.bundle.served, others)
        spans = [span for span in every if span.channel not in barred]  # judged once it is decided
        ingest = Ingest(self.desk.database, self.desk.site.schema, self.desk.system.clock)
        brought, behind = _Brought(), set[UUID]()
        batches = self.bundle.batches
        for start in range(0, len(batches), BATCHES_A_TRANSACTION):
            some = batches[start : start + BATCHES_A_TRANSACTION]
            known, free = self._known(some), list[SpooledBatch]()
            for batch in some:
                if (batch.stream, batch.sequence) in known:
                    free.append(batch)
                    continue
                odd = 0 if _touches(batch, barred) else strange_in(batch, spans)
                brought.strange += odd
                if odd or batch.stream in behind or _touches(batch, barred):
                    behind.add(batch.stream)
                    brought.held += batch.count - odd
                else:
                    free.append(batch)
            brought.take(free, known, set(ingest.accept(free).conflicting))
            self.told(done + start + len(some), whole)
        brought.spans = tuple(spans) if brought.strange else ()
        if brought.stored:
            self.desk.settle()
        return brought

    def _known(self, batches: Sequence[SpooledBatch]) -> set[tuple[UUID, int]]:
        """Return the keys of the batches that the journal holds already."""
        with self.desk.database.connection() as connection:
            keys = [(b.stream, b.sequence) for b in batches]
            return set(positions_of(connection, self.desk.site.schema, "metering", keys))

    def _barred(self, commands: Sequence[LaptopCommand]) -> tuple[frozenset[int], frozenset[int]]:
        """Return the channel numbers of points in review, and those that another laptop gives."""
        waiting = [row for row in commands if row.state == REVIEW]
        points = {row.point for row in waiting if row.verb in AT_METERS}
        numbers = {channel.number: channel.point for channel in self.desk.channels()}
        barred = {number for number, point in numbers.items() if point in points}
        others: set[int] = set()
        for pack in {row.pack for row in commands} | {self.bundle.pack}:
            given = reserved(self.desk, pack)
            if given is None:
                continue
            own = range(given.first, given.first + given.count)
            with self.desk.database.connection() as connection:
                now = self.desk.system.clock.now()
                owner = laptop_of_pack(
                    connection, self.desk.site.schema, pack, self.bundle.laptop, now
                )
            review = any(row.pack == pack for row in waiting)
            if owner != self.bundle.laptop:
                (barred if review else others).update(own)
            elif review:
                barred |= set(own) - set(numbers)
        return frozenset(barred), frozenset(others)


def _touches(batch: SpooledBatch, barred: frozenset[int]) -> bool:
    return not barred.isdisjoint(decode(batch.payload).channel.tolist())
