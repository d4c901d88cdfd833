"""In: the statement of an account. Out: what its paper says. I/O: opens the sealed name."""

from __future__ import annotations

from billing.books import Books
from billing.documents.contents import Aged, Entered, Party, Statement
from billing.receivables.ageing import AccountStatement, aged
from energy.base.period import local_day
from energy.base.secrets import PersonVault
from energy.base.text import LANGUAGES, t

_SPANS = ("not_due", "to_30", "to_60", "to_90", "over_90")


def named(key: str) -> dict[str, str]:
    """Return a text of the catalogue in every language."""
    return {language: t(language, key) for language in LANGUAGES}


def statement_content(books: Books, vault: PersonVault, found: AccountStatement) -> Statement:
    """Return what the paper of a statement says."""
    account = books.account(found.account)
    rows = aged(found.open_items, found.last_day)
    return Statement(
        dated=local_day(books.clock.now(), books.site.zone),
        first_day=found.first_day,
        last_day=found.last_day,
        to=Party(
            account=found.account,
            name=vault.open(account.person, account.name_sealed),
            address=vault.open(account.person, account.address_sealed),
        ),
        currency=found.currency,
        opening=found.opening,
        rows=[
            Entered(
                day=row.movement.on_day,
                what=named(f"cli.pay.kind.{row.movement.kind}"),
                document=row.movement.document,
                amount=row.movement.amount,
                balance=row.balance,
            )
            for row in found.rows
        ],
        closing=found.closing,
        ageing=[
            Aged(what=named(f"cli.pay.head.{span}"), amount=getattr(row, span))
            for row in rows
            for span in _SPANS
        ],
    )
