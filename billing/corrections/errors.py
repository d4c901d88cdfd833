"""In: what a command on corrections was refused for. Out: its branch of the error tree. Pure.

The tree::

    RefusedError
    +- UnknownCorrectionError    no invoice has a proposal of that name
    +- DecidedCorrectionError    it is decided, or a newer one stands in its place
    +- OwnCorrectionError        the person who raised a proposal tried to accept it
    +- NotCreditableError        the invoice is a credit note, or credited already
    +- BarredCorrectionError     findings forbid to bill what is known now
"""

from __future__ import annotations

from collections.abc import Sequence

from energy.base.errors import RefusedError


class UnknownCorrectionError(RefusedError):
    """No invoice has a proposal of that name."""

    code = "correction.unknown"

    def __init__(self, name: str) -> None:
        """Name what was asked for."""
        super().__init__(
            f"There is no correction {name}. `bill corrections` lists them by name, for example "
            "CAM-2019-000003/1."
        )


class DecidedCorrectionError(RefusedError):
    """A proposal is decided about once."""

    code = "correction.decided"

    def __init__(self, name: str, state: str) -> None:
        """Name it and what became of it."""
        super().__init__(
            f"Correction {name} is {state}; only a proposed one can be decided about. "
            "`bill corrections` shows what waits."
        )


class OwnCorrectionError(RefusedError):
    """A second person accepts what a person raised."""

    code = "correction.second_person"

    def __init__(self, name: str) -> None:
        """Say who can accept."""
        super().__init__(
            f"The person who raised correction {name} cannot accept it. Ask another billing "
            "approver."
        )


class NotCreditableError(RefusedError):
    """A credit note takes back one invoice once."""

    code = "correction.not_creditable"

    def __init__(self, number: str, why: str) -> None:
        """Name the document and why not."""
        super().__init__(
            f"{number} cannot be credited: {why}. `bill show {number}` shows what followed it."
        )


class BarredCorrectionError(RefusedError):
    """What is known now of an invoice's days must not be billed."""

    code = "correction.barred"

    def __init__(self, number: str, codes: Sequence[str]) -> None:
        """Name the invoice and the findings."""
        super().__init__(
            f"The days of {number} cannot be billed anew: {', '.join(codes)}. Mend these findings "
            "(`review list`), then `bill find` again."
        )
