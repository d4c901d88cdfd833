"""In: what a report tells, as tables. Out: its lasting text, its seal, what changed. Pure.

A table has typed columns: the first ones name its rows. No name of a person stands in it, and no
word of a language: whoever draws it fills both in. The same contents are the same text, and that
text is what is kept and sealed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

Cell = str | int | None
"""A text, a whole number, or nothing known; decimals are texts."""
MOST_ROWS = 500
"""Of a table; how many more there are is said."""
MORE = "more"
"""In place of a column: how many rows were left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a table."""

    name: str
    kind: str
    """"text", "word:PART" (of the catalogue), "person", "instant", "day", "count", "usage" (base
    unit of the row's utility), "permille", "minutes", "amount" (a decimal)."""
    loose: bool = False
    """Whether it goes on changing behind the span: such a change corrects nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTable:
    """A part of a report."""

    key: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    names: int = 1
    """How many columns name a row."""
    more: int = 0
    """Rows left out."""

    def column(self, name: str) -> int:
        """Return the place of a column."""
        return [each.name for each in self.columns].index(name)

    def dicts(self) -> list[dict[str, Cell]]:
        """Return the rows by the names of their columns."""
        heads = [each.name for each in self.columns]
        return [dict(zip(heads, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Something over the span, step by step."""

    key: str
    step_s: int
    values: tuple[int | None, ...]
    """None where a part of it is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a report tells."""

    kind: str
    span: str
    begin: str
    """Instants, ISO in UTC."""
    end: str
    facts: Mapping[str, Cell]
    tables: tuple[ReportTable, ...]
    series: tuple[Series, ...] = ()

    def table(self, key: str) -> ReportTable | None:
        """Return a part; None where it has none."""
        return next((each for each in self.tables if each.key == key), None)

    def text(self) -> str:
        """Return it as it is kept: always the same for the same contents."""
        told = {
            "kind": self.kind,
            "span": self.span,
            "begin": self.begin,
            "end": self.end,
            "facts": dict(self.facts),
            "tables": [
                {
                    "key": each.key,
                    "columns": [[c.name, c.kind, c.loose] for c in each.columns],
                    "rows": [list(row) for row in each.rows],
                    "names": each.names,
                    "more": each.more,
                }
                for each in self.tables
            ],
            "series": [[each.key, each.step_s, list(each.values)] for each in self.series],
        }
        return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @classmethod
    def of(cls, text: str) -> Contents:
        """Return what was kept."""
        told: dict[str, Any] = json.loads(text)
        tables = tuple(
            ReportTable(
                key=each["key"],
                columns=tuple(Column(name=n, kind=k, loose=o) for n, k, o in each["columns"]),
                rows=tuple(tuple(row) for row in each["rows"]),
                names=each["names"],
                more=each["more"],
            )
            for each in told["tables"]
        )
        series = tuple(
            Series(key=key, step_s=step, values=tuple(values))
            for key, step, values in told["series"]
        )
        return cls(**{**told, "tables": tables, "series": series})


def seal_of(text: str) -> str:
    """Return the seal of what is kept: its SHA-256."""
    return sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that a later edition tells otherwise."""

    table: str
    row: str
    column: str
    """"" where the whole row is new or gone."""
    before: str
    after: str

    def told(self) -> list[str]:
        """Return it as an event holds it."""
        return [self.table, self.row, self.column, self.before, self.after]


@dataclass(slots=True)
class _Rows:
    before: dict[str, tuple[Cell, ...]] = field(default_factory=dict)
    after: dict[str, tuple[Cell, ...]] = field(default_factory=dict)


def changes(before: Contents, after: Contents) -> list[Change]:
    """Return what later contents tell otherwise; nothing where only loose columns differ.

    Facts and series follow from what the tables rest on: they are told by them.
    """
    found: list[Change] = []
    keys = dict.fromkeys(each.key for each in (*before.tables, *after.tables))
    for key in keys:
        old, new = before.table(key), after.table(key)
        rows = _Rows(before=_named(old), after=_named(new))
        columns = (new or old or before.tables[0]).columns
        for name in dict.fromkeys((*rows.before, *rows.after)):
            before_, after_ = rows.before.get(name), rows.after.get(name)
            # Beyond the cut of a table its rows are not known: none of them is new or gone.
            if _cut(old if before_ is None else None) or _cut(new if after_ is None else None):
                continue
            found += _row_changes(key, name, columns, before_, after_)
        left = [each.more if each is not None else 0 for each in (old, new)]
        if left[0] != left[1]:
            found.append(_change(key, "", MORE, *left))
    return found


def _cut(table: ReportTable | None) -> bool:
    return table is not None and table.more > 0


def _row_changes(
    table: str,
    name: str,
    columns: Sequence[Column],
    before: tuple[Cell, ...] | None,
    after: tuple[Cell, ...] | None,
) -> list[Change]:
    if before is None or after is None:
        there = ["" if each is None else "1" for each in (before, after)]
        return [Change(table=table, row=name, column="", before=there[0], after=there[1])]
    return [
        _change(table, name, column.name, old, new)
        for column, old, new in zip(columns, before, after, strict=False)
        if old != new and not column.loose
    ]


def _change(table: str, row: str, column: str, before: Cell, after: Cell) -> Change:
    old, new = ("" if each is None else str(each) for each in (before, after))
    return Change(table=table, row=row, column=column, before=old, after=new)


def _named(table: ReportTable | None) -> dict[str, tuple[Cell, ...]]:
    """Return rows by what names them; those named alike are told apart by their order."""
    found: dict[str, tuple[Cell, ...]] = {}
    for row in table.rows if table else ():
        name = " · ".join(str(each or "-") for each in row[: table.names if table else 1])
        number = 2
        unique = name
        while unique in found:
            unique, number = f"{name} ({number})", number + 1
        found[unique] = row
    return found
