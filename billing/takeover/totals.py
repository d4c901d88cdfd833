"""In: the rows of a workbook. Out: count and sum a sheet, beside what the old system says. Pure.

Who takes over enters the control totals from the old system's own lists: rows that were lost or
copied twice on the way are seen before anything is written. They must agree exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from billing.money import plain
from billing.takeover.problems import Problems
from billing.takeover.sheets import CONTENT, RULES, Sheet
from billing.takeover.workbook import Row, Sheets


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlTotal:
    """Count and sum of a sheet: counted here and stated by the old system."""

    sheet: Sheet
    count: int
    sum: Decimal | None
    """None where the sheet has nothing to add up."""
    stated_count: Decimal | None
    """None where nobody stated it."""
    stated_sum: Decimal | None

    @property
    def agrees(self) -> bool:
        """Return whether both are stated and equal; an empty sheet need not be stated."""
        if not self.count and self.stated_count is None:
            return True
        return self.stated_count == self.count and (self.sum is None or self.sum == self.stated_sum)

    def document(self) -> dict[str, object]:
        """Return it as JSON values."""
        return {
            "sheet": self.sheet.value,
            "count": self.count,
            "sum": None if self.sum is None else plain(self.sum),
            "stated_count": None if self.stated_count is None else plain(self.stated_count),
            "stated_sum": None if self.stated_sum is None else plain(self.stated_sum),
        }


def control_totals(sheets: Sheets) -> list[ControlTotal]:
    """Return count and sum of every sheet beside what is stated of it."""
    stated = {row["sheet"]: row for row in sheets.get(Sheet.CONTROL, ())}
    nothing = Row(number=0, cells={})
    return [
        ControlTotal(
            sheet=sheet,
            count=len(sheets.get(sheet, ())),
            sum=_sum(sheets, sheet),
            stated_count=stated.get(sheet.value, nothing).amount("count"),
            stated_sum=stated.get(sheet.value, nothing).amount("sum"),
        )
        for sheet in CONTENT
    ]


def check_totals(sheets: Sheets, problems: Problems) -> list[ControlTotal]:
    """Note every control total that is missing or does not agree; return all of them."""
    rows = {row["sheet"]: row.number for row in sheets.get(Sheet.CONTROL, ())}
    found = control_totals(sheets)
    for total in found:
        where = Sheet.CONTROL, rows.get(total.sheet.value, 0)
        if total.agrees:
            continue
        if total.stated_count is None:
            problems.note(*where, "count", "no_control", sheet=total.sheet)
        elif total.stated_count != total.count:
            problems.note(
                *where,
                "count",
                "count_differs",
                sheet=total.sheet,
                counted=total.count,
                stated=plain(total.stated_count),
            )
        if total.sum is not None and total.stated_sum is None:
            problems.note(*where, "sum", "no_control_sum", sheet=total.sheet)
        elif total.sum is not None and total.sum != total.stated_sum:
            problems.note(
                *where,
                "sum",
                "sum_differs",
                sheet=total.sheet,
                counted=plain(total.sum),
                stated="" if total.stated_sum is None else plain(total.stated_sum),
            )
    return found


def _sum(sheets: Sheets, sheet: Sheet) -> Decimal | None:
    column = RULES[sheet].summed
    if not column:
        return None
    return sum((row.amount(column) or Decimal(0) for row in sheets.get(sheet, ())), Decimal(0))
