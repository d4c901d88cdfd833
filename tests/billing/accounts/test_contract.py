"""What is agreed with an account: refused where it does not fit, the same again is nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from billing.accounts.account import PointDays
from billing.accounts.agreed import AgreedQuantity
from billing.accounts.contract import Contract
from billing.accounts.cycle import DatedCycle, ReadingCycle
from billing.accounts.errors import ContractError
from billing.accounts.roles import FixedCharges, PartyRole
from billing.accounts.terms import (
    BasisTerm,
    DatedParty,
    MovedPoint,
    SignedContract,
    SuppliedPoint,
)
from billing.basis.basis import BillingBasis
from energy.journal.transcoding import event_mapper

BY = UUID(int=1)
JAN, FEB, MAR = date(2024, 1, 1), date(2024, 2, 1), date(2024, 3, 1)
SIGNED = SignedContract(
    number="C-1",
    signed_on=date(2023, 12, 1),
    valid_from=JAN,
    valid_to=None,
    utilities=("water",),
    document="",
)
KVA = AgreedQuantity(
    name="installed_kva", unit="kVA", value=Decimal("630.5"), valid_from=JAN, valid_to=None
)


def contract() -> Contract:
    return Contract(site="s", account="A", command_id=uuid4())


def by() -> dict[str, Any]:
    return {"by": BY, "command_id": uuid4()}


ACTS: list[Callable[[Contract], None]] = [
    lambda c: c.sign(SIGNED, **by()),
    lambda c: c.agree("p", KVA, contract="C-1", **by()),
    lambda c: c.set_basis(
        BasisTerm(
            point="p",
            basis=BillingBasis.METER_TARIFF_REGISTERS,
            valid_from=FEB,
            registers={"t1": "peak"},
        ),
        **by(),
    ),
    lambda c: c.set_cycle(
        "water", DatedCycle(cycle=ReadingCycle(anchor_day=25), valid_from=JAN), **by()
    ),
    lambda c: c.suspend("p", FEB, fixed_charges=FixedCharges.WAIVED, reason="works", **by()),
    lambda c: c.resume("p", MAR, **by()),
    lambda c: c.name_party(DatedParty(role=PartyRole.OWNER, party="o", valid_from=JAN), **by()),
    lambda c: c.split_by_days("p", FEB, reason="agreed", **by()),
    lambda c: c.end("C-1", MAR, reason="over", **by()),
]


def test_the_same_said_twice_is_said_once_and_a_stream_read_again_says_the_same() -> None:
    told = contract()
    for act in ACTS:
        act(told)
        before = len(told.pending_events)
        act(told)
        assert len(told.pending_events) == before
    terms = told.terms
    mapper = event_mapper()
    copy: Any = None
    for event in told.collect_events():
        stored: Any = mapper.to_domain_event(mapper.to_stored_event(event))
        copy = stored.mutate(copy)
    assert copy.terms == terms
    assert terms.contracts == (replace(SIGNED, valid_to=MAR),)
    assert terms.agreed == {"p": (KVA,)}
    assert terms.basis_on("p", JAN) is None
    basis = terms.basis_on("p", FEB)
    assert basis is not None and basis.registers == {"t1": "peak"}
    assert terms.cuts("p") == {FEB}
    assert [
        (e.valid_from, e.valid_to) for e in terms.suspended_within("p", JAN, date(2024, 2, 9))
    ] == [(FEB, date(2024, 2, 9))]
    assert terms.party_on(PartyRole.OWNER, JAN) == "o"
    assert terms.party_on(PartyRole.PAYER, JAN) is None
    assert terms.splits == {("p", FEB)}


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda c: c.sign(replace(SIGNED, utilities=()), **by()), "Another contract"),
        (lambda c: c.sign(replace(SIGNED, number="C-2", valid_to=JAN), **by()), "no day"),
        (lambda c: c.end("C-9", FEB, reason="r", **by()), "no contract C-9"),
        (lambda c: c.end("C-1", JAN, reason="r", **by()), "no day"),
        (lambda c: c.agree("p", replace(KVA, name="kva"), **by()), "none of the quantities"),
        (lambda c: c.agree("p", replace(KVA, value=Decimal(-1)), **by()), "from zero on"),
        (lambda c: c.agree("p", replace(KVA, value=Decimal("NaN")), **by()), "from zero on"),
        (lambda c: c.agree("p", replace(KVA, unit="kW"), **by()), "in kVA"),
        (lambda c: c.agree("p", replace(KVA, name="quota", unit=""), **by()), "kWh, m3"),
        (lambda c: c.agree("p", replace(KVA, valid_to=JAN), **by()), "no day"),
        (lambda c: c.agree("p", KVA, contract="C-7", **by()), "no contract C-7"),
        (lambda c: c.resume("q", MAR, **by()), "not suspended"),
        (
            lambda c: c.suspend(
                "p", date(2024, 2, 20), fixed_charges=FixedCharges.DUE, reason="r", **by()
            ),
            "is suspended from 2024-02-01",
        ),
        (
            lambda c: c.set_basis(
                BasisTerm(point="p", basis=BillingBasis.REGISTER, valid_from=JAN, window_h=-1),
                **by(),
            ),
            "from zero on",
        ),
    ],
)
def test_what_does_not_fit_is_refused_with_its_cause(
    act: Callable[[Contract], None], words: str
) -> None:
    told = contract()
    ACTS[0](told)
    ACTS[4](told)
    before = len(told.pending_events)
    with pytest.raises(ContractError, match=words):
        act(told)
    assert len(told.pending_events) == before


def test_a_final_bill_is_due_until_every_day_before_the_move_is_billed() -> None:
    told = contract()
    point = MovedPoint(point="p", channel=1, at="", count=5, shown="5 kWh", how="read")
    told.move(came=False, day=FEB, other="B", points=[point], reason="left", **by())
    supply = SuppliedPoint(point="p", utility="water", tariff="t", valid_from=JAN, valid_to=FEB)
    terms = replace(told.terms, supplies=(supply,))
    assert [move.day for move in terms.final_bills] == [FEB]
    part = PointDays(point="p", first_day=JAN, last_day=date(2024, 1, 20))
    assert replace(terms, billed=(part,)).final_bills
    rest = PointDays(point="p", first_day=date(2024, 1, 21), last_day=date(2024, 1, 31))
    assert replace(terms, billed=(part, rest)).final_bills == ()
