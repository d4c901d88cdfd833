"""Who holds a point: one of a kind at a time, released from a day on, hours by day."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from energy.metering.shares.bearer import (
    Bearer,
    BearerBook,
    BearerError,
    BearerKind,
    HeldError,
    Hold,
    HoursScope,
    WeekCalendar,
)

BY, COMMAND = UUID(int=1), UUID(int=2)
JANUARY, MARCH, MAY = date(2019, 1, 1), date(2019, 3, 1), date(2019, 5, 1)


@pytest.fixture
def book() -> BearerBook:
    book = BearerBook(site="s", kind=BearerKind.TENANT.value, command_id=COMMAND)
    for key in ("bakery", "cafe"):
        book.state(Bearer(key=key), by=BY, command_id=COMMAND)
    return book


def hold(bearer: str, first: date, last: date | None) -> Hold:
    return Hold(bearer=bearer, point="u1", valid_from=first, valid_to=last)


def test_one_follows_the_other_on_the_day_it_leaves(book: BearerBook) -> None:
    assert book.hold(hold("bakery", JANUARY, MARCH), by=BY, command_id=COMMAND)
    assert book.hold(hold("cafe", MARCH, None), by=BY, command_id=COMMAND)
    assert not book.hold(hold("cafe", MARCH, None), by=BY, command_id=COMMAND)
    assert [each.on(date(2019, 2, 28)) for each in book.holds] == [True, False]


@pytest.mark.parametrize(("first", "last"), [(MARCH, MAY), (JANUARY, None), (date.min, MARCH)])
def test_a_second_holder_is_refused_with_who_has_it(
    book: BearerBook, first: date, last: date | None
) -> None:
    book.hold(hold("bakery", date(2019, 2, 1), None), by=BY, command_id=COMMAND)
    with pytest.raises(HeldError, match="u1 is held by bakery"):
        book.hold(hold("cafe", first, last), by=BY, command_id=COMMAND)


def test_nobody_holds_for_no_day_and_only_who_is_known_holds(book: BearerBook) -> None:
    with pytest.raises(BearerError, match="on no day"):
        book.hold(hold("cafe", MARCH, MARCH), by=BY, command_id=COMMAND)
    with pytest.raises(BearerError, match="Known: bakery, cafe"):
        book.hold(hold("florist", MARCH, None), by=BY, command_id=COMMAND)


def test_what_is_released_is_free_from_that_day_on(book: BearerBook) -> None:
    book.hold(hold("bakery", JANUARY, None), by=BY, command_id=COMMAND)
    book.release("bakery", "u1", valid_to=MARCH, reason="left", by=BY, command_id=COMMAND)
    assert book.taken(hold("cafe", MARCH, None)) is None
    with pytest.raises(BearerError, match="does not hold"):
        book.release("bakery", "u1", valid_to=MAY, reason="left", by=BY, command_id=COMMAND)


def test_a_bearer_stated_as_it_is_changes_nothing(book: BearerBook) -> None:
    assert not book.state(Bearer(key="cafe"), by=BY, command_id=COMMAND)
    assert book.state(Bearer(key="cafe", account="A-1"), by=BY, command_id=COMMAND)
    assert book.bearers["cafe"].account == "A-1"


def test_hours_of_one_day_are_stated_once() -> None:
    calendar = WeekCalendar(site="s", scope=HoursScope.PLACE.value, key="mall", command_id=COMMAND)
    hours: dict[str, object] = {"week": [[]] * 7, "exceptions": {}}
    assert calendar.state(hours, valid_from=JANUARY, by=BY, command_id=COMMAND)
    assert not calendar.state(hours, valid_from=JANUARY, by=BY, command_id=COMMAND)
    assert calendar.state(hours, valid_from=MARCH, by=BY, command_id=COMMAND)
