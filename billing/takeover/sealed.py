"""In: what a take-over must keep. Out: an attachment that its own key opens. I/O: PostgreSQL.

Workbooks hold names, addresses and bank accounts: they stand sealed, as every name does.
"""

from __future__ import annotations

from uuid import UUID

from billing.books import Books
from billing.takeover.errors import TakeOverError
from energy.base.ids import id_of
from energy.base.secrets import ERASED, PersonVault
from energy.store.attachment import keep_attachment, kept_attachment

MEDIA_TYPE = "application/vnd.meterline.takeover"


def keep_sealed(books: Books, vault: PersonVault, sha256: str, text: str) -> str:
    """Keep a text; return the hash of its attachment in hex.

    Args:
        books: The site's.
        vault: Seals it.
        sha256: Hash that names what is kept.
        text: What is kept.

    Raises:
        AttachmentError: It is too large.
    """
    sealed = vault.seal(_person(books, sha256), text).encode()
    with books.database.transaction() as connection:
        return keep_attachment(connection, books.schema, sealed, MEDIA_TYPE)


def open_sealed(books: Books, vault: PersonVault, sha256: str, kept: str) -> str:
    """Return a kept text.

    Args:
        books: The site's.
        vault: Opens it.
        sha256: Hash that names what was kept.
        kept: Hash of its attachment in hex.

    Raises:
        TakeOverError: It can no longer be read.
    """
    with books.database.connection() as connection:
        found = kept_attachment(connection, books.schema, kept)
    text = ERASED
    if len(found) == 1:
        text = vault.open(_person(books, sha256), found[0][2].decode())
    if text == ERASED:
        raise TakeOverError.of("takeover.parcel_gone", sha256=sha256[:12])
    return text


def _person(books: Books, sha256: str) -> UUID:
    return id_of("person", "takeover", books.site.key, sha256)
