"""In: why there is no e-invoice of a document. Out: its branch of the error tree. Pure.

The tree::

    RefusedError
    +- EInvoiceError   a document cannot be said truly by EN 16931; its PDF goes without XML
"""

from __future__ import annotations

from energy.base.errors import RefusedError


class EInvoiceError(RefusedError):
    """A document cannot be told by EN 16931 without telling something else than the paper."""

    code = "einvoice"
    PART = "einvoice"
