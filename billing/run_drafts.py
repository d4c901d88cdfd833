"""Step 5b of 6. From: usage and books as a bill run froze them. To: a draft an account. I/O: reads.

What forbids to bill an account at all (days billed already, a point paid by two) is a finding of
its draft, like a gap in its readings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from billing.bill_run import BillRun
from billing.books import Books
from billing.drafting import draft_invoice
from billing.invoice_facts import Draft, InvoiceFacts
from billing.views.supply import Payer, SupplyReader, read_payers
from energy.base.finding import Finding, Severity
from energy.base.period import span_of_days

BILLED_CODE = "bill.already_billed"
SHARED_CODE = "bill.point_paid_twice"


@dataclass(frozen=True, slots=True)
class RunDrafts:
    """Drafts the invoices of a site's bill runs."""

    books: Books

    def of(self, run: BillRun) -> dict[str, Draft]:
        """Return the draft of every account of a run that pays for something, by account.

        Raises:
            RatingError: A tariff period begins inside a usage interval.
        """
        site = self.books.site
        with self.books.database.connection() as connection:
            payers = read_payers(connection, site.schema, run.first_day, run.last_day)
            reader = SupplyReader(connection, site, run.metering_position, run.books_position)
            return {
                payer.account: draft_invoice(self._facts(run, payer, payers, reader))
                for payer in payers
                if not run.accounts or payer.account in run.accounts
            }

    def _facts(
        self, run: BillRun, payer: Payer, payers: Sequence[Payer], reader: SupplyReader
    ) -> InvoiceFacts:
        supplies = []
        for supply in payer.supplies:
            assert supply.valid_to is not None, "supplies are cut to the run's days"
            last_day = supply.valid_to - timedelta(days=1)
            supplies.append(reader.facts(supply.point, supply.tariff, supply.valid_from, last_day))
        return InvoiceFacts(
            issuer=self.books.issuer(),
            account=payer.account,
            language=payer.language,
            currency=self.books.site.currency,
            zone=self.books.site.zone.key,
            first_day=run.first_day,
            last_day=run.last_day,
            dated=run.dated,
            supplies=supplies,
            findings=self._blocked(run, payer, payers),
            run=run.key,
            metering_position=run.metering_position,
            books_position=run.books_position,
        )

    def _blocked(self, run: BillRun, payer: Payer, payers: Sequence[Payer]) -> list[Finding]:
        """Return what forbids to bill the account at all, whatever its readings."""
        rows: list[tuple[str, dict[str, object]]] = [
            (SHARED_CODE, {"point": mine.point, "account": other.account})
            for other in payers
            for mine in payer.supplies
            if other.account != payer.account
            and any(mine.overlaps(theirs) for theirs in other.supplies)
        ]
        if self.books.account(payer.account).billed_within(run.first_day, run.last_day):
            rows.append((BILLED_CODE, {"account": payer.account}))
        period = span_of_days(run.first_day, run.last_day, self.books.site.zone)
        return [
            Finding(
                code=code,
                severity=Severity.DO_NOT_BILL,
                channel=None,
                start=period.start,
                end=period.end,
                position=run.metering_position,
                proof=proof,
            )
            for code, proof in rows
        ]
