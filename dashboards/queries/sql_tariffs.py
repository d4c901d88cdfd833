"""In: published tariffs, issued bills. Out: versions, weeks, a year under another one. I/O: reads.

A trial stores nothing: the books do not know that somebody tried.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from billing.books import Books
from billing.runs.trials import Replayed, replayed
from billing.tariffs.tariff import TariffVersion
from billing.views.tariffs import VersionRow, read_version_rows, read_versions
from dashboards.queries.rows import Answer
from dashboards.queries.sql_site import BOOKS, Connection, Row, SqlSite
from dashboards.queries.sql_tariff_bands import NOW
from dashboards.queries.tariff_rows import TariffPage, TariffRow, Trial, TrialBill, tariff_page
from dashboards.security.scope import Right, Scope
from energy.base.errors import EnergyError
from energy.base.period import local_day
from energy.base.units import Utility
from energy.views.computed import asked_together

YEAR = timedelta(days=366)
MOST_BILLS = 60
"""Bills of an account and year that are tried, the newest."""
MOST_ACCOUNTS = 2000
_STANDING = "i.state = 'issued' AND i.kind = 'invoice' AND i.credited_by IS NULL"


class SqlTariffs:
    """Questions about tariffs in SQL."""

    def __init__(self, at: SqlSite) -> None:
        """Read one site's tables."""
        self._at = at

    def tariffs(self, scope: Scope) -> Answer[tuple[TariffRow, ...]]:
        """Return every published version, by tariff, the newest first."""
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            rows = self._tariff_rows(connection)
            return self._at.answer(connection, tuple(rows), follower=BOOKS)

    def tariff(
        self, scope: Scope, tariff: str, valid_from: date, version: int
    ) -> Answer[TariffPage] | None:
        """Return the page of a version; None where there is none, or it cannot be read."""
        with self._at.read(scope, Right.READ_ENERGY) as connection:
            found = self._tariff_version(connection, tariff, valid_from, version)
            if found is None:
                return None
            may = scope.may(Right.READ_BILLS)
            accounts = self._billed_accounts(connection) if may else ()
            page = tariff_page(found[0], found[1], accounts)
            return self._at.answer(connection, page, follower=BOOKS)

    def tariff_trial(
        self, scope: Scope, tariff: str, valid_from: date, version: int, account: str
    ) -> Answer[Trial] | None:
        """Return an account's bills of the last year under a version, None without such.

        Raises:
            NotPermittedError: The person may not read bills.
        """
        with self._at.read(scope, Right.READ_BILLS) as connection:
            found = self._tariff_version(connection, tariff, valid_from, version)
            names = dict(self._billed_accounts(connection))
            if found is None or account not in names:
                return None
            row, tried = found
            bills = [
                _tried(self._replayed(invoice, first, tried), first, last)
                for invoice, first, last in self._bills_of(connection, account)
            ]
            trial = Trial(
                row=row,
                account=account,
                name=names[account],
                currency=self._at.site.currency,
                bills=tuple(bills),
            )
            return self._at.answer(connection, trial, follower=BOOKS)

    def _replayed(self, invoice: UUID, first_day: date, tried: TariffVersion) -> Replayed:
        """Return an invoice under a version that prices its days, whatever it is valid from."""
        early = replace(tried, valid_from=min(tried.valid_from, first_day), valid_to=None)
        books = Books(self._at.database, self._at.site, self._at.clock)
        with asked_together():
            return replayed(books, invoice, [early])

    def _tariff_rows(self, connection: Connection) -> list[TariffRow]:
        today = local_day(self._at.clock.now(), self._at.site.zone)
        stored = read_version_rows(connection, self._at.schema)
        force: dict[str, VersionRow] = {}
        for each in stored:  # the last of these that begins up to today prices it
            if each.withdrawn is None and each.valid_from <= today:
                force[each.tariff] = each
        names = {each.tariff: self._tariff_names(connection, each.tariff) for each in stored}
        rows = [
            TariffRow(
                tariff=each.tariff,
                names=names[each.tariff],
                utility=Utility(each.utility),
                valid_from=each.valid_from,
                version=each.version,
                published_at=each.published_at,
                withdrawn=each.withdrawn,
                in_force=force.get(each.tariff) is each,
            )
            for each in stored
        ]
        newest = sorted(rows, key=lambda row: (row.valid_from, row.version), reverse=True)
        return sorted(newest, key=lambda row: row.tariff)

    def _tariff_versions(self, connection: Connection, tariff: str) -> tuple[TariffVersion, ...]:
        try:
            return read_versions(connection, self._at.schema, tariff, NOW)
        except EnergyError:  # written by an older version that this one cannot read
            return ()

    def _tariff_names(self, connection: Connection, tariff: str) -> dict[str, str]:
        versions = self._tariff_versions(connection, tariff)
        return dict(versions[-1].names) if versions else {}

    def _tariff_version(
        self, connection: Connection, tariff: str, valid_from: date, version: int
    ) -> tuple[TariffRow, TariffVersion] | None:
        key = tariff, valid_from, version
        row = next(
            (
                each
                for each in self._tariff_rows(connection)
                if (each.tariff, each.valid_from, each.version) == key
            ),
            None,
        )
        found = next(
            (
                each
                for each in self._tariff_versions(connection, tariff)
                if (each.valid_from, each.version) == (valid_from, version)
            ),
            None,
        )
        return None if row is None or found is None else (row, found)

    def _since(self) -> date:
        return local_day(self._at.clock.now(), self._at.site.zone) - YEAR

    def _billed_accounts(self, connection: Connection) -> tuple[tuple[str, str], ...]:
        rows: list[Row] = connection.execute(
            "SELECT DISTINCT ON (i.account) i.account, a.person, a.name_sealed "
            f"FROM {self._at.schema}.invoice AS i "
            f"LEFT JOIN {self._at.schema}.account AS a USING (account) "
            f"WHERE {_STANDING} AND i.last_day >= %s ORDER BY i.account LIMIT %s",
            (self._since(), MOST_ACCOUNTS),
        ).fetchall()
        return tuple(
            (account, self._at.vault.open(person, sealed) if sealed else "?")
            for account, person, sealed in rows
        )

    def _bills_of(self, connection: Connection, account: str) -> list[tuple[UUID, date, date]]:
        rows: list[Row] = connection.execute(
            f"SELECT i.invoice, i.first_day, i.last_day FROM {self._at.schema}.invoice AS i "
            f"WHERE {_STANDING} AND i.account = %s AND i.last_day >= %s "
            "ORDER BY i.last_day DESC, i.position DESC LIMIT %s",
            (account, self._since(), MOST_BILLS),
        ).fetchall()
        return [(row[0], row[1], row[2]) for row in rows]


def _tried(found: Replayed, first: date, last: date) -> TrialBill:
    return TrialBill(
        number=found.number or "",
        first_day=first,
        last_day=last,
        was=found.was,
        now=found.now,
        barred=found.barred,
    )
