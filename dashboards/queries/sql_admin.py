"""In: the directory and the journals' heads. Out: accounts, journals, acts. I/O: PostgreSQL.

Acts are read from the journals themselves, the newest first, so that no table can tell otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from dashboards.queries.admin_rows import (
    AccountRow,
    AdminPage,
    EventPage,
    EventRow,
    FollowerRow,
    MachineRow,
)
from dashboards.queries.sql_site import Connection, Row, SqlSite
from dashboards.security.scope import Right, Scope
from energy.base.secrets import PersonVault
from energy.journal.access import STRANGER, Access
from energy.journal.application import EventDecoder
from energy.journal.entry import Entry
from energy.journal.people_rows import all_people
from energy.store.sites import DIRECTORY

SITE_TOPICS = ("bill_run.approved", "bill_run.issued", "alert.acknowledged", "correction.approved")
"""What an audit asks of a site's own journals."""
MOST_ROWS = 200
MOST_ENTRIES = 5000
"""Newest entries of a journal that are looked through."""
_DECODER = EventDecoder()


class SqlAdmin:
    """Questions of the administration in SQL."""

    def __init__(self, at: SqlSite) -> None:
        """Read the directory and one site's journals."""
        self._at = at
        self._access = Access(at.database, at.clock, at.vault)

    def admin(self, scope: Scope) -> AdminPage:
        """Return accounts, devices, journals and the machine's state."""
        with self._at.read(scope, Right.ADMINISTER) as connection:
            return AdminPage(
                accounts=self._accounts(connection),
                devices=tuple(self._access.devices(self._at.site.key)),
                journals=tuple(
                    _journal(connection, schema, application)
                    for schema, application in (
                        (DIRECTORY, "directory"),
                        *((self._at.schema, a) for a in ("metering", "operations", "books")),
                    )
                ),
                machine=_machine(connection, self._at.schema),
            )

    def _accounts(self, connection: Connection) -> tuple[AccountRow, ...]:
        rows: list[Row] = connection.execute(
            f"SELECT p.person, l.until, f.person IS NOT NULL FROM {DIRECTORY}.person AS p "
            f"LEFT JOIN {DIRECTORY}.sign_in_lock AS l USING (sign_in_digest) "
            f"LEFT JOIN {DIRECTORY}.second_factor AS f "
            "ON f.person = p.person AND f.secret_sealed <> ''"
        ).fetchall()
        doors = {person: (until, factor) for person, until, factor in rows}
        now = self._at.clock.now()
        found = []
        for each in all_people(self._at.database, self._at.vault):
            until, factor = doors.get(each.person, (None, False))
            found.append(
                AccountRow(
                    person=each.person,
                    sign_in=each.sign_in,
                    name=each.name,
                    roles=each.roles,
                    must_change=each.must_change,
                    disabled=each.disabled,
                    factor=factor,
                    locked_until=until if until is not None and until > now else None,
                )
            )
        return tuple(found)

    def acts(
        self, scope: Scope, *, kind: str, person: UUID | None, before: datetime | None
    ) -> EventPage:
        """Return what people did at the screens and what was done to them, the newest first.

        Args:
            scope: Who asks.
            kind: One kind; "" for all.
            person: Whom it concerns or who did it; None for everybody.
            before: Only what is older; None for all.
        """
        found: list[EventRow] = []
        whole = True
        with self._at.read(scope, Right.ADMINISTER) as connection:
            for schema, application, topics in (
                (DIRECTORY, "directory", None),
                (self._at.schema, "books", list(SITE_TOPICS)),
                (self._at.schema, "operations", list(SITE_TOPICS)),
            ):
                entries = list(_entries(connection, schema, application, topics))
                whole = whole and len(entries) < MOST_ENTRIES
                found += [row for entry in entries for row in _told(entry, self._at.vault)]
            found = [
                row
                for row in found
                if kind in {"", row.kind}
                and (person is None or person in {row.person, row.by})
                and (before is None or row.at < before)
            ]
            rows = tuple(sorted(found, key=lambda row: row.at, reverse=True)[:MOST_ROWS])
            people = {who for row in rows for who in (row.person, row.by) if who is not None}
            names = self._at.person_names(connection, sorted(people))
        return EventPage(rows=rows, names=names, whole=whole and len(found) <= MOST_ROWS)


