"""In: what a billing command was refused for. Out: its branch of the error tree. Pure.

The tree::

    EnergyError
    +- TariffFileError          a tariff file is wrong; lists every problem with its path
    +- UsageFileError           a usage file is wrong; names row and column
    +- RatingError              usage and tariff do not fit together; a person must decide
    |  +- UnbillableUsageError  usage is missing; carries the do-not-bill findings
    |  +- CalendarGapError      a billed day lies in a year that its calendar does not know
    +- MoneyError               an amount or currency cannot be used
    +- DocumentError            a document cannot be rendered
    +- RefusedError
       +- UnknownBillingObjectError  no such account, run, invoice or tariff
       +- WrongStateError       the object is past (or before) the step asked for
       +- InvoiceIssuedError    somebody tried to change an issued invoice
       +- SecondPersonError     the person who opened a run tried to approve it
       +- HeldRunError          do-not-bill findings stand in the way of approval
       +- UnknownHoldError      an account to hold out has no draft in the run
       +- ParkedBooksError      an entry of the books is missing from what a run would bill
       +- UnsettledDaysError    values of the days kept turning out doubtful while a run was opened
       +- AlreadyBilledError    the days are on an issued invoice already
"""

from __future__ import annotations

from collections.abc import Sequence

from energy.base.errors import EnergyError, RefusedError
from energy.base.finding import Finding
from energy.base.text import tell


def _rows(problems: Sequence[str]) -> str:
    return "\n".join(f"  - {problem}" for problem in problems)


class TariffFileError(EnergyError):
    """A tariff file does not describe a tariff version; lists every problem found."""

    code = "tariff_file"

    def __init__(self, problems: Sequence[str]) -> None:
        """Join the problems into one message, one a row, each with its path in the file."""
        self.problems = list(problems)
        super().__init__(
            f"The tariff file has {len(self.problems)} problem(s); nothing was accepted:\n"
            f"{_rows(self.problems)}\nMend the file and run `tariff check` again."
        )


class UsageFileError(EnergyError):
    """A usage file cannot be rated; lists every problem found."""

    code = "usage_file"

    def __init__(self, problems: Sequence[str]) -> None:
        """Join the problems into one message, one a row."""
        self.problems = list(problems)
        super().__init__(
            f"The usage file has {len(self.problems)} problem(s); nothing was rated:\n"
            f"{_rows(self.problems)}\n"
            "Write the columns `start,usage`: aware instants on one grid, whole base units."
        )


class RatingError(EnergyError):
    """Usage and tariff do not fit together."""

    code = "rating"


class CalendarGapError(RatingError):
    """A billed day lies in a year that the tariff's calendar does not know."""

    code = "rating.calendar_gap"


class UnbillableUsageError(RatingError):
    """Usage is missing in the period: a gap is never a zero."""

    code = "rating.unbillable"

    def __init__(self, findings: Sequence[Finding]) -> None:
        """Name each gap; the findings stay readable for machines."""
        self.findings = list(findings)
        rows = [f"{f.code}: {f.start.isoformat()} to {f.end.isoformat()}" for f in self.findings]
        super().__init__(
            f"The usage cannot be billed:\n{_rows(rows)}\n"
            "Import the missing readings or enter an estimate, then rate again."
        )


class MoneyError(EnergyError):
    """An amount or currency cannot be used."""

    code = "money"


class DocumentError(EnergyError):
    """A document cannot be rendered."""

    code = "document"


class UnknownBillingObjectError(RefusedError):
    """A command named an account, run, invoice or tariff that the books do not have."""

    code = "billing.unknown"
    PART = "why.books_have_no"

    def __init__(self, kind: str, key: object) -> None:
        """Name the kind and key, and the verb that lists those there are."""
        super().__init__()
        self.keep(kind.replace(" ", "_"), key=key)


class WrongStateError(RefusedError):
    """The object is not at the step that the command belongs to."""

    code = "billing.wrong_state"

    def __init__(self, what: str, state: str, needed: str, next_step: str = "") -> None:
        """Name the object, its state, the state needed and, where there is one, the next step."""
        super().__init__(f"{what} is {state}; this command needs it {needed}. {next_step}".rstrip())


class InvoiceIssuedError(RefusedError):
    """An issued invoice is never changed."""

    code = "invoice.issued"

    def __init__(self, number: str) -> None:
        """Name the invoice and the only way to correct it."""
        super().__init__()
        self.keep("bill_run.issued", number=number)


class SecondPersonError(RefusedError):
    """A bill run must be approved by another person than the one who opened it."""

    code = "bill_run.second_person"

    def __init__(self) -> None:
        """Say who can approve."""
        super().__init__()
        self.keep("bill_run.second_person")


class HeldRunError(RefusedError):
    """Do-not-bill findings stand in the way of an approval."""

    code = "bill_run.findings"

    def __init__(self, accounts: Sequence[str]) -> None:
        """Name the accounts concerned."""
        super().__init__()
        self.keep("bill_run.findings", accounts=", ".join(accounts))


class UnknownHoldError(RefusedError):
    """Accounts to hold out of an approval have no draft in the run."""

    code = "bill_run.unknown_hold"

    def __init__(self, accounts: Sequence[str]) -> None:
        """Name the accounts concerned."""
        super().__init__()
        self.keep("bill_run.unknown_hold", accounts=", ".join(accounts))


class ParkedBooksError(RefusedError):
    """Entries of the books that a run should know could not be folded into the tables."""

    code = "bill_run.parked_books"

    def __init__(self, run: str, parked: Sequence[tuple[int, str]]) -> None:
        """Name the run and each entry with the error that set it aside."""
        self.positions = [position for position, _ in parked]
        rows = [tell("why.bill_run.parked", position=at, error=error) for at, error in parked]
        super().__init__()
        self.keep("bill_run.parked_books", run=run, rows=rows)


class UnsettledDaysError(RefusedError):
    """Behind every mark that was set for a run, something was found that bars its days."""

    code = "bill_run.unsettled"

    def __init__(self, run: str, marks: int) -> None:
        """Name the run and how often a mark was set."""
        super().__init__()
        self.keep("bill_run.unsettled", run=run, marks=marks)


class AlreadyBilledError(RefusedError):
    """Days of a point are on an issued invoice of the account already."""

    code = "account.already_billed"

    def __init__(self, account: str, point: str, first_day: str, last_day: str) -> None:
        """Name the account, the point and the days."""
        super().__init__()
        self.keep(
            "bill_run.already_billed",
            account=account,
            point=point,
            first_day=first_day,
            last_day=last_day,
        )
