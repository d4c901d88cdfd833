"""In: a text. Out: the same with 〓 for every sign that the shipped fonts lack. Reads them once.

A PDF/A with a sign without a glyph is refused by typst: a rare name must not stop a bill.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

GETA = "〓"
_SEGMENTED, _GROUPED = 4, 12


def printable(text: str) -> str:
    """Return a text that can be printed.

    Args:
        text: Any text; control signs become spaces.
    """
    return _uncovered().sub(lambda sign: " " if sign[0] < " " else GETA, text)


@cache
def covered() -> frozenset[int]:
    """Return the code points for which a font for reading text has a glyph."""
    folder = files("billing.documents").joinpath("fonts")
    names = ("NotoSansSC-Regular.otf", "NotoSansSC-Rare.otf")
    return frozenset().union(*(code_points(folder.joinpath(n).read_bytes()) for n in names))


@cache
def _uncovered() -> re.Pattern[str]:
    """Return what matches one sign that cannot be printed; newlines can."""
    points = sorted(covered() | {ord("\n")})
    ranges: list[list[int]] = []
    for point in points:
        if ranges and ranges[-1][1] == point - 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    told = "".join(f"{re.escape(chr(a))}-{re.escape(chr(b))}" for a, b in ranges)
    return re.compile(f"[^{told}]")


def code_points(font: bytes) -> set[int]:
    """Return the code points of an OpenType font's character map.

    Args:
        font: Its bytes.
    """
    tables = struct.unpack_from(">H", font, 4)[0]
    offsets = {
        font[12 + 16 * n : 16 + 16 * n]: struct.unpack_from(">I", font, 20 + 16 * n)[0]
        for n in range(tables)
    }
    cmap = offsets[b"cmap"]
    found: set[int] = set()
    for n in range(struct.unpack_from(">H", font, cmap + 2)[0]):
        start = cmap + struct.unpack_from(">I", font, cmap + 8 + 8 * n)[0]
        kind = struct.unpack_from(">H", font, start)[0]
        found |= _segments(font, start) if kind == _SEGMENTED else set()
        found |= _groups(font, start) if kind == _GROUPED else set()
    return found


def _groups(font: bytes, start: int) -> set[int]:
    many = struct.unpack_from(">I", font, start + 12)[0]
    found: set[int] = set()
    for n in range(many):
        first, last, glyph = struct.unpack_from(">III", font, start + 16 + 12 * n)
        found.update(range(first + (glyph == 0), last + 1))
    return found


def _segments(font: bytes, start: int) -> set[int]:
    """Return the code points of a table of format 4; a segment's glyphs are never all missing."""
    twice = struct.unpack_from(">H", font, start + 6)[0]
    ends = struct.unpack_from(f">{twice // 2}H", font, start + 14)
    begins = struct.unpack_from(f">{twice // 2}H", font, start + 16 + twice)
    spans = zip(begins, ends, strict=True)
    return {point for first, last in spans for point in range(first, last + 1) if point != 0xFFFF}


def page_text(page: Any) -> str:
    """Return a page as the templates read it: JSON in which every text can be printed.

    Args:
        page: Of texts, numbers, lists and dicts; rows of a text stay rows.
    """
    return json.dumps(_printable(page), ensure_ascii=False, sort_keys=True)


def _printable(value: Any) -> Any:
    match value:
        case str():
            return "\n".join(printable(row) for row in value.split("\n"))
        case list() | tuple():
            return [_printable(each) for each in value]
        case Mapping():
            return {key: _printable(each) for key, each in value.items()}
    return value
