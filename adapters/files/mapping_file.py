"""In: a TOML file that describes one kind of file. Out: its mapping, checked. I/O: reads a file.

A mapping is checked whole: every problem is listed at once, and one with a problem is not used.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from adapters.errors import FaultyFileError
from adapters.files.mapping import (
    LOCAL_DAY_S,
    FileKind,
    FileMapping,
    Layout,
    Series,
    Stamp,
    TableRule,
    ValueRule,
)
from adapters.files.mapping_file_parts import (
    read_channels,
    read_quality,
    read_time,
    read_unit,
    read_unlisted,
)
from adapters.mapping_words import Rounding, check_heading, one_of
from adapters.number_text import NumberFormat
from adapters.toml_text import table_in, text_in
from energy.metering.site_file_checker import Checker

SAMPLES = Path(__file__).parent / "samples"
"""Mapping files that ship, to be copied."""
ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "latin-1")
LARGEST = 1_000_000
"""A mapping is a page of text, never a megabyte. [octet]"""
_KEYS = {
    "schema_version", "id", "title", "note", "file", "encoding", "separator", "quote", "sheet",
    "head_row", "first_row", "rows", "layout", "kind", "interval_s", "stamp", "time", "value",
    "name", "quality", "channel",
}  # fmt: skip
_VALUE_KEYS = {
    "column", "number", "unit", "unit_column", "scale", "suffix", "nulls", "rounding",
}  # fmt: skip
_NAME_KEYS = {"columns", "unlisted"}
_ONLY = {
    FileKind.CSV: {"encoding", "separator", "quote"},
    FileKind.XLSX: {"sheet"},
    FileKind.JSON: {"rows"},
}
"""Keys for one kind of file alone."""


class FileMappingError(FaultyFileError):
    """A mapping file does not describe a file."""

    code = "files.mapping"
    FAULTY = "faulty.file_mapping"


def load_document(path: Path) -> tuple[str, dict[str, Any]]:
    """Return the text of a mapping file and its TOML.

    Raises:
        FileMappingError: It cannot be read or is no TOML.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise FileMappingError(path.name, [f"it has more than {LARGEST} octets"])
        text = text_in(path, name=path.name, wrong=FileMappingError)
    except OSError as error:
        raise FileMappingError(path.name, [f"{path}: {error.strerror}"]) from error
    return text, table_in(text, name=path.name, wrong=FileMappingError)


def load_file_mapping(path: Path) -> FileMapping:
    """Return the checked mapping in a file.

    Raises:
        FileMappingError: It has problems.
    """
    text, document = load_document(path)
    return parse_file_mapping(text, document, name=path.stem)


def parse_file_mapping(text: str, document: Mapping[str, Any], *, name: str) -> FileMapping:
    """Return the checked mapping of a TOML document.

    Args:
        text: The document as written; kept with what is imported by it.
        document: The same, parsed.
        name: Name of the file; must equal the mapping's id.

    Raises:
        FileMappingError: Lists every problem.
    """
    checker = Checker(document)
    checker.unknown_keys(document, _KEYS, "file")
    table = read_table_rule(checker, document, name)
    layout = one_of(checker, Layout, document.get("layout"), "layout") or Layout.LONG
    series = one_of(checker, Series, document.get("kind"), "kind") or Series.REGISTERS
    names, unlisted = _names(checker, document.get("name", {}), layout)
    mapping = FileMapping(
        id=name,
        title=checker.text(document, "title", "file"),
        table=table,
        layout=layout,
        series=series,
        time=read_time(checker, document.get("time")),
        value=_value(checker, document.get("value"), layout),
        names=names,
        unlisted=unlisted,
        channels=read_channels(checker),
        quality=read_quality(checker, document.get("quality", {})),
        interval_s=_interval(checker, document, series),
        stamp=one_of(checker, Stamp, document.get("stamp", "end"), "stamp") or Stamp.END,
        source=text,
    )
    if "stamp" in document and series is not Series.INTERVALS:
        checker.problems.append("`stamp` is for kind intervals only")
    _check_units(checker, mapping)
    if checker.problems:
        raise FileMappingError(name, checker.problems)
    return mapping


