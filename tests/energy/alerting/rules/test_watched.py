"""A batch is given to each rule by its channel, whatever the order it came in."""

from __future__ import annotations

import numpy as np

from energy.alerting.rules.watched import Watched, by_channel
from energy.alerting.signal import SignalState
from energy.base.quality import Quality
from energy.metering.reading import ReadingColumns
from tests.energy.alerting.rules.test_evaluate import rule
from tests.fixtures.batches import reading


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
    found = by_channel(told, np.array([1, 2]))
    assert {channel: [s[2] for s in samples] for channel, samples in found.items()} == {
        1: [1, 3],
        2: [5],
    }
    assert by_channel(told, np.array([], dtype=np.int64)) == {}


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
