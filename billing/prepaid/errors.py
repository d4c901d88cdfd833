"""In: what a command of prepaid or of the cash desk was refused for. Out: its branch. Pure.

The tree::

    RefusedError
    +- PrepaidRefusedError    a command on a prepaid account, an order or a card was refused
    |  +- BarredError         the rules forbid to cut a supply then; carries the bars
    |  +- WriteUnknownError   nobody knows whether a card was written; a person must look
    +- DeskRefusedError       a command at the cash desk was refused

Texts stand in the catalogue under `why.prepaid` and `why.desk`; a refusal's code is its key.
"""

from __future__ import annotations

from typing import Self

from energy.base.errors import RefusedError


class PrepaidRefusedError(RefusedError):
    """A command on a prepaid account, an order or a card was refused."""

    code = "prepaid"

    @classmethod
    def of(cls, key: str, /, **values: object) -> Self:
        """Return the refusal with a text of `why.prepaid`; its code is "prepaid.<key>"."""
        error = super().of(f"prepaid.{key}", **values)
        error.code = f"prepaid.{key}"
        return error


class BarredError(PrepaidRefusedError):
    """The rules forbid to cut a supply at that instant."""

    code = "prepaid.barred"
    bars: tuple[str, ...] = ()


class WriteUnknownError(PrepaidRefusedError):
    """Nobody knows whether a card was written."""

    code = "prepaid.write_unknown"


class DeskRefusedError(RefusedError):
    """A command at the cash desk was refused."""

    code = "desk"

    @classmethod
    def of(cls, key: str, /, **values: object) -> Self:
        """Return the refusal with a text of `why.desk`; its code is "desk.<key>"."""
        error = super().of(f"desk.{key}", **values)
        error.code = f"desk.{key}"
        return error
