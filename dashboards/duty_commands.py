"""In: what a signed-in person does about duty. Out: its facts, by desks. I/O by ports.

The id of a command is made of its subject, of what the person saw and of the person: a button
pressed twice is one command. That a second person decides or signs is the domain's demand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from dashboards.security.scope import Right, Scope
from energy.base.ids import id_of
from energy.service.duty.plan import SlotKey


class Rosters(Protocol):
    """Where rosters are planned (energy/service/duty/desk.py)."""

    def change(
        self, slot: SlotKey, person: UUID | None, *, reason: str, by: UUID, command_id: UUID
    ) -> None:
        """Let another fill a slot, or nobody on purpose."""
        ...


class LeaveOffice(Protocol):
    """Where leave is decided and shifts are swapped (energy/service/duty/leave_desk.py)."""

    def ask(self, person: UUID, first: date, last: date, *, by: UUID, command_id: UUID) -> UUID:
        """Ask for leave; return the request."""
        ...

    def approve(
        self,
        identity: UUID,
        given: Mapping[SlotKey, UUID | None],
        *,
        by_rule: bool,
        by: UUID,
        command_id: UUID,
    ) -> dict[SlotKey, UUID | None]:
        """Approve leave; return who fills what."""
        ...

    def refuse(self, identity: UUID, *, by: UUID, command_id: UUID) -> None:
        """Refuse leave."""
        ...

    def withdraw(self, identity: UUID, *, by: UUID, command_id: UUID) -> list[SlotKey]:
        """Withdraw leave; return the slots that come back."""
        ...

    def offer_swap(
        self, slot: SlotKey, other: UUID, back: SlotKey | None, *, by: UUID, command_id: UUID
    ) -> UUID:
        """Offer a slot to another; return the swap."""
        ...

    def take_swap(self, identity: UUID, *, by: UUID, command_id: UUID) -> None:
        """Agree to a swap."""
        ...

    def withdraw_swap(self, identity: UUID, *, by: UUID, command_id: UUID) -> None:
        """Let a swap not be."""
        ...


class ShiftLog(Protocol):
    """Where the log is kept and desks are handed over (energy/service/duty/log_desk.py)."""

    def tell(self, text: str, *, stays_open: bool, by: UUID, command_id: UUID) -> UUID:
        """Tell the log something; return the entry."""
        ...

    def close(self, identity: UUID, text: str, *, by: UUID, command_id: UUID) -> None:
        """Close an open point."""
        ...

    def offer(self, post: str, *, with_work: bool, by: UUID, command_id: UUID) -> UUID:
        """Offer a desk; return the handover."""
        ...

    def sign(self, identity: UUID, *, may_own: bool, by: UUID, command_id: UUID) -> None:
        """Take a desk, with what passes with it."""
        ...

    def withdraw(self, identity: UUID, *, by: UUID, command_id: UUID) -> None:
        """Take an offer back."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyDesks:
    """The desks of duty of one site."""

    rosters: Rosters
    leave: LeaveOffice
    log: ShiftLog


