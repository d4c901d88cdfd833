"""In: a table's name. Out: the rate of each range of power factors. I/O: reads the shipped file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from billing.checked_table import CheckedTable
from billing.tariffs.clauses import PowerFactorStep
from billing.tariffs.day_calendar import SHIPPED


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerFactorTable:
    """A table that ships."""

    standard: Decimal
    """Power factor without surcharge or reward. [1]"""
    steps: tuple[PowerFactorStep, ...]


@cache
def shipped_tables() -> dict[str, PowerFactorTable]:
    """Return the tables that ship, by name (cn-090, cn-085, cn-080)."""
    raw = tomllib.loads((SHIPPED / "power_factor.toml").read_text(encoding="utf-8"))
    problems: list[str] = []
    top = CheckedTable(raw, "", problems)
    found = {
        name: PowerFactorTable(
            standard=(table := top.table(name)).decimal("standard"),
            steps=read_steps(table, "rows"),
        )
        for name in raw
    }
    assert not problems, f"the shipped tables are right: {problems}"
    return found


def read_steps(table: CheckedTable, key: str) -> tuple[PowerFactorStep, ...]:
    """Return the rows `[{least: "0.90", rate: "0"}]` of a table, ascending.

    Args:
        table: What holds them; problems are noted in it.
        key: Of the rows.
    """
    steps: list[PowerFactorStep] = []
    for row in table.tables(key):
        step = PowerFactorStep(
            least=row.decimal("least", least=Decimal(0)), rate=row.decimal("rate")
        )
        if step.least > 1:
            row.note("least", f"{step.least} is no power factor; write 0.90")
        if steps and step.least <= steps[-1].least:
            row.note("least", f"{step.least} must be above {steps[-1].least}, the row before")
        row.done()
        steps.append(step)
    if not steps:
        table.note(
            key, 'has no row; write [{least: "0", rate: "0.10"}, {least: "0.90", rate: "0"}]'
        )
    return tuple(steps)
