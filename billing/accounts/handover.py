"""In: points that change hands on a day. Out: old and new payers changed, not yet stored. Pure.

All of it is stored in one transaction: the old supply ends and the new one begins with the same
reading, or neither does. Two who move the same point out at once meet in the account's stream.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from billing.accounts.account import Account, Supply
from billing.accounts.contract import Contract
from billing.accounts.errors import MoveError
from billing.accounts.terms import MovedPoint


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """A point that changes hands."""

    point: str
    old: str | None
    """Who paid; None where nobody did."""
    new: str | None
    """Who pays from the day on; None where nobody does."""
    tariff: str | None
    """Of the new payer; the old one's when None."""
    reading: MovedPoint


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveAct:
    """What happens on a day."""

    day: date
    """First local day of the new payers."""
    hand_overs: tuple[HandOver, ...]
    reason: str

    def accounts(self) -> list[str]:
        """Return every account that is concerned."""
        named = {key for each in self.hand_overs for key in (each.old, each.new) if key is not None}
        return sorted(named)


def supply_on(account: Account, point: str, day: date) -> Supply | None:
    """Return the supply by which an account pays for a point on a day."""
    return next(
        (
            each
            for each in account.supplies
            if each.point == point
            and each.valid_from <= day
            and (each.valid_to is None or day < each.valid_to)
        ),
        None,
    )


def hand_over(
    act: MoveAct,
    accounts: Mapping[str, Account],
    contracts: Mapping[str, Contract],
    *,
    by: UUID | None,
    command_id: UUID,
) -> None:
    """Let points change hands.

    Args:
        act: Which points, from whom to whom, on which day.
        accounts: Those of the act, by key.
        contracts: What is agreed with them, by key.
        by: Who says so.
        command_id: The command's id.

    Raises:
        MoveError: A point is paid for by nobody and comes to nobody, stays with who has it, or
            its tariff is not known.
        WrongStateError: An account was not open, or pays for the point already.
        AlreadyBilledError: Days from then on are on an issued invoice.
    """
    for each in act.hand_overs:
        if each.old == each.new:
            raise MoveError.of("account.same_payer", point=each.point, account=each.old or "-")
        tariff = each.tariff
        if each.old is not None:
            ended = _end(accounts[each.old], each.point, act, by, command_id)
            tariff = tariff or ended
        if each.new is not None:
            if tariff is None:
                raise MoveError.of("account.no_tariff", point=each.point)
            supply = Supply(point=each.point, tariff=tariff, valid_from=act.day, valid_to=None)
            accounts[each.new].assign_supply(supply, command_id=command_id)
    for key in act.accounts():
        _note(act, key, contracts[key], by, command_id)


def _end(account: Account, point: str, act: MoveAct, by: UUID | None, command_id: UUID) -> str:
    """End what an account pays for a point; return the tariff it had."""
    mine = [each for each in account.supplies if each.point == point]
    held = [each for each in mine if each.valid_to is None or act.day < each.valid_to]
    if not held:
        raise MoveError.of("account.not_paid", account=account.account, point=point, day=act.day)
    first = min(held, key=lambda each: each.valid_from)
    for each in held:
        if each.valid_from < act.day:
            account.end_supply(each, act.day, reason=act.reason, by=by, command_id=command_id)
        else:
            account.withdraw_supply(each, reason=act.reason, by=by, command_id=command_id)
    return first.tariff


def _note(act: MoveAct, key: str, contract: Contract, by: UUID | None, command_id: UUID) -> None:
    """Tell an account's contract what came and what left."""
    for came in (False, True):
        mine = [e for e in act.hand_overs if (e.new if came else e.old) == key]
        others = {e.old if came else e.new for e in mine}
        if mine:
            contract.move(
                came=came,
                day=act.day,
                other=others.pop() if len(others) == 1 else None,
                points=[e.reading for e in mine],
                reason=act.reason,
                by=by,
                command_id=command_id,
            )