def _entries(
    connection: Connection, schema: str, application: str, topics: list[str] | None
) -> Iterator[Entry]:
    chosen, values = "", tuple[Any, ...]()
    if topics is not None:
        chosen, values = "WHERE topic = ANY(%s) ", (topics,)
    rows: list[Row] = connection.execute(
        "SELECT notification_id, originator_id, originator_version, topic, state "
        f"FROM {schema}.{application}_events {chosen}ORDER BY notification_id DESC LIMIT %s",
        (*values, MOST_ENTRIES),
    ).fetchall()
    for position, stream, version, topic, state in rows:
        yield Entry(
            position=position, stream=stream, version=version, topic=topic, state=bytes(state)
        )


def _told(entry: Entry, vault: PersonVault) -> Iterator[EventRow]:
    """Yield what an entry tells an audit: one row, or none where nobody can read it."""
    try:
        event = _DECODER.decode(entry)
    except Exception:  # noqa: BLE001  # whatever the library says of an entry that is damaged
        return
    told = event.__dict__
    person = told.get("person")
    sealed = told.get("address_sealed", "")
    if entry.topic.startswith("person."):
        person = entry.stream
    by = told.get("by")
    if entry.topic in SITE_TOPICS:
        person, by = by, None
    yield EventRow(
        at=event.timestamp,
        kind=_kind(entry.topic, told),
        person=person,
        by=by,
        subject=_subject(told),
        address=vault.open(person or STRANGER, sealed) if sealed else "",
    )


def _kind(topic: str, told: dict[str, Any]) -> str:
    if topic == "act.recorded":
        return str(told["kind"])
    if topic == "sign_in.recorded":
        return "signed_out" if told["out"] else "signed_in"
    return topic.replace(".", "_")


def _subject(told: dict[str, Any]) -> str:
    if "roles" in told:
        return ", ".join(told["roles"])
    return str(told.get("subject") or told.get("name") or told.get("site") or "")


def _journal(connection: Connection, schema: str, application: str) -> FollowerRow:
    row: Row | None = connection.execute(
        f"SELECT h.position, coalesce(f.position, 0), "
        f"coalesce((SELECT max(last_position) FROM {schema}.seal WHERE application = %(a)s), 0), "
        f"coalesce((SELECT max(position) FROM {schema}.seal_head WHERE application = %(a)s), 0), "
        f"(SELECT max(signed_at) FROM {schema}.seal_head WHERE application = %(a)s), "
        f"(SELECT count(*) FROM {schema}.parked WHERE follower = %(a)s AND resolved_at IS NULL) "
        f"FROM {schema}.journal_head AS h LEFT JOIN {schema}.follower AS f "
        "ON f.name = h.application WHERE h.application = %(a)s",
        {"a": application},
    ).fetchone()
    assert row is not None, "every journal has a head"
    head, folded, sealed, signed, signed_at, parked = row
    return FollowerRow(
        schema=schema,
        application=application,
        head=head,
        folded=folded,
        sealed=sealed,
        signed=signed,
        signed_at=signed_at,
        parked=parked,
    )


def _machine(connection: Connection, schema: str) -> MachineRow:
    row: Row | None = connection.execute(
        f"SELECT (SELECT count(*) FROM {schema}.usage_dirty), last_archived_time, failed_count "
        "FROM pg_stat_archiver"
    ).fetchone()
    assert row is not None, "the server tells of its archiver"
    return MachineRow(queue=row[0], archived_at=row[1], archive_failures=row[2])
