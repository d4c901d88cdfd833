"""In: the cells of a workbook. Out: planned years, or every problem with its cell's address. Pure.

The first row names the columns: node, name, utility, what, unit, then the months 1 to 12. Each
node and utility has a row of quantities and may have a row of money. A row without any month is
not planned, and withdraws what counted for it so far; a row with some must have all: an empty
month is no zero. What has no row stays as it is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from energy.base.text import Told, tell
from energy.base.units import TO_BASE, Utility
from energy.metering.plans.plan import MONTHS, NodeKind, PlanError, PlannedYear, PlanNode

HEAD = ("node", "name", "utility", "what", "unit", *(str(n) for n in range(1, MONTHS + 1)))
"""Names of the columns."""
QUANTITY, MONEY = "quantity", "money"
UNIT_OF = {
    Utility.ELECTRICITY: "kWh",
    Utility.WATER: "m3",
    Utility.GAS: "m3",
    Utility.HEATING: "GJ",
    Utility.COOLING: "GJ",
    Utility.STEAM: "t",
}
"""Unit that an empty workbook proposes for a utility."""
MOST = Decimal(10) ** 15
"""A planned number is smaller than this. [unit]"""
MOST_DIGITS = 9
"""Digits after the point of a planned number."""
_FIRST_MONTH = HEAD.index("1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell as the workbook holds it."""

    address: str
    """For example "F7"."""
    value: Decimal | str | None
    faulty: bool = False
    """Whether its problem is told already: a formula, a date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanScope:
    """What a plan of a site may speak of."""

    utilities: Mapping[PlanNode, Collection[Utility]]
    """Nodes of the site; the utilities that can be planned at each."""
    currency: str
    digits: int
    """Digits after the point of the currency."""
    planned: Collection[tuple[PlanNode, Utility]] = frozenset()
    """What is planned for the year so far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTable:
    """What a workbook says."""

    years: tuple[PlannedYear, ...] = ()
    withdrawn: tuple[tuple[PlanNode, Utility], ...] = ()
    """Planned so far, with a row that has no month."""
    problems: tuple[Told, ...] = ()
    """Years and withdrawals are only good without any."""


@dataclass(slots=True)
class _Year:
    """The rows of one node and utility."""

    first: Cell
    unit: str = ""
    quantities: tuple[Decimal, ...] = ()
    money: tuple[Decimal, ...] = ()


@dataclass(slots=True)
class _Reading:
    """What was read so far."""

    scope: PlanScope
    years: dict[tuple[PlanNode, Utility], _Year] = field(default_factory=dict)
    emptied: list[tuple[PlanNode, Utility]] = field(default_factory=list)
    problems: list[Told] = field(default_factory=list)

    def wrong(self, cell: Cell, key: str, /, **facts: object) -> None:
        """Note a problem of a cell."""
        self.problems.append(tell(f"why.plan_cell.{key}", cell=cell.address, **facts))


def planned_years(rows: Sequence[Sequence[Cell]], scope: PlanScope, sheet: str = "") -> PlanTable:
    """Return the years of a workbook, what it withdraws, and its problems.

    Args:
        rows: Of the sheet, the head first; each with a cell for every column.
        scope: What may be planned.
        sheet: Name of the sheet.
    """
    reading = _Reading(scope=scope)
    if not rows:
        return PlanTable(problems=(tell("why.plan_cell.empty", sheet=sheet),))
    for name, cell in zip(HEAD, rows[0], strict=False):
        if _text(cell).lower() != name:
            reading.wrong(cell, "head", wanted=name)
    if reading.problems:
        return PlanTable(problems=tuple(reading.problems))
    for row in rows[1:]:
        _row(reading, row)
    years = _years(reading)
    withdrawn = [
        key
        for key in dict.fromkeys(reading.emptied)
        if key in scope.planned and key not in reading.years
    ]
    if not years and not withdrawn and not reading.problems:
        reading.problems.append(tell("why.plan_cell.nothing"))
    return PlanTable(
        years=tuple(years), withdrawn=tuple(withdrawn), problems=tuple(reading.problems)
    )


def _years(reading: _Reading) -> list[PlannedYear]:
    """Return what is planned; money without a quantity is a problem."""
    years = []
    for (node, utility), year in reading.years.items():
        if not year.quantities:
            reading.wrong(year.first, "money_alone", node=node, utility=utility)
            continue
        years.append(
            PlannedYear(
                node=node,
                utility=utility,
                unit=year.unit,
                quantities=year.quantities,
                money=year.money,
            )
        )
    return years


