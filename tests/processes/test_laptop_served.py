"""What a laptop asked is held against what served, instant by instant."""

from __future__ import annotations

import numpy as np

from energy.metering.reading import ReadingColumns
from processes.laptop_served import (
    ALWAYS_US,
    Served,
    Strange,
    note_served,
    served_here,
    strange_readings,
    unlike,
)


class Facts:
    """A laptop's memory."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def fact(self, name: str) -> str | None:
        return self.kept.get(name)

    def remember(self, name: str, value: str) -> None:
        self.kept[name] = value


def test_the_same_meter_all_along_is_never_strange() -> None:
    assert unlike([(10, "A")], [(5, "A")]) == []


def test_a_meter_that_was_replaced_meanwhile_is_strange_from_then_on() -> None:
    assert unlike([(10, "A")], [(5, "A"), (20, "B")]) == [(20, ALWAYS_US, "A", "B")]


def test_a_meter_that_was_retired_serves_no_more() -> None:
    assert unlike([(10, "A")], [(5, "A"), (20, None)]) == [(20, ALWAYS_US, "A", None)]


def test_a_laptop_that_asked_the_old_meter_for_a_while_is_strange_for_that_while() -> None:
    assert unlike([(10, "A"), (30, "B")], [(5, "A"), (20, "B")]) == [(20, 30, "A", "B")]


def test_before_the_first_note_nothing_is_judged() -> None:
    assert unlike([(30, "B")], [(5, "A"), (20, "B")]) == []


def test_only_readings_of_the_channel_within_the_span_are_strange() -> None:
    columns = ReadingColumns(
        channel=np.array([1, 1, 1, 2], dtype=np.int32),
        at_us=np.array([19, 20, 30, 25], dtype=np.int64),
        count=np.zeros(4, dtype=np.int64),
        quality=np.zeros(4, dtype=np.uint8),
    )
    span = Strange(channel=1, since_us=20, until_us=30, why="")
    assert strange_readings(columns, [span]).tolist() == [False, True, False, False]


def test_a_note_is_kept_where_the_meter_is_another() -> None:
    facts = Facts()
    first, same, other = (
        Served(channel=1, since_us=at, serial=serial)
        for at, serial in ((1, "A"), (2, "A"), (3, "B"))
    )
    for each in (first, same, other):
        note_served(facts, [each])
    assert served_here(facts) == [first, other]
