"""In: the papers of a round. Out: one PDF to print: a separator sheet, then each. Pure.

The file is for a printer: attachments and metadata of the single papers stay in those.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from pypdf import PdfReader, PdfWriter

from billing.canonical import canonical_json
from billing.delivery.print_batch import QueuedPaper
from billing.documents.covered import printable
from billing.documents.frame import Framed, frame, midnight_of
from billing.documents.letterhead import Letterhead
from billing.documents.sheets.blocks import signatures, table
from billing.documents.typesetting import Job, pdf
from billing.documents.words import Words


def separator_sheet(
    key: str,
    papers: Sequence[QueuedPaper],
    *,
    dated: str,
    language: str,
    letterhead: Letterhead,
) -> bytes:
    """Return the sheet that lies on top of a round: where to go, in walking order.

    Args:
        key: Of the batch.
        papers: Of one building and round, in walking order.
        dated: ISO day.
        language: "en", "zh" or "both".
        letterhead: Of the billing entity.
    """
    words = Words(language, "paper")
    first = papers[0]
    told = Framed(
        title=words.word("separator.title"),
        number=key,
        dated=dated,
        subtitle=" · ".join(each for each in (first.building, first.round) if each),
        facts=[
            [words.word("building"), first.building or "–"],
            [words.word("delivery_round"), first.round or "–"],
            [words.word("separator.papers"), str(len(papers))],
            [words.word("dated"), words.day(dated)],
        ],
    )
    rows = [[str(each.stop or ""), each.account, each.number, None] for each in papers]
    head = [words.word(key) for key in ("separator.stop", "account", "document", "handed_over")]
    blocks = [table(head, rows, align="rlll", wide={1: 1, 2: 1, 3: 2}, roomy=len(rows) <= 24)]
    blocks.append(signatures(words.word("separator.carrier"), words.word("checked_by")))
    page: dict[str, Any] = frame(words, "a4", letterhead, told) | {"blocks": blocks, "logo": ""}
    text = printable(canonical_json(page))
    return pdf(Job(template="sheet.typ", inputs={"page": text}, dated=midnight_of(dated)))


def round_file(parts: Sequence[bytes], *, duplex: bool = True) -> tuple[bytes, int]:
    """Return one PDF of all parts, and its pages.

    Args:
        parts: PDFs, the separator first.
        duplex: Whether each part begins on a front: a blank page follows an odd number.
    """
    writer = PdfWriter()
    for part in parts:
        pages = PdfReader(io.BytesIO(part)).pages
        for page in pages:
            writer.add_page(page)
        if duplex and len(pages) % 2:
            writer.add_blank_page()
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue(), len(writer.pages)
