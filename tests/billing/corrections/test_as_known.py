"""An issued bill as known on a later day: every step between, what arrived, and why it differs."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from billing.corrections.anew import Known
from billing.corrections.as_known import bill_as_known, known_steps, steps_between
from billing.invoices.invoice import Invoice
from billing.views.learned import LearnedAct, LearnedMark
from energy.journal.marks import Marks
from tests.billing.corrections.story import Story, midnight_of, read_midnights, total
from tests.billing.corrections.test_anew import adjust, change_tariff, named_otherwise
from tests.billing.town import Town

ONE, TWO, THREE, FOUR = (date(2019, 1, day) for day in (1, 2, 3, 4))


def at(hour: int) -> datetime:
    return datetime(2019, 2, 1, hour, tzinfo=UTC)


def test_steps_stand_in_the_order_of_time_and_carry_what_was_known_before() -> None:
    steps = steps_between(
        Known(metering=10, books=5),
        Known(metering=90, books=9),
        [
            LearnedMark(position=20, at=at(1), points=("p",)),
            LearnedMark(position=40, at=at(3), points=("p", "q")),
            LearnedMark(position=None, at=None, points=("q",)),
        ],
        [
            LearnedAct(position=7, at=at(2), topic="contract.agreed"),
            LearnedAct(position=8, at=at(2), topic="contract.split_chosen"),
        ],
    )
    assert [(each.known.metering, each.known.books, each.at) for each in steps] == [
        (10, 5, None),
        (20, 5, at(1)),
        (20, 8, at(2)),
        (40, 8, at(3)),
        (90, 9, None),
    ]
    assert steps[2].topics == ("contract.agreed", "contract.split_chosen")
    assert steps[-1].points == ("q",)


def test_nothing_learned_is_two_steps() -> None:
    known = Known(metering=1, books=1)
    assert [each.known for each in steps_between(known, known, [], [])] == [known, known]


@pytest.fixture
def story(town: Town) -> Story:
    town.found()
    read_midnights(town, 3)
    return Story(town)


def issued(town: Town, account: str = "A-b1") -> Invoice:
    identity = town.one(
        f"SELECT invoice FROM {town.site.schema}.invoice WHERE account = '{account}'"
    )
    assert isinstance(identity, UUID)
    return town.office.books.invoice(identity)


def mark(town: Town, day: date) -> int:
    position = Marks(town.database, town.site.schema, town.clock).append(
        reason=f"midnight {day}", at=midnight_of(day)
    )
    town.catch_up()
    return position


@pytest.mark.servers
def test_a_bill_is_as_issued_until_something_arrives(story: Story) -> None:
    town = story.town
    story.bill(ONE)
    invoice = issued(town)
    own, now = known_steps(town.office.books, invoice)
    assert own.known.metering <= now.known.metering
    for step in (own, now):
        found = bill_as_known(town.office.books, invoice, step.known)
        assert (found.was, found.charges, found.causes, found.arrived) == (
            invoice.total, (), (), (),
        )  # fmt: skip
        assert found.now == found.was


@pytest.mark.servers
def test_every_correction_of_a_reading_is_a_step_with_its_position(story: Story) -> None:
    town, books = story.town, story.town.office.books
    story.bill(ONE)
    invoice = issued(town)
    story.correct_reading(1, midnight_of(TWO), 300)
    first = mark(town, TWO)
    story.correct_reading(1, midnight_of(FOUR), 900)  # beyond the billed day
    mark(town, THREE)
    story.correct_reading(2, midnight_of(TWO), 50)  # no mark behind it yet
    steps = known_steps(books, invoice)
    assert [each.known.metering for each in steps[1:-1]] == [first]
    assert (steps[1].points, steps[-1].points) == (("b1-elec",), ("b1-gas",))
    early, late = (bill_as_known(books, invoice, each.known) for each in steps[1:])
    assert [each["point"] for each in early.causes] == ["b1-elec"]
    assert sorted(each["point"] for each in late.causes) == ["b1-elec", "b1-gas"]
    (arrived,) = early.arrived
    assert (arrived.kind, arrived.point, arrived.difference) == ("correction", "b1-elec", 3000)
    assert (arrived.first_day, arrived.last_day, arrived.reason) == (ONE, ONE, "seen wrong")
    assert 0 < arrived.first_position < first
    assert len(late.arrived) == 2
    assert early.was == total(story.documents()[0])
    differences = sum((Decimal(str(each["amount"])) for each in early.charges), Decimal(0))
    assert early.now > early.was
    assert differences > 0


@pytest.mark.servers
def test_what_is_shown_as_known_now_is_what_a_correction_would_charge(story: Story) -> None:
    town, books = story.town, story.town.office.books
    story.bill(ONE, THREE)
    invoice = issued(town)
    story.correct_reading(1, midnight_of(TWO), 300)
    adjust(town, [[ONE, 7000], [TWO, -3000], [THREE, 6000]])
    named_otherwise(town)
    change_tariff(town, TWO)
    steps = known_steps(books, invoice)
    shown = bill_as_known(books, invoice, steps[-1].known)
    kinds = [each.kind for each in shown.arrived]
    assert {"correction", "meter_error", "account.supply_assigned"} <= set(kinds)
    (name,) = [each for each in story.look().proposed if each.startswith(str(invoice.number))]
    _, proposal = town.office.corrections.proposal(name)
    assert shown.now - shown.was == Decimal(proposal.total)
    assert [dict(each) for each in shown.causes] == [dict(each) for each in proposal.causes]
    assert town.office.books.invoice(invoice.id).document == invoice.document
