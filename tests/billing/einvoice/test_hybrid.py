"""The PDF with the XML inside: found by others, said in the metadata, the same bytes each time."""

from __future__ import annotations

import io

import facturx
import pypdf
import pytest

from billing.documents.papers import PaperKind, paper
from billing.einvoice.hybrid import embedded_xml, factur_x, with_metadata
from billing.einvoice.mapping import EInvoiceTerms
from billing.errors import DocumentError
from tests.billing.einvoice.documents import HEAD, bill
from tests.billing.einvoice.rules import CII, broken_rules


def made() -> bytes:
    return factur_x({"invoice": bill()}, language="en", letterhead=HEAD, terms=EInvoiceTerms())


def test_another_program_finds_the_xml_and_its_profile() -> None:
    pdf = made()
    name, xml = facturx.get_facturx_xml_from_pdf(pdf, check_xsd=True, check_schematron=False)
    assert name == "factur-x.xml"
    assert xml == embedded_xml(pdf)
    assert broken_rules(xml, CII) == []


def test_it_stays_a_pdf_a_3b_and_says_that_it_is_a_factur_x() -> None:
    reader = pypdf.PdfReader(io.BytesIO(made()))
    metadata = reader.xmp_metadata
    assert metadata is not None
    xmp = metadata.stream.get_data().decode()
    for said in (
        "<pdfaid:part>3</pdfaid:part>",
        "<pdfaid:conformance>B</pdfaid:conformance>",
        "<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>",
        "<fx:DocumentFileName>factur-x.xml</fx:DocumentFileName>",
    ):
        assert said in xmp
    assert xmp.count("<pdfaExtension:schemas>") == 1
    assert "/OutputIntents" in reader.trailer["/Root"]  # type: ignore[operator]
    assert set(reader.attachments) == {"factur-x.xml", "invoice.json"}
    relations = {each["/F"]: each["/AFRelationship"] for each in _files(reader)}
    assert relations == {"factur-x.xml": "/Alternative", "invoice.json": "/Source"}


def _files(reader: pypdf.PdfReader) -> list[pypdf.generic.DictionaryObject]:
    return [each.get_object() for each in reader.trailer["/Root"]["/AF"]]  # type: ignore[index]


def test_the_same_invoice_gives_the_same_bytes() -> None:
    assert made() == made()


def test_the_first_bytes_are_those_of_the_paper() -> None:
    plain = paper(PaperKind.BILL, {"invoice": bill()}, language="en", xml="<x/>")
    assert with_metadata(plain).startswith(plain)


@pytest.mark.parametrize("pdf", [b"%PDF-1.7 nothing", b"", made()[:-40]])
def test_a_file_of_another_shape_is_refused(pdf: bytes) -> None:
    with pytest.raises(DocumentError, match="table of objects"):
        with_metadata(pdf)
