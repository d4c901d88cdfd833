"""In: a JSON value. Out: one compressed file with its kind, its hash and a seal, and back. I/O.

Pack, bundle and receipt have one shape: a head that names kind, format and SHA-256, and the value
in JSON and zstd. A bundle and a receipt are sealed with the key of the pack (HMAC-SHA-256), so that
a server takes commands only from a laptop that carries a pack of its own making.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Any

import zstandard

from energy.base.text import Key
from processes.laptop_errors import LaptopError

FORMAT = 1
LARGEST = 1 << 30
"""Octets of a value that are unpacked at most: a broken file never fills the memory."""
_MAGIC = b"METERLINE"


class FileKind(StrEnum):
    """What a file is."""

    PACK = "pack"
    BUNDLE = "bundle"
    RECEIPT = "receipt"


class LaptopFileError(LaptopError):
    """A file is no pack, bundle or receipt, or is damaged."""

    code = "laptop.file"


def write_value(path: Path, kind: FileKind, value: dict[str, Any], key: bytes = b"") -> str:
    """Write a value as one file, whole or not at all; return its SHA-256 in hex.

    Args:
        path: The file.
        kind: What it is.
        value: What JSON has.
        key: Seals it; empty for a pack, which brings the key.

    Raises:
        LaptopFileError: There is no room, or nobody may write there.
    """
    packed = zstandard.ZstdCompressor(level=6).compress(
        json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    )
    sha256 = hashlib.sha256(packed).hexdigest()
    head = b" ".join(
        (_MAGIC, kind.value.encode(), str(FORMAT).encode(), sha256.encode(), _seal(key, packed))
    )
    try:
        store_file(path, head + b"\n" + packed)
    except OSError as error:
        raise LaptopFileError.of("not_written", path=path, error=error.strerror) from error
    return sha256


def store_file(path: Path, content: bytes) -> None:
    """Write a file, whole or not at all, for its owner alone: names, photos and keys are in it.

    Raises:
        OSError: It could not be written; what was there before stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    try:
        fresh.touch(mode=0o600, exist_ok=False)
        with fresh.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError:
        fresh.unlink(missing_ok=True)  # half a file takes the room that it lacks
        raise


@contextmanager
def as_known(path: Path) -> Iterator[None]:
    """Take apart a value that another program may have written.

    Raises:
        LaptopFileError: It has other fields than this program knows.
    """
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise LaptopFileError.of("other_fields", path=path, error=repr(error)) from error


def kind_of(path: Path) -> FileKind:
    """Return what a file is.

    Raises:
        LaptopFileError: It is none of the three.
    """
    return FileKind(_head(path)[1])


def read_value(path: Path, kind: FileKind, key: bytes | None = None) -> dict[str, Any]:
    """Return the value in a file, its hash checked.

    Args:
        path: The file; read once: what is checked is what is returned.
        kind: What it shall be.
        key: Of the pack whose seal it shall bear; None asks for none.

    Raises:
        LaptopFileError: It is another file, of a newer program, damaged, or its seal does not fit.
    """
    head, found, packed = _head(path)
    if key is not None:
        _require(path, head, packed, key)
    if found != kind:
        raise other_kind(path, FileKind(found), kind)
    if hashlib.sha256(packed).hexdigest() != head[3]:
        raise LaptopFileError.of("damaged", path=path, error="SHA-256")
    try:
        if zstandard.frame_content_size(packed) > LARGEST:  # believed by the decompressor
            raise LaptopFileError.of("too_large", path=path, most=LARGEST)
        whole = zstandard.ZstdDecompressor().decompress(packed, max_output_size=LARGEST)
        value = json.loads(whole)
    except (zstandard.ZstdError, ValueError, MemoryError, RecursionError) as error:
        raise LaptopFileError.of("damaged", path=path, error=error) from error
    if not isinstance(value, dict):
        raise LaptopFileError.of("damaged", path=path, error=type(value).__name__)
    return value


def other_kind(path: Path, found: FileKind, kind: FileKind) -> LaptopFileError:
    """Return the refusal of a file of another kind."""
    return LaptopFileError.of("other_kind", path=path, found=_named(found), kind=_named(kind))


def _require(path: Path, head: list[str], packed: bytes, key: bytes) -> None:
    """Refuse a bundle or receipt that was not sealed with a pack's key."""
    if not hmac.compare_digest(head[4].encode(), _seal(key, packed)):
        raise LaptopFileError.of("wrong_seal", path=path, kind=_named(head[1]))


def _named(kind: str) -> Key:
    """Return the key of a kind's name: the catalogue fills it in."""
    return Key(f"laptop_why.kind_{kind}")


def _seal(key: bytes, packed: bytes) -> bytes:
    return hmac.new(key, packed, hashlib.sha256).hexdigest().encode() if key else b"-"


def _head(path: Path) -> tuple[list[str], str, bytes]:
    try:
        row, _, packed = path.read_bytes().partition(b"\n")
    except OSError as error:
        raise LaptopFileError.of("not_read", path=path, error=error.strerror) from error
    head = row.decode("ascii", "replace").split(" ") if len(row) < 300 else []
    if len(head) != 5 or head[0] != _MAGIC.decode() or head[1] not in set(FileKind):
        raise LaptopFileError.of("no_kind", path=path)
    if head[2] != str(FORMAT):
        raise LaptopFileError.of("other_format", path=path, found=head[2], format=FORMAT)
    return head, head[1], packed
