"""In: a bill's canonical document. Out: its paper as the site prints it now. I/O: books, templates.

The one way from a bill to its PDF, for the browser, `paper make`, `bill export`, mail and print.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from billing.books import Books
from billing.delivery.rendering import Made, PaperJob, Rendering, made
from billing.documents.papers import Size, kind_of
from billing.views.documents import Connection
from energy.store.pool import Database
from energy.store.sites import Site
from processes.papers.bills import bill_content
from processes.papers.letterheads import stationery_of, templates_of


def job_of(
    connection: Connection,
    site: Site,
    invoice: UUID,
    canonical: str,
    *,
    tenant_url: str,
    language: str = "",
    size: Size = "a4",
) -> PaperJob:
    """Return what has to be set for a bill or credit note.

    Args:
        connection: Any connection that may read.
        site: The site.
        invoice: Its id.
        canonical: Its canonical JSON, draft or issued.
        tenant_url: Address of the tenant's pages.
        language: Of the paper; the account's without.
        size: Of the paper.
    """
    document = json.loads(canonical)
    content = bill_content(connection, site, invoice, document, tenant_url=tenant_url)
    return PaperJob(
        key=document["number"] or str(invoice),
        kind=kind_of(document["kind"]),
        content=content.document(),
        language=language or document["account"]["language"],
        size=size,
    )


def rendering_of(
    database: Database, books: Books, data_dir: Path, *, xml: bool = True
) -> Rendering:
    """Return what the papers of a site are set with now.

    Args:
        database: The database.
        books: Of the site.
        data_dir: Of the installation, with the sites' own templates.
        xml: Whether bills hold their e-invoice, once a letterhead is named.
    """
    stationery = stationery_of(database, books)
    return Rendering(
        letterhead=stationery.letterhead,
        terms=stationery.terms if xml and stationery.named else None,
        templates=templates_of(data_dir, books.site).usable,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BillPapers:
    """Sets single bills of a site."""

    database: Database
    books: Books
    data_dir: Path
    tenant_url: str = ""

    def made(
        self,
        invoice: UUID,
        canonical: str,
        *,
        language: str = "",
        size: Size = "a4",
        xml: bool = True,
    ) -> Made:
        """Return a bill or credit note; a draft never holds an e-invoice.

        Args:
            invoice: Its id.
            canonical: Its canonical JSON, draft or issued.
            language: Of the paper; the account's without.
            size: Of the paper.
            xml: Whether it holds its e-invoice.

        Raises:
            DocumentError: The language has no texts, or it cannot be set.
        """
        with self.database.connection() as connection:
            job = job_of(
                connection,
                self.books.site,
                invoice,
                canonical,
                tenant_url=self.tenant_url,
                language=language,
                size=size,
            )
        issued = bool(job.content["invoice"]["number"])
        rendering = rendering_of(self.database, self.books, self.data_dir, xml=xml and issued)
        return made(job, rendering)

    def pdf(self, invoice: UUID, canonical: str, language: str) -> bytes:
        """Return a bill or credit note as PDF; see `made`."""
        return self.made(invoice, canonical, language=language).pdf
