"""In: what a signed-in person says of a report. Out: its facts, by a desk. I/O by ports.

The id of a command is made of the edition that the person saw and of the person: a button pressed
twice is one command, and a review of a later edition another one.
"""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from dashboards.security.scope import Right, Scope
from energy.base.ids import id_of


class ReportDesk(Protocol):
    """Where reports are written, reviewed and sent (energy/service/reports/desk.py)."""

    def review(self, kind: str, span: str, edition: int, *, by: UUID, command_id: UUID) -> None:
        """Let a person stand for the newest edition."""
        ...

    def send(self, kind: str, span: str, *, by: UUID, command_id: UUID) -> int:
        """Send the newest edition upward; return how many contacts are told."""
        ...

    def write_incident(
        self, number: str, stage: str, words: str, *, by: UUID, command_id: UUID
    ) -> tuple[int, bool]:
        """Keep the report that an incident owes; return the newest edition, whether it is new."""
        ...


class ShiftReportCommands:
    """The writes of the pages of reports of one site.

    Each raises `NotPermittedError` where the person lacks the role, `ReportError` as the method of
    the same name of the desk, and `send` `NoticeError` where notices cannot go out.
    """

    def __init__(self, site: str, desk: ReportDesk) -> None:
        """Act at a site through its desk."""
        self._site, self._desk = site, desk

    def review(self, scope: Scope, kind: str, span: str, edition: int) -> None:
        """Stand for an edition, having read it."""
        scope.demand(Right.WORK, self._site)
        command = self._command("review", scope, kind, span, str(edition))
        self._desk.review(kind, span, edition, by=scope.person, command_id=command)

    def send(self, scope: Scope, kind: str, span: str, edition: int) -> int:
        """Send the newest edition upward, as one saw it; return how many contacts are told."""
        scope.demand(Right.WORK, self._site)
        command = self._command("send", scope, kind, span, str(edition))
        return self._desk.send(kind, span, by=scope.person, command_id=command)

    def write(self, scope: Scope, number: str, stage: str, words: str, *, said: str) -> int:
        """Write the report that an incident owes; return its newest edition.

        Args:
            scope: Who says it.
            number: Of the incident.
            stage: "initial", "follow-up-1", "final".
            words: What is said; no names.
            said: The seal of what the report said when the form was drawn.
        """
        scope.demand(Right.WORK, self._site)
        span = f"{number}/{stage}"
        command = self._command("write", scope, "incident", span, repr(words), repr(said))
        edition, _ = self._desk.write_incident(
            number, stage, words, by=scope.person, command_id=command
        )
        return edition

    def _command(self, verb: str, scope: Scope, kind: str, span: str, *said: str) -> UUID:
        facts = (self._site, kind, span, *said, str(scope.person))
        return id_of("command", f"{verb} report here", *facts)
