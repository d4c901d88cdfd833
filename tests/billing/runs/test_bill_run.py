"""The steps of a run, and who may take them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from billing.errors import HeldRunError, SecondPersonError, WrongStateError
from billing.runs.bill_run import BillRun, Choice, RunState, run_id, run_key
from billing.runs.errors import OwnDecisionError, UndecidedRunError
from billing.runs.sealed import seal_of

CLERK, APPROVER, COMMAND = UUID(int=1), UUID(int=2), UUID(int=3)
FIRST, LAST = date(2019, 1, 1), date(2019, 1, 31)


def opened() -> BillRun:
    return BillRun(
        site="cambridge",
        key=run_key(FIRST, LAST, [], 1),
        first_day=FIRST,
        last_day=LAST,
        accounts=[],
        dated=date(2019, 2, 1),
        metering_position=10,
        books_position=20,
        opened_by=CLERK,
        by_cycle=False,
        command_id=COMMAND,
    )


def rated(dirty: tuple[str, ...] = ()) -> BillRun:
    run = opened()
    run.rate(drafts=[UUID(int=7)], dirty=dirty, total=Decimal("1.00"), command_id=COMMAND)
    return run


def test_the_key_names_days_accounts_and_attempt() -> None:
    assert run_key(FIRST, LAST, ["B", "A"], 2) == "2019-01-01/2019-01-31/A,B/2"
    assert opened().id == run_id("cambridge", "2019-01-01/2019-01-31/all/1")


def test_a_run_of_an_earlier_release_is_read_as_it_was() -> None:
    (made,) = opened().collect_events()
    del made.__dict__["by_cycle"]
    known = made.mutate(None)
    assert isinstance(known, BillRun)
    assert known.by_cycle is False
    run = rated()
    run.approve(by=APPROVER, hold=[], sha256="s", command_id=COMMAND)
    approved = run.collect_events()[-1]
    del approved.__dict__["sha256"]
    again = approved.mutate(rated())
    assert (again.approved_by, again.approved_sha256) == (APPROVER, None)


def test_a_second_person_is_needed() -> None:
    run = rated()
    with pytest.raises(SecondPersonError):
        run.approve(by=CLERK, hold=[], command_id=COMMAND)
    run.approve(by=APPROVER, hold=[], command_id=COMMAND)
    assert run.approved_by == APPROVER


def test_accounts_with_findings_must_be_held_by_name() -> None:
    with pytest.raises(HeldRunError, match="A, C"):
        rated(("C", "A", "B")).approve(by=APPROVER, hold=["B"], command_id=COMMAND)
    run = rated(("A",))
    run.approve(by=APPROVER, hold=["A"], command_id=COMMAND)
    assert run.held == ["A"]


def test_no_step_can_be_skipped_or_taken_twice() -> None:
    with pytest.raises(WrongStateError, match="is open"):
        opened().approve(by=APPROVER, hold=[], command_id=COMMAND)
    with pytest.raises(WrongStateError, match="needs it approved"):
        rated().issue(by=CLERK, invoices=[], total=Decimal(0), command_id=COMMAND)
    run = rated()
    run.approve(by=APPROVER, hold=[], command_id=COMMAND)
    with pytest.raises(WrongStateError, match="is approved"):
        decide(run, CLERK, Choice.HOLD, {"k": "A"})
    run.issue(by=CLERK, invoices=[UUID(int=7)], total=Decimal("1.00"), command_id=COMMAND)
    assert run.state is RunState.ISSUED
    with pytest.raises(WrongStateError):
        run.abandon(by=CLERK, reason="too late", command_id=COMMAND)
    with pytest.raises(WrongStateError):
        run.issue(by=CLERK, invoices=[], total=Decimal(0), command_id=COMMAND)


def test_an_abandoned_run_is_over() -> None:
    run = rated()
    run.abandon(by=CLERK, reason="wrong days", command_id=COMMAND)
    with pytest.raises(WrongStateError, match="is abandoned"):
        run.approve(by=APPROVER, hold=[], command_id=COMMAND)


def decide(
    run: BillRun, by: UUID, choice: Choice, keys: dict[str, str], dear: tuple[str, ...] = ()
) -> None:
    run.decide(
        by=by,
        cause="zero",
        choice=choice,
        why="seen",
        exceptions=keys,
        dear=dear,
        command_id=COMMAND,
    )


def test_exceptions_of_accounts_that_are_not_held_out_must_be_decided() -> None:
    run = rated()
    with pytest.raises(UndecidedRunError, match="1 exceptions"):
        run.approve(
            by=APPROVER,
            hold=["B"],
            undecided={"one": "A", "other": "B"},
            command_id=COMMAND,
        )
    decide(run, CLERK, Choice.HOLD, {"one": "A"})
    run.approve(by=APPROVER, hold=["B"], undecided={"other": "B"}, command_id=COMMAND)
    assert run.held == ["A", "B"]


@pytest.mark.parametrize("choice", [Choice.CORRECT, Choice.ESTIMATE, Choice.HOLD])
def test_what_is_not_accepted_is_held_out_until_it_is(choice: Choice) -> None:
    run = rated(("A",))
    decide(run, CLERK, choice, {"one": "A"})
    assert run.held_out() == ["A"]
    decide(run, CLERK, Choice.ACCEPT, {"one": "A"})
    assert run.held_out() == []


def test_dear_exceptions_count_only_with_two_persons() -> None:
    run = rated()
    decide(run, APPROVER, Choice.ACCEPT, {"one": "A", "two": "B"}, dear=("two",))
    with pytest.raises(OwnDecisionError, match="B"):
        run.approve(by=APPROVER, hold=[], command_id=COMMAND)
    decide(run, CLERK, Choice.ACCEPT, {"two": "B"}, dear=("two",))
    run.approve(by=APPROVER, hold=[], command_id=COMMAND)


def test_drafting_again_voids_an_approval_and_keeps_what_was_decided() -> None:
    run = rated()
    decide(run, CLERK, Choice.ACCEPT, {"one": "A"})
    run.approve(by=APPROVER, hold=[], sha256="s", command_id=COMMAND)
    assert run.approved_sha256 == "s"
    run.rate(drafts=[UUID(int=8)], dirty=[], total=Decimal(2), command_id=COMMAND)
    assert (run.state, run.approved_by, run.approved_sha256) == (RunState.RATED, None, None)
    assert run.decisions["one"].choice is Choice.ACCEPT


def test_the_seal_is_over_drafts_held_accounts_and_decisions() -> None:
    run = rated()
    seals = {seal_of(run, {"A": "1"}, []), seal_of(run, {"A": "2"}, [])}
    seals.add(seal_of(run, {"A": "1"}, ["A"]))
    decide(run, CLERK, Choice.ACCEPT, {"one": "A"})
    seals.add(seal_of(run, {"A": "1"}, []))
    assert len(seals) == 4
    assert seal_of(run, {"A": "1", "B": "2"}, []) == seal_of(run, {"B": "2", "A": "1"}, [])
