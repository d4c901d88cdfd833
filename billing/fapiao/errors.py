"""In: what a command on fapiao was refused for. Out: its branch of the error tree. Pure.

The tree::

    RefusedError
    +- FapiaoError             a request or a number cannot be used
       +- RedLetterPendingError  a bill has a fapiao: a credit waits for its red-letter number
"""

from __future__ import annotations

from energy.base.errors import RefusedError


class FapiaoError(RefusedError):
    """A request or a number cannot be used."""

    code = "fapiao"
    PART = "fapiao"


class RedLetterPendingError(FapiaoError):
    """A bill has an issued fapiao: it can be credited when the red-letter number is imported."""

    code = "fapiao.red_letter_pending"
