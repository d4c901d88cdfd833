"""A silence has a name and an end within ten minutes, and nobody goes on alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy.alerting.sounding.errors import SoundError
from energy.alerting.sounding.silence import LONGEST_MIN, AlarmSound
from energy.alerting.sounding.sound_test import PATIENCE, SoundTest
from tests.fixtures.postgres import NOON

ADA, BEN = uuid4(), uuid4()
MINUTE = timedelta(minutes=1)


def sound() -> AlarmSound:
    return AlarmSound(site="t2", command_id=uuid4())


def silence(
    of: AlarmSound, minutes: int, by: UUID, now: datetime = NOON, *, broken: bool = False
) -> None:
    of.silence(minutes, by=by, now=now, broken=broken, command_id=uuid4())


@pytest.mark.parametrize("minutes", [-1, 0, 11, 600])
def test_a_longer_silence_is_refused(minutes: int) -> None:
    made = sound()
    with pytest.raises(SoundError, match="1 to 10 minutes"):
        silence(made, minutes, ADA)
    assert not made.silent(NOON)


def test_the_same_command_twice_is_one_silence() -> None:
    made, once = sound(), uuid4()
    for _ in range(2):
        made.silence(5, by=ADA, now=NOON, broken=False, command_id=once)
    assert len(made.pending_events) == 2


def test_one_silence_at_a_time_unless_a_critical_alert_ended_it() -> None:
    made = sound()
    silence(made, 10, ADA)
    with pytest.raises(SoundError, match="silent already"):
        silence(made, 10, BEN, NOON + MINUTE)
    silence(made, 10, BEN, NOON + MINUTE, broken=True)
    assert made.by == BEN


def test_the_same_person_goes_on_ten_minutes_after_the_end_at_the_earliest() -> None:
    made = sound()
    silence(made, 10, ADA)
    with pytest.raises(SoundError, match="somebody else"):
        silence(made, 10, ADA, NOON + 19 * MINUTE)
    silence(made, 10, ADA, NOON + 20 * MINUTE)


def test_a_silence_ends_before_its_time() -> None:
    made = sound()
    silence(made, 10, ADA)
    made.resume(by=BEN, now=NOON + MINUTE, command_id=uuid4())
    assert not made.silent(NOON + MINUTE)
    with pytest.raises(SoundError, match="not silent"):
        made.resume(by=BEN, now=NOON + MINUTE, command_id=uuid4())


ACTS = st.lists(
    st.tuples(st.integers(0, 90), st.integers(-2, 30), st.booleans(), st.booleans(), st.booleans())
)


@given(ACTS)
def test_whatever_people_press_one_person_silences_half_the_time_at_most(
    acts: list[tuple[int, int, bool, bool, bool]],
) -> None:
    made, now = sound(), NOON
    spans: list[AlarmSound.Silenced] = []
    for step, minutes, ada, broken, resumes in acts:
        now += timedelta(seconds=20 * step)
        try:
            if resumes:
                made.resume(by=ADA if ada else BEN, now=now, command_id=uuid4())
            else:
                silence(made, minutes, ADA if ada else BEN, now, broken=broken)
        except SoundError:
            pass  # as it should be: what was taken is judged below
    spans = [each for each in made.pending_events if isinstance(each, AlarmSound.Silenced)]
    most = timedelta(minutes=LONGEST_MIN)
    for one in spans:
        assert timedelta(0) < one.ends_at - one.begins_at <= most
    ends = {e.originator_version: e for e in made.pending_events}
    for one, other in pairwise(spans):
        later = ends[one.originator_version + 1]
        end = later.at if isinstance(later, AlarmSound.Resumed) else one.ends_at
        assert one.by != other.by or other.begins_at >= end + most


def begun() -> SoundTest:
    return SoundTest.begin(uuid4(), "desk/North", by=ADA, now=NOON, command_id=uuid4())


@pytest.mark.parametrize("screen", ["", "desk/", "phone/Ada", "wall/" + 80 * "x"])
def test_a_test_is_of_a_screen(screen: str) -> None:
    with pytest.raises(SoundError, match="no screen"):
        SoundTest.begin(uuid4(), screen, by=ADA, now=NOON, command_id=uuid4())


def test_a_test_is_heard_once_and_in_time() -> None:
    made = begun()
    for by in (ADA, BEN):
        made.hear(by=by, now=NOON + PATIENCE, command_id=uuid4())
    heard = [each for each in made.pending_events if isinstance(each, SoundTest.Heard)]
    assert [each.by for each in heard] == [ADA]
    with pytest.raises(SoundError, match="5 minutes ago"):
        begun().hear(by=ADA, now=NOON + PATIENCE + MINUTE, command_id=uuid4())
