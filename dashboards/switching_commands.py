"""In: what a signed-in person says of a switching order. Out: its facts, by a desk. I/O by ports.

The id of a command is made of what was said, of the round that the word belongs to, and of the
person: a button pressed twice is one command, and a second stop for the same reason is another one.
Who may say what of which order is the domain's demand. Nothing here talks to a device.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol
from uuid import UUID

from dashboards.security.scope import Right, Scope
from energy.base.clock import Clock
from energy.base.ids import id_of
from energy.service.switching.order import SwitchingOrder
from energy.service.switching.permit import Permit
from energy.service.switching.planned import Planned
from energy.service.switching.rounds import round_of

_Act = Callable[[SwitchingOrder, UUID], None]
"""Says something of an order: the order, and the id of the command."""


class SwitchingDesk(Protocol):
    """Where switching orders are written and acted on (energy/service/switching/desk.py)."""

    def review(self, key: str, version: int, *, by: UUID, command_id: UUID) -> None:
        """Let orders be made from a version of a template, as a second person."""
        ...

    def write(
        self, key: str, planned: Planned, *, reference: str = "", by: UUID, command_id: UUID
    ) -> UUID:
        """Write an order from the newest reviewed version of a template; return its id."""
        ...

    def write_back(self, order: UUID, planned: Planned, *, by: UUID, command_id: UUID) -> UUID:
        """Write the order that takes back what an aborted one has done; return its id."""
        ...

    def act(self, order: UUID, act: Callable[[SwitchingOrder], None]) -> int:
        """Let an act on an order happen; return the position that the journal holds it at."""
        ...

    def tell(self, order: UUID, step: int, *, by: UUID, command_id: UUID) -> int:
        """Let its guardian tell a step; return the position that the journal holds it at."""
        ...

    def give_permit(self, order: UUID, permit: Permit, *, by: UUID, command_id: UUID) -> int:
        """Let somebody work there; return the position that the journal holds it at."""
        ...

    def order(self, identity: UUID) -> SwitchingOrder:
        """Return an order as the journal has it now."""
        ...


class SwitchingCommands:
    """The writes of the pages of switching orders of one site.

    Each word returns the order as it is then: said again, more may have happened since. Each raises
    `NotPermittedError` where the person lacks the role, and `SwitchingError` as the method of the
    same name of `SwitchingOrder` or `SwitchingDesk`.
    """

    def __init__(self, site: str, desk: SwitchingDesk, clock: Clock) -> None:
        """Act at a site through its desk."""
        self._site, self._desk, self._clock = site, desk, clock

    def review(self, scope: Scope, key: str, version: int) -> None:
        """Let orders be made from the version of a template that one read."""
        scope.demand(Right.PLAN_WORK, self._site)
        said = (self._site, key, str(version), str(scope.person))
        made = id_of("command", "review switching template", *said)
        self._desk.review(key, version, by=scope.person, command_id=made)

    def write(
        self, scope: Scope, key: str, planned: Planned, *, reference: str, seen: int
    ) -> SwitchingOrder:
        """Write an order from the newest reviewed version of a template.

        Args:
            scope: Who writes it.
            key: Of the template.
            planned: Which node, why, when, who.
            reference: Of the request that billing keeps; "" where none asked for it.
            seen: How many orders there were when the form was drawn.
        """
        scope.demand(Right.WORK, self._site)
        said = (key, repr(planned), reference, str(seen), str(scope.person))
        command = id_of("command", "write switching order here", self._site, *said)
        return self._desk.order(
            self._desk.write(key, planned, reference=reference, by=scope.person, command_id=command)
        )

    def write_back(
        self, scope: Scope, order: UUID, planned: Planned, *, seen: UUID | None
    ) -> SwitchingOrder:
        """Write the order that takes back what an aborted one has done.

        Args:
            scope: Who writes it.
            order: The one that was aborted.
            planned: When, who; its node is that of the aborted one.
            seen: The withdrawn order back that the person saw; None where there was none.
        """
        scope.demand(Right.WORK, self._site)
        said = (str(order), repr(planned), str(seen), str(scope.person))
        command = id_of("command", "write switching order back here", *said)
        written = self._desk.write_back(order, planned, by=scope.person, command_id=command)
        return self._desk.order(written)

    def approve(self, scope: Scope, order: UUID) -> SwitchingOrder:
        """Find an order technically right."""
        scope.demand(Right.PLAN_WORK, self._site)
        return self._say(
            scope, order, "approve", lambda it, made: it.approve(by=scope.person, command_id=made)
        )

    def release(self, scope: Scope, order: UUID) -> SwitchingOrder:
        """Let an order be carried out, as the command centre."""
        scope.demand(Right.RELEASE_SWITCHING, self._site)
        now = self._clock.now()
        return self._say(
            scope,
            order,
            "release",
            lambda it, made: it.release(by=scope.person, now=now, command_id=made),
        )

    def withdraw(self, scope: Scope, order: UUID, reason: str) -> SwitchingOrder:
        """Let an order not be carried out."""
        return self._work(
            scope,
            order,
            ("withdraw", reason),
            lambda it, made: it.withdraw(reason, by=scope.person, command_id=made),
        )

    def tell(self, scope: Scope, order: UUID, step: int) -> SwitchingOrder:
        """Tell a step, as its guardian."""
        scope.demand(Right.WORK, self._site)
        made = _command("tell", order, scope, 0, str(step))
        self._desk.tell(order, step, by=scope.person, command_id=made)
        return self._desk.order(order)

    def read_back(self, scope: Scope, order: UUID, step: int) -> SwitchingOrder:
        """Read a step back and say it done, as its operator."""
        return self._work(
            scope,
            order,
            ("read_back", str(step)),
            lambda it, made: it.read_back(step, by=scope.person, command_id=made),
        )

    def skip(self, scope: Scope, order: UUID, step: int, reason: str) -> SwitchingOrder:
        """Say as a second person why a step is not carried out."""
        return self._work(
            scope,
            order,
            ("skip", str(step), reason),
            lambda it, made: it.skip(step, reason, by=scope.person, command_id=made),
        )

    def stop(self, scope: Scope, order: UUID, reason: str) -> SwitchingOrder:
        """Let nothing be told until it is resumed."""
        return self._work(
            scope,
            order,
            ("stop", reason),
            lambda it, made: it.stop(reason, by=scope.person, command_id=made),
        )

    def resume(self, scope: Scope, order: UUID) -> SwitchingOrder:
        """Say that it goes on, as its guardian or as one who approved it."""
        return self._work(
            scope,
            order,
            ("resume",),
            lambda it, made: it.resume(by=scope.person, command_id=made),
        )

    def abort(
        self, scope: Scope, order: UUID, reason: str, *, told_done: bool | None
    ) -> SwitchingOrder:
        """End an order before its last step; see `SwitchingOrder.abort`."""
        return self._work(
            scope,
            order,
            ("abort", reason, str(told_done)),
            lambda it, made: it.abort(
                reason, told_done=told_done, by=scope.person, command_id=made
            ),
        )

    def give_permit(self, scope: Scope, order: UUID, permit: Permit) -> SwitchingOrder:
        """Let somebody work there, as operator or guardian."""
        scope.demand(Right.WORK, self._site)
        seen = round_of(self._desk.order(order), "give_permit")
        made = _command("give_permit", order, scope, seen, repr(permit))
        self._desk.give_permit(order, permit, by=scope.person, command_id=made)
        return self._desk.order(order)

    def return_permit(self, scope: Scope, order: UUID, reason: str) -> SwitchingOrder:
        """Say that nobody works there any more, as holder; else as an approver, with a reason."""
        return self._work(
            scope,
            order,
            ("return_permit", reason),
            lambda it, made: it.return_permit(reason, by=scope.person, command_id=made),
        )

    def complete(self, scope: Scope, order: UUID) -> SwitchingOrder:
        """Say that an order is carried out, as operator or guardian."""
        return self._work(
            scope,
            order,
            ("complete",),
            lambda it, made: it.complete(by=scope.person, command_id=made),
        )

    def _work(self, scope: Scope, order: UUID, said: tuple[str, ...], act: _Act) -> SwitchingOrder:
        scope.demand(Right.WORK, self._site)
        return self._say(scope, order, said[0], act, *said[1:])

    def _say(self, scope: Scope, order: UUID, verb: str, act: _Act, *words: str) -> SwitchingOrder:
        seen = round_of(self._desk.order(order), verb)
        made = _command(verb, order, scope, seen, *words)
        self._desk.act(order, lambda it: act(it, made))
        return self._desk.order(order)


def _command(verb: str, order: UUID, scope: Scope, seen: int, *words: str) -> UUID:
    said = repr(words)
    return id_of("command", f"{verb} switching", str(order), str(seen), said, str(scope.person))
