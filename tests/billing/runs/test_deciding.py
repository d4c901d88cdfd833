"""A run on a real journal: looked at, decided by cause, approved as it is, issued as approved."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import psycopg
import pytest

from billing.accounts.account import Account
from billing.books import Books
from billing.errors import HeldRunError
from billing.runs.bill_run import Choice
from billing.runs.errors import (
    ChangedDraftsError,
    NoExceptionError,
    SeenOtherwiseError,
    UndecidedRunError,
)
from energy.metering.reading import Reading
from tests.billing.corrections.story import Story, midnight_of, read_midnights
from tests.billing.town import APPROVER, CLERK, Town, count_at

pytestmark = pytest.mark.servers
ONE, TWO, THREE = (date(2019, 1, day) for day in (1, 2, 3))


@pytest.fixture
def idle(town: Town) -> Town:
    """A town whose first meter counts nothing."""
    town.found()
    town.accept(
        [
            Reading(channel=n, at=at, count=0 if n == 1 else count_at(n, at))
            for at in (midnight_of(ONE), midnight_of(TWO), midnight_of(THREE))
            for n in (1, 2, 3, 4)
        ]
    )
    return town


def test_an_exception_waits_until_it_is_decided(idle: Town) -> None:
    run = idle.open_and_rate(first=ONE, last=ONE)
    (zero,) = idle.office.reviewed(run).undecided
    assert (zero.cause, zero.account, zero.point) == ("zero", "A-b1", "b1-elec")
    with pytest.raises(UndecidedRunError, match="1 exceptions"):
        idle.office.approve(run, APPROVER)
    idle.office.decide(run, CLERK, Choice.ACCEPT, "empty", cause="zero", command_id=uuid4())
    assert idle.office.reviewed(run).undecided == []
    idle.office.approve(run, APPROVER)
    assert len(idle.office.issue(run, CLERK)) == 2


def test_an_account_is_held_out_by_cause(idle: Town) -> None:
    run = idle.open_and_rate(first=ONE, last=ONE)
    idle.office.decide(run, CLERK, Choice.ESTIMATE, "meter?", cause="zero", command_id=uuid4())
    idle.office.approve(run, APPROVER)
    assert len(idle.office.issue(run, CLERK)) == 1
    idle.catch_up()
    rows = idle.rows(f"SELECT account, decision, why FROM {idle.site.schema}.run_decision")
    assert rows == [("A-b1", "estimate", "meter?")]


def test_a_cause_that_is_not_there_names_those_that_are(idle: Town) -> None:
    run = idle.open_and_rate(first=ONE, last=ONE)
    with pytest.raises(NoExceptionError, match="Causes there: zero"):
        idle.office.decide(run, CLERK, Choice.HOLD, "", cause="missing", command_id=uuid4())


def test_a_decision_repeated_with_its_command_is_one(idle: Town) -> None:
    run, command = idle.open_and_rate(first=ONE, last=ONE), uuid4()
    for _ in range(2):
        idle.office.decide(run, CLERK, Choice.ACCEPT, "", cause="zero", command_id=command)
        head = idle.office.books.position()
    assert idle.office.books.position() == head
    assert idle.office.books.run(run).version == 3


def test_what_forbids_to_bill_is_not_accepted_with_the_rest(town: Town) -> None:
    town.found()
    town.read(channels=(1, 2, 3))
    run = town.open_and_rate()
    assert town.office.decide(run, CLERK, Choice.ACCEPT, "", command_id=uuid4()) == []
    with pytest.raises(HeldRunError, match="A-b2"):
        town.office.approve(run, APPROVER, accept_rest=True)
    town.office.decide(run, CLERK, Choice.HOLD, "", cause="missing", command_id=uuid4())
    town.office.approve(run, APPROVER)


def test_drafts_that_changed_behind_the_approval_are_not_issued(metered: Town) -> None:
    run = metered.open_and_rate()
    metered.office.approve(run, APPROVER)
    draft = metered.office.books.invoice(metered.office.books.run(run).drafts[0])
    draft.redraft(
        document=draft.document.replace("b1-elec", "b1-elek"),
        provenance=draft.provenance,
        findings=[],
        command_id=uuid4(),
    )
    metered.office.books.store(draft)
    with pytest.raises(ChangedDraftsError, match="not those that were approved"):
        metered.office.issue(run, CLERK)
    metered.office.rate(run, command_id=uuid4())
    assert metered.office.books.run(run).state == "approved"  # the same drafts again
    metered.office.issue(run, CLERK)


def test_the_bridge_leads_from_the_last_run_to_this_one(town: Town) -> None:
    town.found()
    read_midnights(town, 3)
    story = Story(town)
    first = story.bill(ONE)
    second = story.bill(TWO)
    found = town.office.reviewed(second)
    assert found.bridge is not None
    assert found.before == town.office.books.run(first).key
    assert found.bridge.after == town.office.review(second).total
    (electricity, gas) = found.reconciliation
    assert electricity.unmetered_supply
    assert electricity.loss == electricity.supplied - electricity.billed - electricity.own_use
    assert gas.billed > 0


def test_bills_say_why_they_changed_and_follow_from_the_journal(town: Town) -> None:
    town.found()
    read_midnights(town, 2)
    story = Story(town)
    story.bill(ONE)
    story.bill(TWO)
    changed = [document for document in story.documents() if "change" in document]
    assert {document["change"]["previous"] for document in changed} <= {
        "CAM-2019-000001",
        "CAM-2019-000002",
    }
    assert changed
    assert story.all_same()


def issued_numbers(town: Town) -> list[str]:
    rows = town.rows(
        f"SELECT number FROM {town.site.schema}.invoice WHERE state = 'issued' ORDER BY number"
    )
    return [str(number) for (number,) in rows]


def test_a_run_issued_by_many_at_once_gives_each_bill_one_number(metered: Town) -> None:
    run = metered.open_and_rate()
    metered.office.approve(run, APPROVER)
    offices = [metered.new_office() for _ in range(4)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda office: office.issue(run, CLERK), offices))
    metered.catch_up()
    assert set(map(tuple, answers)) == {("CAM-2019-000001", "CAM-2019-000002")}
    assert issued_numbers(metered) == ["CAM-2019-000001", "CAM-2019-000002"]


def test_an_issue_overtaken_between_its_loads_gives_the_numbers_of_the_other(
    metered: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, other = metered.open_and_rate(), metered.new_office()
    metered.office.approve(run, APPROVER)
    load, told = Books.account, list[list[str]]()

    def overtaken(books: Books, account: str) -> Account:
        if not told:
            told.append([])
            told[0].extend(other.issue(run, CLERK))
        return load(books, account)

    monkeypatch.setattr(Books, "account", overtaken)
    assert metered.office.issue(run, CLERK) == told[0] == ["CAM-2019-000001", "CAM-2019-000002"]


@pytest.mark.parametrize("at", ["decide", "approve", "issue", "accept"])
def test_a_crash_behind_any_step_leaves_a_state_to_go_on_from(
    idle: Town, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    town, story, books = idle, Story(idle), idle.office.books
    store = books.store

    def cut(*aggregates: object) -> int:
        store(*aggregates)  # type: ignore[arg-type]
        raise psycopg.OperationalError("server closed the connection unexpectedly")

    def step(name: str, act: object) -> None:
        if name == at:
            monkeypatch.setattr(books, "store", cut)
            with pytest.raises(psycopg.OperationalError):
                act()  # type: ignore[operator]
            monkeypatch.setattr(books, "store", store)
        act()  # type: ignore[operator]
        town.catch_up()

    run = town.open_and_rate(first=ONE, last=ONE)
    decided, accepted = uuid4(), uuid4()
    step(
        "decide",
        lambda: town.office.decide(run, CLERK, Choice.ACCEPT, "", command_id=decided),
    )
    step("approve", lambda: town.office.approve(run, APPROVER))
    step("issue", lambda: town.office.issue(run, CLERK))
    story.correct_reading(3, midnight_of(TWO), 100)
    (name,) = story.look().proposed
    step(
        "accept",
        lambda: town.office.corrections.accept(name, by=APPROVER, why="", command_id=accepted),
    )
    assert issued_numbers(town) == [
        "CAM-2019-000001",
        "CAM-2019-000002",
        "CAM-2019-000003",
        "CAM-CN-2019-000001",
    ]
    assert story.all_same()


def test_many_who_accept_one_correction_issue_one_credit_note(town: Town) -> None:
    town.found()
    read_midnights(town, 2)
    story = Story(town)
    story.bill(ONE)
    story.correct_reading(3, midnight_of(TWO), 100)
    (name,) = story.look().proposed

    def accept(person: int) -> str:
        desk = town.new_office().corrections
        try:
            return str(desk.accept(name, by=UUID(int=person), why="", command_id=uuid4()).invoice)
        except Exception as error:  # noqa: BLE001 - the outcome is what is asked
            return type(error).__name__

    with ThreadPoolExecutor(3) as pool:
        answers = sorted(pool.map(accept, (10, 11, 12)))
    town.catch_up()
    assert answers == ["CAM-2019-000003", "DecidedCorrectionError", "DecidedCorrectionError"]
    assert issued_numbers(town)[-1] == "CAM-CN-2019-000001"
    assert len(issued_numbers(town)) == 4
    assert story.paid()["A-b2"] > Decimal(0)


def test_only_the_exceptions_that_a_person_saw_are_decided_about(town: Town) -> None:
    town.found()
    town.accept(
        [
            Reading(channel=n, at=at, count=0 if n in {1, 3} else count_at(n, at))
            for at in (midnight_of(ONE), midnight_of(TWO))
            for n in (1, 2, 3, 4)
        ]
    )
    run = town.open_and_rate(first=ONE, last=ONE)
    one, other = town.office.reviewed(run).undecided
    town.office.decide(run, CLERK, Choice.ACCEPT, "empty", keys=[one.key], command_id=uuid4())
    assert [each.key for each in town.office.reviewed(run).undecided] == [other.key]
    with pytest.raises(SeenOtherwiseError, match="not what you looked at"):
        town.office.decide(run, CLERK, Choice.HOLD, "", keys=["gone"], command_id=uuid4())


def test_only_what_the_approver_saw_is_approved(idle: Town) -> None:
    run = idle.open_and_rate(first=ONE, last=ONE)
    seen = idle.office.reviewed(run).seal
    idle.office.decide(run, CLERK, Choice.ACCEPT, "empty", cause="zero", command_id=uuid4())
    with pytest.raises(SeenOtherwiseError):
        idle.office.approve(run, APPROVER, seen=seen)
    now = idle.office.reviewed(run).seal
    idle.office.approve(run, APPROVER, seen=now)
    assert idle.office.books.run(run).approved_sha256 == now
