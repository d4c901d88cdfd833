"""In: the log sheet of a round and day. Out: it as a table for files and grids. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from billing.ledger.sheets import Sheet
from energy.base.text import t
from energy.service.rounds.items import LogItem, LogKind
from energy.service.rounds.schedule import Standing
from energy.service.rounds.sheet import Cell, LogSheet

OUTSIDE, MENDED, DOUBTED, LATE = "!", "~", "?", "+"
"""Marks behind a value: outside its limits, mended, another value stands beside it, read late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetReader:
    """Who reads a log sheet, and where."""

    language: str
    zone: ZoneInfo
    name_of: Callable[[UUID], str]


def said_value(item: LogItem, said: str, language: str) -> str:
    """Return a value in the reader's words: a number as it is, the name of a choice."""
    match item.kind:
        case LogKind.NUMBER:
            return said
        case LogKind.YES_NO:
            return t(language, f"cli.patrol_answer.{said}")
        case _:
            return item.choices[said][language]


def said_limits(item: LogItem, language: str) -> str:
    """Return what is as it should be, in the reader's words; "" of anything."""
    if item.kind is LogKind.NUMBER:
        return item.limits
    return ", ".join(said_value(item, each, language) for each in item.good)


def cell_text(
    item: LogItem, cell: Cell | None, standing: Standing, language: str, *, reasons: bool = True
) -> str:
    """Return a cell of the sheet: the value with its marks, or why there is none.

    Args:
        item: The log value.
        cell: What is known; None where nobody began the round.
        standing: Of the round.
        language: Of the reader.
        reasons: Whether it says why something was skipped, or only that it was.
    """
    if cell is None:
        missed = standing in {Standing.MISSED, Standing.OVERDUE}
        return t(language, f"cli.patrol_state.{standing}") if missed else ""
    if cell.told is None:
        return f"({cell.skipped if reasons else ' '})" if cell.skipped else ""
    marks = (
        (cell.told.outside, OUTSIDE),
        (bool(cell.earlier), MENDED),
        (bool(cell.doubts), DOUBTED),
        (cell.late, LATE),
    )
    told = said_value(item, cell.told.said, language)
    return " ".join(filter(None, (told, "".join(mark for is_so, mark in marks if is_so))))


def sheet_heads(log: LogSheet, reader: SheetReader) -> list[str]:
    """Return the heads of a sheet's columns: an hour that comes twice says its offset."""
    times = [column.due_at.astimezone(reader.zone) for column in log.columns]
    texts = [f"{at:%H:%M}" for at in times]
    hours = [
        f"{at:%H:%M%z}" if texts.count(text) > 1 else text
        for at, text in zip(times, texts, strict=True)
    ]
    keys = ("stop", "value", "unit", "limits")
    return [*(t(reader.language, f"cli.patrol_head.{key}") for key in keys), *hours]


def sheet_rows(log: LogSheet, reader: SheetReader, *, reasons: bool = True) -> list[list[str]]:
    """Return the rows of a sheet; the last ones say who walked and how each round stands.

    Args:
        log: The sheet.
        reader: Who reads it.
        reasons: Whether cells say why something was skipped.
    """
    language = reader.language
    rows = [
        [
            line.stop.name[language],
            line.item.name[language],
            line.item.unit,
            said_limits(line.item, language),
            *(
                cell_text(
                    line.item,
                    line.cells.get(column.due_at),
                    column.standing,
                    language,
                    reasons=reasons,
                )
                for column in log.columns
            ),
        ]
        for line in log.lines
    ]
    who = ["" if each.owner is None else reader.name_of(each.owner) for each in log.columns]
    stands = [
        t(language, f"cli.patrol_state.{each.standing}")
        + (f" {LATE}" if each.late and each.standing is not Standing.OVERDUE else "")
        for each in log.columns
    ]
    foot = [(t(language, "cli.patrol_head.walked_by"), who)]
    foot.append((t(language, "cli.patrol_head.state"), stands))
    return [*rows, *([head, "", "", "", *each] for head, each in foot)]


def sheet_of(log: LogSheet, name: str, reader: SheetReader) -> Sheet:
    """Return a sheet as a table for a file.

    Args:
        log: The sheet.
        name: Of the table.
        reader: Who reads it.
    """
    rows: Sequence[Sequence[str]] = sheet_rows(log, reader)
    return Sheet(name=name, heads=tuple(sheet_heads(log, reader)), rows=rows)
