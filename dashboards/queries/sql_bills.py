"""Step 6, shown. From: bill runs, invoices, tariffs. To: the bills' rows. I/O: PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from billing.views.stated_alone import STATED_CODE, author_of
from dashboards.queries.bill_document import (
    DocumentLine,
    computed_of,
    days_of,
    findings_of,
    lines_of,
    pairs_of,
    wording_of,
)
from dashboards.queries.bill_rows import Bill, InvoiceRow, PriceClause, Proof, RunRow
from dashboards.queries.rows import Answer
from dashboards.queries.sql_meters import SqlMeters
from dashboards.queries.sql_runs import run_utilities
from dashboards.queries.sql_site import BOOKS, Connection, Row, SqlSite
from dashboards.security.scope import Right, Scope
from energy.base.units import Utility

MOST_RUNS = 200
MOST_INVOICES = 20_000
_INVOICE = (
    "i.invoice, i.run, i.account, i.number, i.state, i.first_day, i.last_day, i.currency, i.net, "
    "i.tax, i.total, i.findings, a.person, a.name_sealed"
)


class SqlBills:
    """Questions about bills in SQL."""

    def __init__(self, at: SqlSite, meters: SqlMeters) -> None:
        """Read one site's tables; plates come from the meters' queries."""
        self._at = at
        self._meters = meters

    def bill_runs(self, scope: Scope) -> Answer[tuple[RunRow, ...]]:
        """Return the bill runs, the newest first."""
        with self._at.read(scope, Right.READ_BILLS) as connection:
            rows: list[Row] = connection.execute(
                "SELECT run, key, first_day, last_day, state, accounts, total, opened_by, "
                "approved_by, opened_at, metering_position, books_position "
                f"FROM {self._at.schema}.bill_run ORDER BY opened_at DESC LIMIT %s",
                (MOST_RUNS,),
            ).fetchall()
            people = [person for row in rows for person in row[7:9] if person is not None]
            names = self._at.person_names(connection, people)
            utilities = run_utilities(self._at, connection, [row[0] for row in rows])
            runs = tuple(self._run(row, names, utilities.get(row[0], ())) for row in rows)
            return self._at.answer(connection, runs, follower=BOOKS)

    def _run(self, row: Row, names: Mapping[UUID, str], utilities: tuple[Utility, ...]) -> RunRow:
        run, key, first_day, last_day, state, accounts, total, opened_by, approved_by, *rest = row
        opened_at, metering_position, books_position = rest
        return RunRow(
            run=run,
            key=key,
            first_day=first_day,
            last_day=last_day,
            state=state,
            accounts=accounts,
            total=total,
            currency=self._at.site.currency,
            opened_by=names.get(opened_by),
            approved_by=names.get(approved_by),
            opened_at=opened_at,
            metering_position=metering_position,
            books_position=books_position,
            utilities=utilities,
        )

    def await_run(self, scope: Scope, run: UUID, state: str) -> None:
        """Wait until the view shows a run in a state, 2 s at most."""
        statement = f"SELECT 1 FROM {self._at.schema}.bill_run WHERE run = %s AND state = %s"
        self._at.await_shown(
            scope,
            Right.READ_BILLS,
            lambda each: each.execute(statement, (run, state)).fetchone() is not None,
        )

    def invoices(self, scope: Scope, run: UUID) -> Answer[tuple[InvoiceRow, ...]]:
        """Return the invoices of a run by account."""
        with self._at.read(scope, Right.READ_BILLS) as connection:
            rows: list[Row] = connection.execute(
                f"SELECT {_INVOICE} FROM {self._at.schema}.invoice AS i "
                f"LEFT JOIN {self._at.schema}.account AS a USING (account) "
                "WHERE i.run = %s AND i.state <> 'dropped' ORDER BY i.account LIMIT %s",
                (run, MOST_INVOICES),
            ).fetchall()
            invoices = tuple(self.invoice_row(row) for row in rows)
            return self._at.answer(connection, invoices, follower=BOOKS)

    def invoice_row(self, row: Row) -> InvoiceRow:
        """Return an invoice of a row that `stored` or the list gave."""
        person, name_sealed = row[12:14]
        return InvoiceRow(
            invoice=row[0],
            run=row[1],
            account=row[2],
            name=self._at.vault.open(person, name_sealed) if name_sealed else "?",
            number=row[3],
            state=row[4],
            first_day=row[5],
            last_day=row[6],
            currency=row[7],
            net=row[8],
            tax=row[9],
            total=row[10],
            findings=row[11],
        )

    def stored(self, connection: Connection, invoice: UUID) -> Row | None:
        """Return the row of an invoice with its document and provenance; None without such."""
        row: Row | None = connection.execute(
            f"SELECT {_INVOICE}, i.document, i.provenance, i.sha256, r.key "
            f"FROM {self._at.schema}.invoice AS i JOIN {self._at.schema}.bill_run AS r USING (run) "
            f"LEFT JOIN {self._at.schema}.account AS a USING (account) WHERE i.invoice = %s",
            (invoice,),
        ).fetchone()
        return row

    def bill(self, scope: Scope, invoice: UUID) -> Answer[Bill] | None:
        """Return one bill, None when there is no such invoice."""
        with self._at.read(scope, Right.READ_BILLS) as connection:
            row = self.stored(connection, invoice)
            if row is None:
                return None
            document, provenance, sha256, run_key = row[14:18]
            told = json.loads(provenance)
            findings = findings_of(told, self._points_of(connection, told))
            stated = [each.proof for each in findings if each.code == STATED_CODE]
            authors = [by for by in map(author_of, stated) if by is not None]
            bill = Bill(
                invoice=self.invoice_row(row),
                run_key=run_key,
                lines=tuple(line.row for line in lines_of(json.loads(document))),
                document=document,
                sha256=sha256,
                findings=findings,
                people=self._at.person_names(connection, authors),
                metering_position=told["metering_position"],
            )
            return self._at.answer(connection, bill, follower=BOOKS)

    def _points_of(self, connection: Connection, provenance: Mapping[str, Any]) -> dict[int, str]:
        """Return the points of the channels that were found something about, by number."""
        numbers = sorted({each["channel"] for each in provenance["findings"] if each["channel"]})
        rows: list[Row] = connection.execute(
            f"SELECT number, point FROM {self._at.schema}.channel WHERE number = ANY(%s)",
            (numbers,),
        ).fetchall()
        return {row[0]: row[1] for row in rows}

    def proof(self, scope: Scope, invoice: UUID, number: int) -> Answer[Proof] | None:
        """Return what a charge line rests on, None when there is no such charge line."""
        with self._at.read(scope, Right.READ_BILLS) as connection:
            row = self.stored(connection, invoice)
            lines = [] if row is None else lines_of(json.loads(row[14]))
            if row is None or not 1 <= number <= len(lines):
                return None
            line, provenance = lines[number - 1], json.loads(row[15])
            proof = Proof(
                bill=self.invoice_row(row),
                line=line.row,
                pairs=pairs_of(line, provenance, self._modulus(connection, line, provenance)),
                plate=self._meters.plate(connection, line.supply["point"]),
                clause=self._clause(connection, line),
                by_time=not line.by_register,
                computed=computed_of(line, provenance),
                days=days_of(line),
                days_unit=str((line.supply["usage"] or {}).get("unit", "")),
            )
            return self._at.answer(connection, proof, follower=BOOKS)

    def _modulus(
        self, connection: Connection, line: DocumentLine, provenance: Mapping[str, Any]
    ) -> int | None:
        point = line.supply["point"]
        channel = next((s["channel"] for s in provenance["supplies"] if s["point"] == point), None)
        row: Row | None = connection.execute(
            f"SELECT modulus FROM {self._at.schema}.channel WHERE number = %s", (channel,)
        ).fetchone()
        return None if row is None or row[0] is None else int(row[0])

    def _clause(self, connection: Connection, line: DocumentLine) -> PriceClause:
        sha256 = line.tariff.get("sha256")
        row: Row | None = connection.execute(
            f"SELECT version, valid_from, document FROM {self._at.schema}.tariff_version "
            "WHERE tariff = %s AND sha256 = %s",
            (line.row.tariff, sha256),
        ).fetchone()
        document: Any = {} if row is None else row[2]
        if isinstance(document, str):
            document = json.loads(document)
        return PriceClause(
            tariff=line.row.tariff,
            version=None if row is None else row[0],
            valid_from=None if row is None else row[1],
            clause=line.row.clause,
            names=line.row.names,
            price=line.row.price,
            unit=line.row.unit,
            sha256=sha256,
            wording=wording_of(line, document),
        )
