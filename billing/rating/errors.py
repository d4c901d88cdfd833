"""Errors of rating files.

RatingFileError(EnergyError)   a file cannot be rated; names it, each place in it and the cause
"""

from __future__ import annotations

from collections.abc import Sequence

from energy.base.errors import EnergyError

BELOW_ZERO = (
    "is below zero; a column has one direction: what flowed back stands in one of its own, like "
    "active_export_kwh"
)
"""What is wrong with a value of usage that has a minus sign."""
SHOWN = 20
"""Problems that a message lists."""


class RatingFileError(EnergyError):
    """A file that a rating needs cannot be used; nothing was rated."""

    code = "rating_file"

    def __init__(self, file: str, problems: Sequence[str]) -> None:
        """Name the file, and each problem with its place, one a row.

        Args:
            file: Its path as it was given.
            problems: Place and cause of each.
        """
        self.file = file
        self.problems = list(problems)
        rows = "\n".join(f"  - {problem}" for problem in self.problems[:SHOWN])
        more = len(self.problems) - SHOWN
        rest = f"\n  - and {more} more" if more > 0 else ""
        super().__init__(
            f"{file}: cannot be used, nothing was rated:\n{rows}{rest}\n"
            "Mend it and rate again; docs/tariff-rate.md says what it must be."
        )
