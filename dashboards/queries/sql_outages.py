"""Step 5a. From: outages, supply graphs, notices. To: the pages of outages. I/O: PostgreSQL.

Who goes dark is asked of the domain, as the command row asks it; there is no second walk.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from dashboards.queries.outage_reads import OutageReads
from dashboards.queries.outage_rows import (
    NodeChoice,
    NodeOutages,
    OutageBoard,
    OutageLine,
    OutagePage,
    OutageStanding,
)
from dashboards.queries.rows import Answer
from dashboards.queries.sql_site import OPERATIONS, SqlSite
from dashboards.security.scope import Right, Scope
from energy.alerting.flood import NODE
from energy.alerting.outages.outage import OutageError
from energy.alerting.outages.reads import OutageRow, read_outages
from energy.base.period import Period
from energy.base.units import Utility
from energy.views.plant_rows import read_supply, supplied_utilities

NOW_SPAN = timedelta(hours=1)
"""Span over which a node that nobody planned to switch off is looked at."""


class SqlOutages:
    """Questions about planned outages in SQL."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables."""
        self._at = at
        self._outage_reads = OutageReads(at)

    def outages(self, scope: Scope) -> Answer[OutageBoard]:
        """Return the outages that run, are to come, and are past."""
        now = self._at.clock.now()
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            rows = read_outages(connection, self._at.schema)
            return self._at.answer(
                connection,
                _board(self._outage_reads.lines(connection, rows), now),
                follower=OPERATIONS,
            )

    def outage(self, scope: Scope, outage: UUID) -> Answer[OutagePage] | None:
        """Return one outage; None: there is none."""
        now, reads = self._at.clock.now(), self._outage_reads
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            row = _row(read_outages(connection, self._at.schema), outage)
        if row is None:
            return None
        state = row.state(now)
        look = None if state.over else reads.looked(row)
        draft, refusal = reads.draft(row) if state.waits and look else ((), None)
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            page = OutagePage(
                standing=reads.standing(connection, scope, row),
                look=None if look is None else reads.node_look(connection, scope, row.about, look),
                draft=draft,
                refusal=refusal,
            )
            return self._at.answer(connection, page, follower=OPERATIONS)

    def outage_standing(self, scope: Scope, outage: UUID) -> Answer[OutageStanding] | None:
        """Return how far one outage is and who received it; None: there is none."""
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            row = _row(read_outages(connection, self._at.schema), outage)
            if row is None:
                return None
            standing = self._outage_reads.standing(connection, scope, row)
            return self._at.answer(connection, standing, follower=OPERATIONS)

    def outage_nodes(self, scope: Scope) -> tuple[NodeChoice, ...]:
        """Return the nodes of all supply graphs as they hold now, by utility and name."""
        found: list[NodeChoice] = []
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            supplied = set(supplied_utilities(connection, self._at.schema))
            for utility in (each for each in Utility if each in supplied):
                book = read_supply(connection, self._at.schema, utility)
                graph = book.at(self._at.clock.now())
                nodes = [] if graph is None else list(graph.nodes.values())
                found += [
                    NodeChoice(
                        utility=str(utility),
                        node=node.key,
                        name=node.name,
                        kind=node.kind,
                        point=node.point,
                    )
                    for node in sorted(nodes, key=lambda each: (each.name, each.key))
                ]
        return tuple(found)

    def node_outages(self, scope: Scope, utility: Utility, node: str) -> Answer[NodeOutages] | None:
        """Return what goes dark now without a node, and its outages; None: there is no such."""
        self._at.demand(scope, Right.READ_ENERGY)
        now, about = self._at.clock.now(), f"{NODE}{utility}/{node}"
        try:
            look = self._outage_reads.desk().preview(about, Period(start=now, end=now + NOW_SPAN))
        except OutageError:
            return None
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            rows = [
                each
                for each in read_outages(connection, self._at.schema)
                if each.about == about and not each.state(now).over
            ]
            page = NodeOutages(
                look=self._outage_reads.node_look(connection, scope, about, look),
                lines=tuple(self._outage_reads.lines(connection, rows)),
            )
            return self._at.answer(connection, page, follower=OPERATIONS)


def _row(rows: Iterable[OutageRow], outage: UUID) -> OutageRow | None:
    return next((each for each in rows if each.outage == outage), None)


def _board(lines: Sequence[OutageLine], now: datetime) -> OutageBoard:
    past = [each for each in lines if each.state.over]
    running = [each for each in lines if each.runs(now)]
    ahead = [each for each in lines if not each.state.over and not each.runs(now)]
    return OutageBoard(
        running=tuple(sorted(running, key=lambda each: each.ends_at)),
        ahead=tuple(sorted(ahead, key=lambda each: each.begins_at)),
        past=tuple(past),
    )
