"""In: who moves in or out, when, by which readings. Out: readings, holders, payers. I/O.

First the readings go to the metering journal, then points change hands in the books in one
transaction, then whoever holds shares of common meters follows. Each step finds its own result
when the command is repeated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from billing.accounts.desk import AccountDesk
from billing.accounts.errors import MoveError
from billing.accounts.handover import HandOver, MoveAct
from billing.accounts.roles import PartyRole
from billing.accounts.terms import ContractTerms, MovedPoint
from billing.views.account_terms import read_contracts
from energy.base.ids import id_of
from energy.base.period import midnight
from energy.journal.application import JournalApplication
from energy.metering.shares.bearer import BearerBook, BearerKind, Hold, book_id
from energy.store.sites import Site
from energy.system import System
from processes.accounts.move_reading import Said, move_reading
from processes.settling import settle

NOBODY = ""
"""Stands for no account where points are left without payer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who moves."""

    account: str
    """Who comes, or leaves."""
    came: bool
    day: date
    """First local day of the new payer."""
    points: tuple[str, ...] = ()
    """Empty: all that who leaves pays for."""
    other: str | None = None
    """Who comes instead of who leaves: its owner's account when None, `NOBODY` for nobody."""
    tariff: str | None = None
    """Of the new payer; the one before when None."""
    said: Mapping[str, Said] = field(default_factory=dict)
    """By point; of others the reading that stands there."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What came of it."""

    day: date
    hand_overs: tuple[HandOver, ...]
    holds: tuple[tuple[str, str], ...] = ()
    """Points that change their holder, with the new one; "-" for none."""
    again: bool = False
    """Whether the command was stored before."""


class MovingDesk:
    """Lets tenants move in and out of one site."""

    def __init__(self, system: System, site: Site, desk: AccountDesk) -> None:
        """Open the desk.

        Args:
            system: Parts of a process, in the writer's role.
            site: The site.
            desk: Commands on its accounts.
        """
        self._system = system
        self._site = site
        self._desk = desk
        self._metering = JournalApplication(system.database, site.schema, "metering", system.clock)

    def move(self, asked: Asked, *, by: UUID) -> Moved:
        """Let an account's points change hands on a day; the same again changes nothing.

        Raises:
            UnknownBillingObjectError: There is no such account.
            MoveError: A point cannot change hands so, its reading is missing, or nobody is named
                who pays while it is vacant.
            StatementError: A register cannot show the value said.
            WrongStateError: An account was not open, or pays for the point already.
            AlreadyBilledError: Days from then on are on an issued invoice.
            ConflictError: Somebody else moved one of them at the same time.
        """
        settle(self._system.database, self._site, self._system.clock, "metering", "books")
        self._desk.books.account(asked.account)
        with self._system.database.connection() as connection:
            every = read_contracts(connection, self._site.schema)
        command = self._new_command(asked, every)
        if self._desk.moved([asked.account], command):
            told = _told(asked, every[asked.account])
            holds = self._hold(told, asked, by, command)
            return Moved(day=asked.day, hand_overs=told, holds=holds, again=True)
        pairs = self._pairs(asked, every)
        overs = tuple(
            HandOver(
                point=point,
                old=old,
                new=new,
                tariff=asked.tariff,
                reading=self._reading(point, asked, by),
            )
            for point, old, new in pairs
        )
        act = MoveAct(day=asked.day, hand_overs=overs, reason=asked.reason)
        self._desk.move(act, by=by, command_id=command)
        holds = self._hold(overs, asked, by, command)
        settle(self._system.database, self._site, self._system.clock, "metering", "books")
        return Moved(day=asked.day, hand_overs=overs, holds=holds)

    def _reading(self, point: str, asked: Asked, by: UUID) -> MovedPoint:
        at = midnight(asked.day, self._site.zone)
        said = asked.said.get(point, Said())
        return move_reading(self._system, self._site, point, at, said, by=by)

    def _pairs(
        self, asked: Asked, every: Mapping[str, ContractTerms]
    ) -> list[tuple[str, str | None, str | None]]:
        """Return each point with who pays before and from the day on."""
        if asked.came:
            if not asked.points:
                raise MoveError.of("account.nothing_moves")
            return [
                (point, payer_on(every, point, asked.day), asked.account) for point in asked.points
            ]
        mine = points_of(every[asked.account], asked.day)
        points = asked.points or mine
        if not points:
            raise MoveError.of("account.nothing_moves")
        unknown = [point for point in points if point not in mine]
        if unknown:
            told = {"account": asked.account, "point": unknown[0], "day": asked.day}
            raise MoveError.of("account.not_paid", **told)
        other = asked.other
        if other is None:
            other = owner_account(every, asked.account, asked.day)
        return [(point, asked.account, other or None) for point in points]

    def _new_command(self, asked: Asked, every: Mapping[str, ContractTerms]) -> UUID:
        """Return the id of a move: of one stored before only where its effect still stands."""
        mine = points_of(every[asked.account], asked.day)
        held = [point in mine for point in asked.points or mine]
        stands = all(held) if asked.came else not any(held)
        number = 0
        while self._desk.moved([asked.account], _command(self._site, asked, number)) and not stands:
            number += 1
        return _command(self._site, asked, number)

    def _hold(
        self, overs: Sequence[HandOver], asked: Asked, by: UUID, command: UUID
    ) -> tuple[tuple[str, str], ...]:
        """Let the tenants of shares follow: old holders release, the new account's tenant holds."""
        book: BearerBook | None = self._metering.find(book_id(self._site.key, BearerKind.TENANT))
        if book is None:
            return ()
        command = id_of("move holds", str(command))
        if book.seen(command):
            return ()
        tenants = {each.account: key for key, each in book.bearers.items() if each.account}
        changed = []
        for over in overs:
            old = tenants.get(over.old or "")
            new = tenants.get(over.new or "")
            held = [
                each
                for each in book.holds
                if each.point == over.point
                and each.bearer == old
                and each.valid_from < asked.day
                and (each.valid_to is None or asked.day < each.valid_to)
            ]
            for each in held:
                book.release(
                    each.bearer,
                    over.point,
                    valid_to=asked.day,
                    reason=asked.reason,
                    by=by,
                    command_id=command,
                )
            hold = Hold(bearer=new or "", point=over.point, valid_from=asked.day, valid_to=None)
            if new is not None and book.taken(hold) is None:
                book.hold(hold, by=by, command_id=command)
            if held or new is not None:
                changed.append((over.point, new or "-"))
        self._metering.store(book)
        return tuple(changed)


