"""In: an issued document. Out: its PDF/A-3b with the XML inside, a Factur-X. Pure.

typst attaches the XML as "alternative"; what it cannot write is the Factur-X part of the XMP
metadata. That is made by factur-x, put behind typst's own, and appended to the file.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import cache
from typing import Any

from facturx import generate_xmp_object
from lxml import etree
from pypdf import PdfReader

from billing.documents.letterhead import Letterhead
from billing.documents.papers import Language, kind_of, paper
from billing.documents.typesetting import Extra
from billing.einvoice.cii import cii_xml
from billing.einvoice.mapping import EInvoiceTerms, einvoice_of
from billing.einvoice.pdf_file import PdfFile
from billing.errors import DocumentError

XML_NAME = "factur-x.xml"
_URN = "urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#"
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_BAG, _END = "</rdf:Bag></pdfaExtension:schemas>", "</rdf:RDF>"
_FILLED = dict.fromkeys(("title", "author", "subject", "producer", "creator_tool"), "")


def factur_x(
    content: Mapping[str, Any],
    *,
    language: Language,
    letterhead: Letterhead,
    terms: EInvoiceTerms,
    templates: tuple[Extra, ...] = (),
    checked: bool = False,
) -> bytes:
    """Return a bill or credit note as PDF/A-3b with its EN 16931 XML.

    Args:
        content: JSON of `contents.Bill` or `contents.CreditNote`.
        language: Of the paper.
        letterhead: Of the billing entity.
        terms: What it states once for its e-invoices.
        templates: The site's own.
        checked: Whether the XML is held against its schema too.

    Raises:
        EInvoiceError: EN 16931 cannot say the document truly.
        DocumentError: It cannot be set.
    """
    document = content["invoice"]
    xml = cii_xml(einvoice_of(document, letterhead, terms), checked=checked)
    kind = kind_of(document["kind"])
    pdf = paper(
        kind,
        content,
        language=language,
        letterhead=letterhead,
        templates=templates,
        xml=xml.decode(),
    )
    return with_metadata(pdf)


def with_metadata(pdf: bytes) -> bytes:
    """Return a PDF whose XMP says that it holds a Factur-X of profile EN 16931.

    Args:
        pdf: As typst writes it.

    Raises:
        DocumentError: It has no XMP metadata with room for another schema.
    """
    file = PdfFile(pdf)
    number, old = file.metadata()
    schema, held = _described()
    if _BAG not in old or _END not in old:
        raise DocumentError("The PDF has no XMP metadata. Set it as PDF/A-3b.")
    new = old.replace(_BAG, f"{schema}{_BAG}", 1).replace(_END, f"{held}{_END}", 1)
    return file.with_metadata(number, new.encode())


def embedded_xml(pdf: bytes) -> bytes | None:
    """Return the XML inside a PDF; None where there is none."""
    found = PdfReader(io.BytesIO(pdf)).attachments.get(XML_NAME)
    return found[0] if found else None


@cache
def _described() -> tuple[str, str]:
    """Return the schema of Factur-X as an item of the bag, and the description of this file."""
    told = _FILLED | {
        "pdfa3_flavor": "B",
        "timestamp": "",
        "urn": _URN,
        "documenttype": "INVOICE",
        "xml_filename": XML_NAME,
        "version": "1.0",
        "xmp_level": "EN 16931",
    }
    rdf = generate_xmp_object(told).find(f"{_RDF}RDF")
    *_, schemas, held = rdf.findall(f"{_RDF}Description")
    held.set(f"{_RDF}about", "")
    return _text(next(schemas.iter(f"{_RDF}li"))), _text(held)


def _text(part: etree._Element) -> str:
    """Return an element as text with the namespaces that it uses."""
    etree.cleanup_namespaces(part)
    return str(etree.tostring(part, encoding="unicode", with_tail=False))
