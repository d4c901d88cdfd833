"""In: a bill's document. Out: the figures of its page, as they are printed. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from billing.documents.page import page_of


def printed_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the figures of a bill's page, as they are printed."""
    page = page_of(document, "en")
    return {
        "charges": [
            [each["clause"], each["quantity"], each["price"], each["amount"]]
            for supply in page["supplies"]
            for each in supply["charges"]
        ],
        "net_tax_total": page["tax"]["total"][1:],
    } | adjusted_of(page["adjustments"]["rows"])


def adjusted_of(rows: Sequence[Sequence[str]]) -> dict[str, Any]:
    """Return what a bill settles of earlier ones: what moved, net, tax, gross."""
    told = [[*name.split("\n")[2:], *amounts] for name, _rate, *amounts in rows]
    return {"adjustments": told} if told else {}
