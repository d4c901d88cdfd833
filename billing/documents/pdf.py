"""In: an invoice's canonical JSON and a language. Out: a PDF/A-3b with the JSON attached. Pure.

The same input gives the same bytes: no clock, no system font, no network. Rendering happens
after an issue, never inside it.
"""

from __future__ import annotations

import json
from typing import cast

from billing.documents.letterhead import Letterhead
from billing.documents.papers import Language, PaperKind, paper


def render_pdf(canonical: str, language: str, letterhead: Letterhead | None = None) -> bytes:
    """Return an invoice or credit note as a PDF/A-3b file.

    Args:
        canonical: Its canonical JSON, draft or issued.
        language: "en", "zh" or "both".
        letterhead: Of the billing entity.

    Raises:
        DocumentError: The language has no texts, or the document cannot be set.
    """
    document = json.loads(canonical)
    return paper(
        kind_of(document["kind"]),
        {"invoice": document},
        language=cast("Language", language),
        letterhead=letterhead,
    )


def kind_of(kind: str) -> PaperKind:
    """Return the paper of an invoice's kind."""
    return PaperKind.CREDIT_NOTE if kind == "credit_note" else PaperKind.BILL
