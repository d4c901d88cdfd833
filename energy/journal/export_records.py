"""In: what a file of a journal tells. Out: bodies of its records, and back. Pure.

The container is energy/journal/export_file.py, the format docs/journal-format.md. Facts are JSON,
links and entries are bytes as the chain writes them.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from energy.base.clock import from_us, to_us
from energy.journal.chain import (
    LINK_BYTES,
    DamagedError,
    SealRow,
    SignedHead,
    head_from_json,
    head_to_json,
)

FORMAT: Final = 1
_SEAL = struct.Struct(">qqq")


class Kind(StrEnum):
    """What a file is for."""

    JOURNAL = "journal"
    """All entries of some applications, to be checked elsewhere."""
    SEGMENT = "segment"
    """Some positions of one application, to take them out of the database."""
    SITE = "site"
    """Everything a site is made of, to bring it elsewhere."""


class Tag(StrEnum):
    """Kind byte of a record."""

    HEADER = "H"
    KEY = "K"
    APPLICATION = "A"
    HEAD = "S"
    SEAL = "L"
    ENTRIES = "E"
    ATTACHMENT = "T"
    PERSON_KEY = "P"
    LAPTOP = "C"
    """A row of what laptops did: a table's name and the row, JSON."""
    END = "Z"


class NewerFormatError(DamagedError):
    """A file was written in a format that this program does not know."""

    code = "journal.newer_format"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One application in a file."""

    scope: str
    """Schema it comes from: "site_cambridge" or "directory"."""
    application: str
    after: int
    """Position before the first entry."""
    link: str
    """Link of that position, in hex."""
    last: int
    """Last position in the file; in a journal or a site it is the head."""
    learned_us: int | None
    """When the journal last learned something; None when nothing yet. [us]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """First record of a file."""

    kind: Kind
    made_at: datetime
    program: str
    schema_number: int
    """Last schema file of the database it was taken from."""
    site: Mapping[str, str] | None
    """Key, name, zone, currency and language of the site."""
    parts: tuple[Part, ...]
    transfer: Mapping[str, Any] | None = None
    """How the keys of personal fields are protected; None when there are none in the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """Last record of a file."""

    records: int
    sha256: str
    """Hash of all records before, in hex."""
    key_id: str | None
    signature: str | None
    """Ed25519 over `end_message`, in hex; None when no key was at hand."""

    @property
    def message(self) -> bytes:
        """Return what was signed."""
        return f"meterline export {FORMAT}\n{self.sha256}\n".encode()


def seal_bytes(row: SealRow) -> bytes:
    """Return a row of the seal as files hold it."""
    return _SEAL.pack(row.first, row.last, to_us(row.sealed_at)) + row.links


def seal_from(application: str, body: bytes) -> SealRow:
    """Return a row of the seal.

    Raises:
        DamagedError: It does not hold one link a position.
    """
    try:
        first, last, sealed_us = _SEAL.unpack_from(body)
    except struct.error as error:
        raise DamagedError("A row of the seal is cut off. Take the file again.") from error
    links = body[_SEAL.size :]
    if len(links) != LINK_BYTES * (last - first + 1):
        raise DamagedError(f"The seal of {application} from {first} on is damaged. Take it again.")
    return SealRow(
        application=application, first=first, last=last, links=links, sealed_at=from_us(sealed_us)
    )


def part_from(body: bytes) -> Part:
    """Return the application that begins.

    Raises:
        DamagedError: It cannot be read.
    """
    try:
        return Part(**json.loads(body))
    except (ValueError, TypeError) as error:
        raise DamagedError("The begin of an application cannot be read.") from error


def part_bytes(part: Part) -> bytes:
    """Return the record that begins an application."""
    return json_bytes(asdict(part))


def head_bytes(head: SignedHead) -> bytes:
    """Return a signed head as files hold it."""
    return json_bytes(head_to_json(head))


def head_from(body: bytes) -> SignedHead:
    """Return a signed head.

    Raises:
        DamagedError: It cannot be read.
    """
    try:
        return head_from_json(json.loads(body))
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedError(f"A signed head cannot be read ({error!r}).") from error


def header_bytes(header: Header) -> bytes:
    """Return the first record."""
    fields = asdict(header) | {"format": FORMAT, "made_at": header.made_at.isoformat()}
    return json_bytes(fields)


def header_from(body: bytes) -> Header:
    """Return the header.

    Raises:
        NewerFormatError: The file is of a format unknown here.
        DamagedError: It cannot be read.
    """
    try:
        fields = json.loads(body)
        if fields.pop("format") > FORMAT:
            raise NewerFormatError(
                f"The file is of a newer format than {FORMAT}. Use the program that wrote it, or a "
                "newer one."
            )
        fields["kind"] = Kind(fields["kind"])
        fields["made_at"] = datetime.fromisoformat(fields["made_at"])
        fields["parts"] = tuple(Part(**part) for part in fields["parts"])
        return Header(**fields)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise DamagedError(f"The header cannot be read ({error!r}).") from error


def json_bytes(fields: Mapping[str, Any]) -> bytes:
    """Return facts as a record holds them."""
    return json.dumps(fields, sort_keys=True, ensure_ascii=False).encode()


def attachment(body: bytes) -> tuple[bytes, str, bytes]:
    """Return hash, media type and content of an attachment's record.

    Raises:
        DamagedError: It is cut off.
    """
    length = int.from_bytes(body[32:34], "big")
    content = body[34 + length :]
    if len(body) < 34 + length:
        raise DamagedError("An attachment is cut off.")
    return body[:32], body[34 : 34 + length].decode(errors="replace"), content


def attachment_bytes(sha256: bytes, media_type: str, content: bytes) -> bytes:
    """Return the record of an attachment."""
    media = media_type.encode()
    return b"".join((sha256, len(media).to_bytes(2, "big"), media, content))
