"""In: nothing. Out: questions about duty; each takes the scope first. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Protocol
from uuid import UUID

from dashboards.queries.duty_rows import DutyBoard
from dashboards.queries.handover_rows import HandoverFacts, HandoverPage, ShiftLogPage
from dashboards.queries.leave_rows import LeaveBoard, LeavePage, SlotPage
from dashboards.queries.rows import Answer
from dashboards.security.scope import Scope
from energy.service.duty.names import DutyNames


class DutyQueries(Protocol):
    """Questions about who is on duty."""

    def duty(self, scope: Scope, first: date, at: datetime) -> Answer[DutyBoard]:
        """Return who is on duty now, who would be called at an instant, and the roster of a week.

        Args:
            scope: Who asks.
            first: First day of the week.
            at: The instant.
        """
        ...

    def duty_names(self, scope: Scope) -> DutyNames:
        """Return what people read in place of the keys of shifts and posts."""
        ...

    def duty_leave(self, scope: Scope) -> Answer[LeaveBoard]:
        """Return the requests and swaps that a person may see."""
        ...

    def duty_request(self, scope: Scope, leave: UUID) -> Answer[LeavePage] | None:
        """Return a request with what it does; None: there is none that the person may see."""
        ...

    def duty_slot(self, scope: Scope, named: str) -> Answer[SlotPage] | None:
        """Return a slot of a published roster; None: there is none.

        Raises:
            DutyError: It is no slot's name.
        """
        ...

    def shift_log(self, scope: Scope) -> Answer[ShiftLogPage]:
        """Return the open points, and what was told or closed in the last days."""
        ...

    def handovers(self, scope: Scope) -> Answer[HandoverPage]:
        """Return the desks with who has them, and the handovers before."""
        ...

    def handover_facts(self, scope: Scope, ahead: timedelta) -> HandoverFacts:
        """Return what the next shift is to know, beside the alerts.

        Args:
            scope: Who asks.
            ahead: How far ahead spans and outages are told.
        """
        ...
