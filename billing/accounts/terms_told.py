"""In: acts on a contract, named by their topics. Out: the terms that they make. Pure.

The same fold serves the aggregate (billing/accounts/contract.py) and whoever reads the table of
its events as known at a position.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from billing.accounts.agreed import AgreedQuantity, with_agreed
from billing.accounts.cycle import DatedCycle, ReadingCycle
from billing.accounts.roles import FixedCharges, PartyRole
from billing.accounts.terms import (
    BasisTerm,
    ContractTerms,
    DatedParty,
    Move,
    MovedPoint,
    SignedContract,
    Suspension,
)
from billing.basis.basis import BillingBasis


def told(terms: ContractTerms, topic: str, facts: Mapping[str, Any]) -> ContractTerms:
    """Return the terms after one more act; an act that says nothing of terms changes nothing.

    Args:
        terms: As they were.
        topic: Of the event, for example "contract.agreed".
        facts: The event's fields; days may be ISO texts.
    """
    fold = _FOLDS.get(topic)
    return terms if fold is None else fold(terms, facts)


def _signed(terms: ContractTerms, facts: Mapping[str, Any]) -> ContractTerms:
    signed = SignedContract(
        number=facts["number"],
        signed_on=_day(facts["signed_on"]),
        valid_from=_day(facts["valid_from"]),
        valid_to=_day_or_none(facts["valid_to"]),
        utilities=tuple(facts["utilities"]),
        document=facts["document"],
    )
    others = tuple(each for each in terms.contracts if each.number != signed.number)
    return replace(terms, contracts=(*others, signed))


def _ended(terms: ContractTerms, facts: Mapping[str, Any]) -> ContractTerms:
    end = _day(facts["valid_to"])
    contracts = tuple(
        replace(each, valid_to=end) if each.number == facts["number"] else each
        for each in terms.contracts
    )
    return replace(terms, contracts=contracts)


def _agreed(terms: ContractTerms, facts: Mapping[str, Any]) -> ContractTerms:
    quantity = AgreedQuantity(
        name=facts["name"],
        unit=facts["unit"],
        value=Decimal(facts["value"]),
        valid_from=_day(facts["valid_from"]),
        valid_to=_day_or_none(facts["valid_to"]),
    )
    point = facts["point"]
    known = terms.agreed.get(point, ())
    return replace(terms, agreed={**terms.agreed, point: with_agreed(known, quantity)})


def _basis(terms: ContractTerms, facts: Mapping[str, Any]) -> ContractTerms:
    term = BasisTerm(
        point=facts["point"],
        basis=BillingBasis(facts["basis"]),
        valid_from=_day(facts["valid_from"]),
        window_h=facts["window_h"],
        tolerance_percent=Decimal(facts["tolerance_percent"]),
        registers=dict(facts["registers"]),
    )
    others = tuple(
        each
        for each in terms.bases
        if (each.point, each.valid_from) != (term.point, term.valid_from)
    )
    return replace(terms, bases=(*others, term))


def _cycle(terms: ContractTerms, facts: Mapping[str, Any]) -> ContractTerms:
    dated = DatedCycle(
        cycle=ReadingCycle(
            months=facts["months"],
            anchor_day=facts["anchor_day"],
            anchor_month=facts["anchor_month"],
        ),
        valid_from=_day(facts["valid_from"]),
    )
    utility = facts["utility"]
    known = terms.cycles.get(utility, ())
    others = tuple(each for each in known if each.valid_from != dated.valid_from)
    return replace(terms, cycles={**terms.cycles, utility: (*others, dated)})


def _suspended(terms: ContractTerms, facts: Mapping[str, Any]) -> ContractTerms:
    suspension = Suspension(
        point=facts["point"],
        valid_from=_day(facts["valid_from"]),
        valid_to=None,
        fixed_charges=FixedCharges(facts["fixed_charges"]),
        reason=facts["reason"],
    )
    return replace(terms, suspensions=(*terms.suspensions, suspension))


def _resumed(terms: ContractTerms, facts: Mapping[str, Any]) -> ContractTerms:
    suspensions = tuple(
        replace(each, valid_to=_day(facts["valid_from"]))
        if each.point == facts["point"] and each.valid_to is None
        else each
        for each in terms.suspensions
    )
    return replace(terms, suspensions=suspensions)


def _party(terms: ContractTerms, facts: Mapping[str, Any]) -> ContractTerms:
    dated = DatedParty(
        role=PartyRole(facts["role"]),
        party=facts["party"],
        valid_from=_day(facts["valid_from"]),
    )
    others = tuple(
        each
        for each in terms.parties
        if (each.role, each.valid_from) != (dated.role, dated.valid_from)
    )
    return replace(terms, parties=(*others, dated))


def _split(terms: ContractTerms, facts: Mapping[str, Any]) -> ContractTerms:
    return replace(terms, splits=terms.splits | {(facts["point"], _day(facts["day"]))})


def _came(terms: ContractTerms, facts: Mapping[str, Any]) -> ContractTerms:
    return replace(terms, moves=(*terms.moves, _move(facts, came=True)))


def _left(terms: ContractTerms, facts: Mapping[str, Any]) -> ContractTerms:
    return replace(terms, moves=(*terms.moves, _move(facts, came=False)))


def _move(facts: Mapping[str, Any], *, came: bool) -> Move:
    return Move(
        came=came,
        day=_day(facts["day"]),
        other=facts["other"],
        points=tuple(MovedPoint(**each) for each in facts["points"]),
        reason=facts["reason"],
        by=str(facts["by"]),
    )


_FOLDS = {
    "contract.signed": _signed,
    "contract.ended": _ended,
    "contract.agreed": _agreed,
    "contract.basis_set": _basis,
    "contract.cycle_set": _cycle,
    "contract.suspended": _suspended,
    "contract.resumed": _resumed,
    "contract.party_named": _party,
    "contract.split_chosen": _split,
    "contract.moved_in": _came,
    "contract.moved_out": _left,
}


def _day(told_as: date | str) -> date:
    return told_as if isinstance(told_as, date) else date.fromisoformat(told_as)


def _day_or_none(told_as: date | str | None) -> date | None:
    return None if told_as is None else _day(told_as)
