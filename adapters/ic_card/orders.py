"""In: a sale as plain texts. Out: its file's name and content, the words of answers. Pure.

A sale has one name for good, made of its id: whoever meets it again knows it is the same one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

WRITTEN = "written"
NOT_WRITTEN = "not_written"
UNKNOWN = "unknown"
FIELDS = (
    "sale", "number", "kind", "point", "meter", "card", "blocked", "utility", "units", "unit",
    "amount", "receipt", "attempt",
)  # fmt: skip
"""What an order holds, all texts; see the README beside this file."""
MOST_PROOF = 500
"""Characters of an answer that are kept."""


def name_of(order: Mapping[str, str]) -> str:
    """Return the name of an order's files, without their ending."""
    return f"sale-{order['sale']}"


def content_of(order: Mapping[str, str]) -> str:
    """Return the content of an order's file: JSON, the fields in their order."""
    return json.dumps({key: order[key] for key in FIELDS}, ensure_ascii=False, indent=1) + "\n"


def proof_of(text: str) -> str:
    """Return what an answer says, on one row and not too long."""
    return " ".join(text.split())[:MOST_PROOF]
