"""In: what was agreed with an account. Out: what holds on a day. Pure.

How these values come of the acts of people stands in terms_told.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from billing.accounts.account import PointDays
from billing.accounts.agreed import AgreedQuantity, agreed_within
from billing.accounts.cycle import DatedCycle
from billing.accounts.roles import FixedCharges, PartyRole
from billing.basis.basis import BillingBasis


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedContract:
    """A contract that was signed."""

    number: str
    signed_on: date
    valid_from: date
    valid_to: date | None
    """First local day on which it no longer holds; None while open."""
    utilities: tuple[str, ...]
    """Empty: all of them."""
    document: str
    """SHA-256 of the signed sheet; empty where none is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BasisTerm:
    """What of a point is billed from a local day on."""

    point: str
    basis: BillingBasis
    valid_from: date
    window_h: int = 72
    """How far from the billing day's midnight a reading may stand and count for it. [h]"""
    tolerance_percent: Decimal = Decimal("0.5")
    """Difference from the other basis up to which nothing is told. [%]"""
    registers: Mapping[str, str] = field(default_factory=dict)
    """Band of the meter's registers ("peak", "t1") -> period of the tariff; empty: same names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspension:
    """Local days on which a supply is suspended."""

    point: str
    valid_from: date
    valid_to: date | None
    fixed_charges: FixedCharges
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedParty:
    """A party that has a role from a local day on."""

    role: PartyRole
    party: str
    valid_from: date


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedPoint:
    """A point that changed hands, with the reading that stands for the day."""

    point: str
    channel: int | None
    at: str
    """Instant of the reading, ISO; empty where the point has no register."""
    count: int | None
    shown: str
    """What the display showed, with its unit."""
    how: str
    """read, entered, estimated, computed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """That points came to an account, or left it."""

    came: bool
    """Whether the account is the new one."""
    day: date
    """First local day of the new one."""
    other: str | None
    """The other account; None where nobody paid before, or does afterwards."""
    points: tuple[MovedPoint, ...]
    reason: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppliedPoint:
    """Local days of a point that the account pays for."""

    point: str
    utility: str
    tariff: str
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractTerms:
    """What is agreed with an account, and what it is supplied with."""

    account: str
    contracts: tuple[SignedContract, ...] = ()
    agreed: Mapping[str, tuple[AgreedQuantity, ...]] = field(default_factory=dict)
    """By point."""
    bases: tuple[BasisTerm, ...] = ()
    cycles: Mapping[str, tuple[DatedCycle, ...]] = field(default_factory=dict)
    """By utility; "" for all that have none of their own."""
    suspensions: tuple[Suspension, ...] = ()
    parties: tuple[DatedParty, ...] = ()
    splits: frozenset[tuple[str, date]] = frozenset()
    """Points and days at which a register's difference is divided by days."""
    moves: tuple[Move, ...] = ()
    supplies: tuple[SuppliedPoint, ...] = ()
    """Of the account; filled by whoever reads the tables."""
    billed: tuple[PointDays, ...] = ()
    """On issued invoices; filled as the supplies."""

    def cycles_of(self, utility: str) -> Sequence[DatedCycle]:
        """Return the cycles for a utility by day: its own, else those for all."""
        own = self.cycles.get(utility) or self.cycles.get("", ())
        return sorted(own, key=lambda each: each.valid_from)

    def basis_on(self, point: str, day: date) -> BasisTerm | None:
        """Return what is billed of a point on a day; None for its intervals."""
        held = [each for each in self.bases if each.point == point and each.valid_from <= day]
        return max(held, key=lambda each: each.valid_from) if held else None

    def agreed_within(self, point: str, first_day: date, after: date) -> tuple[AgreedQuantity, ...]:
        """Return what is agreed of a point on some days, cut to them."""
        return agreed_within(self.agreed.get(point, ()), first_day, after)

    def suspended_within(self, point: str, first_day: date, after: date) -> tuple[Suspension, ...]:
        """Return the suspensions of a point on some days, cut to them."""
        return tuple(
            replace(
                each,
                valid_from=max(each.valid_from, first_day),
                valid_to=after if each.valid_to is None else min(each.valid_to, after),
            )
            for each in self.suspensions
            if each.point == point
            and each.valid_from < after
            and (each.valid_to is None or first_day < each.valid_to)
        )

    def party_on(self, role: PartyRole, day: date) -> str | None:
        """Return the key of the party that has a role on a day."""
        held = [each for each in self.parties if each.role is role and each.valid_from <= day]
        return max(held, key=lambda each: each.valid_from).party if held else None

    def cuts(self, point: str) -> set[date]:
        """Return the days from which another basis of a point is billed."""
        return {each.valid_from for each in self.bases if each.point == point}

    @property
    def final_bills(self) -> tuple[Move, ...]:
        """Return the moves out whose days are not all on issued invoices."""
        return tuple(
            move
            for move in self.moves
            if not move.came and any(self._owed(each.point, move.day) for each in move.points)
        )

    def _owed(self, point: str, day: date) -> bool:
        """Return whether a day of a point before the move is on no issued invoice."""
        for supply in self.supplies:
            if supply.point != point or supply.valid_to is None or supply.valid_to > day:
                continue
            days = (supply.valid_to - supply.valid_from).days
            billed = sum(
                max((min(each.last_day, _before(supply.valid_to)) - first).days + 1, 0)
                for each in self.billed
                if each.point == point
                for first in [max(each.first_day, supply.valid_from)]
            )
            if billed < days:
                return True
        return False


def _before(day: date) -> date:
    return date.fromordinal(day.toordinal() - 1)
