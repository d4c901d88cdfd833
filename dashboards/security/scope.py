"""In: the roles of a signed-in person. Out: what that person may read and do. Pure.

Every query and every command takes a `Scope` first and asks it; hiding a page is no protection.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from enum import StrEnum
from functools import reduce
from uuid import UUID

from energy.base.errors import NotPermittedError
from energy.base.text import Told, tell


class Role(StrEnum):
    """What a person is at a site."""

    VIEWER = "viewer"
    TECHNICIAN = "technician"
    BILLING_CLERK = "billing_clerk"
    BILLING_APPROVER = "billing_approver"
    ENERGY_MANAGER = "energy_manager"
    ADMIN = "admin"
    TENANT = "tenant"
    """Sees its own meters and bills, nothing else."""
    DESK = "desk"
    """Watches in the command centre and acknowledges."""
    KIOSK = "kiosk"
    """A screen that nobody acts at."""


class Right(StrEnum):
    """One thing a person may do."""

    READ_ENERGY = "read_energy"
    READ_BILLS = "read_bills"
    ACKNOWLEDGE = "acknowledge"
    DECIDE_RUNS = "decide_runs"
    """Decide about the exceptions of a bill run."""
    APPROVE = "approve"
    ISSUE = "issue"
    SELL = "sell"
    """Take money at a cash desk: open and cash up shifts, give receipts, void them."""
    STATE_READINGS = "state_readings"
    """Record, estimate and propose corrections of readings."""
    DECIDE_READINGS = "decide_readings"
    """Approve another person's correction; resolve findings, retry or dismiss parked entries."""
    PIN_NOTES = "pin_notes"
    """Pin a note to a place or a point, edit and withdraw one's own."""
    WORK = "work"
    """Open incidents and work orders and act on them."""
    OWN_DUTY = "own_duty"
    """Ask for leave of one's own, swap one's shifts, write the shift log, take and pass a desk."""
    PLAN_WORK = "plan_work"
    """Publish what work is measured by and done from: service levels, checklists, plans."""
    RELEASE_SWITCHING = "release_switching"
    """Release switching orders that somebody else approved, as the command centre."""
    SERVE = "serve"
    """Open requests of tenants at the service desk and act on them; write what it knows."""
    READ_REQUESTS = "read_requests"
    """Read what tenants want of the service desk, find who calls."""
    CASES = "cases"
    """Open supply cases and act on them."""
    ANSWER = "answer"
    """Answer what tenants ask."""
    READ_OWN = "read_own"
    """Read what belongs to the tenants that the person is bound to, and ask about it."""

    ADMINISTER = "administer"
    """See and end sessions, unlock, bar people and give them roles, read what everybody did."""


