"""Proposals about one invoice: proposed once, decided once, borne once."""

from __future__ import annotations

from uuid import UUID

import pytest

from billing.corrections.correction import Corrections
from billing.corrections.errors import DecidedCorrectionError, OwnCorrectionError
from billing.corrections.proposal import ProposalState
from billing.invoices.issuer import CorrectionMode

CLERK, APPROVER, COMMAND, INVOICE = (UUID(int=n) for n in (1, 2, 3, 7))
NEXT = CorrectionMode.ADJUST_NEXT


def corrections() -> Corrections:
    return Corrections(
        site="cambridge", invoice=INVOICE, number="CAM-1", account="A", command_id=COMMAND
    )


def propose(of: Corrections, document: str, by: UUID | None = None) -> int | None:
    return of.propose(
        document=document,
        causes=[],
        metering_position=1,
        books_position=1,
        total="1.00",
        by=by,
        command_id=COMMAND,
    )


def accept(of: Corrections, number: int, by: UUID = APPROVER) -> None:
    of.accept(number, by=by, why="", mode=NEXT, command_id=COMMAND)


def states(of: Corrections) -> list[str]:
    return [each.state.value for each in of.proposals]


def test_a_newer_proposal_stands_in_the_place_of_one_that_waits() -> None:
    found = corrections()
    assert (propose(found, "x"), propose(found, "y")) == (1, 2)
    assert states(found) == ["superseded", "proposed"]
    assert propose(found, "y") is None
    assert propose(found, "x") == 3


def test_a_rejected_one_comes_again_only_behind_an_accepted_one() -> None:
    found = corrections()
    propose(found, "x")
    found.reject(1, by=APPROVER, why="no", command_id=COMMAND)
    assert propose(found, "x") is None
    propose(found, "y")
    accept(found, 2)
    assert propose(found, "x") == 3


def test_each_difference_is_against_the_last_one_accepted() -> None:
    found = corrections()
    propose(found, "x")
    accept(found, 1)
    propose(found, "y")
    found.reject(2, by=APPROVER, why="no", command_id=COMMAND)
    propose(found, "z")
    accept(found, 3)
    assert [found.base_of(n, "own") for n in (1, 2, 3)] == ["own", "x", "x"]
    assert found.billed == "z"


def test_a_document_bears_it_once() -> None:
    found = corrections()
    propose(found, "x")
    with pytest.raises(DecidedCorrectionError, match="CAM-1/1 is proposed"):
        found.apply(1, document=UUID(int=9), command_id=COMMAND)
    accept(found, 1)
    found.apply(1, document=UUID(int=9), command_id=COMMAND)
    with pytest.raises(DecidedCorrectionError, match="CAM-1/1 is applied"):
        found.apply(1, document=UUID(int=9), command_id=COMMAND)
    assert (found.waiting, found.credited) == ([], False)


def test_who_raised_it_cannot_accept_it_and_the_machine_is_nobody() -> None:
    found = corrections()
    propose(found, "x", by=APPROVER)
    with pytest.raises(OwnCorrectionError):
        accept(found, 1)
    propose(found, "y")
    accept(found, 2)


def test_what_is_not_so_any_more_lapses() -> None:
    found = corrections()
    found.lapse(command_id=COMMAND)
    assert found.proposals == []
    propose(found, "x")
    found.lapse(command_id=COMMAND)
    assert found.proposals[0].state is ProposalState.SUPERSEDED
    with pytest.raises(DecidedCorrectionError, match="superseded"):
        accept(found, 1, CLERK)
