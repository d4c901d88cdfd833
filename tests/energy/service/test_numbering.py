"""Numbers that people say: no gap, none twice, the same on a retry, under many writers at once."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from eventsourcing.domain import event
from hypothesis import example, given
from hypothesis import strategies as st

from energy.base.aggregate import JournalAggregate
from energy.base.errors import RefusedError
from energy.base.ids import id_of
from energy.service.numbering import TakenNumber, next_number, store_numbered
from tests.examples import tried
from tests.fixtures.postgres import TestSite, command

pytestmark = pytest.mark.servers


class Thing(JournalAggregate):
    """Something that bears a number."""

    TOPIC = "thing_of_a_test"

    class Created(JournalAggregate.Created):
        """It is new."""

        TOPIC = "thing_of_a_test.made"
        thing: UUID
        number: str

    @staticmethod
    def create_id(*, thing: UUID, **_: object) -> UUID:
        return thing

    @event(Created)
    def __init__(self, *, thing: UUID, number: str, command_id: UUID) -> None:
        self.number = number


class Counted:
    """Says of a series how much of it is taken, and counts the questions."""

    def __init__(self, taken: int) -> None:
        self.known = {
            TakenNumber.create_id(site="s", letter="W", year=2019, number=number)
            for number in range(1, taken + 1)
        }
        self.asked = 0

    def find_all(self, identities: Iterable[UUID]) -> dict[UUID, None]:
        self.asked += 1
        return {each: None for each in identities if each in self.known}


@tried(20)
@given(st.integers(0, 3000))
@example(0)
@example(1)
@example(1023)
@example(1024)
def test_the_next_number_is_found_by_a_few_questions(taken: int) -> None:
    series: Any = Counted(taken)
    assert next_number(series, "s", "W", 2019) == taken + 1
    assert series.asked <= 5


def take(at: TestSite, name: object, letter: str = "W") -> str:
    thing, said = id_of("thing", str(name)), command(name)
    operations = at.application("operations")

    def make(number: str) -> list[JournalAggregate]:
        return [Thing(thing=thing, number=number, command_id=said)]

    store_numbered(operations, at.site, letter, thing, make, command_id=said)
    found: Any = operations.find(thing)
    return str(found.number)


def test_numbers_follow_each_other_and_a_retry_finds_its_own(site_schema: TestSite) -> None:
    at = site_schema
    assert [take(at, n) for n in range(40)] == [f"W-2019-{n:05d}" for n in range(1, 41)]
    assert take(at, 7) == "W-2019-00008", "the command again"
    assert take(at, "other kind", "S") == "S-2019-00001"
    assert take(at, 40) == "W-2019-00041"
    ((many,),) = at.rows("SELECT count(*) FROM {s}.operations_events")
    assert many == 2 * 42, "each with its number"


def test_the_year_is_that_of_the_wall(new_site: Any) -> None:
    new_year = datetime(2018, 12, 31, 16, 30, tzinfo=UTC)
    at = new_site("Asia/Shanghai", at=new_year)
    assert take(at, "a") == "W-2019-00001"
    at = new_site("Europe/London", at=new_year)
    assert take(at, "a") == "W-2018-00001"


def test_what_is_refused_leaves_no_gap(site_schema: TestSite) -> None:
    at = site_schema
    take(at, 1)

    def refuse(_: str) -> list[JournalAggregate]:
        raise RefusedError("no")

    operations = at.application("operations")
    with pytest.raises(RefusedError):
        store_numbered(
            operations, at.site, "W", id_of("thing", "x"), refuse, command_id=command("x")
        )
    assert take(at, 2) == "W-2019-00002"


def test_many_writers_at_once_leave_no_gap_and_take_none_twice(site_schema: TestSite) -> None:
    at = site_schema
    with ThreadPoolExecutor(max_workers=8) as pool:
        found = list(pool.map(lambda n: take(at, n % 24), range(48)))
    assert found[:24] == found[24:], "the same thing at the same time is one"
    assert sorted(found[:24]) == [f"W-2019-{n:05d}" for n in range(1, 25)]
    number: Any = at.application("operations").find(
        TakenNumber.create_id(site=at.site.key, letter="W", year=2019, number=24)
    )
    assert number.text == "W-2019-00024"
