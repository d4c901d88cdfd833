"""In: an issued invoice. Out: the document of the credit note that takes it back. Pure.

Amounts stay as they stood: positive, and the type says which way they go. What computes with XPath
rounds halves of negative numbers the other way.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date

from billing.canonical import canonical_json
from billing.invoices.invoice import ONLY_KNOWN

KIND = "credit_note"
_OF_THE_INVOICE = ("change", "replaces")


def credit_document(issued: str, *, dated: date, reason: Mapping[str, str]) -> str:
    """Return the canonical JSON of a credit note without number and names.

    Args:
        issued: The invoice that is taken back.
        dated: Date of the credit note.
        reason: Why, by language.
    """
    document = json.loads(issued)
    corrects = {
        "number": document["number"],
        "dated": document["dated"],
        "reason": dict(reason),
    }
    account = {key: each for key, each in document["account"].items() if key not in ONLY_KNOWN}
    for key in _OF_THE_INVOICE:
        document.pop(key, None)
    document |= {
        "kind": KIND,
        "number": None,
        "dated": dated.isoformat(),
        "due_on": dated.isoformat(),
        "corrects": corrects,
        "account": account | {"name": None, "address": None},
    }
    return canonical_json(document)
