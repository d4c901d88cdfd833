"""In: the stops of a reading round. Out: one HTML file that a phone opens without network. Pure.

Texts come in ready; nothing in the page is fetched, and its policy forbids it to ask anybody.
"""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any


def round_page(content: Mapping[str, Any], *, title: str, language: str) -> str:
    """Return the page of a round.

    Args:
        content: Site, round, title, texts and stops, as round.html reads them.
        title: Of the page.
        language: "en" or "zh".
    """
    folder = files("adapters.files")
    template = folder.joinpath("round.html").read_text(encoding="utf-8")
    codes = folder.joinpath("round_qr.js").read_text(encoding="utf-8")
    told = json.dumps(content, ensure_ascii=False)
    for sign in "<>&":  # no text ends the element it stands in
        told = told.replace(sign, f"\\u{ord(sign):04x}")
    head, _, tail = template.partition("__ROUND__")
    head = head.replace("__LANGUAGE__", html.escape(language))
    head = head.replace("__TITLE__", html.escape(title))
    return head + told + tail.replace("__QR__", codes.strip())
