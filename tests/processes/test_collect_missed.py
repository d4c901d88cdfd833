from __future__ import annotations

from datetime import UTC, datetime

from processes.collect_missed import TELL_S, MissedSlots
from processes.collect_slots import Due

SLOT = datetime(2019, 1, 1, tzinfo=UTC)


def test_a_thousand_sources_that_miss_their_slots_are_told_in_one_line_a_minute() -> None:
    missed = MissedSlots()
    lines = []
    for second in range(180):
        for number in range(1000):
            missed.note(Due(f"m{number}", SLOT, 1 + (number == 7)))
        lines.append(missed.told(float(second)))
    told = [line for line in lines if line is not None]
    assert [second for second, line in enumerate(lines) if line] == [0, TELL_S, 2 * TELL_S]
    assert told[1] == {
        "slots": 60 * 1001,
        "sources": 1000,
        "worst_source": "m7",
        "worst_slots": 120,
    }
    assert missed.told(180.0, at_once=True) is not None


def test_where_nothing_is_missed_nothing_is_told() -> None:
    missed = MissedSlots()
    missed.note(Due("m1", SLOT, 0))
    assert missed.told(0.0) is None
    assert missed.told(0.0, at_once=True) is None
