"""In: what is wrong with a file beside the tariff file. Out: its branch of the errors. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from billing.errors import TariffFileError
from energy.base.errors import EnergyError


class OfficeFileError(TariffFileError):
    """A file of the tariff office other than a tariff cannot be used; lists every problem."""

    code = "office_file"
    WHAT = "file"
    AGAIN = "run the command again"

    def __init__(self, problems: Sequence[str]) -> None:
        """Join the problems into one message, one a row, each with its path in the file."""
        self.problems = list(problems)
        rows = "\n".join(f"  - {problem}" for problem in self.problems)
        EnergyError.__init__(
            self,
            f"The {self.WHAT} has {len(self.problems)} problem(s); nothing was accepted:\n{rows}\n"
            f"Mend it and {self.AGAIN}.",
        )


class CalendarFileError(OfficeFileError):
    """A calendar year cannot be published or drafted."""

    code = "calendar_file"
    WHAT = "calendar year"


class PriceFileError(OfficeFileError):
    """Rows of a price table cannot be published."""

    code = "price_file"
    WHAT = "price table"


class UrdbFileError(OfficeFileError):
    """A rate of URDB cannot be written as a tariff."""

    code = "urdb_file"
    WHAT = "rate"
