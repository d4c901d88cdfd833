"""Step 5b of 6. From: usage and books as a bill run froze them. To: a draft an account. I/O: reads.

What forbids to bill an account at all (days billed already, a point paid by two) is a finding of
its draft, like a gap in its readings. A point whose days are all billed is left out where another
of the account is not, so that a supply assigned late gets an invoice of its own. What one person
alone stated of the usage is a warning: the second person is who approves the run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from billing.account import Account, PointDays, Supply
from billing.bill_run import BillRun
from billing.books import Books
from billing.drafting import draft_invoice
from billing.errors import ParkedBooksError
from billing.invoice_facts import Draft, InvoiceFacts
from billing.views.books import BOOKS_VIEWS
from billing.views.find import parked_entries
from billing.views.holders import HolderBook, holder_findings, read_holders
from billing.views.stated_alone import Statement, read_statements, stated_findings
from billing.views.supply import Payer, SupplyReader, read_payers
from energy.base.config import Config
from energy.base.finding import Finding, Severity
from energy.base.period import span_of_days
from energy.views.computed import asked_together

BILLED_CODE = "bill.already_billed"
SHARED_CODE = "bill.point_paid_twice"
LEFT_OUT_CODE = "bill.point_billed_before"
ALONE_UP_TO = Decimal(Config().review_alone_up_to)
"""The setting `review_alone_up_to` where nobody set it. [currency]"""


@dataclass(frozen=True, slots=True)
class RunDrafts:
    """Drafts the invoices of a site's bill runs."""

    books: Books
    alone_up_to: Decimal
    """Most money that one person decides about; what bears more is told to the approver."""

    def of(self, run: BillRun) -> dict[str, Draft]:
        """Return the draft of every account of a run that pays for something, by account.

        Raises:
            RatingError: A tariff period begins inside a usage interval.
            ParkedBooksError: The tables lack an entry of the books that the run should know.
        """
        self._refuse_parked(run)
        site = self.books.site
        with self.books.database.connection() as connection, asked_together():
            payers = read_payers(
                connection,
                site.schema,
                run.first_day,
                run.last_day,
                books_position=run.books_position,
                ended=self.books.ended_behind(run.books_position),
            )
            reader = SupplyReader(connection, site, run.metering_position, run.books_position)
            period = span_of_days(run.first_day, run.last_day, site.zone)
            stated = read_statements(connection, site, period, run.metering_position)
            held = read_holders(connection, site.schema, run.metering_position)
            return {
                payer.account: draft_invoice(self._facts(run, payer, payers, reader, stated, held))
                for payer in payers
                if not run.accounts or payer.account in run.accounts
            }

    def _refuse_parked(self, run: BillRun) -> None:
        """Refuse to draft while the tables lack an entry of the books that the run should know."""
        with self.books.database.connection() as connection:
            parked = parked_entries(connection, self.books.schema, BOOKS_VIEWS, run.books_position)
        if parked:
            raise ParkedBooksError(run.key, parked)

    def _facts(
        self,
        run: BillRun,
        payer: Payer,
        payers: Sequence[Payer],
        reader: SupplyReader,
        stated: Sequence[Statement],
        held: HolderBook,
    ) -> InvoiceFacts:
        billed = _Billed.of(self.books.account(payer.account), payer.supplies)
        supplies = []
        for supply in billed.left:
            days = _days(supply)
            supplies.append(
                reader.facts(supply.point, supply.tariff, days.first_day, days.last_day)
            )
        findings = self._findings(run, payer, payers, billed)
        findings += holder_findings(
            held,
            payer.account,
            [_days(supply) for supply in billed.left],
            zone=reader.site.zone,
            position=run.metering_position,
        )
        findings += stated_findings(
            reader.connection,
            reader.site,
            supplies,
            stated,
            position=run.metering_position,
            alone_up_to=self.alone_up_to,
        )
        return InvoiceFacts(
            issuer=self.books.issuer(as_of=run.books_position),
            account=payer.account,
            language=payer.language,
            currency=self.books.site.currency,
            zone=self.books.site.zone.key,
            first_day=run.first_day,
            last_day=run.last_day,
            dated=run.dated,
            supplies=supplies,
            findings=findings,
            run=run.key,
            metering_position=run.metering_position,
            books_position=run.books_position,
        )

    def _findings(
        self, run: BillRun, payer: Payer, payers: Sequence[Payer], billed: _Billed
    ) -> list[Finding]:
        """Return what forbids to bill the account at all, and what is left out of its invoice."""
        rows: list[tuple[str, Severity, dict[str, object]]] = [
            (
                SHARED_CODE,
                Severity.DO_NOT_BILL,
                {"point": mine.point, "account": other.account},
            )
            for other in payers
            for mine in billed.left
            if other.account != payer.account
            and any(mine.overlaps(theirs) for theirs in other.supplies)
        ]
        for code, severity, supplies in (
            (BILLED_CODE, Severity.DO_NOT_BILL, billed.again),
            (LEFT_OUT_CODE, Severity.WARN, billed.out),
        ):
            rows += [
                (code, severity, {"account": payer.account, "point": supply.point})
                for supply in supplies
            ]
        period = span_of_days(run.first_day, run.last_day, self.books.site.zone)
        return [
            Finding(
                code=code,
                severity=severity,
                channel=None,
                start=period.start,
                end=period.end,
                position=run.metering_position,
                proof=proof,
            )
            for code, severity, proof in rows
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Billed:
    """An account's supplies, parted by what its issued invoices hold.

    Known as of now, not as of the run: what was issued since must not be issued again.
    """

    left: Sequence[Supply]
    """Drafted: not billed, or not billed as a whole."""
    again: Sequence[Supply]
    """Drafted, but some of the days are billed: a person must decide."""
    out: Sequence[Supply]
    """Left out: all their days are billed, and others of the account are not."""

    @classmethod
    def of(cls, account: Account, supplies: Sequence[Supply]) -> _Billed:
        """Part an account's supplies; where all are billed, all are drafted again."""
        counts = [account.billed_days(_days(supply)) for supply in supplies]
        pairs = list(zip(supplies, counts, strict=True))
        out = [supply for supply, count in pairs if count >= _number_of_days(supply)]
        if len(out) == len(supplies):
            out = []
        return cls(
            left=[supply for supply in supplies if supply not in out],
            again=[supply for supply, count in pairs if count and supply not in out],
            out=out,
        )


def _days(supply: Supply) -> PointDays:
    assert supply.valid_to is not None, "supplies are cut to the run's days"
    return PointDays(
        point=supply.point,
        first_day=supply.valid_from,
        last_day=supply.valid_to - timedelta(days=1),
    )


def _number_of_days(supply: Supply) -> int:
    days = _days(supply)
    return (days.last_day - days.first_day).days + 1
