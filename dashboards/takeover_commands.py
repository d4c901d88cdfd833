"""In: what a person decides about the take-over. Out: an event in the books. I/O by ports.

A workbook is given up by a clerk; the parallel run is ended by a second person, whom the domain
asks for. Loading and signing a workbook stand at the terminal: they write for minutes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

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


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOverCommands:
    """The writes of the take-over of one site."""

    site: str
    loads: LoadDesk
    parallel: ReleaseDesk

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
