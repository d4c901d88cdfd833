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
from enum import StrEnum
from pathlib import Path
from typing import Any

import zstandard

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
    """
    packed = zstandard.ZstdCompressor(level=6).compress(
        json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    )
    sha256 = hashlib.sha256(packed).hexdigest()
    head = b" ".join(
        (_MAGIC, kind.value.encode(), str(FORMAT).encode(), sha256.encode(), _seal(key, packed))
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    with fresh.open("wb") as file:
        file.write(head + b"\n" + packed)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    return sha256


def kind_of(path: Path) -> FileKind:
    """Return what a file is.

    Raises:
        LaptopFileError: It is none of the three.
    """
    return FileKind(_head(path)[1])


def read_value(path: Path, kind: FileKind) -> dict[str, Any]:
    """Return the value in a file, its hash checked.

    Raises:
        LaptopFileError: It is another file, of a newer program, or damaged.
    """
    head, found, packed = _head(path)
    if found != kind:
        raise LaptopFileError.of("other_kind", path=path, found=found, kind=kind)
    if hashlib.sha256(packed).hexdigest() != head[3]:
        raise LaptopFileError.of("damaged", path=path, error="SHA-256")
    try:
        whole = zstandard.ZstdDecompressor().decompress(packed, max_output_size=LARGEST)
        value = json.loads(whole)
    except (zstandard.ZstdError, ValueError, MemoryError) as error:
        raise LaptopFileError.of("damaged", path=path, error=error) from error
    assert isinstance(value, dict), "we write objects"
    return value


def require_seal(path: Path, key: bytes) -> None:
    """Refuse a bundle or receipt that was not sealed with a pack's key.

    Raises:
        LaptopFileError: The seal does not fit.
    """
    head, kind, packed = _head(path)
    if not hmac.compare_digest(head[4].encode(), _seal(key, packed)):
        raise LaptopFileError.of("wrong_seal", path=path, kind=kind)


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
