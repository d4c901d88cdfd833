"""In: rows of a part of a report. Out: its table; instants as it holds them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from energy.service.reports.table import MOST_ROWS, Cell, Column, ReportTable


def table_of(
    key: str,
    rows: Sequence[tuple[Cell, ...]],
    columns: Sequence[tuple[str, str]],
    names: int = 1,
) -> ReportTable:
    """Return a table of some columns; a kind that ends with ~ is loose."""
    return ReportTable(
        key=key,
        columns=tuple(
            Column(name=name, kind=kind.removesuffix("~"), loose=kind.endswith("~"))
            for name, kind in columns
        ),
        rows=tuple(rows[:MOST_ROWS]),
        names=names,
        more=max(0, len(rows) - MOST_ROWS),
    )


def iso_of(at: datetime | None) -> str | None:
    """Return an instant as contents hold it: ISO in UTC, whole seconds."""
    return None if at is None else at.astimezone(UTC).isoformat(timespec="seconds")
