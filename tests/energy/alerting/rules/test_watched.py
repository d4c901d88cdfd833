"""A batch is given to each rule by its channel, whatever the order it came in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from energy.alerting.rules.evaluate import RuleState, evaluate, stored_state
from energy.alerting.rules.spec import Subject
from energy.alerting.rules.threshold import Threshold
from energy.alerting.rules.watched import Told, Watched
from energy.alerting.signal import SignalState
from energy.base.clock import to_us
from energy.base.ids import id_of
from energy.base.quality import Quality
from energy.metering.reading import ReadingColumns
from tests.energy.alerting.rules.test_evaluate import rule
from tests.examples import tried
from tests.fixtures.batches import at, reading


def test_readings_come_by_channel_and_time_without_the_suspect() -> None:
    told = ReadingColumns.of(
        [
            reading(2, 15, 5),
            reading(1, 30, 3),
            reading(3, 0, 9),
            reading(1, 0, 1),
            reading(1, 15, 2, Quality.SUSPECT),
        ]
    )
    found = Told(told, np.array([1, 2]))
    assert found.channels.tolist() == [1, 2]
    values = {channel: [value for *_, value in found.samples(channel)] for channel in (1, 2, 3)}
    assert values == {1: [1, 3], 2: [5], 3: []}
    oldest, newest, least, most = found.extremes()
    assert oldest.tolist() == [to_us(at(0)), to_us(at(15))]
    assert newest.tolist() == [to_us(at(30)), to_us(at(15))]
    assert (least.tolist(), most.tolist()) == ([1, 5], [3, 5])
    nothing = Told(told, np.array([], dtype=np.int64))
    assert nothing.samples(1) == []
    assert [len(each) for each in nothing.extremes()] == [0, 0, 0, 0]


def test_states_are_taken_up_where_they_stood_and_dropped_with_their_rule() -> None:
    first = Watched([rule()], {"a rule withdrawn": [1, None, None]})
    assert first.evaluate(ReadingColumns.of([reading(1, 0, 120)])) == []
    again = Watched([rule()], first.stored())
    (signal,) = again.evaluate(ReadingColumns.of([reading(1, 30, 120)]))
    assert signal.state is SignalState.RAISED
    assert list(again.stored()) == [f"{rule().rule} 1"]


def test_state_stored_under_the_rule_alone_is_taken_up() -> None:
    old = {str(rule().rule): {"last_at": None, "above_since": None, "raised_at": None}}
    assert Watched([rule()], old).stored() == {f"{rule().rule} 1": [None, None, None]}


@tried(60)
@given(
    st.lists(
        st.lists(
            st.tuples(st.integers(1, 4), st.integers(0, 90), st.integers(80, 120)), max_size=9
        ),
        max_size=8,
    ),
    st.sampled_from([0, 15]),
)
def test_passing_over_what_is_quiet_gives_what_judging_every_value_gives(
    batches: list[list[tuple[int, int, int]]], delay_min: int
) -> None:
    former = ((to_us(at(30)), Threshold(above=85)), (to_us(at(60)), Threshold(below=95)))
    limits = [Threshold(above=110, deadband=5), Threshold(below=90), Threshold(above=115, below=85)]
    specs = [
        replace(rule(delay_min=delay_min), rule=id_of(str(n)), subject=Subject(channel=1 + n % 3),
                terms=terms, former=before)
        for n, (terms, before) in enumerate(
            [*((each, ()) for each in limits), (Threshold(above=100, deadband=20), former)]
        )
    ]  # fmt: skip
    watched = Watched(specs, {})
    states = [RuleState() for _ in specs]
    for batch in batches:
        told = ReadingColumns.of([reading(channel, at_min, v) for channel, at_min, v in batch])
        found = watched.evaluate(told)
        expected = []
        for n, spec in enumerate(specs):
            mine = sorted(
                (row for row in told if row.channel == spec.subject.channel), key=lambda r: r.at
            )
            signals, states[n] = evaluate(
                spec, states[n], [(to_us(row.at), row.channel, row.count) for row in mine]
            )
            expected += signals
        assert found == expected
        assert list(watched.stored().values()) == [stored_state(each) for each in states]
        watched = Watched(specs, watched.stored())
