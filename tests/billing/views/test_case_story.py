"""A case shows what was wrong, for ever."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from billing.views.case_story import read_case
from energy.journal.corrections import Corrections
from tests.billing.town import APPROVER, CLERK, Town, count_at
from tests.fixtures.doubts import SPIKE, desk, queue, read_with_spike

pytestmark = pytest.mark.servers


def test_a_case_shows_the_wrong_value_for_ever(town: Town) -> None:
    town.found()
    read_with_spike(town)
    (row,) = queue(town)
    name = row.case.case.hex[:8]
    wrong = count_at(1, SPIKE) + 2_000_000

    def story() -> Any:
        return read_case(town.database, town.site, town.clock.now(), name)

    open_one = story()
    assert [r.count for r in open_one.readings if r.at == SPIKE] == [wrong]
    assert [r.at - SPIKE for r in open_one.readings] == [
        timedelta(minutes=n) for n in (-45, -30, -15, 0, 15, 30, 45)
    ]
    assert {f.key.code for f in open_one.findings} == {"register.jump", "register.negative_step"}
    assert [s.serial for s in open_one.segments if s.channel == 1] == ["SN-0001"]
    outcome = desk(town, CLERK).correct(row, [(SPIKE, count_at(1, SPIKE))], "swapped", evidence=())
    assert outcome.correction is not None
    Corrections(town.database, town.site.schema, town.clock).approve(
        outcome.correction, by=APPROVER, command_id=uuid4()
    )
    town.catch_up()
    closed = story()
    assert closed.row is None
    assert [(r.count, r.standing.value) for r in closed.readings if r.at == SPIKE] == [
        (wrong, "superseded"),
        (count_at(1, SPIKE), "counts"),
    ]
    (day,) = closed.usage
    assert (day.known_before, day.known_after, day.expected) == (95, 96, 96)
    assert day.before > day.after
    assert closed.decisions[0].correction_state == "approved"