EVERYBODY = frozenset({Right.READ_ENERGY, Right.PIN_NOTES, Right.OWN_DUTY})
"""What everybody who works at a site may do."""
RIGHTS: dict[Role, frozenset[Right]] = {
    Role.VIEWER: EVERYBODY,
    Role.TECHNICIAN: EVERYBODY | {Right.ACKNOWLEDGE, Right.STATE_READINGS, Right.WORK, Right.CASES},
    Role.BILLING_CLERK: EVERYBODY
    | {
        Right.READ_BILLS,
        Right.DECIDE_RUNS,
        Right.ISSUE,
        Right.SELL,
        Right.STATE_READINGS,
        Right.ANSWER,
        Right.SERVE,
        Right.READ_REQUESTS,
        Right.CASES,
    },
    Role.BILLING_APPROVER: EVERYBODY
    | {
        Right.READ_BILLS,
        Right.DECIDE_RUNS,
        Right.APPROVE,
        Right.DECIDE_READINGS,
        Right.ANSWER,
        Right.SERVE,
        Right.READ_REQUESTS,
    },
    Role.ENERGY_MANAGER: EVERYBODY
    | frozenset(
        {
            Right.READ_BILLS,
            Right.ACKNOWLEDGE,
            Right.STATE_READINGS,
            Right.DECIDE_READINGS,
            Right.WORK,
            Right.PLAN_WORK,
            Right.RELEASE_SWITCHING,
            Right.SERVE,
            Right.READ_REQUESTS,
            Right.CASES,
        }
    ),
    Role.ADMIN: EVERYBODY
    | {
        Right.READ_BILLS,
        Right.ACKNOWLEDGE,
        Right.ADMINISTER,
        Right.WORK,
        Right.PLAN_WORK,
        Right.RELEASE_SWITCHING,
        Right.SERVE,
        Right.READ_REQUESTS,
        Right.CASES,
    },
    Role.TENANT: frozenset({Right.READ_OWN}),
    Role.DESK: frozenset(
        {
            Right.READ_ENERGY,
            Right.ACKNOWLEDGE,
            Right.OWN_DUTY,
            Right.WORK,
            Right.RELEASE_SWITCHING,
            Right.SERVE,
            Right.READ_REQUESTS,
            Right.CASES,
        }
    ),
    Role.KIOSK: frozenset({Right.READ_ENERGY}),
}
"""Administrators approve and issue nothing: the one who makes people does not make money."""
READING = frozenset(
    {
        Right.READ_ENERGY,
        Right.READ_BILLS,
        Right.READ_OWN,
        Right.READ_REQUESTS,
        Right.ADMINISTER,
    }
)
"""What changes nothing; administrators do not act at desks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whose eyes and hands a query or command is."""

    person: UUID
    name: str
    roles: frozenset[Role]
    sites: frozenset[str]
    """Keys of the sites the person may see."""
    only_view: str = ""
    """Path of the only page that a wall screen shows; "" shows all."""
    screen: str = ""
    """What a bound screen is called: "desk/NAME", "wall/NAME"; "" for any other browser."""
    confirmed: Callable[[], bool] | None = field(default=None, compare=False)
    """At a desk: whether the PIN was typed for one act, which is then used up."""
    tenants: frozenset[str] = frozenset()
    """Tenants whose meters and bills are the person's own: "party/KEY", "account/KEY"."""

    @property
    def staff(self) -> bool:
        """Return whether the person works at the site, and is no tenant alone."""
        return any(role is not Role.TENANT for role in self.roles)

    def may(self, right: Right) -> bool:
        """Return whether any of the roles grants a right."""
        return any(right in RIGHTS[role] for role in self.roles)

    def demand(self, right: Right, site: str) -> None:
        """Refuse when the right or the site is not within the scope.

        Raises:
            NotPermittedError: The person lacks the role or the site, or an act at a desk lacks
                its PIN.
        """
        if site not in self.sites or not self.may(right):
            holding: list[Told | Role] = [role for role in Role if right in RIGHTS[role]]
            wanted = reduce(lambda one, more: tell("why.person.or", one=one, other=more), holding)
            raise NotPermittedError.of("person.role", role=wanted, site=site)
        if right not in READING and self.confirmed is not None and not self.confirmed():
            raise NotPermittedError.of("person.pin")

    def demand_view(self, paths: Collection[str]) -> None:
        """Refuse a wall screen what other pages than its own show.

        Raises:
            NotPermittedError: It is bound to another one.
        """
        if self.only_view and set(paths) != {self.only_view}:
            raise NotPermittedError.of("person.wall")

    def demand_screen(self, screens: Collection[str]) -> None:
        """Refuse a wall screen the sound of others.

        Raises:
            NotPermittedError: It is called otherwise.
        """
        if self.only_view and set(screens) != {self.screen}:
            raise NotPermittedError.of("person.wall")


def roles_of(names: tuple[str, ...] | list[str]) -> frozenset[Role]:
    """Return the known roles among role names; an unknown name grants nothing."""
    known = {str(role): role for role in Role}
    return frozenset(known[name] for name in names if name in known)
