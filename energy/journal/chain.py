"""In: entries in position order. Out: their bytes and the links of the chain that seals them. Pure.

The byte format is fixed for ever (docs/journal-format.md). An entry is written as

    position   int64, big-endian
    stream     16 bytes
    version    int64, big-endian
    topic      uint32 length, big-endian, then UTF-8
    state      uint32 length, big-endian, then the bytes as stored

and link n is SHA-256 of link n-1 and the bytes of entry n; link 0 is 32 zero bytes.
"""

from __future__ import annotations

import base64
import hashlib
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from energy.base.clock import to_us
from energy.base.errors import JournalError
from energy.journal.entry import Entry

FIRST_LINK: Final = bytes(32)
"""Link 0, before the first entry."""
LINK_BYTES: Final = 32
_HEAD = struct.Struct(">q16sqI")
_LENGTH = struct.Struct(">I")


class DamagedError(JournalError):
    """Bytes that should hold entries or links do not."""

    code = "journal.damaged"


@dataclass(frozen=True, slots=True, kw_only=True)
class SealRow:
    """Links of consecutive positions, as one row of the table `seal` holds them."""

    application: str
    first: int
    last: int
    links: bytes
    """One link of 32 bytes a position."""
    sealed_at: datetime

    def link(self, position: int) -> bytes:
        """Return the link of a position within the row; empty where the row is too short."""
        at = (position - self.first) * LINK_BYTES
        return self.links[at : at + LINK_BYTES]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedHead:
    """A link that was signed: everything up to its position is proved by it."""

    scope: str
    """Schema of the journal: "site_cambridge", "directory"."""
    application: str
    position: int
    link: bytes
    signed_at: datetime
    key_id: str
    signature: bytes

    @property
    def message(self) -> bytes:
        """Return the bytes that were signed."""
        return head_message(self.scope, self.application, self.position, self.link, self.signed_at)


def head_message(
    scope: str, application: str, position: int, link: bytes, signed_at: datetime
) -> bytes:
    """Return the bytes of a head that are signed: six rows of text, each ended by a line feed.

    Args:
        scope: Schema of the journal.
        application: One of the journal's applications.
        position: Last position that the head proves.
        link: Its link. [32 bytes]
        signed_at: Aware instant of signing.
    """
    rows = (
        "meterline seal head 1",
        scope,
        application,
        str(position),
        link.hex(),
        str(to_us(signed_at)),
    )
    return "".join(f"{row}\n" for row in rows).encode()


def head_to_json(head: SignedHead) -> dict[str, object]:
    """Return a head as files hold it."""
    return {
        "scope": head.scope,
        "application": head.application,
        "position": head.position,
        "link": head.link.hex(),
        "signed_at": head.signed_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "key_id": head.key_id,
        "signature": base64.b64encode(head.signature).decode(),
    }


def head_from_json(fields: Mapping[str, Any]) -> SignedHead:
    """Return a head from what a file holds.

    Raises:
        ValueError, KeyError, TypeError: It is no head.
    """
    return SignedHead(
        scope=str(fields["scope"]),
        application=str(fields["application"]),
        position=int(fields["position"]),
        link=bytes.fromhex(fields["link"]),
        signed_at=datetime.fromisoformat(fields["signed_at"]),
        key_id=str(fields["key_id"]),
        signature=base64.b64decode(fields["signature"], validate=True),
    )


def entry_bytes(entry: Entry) -> bytes:
    """Return an entry as the chain and the export files write it."""
    topic = entry.topic.encode()
    head = _HEAD.pack(entry.position, entry.stream.bytes, entry.version, len(topic))
    return b"".join((head, topic, _LENGTH.pack(len(entry.state)), entry.state))


def entries_from(raw: bytes) -> list[Entry]:
    """Return the entries that were written one behind the other.

    Raises:
        DamagedError: The bytes end within an entry, or a topic is no text.
    """
    found: list[Entry] = []
    at = 0
    try:
        while at < len(raw):
            position, stream, version, length = _HEAD.unpack_from(raw, at)
            at += _HEAD.size
            topic = raw[at : at + length].decode()
            at += length
            (length,) = _LENGTH.unpack_from(raw, at)
            at += _LENGTH.size
            state = raw[at : at + length]
            if len(state) != length:
                raise DamagedError("An entry is cut off. Take the file again from its origin.")
            at += length
            entry = Entry(
                position=position,
                stream=UUID(bytes=stream),
                version=version,
                topic=topic,
                state=state,
            )
            found.append(entry)
    except (struct.error, UnicodeDecodeError) as error:
        raise DamagedError(
            f"An entry cannot be read ({error}). Take the file again from its origin."
        ) from error
    return found


def next_link(previous: bytes, written: bytes) -> bytes:
    """Return the link of an entry.

    Args:
        previous: Link of the position before. [32 bytes]
        written: The entry's bytes.
    """
    digest = hashlib.sha256(previous)
    digest.update(written)
    return digest.digest()
