"""In: what a command on accounts was refused for. Out: its branch of the error tree. Pure.

The tree::

    RefusedError
    +- PartyError        a party is unknown, or stands there already
    +- ContractError     a term does not fit the contract
    +- MoveError         a point cannot change hands so
    +- DepositError      money of a deposit is not there, or not asked for
    +- RefundPersonError the person who asked for a refund tried to pay it out
"""

from __future__ import annotations

from energy.base.errors import RefusedError


class PartyError(RefusedError):
    """A party is unknown, or stands there already with other facts."""

    code = "account.party"


class ContractError(RefusedError):
    """A term does not fit what is agreed with the account."""

    code = "account.contract"


class MoveError(RefusedError):
    """Points cannot change hands as asked."""

    code = "account.move"


class DepositError(RefusedError):
    """A deposit's money is not there, or was not asked for."""

    code = "account.deposit"


class RefundPersonError(RefusedError):
    """A refund must be paid out by another person than the one who asked for it."""

    code = "account.refund_person"
