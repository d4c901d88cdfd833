"""In: what a mail server or a person wrote. Out: one row of it, without addresses. Pure."""

from __future__ import annotations

import re

_ADDRESS = re.compile(r"[^\s<>\"';,:]+@[^\s<>\"';,:]+")


def one_row(text: str) -> str:
    """Return a text in one row."""
    return " ".join(text.split())


def without_addresses(text: str) -> str:
    """Return what a server said in one row, addresses left out: it is kept in the journal."""
    return _ADDRESS.sub("…", one_row(text))
