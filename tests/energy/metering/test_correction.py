"""What people state about readings: four eyes for a correction, nothing that cannot be true."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from energy.base.ids import id_of
from energy.metering.correction import (
    Correction,
    CorrectionStateError,
    FourEyesError,
    StatementError,
    proposed,
    stated,
)

NOW = datetime(2019, 1, 2, tzinfo=UTC)
CLERK, MANAGER = id_of("test person", "clerk"), id_of("test person", "manager")
FIRST, SECOND = id_of("test command", "1"), id_of("test command", "2")


def a_correction() -> Correction:
    return proposed(
        3,
        stated([(NOW, 7)], now=NOW, low=0, high=9),
        reason="digits swapped",
        evidence=[],
        by=CLERK,
        command_id=FIRST,
    )


def test_a_correction_counts_when_another_person_approves_it() -> None:
    correction = a_correction()
    correction.approve(by=MANAGER, now=NOW, command_id=SECOND)
    event = correction.collect_events()[-1]
    assert isinstance(event, Correction.Approved)
    assert event.readings == [[1_546_387_200_000_000, 7]]
    assert event.approved_by == MANAGER


def test_nobody_approves_their_own_correction() -> None:
    with pytest.raises(FourEyesError, match="another person"):
        a_correction().approve(by=CLERK, now=NOW, command_id=SECOND)


def test_a_correction_is_decided_once() -> None:
    correction = a_correction()
    correction.reject(by=CLERK, reason="taken back", command_id=SECOND)
    with pytest.raises(CorrectionStateError, match="rejected already"):
        correction.approve(by=MANAGER, now=NOW, command_id=FIRST)


def test_a_correction_needs_a_reason() -> None:
    with pytest.raises(StatementError, match="--reason"):
        proposed(3, [[1, 2]], reason=" ", evidence=[], by=CLERK, command_id=FIRST)


@pytest.mark.parametrize(
    ("readings", "complaint"),
    [
        ([], "1 to 5000"),
        ([(NOW, 10)], "shows 0 to 9, never 10"),
        ([(NOW, -1)], "never -1"),
        ([(NOW + timedelta(seconds=1), 3)], "in the future"),
        ([(NOW, 3), (NOW, 4)], "stated twice"),
    ],
)
def test_what_cannot_be_true_is_refused(
    readings: list[tuple[datetime, int]], complaint: str
) -> None:
    with pytest.raises(StatementError, match=complaint):
        stated(readings, now=NOW, low=0, high=9)


def test_stated_readings_stand_by_instant() -> None:
    rows = stated([(NOW, 5), (NOW - timedelta(hours=1), 4)], now=NOW, low=0, high=9)
    assert [count for _, count in rows] == [4, 5]
