"""In: an edition of a report. Out: it as a workbook, a sheet a part. Pure.

Numbers are numbers; every text is a text, whatever a name begins with. The same edition read by the
same person is the same octets.
"""

from __future__ import annotations

from billing.ledger.sheets import Sheet, xlsx_of_all
from dashboards.shift_papers.cells import Reader, TypedCell, unit_of
from dashboards.shift_papers.told import about_rows, change_rows, shown_tables
from energy.service.reports.reads import ReportRow
from energy.service.reports.table import Contents, ReportTable

_MOST_WIDE, _LEAST_WIDE = 60, 8


def workbook_of(row: ReportRow, contents: Contents, reader: Reader, *, money: bool) -> bytes:
    """Return an edition as XLSX.

    Args:
        row: The edition.
        contents: What it tells.
        reader: Who reads it.
        money: Whether figures of money may be read.
    """
    heads = (reader.head("fact"), reader.head("value"))
    name = reader.say("shift_report.about")
    sheets = [_sheet(name, heads, about_rows(row, contents, reader))]
    sheets += [_table(each, reader) for each in shown_tables(contents, money=money)]
    changes = change_rows(row, contents, reader, money=money)
    if changes:
        names = ("table", "row", "column", "before", "after")
        title = reader.say("shift_report_table.changes")
        heads_of = tuple(reader.head(each) for each in names)
        sheets.append(_sheet(title, heads_of, changes))
    return xlsx_of_all(sheets, row.made_at)


def _table(table: ReportTable, reader: Reader) -> Sheet:
    units = [unit_of(table, row) for row in table.dicts()]
    heads = [_head(reader, each.name, each.kind) for each in table.columns]
    rows: list[list[TypedCell]] = [
        [reader.typed(column, row) for column in table.columns] for row in table.dicts()
    ]
    if any(units):
        heads.append(reader.head("unit"))
        rows = [[*cells, unit] for cells, unit in zip(rows, units, strict=True)]
    if table.more:
        rows.append([reader.say("shift_report.beyond", number=table.more)])
    return _sheet(reader.say(f"shift_report_table.{table.key}"), tuple(heads), rows)


def _head(reader: Reader, name: str, kind: str) -> str:
    head = reader.head(name)
    return f"{head} (%)" if kind == "permille" else head


def _sheet(name: str, heads: tuple[str, ...], rows: list[list[TypedCell]]) -> Sheet:
    widths = [
        min(
            _MOST_WIDE,
            max([_LEAST_WIDE, *(_wide(row[n]) for row in (heads, *rows) if n < len(row))]),
        )
        for n in range(len(heads))
    ]
    return Sheet(name=name, heads=heads, rows=rows, widths=widths)


def _wide(cell: TypedCell) -> int:
    """Return how wide a cell is; a Chinese sign is as wide as two. [sign]."""
    return 2 + sum(2 if ord(sign) > 0x2E80 else 1 for sign in str(cell if cell is not None else ""))
