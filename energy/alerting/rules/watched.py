"""In: rules with their states, readings by the batch. Out: signals, the states after. Pure.

A batch is sorted by channel and time once, however many rules there are; a rule then sees the
slice of its channel.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from heapq import merge
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from energy.alerting.rules.evaluate import RuleState, Sample, evaluate, state_of, stored_state
from energy.alerting.rules.spec import RuleSpec
from energy.alerting.signal import Signal
from energy.base.quality import Quality
from energy.metering.reading import ReadingColumns


class Watched:
    """The rules of a site with what evaluation remembers of each."""

    def __init__(self, specs: Sequence[RuleSpec], stored: Mapping[str, Any]) -> None:
        """Take up evaluation where it stood.

        Args:
            specs: Rules about channels; the states of others are dropped.
            stored: States by rule and subject, as `stored` returned them.
        """
        self._rules: list[tuple[RuleSpec, str]] = []
        self._of: dict[int, list[int]] = {}
        self._states: dict[str, RuleState] = {}
        for spec in specs:
            name = state_name(spec)
            before = stored.get(name, stored.get(str(spec.rule)))
            self._states[name] = RuleState() if before is None else state_of(before)
            for channel in (spec.subject.channel, *spec.beside):
                self._of.setdefault(channel, []).append(len(self._rules))
            self._rules.append((spec, name))
        self._channels = np.array(sorted(self._of), dtype=np.int64)

    def evaluate(self, readings: ReadingColumns) -> list[Signal]:
        """Return the signals that a batch makes, by rule and time; suspect values do not count.

        Args:
            readings: Of any channels, in any order.
        """
        signals: list[Signal] = []
        told = by_channel(readings, self._channels)
        for rule in sorted({rule for channel in told for rule in self._of[channel]}):
            spec, name = self._rules[rule]
            samples = told.get(spec.subject.channel, [])
            if spec.beside:
                rest = (told.get(channel, []) for channel in spec.beside)
                samples = list(merge(samples, *rest))
            found, self._states[name] = evaluate(spec, self._states[name], samples)
            signals += found
        return signals

    def stored(self) -> dict[str, Any]:
        """Return the states as JSON values."""
        return {name: stored_state(state) for name, state in self._states.items()}


def state_name(spec: RuleSpec) -> str:
    """Return under what name the state of a rule and subject is stored."""
    return f"{spec.rule} {spec.subject.key}"


def by_channel(readings: ReadingColumns, channels: NDArray[np.int64]) -> dict[int, list[Sample]]:
    """Return the plausible readings of some channels by channel, each by time.

    Args:
        readings: Of any channels, in any order.
        channels: Wanted, ascending. Shape (n,)
    """
    wanted = np.isin(readings.channel, channels) & (readings.quality != Quality.SUSPECT)
    channel, at_us = readings.channel[wanted], readings.at_us[wanted]
    order = np.lexsort((at_us, channel))
    channel, at_us, count = channel[order], at_us[order], readings.count[wanted][order]
    starts = np.flatnonzero(np.diff(channel, prepend=-1)).tolist()
    samples = list(zip(at_us.tolist(), channel.tolist(), count.tolist(), strict=True))
    return {samples[a][1]: samples[a:b] for a, b in pairwise([*starts, len(samples)])}
