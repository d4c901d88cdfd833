"""In: files of the plan, of texts, of contacts. Out: what they say, checked by form. I/O: files."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from energy.alerting.notices.desk import ContactWords
from energy.alerting.notices.errors import NoticeError
from energy.alerting.notices.gateway import GatewayKind
from energy.base.toml_text import NoTomlError, toml_of

_NEEDED = ("key", "name", "language", "acknowledges")
_MOST_ROWS = 10_000


def written(path: Path) -> dict[str, Any]:
    """Return what a TOML file of a plan or of texts says.

    Raises:
        NoticeError: It is no TOML.
        OSError: It cannot be opened.
        UnicodeDecodeError: It is no text.
    """
    try:
        return toml_of(path.read_text(encoding="utf-8"))
    except NoTomlError as error:
        raise NoticeError.of("file", file=path.name, cause=str(error)) from error


def contacts_in(path: Path) -> list[ContactWords]:
    """Return the contacts of a CSV file: key, name, language, acknowledges, a column a way.

    Raises:
        NoticeError: A column or a value cannot be so; names the row.
        OSError: It cannot be opened.
        UnicodeDecodeError: It is no text.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except csv.Error as error:
        raise NoticeError.of("csv_file", file=path.name, cause=str(error)) from error
    head = set(rows[0]) if rows else set()
    if not set(_NEEDED) <= head <= {*_NEEDED, *GatewayKind} or len(rows) > _MOST_ROWS:
        raise NoticeError.of("csv_head", ways=", ".join(GatewayKind))
    return [_contact(row, number) for number, row in enumerate(rows, start=2)]


def _contact(row: dict[str, str | None], number: int) -> ContactWords:
    said = {name: (value or "").strip() for name, value in row.items()}
    if said["acknowledges"] not in {"yes", "no"}:
        cause = NoticeError.of("acknowledges")
        raise NoticeError.of("csv", row=number, cause=cause)
    return ContactWords(
        key=said["key"],
        name=said["name"],
        language=said["language"],
        acknowledges=said["acknowledges"] == "yes",
        addresses={way: said[way] for way in GatewayKind if said.get(way)},
    )
