"""Step 6 of 6. From: an approved bill run. To: numbered invoices, one transaction. I/O: PostgreSQL.

Numbers, invoices, billed days and the run are stored together: a number without its invoice, or
an invoice twice, cannot be. What a card pays for since the approval is not billed as well: its
account is left out, and the run says so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from billing.accounts.account import Account, PointDays
from billing.books import Books
from billing.corrections.bearing import corrections_of
from billing.corrections.correction import Corrections
from billing.invoices.invoice import Invoice, InvoiceState
from billing.invoices.numbering import addressee_of, take_numbers
from billing.prepaid.payment_kind import PointPayment, payment_id
from billing.retrying import retried
from billing.runs.bill_run import BillRun
from billing.runs.errors import ChangedDraftsError
from billing.runs.sealed import seal_of
from billing.takeover.state import require_released
from billing.views.prepaid_points import card_spans
from energy.base.errors import ConflictError
from energy.base.secrets import PersonVault


@dataclass(frozen=True, slots=True)
class Issuing:
    """Issues the approved bill runs of a site."""

    books: Books
    vault: PersonVault

    def issue(self, run: UUID, *, by: UUID, command_id: UUID) -> list[str]:
        """Issue a run; the same command again returns the same numbers.

        Args:
            run: The run.
            by: The person.
            command_id: The command's id.

        Returns:
            The numbers, in the order of the accounts.

        Raises:
            UnknownBillingObjectError: There is no such run.
            WrongStateError: The run is not approved, or an addressee was erased.
            ParallelRunError: The old system still bills.
            AlreadyBilledError: Another run billed some of the days in the meantime.
            ChangedDraftsError: The drafts are not those that were approved.
            DecidedCorrectionError: Another invoice bears a correction in the meantime.
            ConflictError: Others kept taking numbers first; repeat the command.
        """
        return retried(lambda: self._issue(run, by, command_id))

    def _issue(self, run: UUID, by: UUID, command_id: UUID) -> list[str]:
        opened = self.books.run(run)
        if opened.seen(command_id):
            return [self.books.invoice(each).number or "" for each in opened.invoices]
        require_released(self.books)
        opened.check_approved()
        drafts = [self.books.invoice(identity) for identity in opened.drafts]
        invoices = [each for each in drafts if each.account not in opened.held]
        self._check_seal(opened, drafts)
        payers = {each.account: self.books.account(each.account) for each in invoices}
        left_out = self._by_card(invoices, payers)
        invoices = [each for each in invoices if each.account not in left_out]
        accounts = [payers[each.account] for each in invoices]
        borne = self._borne(invoices, command_id)
        prefix = self.books.issuer(as_of=opened.books_position).prefix  # as on the drafts
        numbers, series = take_numbers(
            self.books, prefix, opened.dated.year, [each.id for each in invoices], command_id
        )
        for number, invoice, account in zip(numbers, invoices, accounts, strict=True):
            account.bill(
                invoice=invoice.id,
                first_day=invoice.first_day,
                last_day=invoice.last_day,
                points=invoice.points,
                command_id=command_id,
            )
            addressee = addressee_of(self.books, self.vault, account, invoice.last_day)
            invoice.issue(number=number, addressee=addressee, command_id=command_id)
        opened.issue(
            by=by,
            invoices=[invoice.id for invoice in invoices],
            total=sum((invoice.total for invoice in invoices), Decimal(0)),
            command_id=command_id,
            left_out=left_out,
        )
        self.books.store(*series, *invoices, *accounts, *borne, opened)
        return numbers

    def _by_card(
        self, invoices: Sequence[Invoice], payers: Mapping[str, Account]
    ) -> dict[str, list[str]]:
        """Return the accounts with points that a card pays for on billed days, as known now.

        The tables may lag behind: what an account's own stream says is looked at, too. A card
        that is opened at this moment changes that stream, and the issue begins again.
        """
        if not invoices:
            return {}
        first, last = min(e.first_day for e in invoices), max(e.last_day for e in invoices)
        with self.books.database.connection() as connection:
            known = card_spans(connection, self.books.schema, first, last).keys()
        found: dict[str, list[str]] = {}
        for invoice in invoices:
            maybe = known | payers[invoice.account].card_points
            for days in invoice.points:
                if days.point in maybe and self._paid_by_card(days):
                    found.setdefault(invoice.account, []).append(days.point)
        return found

    def _paid_by_card(self, days: PointDays) -> bool:
        known: PointPayment | None = self.books.find(payment_id(self.books.site.key, days.point))
        return known is not None and known.by_card(days.first_day, days.last_day)

    def _check_seal(self, opened: BillRun, drafts: Sequence[Invoice]) -> None:
        """Refuse to issue what was not approved; what others issue now is looked at again."""
        if any(each.state is InvoiceState.ISSUED for each in drafts):
            raise ConflictError.of("known.changed")
        approved = opened.approved_sha256
        hashes = {each.account: each.sha256 for each in drafts}
        if approved is not None and approved != seal_of(opened, hashes, opened.held):
            raise ChangedDraftsError(opened.key)

    def _borne(self, invoices: Sequence[Invoice], command_id: UUID) -> list[Corrections]:
        """Note which invoice bears which correction; nobody else can bear it from then on."""
        touched: dict[UUID, Corrections] = {}
        for invoice in invoices:
            for identity, number in json.loads(invoice.provenance).get("corrections", ()):
                corrected = UUID(identity)
                if corrected not in touched:
                    found = corrections_of(self.books, corrected)
                    assert found is not None, "a draft bears only what there is"
                    touched[corrected] = found
                touched[corrected].apply(number, document=invoice.id, command_id=command_id)
        return list(touched.values())
