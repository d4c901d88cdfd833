"""In: a prepaid account, some days, two positions. Out: what its days cost. I/O: PostgreSQL.

Reads through the same door as a bill run: supplies, usage at a mark, tariff versions published.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta

from billing.books import Books
from billing.invoices.invoice_facts import InvoiceFacts, SupplyFacts
from billing.prepaid.costs import MonthCosts
from billing.prepaid.month import Knowledge
from billing.views.adjusted import with_adjusted
from billing.views.prepaid_points import card_days
from billing.views.supply import Connection, Payer, SupplyReader, read_payers


@dataclass(slots=True)
class CostReader:
    """Reads what prepaid accounts cost, as known at two positions."""

    books: Books
    connection: Connection
    known: Knowledge
    _payers: dict[tuple[date, date], dict[str, Payer]] = field(default_factory=dict)
    _reader: SupplyReader = field(init=False)

    def __post_init__(self) -> None:
        """Share what many accounts rest on alike."""
        self._reader = SupplyReader(
            self.connection,
            self.books.site,
            self.known.metering_position,
            self.known.books_position,
        )

    def month(self, account: str, language: str, first: date, last: date) -> MonthCosts:
        """Return the costs of an account's days, card points left out.

        Args:
            account: Key of the account.
            language: Of its documents.
            first: First local day.
            last: Last local day, included.
        """
        site = self.books.site
        payer = self._of(first, last).get(account)
        cards = card_days(self.connection, site.schema, first, last)
        supplies = [
            self._facts(account, supply.point, supply.tariff, supply.valid_from, supply.valid_to)
            for supply in (payer.supplies if payer else ())
            if supply.valid_to is not None and supply.point not in cards
        ]
        facts = InvoiceFacts(
            issuer=self.books.issuer(as_of=self.known.books_position),
            account=account,
            language=language,
            currency=site.currency,
            zone=site.zone.key,
            first_day=first,
            last_day=last,
            dated=last + timedelta(days=1),
            supplies=supplies,
            findings=(),
            run=f"prepaid {first.isoformat()}",
            metering_position=self.known.metering_position,
            books_position=self.known.books_position,
        )
        return MonthCosts(facts, site.zone)

    def _facts(
        self, account: str, point: str, tariff: str, first: date, after: date
    ) -> SupplyFacts:
        last = after - timedelta(days=1)
        facts = self._reader.facts(point, tariff, first, last, account=account)
        position = self.known.metering_position
        return with_adjusted(self.connection, self.books.site, facts, position)

    def _of(self, first: date, last: date) -> dict[str, Payer]:
        if (first, last) not in self._payers:
            rows = read_payers(
                self.connection,
                self.books.site.schema,
                first,
                last,
                books_position=self.known.books_position,
                ended=self.books.ended_behind(self.known.books_position),
            )
            self._payers[first, last] = {payer.account: payer for payer in rows}
        return self._payers[first, last]
