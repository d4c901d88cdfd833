"""In: a cell of a report, who reads. Out: its text, or its typed value. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from dashboards.formats import NOTHING, RATE_NAMES, UNITS, Unit, number, significant, unit_for
from energy.base.text import catalogue, t
from energy.base.units import Utility
from energy.service.duty.names import NO_NAMES, DutyNames
from energy.service.reports.kinds import ReportKind
from energy.service.reports.table import Cell, Column, ReportTable

NameOf = Callable[[UUID | None], str | None]
"""Returns the name of a person as the directory has it."""
TypedCell = str | Decimal | int | None
RIGHT = frozenset({"count", "usage", "rate", "permille", "minutes", "amount"})
"""Kinds of columns that end at the right."""
_THOUSANDTH = Decimal("0.001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads cells to a person of a language, by the site's clock."""

    language: str
    zone: ZoneInfo
    name_of: NameOf
    duty: DutyNames = NO_NAMES
    """Of shifts and posts."""
    classes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Names of the classes of the service levels, by key."""

    def say(self, key: str, **values: object) -> str:
        """Return a text of the catalogue."""
        return t(self.language, key, **values)

    def head(self, name: str) -> str:
        """Return the head of a column."""
        return self.say(f"shift_report_head.{name}")

    def text(self, column: Column, row: Mapping[str, Cell]) -> str:
        """Return a cell for the eye."""
        cell = row[column.name]
        if cell is None:
            return NOTHING
        if column.kind == "usage":
            return self.usage(row, int(cell))
        if column.kind == "rate":
            utility = Utility(str(row["utility"]))
            return self.rate(utility, int(cell))
        typed = self.typed(column, row)
        if column.kind == "permille":
            return f"{number(self.language, Decimal(int(cell)) / 10, digits=1)} %"
        if isinstance(typed, int | Decimal):
            return number(self.language, Decimal(typed))
        return str(typed)

    def typed(self, column: Column, row: Mapping[str, Cell]) -> TypedCell:
        """Return a cell for a workbook: numbers are numbers, in the unit of `unit_of`."""
        cell = row[column.name]
        if cell is None:
            return None
        match column.kind:
            case "usage" | "rate":
                return (Decimal(int(cell)) / base_of(row).per_unit).quantize(_THOUSANDTH)
            case "permille":
                return Decimal(int(cell)) / 10
            case "amount":
                return Decimal(str(cell))
            case "person":
                return self.name_of(UUID(str(cell))) or NOTHING
            case "instant":
                return f"{datetime.fromisoformat(str(cell)).astimezone(self.zone):%Y-%m-%d %H:%M}"
            case "count" | "minutes":
                return int(cell)
        if column.name == "area" and not cell:
            return self.say("shift_report.whole")
        return self.named(column, str(cell))

    def named(self, column: Column, cell: str) -> str:
        """Return a text of a column: a shift, a post and a class by name, a coded word in words."""
        if column.kind == "text" and column.name == "shift":
            return self.duty.shift(cell, self.language)
        if column.kind == "text" and column.name == "post":
            return self.duty.post(cell, self.language)
        if column.kind == "text" and column.name == "class":
            return self.classes.get(cell, {}).get(self.language, cell)
        return self.word(column.kind, cell)

    def span(self, kind: str, span: str) -> str:
        """Return what a span is called: a shift by its name."""
        shift = kind == ReportKind.SHIFT
        return self.duty.shift_of_day(span, self.language) if shift else span

    def word(self, kind: str, cell: str) -> str:
        """Return a coded word of a part of the catalogue; a text itself."""
        part = kind.removeprefix("word:") if kind.startswith("word:") else ""
        key = f"{part}.{cell}"
        return self.say(key) if part and key in catalogue() else cell

    def usage(self, row: Mapping[str, Cell], usage: int) -> str:
        """Return a usage in the unit of its row's largest, with four figures."""
        utility = Utility(str(row["utility"]))
        own = row.get("used")
        unit = unit_for(utility, own if isinstance(own, int) and own else usage)
        return f"{number(self.language, significant(Decimal(usage) / unit.per_unit))} {unit.name}"

    def rate(self, utility: Utility, rate: int) -> str:
        """Return a rate with four figures."""
        value = significant(Decimal(rate) / UNITS[utility][0].per_unit)
        return f"{number(self.language, value)} {RATE_NAMES[utility]}"


def base_of(row: Mapping[str, Cell]) -> Unit:
    """Return the smallest unit for the eye of a row's utility: workbooks speak it."""
    return UNITS[Utility(str(row["utility"]))][0]


def unit_of(table: ReportTable, row: Mapping[str, Cell]) -> str:
    """Return the unit of a row's quantities in a workbook; "" where it has none."""
    kinds = {each.kind for each in table.columns}
    if "rate" in kinds:
        return RATE_NAMES[Utility(str(row["utility"]))]
    return base_of(row).name if "usage" in kinds else ""