class DutyCommands:
    """The writes of the pages of duty of one site."""

    def __init__(self, site: str, desks: DutyDesks) -> None:
        """Act at a site through its desks."""
        self._site, self._desks = site, desks

    def change(
        self, scope: Scope, slot: SlotKey, person: UUID | None, reason: str, *, seen: str
    ) -> None:
        """Let another fill a slot, or nobody on purpose.

        Args:
            scope: Who decides.
            slot: The slot.
            person: Who fills it; None: nobody.
            reason: Why; no names.
            seen: How the slot stood when the form was drawn.

        Raises:
            NotPermittedError: The person lacks the role.
            RefusedError: See `RosterDesk.change`.
        """
        by = self._by(scope, Right.PLAN_WORK)
        command = _command("change slot", slot, seen, person, reason, by)
        self._desks.rosters.change(slot, person, reason=reason, by=by, command_id=command)

    def ask(self, scope: Scope, first: date, last: date, *, seen: int) -> UUID:
        """Ask for leave of one's own; return the request.

        Args:
            scope: Who asks.
            first: First local day.
            last: Last one; its night is in it.
            seen: Position of the journal at which the form was drawn.

        Raises:
            NotPermittedError: The person lacks the role.
            RefusedError: See `LeaveDesk.ask`.
        """
        by = self._by(scope, Right.OWN_DUTY)
        command = _command("ask leave here", first, last, seen, by)
        return self._desks.leave.ask(by, first, last, by=by, command_id=command)

    def approve(
        self, scope: Scope, leave: UUID, given: Mapping[SlotKey, UUID | None]
    ) -> dict[SlotKey, UUID | None]:
        """Approve leave with the stand-ins that were shown; return who fills what.

        Raises:
            NotPermittedError: The person lacks the role.
            RefusedError: See `LeaveDesk.approve`.
        """
        by = self._by(scope, Right.PLAN_WORK)
        command = _command("approve leave", leave, by)
        return self._desks.leave.approve(leave, given, by_rule=False, by=by, command_id=command)

    def refuse(self, scope: Scope, leave: UUID) -> None:
        """Refuse leave.

        Raises:
            NotPermittedError: The person lacks the role.
            RefusedError: See `LeaveDesk.refuse`.
        """
        by = self._by(scope, Right.PLAN_WORK)
        self._desks.leave.refuse(leave, by=by, command_id=_command("refuse leave", leave, by))

    def withdraw(self, scope: Scope, leave: UUID) -> list[SlotKey]:
        """Withdraw leave of one's own; return the slots that come back.

        Raises:
            NotPermittedError: The person lacks the role.
            RefusedError: See `LeaveDesk.withdraw`.
        """
        by = self._by(scope, Right.OWN_DUTY)
        command = _command("withdraw leave", leave, by)
        return self._desks.leave.withdraw(leave, by=by, command_id=command)

    def offer_swap(
        self, scope: Scope, slot: SlotKey, other: UUID, back: SlotKey | None, *, seen: int
    ) -> UUID:
        """Offer a slot of one's own to another, for one of theirs or for none; return the swap.

        Raises:
            NotPermittedError: The person lacks the role.
            RefusedError: See `LeaveDesk.offer_swap`.
        """
        by = self._by(scope, Right.OWN_DUTY)
        command = _command("offer swap here", slot, other, back, seen, by)
        return self._desks.leave.offer_swap(slot, other, back, by=by, command_id=command)

    def take_swap(self, scope: Scope, swap: UUID) -> None:
        """Agree to a swap that was offered to oneself.

        Raises:
            NotPermittedError: The person lacks the role.
            RefusedError: See `LeaveDesk.take_swap`.
        """
        by = self._by(scope, Right.OWN_DUTY)
        self._desks.leave.take_swap(swap, by=by, command_id=_command("take swap", swap, by))

    def withdraw_swap(self, scope: Scope, swap: UUID) -> None:
        """Let a swap of one's own not be.

        Raises:
            NotPermittedError: The person lacks the role.
            RefusedError: See `LeaveDesk.withdraw_swap`.
        """
        by = self._by(scope, Right.OWN_DUTY)
        command = _command("withdraw swap", swap, by)
        self._desks.leave.withdraw_swap(swap, by=by, command_id=command)

    def tell(self, scope: Scope, text: str, *, stays_open: bool, seen: int) -> UUID:
        """Tell the shift log something; return the entry.

        Raises:
            NotPermittedError: The person lacks the role.
            RefusedError: It says nothing, or too much.
        """
        by = self._by(scope, Right.OWN_DUTY)
        command = _command("tell log here", text, stays_open, seen, by)
        return self._desks.log.tell(text, stays_open=stays_open, by=by, command_id=command)

    def close(self, scope: Scope, entry: UUID, text: str) -> None:
        """Close an open point.

        Raises:
            NotPermittedError: The person lacks the role.
            RefusedError: It is not open, or nothing is said.
        """
        by = self._by(scope, Right.OWN_DUTY)
        command = _command("close point", entry, by)
        self._desks.log.close(entry, text, by=by, command_id=command)

    def offer(self, scope: Scope, post: str, *, with_work: bool, seen: str) -> UUID:
        """Offer a desk to whoever comes: the first signature; return the handover.

        Args:
            scope: Who goes.
            post: The desk.
            with_work: Whether the open incidents and orders that one owns pass with it.
            seen: The handover before, as the person saw it.

        Raises:
            NotPermittedError: The person lacks the role.
            RefusedError: See `LogDesk.offer`.
        """
        by = self._by(scope, Right.WORK if with_work else Right.OWN_DUTY)
        command = _command("offer desk", post, with_work, seen, by)
        return self._desks.log.offer(post, with_work=with_work, by=by, command_id=command)

    def sign(self, scope: Scope, handover: UUID) -> None:
        """Take a desk that is offered: the second signature.

        Raises:
            NotPermittedError: The person lacks the role.
            RefusedError: See `LogDesk.sign`.
        """
        by = self._by(scope, Right.OWN_DUTY)
        command, owns = _command("sign handover", handover, by), scope.may(Right.WORK)
        self._desks.log.sign(handover, may_own=owns, by=by, command_id=command)

    def stay(self, scope: Scope, handover: UUID) -> None:
        """Take an offer of one's own back.

        Raises:
            NotPermittedError: The person lacks the role.
            RefusedError: See `LogDesk.withdraw`.
        """
        by = self._by(scope, Right.OWN_DUTY)
        command = _command("withdraw handover", handover, by)
        self._desks.log.withdraw(handover, by=by, command_id=command)

    def _by(self, scope: Scope, right: Right) -> UUID:
        scope.demand(right, self._site)
        return scope.person


def _command(verb: str, *said: object) -> UUID:
    words = repr([str(each) for each in said])  # of several rows, too
    return id_of("command", verb, words)
