"""In: a letterhead. Out: kept in the books, its pictures beside; and back. I/O: PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from billing.books import Books
from billing.documents.letterhead import Letterhead
from billing.documents.named_letterhead import NamedLetterhead, letterhead_id
from billing.documents.templates import Templates, load_templates
from billing.einvoice.mapping import EInvoiceTerms
from billing.einvoice.model import TaxCategory
from billing.errors import DocumentError
from energy.store.attachment import keep_attachment, kept_attachment
from energy.store.pool import Database
from energy.store.sites import Site

TEMPLATES = "templates"
"""Folder of the data directory; each site has one of its own in it."""
_MEDIA = {"png": "image/png", "jpg": "image/jpeg", "svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stationery:
    """What the papers of a site are set with."""

    letterhead: Letterhead
    terms: EInvoiceTerms
    named: bool
    """Whether somebody named it; else it is made of who issues the invoices."""


def templates_of(data_dir: Path, site: Site) -> Templates:
    """Return the site's own templates, checked."""
    return load_templates(data_dir / TEMPLATES / site.key)


def stationery_of(database: Database, books: Books) -> Stationery:
    """Return what the papers of a site are set with now."""
    found = books.find(letterhead_id(books.site.key))
    if found is None:
        issuer = books.issuer()
        plain = Letterhead(name=issuer.name, address=issuer.address, tax_number=issuer.tax_number)
        return Stationery(letterhead=plain, terms=EInvoiceTerms(), named=False)
    assert isinstance(found, NamedLetterhead), "the id says so"

    def picture(sha256: str) -> bytes:
        with database.connection() as connection:
            kept = kept_attachment(connection, books.site.schema, sha256)
        if not kept:
            raise DocumentError(f"The picture {sha256} of the letterhead is lost. Name it again.")
        return kept[0][2]

    head = Letterhead.of(found.letterhead, picture)
    return Stationery(letterhead=head, terms=terms_from(found.terms), named=True)


def name_letterhead(
    database: Database,
    books: Books,
    letterhead: Letterhead,
    terms: Mapping[str, str],
    *,
    command_id: UUID,
) -> int:
    """Keep a letterhead; return the position of the books.

    Raises:
        ConflictError: Somebody else named one meanwhile.
    """
    for picture in (letterhead.logo, letterhead.seal):
        if picture is not None:
            with database.connection() as connection:
                media_type = _MEDIA[picture.suffix]
                keep_attachment(connection, books.site.schema, picture.content, media_type)
    document = letterhead.document()
    found = books.find(letterhead_id(books.site.key))
    if found is None:
        found = NamedLetterhead(
            site=books.site.key, letterhead=document, terms=dict(terms), command_id=command_id
        )
    else:
        assert isinstance(found, NamedLetterhead), "the id says so"
        found.rename(document, terms, command_id=command_id)
    return books.store(found)


def terms_from(stored: Mapping[str, str]) -> EInvoiceTerms:
    """Return the terms that the books hold."""
    return EInvoiceTerms(
        language=stored.get("language", "en"),
        zero_rated=TaxCategory(stored.get("zero_rated", TaxCategory.ZERO.value)),
        reason=stored.get("reason", ""),
        buyer_country=stored.get("buyer_country", ""),
    )
