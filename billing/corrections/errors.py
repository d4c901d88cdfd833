"""In: what a command on corrections was refused for. Out: its branch of the error tree. Pure.

The tree::

    RefusedError
    +- UnknownCorrectionError    no invoice has a proposal of that name
    +- DecidedCorrectionError    it is decided, or a newer one stands in its place
    +- OwnCorrectionError        the person who raised a proposal tried to accept it
    +- NotCreditableError        the invoice was credited already
    +- BarredCorrectionError     findings forbid to bill what is known now
    +- StaleCorrectionError      what was proposed cannot be drafted any more
    +- CreditWaitingError        another credit of the invoice waits for a decision
    +- LineCreditError           a charge line cannot be credited so
"""

from __future__ import annotations

from collections.abc import Sequence

from energy.base.errors import RefusedError


class UnknownCorrectionError(RefusedError):
    """No invoice has a proposal of that name."""

    code = "correction.unknown"

    def __init__(self, name: str) -> None:
        """Name what was asked for."""
        super().__init__()
        self.keep("correction.unknown", name=name)


class DecidedCorrectionError(RefusedError):
    """A proposal is decided about once."""

    code = "correction.decided"

    def __init__(self, name: str, state: str) -> None:
        """Name it and what became of it."""
        super().__init__()
        self.keep("correction.decided", name=name, state=state)


class OwnCorrectionError(RefusedError):
    """A second person accepts what a person raised."""

    code = "correction.second_person"

    def __init__(self, name: str) -> None:
        """Say who can accept."""
        super().__init__()
        self.keep("correction.second_person", name=name)


class NotCreditableError(RefusedError):
    """A credit note takes back one invoice once."""

    code = "correction.not_creditable"

    def __init__(self, number: str) -> None:
        """Name the document."""
        super().__init__()
        self.keep("correction.not_creditable", number=number)


class BarredCorrectionError(RefusedError):
    """What is known now of an invoice's days must not be billed."""

    code = "correction.barred"

    def __init__(self, number: str, codes: Sequence[str]) -> None:
        """Name the invoice and the findings."""
        super().__init__()
        self.keep("correction.barred", number=number, codes=", ".join(codes))


class StaleCorrectionError(RefusedError):
    """What a person accepts is what is issued; it cannot be drafted any more."""

    code = "correction.stale"

    def __init__(self, name: str) -> None:
        """Name it."""
        super().__init__()
        self.keep("correction.stale", name=name)


class CreditWaitingError(RefusedError):
    """One credit of an invoice waits for a decision at a time."""

    code = "correction.credit_waiting"

    def __init__(self, number: str, name: str) -> None:
        """Name the invoice and what waits."""
        super().__init__()
        self.keep("correction.credit_waiting", number=number, name=name)


class LineCreditError(RefusedError):
    """A charge line cannot be credited so: none there, nothing left, more than is left."""

    code = "correction.line_credit"
    PART = "why.line_credit"
