"""In: the enquiries of a site. Out: a tenant's own, or all for the office. I/O: PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from billing.enquiries.enquiry import About, EnquiryError, Subject
from billing.enquiries.words import enquiry_words
from billing.views.enquiries import read_enquiries
from dashboards.queries.portal_rows import AskedRow, RequestTold, SaidRow
from dashboards.queries.sql_site import Connection, Row, SqlSite
from dashboards.security.scope import Right, Scope
from energy.base.period import local_day
from energy.service.requests.reads import RequestRow, read_requests
from energy.service.work.reads import Clocks, read_levels


class SqlEnquiries:
    """Questions about enquiries in SQL."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables."""
        self._at = at

    def enquiries(self, scope: Scope) -> tuple[AskedRow, ...]:
        """Return the enquiries of the site: those that wait first."""
        with self._at.read(scope, Right.ANSWER) as connection:
            return self._asked(connection)

    def own_enquiries(self, scope: Scope) -> tuple[AskedRow, ...]:
        """Return the enquiries of the person's tenants."""
        with self._at.read_as_tenant(scope) as (connection, _own):
            return self._asked(connection)

    def own_subject(self, scope: Scope, subject: Subject, key: str) -> About | None:
        """Return what an enquiry would be about; None when it is not one's own.

        Raises:
            EnquiryError: It is of an account that is not one's own today: what is asked now is
                shown to who has the account now.
        """
        schema = self._at.schema
        statement = {
            Subject.BILL: f"SELECT account FROM {schema}.invoice WHERE number = %s",
            Subject.METER: f"SELECT account FROM {schema}.account_channel WHERE point = %s "
            "ORDER BY valid_from DESC",
            Subject.ACCOUNT: f"SELECT account FROM {schema}.account WHERE account = %s",
        }[subject]
        with self._at.read_as_tenant(scope) as (connection, own):
            rows: list[Row] = connection.execute(statement.encode(), (key,)).fetchall()
        if not rows:
            return None
        held = own.held_on(local_day(self._at.clock.now(), self._at.site.zone))
        account = next((row[0] for row in rows if row[0] in held), None)
        if account is None:
            raise EnquiryError.of("enquiry.no_longer", account=rows[0][0])
        return About(account=account, subject=subject, key=key)

    def _requests_told(self, enquiries: Sequence[UUID]) -> dict[UUID, RequestTold]:
        """Return how far the requests of some enquiries are, which the caller was let see.

        The tables of the desk are staff's alone: of them a tenant is told this and no more.
        """
        if not enquiries:
            return {}
        at = self._at
        with at.read_whole() as connection:
            rows = read_requests(connection, at.schema, over=True, enquiries=enquiries)
            levels = read_levels(connection, at.schema) if rows else {}
        now = at.clock.now()
        return {
            row.enquiry: _told(row, row.clocks(levels, at.site.zone, now))
            for row in rows
            if row.enquiry
        }

    def _asked(self, connection: Connection) -> tuple[AskedRow, ...]:
        found = read_enquiries(connection, self._at.schema)
        people = {word.person for each in found for word in each.words}
        names = self._at.person_names(connection, sorted(people))
        bills: list[Row] = connection.execute(
            f"SELECT number, invoice FROM {self._at.schema}.invoice WHERE number = ANY(%s)",
            ([each.key for each in found if each.subject == Subject.BILL],),
        ).fetchall()
        invoices: dict[str, UUID] = dict(bills)
        told = self._requests_told([each.enquiry for each in found])
        return tuple(
            AskedRow(
                enquiry=each.enquiry,
                account=each.account,
                subject=each.subject,
                key=each.key,
                charge=each.charge,
                state=each.state,
                invoice=invoices.get(each.key),
                kind=each.kind,
                request=told.get(each.enquiry),
                said=tuple(
                    SaidRow(
                        of_office=word.of_office,
                        name=names.get(word.person, "?"),
                        words=words,
                        said_at=word.said_at,
                    )
                    for word, words in zip(
                        each.words,
                        enquiry_words(self._at.vault, self._at.site.key, each),
                        strict=True,
                    )
                ),
            )
            for each in found
        )


def _told(row: RequestRow, clocks: Clocks) -> RequestTold:
    """Return what a tenant is told of a request."""
    answered, counts = clocks.response.stopped, clocks.response
    if answered:
        counts = clocks.resolution
    return RequestTold(
        number=row.number,
        state=row.state,
        answer_by=None if answered else clocks.response.due_at,
        solve_by=None if clocks.resolution.stopped else clocks.resolution.due_at,
        late=counts.broken,
        score=row.score,
    )
