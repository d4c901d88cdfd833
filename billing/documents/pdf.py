"""In: an invoice's canonical JSON and a language. Out: a PDF/A-3b with the JSON attached. Pure.

The same input gives the same bytes: no clock, no system font, no network. Rendering happens
after an issue, never inside it.
"""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files

import typst

from billing.canonical import canonical_json
from billing.documents.page import page_of
from billing.errors import DocumentError
from energy.base.text import LANGUAGES

_lock = threading.Lock()


def render_pdf(canonical: str, language: str) -> bytes:
    """Return an invoice as a PDF/A-3b file.

    Args:
        canonical: The invoice's canonical JSON, draft or issued.
        language: "en" or "zh".

    Raises:
        DocumentError: The language has no texts, or the document cannot be set.
    """
    if language not in LANGUAGES:
        raise DocumentError(
            f"No invoice in language {language!r}. Use one of {', '.join(LANGUAGES)}."
        )
    document = json.loads(canonical)
    inputs = {"page": canonical_json(page_of(document, language)), "canonical": canonical}
    dated = datetime.fromisoformat(document["dated"]).replace(tzinfo=UTC)
    try:
        with _lock:
            pdf = _compiler().compile(
                format="pdf", pdf_standards="a-3b", sys_inputs=inputs, timestamp=dated
            )
    except typst.TypstError as error:
        raise DocumentError(
            f"Invoice {document['number']} cannot be set: {error.diagnostic}. "
            "Report it with the invoice's JSON."
        ) from error
    assert isinstance(pdf, bytes), "one document, one file"
    return pdf


@cache
def _compiler() -> typst.Compiler:
    """Return the process's compiler: it keeps the fonts, which is most of the work."""
    folder = files("billing.documents")
    fonts = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(folder.joinpath("fonts"))],
    )
    template = str(folder.joinpath("invoice.typ"))
    return typst.Compiler(template, root=str(folder), font_paths=fonts)
