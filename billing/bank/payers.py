"""In: payers of bank entries, what is open. Out: what a payer is known by, whose it may be. I/O."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from billing.bank.entry import BankEntry, PayerAlias, alias_id
from billing.bank.match import Known, Matcher
from billing.bank.statement import StatementEntry, folded
from billing.books import Books
from billing.views.bank import read_aliases
from billing.views.names import read_account_names
from billing.views.owed import read_items
from billing.views.prepaid import documents_of_balances
from energy.base.period import local_day
from energy.base.secrets import PersonVault

STILL_NAMED = 400
"""Days for which a settled document is still known by its number: it may be paid twice. [d]"""


def payer_texts(entry: StatementEntry) -> list[str]:
    """Return what a payer is known by: its account before its name."""
    told = [folded(entry.payer_account), folded(entry.payer)]
    return [text for text in told if text]


def digests_of(vault: PersonVault, entry: StatementEntry) -> list[str]:
    """Return the keyed digests by which a payer is remembered."""
    return [vault.digest(f"payer {text}").hex() for text in payer_texts(entry)]


def account_names(books: Books, vault: PersonVault) -> Mapping[str, str]:
    """Return the names of the accounts, in clear."""
    with books.database.connection() as connection:
        sealed = read_account_names(connection, books.schema)
    return {account: vault.open(person, name) for account, person, name in sealed}


def matcher_of(books: Books, vault: PersonVault) -> Matcher:
    """Return what finds whose an entry is, from what is known now."""
    with books.database.connection() as connection:
        today = local_day(books.clock.now(), books.site.zone)
        since = today - timedelta(days=STILL_NAMED)
        items = read_items(connection, books.schema, open_only=False, settled_since=since)
        aliases = read_aliases(connection, books.schema)
        prepaid = documents_of_balances(connection, books.schema)
    names = account_names(books, vault)
    return Matcher(Known(items=tuple(items), names=names, aliases=aliases, prepaid=prepaid))


def learned(
    books: Books, entry: BankEntry, account: str, by: UUID, command_id: UUID
) -> list[PayerAlias]:
    """Return what is remembered of an entry's payer, who pays for an account; unstored."""
    found = []
    for digest in entry.payer_digests:
        known: PayerAlias | None = books.find(alias_id(books.site.key, digest))
        if known is None:
            known = PayerAlias(
                site=books.site.key,
                digest=digest,
                account=account,
                by=by,
                command_id=command_id,
            )
        else:
            known.learn(account, by=by, command_id=command_id)
        found.append(known)
    return found
