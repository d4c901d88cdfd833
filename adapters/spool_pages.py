"""In: the bytes of a spool's file and of its log. Out: every record found in their pages. Pure.

SQLite refuses a damaged file, or silently leaves out what lies behind a damaged page of its log.
This reads the pages themselves (sqlite.org/fileformat2.html): the leaves of tables, the pages a
long record overflows into, and each frame of the log on its own. Whether a record is sound is not
judged here but by the hash it carries.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass, field
from typing import Any

from adapters.spool_log import Frame, LogFrames, frames_of

PAGE = 4096
"""Size of a page of every spool. [byte]"""
LONGEST_RECORD = 1 << 20
"""No record of a spool is longer. [byte]"""
CARVED_BEFORE = 300
"""A record begins at most so many bytes before its payload. [byte]"""
_LEAF, _TREE = 0x0D, frozenset({0x02, 0x05, 0x0A})
"""First byte of a page: a leaf of a table; the other pages of tables and indexes."""
_MAP_EVERY = PAGE // 5 + 1
"""Every so many pages, from the second on, a page tells what the ones behind it are for."""
_PAYLOAD = re.compile(rb"\x01[\x00-\xff]{2}\x00\x00\x28\xb5\x2f\xfd")
"""How encoded readings begin: version, number, then zstd's magic."""
_INTEGER_BYTES = (0, 1, 2, 3, 4, 6, 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One row as its page holds it."""

    place: int
    """Its row number."""
    values: tuple[Any, ...]
    where: str
    """File or log, and the byte it begins at."""


@dataclass(slots=True)
class Found:
    """What was found in the pages."""

    records: list[Record] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    """Places at which a record should be but cannot be read."""


class _NotARecord(Exception):  # noqa: N818 - a turn of the search, never seen outside
    """The bytes are no record."""


class SpoolPages:
    """The pages of a spool that was not closed well."""

    def __init__(self, main: bytes, log: bytes) -> None:
        """Look at a file and its log.

        Args:
            main: The file.
            log: Its write-ahead log; empty when there is none.
        """
        self._main = main
        self.log: LogFrames = frames_of(log)
        self._history: dict[int, list[Frame]] = {}
        for frame in self.log.frames:
            if frame.sound:
                self._history.setdefault(frame.page, []).append(frame)
        self._round_before: dict[int, list[Frame]] = {}
        for frame in self.log.stale:
            self._round_before.setdefault(frame.page, []).append(frame)
        self._free = self._free_pages()

    def live(self) -> Found:
        """Return the records of the last state that was committed, as far as it can be read."""
        found, last = Found(), self.log.committed
        for number in range(1, max([self._pages(), *self._history]) + 1):
            frame = self._frame(number, last)
            image = frame.image if frame else self._of_file(number)
            where = frame.where if frame else _in_file(number)
            if number not in self._free:
                self._read(found, image, where, last)
                if image[0] not in {_LEAF, *_TREE} and number > 1 and self._in_a_tree(number):
                    found.unreadable.append(f"{where}, a whole page")
        return found

    def every(self) -> Found:
        """Return the records of every image of every page, older and torn ones included."""
        found = Found()
        for number in range(1, self._pages() + 1):
            self._read(found, self._of_file(number), _in_file(number), 0)
        for frame in self.log.frames:
            self._read(found, frame.image, frame.where, frame.until)
        for frame in self.log.stale:
            self._read(found, frame.image, frame.where, -frame.until)
        return found

    def torn(self) -> Found:
        """Return the records of the log's pages whose checksum does not fit."""
        found = Found()
        for frame in self.log.frames:
            if not frame.sound:
                self._read(found, frame.image, frame.where, frame.until)
        return found

    def _pages(self) -> int:
        return -(-len(self._main) // PAGE)

    def _of_file(self, number: int) -> bytes:
        return self._main[(number - 1) * PAGE : number * PAGE].ljust(PAGE, b"\0")

    def _frame(self, number: int, last: int) -> Frame | None:
        """Return a page's image in the log as of a frame; below 0 in the round before."""
        if last < 0:
            older = [f for f in self._round_before.get(number, ()) if f.number <= -last]
            return older[-1] if older else None
        frames = [frame for frame in self._history.get(number, ()) if frame.number <= last]
        return frames[-1] if frames else None

    def _image(self, number: int, last: int) -> bytes:
        """Return a page as of a frame of the log; 0 means the file alone."""
        frame = self._frame(number, last)
        if frame is not None:
            return frame.image
        if not 1 <= number <= self._pages():
            raise _NotARecord
        return self._of_file(number)

    def _free_pages(self) -> frozenset[int]:
        """Return the pages without content; none when their list does not add up."""
        header = self._frame(1, self.log.committed)
        first = header.image if header else self._of_file(1)
        trunk, total = struct.unpack_from(">II", first, 32)
        free: set[int] = set()
        try:
            while trunk and trunk not in free and len(free) < total:
                image = self._image(trunk, self.log.committed)
                following, leaves = struct.unpack_from(">II", image)
                free |= {trunk, *struct.unpack_from(f">{min(leaves, PAGE // 4 - 2)}I", image, 8)}
                trunk = following
        except _NotARecord:
            return frozenset()
        return frozenset(free) if len(free) == total else frozenset()

    def _in_a_tree(self, number: int) -> bool:
        """Return whether the file's own map says that a page belongs to a table or an index."""
        on_map = (number - 2) % _MAP_EVERY
        if on_map == 0:
            return False
        try:
            kind = self._image(number - on_map, self.log.committed)[(on_map - 1) * 5]
        except _NotARecord:
            return False
        return kind in {1, 5}

    def _read(self, found: Found, image: bytes, where: str, last: int) -> None:
        """Read one page; what its own table of contents does not lead to is searched for."""
        start = 100 if image.startswith(b"SQLite format 3\0") else 0
        kind = image[start]
        if kind != _LEAF or not self._listed(found, image, start, where, last):
            self._carved(found, image, where, last)

    def _listed(self, found: Found, image: bytes, start: int, where: str, last: int) -> bool:
        (cells,) = struct.unpack_from(">H", image, start + 3)
        if start + 8 + 2 * cells > PAGE:
            return False
        sound = True
        for at in struct.unpack_from(f">{cells}H", image, start + 8):
            try:
                found.records.append(self._record(image, at, where, last))
            except (_NotARecord, struct.error, IndexError):
                sound = False
                found.unreadable.append(f"{where}+{at}")
        return sound

    def _carved(self, found: Found, image: bytes, where: str, last: int) -> None:
        """Search a page for records by how their payload begins."""
        for match in _PAYLOAD.finditer(image):
            for at in range(max(0, match.start() - CARVED_BEFORE), match.start()):
                try:
                    record = self._record(image, at, where, last)
                except (_NotARecord, struct.error, IndexError):
                    continue
                if any(isinstance(value, bytes) for value in record.values):
                    found.records.append(record)

    def _record(self, image: bytes, at: int, where: str, last: int) -> Record:
        size, at_place = _varint(image, at)
        place, begin = _varint(image, at_place)
        if not 3 <= size <= LONGEST_RECORD:
            raise _NotARecord
        local = _local(size)
        if begin + local > PAGE:
            raise _NotARecord
        body = image[begin : begin + local]
        if local < size:
            (following,) = struct.unpack_from(">I", image, begin + local)
            body += self._overflow(following, size - local, last)
        return Record(place=place, values=_values(body), where=f"{where}+{at}")

    def _overflow(self, number: int, rest: int, last: int) -> bytes:
        parts = []
        while rest > 0:
            image = self._image(number, last)
            parts.append(image[4 : 4 + min(rest, PAGE - 4)])
            rest -= PAGE - 4
            (number,) = struct.unpack_from(">I", image)
        return b"".join(parts)


def _in_file(number: int) -> str:
    return f"file {(number - 1) * PAGE}"


def _local(size: int) -> int:
    """Return how many bytes of a record stand in its own page. [byte]."""
    if size <= PAGE - 35:
        return size
    least = (PAGE - 12) * 32 // 255 - 23
    filled = least + (size - least) % (PAGE - 4)
    return filled if filled <= PAGE - 35 else least


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    """Return a number and where it ends."""
    value = 0
    for n in range(8):
        octet = raw[at + n]
        value = value << 7 | octet & 0x7F
        if octet < 0x80:
            return value, at + n + 1
    raise _NotARecord  # nine bytes: a negative row number, never one of ours


def _values(body: bytes) -> tuple[Any, ...]:
    header, at = _varint(body, 0)
    if not 2 <= header <= min(64, len(body)):
        raise _NotARecord
    kinds = []
    while at < header:
        kind, at = _varint(body, at)
        kinds.append(kind)
    values = []
    for kind in kinds:
        value, at = _value(body, at, kind)
        values.append(value)
    if at != len(body):
        raise _NotARecord
    return tuple(values)


def _value(body: bytes, at: int, kind: int) -> tuple[Any, int]:
    """Return one value by its serial type and where it ends."""
    if kind == 0:
        return None, at
    if kind < len(_INTEGER_BYTES):
        end = at + _INTEGER_BYTES[kind]
        return int.from_bytes(body[at:end], "big", signed=True), end
    if kind in {8, 9}:
        return kind - 8, at
    if kind < 12:
        raise _NotARecord
    end = at + (kind - 12) // 2
    if end > len(body):
        raise _NotARecord
    if kind % 2 == 0:
        return body[at:end], end
    try:
        return body[at:end].decode(), end
    except UnicodeDecodeError as error:
        raise _NotARecord from error
