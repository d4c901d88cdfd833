"""One way from a bill to its paper: with letterhead and e-invoice, a draft without the latter."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from pypdf import PdfReader

from billing.documents.samples import sample_letterhead
from billing.einvoice.hybrid import embedded_xml
from processes.papers.issued import BillPapers
from processes.papers.letterheads import name_letterhead
from tests.billing.town import Town

pytestmark = pytest.mark.servers


def test_a_bill_bears_the_sites_letterhead_and_holds_its_xml_once_it_is_issued(
    metered: Town, tmp_path: Path
) -> None:
    head = replace(sample_letterhead(), country="GB")
    name_letterhead(metered.database, metered.office.books, head, {}, command_id=uuid4())
    metered.bill()
    rows = metered.rows(f"SELECT invoice, document FROM {metered.site.schema}.invoice")
    invoice, text = rows[0]
    papers = BillPapers(
        database=metered.database,
        books=metered.office.books,
        data_dir=tmp_path,
        tenant_url="https://tenant.example/t",
    )
    made = papers.made(invoice, str(text))
    assert made.without_xml == ""
    assert embedded_xml(made.pdf) is not None
    assert head.phone in PdfReader(io.BytesIO(made.pdf)).pages[0].extract_text()
    assert embedded_xml(papers.made(invoice, str(text), xml=False).pdf) is None
    draft = str(text).replace(f'"number":"{made.key}"', '"number":null')
    assert draft != text
    unissued = papers.made(invoice, draft)
    assert embedded_xml(unissued.pdf) is None, "a draft is no e-invoice"
    assert unissued.without_xml == ""
