"""In: the path of a file that a person gives. Out: its text, or what is wrong with it. I/O: reads.

What is no plain UTF-8 text is refused before anything is made of it: folders, devices, archives,
tables of office programs, files too large to be what they should be.
"""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from pathlib import Path
from stat import S_ISREG
from typing import Any

from billing.rating.errors import RatingFileError
from energy.base.system_faults import fault_of
from energy.base.text import told

_MARKS = (
    (b"PK\x03\x04", "is a ZIP archive or an XLSX workbook; save it as CSV in UTF-8"),
    (b"\x1f\x8b", "is compressed (gzip); unpack it first"),
    (b"\x28\xb5\x2f\xfd", "is compressed (zstd); unpack it first"),
    (b"BZh", "is compressed (bzip2); unpack it first"),
    (b"\xfd7zXZ", "is compressed (xz); unpack it first"),
    (b"%PDF", "is a PDF document"),
    (b"\xd0\xcf\x11\xe0", "is an old office document; save it as CSV in UTF-8"),
    (b"\xff\xfe", "is UTF-16; save it as UTF-8"),
    (b"\xfe\xff", "is UTF-16; save it as UTF-8"),
)


def text_of(path: Path, most_bytes: int) -> str:
    """Return the text of a file.

    Args:
        path: The file.
        most_bytes: How large it may be. [B]

    Raises:
        RatingFileError: It is no plain text in UTF-8 of that size, or cannot be read.
    """
    name = str(path)
    try:
        state = path.stat()
        if not S_ISREG(state.st_mode):
            raise RatingFileError(name, ["file: is a folder or device, not a file"])
        if state.st_size > most_bytes:
            raise RatingFileError(
                name, [f"file: has {state.st_size} bytes; the most that is read is {most_bytes}"]
            )
        with path.open("rb") as stream:
            content = stream.read(most_bytes + 1)
    except (OSError, ValueError) as error:
        why = told("en", fault_of(error)) if isinstance(error, OSError) else str(error)
        raise RatingFileError(name, [f"file: {why}"]) from None
    return _decoded(name, content)


def _decoded(name: str, content: bytes) -> str:
    content = content.removeprefix(BOM_UTF8)  # spreadsheets save "CSV UTF-8" with one
    for mark, says in _MARKS:
        if content.startswith(mark):
            raise RatingFileError(name, [f"file: {says}"])
    if not content.strip():
        raise RatingFileError(name, ["file: is empty"])
    if b"\x00" in content:
        raise RatingFileError(name, ["file: holds zero bytes; it is no text"])
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        raise RatingFileError(
            name, [f"row {row}: byte {content[error.start]:#04x} is no UTF-8; save it as UTF-8"]
        ) from None


def json_of(path: Path, most_bytes: int) -> object:
    """Return the content of a JSON file in which numbers are whole or texts.

    Args:
        path: The file.
        most_bytes: How large it may be. [B]

    Raises:
        RatingFileError: It is no such JSON.
    """
    name = str(path)

    def refused(number: str) -> object:
        raise ValueError(f'{number} is a float; write it as a string: "{number}"')

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            keys = [key for key, _ in pairs]
            twice = sorted({key for key in keys if keys.count(key) > 1})
            raise ValueError(f"{', '.join(twice)} stands twice in one object")
        return made

    try:
        made: object = json.loads(
            text_of(path, most_bytes),
            parse_float=refused,
            parse_constant=refused,
            object_pairs_hook=once,
        )
    except RecursionError:
        raise RatingFileError(name, ["file: lists lie too deep in each other"]) from None
    except ValueError as error:
        raise RatingFileError(name, [f"file: no JSON that is read here: {error}"]) from None
    return made
