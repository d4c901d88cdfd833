"""In: keys and ids. Out: the aggregates of a site's books, and their storing. I/O: PostgreSQL."""

from __future__ import annotations

from datetime import date
from typing import TypeVar
from uuid import UUID

from billing.accounts.account import Account, account_id
from billing.errors import UnknownBillingObjectError
from billing.invoices.invoice import Invoice
from billing.invoices.invoice_facts import Issuer
from billing.invoices.issuer import NamedIssuer, default_issuer, issuer_id
from billing.runs.bill_run import BillRun
from billing.views.find import events_behind, version_at
from energy.base.aggregate import JournalAggregate
from energy.base.clock import Clock
from energy.journal.application import JournalApplication
from energy.store.pool import Database
from energy.store.sites import Site

A = TypeVar("A", bound=JournalAggregate)


class Books(JournalApplication):
    """The application "books" of one site, with typed look-ups."""

    name = "books"

    def __init__(self, database: Database, site: Site, clock: Clock) -> None:
        """Open a site's books.

        Args:
            database: The process's pool.
            site: The site.
            clock: The injected clock.
        """
        super().__init__(database, site.schema, "books", clock)
        self.site = site

    def issuer(self, *, as_of: int | None = None) -> Issuer:
        """Return who issues: as named, else made of the site's name.

        Args:
            as_of: Books position at which it was known; now when None.
        """
        identity = issuer_id(self.site.key)
        position = self.position() if as_of is None else as_of
        with self.database.connection() as connection:
            version = version_at(connection, self.schema, identity, position)
        if version == 0:
            return default_issuer(self.site)
        named: NamedIssuer = self.repository.get(identity, version=version)
        return Issuer(**named.issuer)

    def run(self, run: UUID) -> BillRun:
        """Return a bill run.

        Raises:
            UnknownBillingObjectError: There is no such run.
        """
        return self._the(BillRun, run, "bill run", run)

    def invoice(self, invoice: UUID) -> Invoice:
        """Return an invoice, draft or issued.

        Raises:
            UnknownBillingObjectError: There is no such invoice.
        """
        return self._the(Invoice, invoice, "invoice", invoice)

    def account(self, account: str) -> Account:
        """Return an account by its key.

        Raises:
            UnknownBillingObjectError: There is no such account.
        """
        return self._the(Account, account_id(self.site.key, account), "account", account)

    def ended_behind(self, position: int) -> list[Account.SupplyEnded]:
        """Return what was said behind a position of supplies that end, the first one of each.

        Args:
            position: Books position; what it knew is what stood there before.
        """
        with self.database.connection() as connection:
            found = events_behind(connection, self.schema, Account.SupplyEnded.TOPIC, position)
        ended: dict[tuple[str, str, date], Account.SupplyEnded] = {}
        for stream, version in found:
            for event in self.events.get(stream, gt=version - 1, lte=version):
                assert isinstance(event, Account.SupplyEnded), "the topic says so"
                ended.setdefault((event.account, event.point, event.valid_from), event)
        return list(ended.values())

    def _the(self, kind: type[A], identity: UUID, what: str, key: object) -> A:
        found = self.find(identity)
        if not isinstance(found, kind):
            raise UnknownBillingObjectError(what, key)
        return found
