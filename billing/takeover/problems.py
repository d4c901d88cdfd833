"""In: what is wrong in a workbook. Out: rows: sheet, row, column, cause, next step. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from billing.takeover.sheets import Sheet
from energy.base.text import Told, t, tell

MOST_TOLD = 1_000
"""Problems that are told; all are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something of a workbook that keeps it out."""

    sheet: str
    row: int
    """As the program that made the workbook numbers it; 0 for the sheet as a whole."""
    column: str
    """"" for the row as a whole."""
    code: str
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def message(self) -> Told:
        """Return cause and next step."""
        return tell(f"takeover.problem.{self.code}", **self.values)

    def cause(self, language: str) -> str:
        """Return cause and next step in a language."""
        return t(language, f"takeover.problem.{self.code}", **self.values)

    def document(self) -> dict[str, object]:
        """Return it as JSON values."""
        return {
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "code": self.code,
            "cause": str(self.message),
        }

    def kept(self) -> dict[str, object]:
        """Return it as JSON values from which it can be told in any language again."""
        values = {k: v if isinstance(v, int) else str(v) for k, v in self.values.items()}
        return {"sheet": self.sheet, "row": self.row, "column": self.column, "code": self.code,
                "values": values}  # fmt: skip


@dataclass(slots=True)
class Problems:
    """What was found so far."""

    rows: list[Problem] = field(default_factory=list)

    def note(
        self, sheet: Sheet | str, row: int, column: str, code: str, /, **values: object
    ) -> None:
        """Note a problem.

        Args:
            sheet: Where.
            row: Its number; 0 for the whole sheet.
            column: Its name; "" for the whole row.
            code: Of the text `takeover.problem.<code>`.
            values: What fills its places.
        """
        self.rows.append(
            Problem(sheet=str(sheet), row=row, column=column, code=code, values=values)
        )
