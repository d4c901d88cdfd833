"""In: tenants, bills, telephone numbers. Out: what the books know of them for the desk. I/O: reads.

A number that somebody calls from is compared with the sealed contacts here and kept nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import psycopg

from billing.accounts.account import account_id, person_of
from billing.accounts.party import party_id, party_person
from billing.accounts.roles import PartyRole
from billing.books import Books
from billing.views.account_terms import read_parties, read_terms
from energy.base.secrets import PersonVault
from energy.service.requests.asked import FromBooks
from energy.service.requests.phone import Phone, phone_of

Connection = psycopg.Connection[tuple[object, ...]]
PARTY, ACCOUNT = "party/", "account/"
"""Begin the names of tenants."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerRow:
    """A tenant one of whose contacts has a number."""

    party: str
    name: str
    contact: str
    duty: str
    """What the contact does there; "" where nobody said it."""
    accounts: tuple[str, ...]
    """Of which it is the tenant today."""

    @property
    def tenants(self) -> list[str]:
        """Return the names under which its requests may stand."""
        return [f"{PARTY}{self.party}", *(f"{ACCOUNT}{each}" for each in self.accounts)]


def desk_books(books: Books) -> FromBooks:
    """Return what the service desk may ask the books of a site, as the journal has them now."""
    key = books.site.key

    def person(tenant: str) -> UUID | None:
        kind, _, name = tenant.partition("/")
        if kind == "party" and books.find(party_id(key, name)) is not None:
            return party_person(key, name)
        if kind == "account" and books.find(account_id(key, name)) is not None:
            return person_of(key, name)
        return None

    def knows(number: str) -> bool:
        with books.database.connection() as connection:
            row = connection.execute(
                f"SELECT FROM {books.site.schema}.invoice WHERE number = %s".encode(), (number,)
            ).fetchone()
        return row is not None

    return FromBooks(person_of=person, knows_invoice=knows)


def read_callers(
    connection: Connection, schema: str, vault: PersonVault, number: Phone, day: date
) -> list[CallerRow]:
    """Return the tenants that have a contact with a number, by key.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        vault: Opens what is sealed.
        number: That of the caller.
        day: The local day.
    """
    called = []
    for party, facts in read_parties(connection, schema, vault).items():
        for contact in () if facts is None else facts.contacts:
            known = phone_of(contact.phone)
            if facts is not None and known is not None and known.same(number):
                called.append((party, facts.legal_name, contact))
                break
    if not called:
        return []
    held: dict[str, list[str]] = {}
    for account, terms in sorted(read_terms(connection, schema).items()):
        held.setdefault(terms.party_on(PartyRole.TENANT, day) or "", []).append(account)
    return [
        CallerRow(
            party=party,
            name=name,
            contact=contact.name,
            duty=contact.duty,
            accounts=tuple(held.get(party, ())),
        )
        for party, name, contact in called
    ]
