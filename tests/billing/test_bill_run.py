"""The steps of a run, and who may take them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from billing.bill_run import BillRun, RunState, run_id, run_key
from billing.errors import HeldRunError, SecondPersonError, WrongStateError

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
        command_id=COMMAND,
    )


def rated(dirty: tuple[str, ...] = ()) -> BillRun:
    run = opened()
    run.rate(drafts=[UUID(int=7)], dirty=dirty, total=Decimal("1.00"), command_id=COMMAND)
    return run


def test_the_key_names_days_accounts_and_attempt() -> None:
    assert run_key(FIRST, LAST, ["B", "A"], 2) == "2019-01-01/2019-01-31/A,B/2"
    assert opened().id == run_id("cambridge", "2019-01-01/2019-01-31/all/1")


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
        run.rate(drafts=[], dirty=[], total=Decimal(0), command_id=COMMAND)
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
