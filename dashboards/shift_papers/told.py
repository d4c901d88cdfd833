"""In: an edition of a report. Out: what paper, workbook and terminal say of it alike. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from dashboards.formats import NOTHING
from dashboards.shift_papers.cells import Reader, TypedCell
from energy.base.units import Utility
from energy.service.reports.reads import ReportRow
from energy.service.reports.table import MORE, Contents, ReportTable

_MONEY = "money"
SHORT = 16
"""Signs of a seal that people compare."""


def shown_tables(contents: Contents, *, money: bool) -> list[ReportTable]:
    """Return the parts that a reader may see."""
    return [each for each in contents.tables if money or each.key != _MONEY]


def span_text(contents: Contents, reader: Reader) -> str:
    """Return the time of a report by the site's clock."""
    return _times(contents.begin, contents.end, reader)


def _times(first: str, last: str, reader: Reader) -> str:
    begin, end = (datetime.fromisoformat(each).astimezone(reader.zone) for each in (first, last))
    return f"{begin:%Y-%m-%d %H:%M} – {end:%Y-%m-%d %H:%M}"


def about_rows(row: ReportRow, contents: Contents, reader: Reader) -> list[list[TypedCell]]:
    """Return what an edition is: its time, what it is as of, its seal."""

    def local(at: datetime | None) -> str:
        return f"{at.astimezone(reader.zone):%Y-%m-%d %H:%M}" if at else NOTHING

    told: list[tuple[str, TypedCell]] = [
        ("period", span_text(contents, reader)),
        ("edition", row.edition),
        ("made", local(row.made_at)),
        ("as_of", _position(row, reader)),
        ("due", local(row.due_at)),
        ("seal", row.sha256[:SHORT]),
    ]
    if "summed_begin" in contents.facts:
        first, last = (str(contents.facts[key]) for key in ("summed_begin", "summed_end"))
        told.insert(1, ("summed", _times(first, last, reader)))
    return [[reader.say(f"shift_report.{key}"), value] for key, value in told]


def _position(row: ReportRow, reader: Reader) -> str:
    return reader.say(
        "shift_report.position",
        metering=row.positions.get("metering", 0),
        operations=row.positions.get("operations", 0),
    )


def shown_changes(row: ReportRow, *, money: bool) -> Sequence[Sequence[str]]:
    """Return the changes of an edition that a reader may see."""
    return [each for each in row.changes if money or each[0] != _MONEY]


def change_rows(
    row: ReportRow, contents: Contents, reader: Reader, *, money: bool
) -> list[list[TypedCell]]:
    """Return what an edition tells otherwise than the one before, of what a reader may see."""
    found: list[list[TypedCell]] = []
    for table, name, column, before, after in shown_changes(row, money=money):
        part = reader.say(f"shift_report_table.{table}")
        named = _row_words(contents, table, name, reader)
        if column:
            values = [
                _value(contents, table, name, column, each, reader) for each in (before, after)
            ]
            found.append([part, named, reader.head(column), *values])
        else:
            said = "row_new" if after else "row_gone"
            found.append([part, named, reader.say(f"shift_report.{said}"), "", ""])
    return found


def _row_words(contents: Contents, table: str, name: str, reader: Reader) -> str:
    """Return what names a row, in words."""
    part, parts = contents.table(table), name.split(" · ")
    found = [reader.word("word:utility", each) for each in parts]
    for place, column in enumerate(part.columns[: len(parts)] if part else ()):
        if column.kind == "text" or column.kind.startswith("word:"):
            found[place] = reader.named(column, found[place])
    return " · ".join(found)


def _value(
    contents: Contents, table: str, name: str, column: str, value: str, reader: Reader
) -> str:
    """Return a value of a change as its table shows it."""
    part = contents.table(table)
    if part is None or not value:
        return NOTHING
    if column == MORE:
        return value
    kinds = {each.name: each for each in part.columns}
    utility = next((each for each in name.split(" · ") if each in set(Utility)), "")
    return reader.text(kinds[column], {"utility": utility, column: value})
