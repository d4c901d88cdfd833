"""In: what a command on money was refused for. Out: its branch of the error tree. Pure.

The tree::

    RefusedError
    +- PaymentError          a payment, an item or an amount does not fit; told in the catalogue
    +- SecondSignError       who proposed something tried to decide it alone
"""

from __future__ import annotations

from energy.base.errors import RefusedError


class PaymentError(RefusedError):
    """A command on payments, open items, disputes or fees was refused; nothing was written."""

    code = "pay.refused"
    PART = "why.pay"


class SecondSignError(RefusedError):
    """Who proposed a write-off, a close or a refund cannot decide it."""

    code = "pay.second_person"
    PART = "why.pay"

    def __init__(self) -> None:
        """Say who can decide."""
        super().__init__()
        self.keep("second_person")
