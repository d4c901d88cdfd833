"""In: the texts of a label, a sheet or a round. Out: a PDF, or a PNG of a label. Pure.

The same input gives the same bytes: no clock, no system font, no network. The QR code is drawn
by segno, as a vector.
"""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

import segno
import typst

from billing.errors import DocumentError

LABEL_PPI = 300
"""Dots per inch of a label's picture: one of 62 mm fits the common label printers."""
_lock = threading.Lock()


class Paper(StrEnum):
    """What can be set."""

    LABEL = "field_label"
    SHEET = "field_sheet"
    ROUND = "field_round"


def render_paper(
    paper: Paper, page: Mapping[str, Any], *, dated: datetime, picture: bool = False
) -> bytes:
    """Return a paper of the field as PDF/A-2b, or as PNG.

    Args:
        paper: Which one.
        page: Its texts; "qr" is drawn as a QR code where it is not empty.
        dated: Instant that the file bears.
        picture: Whether a PNG is wanted; of the first page.

    Raises:
        DocumentError: It cannot be set.
    """
    inputs = {"page": json.dumps(page, ensure_ascii=False, sort_keys=True)}
    inputs["qr"] = qr_svg(str(page["qr"])) if page.get("qr") else ""
    whole_second = dated.replace(microsecond=0)
    try:
        with _lock:
            if picture:
                made = _compiler(paper).compile(format="png", ppi=LABEL_PPI, sys_inputs=inputs)
            else:
                made = _compiler(paper).compile(
                    format="pdf", pdf_standards="a-2b", sys_inputs=inputs, timestamp=whole_second
                )
    except typst.TypstError as error:
        raise DocumentError(
            f"The {paper.removeprefix('field_')} cannot be set: {error.diagnostic}. Report it "
            "with the command that made it."
        ) from error
    pages = made if isinstance(made, list) else [made]
    assert isinstance(pages[0], bytes), "a document has a page"
    return pages[0]


def qr_svg(text: str) -> str:
    """Return a QR code (error correction M) as SVG, one unit a module, without a margin."""
    drawn = io.BytesIO()
    code = segno.make(text, error="m", micro=False, boost_error=False)
    code.save(drawn, kind="svg", border=0, xmldecl=False, svgns=True, omitsize=True)
    return drawn.getvalue().decode()


@cache
def _compiler(paper: Paper) -> typst.Compiler:
    """Return the process's compiler of a paper: it keeps the fonts, which is most of the work."""
    folder = files("billing.documents")
    fonts = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(folder.joinpath("fonts"))],
    )
    template = str(folder.joinpath(f"{paper}.typ"))
    return typst.Compiler(template, root=str(folder), font_paths=fonts)
