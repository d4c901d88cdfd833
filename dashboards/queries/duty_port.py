"""In: nothing. Out: questions about duty; each takes the scope first. Pure."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol

from dashboards.queries.duty_rows import DutyBoard
from dashboards.queries.rows import Answer
from dashboards.security.scope import Scope


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
