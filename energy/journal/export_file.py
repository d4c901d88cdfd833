"""In: a stream of bytes. Out: the records of an export file, and back. Pure: no database.

The format is docs/journal-format.md: zstd frames one behind the other; decompressed, records of
one kind byte, an uint32 length (big-endian) and a body. The first is the header, the last says
how many there were and the SHA-256 of all before it, so that a cut-off file is never taken for a
whole one. Files are written and read from front to back in constant memory.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import BinaryIO, cast

import zstandard

from energy.journal.chain import DamagedError
from energy.journal.export_records import (
    End,
    Header,
    Tag,
    header_bytes,
    header_from,
    json_bytes,
)

FRAME_BYTES = 4 * 2**20
"""Raw bytes after which a zstd frame ends. [byte]"""
LONGEST_RECORD = 2**30
_READ_BYTES = 2**14
"""Read at once: what so few bytes can unpack to fits into memory. [byte]"""
_LEVEL = 3
_HEAD = struct.Struct(">cI")


class TruncatedError(DamagedError):
    """A file ends before its last record."""

    code = "journal.truncated"


class ExportWriter:
    """Writes one file."""

    def __init__(self, out: BinaryIO, header: Header) -> None:
        """Begin with the header; `out` is only written to."""
        self._out = _Counted(out)
        compressor = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True)
        self._stream = compressor.stream_writer(cast("BinaryIO", self._out), closefd=False)
        self._hash = hashlib.sha256()
        self._in_frame = 0
        self._records = 0
        self.record(Tag.HEADER, header_bytes(header))
        self._end_frame()  # so that the header of a file that was cut off can be read

    @property
    def octets(self) -> int:
        """Return how many bytes were written. [byte]."""
        return self._out.octets

    @property
    def sha256(self) -> bytes:
        """Return the hash of the file as written so far. [32 bytes]."""
        return self._out.hash.digest()

    def record(self, tag: Tag, body: bytes) -> None:
        """Write a record."""
        assert len(body) < LONGEST_RECORD, "records are far shorter"
        head = _HEAD.pack(tag.value.encode(), len(body))
        for piece in (head, body):
            self._hash.update(piece)
            self._stream.write(piece)
        self._records += 1
        self._in_frame += len(head) + len(body)
        if self._in_frame >= FRAME_BYTES:
            self._end_frame()

    def close(self, sign: Callable[[bytes], tuple[str, bytes]] | None = None) -> None:
        """Write the last record.

        Args:
            sign: Returns key id and signature of a message.
        """
        end = End(records=self._records, sha256=self._hash.hexdigest(), key_id=None, signature=None)
        fields = asdict(end)
        if sign is not None:
            key_id, signature = sign(end.message)
            fields |= {"key_id": key_id, "signature": signature.hex()}
        self.record(Tag.END, json_bytes(fields))
        self._end_frame()

    def _end_frame(self) -> None:
        if self._in_frame:
            self._stream.flush(zstandard.FLUSH_FRAME)
        self._in_frame = 0


class _Counted:
    """Passes bytes on, counts and hashes them."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self.octets = 0
        self.hash = hashlib.sha256()

    def write(self, content: bytes) -> int:
        self.octets += len(content)
        self.hash.update(content)
        return self._out.write(content)

    def flush(self) -> None:
        self._out.flush()


@dataclass(frozen=True, slots=True)
class Record:
    """A record between the first and the last."""

    tag: Tag
    body: bytes


class _Frames:
    """Reads what zstd frames hold, and knows whether the last one is whole."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._ready = bytearray()
        self._left = b""
        self._frame: zstandard.ZstdDecompressionObj | None = None

    def read(self, length: int) -> bytes:
        """Return so many bytes.

        Raises:
            TruncatedError: There are fewer.
            zstandard.ZstdError: They are damaged.
        """
        while len(self._ready) < length:
            self._more()
        found = bytes(self._ready[:length])
        del self._ready[:length]
        return found

    def at_end(self) -> bool:
        """Return whether nothing more comes.

        Raises:
            TruncatedError: The last frame is not whole.
            zstandard.ZstdError: What comes is no frame.
        """
        while not self._ready and (self._left or self._frame is not None):
            self._more()
        return not self._ready and not self._source.read(1)

    def _more(self) -> None:
        piece = self._left or self._source.read(_READ_BYTES)
        if not piece:
            raise TruncatedError("The file was cut off. Take it again from its origin.")
        if self._frame is None:
            self._frame = zstandard.ZstdDecompressor().decompressobj()
        self._ready += self._frame.decompress(piece)
        self._left = b""
        if self._frame.eof:
            self._left = self._frame.unused_data
            self._frame = None


class ExportReader:
    """Reads one file from front to back."""

    def __init__(self, source: BinaryIO) -> None:
        """Read the header.

        Raises:
            DamagedError: It is no export file, or damaged.
            NewerFormatError: It was written in a newer format.
        """
        self._frames = _Frames(source)
        self._hash = hashlib.sha256()
        self._records = 0
        self.end: End | None = None
        """Last record, once everything was read."""
        tag, body = self._next()
        if tag != Tag.HEADER.value.encode():
            raise DamagedError("This is no export of a journal. Name another file.")
        self.header = header_from(body)

    def records(self) -> Iterator[Record]:
        """Give every record between the first and the last.

        Raises:
            TruncatedError: The file ends before its last record.
            DamagedError: Its bytes are not those that were written.
        """
        while True:
            before = self._hash.hexdigest()
            tag, body = self._next()
            if tag == Tag.END.value.encode():
                self._finish(body, before)
                return
            try:
                known = Tag(tag.decode("ascii", "replace"))
            except ValueError as error:
                raise DamagedError(
                    f"A record of unknown kind {tag!r} stands in the file. Use a newer program, "
                    "or take the file again from its origin."
                ) from error
            yield Record(known, body)

    def _next(self) -> tuple[bytes, bytes]:
        head = self._read(_HEAD.size)
        tag, length = _HEAD.unpack(head)
        if length >= LONGEST_RECORD:
            raise DamagedError("A record is longer than any can be. Take the file again.")
        body = self._read(length)
        self._hash.update(head)
        self._hash.update(body)
        self._records += 1
        return tag, body

    def _read(self, length: int) -> bytes:
        try:
            return self._frames.read(length)
        except zstandard.ZstdError as error:
            what = "is damaged" if self._records else "is no export of a journal, or is damaged"
            raise DamagedError(
                f"The file {what} ({error}). Take it again from its origin."
            ) from error

    def _finish(self, body: bytes, sha256: str) -> None:
        try:
            end = End(**json.loads(body))
        except (ValueError, TypeError) as error:
            raise DamagedError("The last record cannot be read. Take the file again.") from error
        if (end.records, end.sha256) != (self._records - 1, sha256):
            raise DamagedError("The records are not those that were written. Take it again.")
        try:
            behind = not self._frames.at_end()
        except zstandard.ZstdError:
            behind = True
        if behind:
            raise DamagedError("Something stands behind the last record. Take the file again.")
        self.end = end
