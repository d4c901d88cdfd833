"""In: a packed workbook (XLSX). Out: nothing, or why nobody opens it. I/O: reads a file.

What opens workbooks makes an object of every cell, and of every cell of a merged or linked range:
a file of a few thousand octets can ask for billions. So all parts are read once as a stream,
counting, before any of it is built; what no workbook has (entities, other encodings) is refused.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import IO
from xml.parsers import expat

from billing.takeover.errors import TakeOverError

MOST_OCTETS = 100_000_000
"""Largest workbook once it is unpacked. [octet]"""
MOST_CELLS = 1_500_000
"""Cells and rows of a workbook that are read, empty ones between them counted. [1]"""
MOST_ELEMENTS = 4 * MOST_CELLS
"""Elements of all parts of a workbook. [1]"""
MOST_RANGE = 100_000
"""Cells in merged or linked ranges of a workbook. [1]"""
_CHUNK = 1 << 20
_CELLS = frozenset({"c", "row"})
_RANGES = frozenset({"mergeCell", "hyperlink"})
_ENCODINGS = frozenset({"utf-8", "utf-16", "us-ascii"})
_CORNER = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError)
_MARKS = b"\xef\xbb\xbf\xfe\xff\x00 \t\r\n"
"""What may stand before the first sign of a text."""


def require_readable(name: str, packed: Path | IO[bytes]) -> None:
    """Refuse a workbook that asks for more than a reader should give.

    Args:
        name: Of the file, as the refusal names it.
        packed: The file.

    Raises:
        TakeOverError: It is too large, holds entities, or is no workbook.
        OSError: It cannot be read.
    """
    try:
        with zipfile.ZipFile(packed) as book:
            members = book.infolist()
            if sum(member.file_size for member in members) > MOST_OCTETS:
                raise TakeOverError.of("takeover.too_large", file=name, most=MOST_OCTETS)
            if "[Content_Types].xml" not in book.namelist():
                raise TakeOverError.of("takeover.no_workbook", file=name, why="[Content_Types].xml")
            count = _Count(name)
            for member in members:
                with book.open(member) as part:
                    count.read(part)
    except TakeOverError:
        raise
    # A damaged archive is told by many kinds of error: every one of them is the same refusal.
    except (*_DAMAGE, expat.ExpatError) as error:
        raise TakeOverError.of(
            "takeover.no_workbook", file=name, why=type(error).__name__
        ) from error


class _Count:
    """What the parts of a workbook ask for, added up."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._cells = 0
        self._elements = 0
        self._range = 0

    def read(self, part: IO[bytes]) -> None:
        """Count a part; what is no XML (pictures) is not looked into."""
        chunk = part.read(_CHUNK)
        if not chunk.lstrip(_MARKS).startswith(b"<"):
            return
        parser = expat.ParserCreate()
        parser.XmlDeclHandler = self._declared
        parser.StartDoctypeDeclHandler = self._entities
        parser.StartElementHandler = self._element
        while chunk:
            parser.Parse(chunk, False)
            chunk = part.read(_CHUNK)
        parser.Parse(b"", True)

    def _declared(self, _version: str, encoding: str | None, _alone: int) -> None:
        if encoding is not None and encoding.lower() not in _ENCODINGS:
            raise TakeOverError.of("takeover.no_workbook", file=self._name, why=encoding[:20])

    def _entities(self, *_told: object) -> None:
        raise TakeOverError.of("takeover.entities", file=self._name)

    def _element(self, tag: str, told: Mapping[str, str]) -> None:
        self._elements += 1
        kind = tag.rpartition(":")[2]
        if kind in _CELLS:
            self._cells += 1
        elif kind in _RANGES:
            self._range += cells_in(told.get("ref", ""))
        if self._range > MOST_RANGE:
            raise TakeOverError.of("takeover.wide_range", file=self._name, most=MOST_RANGE)
        if self._cells > MOST_CELLS or self._elements > MOST_ELEMENTS:
            raise TakeOverError.of("takeover.too_many_cells", file=self._name, most=MOST_CELLS)


def cells_in(reference: str) -> int:
    """Return how many cells a range has; one whose form is unknown has very many.

    Args:
        reference: Such as "A1" or "A1:XFD1048576".
    """
    corners = [_CORNER.fullmatch(each) for each in reference.split(":")]
    if len(corners) not in {1, 2} or None in corners:
        return MOST_RANGE + 1
    columns = [_column(each[1]) for each in corners if each is not None]
    rows = [int(each[2]) for each in corners if each is not None]
    return (abs(columns[-1] - columns[0]) + 1) * (abs(rows[-1] - rows[0]) + 1)


def _column(letters: str) -> int:
    place = 0
    for letter in letters.upper():
        place = 26 * place + ord(letter) - ord("A") + 1
    return place
