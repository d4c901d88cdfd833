"""Charge lines credited on a real journal: by two people, once, linked both ways, to the cent."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Barrier
from typing import Any
from uuid import UUID, uuid4

import pytest

from billing.corrections.difference import own_total
from billing.corrections.errors import (
    CreditWaitingError,
    LineCreditError,
    NotCreditableError,
    OwnCorrectionError,
)
from billing.corrections.line_desk import LineCredit
from billing.invoices.issuer import CorrectionMode
from billing.views.find import invoice_named
from energy.base.errors import RefusedError
from tests.billing.corrections.story import Story, midnight_of, read_midnights, total
from tests.billing.town import APPROVER, CLERK, Town

pytestmark = pytest.mark.servers
ONE, TWO, THREE = (date(2019, 1, day) for day in (1, 2, 3))
FIRST, NAME = "CAM-2019-000001", "CAM-2019-000001/1"
AGREED = LineCredit(place=1, why="agreed with the tenant")


@pytest.fixture
def story(town: Town) -> Story:
    """A town that billed its first day."""
    town.found()
    read_midnights(town, 3)
    told = Story(town)
    told.bill(ONE)
    return told


def id_of(story: Story, number: str) -> UUID:
    with story.town.database.connection() as connection:
        return invoice_named(connection, story.town.site.schema, number)


def credit(
    story: Story, asked: LineCredit = AGREED, *, number: str = FIRST, by: UUID = CLERK
) -> str:
    invoice = id_of(story, number)
    name = story.town.office.corrections.credit_line(invoice, asked, by=by, command_id=uuid4())
    story.town.catch_up()
    return name


def document(story: Story, number: str) -> dict[str, Any]:
    return next(each for each in story.documents() if each["number"] == number)


def left(story: Story, number: str) -> list[Decimal]:
    state = story.town.office.corrections.credit_state(id_of(story, number))
    return [line.left for line in state.lines]


def test_a_line_is_credited_by_two_people_and_both_documents_name_each_other(
    story: Story,
) -> None:
    paid, before = story.paid(), document(story, FIRST)
    assert credit(story) == NAME
    with pytest.raises(OwnCorrectionError):
        story.town.office.corrections.accept(NAME, by=CLERK, why="mine", command_id=uuid4())
    settled = story.accept(NAME)
    assert (settled.credit_note, settled.invoice) == ("CAM-CN-2019-000001", "CAM-2019-000003")
    note, after = (document(story, n) for n in ("CAM-CN-2019-000001", "CAM-2019-000003"))
    assert document(story, FIRST) == before
    assert note["corrects"]["number"] == after["replaces"]["number"] == FIRST
    assert after["replaces"]["credit_note"] == note["number"]
    assert note["corrects"]["reason"]["zh"] == AGREED.why
    (entry,) = after["adjustments"]
    assert total(before) - total(note) + total(after) == total(before) + Decimal(entry["gross"])
    account = before["account"]["key"]
    owed = {key: each + (Decimal(entry["gross"]) * (key == account)) for key, each in paid.items()}
    assert story.paid() == owed
    assert left(story, "CAM-2019-000003")[0] == 0
    assert left(story, FIRST) == []
    assert story.all_same()
    assert story.look().proposed == ()
    with pytest.raises(NotCreditableError):
        credit(story)
    with pytest.raises(LineCreditError, match="credited already"):
        credit(story, number="CAM-2019-000003")
    with pytest.raises(LineCreditError, match="no issued bill"):
        credit(story, number="CAM-CN-2019-000001")


def test_readings_that_come_later_are_billed_beside_the_credit(story: Story) -> None:
    part = LineCredit(place=1, amount=Decimal("0.05"), why="goodwill")
    story.accept(credit(story, part))
    story.correct_reading(1, midnight_of(TWO), 300)
    assert story.settle_all() == ["CAM-2019-000003/1"]
    last = document(story, "CAM-2019-000004")
    (entry,) = last["adjustments"]
    assert entry["charges"][0]["amount"] == "-0.05"
    assert total(last) == own_total(last) + Decimal(entry["gross"])
    line = last["supplies"][0]["charges"][0]
    assert left(story, "CAM-2019-000004")[0] == Decimal(line["amount"]) - Decimal("0.05")
    assert story.all_same()
    more = LineCredit(place=1, amount=Decimal(line["amount"]), why="all of it")
    with pytest.raises(LineCreditError, match="are left of line 1"):
        credit(story, more, number="CAM-2019-000004")


def test_the_next_bill_bears_a_credit_once_and_parts_are_no_more_than_the_line(
    story: Story,
) -> None:
    story.say_by(CorrectionMode.ADJUST_NEXT)
    (whole, *_) = left(story, FIRST)
    story.accept(credit(story, LineCredit(place=1, amount=Decimal("0.05"), why="a part")))
    story.accept(credit(story, LineCredit(place=1, why="the rest")))
    assert left(story, FIRST)[0] == 0
    story.bill(TWO)
    story.bill(THREE)
    second, third = (document(story, f"CAM-2019-{n:06d}") for n in (3, 5))
    taken = [Decimal(each["charges"][0]["amount"]) for each in second["adjustments"]]
    assert sum(taken) == -whole
    assert "adjustments" not in third
    assert story.all_same()


def test_the_same_command_again_is_one_credit(story: Story) -> None:
    desk, invoice, command = story.town.office.corrections, id_of(story, FIRST), uuid4()
    names = {desk.credit_line(invoice, AGREED, by=CLERK, command_id=command) for _ in range(2)}
    assert names == {NAME}
    story.town.catch_up()
    assert story.waiting() == [NAME]


def test_two_people_who_credit_a_line_at_once_are_one_credit(story: Story) -> None:
    invoice, start = id_of(story, FIRST), Barrier(2)

    def press(person: UUID) -> str | RefusedError:
        start.wait()
        try:
            return story.town.office.corrections.credit_line(
                invoice, AGREED, by=person, command_id=uuid4()
            )
        except RefusedError as refused:
            return refused

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(press, (CLERK, APPROVER)))
    (done,) = [each for each in said if isinstance(each, str)]
    (refused,) = [each for each in said if not isinstance(each, str)]
    assert done == NAME
    assert isinstance(refused, CreditWaitingError)
    assert NAME in str(refused)
    story.town.catch_up()
    assert story.waiting() == [NAME]
