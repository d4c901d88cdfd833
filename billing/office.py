"""In: commands of the billing office. Out: events in the books of one site. I/O: PostgreSQL.

The composition of the money side: tariffs here, accounts (billing/accounts_office.py), bill runs
(billing/runs/office.py), corrections (billing/corrections/desk.py). Every command may be repeated
with the same command id after an unknown commit: the first result comes back. Roles are checked
by the caller; the second person is checked here.
"""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from uuid import UUID

from billing.accounts_office import AccountsOffice
from billing.books import Books
from billing.corrections.desk import CorrectionDesk
from billing.invoices.invoice_facts import Issuer
from billing.invoices.issuer import NamedIssuer, issuer_id
from billing.runs.exceptions import Limits
from billing.runs.issuing import Issuing
from billing.runs.office import RunsOffice
from billing.runs.opening import Opening
from billing.runs.run_drafts import ALONE_UP_TO, RunDrafts
from billing.tariffs.tariff_document import TOML, document_of
from billing.tariffs.tariff_office import TariffOffice
from energy.base.clock import Clock
from energy.base.secrets import PersonVault
from energy.journal.marks import Marks
from energy.store.pool import Database
from energy.store.sites import Site


class BillingOffice(AccountsOffice, RunsOffice):
    """The billing office of one site."""

    def __init__(
        self,
        database: Database,
        site: Site,
        clock: Clock,
        vault: PersonVault,
        *,
        view_timeout_s: float = 60.0,
        alone_up_to: Decimal = ALONE_UP_TO,
        limits: Limits | None = None,
    ) -> None:
        """Open the office.

        Args:
            database: The process's pool.
            site: The site whose books these are.
            clock: The injected clock.
            vault: Seals and opens the personal fields of accounts.
            view_timeout_s: How long rating waits for the views. [s]
            alone_up_to: Money of an account up to which drafts do not tell what one person alone
                stated of its usage. [currency]
            limits: From where on something of a bill is an exception; as set by nobody when None.
        """
        self.database = database
        self.site = site
        self.books = Books(database, site, clock)
        self._vault = vault
        marks = Marks(database, site.schema, clock)
        self.corrections = CorrectionDesk(self.books, vault, marks, view_timeout_s)
        self._opening = Opening(self.books, marks)
        self._run_drafts = RunDrafts(self.books, alone_up_to)
        self._issuing = Issuing(self.books, vault)
        self._view_timeout_s = view_timeout_s
        self._alone_up_to = alone_up_to
        self._limits = limits or Limits()

    def name_issuer(self, issuer: Issuer, *, command_id: UUID) -> None:
        """Name who issues from now on; the same one again changes nothing."""
        known: NamedIssuer | None = self.books.find(issuer_id(self.site.key))
        if known is None:
            known = NamedIssuer(site=self.site.key, issuer=asdict(issuer), command_id=command_id)
        else:
            known.rename(issuer, command_id=command_id)
        self.books.store(known)

    def publish_tariff(
        self, text: str, *, command_id: UUID, by: UUID | None, ending: str = TOML
    ) -> UUID:
        """Make a tariff file binding; the same file again is the same version.

        Args:
            text: Content of the file.
            command_id: The command's id.
            by: The person, or None for `site init`.
            ending: Of the file's name: .yaml, .yml, .json or .toml.

        Raises:
            TariffFileError: The file is wrong, not of this site, or its version is taken.
            WrongStateError: The version is withdrawn, or rated otherwise than when published.
        """
        document = document_of(text, ending)
        return TariffOffice(self.books).publish(document, command_id=command_id, by=by)