def points_of(terms: ContractTerms, day: date) -> tuple[str, ...]:
    """Return the points that an account pays for on a day or later, in order."""
    held = {each.point for each in terms.supplies if each.valid_to is None or day < each.valid_to}
    return tuple(sorted(held))


def payer_on(every: Mapping[str, ContractTerms], point: str, day: date) -> str | None:
    """Return who pays for a point on a day."""
    return next(
        (
            account
            for account, terms in every.items()
            for each in terms.supplies
            if each.point == point
            and each.valid_from <= day
            and (each.valid_to is None or day < each.valid_to)
        ),
        None,
    )


def owner_account(every: Mapping[str, ContractTerms], account: str, day: date) -> str:
    """Return the account of the owner of what an account pays for.

    The owner is the party that the account's contract names so; its account is the one of which
    it is tenant.

    Args:
        every: What is agreed with every account.
        account: The account that leaves.
        day: The local day.

    Raises:
        MoveError: No owner is named, or not exactly one account is the owner's own.
    """
    owner = every[account].party_on(PartyRole.OWNER, day)
    if owner is None:
        raise MoveError.of("account.no_owner", account=account)
    theirs = [
        key
        for key, terms in every.items()
        if key != account and terms.party_on(PartyRole.TENANT, day) == owner
    ]
    if len(theirs) != 1:
        known = ", ".join(theirs) or "-"
        raise MoveError.of("account.owner_accounts", owner=owner, known=known)
    return theirs[0]


def _told(asked: Asked, terms: ContractTerms) -> tuple[HandOver, ...]:
    """Return what a command that was stored before let change hands."""
    moves = [e for e in terms.moves if (e.day, e.came) == (asked.day, asked.came)]
    return tuple(
        HandOver(
            point=point.point,
            old=move.other if move.came else asked.account,
            new=asked.account if move.came else move.other,
            tariff=asked.tariff,
            reading=point,
        )
        for move in moves[-1:]
        for point in move.points
    )


def _command(site: Site, asked: Asked, number: int) -> UUID:
    """Return the id of a move: made of what was said, not of what it found."""
    words = (asked.account, str(asked.came), str(asked.day), ",".join(sorted(asked.points)))
    more = (str(asked.other), str(asked.tariff), str(number))
    return id_of("move", site.key, *words, *more)