def _row(reading: _Reading, row: Sequence[Cell]) -> None:
    months = row[_FIRST_MONTH : _FIRST_MONTH + MONTHS]
    if all(cell.value is None and not cell.faulty for cell in months):
        _empty_row(reading, row)
        return
    known = len(reading.problems)
    node, utility = _node(reading, row[0]), _utility(reading, row[2])
    what = _text(row[3]).lower()
    if what not in {QUANTITY, MONEY}:
        reading.wrong(row[3], "what", value=_text(row[3]))
    if node is not None and utility is not None:
        able = reading.scope.utilities[node]
        if utility not in able:
            listed = ", ".join(sorted(able)) or "-"
            reading.wrong(row[2], "not_here", node=node, utility=utility, known=listed)
    _unit(reading, row[4], utility, what)
    digits = reading.scope.digits if what == MONEY else MOST_DIGITS
    numbers = _numbers(reading, months, digits=digits, negative=what == MONEY)
    if len(reading.problems) > known or node is None or utility is None:
        return
    year = reading.years.setdefault((node, utility), _Year(first=row[0]))
    if year.money if what == MONEY else year.quantities:
        reading.wrong(row[0], "twice", node=node, utility=utility, what=what)
    elif what == MONEY:
        year.money = numbers
    else:
        year.quantities, year.unit = numbers, _text(row[4])


def _empty_row(reading: _Reading, row: Sequence[Cell]) -> None:
    """Note whose quantities are left empty; a row that names nothing says nothing."""
    utility = _text(row[2]).lower()
    if _text(row[3]).lower() != QUANTITY or utility not in set(Utility):
        return
    try:
        node = PlanNode.named(_text(row[0]))
    except PlanError:
        return
    reading.emptied.append((node, Utility(utility)))


def _node(reading: _Reading, cell: Cell) -> PlanNode | None:
    try:
        node = PlanNode.named(_text(cell))
    except PlanError:
        reading.wrong(cell, "node", value=_text(cell))
        return None
    if node not in reading.scope.utilities:
        keys = {NodeKind.PLACE: "no_place", NodeKind.SUPPLY: "no_supply"}
        reading.wrong(cell, keys[node.kind], key=node.key)
        return None
    return node


def _utility(reading: _Reading, cell: Cell) -> Utility | None:
    text = _text(cell).lower()
    if text not in set(Utility):
        reading.wrong(cell, "utility", value=_text(cell), known=", ".join(Utility))
        return None
    return Utility(text)


def _unit(reading: _Reading, cell: Cell, utility: Utility | None, what: str) -> None:
    unit = _text(cell)
    if what == MONEY:
        if unit != reading.scope.currency:
            reading.wrong(cell, "currency", value=unit, currency=reading.scope.currency)
    elif utility is not None and what == QUANTITY and unit not in TO_BASE[utility]:
        known = ", ".join(TO_BASE[utility])
        reading.wrong(cell, "unit", value=unit, utility=utility, known=known)


def _numbers(
    reading: _Reading, cells: Sequence[Cell], *, digits: int, negative: bool
) -> tuple[Decimal, ...]:
    """Return the numbers of the months that are good."""
    numbers = []
    empty = [cell for cell in cells if cell.value is None and not cell.faulty]
    if empty:  # one problem a row: a row that was begun is not twelve mistakes
        every = ", ".join(cell.address for cell in empty)
        reading.problems.append(tell("why.plan_cell.month_empty", cell=every, months=len(empty)))
    for cell in cells:
        value = cell.value
        if value is None:
            continue
        if isinstance(value, str):
            reading.wrong(cell, "text_number", value=value[:40])
        elif abs(value) >= MOST:
            reading.wrong(cell, "too_large", most=f"{MOST:.0E}")
        elif _digits_of(value) > digits:
            reading.wrong(cell, "digits", value=value, most=digits)
        elif value < 0 and not negative:
            reading.wrong(cell, "negative", value=value)
        else:
            numbers.append(value)
    return tuple(numbers)


def _digits_of(value: Decimal) -> int:
    """Return the digits after the point that a number needs."""
    exponent = value.normalize().as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else MOST_DIGITS + 1


def _text(cell: Cell) -> str:
    return "" if cell.value is None else str(cell.value).strip()
