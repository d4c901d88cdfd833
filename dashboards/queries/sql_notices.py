"""Step 5a. From: notices, gateways' receipts, contacts, texts. To: their rows. I/O: PostgreSQL.

Who reads the energy sees that people were told, by the keys of the address book. Names are opened
for who acts on alerts; addresses for nobody.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from dashboards.queries.notice_rows import (
    STATES,
    AlertTold,
    NoticeBoard,
    NoticeTab,
    TextBook,
)
from dashboards.queries.rows import AlertRow, Answer
from dashboards.queries.sql_site import OPERATIONS, Connection, SqlSite
from dashboards.security.scope import Right, Scope
from dashboards.selection import Selection
from energy.alerting.notices.duties import escalates_at
from energy.alerting.notices.reads import (
    ContactRow,
    levels_told,
    read_contacts,
    read_facts,
    read_plan,
    read_told,
    read_wordings,
)
from energy.alerting.notices.reports import (
    NoticeRow,
    count_notices,
    read_gateways,
    read_notices,
    read_replies,
    read_statistics,
    read_templates,
)
from energy.alerting.notices.telling import ABOUT_ALERT
from energy.journal.recorder import head_position

MOST_NOTICES = 500
GATEWAYS_SINCE = timedelta(days=30)
"""What went by a gateway longer ago tells nothing of how it does now."""


class SqlNotices:
    """Questions about notices in SQL."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables."""
        self._at = at

    def notice_board(
        self, scope: Scope, tab: NoticeTab, selection: Selection
    ) -> Answer[NoticeBoard]:
        """Return the notices of a tab, the gateways, and what went by them in the time."""
        schema, zone = self._at.schema, self._at.site.zone
        period = selection.period(zone)
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            contacts = read_contacts(connection, schema)
            counted = count_notices(connection, schema, period)
            rows = read_notices(
                connection,
                schema,
                states=[str(state) for state in STATES[tab]],
                period=None if tab is NoticeTab.WAITING else period,
                most=MOST_NOTICES,
            )
            board = NoticeBoard(
                tab=tab,
                rows=tuple(rows),
                counts={
                    each: sum(n for s, n in counted.items() if not states or s in states)
                    for each, states in STATES.items()
                },
                names=_names(self._at, scope, contacts, rows),
                gateways=tuple(
                    read_gateways(
                        connection,
                        schema,
                        self._at.clock.now() - GATEWAYS_SINCE,
                        self._at.gateways,
                    )
                ),
                statistics=tuple(read_statistics(connection, schema, period.start, period.end)),
                ways=_ways(contacts) if scope.may(Right.ACKNOWLEDGE) else {},
                planned=read_plan(connection, schema, zone) is not None,
            )
            return self._at.answer(connection, board, follower=OPERATIONS)

    def notice_texts(self, scope: Scope) -> Answer[TextBook]:
        """Return the texts of notices."""
        schema = self._at.schema
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            newest = read_templates(connection, schema)
            plan = read_plan(connection, schema, self._at.site.zone)
            people = [
                person
                for row in newest
                for person in (row.drafted_by, row.reviewed_by)
                if person is not None
            ]
            book = TextBook(
                newest=tuple(newest),
                in_force=read_wordings(connection, schema),
                people=self._at.person_names(connection, people),
                signature=plan.signature if plan else {},
                blocked=plan.blocked_words if plan else (),
            )
            return self._at.answer(connection, book, follower=OPERATIONS)

    def await_operations(self, scope: Scope) -> None:
        """Wait until the views show what the journal of operations holds now, 2 s at most."""
        right = Right.READ_ENERGY if scope.staff else Right.READ_OWN
        with self._at.read(scope, right) as connection:
            head = head_position(connection, self._at.schema, OPERATIONS)
        self._at.await_shown(scope, right, lambda each: self._at.position(each, OPERATIONS) >= head)


def told_of(at: SqlSite, connection: Connection, scope: Scope, row: AlertRow) -> AlertTold:
    """Return who was told of an alert, and who is next.

    Args:
        at: The site.
        connection: The one the alert was read on.
        scope: Who asks: names are for who acts on alerts.
        row: The alert.
    """
    schema = at.schema
    rows = read_notices(connection, schema, subject=row.alert, most=MOST_NOTICES)
    plan = read_plan(connection, schema, at.site.zone)
    level, level_at = None, None
    facts = read_facts(connection, schema, [row.alert]).get(row.alert)
    if plan is not None and facts is not None and _wakes(row):
        duty = plan.duties.get(facts.severity)
        told = read_told(connection, schema, [row.alert]).get(row.alert, [])
        mine = levels_told([each for each in told if each.about == ABOUT_ALERT])
        levels = plan.levels(facts.severity, facts.rule)
        found = escalates_at(duty, levels, mine) if duty else None
        level, level_at = found or (None, None)
    return AlertTold(
        rows=tuple(rows),
        replies=tuple(read_replies(connection, schema, row.alert)),
        names=_names(at, scope, read_contacts(connection, schema), rows),
        level=level,
        level_at=level_at,
        planned=plan is not None,
    )


def _names(
    at: SqlSite, scope: Scope, contacts: Sequence[ContactRow], rows: Sequence[NoticeRow]
) -> dict[str, str]:
    """Return the names of who was told, by key, for who acts on alerts; nobody's for others."""
    if not scope.may(Right.ACKNOWLEDGE):
        return {}
    told = {row.contact for row in rows}
    return {
        each.key: at.vault.open(each.person, each.name_sealed)
        for each in contacts
        if each.key in told and each.name_sealed
    }


def _ways(contacts: Sequence[ContactRow]) -> dict[str, tuple[str, ...]]:
    """Return by which ways each contact can be told; who can be told by none is left out."""
    found = {
        each.key: tuple(sorted(str(way) for way in recipient.ways if recipient.usable(way)))
        for each in contacts
        for recipient in (each.recipient(),)
    }
    return {key: ways for key, ways in found.items() if ways}


def _wakes(row: AlertRow) -> bool:
    """Return whether anybody is still to be told of an alert."""
    ended = row.acknowledged_at or row.cleared_at or row.closed_at or row.shelved_until
    return not (ended or row.historic or row.parent or row.suppressed)
