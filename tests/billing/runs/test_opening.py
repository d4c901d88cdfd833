"""Opening a run of days that were opened before: by whom, how far it came, what it knows."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import psycopg
import pytest

from billing.errors import (
    AlreadyBilledError,
    UnknownBillingObjectError,
    UnsettledDaysError,
    WrongStateError,
)
from billing.runs.opening import MARKS
from energy.base.ids import id_of
from tests.billing.town import APPROVER, CLERK, FIRST, LAST, Town

pytestmark = pytest.mark.servers
SECOND_MIDNIGHT = datetime(2019, 1, 2, tzinfo=UTC)


def opened(town: Town, by: UUID = CLERK, *accounts: str) -> UUID:
    """Open a run by a command never given before, as the verb does."""
    run = town.office.open_run(FIRST, LAST, by, uuid4(), accounts=accounts)
    town.catch_up()
    return run


def test_a_run_broken_off_before_rating_is_gone_on_with_by_its_person(metered: Town) -> None:
    run = opened(metered)
    assert opened(metered) == run
    metered.office.rate(run)
    assert opened(metered) == run
    with pytest.raises(WrongStateError, match=f"Go on with it.*`bill abandon {FIRST}/{LAST}/all/1"):
        opened(metered, APPROVER)


def test_a_run_with_another_date_on_its_invoices_is_another_run(metered: Town) -> None:
    opened(metered)
    with pytest.raises(WrongStateError, match="abandoned or absent"):
        metered.office.open_run(FIRST, LAST, CLERK, uuid4(), dated=date(2019, 2, 1))


def test_a_mark_left_without_its_run_does_not_freeze_the_next(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.found()
    town.read(last=SECOND_MIDNIGHT)
    command = id_of("the same command")

    def lost(*_: object) -> int:
        raise psycopg.OperationalError("server closed the connection unexpectedly")

    with monkeypatch.context() as cut:
        cut.setattr(town.office.books, "store", lost)
        with pytest.raises(psycopg.OperationalError):
            town.office.open_run(FIRST, LAST, CLERK, command)
    town.read(first=SECOND_MIDNIGHT)
    run = town.office.open_run(FIRST, LAST, CLERK, command)
    town.catch_up()
    assert town.office.rate(run).findings == []


def test_a_run_knows_up_to_the_first_mark_behind_which_nothing_was_found(metered: Town) -> None:
    marks: list[int] = []

    def looked(mark: int) -> bool:
        marks.append(mark)
        return len(marks) == 3

    run = metered.office.open_run(FIRST, LAST, CLERK, uuid4(), looked=looked)
    assert metered.office.books.run(run).metering_position == marks[2] > marks[1] > marks[0]
    again = metered.office.open_run(FIRST, LAST, CLERK, uuid4(), looked=looked)
    assert (again, len(marks)) == (run, 3)


def test_days_whose_readings_keep_turning_out_doubtful_open_no_run(metered: Town) -> None:
    books = metered.office.books
    before, marks = books.position(), []

    def looked(mark: int) -> bool:
        marks.append(mark)
        return False

    with pytest.raises(UnsettledDaysError, match="keep coming"):
        metered.office.open_run(FIRST, LAST, CLERK, uuid4(), looked=looked)
    assert (len(marks), books.position()) == (MARKS, before)


def test_a_run_issued_without_an_invoice_makes_room_for_another(metered: Town) -> None:
    run = opened(metered, CLERK, "A-b1")
    metered.office.rate(run)
    metered.office.approve(run, APPROVER, hold=["A-b1"])
    assert metered.office.issue(run, CLERK) == []
    other = opened(metered, CLERK, "A-b1")
    assert other != run
    assert metered.office.rate(other).findings == []


def test_a_run_issued_with_an_invoice_bars_its_days(metered: Town) -> None:
    metered.bill()
    with pytest.raises(WrongStateError, match=r"is issued.*`bill run --account`"):
        opened(metered)


def test_an_overlapped_run_is_abandoned_and_its_days_opened_again(metered: Town) -> None:
    other = metered.open_and_rate(accounts=["A-b1"])
    metered.office.approve(other, APPROVER)
    metered.bill()
    with pytest.raises(AlreadyBilledError, match="`bill abandon` this run"):
        metered.office.issue(other, CLERK)
    metered.office.abandon(other, CLERK, "billed by the run of all", command_id=id_of("give up"))
    assert metered.office.books.run(other).state == "abandoned"
    assert opened(metered, CLERK, "A-b1") != other


def test_a_run_over_an_unknown_account_is_refused(metered: Town) -> None:
    head = metered.office.books.position()
    with pytest.raises(UnknownBillingObjectError, match="no account A-b99"):
        opened(metered, CLERK, "A-b1", "A-b99")
    assert metered.office.books.position() == head


def test_an_account_named_twice_is_billed_once(metered: Town) -> None:
    run = opened(metered, CLERK, "A-b1", "A-b1")
    assert [draft.account for draft in metered.office.rate(run).drafts] == ["A-b1"]
    assert opened(metered, CLERK, "A-b1") == run
