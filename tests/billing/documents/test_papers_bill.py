"""The PDF of a bill: readable, archivable, the same bytes every time, its content attached."""

from __future__ import annotations

import io
import json

import pypdf
import pytest

from billing.documents.papers import Language, PaperKind, paper
from billing.errors import DocumentError
from billing.invoices.drafting import draft_invoice
from billing.invoices.invoice import Addressee, issued_document
from tests.billing.samples import electricity, gas, invoice_facts

ISSUED = issued_document(
    draft_invoice(invoice_facts()).document,
    number="CAM-2019-000001",
    addressee=Addressee(name="应用光学实验室", address="West Road\nCambridge"),
)


def render_pdf(document: str, language: Language) -> bytes:
    return paper(PaperKind.BILL, {"invoice": json.loads(document)}, language=language)


def opened(language: Language, document: str = ISSUED) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(render_pdf(document, language)))


@pytest.mark.parametrize(("language", "title"), [("en", "Invoice"), ("zh", "账单")])
def test_it_can_be_read_in_the_language(language: Language, title: str) -> None:
    reader = opened(language)
    text = "\n".join(page.extract_text() for page in reader.pages)
    for expected in (title, "CAM-2019-000001", "9,614.99", "CAM-E-0002", "应用光学实验室"):
        assert expected in text
    assert len(reader.pages) == 1


def test_the_canonical_json_is_attached_byte_for_byte() -> None:
    (attached,) = opened("en").attachments["invoice.json"]
    assert attached == ISSUED.encode()


def test_the_same_invoice_gives_the_same_bytes() -> None:
    first = render_pdf(ISSUED, "en")
    render_pdf(ISSUED.replace("000001", "000002"), "zh")
    assert render_pdf(ISSUED, "en") == first


def test_it_calls_itself_pdf_a_3b_and_embeds_its_fonts() -> None:
    reader = opened("zh")
    metadata = reader.xmp_metadata
    assert metadata is not None
    xmp = metadata.stream.get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in xmp
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in xmp
    fonts = [
        font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()  # type: ignore[index]
    ]
    assert fonts
    assert all("/FontFile3" in font or "/FontFile2" in font for font in fonts)
    assert "/OutputIntents" in reader.trailer["/Root"]  # type: ignore[operator]


def test_a_draft_with_findings_can_be_shown_too() -> None:
    draft = draft_invoice(invoice_facts(electricity(channel=None, span=None, registers=[]), gas()))
    text = opened("en", draft.document).pages[0].extract_text()
    assert "Draft, not a demand for payment" in text


def test_many_supplies_go_over_several_pages() -> None:
    supplies = [supply for _ in range(5) for supply in (electricity(), gas())]
    draft = draft_invoice(invoice_facts(*supplies))
    reader = opened("en", draft.document)
    assert len(reader.pages) > 2
    assert f"Page {len(reader.pages)} of {len(reader.pages)}" in reader.pages[-1].extract_text()


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(DocumentError, match="Use one of en, zh, both"):
        render_pdf(ISSUED, "fr")


def test_a_name_cannot_run_as_markup() -> None:
    document = json.loads(ISSUED)
    document["account"]["name"] = '#panic("x") $ [ ] \\ "'
    text = opened("en", json.dumps(document)).pages[0].extract_text()
    assert '#panic("x")' in text
