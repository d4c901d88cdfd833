"""In: documents about to be issued. Out: their numbers and addressees. I/O: reads."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from billing.accounts.account import Account
from billing.accounts.roles import PartyRole
from billing.books import Books
from billing.errors import WrongStateError
from billing.invoices.invoice import Addressee
from billing.invoices.number_series import NumberSeries, series_id
from billing.views.account_terms import party_of_account
from energy.base.secrets import ERASED, PersonVault

CREDIT_SUFFIX = "-CN"
"""Ends the prefix of credit notes, which have a series of their own."""


def take_numbers(
    books: Books, prefix: str, year: int, documents: Sequence[UUID], command_id: UUID
) -> tuple[list[str], list[NumberSeries]]:
    """Take a number for each document; no series is touched when there is none.

    The series is to be stored with the documents, in one transaction.

    Args:
        books: The site's books.
        prefix: Begins the numbers.
        year: Of the series.
        documents: Their ids.
        command_id: The command's id.

    Returns:
        The numbers in order, and the series to store.
    """
    if not documents:
        return [], []
    site = books.site.key
    known: NumberSeries | None = books.find(series_id(site, prefix, year))
    series = known or NumberSeries(site=site, prefix=prefix, year=year, command_id=command_id)
    return series.allocate(documents, command_id=command_id), [series]


def addressee_of(books: Books, vault: PersonVault, account: Account, day: date) -> Addressee:
    """Return whom an account's document is addressed to, in clear.

    Args:
        books: The site's books.
        vault: Opens what is sealed.
        account: Who pays.
        day: Local day on which its payer counts, else its tenant; itself where it has neither.

    Raises:
        WrongStateError: The person was erased.
    """
    name = vault.open(account.person, account.name_sealed)
    if name == ERASED:
        raise WrongStateError(f"The person of account {account.account}", "erased", "known")
    address = vault.open(account.person, account.address_sealed)
    with books.database.connection() as connection:
        party = party_of_account(
            connection,
            books.schema,
            vault,
            account.account,
            day,
            PartyRole.PAYER,
            PartyRole.TENANT,
        )
    if party is None:
        return Addressee(name=name, address=address)
    return Addressee(
        name=party.legal_name,
        address=party.billing_address or address,
        tax_number=party.tax_number(),
        city=party.city,
        postcode=party.postcode,
        country=party.country,
    )
