"""In: nothing. Out: questions about patrol rounds; each takes the scope first. Pure."""

from __future__ import annotations

from datetime import date
from typing import Protocol
from uuid import UUID

from dashboards.queries.patrol_rows import PatrolBoard, PatrolCourse, PatrolDay, PatrolWalk
from dashboards.queries.rows import Answer
from dashboards.security.scope import Scope


class PatrolQueries(Protocol):
    """Questions about patrol rounds."""

    def patrol(self, scope: Scope) -> Answer[PatrolBoard]:
        """Return what is due, under way, next, and missed since yesterday."""
        ...

    def patrol_day(self, scope: Scope, key: str, day: date) -> Answer[PatrolDay] | None:
        """Return a round on a local day; None: there is no such round."""
        ...

    def patrol_walk(self, scope: Scope, walked: UUID) -> Answer[PatrolWalk] | None:
        """Return a round that somebody began; None: nobody did."""
        ...

    def patrol_course(
        self, scope: Scope, key: str, stop: str, value: str, last: date
    ) -> Answer[PatrolCourse] | None:
        """Return a number over the two weeks that end on a day; None: there is no such one."""
        ...
