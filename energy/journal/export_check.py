"""In: an export file. Out: whether every entry in it is what was sealed. Pure: no database.

The offline verifier: the same audit as `journal verify`, over the entries, the seal, the signed
heads and the public keys that the file carries, or over heads and keys kept elsewhere. A file
that was cut off is named by the position at which it ends.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from energy.journal.audit import Audit, Verified
from energy.journal.chain import LINK_BYTES, DamagedError, SignedHead, entries_from
from energy.journal.entry import Entry
from energy.journal.export_file import (
    ExportReader,
    Record,
)
from energy.journal.export_records import (
    Header,
    Kind,
    Part,
    Tag,
    attachment,
    head_from,
    part_from,
    seal_from,
)
from energy.journal.seal_keys import SealKeyError, key_id, signature_holds


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedPart:
    """What was found in one application of a file."""

    scope: str
    verified: Verified
    link: bytes | None
    """Link of the last entry; None behind a break. [32 bytes]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was found in a file."""

    header: Header
    parts: tuple[CheckedPart, ...]
    damage: str
    """Why the file itself cannot be trusted; empty when it is whole."""
    signed_by: str | None
    """Id of the key that signed the whole file."""
    key_ids: tuple[str, ...]
    """Keys that the file carries."""
    attachments: int
    reading_span_us: tuple[int, int] | None
    """Instants of the first and last reading. [us]"""

    @property
    def whole(self) -> bool:
        """Return whether the file and everything in it is what was written."""
        return not self.damage and all(part.verified.chain_ok for part in self.parts)


def check_export(
    source: BinaryIO,
    *,
    keys: Mapping[str, bytes] | None = None,
    heads: Sequence[SignedHead] = (),
    each: Callable[[str, str, Entry], None] | None = None,
) -> Checked:
    """Check a file from its first byte to its last.

    Args:
        source: The file, opened for reading bytes.
        keys: Public keys that are trusted, PEM by id, one of which must have signed the file;
            None trusts those in the file.
        heads: Signed heads kept elsewhere: the file must reach those older than itself.
        each: Told scope, application and entry, for every entry.

    Raises:
        DamagedError: It is no export file, or of a newer format.
    """
    reader = ExportReader(source)
    check = _Check(reader, keys, heads, each)
    damage = ""
    try:
        for record in reader.records():
            check.take(record)
    except DamagedError as error:
        damage = str(error)
    return check.result(damage)


@dataclass(slots=True)
class _Open:
    """The application being read."""

    part: Part
    heads: list[SignedHead] = field(default_factory=list)
    audit: Audit | None = None


class _Check:
    """Collects what is found while records go by."""

    def __init__(
        self,
        reader: ExportReader,
        keys: Mapping[str, bytes] | None,
        heads: Sequence[SignedHead],
        each: Callable[[str, str, Entry], None] | None,
    ) -> None:
        self._reader = reader
        self._trusted = keys
        self._carried: dict[str, bytes] = {}
        self._heads = heads
        self._each = each
        self._open: _Open | None = None
        self._done: list[CheckedPart] = []
        self._span: tuple[int, int] | None = None
        self.attachments = 0

    @property
    def keys(self) -> Mapping[str, bytes]:
        """Return the keys that count."""
        return self._carried if self._trusted is None else self._trusted

    def take(self, record: Record) -> None:
        """Take the next record."""
        match record.tag:
            case Tag.KEY:
                self._key(record.body)
            case Tag.APPLICATION:
                self._close()
                self._begin(part_from(record.body))
            case Tag.HEAD:
                self._head(head_from(record.body))
            case Tag.SEAL:
                self._audit().seal(seal_from(self._opened.part.application, record.body))
            case Tag.ENTRIES:
                self._entries(record.body)
            case Tag.ATTACHMENT:
                if hashlib.sha256(attachment(record.body)[2]).digest() != record.body[:32]:
                    raise DamagedError("An attachment is not what its hash says.")
                self.attachments += 1
            case _:
                pass

    def result(self, damage: str) -> Checked:
        """Return what was found; what the file should hold and does not is broken."""
        self._close()
        reached = {(done.scope, done.verified.application) for done in self._done}
        for part in self._reader.header.parts:
            if (part.scope, part.application) not in reached:
                damage = damage or f"{part.application} is not in the file"
                audit = Audit(part.application, after=part.after)
                audit.note(part.after + 1, "the file ends before this position")
                self._done.append(_checked(part, audit))
        return Checked(
            header=self._reader.header,
            parts=tuple(self._done),
            damage=damage or self._bad_end(),
            signed_by=self._reader.end.key_id if self._reader.end is not None else None,
            key_ids=tuple(sorted(self._carried)),
            attachments=self.attachments,
            reading_span_us=self._span,
        )

    def _bad_end(self) -> str:
        end = self._reader.end
        if end is None:
            return ""
        if end.key_id is None or end.signature is None:
            return "" if self._trusted is None else "The file is signed by nobody."
        try:
            signature = bytes.fromhex(end.signature)
        except ValueError:
            return "The signature of the file cannot be read."
        if signature_holds(self.keys, end.key_id, end.message, signature):
            return ""
        return f"The file is not signed by a trusted key (it names {end.key_id})."

    @property
    def _whole(self) -> bool:
        """Return whether the file should reach the head of its time."""
        return self._reader.header.kind is not Kind.SEGMENT

    @property
    def _opened(self) -> _Open:
        if self._open is None:
            raise DamagedError("Entries stand before the begin of their application.")
        return self._open

    def _key(self, pem: bytes) -> None:
        try:
            self._carried[key_id(pem)] = pem
        except SealKeyError as error:
            raise DamagedError(f"A public key in the file cannot be used: {error}") from error

    def _head(self, head: SignedHead) -> None:
        part = self._opened.part
        if (head.scope, head.application) != (part.scope, part.application):
            raise DamagedError(
                f"A signed head of {head.scope}.{head.application} stands among those of "
                f"{part.scope}.{part.application}. Take the file again from its origin."
            )
        self._opened.heads.append(head)

    def _begin(self, part: Part) -> None:
        if part not in self._reader.header.parts:
            raise DamagedError(f"The header knows nothing of {part.scope}.{part.application}.")
        self._open = _Open(part)

    def _audit(self) -> Audit:
        opened = self._opened
        if opened.audit is None:
            part = opened.part
            made_at = self._reader.header.made_at
            elsewhere = [
                head
                for head in self._heads
                if head.scope == part.scope
                and (head.position <= part.last or (self._whole and head.signed_at <= made_at))
            ]
            opened.audit = Audit(
                part.application,
                heads=[*opened.heads, *elsewhere],
                keys=self.keys,
                after=part.after,
                link=_link_of(part),
            )
        return opened.audit

    def _entries(self, body: bytes) -> None:
        audit, part = self._audit(), self._opened.part
        for entry in entries_from(body):
            audit.entry(entry)
            if self._each is not None:
                self._each(part.scope, part.application, entry)

    def _close(self) -> None:
        if self._open is None:
            return
        audit, part = self._audit(), self._open.part
        self._done.append(_checked(part, audit))
        span = audit.reading_span_us
        if span is not None:
            before = self._span or span
            self._span = (min(before[0], span[0]), max(before[1], span[1]))
        self._open = None


def _checked(part: Part, audit: Audit) -> CheckedPart:
    verified = audit.result(part.last)
    return CheckedPart(scope=part.scope, verified=verified, link=audit.link)


def _link_of(part: Part) -> bytes:
    try:
        link = bytes.fromhex(part.link)
    except ValueError as error:
        raise DamagedError(f"The first link of {part.application} cannot be read.") from error
    if len(link) != LINK_BYTES or (part.after == 0 and any(link)):
        raise DamagedError(f"The first link of {part.application} is none.")
    return link