def read_table_rule(checker: Checker, document: Mapping[str, Any], name: str) -> TableRule:
    """Return how rows and columns are found; what is wrong goes to the checker's problems.

    Args:
        checker: Gathers problems.
        document: The mapping.
        name: Name of its file.
    """
    check_heading(checker, name)
    if not re.fullmatch(r"[a-z0-9_]+", name):
        checker.problems.append(f"the file's name {name!r} must be made of a-z, 0-9 and _")
    kind = one_of(checker, FileKind, document.get("file"), "file") or FileKind.CSV
    for other, keys in _ONLY.items():
        checker.problems += [
            f"`{key}` is for file {other.value} only"
            for key in sorted(keys & set(document))
            if other is not kind
        ]
    encoding = document.get("encoding", "utf-8")
    if encoding not in ENCODINGS:
        checker.problems.append(f"encoding {encoding!r} is none of {', '.join(ENCODINGS)}")
        encoding = "utf-8"
    for key in ("separator", "quote"):
        sign = document.get(key, ",")
        if not isinstance(sign, str) or len(sign) != 1 or not sign.isascii() or sign in "\r\n\0":
            checker.problems.append(f"{key} {sign!r} is no single sign such as ;")
    head_rows = _head_rows(checker, document, kind)
    least = max(head_rows, default=0) + 1
    return TableRule(
        kind=kind,
        encoding="utf-8-sig" if encoding == "utf-8" else encoding,
        separator=str(document.get("separator", ","))[:1] or ",",
        quote=str(document.get("quote", '"'))[:1] or '"',
        sheet=checker.text(document, "sheet", "file") if "sheet" in document else "",
        head_rows=head_rows,
        first_row=checker.whole(document, "first_row", "file", least, least),
        rows_at=_rows_at(checker, document),
    )


def _rows_at(checker: Checker, document: Mapping[str, Any]) -> tuple[str, ...]:
    pointer = document.get("rows", "")
    if not isinstance(pointer, str) or (pointer and not pointer.startswith("/")):
        checker.problems.append(f'rows {pointer!r} is no JSON pointer such as "/values" or ""')
        return ()
    return tuple(pointer.split("/")[1:])


def _head_rows(checker: Checker, document: Mapping[str, Any], kind: FileKind) -> tuple[int, ...]:
    raw = document.get("head_row", 1)
    if kind is FileKind.JSON:
        if {"head_row", "first_row"} & set(document):
            checker.problems.append("head_row and first_row are not for file json")
        return ()
    rows = raw if isinstance(raw, list) else [raw] if raw != 0 else []
    if not all(type(row) is int and 1 <= row <= 100 for row in rows) or rows != sorted(set(rows)):
        checker.problems.append(f"head_row {raw!r} is neither 0, a row's number nor [1, 2]")
        return ()
    return tuple(rows)


def _value(checker: Checker, table: object, layout: Layout) -> ValueRule:
    if not isinstance(table, dict):
        checker.problems.append('[value] is missing, e.g. number = "1.234,5", unit = "kWh"')
        return ValueRule()
    checker.unknown_keys(table, _VALUE_KEYS, "[value]")
    if ("column" in table) != (layout is Layout.LONG):
        checker.problems.append("[value]: `column` belongs to layout long, and is needed there")
    number = one_of(checker, NumberFormat, table.get("number"), "[value]: number")
    suffix = table.get("suffix", "")
    if not isinstance(suffix, str):
        checker.problems.append("[value]: `suffix` is no text")
    unit, unit_column = read_unit(checker, table, "[value]")
    return ValueRule(
        column=checker.text(table, "column", "[value]") if "column" in table else "",
        number=number or NumberFormat.PLAIN,
        unit=unit,
        unit_column=unit_column,
        scale=checker.ratio(table.get("scale", "1"), "scale", "[value]"),
        suffix=str(suffix),
        nulls=frozenset(checker.words({"nulls": [""], **table}, "nulls", "[value]")),
        rounding=one_of(checker, Rounding, table.get("rounding", "exact"), "[value]: rounding")
        or Rounding.EXACT,
    )


def _names(checker: Checker, table: object, layout: Layout) -> tuple[tuple[str, ...], Any]:
    if not isinstance(table, dict):
        checker.problems.append("[name] is no table")
        table = {}
    checker.unknown_keys(table, _NAME_KEYS, "[name]")
    names = tuple(checker.words(table, "columns", "[name]"))
    if bool(names) != (layout is Layout.LONG):
        checker.problems.append("[name]: `columns` belongs to layout long, and is needed there")
    return names, read_unlisted(checker, table)


def _interval(checker: Checker, document: Mapping[str, Any], series: Series) -> int | None:
    if "interval_s" not in document:
        if series is Series.INTERVALS:
            checker.problems.append("`interval_s` is missing: how long is an interval?")
        return None
    width = checker.whole(document, "interval_s", "file", None, least=1)
    if width > LOCAL_DAY_S or LOCAL_DAY_S % width:
        checker.problems.append(f"interval_s = {width} does not divide a day of {LOCAL_DAY_S} s")
    return width


def _check_units(checker: Checker, mapping: FileMapping) -> None:
    """Refuse a channel of which nobody says the unit."""
    value = mapping.value
    if not value.unit and not value.unit_column:
        lacking = [channel.name for channel in mapping.channels if not channel.unit]
        if lacking or not mapping.channels:
            checker.problems.append(
                "[value]: `unit` is missing (or `unit_column`, or `unit` of each [[channel]])"
            )
    if mapping.layout is Layout.WIDE and value.unit_column:
        checker.problems.append("[value]: `unit_column` belongs to layout long")
    if mapping.interval_s == LOCAL_DAY_S and mapping.time.zone is None:
        checker.problems.append("[time]: days need `zone`: where does midnight strike?")
