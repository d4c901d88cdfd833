"""In: texts of a label, sheet, round, handover, switching order. Out: PDF, PNG of a label. Pure.

The same input gives the same bytes: no clock, no system font, no network. The QR code is drawn
by segno, as a vector.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import segno

from billing.documents.covered import page_text
from billing.documents.typesetting import Job, pdf, pictures

LABEL_PPI = 300
"""Dots per inch of a label's picture: one of 62 mm fits the common label printers."""


class Paper(StrEnum):
    """What can be set."""

    LABEL = "field_label"
    SHEET = "field_sheet"
    ROUND = "field_round"
    HANDOVER = "handover"
    SWITCHING = "switching_order"


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
    inputs = {"page": page_text(page)}
    inputs["qr"] = qr_svg(str(page["qr"])) if page.get("qr") else ""
    job = Job(template=f"{paper}.typ", inputs=inputs, dated=dated)
    return pictures(job, LABEL_PPI)[0] if picture else pdf(job)


def qr_svg(text: str, *, mask: int | None = None) -> str:
    """Return a QR code (error correction M) as SVG, one unit a module, without a margin.

    Args:
        text: What it says.
        mask: Pattern laid over the modules, 0 to 7; a reader takes each of them. None tries all
            eight for the clearest, which is most of the time of a code.
    """
    drawn = io.BytesIO()
    code = segno.make(text, error="m", micro=False, boost_error=False, mask=mask)
    code.save(drawn, kind="svg", border=0, xmldecl=False, svgns=True, omitsize=True)
    return drawn.getvalue().decode()
