"""In: what a command on a bill run was refused for. Out: its branch of the error tree. Pure.

The tree::

    RefusedError
    +- UndecidedRunError       exceptions wait for a decision
    +- OwnDecisionError        the approver alone accepted what needs two persons
    +- ChangedDraftsError      what would be issued is not what was approved
    +- SeenOtherwiseError      the run is not what the person looked at
    +- NoExceptionError        no exception of the run has that cause, or none can be so decided
    +- NoExplanationError      a charge line, or an invoice before, is not there
    +- NothingDueError         no reading cycle makes anything due
"""

from __future__ import annotations

from collections.abc import Sequence

from energy.base.errors import RefusedError


class UndecidedRunError(RefusedError):
    """Nobody decided about some exceptions of a run."""

    code = "bill_run.undecided"

    def __init__(self, run: str, count: int) -> None:
        """Name the run and how many wait."""
        super().__init__()
        self.keep("bill_run.undecided", run=run, count=count)


class OwnDecisionError(RefusedError):
    """Who accepted so much money cannot also approve it."""

    code = "bill_run.own_decision"

    def __init__(self, run: str, accounts: Sequence[str]) -> None:
        """Name the run and the accounts concerned."""
        shown = ", ".join(each or run for each in accounts)
        super().__init__()
        self.keep("bill_run.own_decision", run=run, accounts=shown)


class ChangedDraftsError(RefusedError):
    """Drafts changed between approval and issue."""

    code = "bill_run.changed"

    def __init__(self, run: str) -> None:
        """Name the run."""
        super().__init__()
        self.keep("bill_run.changed", run=run)


class SeenOtherwiseError(RefusedError):
    """Drafts or decisions changed since the person looked."""

    code = "bill_run.seen_otherwise"

    def __init__(self, run: str) -> None:
        """Name the run."""
        super().__init__()
        self.keep("bill_run.seen_otherwise", run=run)


class NoExceptionError(RefusedError):
    """Nothing of the run can be decided so."""

    code = "bill_run.no_exception"

    def __init__(self, run: str, cause: str, known: Sequence[str]) -> None:
        """Name the run, the cause asked for and the causes that there are."""
        super().__init__()
        self.keep("bill_run.no_exception", run=run, cause=cause, known=", ".join(known) or "-")


class NoExplanationError(RefusedError):
    """What is to be explained is not on the bill."""

    code = "bill.no_explanation"

    def __init__(self, number: str, line: str) -> None:
        """Name the bill and the charge line."""
        super().__init__()
        self.keep("bill_run.no_explanation", number=number, charge=line)


class NothingDueError(RefusedError):
    """No reading cycle makes anything due."""

    code = "bill_run.nothing_due"

    def __init__(self, day: str) -> None:
        """Name the last day."""
        super().__init__()
        self.keep("bill_run.nothing_due", day=day)
