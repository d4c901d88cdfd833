"""Which readings of a case are in doubt, and which sound ones are shown around them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from billing.views.case_readings import doubtful
from energy.base.finding import Severity
from energy.base.ids import id_of
from energy.metering.review_case import CaseFinding

NOON = datetime(2019, 1, 1, 12, tzinfo=UTC)
STEP = timedelta(minutes=15)


def found(code: str, first: int, last: int) -> CaseFinding:
    """Return a finding from one quarter-hour behind noon to another."""
    start, end = NOON + first * STEP, NOON + last * STEP
    return CaseFinding(
        finding=id_of("test", code, str(first)),
        code=code,
        channel=1,
        start=start,
        end=end,
        position=1,
        severity=Severity.WARN,
        point="b1-elec",
    )


def quarters(*findings: CaseFinding) -> set[int]:
    spans = doubtful(findings)
    return {n for n in range(-20, 40) if any(low <= NOON + n * STEP <= high for low, high in spans)}


def test_a_jump_is_in_doubt_until_the_fall_behind_it() -> None:
    up, down = found("register.jump", 0, 1), found("register.negative_step", 4, 5)
    assert quarters(down, up) == {1, 2, 3, 4}
    assert quarters(up) == {1}
    assert quarters(down) == {5}
    again = found("register.jump", 10, 11)
    assert quarters(up, down, again) == {1, 2, 3, 4, 11}
    dip = found("register.negative_step", 0, 1), found("register.jump", 2, 3)
    assert quarters(*dip) == {1, 2}


def test_a_spike_doubts_what_lies_between_sound_readings_and_a_conflict_its_instant() -> None:
    assert quarters(found("register.spike", 0, 3)) == {1, 2}
    assert quarters(found("reading.conflict", 2, 2)) == {2}
    assert quarters(found("interval.jump", 0, 1)) == {1}
    assert quarters(found("reading.missing", 0, 1)) == set()
