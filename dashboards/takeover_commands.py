"""In: what a person decides about the take-over. Out: an event in the books. I/O by ports.

A workbook is given up by a clerk; the parallel run is ended by a second person, whom the domain
asks for. What takes minutes (checking a workbook, writing it, comparing) is only wished for here:
the process of jobs does it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from billing.takeover.task_desk import HandedIn
from dashboards.security.scope import Right, Scope


class LoadDesk(Protocol):
    """Where workbooks are loaded (billing/takeover/office.py)."""

    def drop(self, sha256: str, *, reason: str, by: UUID) -> object:
        """Give up a workbook that waits for its second signature."""
        ...


class ReleaseDesk(Protocol):
    """Where both systems are compared (billing/takeover/parallel.py)."""

    def release(self, sha256: str, *, reason: str, by: UUID) -> object:
        """End the parallel run over the last comparison, as a second person."""
        ...


class WishDesk(Protocol):
    """Where people state what takes minutes (billing/takeover/task_desk.py)."""

    def ask_load(self, file: HandedIn, *, by: UUID) -> UUID:
        """Ask for a workbook to be checked and loaded."""
        ...

    def ask_sign(self, sha256: str, *, by: UUID) -> UUID:
        """Ask for a loaded workbook to be signed and written, as a second person."""
        ...

    def ask_compare(self, run: UUID, files: Sequence[HandedIn], *, by: UUID) -> UUID:
        """Ask for a run's drafts to be put beside the old system's bills."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOverCommands:
    """The writes of the take-over of one site."""

    site: str
    loads: LoadDesk
    parallel: ReleaseDesk
    wishes: WishDesk

    def hand_in(self, scope: Scope, file: HandedIn) -> UUID:
        """Hand in a workbook to be checked and loaded; return the task.

        Raises:
            NotPermittedError: The person lacks the role.
            TakeOverError: Nobody should open the file, or too much waits already.
        """
        scope.demand(Right.ISSUE, self.site)
        return self.wishes.ask_load(file, by=scope.person)

    def sign(self, scope: Scope, sha256: str) -> UUID:
        """Wish that a workbook is signed by this person and written; return the task.

        Raises:
            NotPermittedError: The person lacks the role.
            TakeOverError: None waits under that hash.
            TakeOverPersonError: The same person loaded it.
        """
        scope.demand(Right.APPROVE, self.site)
        return self.wishes.ask_sign(sha256, by=scope.person)

    def compare(self, scope: Scope, run: UUID, files: Sequence[HandedIn]) -> UUID:
        """Hand in the old system's bills to be put beside a run's drafts; return the task.

        Raises:
            NotPermittedError: The person lacks the role.
            UnknownBillingObjectError: There is no such run.
            TakeOverError: Nothing runs in parallel, or nobody should open a file.
        """
        scope.demand(Right.ISSUE, self.site)
        return self.wishes.ask_compare(run, files, by=scope.person)

    def drop(self, scope: Scope, sha256: str, reason: str) -> None:
        """Give up a workbook that is not signed.

        Raises:
            NotPermittedError: The person lacks the role.
            TakeOverError: None waits under that hash.
        """
        scope.demand(Right.ISSUE, self.site)
        self.loads.drop(sha256, reason=reason, by=scope.person)

    def release(self, scope: Scope, sha256: str, reason: str) -> None:
        """End the parallel run over the comparison that was seen; released already, nothing.

        Raises:
            NotPermittedError: The person lacks the role.
            TakeOverError: There is no parallel run, or another comparison is the last.
            TakeOverPersonError: The same person compared.
        """
        scope.demand(Right.APPROVE, self.site)
        self.parallel.release(sha256, reason=reason, by=scope.person)
