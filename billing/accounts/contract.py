"""In: commands on what is agreed with an account. Out: events; what holds from when. Pure.

One stream an account: the contracts signed, and every dated term with the day from which it
holds. What it holds on a day is told by the terms (billing/accounts/terms.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from billing.accounts.agreed import NAMES, UNITS, AgreedQuantity
from billing.accounts.cycle import DatedCycle
from billing.accounts.errors import ContractError
from billing.accounts.roles import FixedCharges
from billing.accounts.terms import (
    BasisTerm,
    ContractTerms,
    DatedParty,
    MovedPoint,
    SignedContract,
    Suspension,
)
from billing.accounts.terms_told import told
from billing.money import plain
from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of


def contract_id(site: str, account: str) -> UUID:
    """Return the id of what is agreed with an account."""
    return id_of("contract", site, account)


_EVERY = {"originator_id", "originator_version", "timestamp", "command_id"}
"""Fields that every event has."""


class Term(JournalAggregate.Event):
    """Base of the events that say what is agreed."""

    TOPIC = "contract.term"

    def apply(self, aggregate: Any) -> None:
        """Let the terms follow."""
        aggregate.terms = told(aggregate.terms, self.TOPIC, facts_of(self))


def facts_of(event: Any) -> dict[str, Any]:
    """Return what an event says, without what every event has."""
    named = (each.name for each in fields(event))
    return {name: getattr(event, name) for name in named if name not in _EVERY}


class Contract(JournalAggregate):
    """What the utility and an account have agreed upon."""

    TOPIC = "contract"

    class Created(JournalAggregate.Created):
        """The first term is about to be told."""

        TOPIC = "contract.opened"
        site: str
        account: str

    class Signed(Term):
        """A contract was signed."""

        TOPIC = "contract.signed"
        account: str
        number: str
        signed_on: date
        valid_from: date
        valid_to: date | None
        utilities: list[str]
        document: str
        by: UUID | None

    class Ended(Term):
        """A contract ends on a day."""

        TOPIC = "contract.ended"
        account: str
        number: str
        valid_to: date
        reason: str
        by: UUID | None

    class Agreed(Term):
        """A quantity holds for a point from a day on."""

        TOPIC = "contract.agreed"
        account: str
        point: str
        name: str
        unit: str
        value: str
        valid_from: date
        valid_to: date | None
        contract: str
        """Number of the contract signed; empty where none is named."""
        by: UUID | None

    class BasisSet(Term):
        """Another basis of a point is billed from a day on."""

        TOPIC = "contract.basis_set"
        account: str
        point: str
        basis: str
        valid_from: date
        window_h: int
        tolerance_percent: str
        registers: dict[str, str]
        by: UUID | None

    class CycleSet(Term):
        """The account is read and billed in another cycle from a day on."""

        TOPIC = "contract.cycle_set"
        account: str
        utility: str
        months: int
        anchor_day: int
        anchor_month: int
        valid_from: date
        by: UUID | None

    class Suspended(Term):
        """A supply is suspended from a day on."""

        TOPIC = "contract.suspended"
        account: str
        point: str
        valid_from: date
        fixed_charges: str
        reason: str
        by: UUID | None

    class Resumed(Term):
        """A supply goes on from a day on."""

        TOPIC = "contract.resumed"
        account: str
        point: str
        valid_from: date
        by: UUID | None

    class PartyNamed(Term):
        """A party is tenant, owner or payer from a day on."""

        TOPIC = "contract.party_named"
        account: str
        role: str
        party: str
        valid_from: date
        by: UUID | None

    class SplitChosen(Term):
        """What a register counted around a day without reading is divided by days."""

        TOPIC = "contract.split_chosen"
        account: str
        point: str
        day: date
        reason: str
        by: UUID | None

    class MovedIn(Term):
        """Points came to the account, with the readings that stand for the day."""

        TOPIC = "contract.moved_in"
        account: str
        day: date
        other: str | None
        points: list[dict[str, Any]]
        reason: str
        by: UUID | None

    class MovedOut(Term):
        """Points left the account: its final bill is due."""

        TOPIC = "contract.moved_out"
        account: str
        day: date
        other: str | None
        points: list[dict[str, Any]]
        reason: str
        by: UUID | None

    @staticmethod
    def create_id(*, site: str, account: str, **_: object) -> UUID:
        """Return the id from site and account key."""
        return contract_id(site, account)

    @event(Created)
    def __init__(self, *, site: str, account: str, command_id: UUID) -> None:
        """Begin with nothing agreed."""
        self.account = account
        self.terms = ContractTerms(account=account)

    def sign(self, signed: SignedContract, *, by: UUID | None, command_id: UUID) -> None:
        """Note a contract that was signed; the same one again changes nothing.

        Raises:
            ContractError: Its number is taken by another, or it ends before it begins.
        """
        known = self._contract(signed.number)
        if known == signed:
            return
        if known is not None:
            raise ContractError.of("account.number_taken", number=signed.number)
        if signed.valid_to is not None and signed.valid_to <= signed.valid_from:
            raise ContractError.of("account.no_days", day=signed.valid_from)
        self._tell(Contract.Signed, by, command_id, **asdict(signed) | {
            "utilities": list(signed.utilities)
        })  # fmt: skip

    def end(
        self, number: str, day: date, *, reason: str, by: UUID | None, command_id: UUID
    ) -> None:
        """Let a contract hold no longer from a day on; the same again changes nothing.

        Raises:
            ContractError: There is none of that number, or it does not begin before that day.
        """
        known = self._named(number)
        if known.valid_to == day:
            return
        if day <= known.valid_from:
            raise ContractError.of("account.no_days", day=known.valid_from)
        self._tell(Contract.Ended, by, command_id, number=number, valid_to=day, reason=reason)

    def agree(
        self,
        point: str,
        quantity: AgreedQuantity,
        *,
        contract: str = "",
        by: UUID | None,
        command_id: UUID,
    ) -> None:
        """Let a quantity hold for a point; on its days it takes the place of an earlier one.

        Raises:
            ContractError: The name is unknown, the value below zero, the days run backwards, or
                there is no contract of that number.
        """
        if quantity.name not in NAMES:
            raise ContractError.of(
                "account.no_quantity", name=quantity.name, known=", ".join(NAMES)
            )
        if not quantity.value.is_finite() or quantity.value < 0:
            raise ContractError.of("account.below_zero", name=quantity.name, value=quantity.value)
        unit = UNITS[quantity.name]
        if (unit and quantity.unit != unit) or not quantity.unit:
            raise ContractError.of(
                "account.other_unit",
                name=quantity.name,
                unit=quantity.unit,
                needed=unit or "kWh, m3",
            )
        if quantity.valid_to is not None and quantity.valid_to <= quantity.valid_from:
            raise ContractError.of("account.no_days", day=quantity.valid_from)
        if contract:
            self._named(contract)
        if quantity in self.terms.agreed.get(point, ()):
            return
        facts = {**asdict(quantity), "value": plain(quantity.value)}
        self._tell(Contract.Agreed, by, command_id, point=point, contract=contract, **facts)

    def set_basis(self, term: BasisTerm, *, by: UUID | None, command_id: UUID) -> None:
        """Bill another basis of a point from a day on; the same one again changes nothing.

        Raises:
            ContractError: Window or tolerance are below zero.
        """
        if term.window_h < 0 or term.tolerance_percent < Decimal(0):
            raise ContractError.of("account.below_zero", name="window", value=term.window_h)
        if term in self.terms.bases:
            return
        facts = {
            **asdict(term),
            "basis": term.basis.value,
            "tolerance_percent": plain(term.tolerance_percent),
            "registers": dict(term.registers),
        }
        self._tell(Contract.BasisSet, by, command_id, **facts)

    def set_cycle(
        self, utility: str, dated: DatedCycle, *, by: UUID | None, command_id: UUID
    ) -> None:
        """Read and bill a utility ("" for all) in another cycle from a day on."""
        if dated in self.terms.cycles.get(utility, ()):
            return
        facts = {**asdict(dated.cycle), "valid_from": dated.valid_from}
        self._tell(Contract.CycleSet, by, command_id, utility=utility, **facts)

    def suspend(
        self,
        point: str,
        day: date,
        *,
        fixed_charges: FixedCharges,
        reason: str,
        by: UUID | None,
        command_id: UUID,
    ) -> None:
        """Suspend the supply of a point from a day on; the same again changes nothing.

        Raises:
            ContractError: It is suspended already, or was until a later day.
        """
        for known in self._suspensions(point):
            if (known.valid_from, known.fixed_charges) == (day, fixed_charges):
                return
            if known.valid_to is None or day < known.valid_to:
                raise ContractError.of("account.suspended", point=point, day=known.valid_from)
        facts = {"point": point, "valid_from": day, "fixed_charges": fixed_charges.value}
        self._tell(Contract.Suspended, by, command_id, reason=reason, **facts)

    def resume(self, point: str, day: date, *, by: UUID | None, command_id: UUID) -> None:
        """Let a supply go on from a day on; the same again changes nothing.

        Raises:
            ContractError: It is not suspended before that day.
        """
        if any(each.valid_to == day for each in self._suspensions(point)):
            return
        open_ones = [each for each in self._suspensions(point) if each.valid_to is None]
        if not open_ones or day <= open_ones[0].valid_from:
            raise ContractError.of("account.not_suspended", point=point, day=day)
        self._tell(Contract.Resumed, by, command_id, point=point, valid_from=day)

    def name_party(self, dated: DatedParty, *, by: UUID | None, command_id: UUID) -> None:
        """Let a party be tenant, owner or payer from a day on; the same again changes nothing."""
        if dated not in self.terms.parties:
            self._tell(Contract.PartyNamed, by, command_id, **{
                **asdict(dated), "role": dated.role.value
            })  # fmt: skip

    def split_by_days(
        self, point: str, day: date, *, reason: str, by: UUID | None, command_id: UUID
    ) -> None:
        """Divide by days what a register counted around a day without reading."""
        if (point, day) not in self.terms.splits:
            self._tell(Contract.SplitChosen, by, command_id, point=point, day=day, reason=reason)

    def move(
        self,
        *,
        came: bool,
        day: date,
        other: str | None,
        points: Sequence[MovedPoint],
        reason: str,
        by: UUID | None,
        command_id: UUID,
    ) -> None:
        """Note that points came to the account or left it, with their readings."""
        kind = Contract.MovedIn if came else Contract.MovedOut
        told_points = [asdict(each) for each in points]
        self._tell(kind, by, command_id, day=day, other=other, points=told_points, reason=reason)

    def _tell(self, kind: type[Any], by: UUID | None, command_id: UUID, **facts: Any) -> None:
        self.trigger_event(kind, account=self.account, by=by, command_id=command_id, **facts)

    def _contract(self, number: str) -> SignedContract | None:
        return next((each for each in self.terms.contracts if each.number == number), None)

    def _named(self, number: str) -> SignedContract:
        known = self._contract(number)
        if known is None:
            raise ContractError.of("account.no_contract", number=number, account=self.account)
        return known

    def _suspensions(self, point: str) -> list[Suspension]:
        return [each for each in self.terms.suspensions if each.point == point]


def opened(site: str, account: str, known: Contract | None, command_id: UUID) -> Contract:
    """Return what is agreed with an account: what is known, else with nothing agreed yet."""
    return known or Contract(site=site, account=account, command_id=command_id)
