"""A supply case in hand: its turn, its offers, its owner, every refusal."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from energy.base.ids import id_of
from energy.service.cases.errors import CaseError
from energy.service.cases.kinds import STEPS, CaseKind, CaseState, CaseStep
from energy.service.work.kinds import WaitsFor
from tests.energy.service.cases.office import ANNA, BEN, application, offer, opened
from tests.fixtures.postgres import NOON

DAYS = timedelta(days=1)


@pytest.mark.parametrize(
    ("kind", "changed", "why"),
    [
        (CaseKind.NEW_SUPPLY, {"applicant": "Mill Ltd"}, "party/KEY or account/KEY"),
        (CaseKind.NEW_SUPPLY, {"utility": "air"}, "none of electricity"),
        (CaseKind.NEW_SUPPLY, {"asked_at": NOON + DAYS}, "in the future"),
        (CaseKind.NEW_SUPPLY, {"node": ""}, "names a place or a node"),
        (CaseKind.NEW_SUPPLY, {"account": "A-1"}, "no account"),
        (CaseKind.NEW_SUPPLY, {"node": "water/w1"}, "not one of electricity"),
        (CaseKind.NEW_SUPPLY, {"capacity_w": -1}, "asked capacity"),
        (CaseKind.CAPACITY_CHANGE, {"capacity_w": 0}, "asked capacity"),
        (CaseKind.TRANSFER, {"point": ""}, "metering point and the account"),
        (CaseKind.CLOSURE, {"account": ""}, "metering point and the account"),
    ],
)
def test_what_is_asked_wrongly_is_refused(
    kind: CaseKind, changed: dict[str, Any], why: str
) -> None:
    with pytest.raises(CaseError, match=why):
        application(kind, **changed).checked(NOON)


@pytest.mark.parametrize("kind", CaseKind)
def test_a_case_goes_through_its_steps_in_order_to_its_end(kind: CaseKind) -> None:
    hand = opened(kind)
    for number, step in enumerate(STEPS[kind]):
        assert hand.case.step is step
        for other in set(STEPS[kind]) - {step}:
            with pytest.raises(CaseError, match=rf"\({step}\)"):
                hand.end(other)
        if step is CaseStep.QUOTATION:
            hand("quote", offer(), now=NOON)
            hand("accept", now=NOON)
        else:
            hand.end(step, point=f"p{number}")
    assert hand.case.state is CaseState.DONE
    for verb, said in (("resume", ()), ("refuse", ("x",)), ("withdraw", ("x",))):
        with pytest.raises(CaseError, match="over"):
            hand(verb, *said)


def test_while_it_waits_no_step_ends() -> None:
    hand = opened()
    hand("wait", WaitsFor.CUSTOMER, " the  form ")
    for verb, said in (("wait", (WaitsFor.PART, "x")), ("end_step", (hand.case.step, "", {}))):
        with pytest.raises(CaseError, match="waits"):
            hand(verb, *said)
    hand("resume")
    with pytest.raises(CaseError, match="does not wait"):
        hand("resume")
    hand.end("application")
    with pytest.raises(CaseError, match="in words"):
        hand("wait", WaitsFor.CUSTOMER, " ")


def test_an_offer_is_taken_until_its_last_day_is_over() -> None:
    hand = opened().end("application", "survey")
    with pytest.raises(CaseError, match="no offer"):
        hand("accept", now=NOON)
    first = offer()
    hand("quote", first, now=NOON)
    hand("quote", first, now=NOON)
    assert hand.case.quotations == 1, "the same one again is one"
    with pytest.raises(CaseError, match="lapsed"):
        hand("accept", now=first.lapses_at)
    with pytest.raises(CaseError, match="is over"):
        hand("quote", first, now=first.lapses_at)
    other = offer(date(2019, 2, 1))
    hand("quote", other, now=first.lapses_at)
    hand("accept", now=other.lapses_at - timedelta(microseconds=1))
    assert hand.case.results["quotation"] == "2"
    assert hand.case.step is CaseStep.CONTRACT


def test_an_offer_waits_for_nobody_else() -> None:
    hand = opened().end("application", "survey")
    hand("wait", WaitsFor.PERMIT, "of the airport")
    with pytest.raises(CaseError, match="waits"):
        hand("quote", offer(), now=NOON)
    hand("resume")
    hand("quote", offer(), now=NOON)
    hand("resume")  # the applicant says that something else is wanted
    with pytest.raises(CaseError, match="no offer"):
        hand("accept", now=NOON)


def test_there_is_never_no_owner() -> None:
    hand = opened()
    with pytest.raises(CaseError, match="not offered"):
        hand("take", by=BEN)
    with pytest.raises(CaseError, match="already"):
        hand("hand_over", to=ANNA)
    hand("hand_over", to=BEN)
    hand("hand_over", to=BEN)
    assert hand.case.version == 2, "offered once"
    assert hand.case.owner == ANNA
    hand("take", by=BEN)
    assert (hand.case.owner, hand.case.offered) == (BEN, None)


@pytest.mark.parametrize("verb", ["refuse", "withdraw"])
def test_a_decision_has_a_reason_and_ends_it(verb: str) -> None:
    hand = opened()
    hand("wait", WaitsFor.CUSTOMER, "form")
    with pytest.raises(CaseError, match="in words"):
        hand(verb, "")
    hand(verb, "no room")
    assert hand.case.state in {CaseState.REFUSED, CaseState.WITHDRAWN}


def test_a_word_said_again_is_one() -> None:
    hand = opened()
    for verb, said in (
        ("end_step", (CaseStep.APPLICATION, "", {})),
        ("wait", (WaitsFor.CUSTOMER, "form")),
        ("resume", ()),
    ):
        same = id_of("same", verb)
        getattr(hand.case, verb)(*said, by=ANNA, command_id=same)
        known = hand.case.version
        getattr(hand.case, verb)(*said, by=ANNA, command_id=same)
        assert hand.case.version == known
    assert hand.case.step is CaseStep.SURVEY
