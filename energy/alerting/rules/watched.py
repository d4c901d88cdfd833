"""In: rules with their states, readings by the batch. Out: signals, the states after. Pure.

A batch is sorted by channel and time once, however many rules there are; a rule then sees the
slice of its channel. Most values of most channels are quiet: thresholds whose slice stays within
their limits are passed over all at once, with the same result as if each value were judged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from heapq import merge
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from energy.alerting.rules.evaluate import (
    RuleState,
    Sample,
    believed,
    evaluate,
    state_of,
    still_raised,
    stored_state,
)
from energy.alerting.rules.spec import RuleSpec
from energy.alerting.rules.threshold import Threshold
from energy.alerting.signal import Signal, SignalState
from energy.base.clock import to_us
from energy.base.quality import Quality
from energy.metering.reading import ReadingColumns

Ints = NDArray[np.int64]
_LEAST: Final = np.iinfo(np.int64).min
_MOST: Final = np.iinfo(np.int64).max
NEVER: Final = -1
"""Instant of the newest value where there was none. [us]"""
_LATE: Final = "found late"
"""Name under which is stored which alerts were raised too late to wake anybody."""


class Told:
    """The plausible readings of some channels in a batch, by channel and time."""

    def __init__(self, readings: ReadingColumns, channels: Ints) -> None:
        """Sort what is wanted of a batch.

        Args:
            readings: Of any channels, in any order.
            channels: Wanted, ascending. Shape (n,)
        """
        told = readings.channel.astype(np.int64)
        place = np.minimum(np.searchsorted(channels, told), max(len(channels) - 1, 0))
        wanted = readings.quality != Quality.SUSPECT
        wanted &= channels[place] == told if len(channels) else False
        channel, at_us = told[wanted], readings.at_us[wanted]
        order = np.lexsort((at_us, channel))
        self._at_us, self._count = at_us[order], readings.count[wanted][order]
        channel = channel[order]
        self._starts = np.flatnonzero(np.diff(channel, prepend=NEVER))
        self._ends = np.append(self._starts[1:], len(channel))
        self.channels = channel[self._starts]
        """Those told of, ascending. Shape (m,)"""

    def samples(self, channel: int) -> list[Sample]:
        """Return the values of a channel by time; none where it is not told of."""
        place = int(np.searchsorted(self.channels, channel))
        if place == len(self.channels) or self.channels[place] != channel:
            return []
        mine = slice(int(self._starts[place]), int(self._ends[place]))
        at_us, count = self._at_us[mine].tolist(), self._count[mine].tolist()
        return [(at, channel, value) for at, value in zip(at_us, count, strict=True)]

    def extremes(self) -> tuple[Ints, Ints, Ints, Ints]:
        """Return first and last instant, least and greatest value by channel. Shape (m,) each."""
        if not len(self.channels):
            empty = np.zeros(0, dtype=np.int64)
            return empty, empty, empty, empty
        least = np.minimum.reduceat(self._count, self._starts)
        most = np.maximum.reduceat(self._count, self._starts)
        return self._at_us[self._starts], self._at_us[self._ends - 1], least, most


class _Plain:
    """Thresholds on one channel each: passed over all at once where nothing stirs."""

    def __init__(self, rules: Sequence[tuple[int, RuleSpec, RuleState]]) -> None:
        """Take up the states of some rules.

        Args:
            rules: Place among all rules, the rule, its state.
        """
        rules = sorted(rules, key=lambda each: each[1].subject.channel)
        limits = [spec.terms for _, spec, _ in rules if isinstance(spec.terms, Threshold)]
        self.places = np.array([place for place, _, _ in rules], dtype=np.int64)
        self._at = {place: n for n, (place, _, _) in enumerate(rules)}
        self._channel = np.array([spec.subject.channel for _, spec, _ in rules], dtype=np.int64)
        self._above = np.array(
            [_MOST if each.above is None else each.above for each in limits], dtype=np.int64
        )
        self._below = np.array(
            [_LEAST if each.below is None else each.below for each in limits], dtype=np.int64
        )
        begun = [spec.former[-1][0] if spec.former else _LEAST for _, spec, _ in rules]
        self._since = np.array(begun, dtype=np.int64)
        """Since when these limits hold: what is older is judged one by one. [us]"""
        self._last = np.full(len(rules), NEVER, dtype=np.int64)
        self._busy = np.zeros(len(rules), dtype=np.bool_)
        for place, _, state in rules:
            self.keep(place, state)

    def keep(self, place: int, state: RuleState) -> None:
        """Remember the state that a rule was left in, if it is one of these."""
        n = self._at.get(place)
        if n is None:
            return
        self._last[n] = NEVER if state.last_us is None else state.last_us
        self._busy[n] = not state.idle

    def quiet_since(self, place: int) -> RuleState | None:
        """Return the state of a rule that is idle; None of one that is not, or not plain."""
        n = self._at.get(place)
        if n is None or self._busy[n]:
            return None
        last = int(self._last[n])
        return RuleState(last_us=None if last == NEVER else last)

    def stirred(self, told: Told) -> list[int]:
        """Pass over what is quiet in a batch; return the places of the rules that must judge it."""
        if not len(told.channels) or not len(self.places):
            return []
        oldest, newest, least, most = told.extremes()
        # A batch tells of few of a large site's channels: only their rules are looked at.
        first = np.searchsorted(self._channel, told.channels, side="left")
        number = np.searchsorted(self._channel, told.channels, side="right") - first
        n = np.repeat(np.arange(len(told.channels)), number)
        ahead = np.cumsum(number) - number
        here = np.arange(len(n)) - ahead[n] + first[n]
        quiet = ~self._busy[here] & (most[n] <= self._above[here]) & (least[n] >= self._below[here])
        quiet &= oldest[n] >= self._since[here]
        calm = here[quiet]
        self._last[calm] = np.maximum(self._last[calm], newest[n][quiet])
        stirred: list[int] = self.places[here[~quiet]].tolist()
        return stirred


class Watched:
    """The rules of a site with what evaluation remembers of each."""

    def __init__(
        self, specs: Sequence[RuleSpec], stored: Mapping[str, Any], until_us: int = _MOST
    ) -> None:
        """Take up evaluation where it stood.

        Args:
            specs: Rules about channels; the states of others are dropped.
            stored: States by rule and subject, as `stored` returned them.
            until_us: Latest instant that a value may rightly bear: what was remembered of later
                ones, told by a clock that ran ahead, is forgotten. [us]
        """
        self._rules = [(spec, state_name(spec)) for spec in specs]
        self._states: list[RuleState] = []
        self._late: dict[str, int] = dict(stored.get(_LATE, {}))
        self._begun: set[int] = set()
        self._of: dict[int, list[int]] = {}
        plain = []
        for place, (spec, name) in enumerate(self._rules):
            before = stored.get(name, stored.get(str(spec.rule)))
            state = RuleState() if before is None else believed(state_of(before), until_us)
            self._states.append(state)
            if isinstance(spec.terms, Threshold) and not spec.beside:
                plain.append((place, spec, state))
                continue
            for channel in (spec.subject.channel, *spec.beside):
                self._of.setdefault(channel, []).append(place)
        self._plain = _Plain(plain)
        wanted = {spec.subject.channel for spec in specs} | set(self._of)
        self._channels = np.array(sorted(wanted), dtype=np.int64)

    def evaluate(self, readings: ReadingColumns) -> list[Signal]:
        """Return the signals that a batch makes, by rule and time; suspect values do not count.

        Args:
            readings: Of any channels, in any order.
        """
        signals: list[Signal] = []
        told = Told(readings, self._channels)
        places = {n for channel in told.channels.tolist() for n in self._of.get(channel, ())}
        for place in sorted({*places, *self._plain.stirred(told)}):
            spec, _ = self._rules[place]
            samples = told.samples(spec.subject.channel)
            if spec.beside:
                rest = (told.samples(channel) for channel in spec.beside)
                samples = list(merge(samples, *rest))
            before = self._plain.quiet_since(place) or self._states[place]
            found, after = evaluate(spec, before, samples)
            self._states[place] = after
            self._plain.keep(place, after)
            if any(each.state is SignalState.RAISED for each in found):
                self._begun.add(place)
            signals += found
        return signals

    def still(self, now: datetime) -> list[Signal]:
        """Return what raises anew, once, what was found too late and holds at a fresh value.

        Args:
            now: Present instant, after the signals of `evaluate` were raised.
        """
        signals, now_us = [], to_us(now)
        places = {name: place for place, (_, name) in enumerate(self._rules)} if self._late else {}
        found = {*self._begun, *(places[name] for name in self._late if name in places)}
        late, self._late, self._begun = self._late, {}, set()
        for place in sorted(found):
            spec, name = self._rules[place]
            state = self._states[place]
            raised, last = state.raised_us, state.last_us
            fresh_us = 1_000_000 * spec.fresh_s
            if raised is None or last is None:
                continue  # it is over
            if late.get(name) != raised and now_us - raised <= fresh_us:
                continue  # it woke people
            if state.shown is not None and now_us - last <= fresh_us:
                signals.append(still_raised(spec, state, now))
            else:
                self._late[name] = raised
        return signals

    def stored(self) -> dict[str, Any]:
        """Return the states as JSON values."""
        late = {_LATE: self._late} if self._late else {}
        return late | {
            name: stored_state(self._plain.quiet_since(place) or self._states[place])
            for place, (_, name) in enumerate(self._rules)
        }


def state_name(spec: RuleSpec) -> str:
    """Return under what name the state of a rule and subject is stored."""
    return f"{spec.rule} {spec.subject.key}"
