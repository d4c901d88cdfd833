"""In: the octets of a JSON document. Out: its objects as heads and rows. I/O: reads them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO, cast

from adapters.files.mapping import TableRule
from adapters.files.table import MOST_COLUMNS, Row
from adapters.files.time_text import Cell
from adapters.files.workbook import TableError
from adapters.strict_json import StrictJsonError, parse_json

MOST_OCTETS = 67_108_864
"""Largest document that is read: it is read whole. [octet]"""


def json_table(
    file: BinaryIO, rule: TableRule, wanted: Sequence[str], name: str
) -> tuple[tuple[str, ...], Iterator[Row]]:
    """Return heads and rows of the list of objects in a JSON document; rows count from 1.

    Args:
        file: At its beginning.
        rule: Where the list stands.
        wanted: Columns the mapping names; "/a/b" is a pointer into each object.
        name: Of the file, for messages.

    Raises:
        TableError: It is no strict JSON, too large, or has no such list.
    """
    octets = file.read(MOST_OCTETS + 1)
    if len(octets) > MOST_OCTETS:
        raise TableError.of("table.json_large", name=name, most=MOST_OCTETS)
    try:
        found = parse_json(octets.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise TableError.of("table.no_utf8", name=name, error=error) from error
    except StrictJsonError as error:
        raise TableError.of("table.no_json", name=name, error=error) from error
    for step in rule.rows_at:
        found = _under(found, step.replace("~1", "/").replace("~0", "~"))
    if not isinstance(found, list):
        where = "/" + "/".join(rule.rows_at) if rule.rows_at else "the document"
        raise TableError.of("table.json_no_list", name=name, where=where)
    pointers = [column for column in wanted if column.startswith("/")]
    keys = {key: None for each in found if isinstance(each, dict) for key in each}
    heads = (*dict.fromkeys(pointers), *keys)
    if len(heads) > MOST_COLUMNS:
        raise TableError.of("table.json_wide", name=name, given=len(heads), most=MOST_COLUMNS)
    return heads, _rows(found, heads)


def _rows(found: Sequence[object], heads: Sequence[str]) -> Iterator[Row]:
    steps = [
        [step.replace("~1", "/").replace("~0", "~") for step in head.split("/")[1:]]
        if head.startswith("/")
        else [head]
        for head in heads
    ]
    for number, each in enumerate(found, 1):
        if not isinstance(each, dict):
            yield Row(number, (), "it is no object")
            continue
        cells = []
        for way in steps:
            at: object = each
            for step in way:
                at = _under(at, step)
            cells.append(cast("Cell", at) if not isinstance(at, (dict, list)) else None)
        yield Row(number, cells)


def _under(value: object, step: str) -> object:
    """Return what stands under a step of a pointer; None where nothing does."""
    if isinstance(value, dict):
        return value.get(step)
    if isinstance(value, list) and step.isdecimal() and int(step) < len(value):
        return value[int(step)]
    return None
