"""In: the text of a round's result, or of its QR codes. Out: its readings, each checked. Pure.

The file comes back from a phone by mail, cable or messenger, the codes from a scanner, one a row in
any order: nothing in either is trusted.
"""

from __future__ import annotations

import json
import re
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from energy.base.errors import RefusedError

FORMAT = "meterline-round-1"
PATROL_FORMAT = "meterline-patrol-1"
MOST_OCTETS = 2_000_000
MOST_ENTRIES = 10_000
MOST_CODES = 999
_CODE = re.compile(r"MR1/(\d{1,3})/(\d{1,3})/([0-9a-f]{8})/([!-~]*)")
_SHORT = ("point", "quantity", "serial", "at", "value", "note", "confirmed")
_VALUES = {
    FORMAT: re.compile(r"\d{1,18}(\.\d{1,9})?"),
    PATROL_FORMAT: re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?|[a-z0-9][a-z0-9_-]{0,39}"),
}
"""What a value may be: a display; a log value, an answer or a choice of a patrol round."""


class RoundResultError(RefusedError):
    """A file is no result of a round."""

    code = "files.round"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundEntry:
    """What was read at one stop."""

    point: str
    quantity: str
    serial: str
    at: datetime
    """By the phone's clock, UTC."""
    value: str | None
    """As the display showed it; None when only a note was left."""
    note: str
    confirmed: bool
    """Whether a doubtful value was read twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundResult:
    """What a phone brought back."""

    site: str
    round: str
    reader: str
    entries: tuple[RoundEntry, ...]


def read_result(text: str, form: str = FORMAT) -> RoundResult:
    """Return the result in a file.

    Args:
        text: The file, or scanned codes.
        form: That of a reading round, or of a patrol round.

    Raises:
        RoundResultError: It is none; says where it goes wrong.
    """
    if len(text.encode()) > MOST_OCTETS:
        raise RoundResultError.of("result.large", most=MOST_OCTETS)
    if text.lstrip().startswith("MR1/"):
        return read_result(_of_codes(text), form)
    try:
        told = json.loads(text)
    except ValueError as error:
        raise RoundResultError.of("result.no_result", error=error) from error
    if not isinstance(told, dict) or told.get("format") != form:
        raise RoundResultError.of("result.format", format=form)
    rows = told.get("entries")
    if not isinstance(rows, list) or len(rows) > MOST_ENTRIES:
        raise RoundResultError.of("result.no_list", most=MOST_ENTRIES)
    return RoundResult(
        site=_text(told, "site", "the file", 100),
        round=_text(told, "round", "the file", 100),
        reader=_text(told, "reader", "the file", 200),
        entries=tuple(_entry(row, n, form) for n, row in enumerate(rows, start=1)),
    )


def _of_codes(text: str) -> str:
    """Return the result that scanned codes hold, as the file has it.

    Raises:
        RoundResultError: A row is no code, codes of two results are mixed, or some are missing.
    """
    parts: dict[int, str] = {}
    wholes: set[tuple[int, str]] = set()
    for number, row in enumerate(_rows(text), start=1):
        found = _CODE.fullmatch(row)
        if found is None:
            raise RoundResultError.of("result.no_code", number=number)
        part, many, checksum, piece = found.groups()
        wholes.add((int(many), checksum))
        if parts.setdefault(int(part), piece) != piece or len(wholes) > 1:
            raise RoundResultError.of("result.other", number=number)
    [(many_codes, checksum)] = wholes
    missing = [str(n) for n in range(1, min(many_codes, MOST_CODES) + 1) if n not in parts]
    if missing:
        raise RoundResultError.of(
            "result.missing_code", missing=", ".join(missing), many=many_codes
        )
    whole = "".join(parts[n] for n in sorted(parts))
    if f"{zlib.crc32(whole.encode()):08x}" != checksum:
        raise RoundResultError.of("result.not_whole")
    return _unfolded(whole)


def _rows(text: str) -> list[str]:
    """Return the rows that are not blank; what a code holds bears no blanks."""
    return [row.strip() for row in text.splitlines() if row.strip()]


def _unfolded(whole: str) -> str:
    """Return the short form as the file has it."""
    try:
        name, site, round_key, reader, rows = json.loads(whole)
        entries = [dict(zip(_SHORT, row, strict=True)) for row in rows]
    except (ValueError, TypeError) as error:
        raise RoundResultError.of("result.codes_none", error=error) from error
    for entry in entries:
        entry["confirmed"] = entry["confirmed"] == 1
    told = {"format": name, "site": site, "round": round_key, "reader": reader}
    return json.dumps({**told, "entries": entries})


def _entry(row: Any, number: int, form: str) -> RoundEntry:
    where = f"entry {number}"
    if not isinstance(row, dict):
        raise RoundResultError.of("result.no_entry", where=where)
    value = row.get("value")
    if value is not None and not (isinstance(value, str) and _VALUES[form].fullmatch(value)):
        raise RoundResultError.of("result.no_value", where=where, value=value)
    try:
        at = datetime.fromisoformat(_text(row, "at", where, 40))
    except ValueError as error:
        raise RoundResultError.of("result.no_instant", where=where, error=error) from error
    if at.tzinfo is None:
        raise RoundResultError.of("result.no_zone", where=where)
    return RoundEntry(
        point=_text(row, "point", where, 200),
        quantity=_text(row, "quantity", where, 200),
        serial=_text(row, "serial", where, 200),
        at=at.astimezone(UTC),
        value=value,
        note=_text(row, "note", where, 2_000),
        confirmed=row.get("confirmed") is True,
    )


def _text(told: dict[str, Any], key: str, where: str, most: int) -> str:
    value = told.get(key)
    if not isinstance(value, str) or len(value) > most:
        raise RoundResultError.of("result.no_text", where=where, key=key, most=most)
    return value
