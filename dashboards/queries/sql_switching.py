"""Step 5a. From: switching orders, requests of billing. To: the pages of switching. I/O: reads."""

from __future__ import annotations

from dataclasses import replace

from billing.documents.switching_sheet import sheet_of
from dashboards.queries.outage_reads import sees_accounts
from dashboards.queries.rows import Answer
from dashboards.queries.sql_site import OPERATIONS, SqlSite
from dashboards.queries.switching_reads import (
    SwitchingReads,
    newest,
    people_of,
    reviewed,
    shown_to,
)
from dashboards.queries.switching_rows import (
    SwitchingBoard,
    SwitchingChoices,
    SwitchingPage,
    TemplatePage,
)
from dashboards.security.scope import Right, Scope
from energy.service.switching.kinds import SwitchingState
from energy.service.switching.reads import TemplateRow, read_switching, read_templates


class SqlSwitching:
    """Questions about switching orders in SQL."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables."""
        self._at = at
        self._switching_reads = SwitchingReads(at)

    def switching(self, scope: Scope) -> Answer[SwitchingBoard]:
        """Return the orders that are open and over, permits out, requests that wait."""
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            rows = [shown_to(scope, row) for row in read_switching(connection, self._at.schema)]
            open_ = [row for row in rows if row.ended_at is None]
            permits = self._switching_reads.permits_out(connection, open_)
            board = SwitchingBoard(
                orders=tuple(reversed(open_)),
                past=tuple(row for row in rows if row.ended_at is not None),
                permits=tuple(sorted(permits, key=lambda each: each.permit.valid_until)),
                waiting=self._switching_reads.waiting(connection) if sees_accounts(scope) else None,
                names=self._switching_reads.names(
                    connection,
                    rows,
                    [
                        *(person for row in open_ for person in (row.operator, row.guardian)),
                        *(each.permit.holder for each in permits),
                    ],
                ),
            )
            return self._at.answer(connection, board, follower=OPERATIONS)

    def switching_order(self, scope: Scope, number: str) -> Answer[SwitchingPage] | None:
        """Return the order of a number; None: there is none."""
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            story = self._switching_reads.story(connection, number)
            if story is None:
                return None
            row = story.order
            rows = read_switching(connection, self._at.schema)
            every = {
                each.switching_order: each
                for each in rows
                if each.switching_order in {row.undoes, row.back}
            }
            others = [
                each
                for each in rows
                if each.ended_at is None and each.switching_order != row.switching_order
            ]
            back = every.get(row.back) if row.back else None
            page = SwitchingPage(
                story=replace(story, order=shown_to(scope, row)),
                related={identity: each.number for identity, each in every.items()},
                back_gone=back is not None and back.state is SwitchingState.WITHDRAWN,
                held_by=()
                if row.ended_at is not None
                else self._switching_reads.holding(connection, row.about, others),
                people=self._at.people_with(connection, Right.WORK)
                if scope.may(Right.WORK)
                else (),
                names=self._switching_reads.names(connection, [row], people_of(story)),
            )
            return self._at.answer(connection, page, follower=OPERATIONS)

    def switching_choices(self, scope: Scope) -> SwitchingChoices:
        """Return what a new order can be made of; for who may write one."""
        if not scope.may(Right.WORK):  # who may need not give the PIN to look
            self._at.demand(scope, Right.WORK)
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            return SwitchingChoices(
                templates=reviewed(read_templates(connection, self._at.schema)),
                people=self._at.people_with(connection, Right.WORK),
                waiting=self._switching_reads.waiting(connection),
            )

    def switching_templates(self, scope: Scope) -> tuple[TemplateRow, ...]:
        """Return the newest version of each template."""
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            return newest(read_templates(connection, self._at.schema))

    def switching_template(self, scope: Scope, key: str) -> TemplatePage | None:
        """Return the newest version of a template; None: there is no such template."""
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            rows = [each for each in read_templates(connection, self._at.schema) if each.key == key]
            if not rows:
                return None
            (row,) = newest(rows)
            people = [each for each in (row.author, row.reviewed_by) if each is not None]
            return TemplatePage(
                row=row,
                in_use=next((each.version for each in reviewed(rows)), 0),
                names=self._switching_reads.names(connection, [], people),
            )

    def switching_paper(self, scope: Scope, number: str, language: str) -> bytes | None:
        """Return the paper of an order for the room, as PDF; None: there is no such order."""
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            story = self._switching_reads.story(connection, number)
            if story is None:
                return None
            names = self._switching_reads.names(connection, [story.order], people_of(story))
        now = self._at.clock.now()
        return sheet_of(story, self._at.site, language, names.person, dated=now)
