"""In: a rule, its state, values by time. Out: signals, the next state. Pure.

Live evaluation and back-test run this same code. Time is the values' own; a crossing is placed at
the value that completed the delay. Every kind judges value by value, so the slices in which values
come make no difference. A value is judged by the multiplier that held at its instant, and never
compared with one that other transformers told. Outside its hours a rule's condition does not hold:
an open alert clears at the first value there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from energy.alerting.rules.spec import Memory, RuleSpec, Verdict, alert_id
from energy.alerting.signal import Signal, SignalState
from energy.base.clock import from_us, to_us
from energy.base.ids import id_of

Sample = tuple[int, int, int]
"""Instant [us], channel, value [count]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleState:
    """What evaluation must remember of one rule and subject."""

    last_us: int | None = None
    """Newest value seen; older ones are ignored here. [us]"""
    since_us: int | None = None
    """Since when the condition holds. [us]"""
    raised_us: int | None = None
    """When the open alert was raised. [us]"""
    memory: Memory = ()
    shown: tuple[int, int] | None = field(default=None, compare=False)
    """Value and limit that was judged last while the alert stood; not stored."""

    @property
    def idle(self) -> bool:
        """Return whether nothing is open or about to open."""
        return self.since_us is None and self.raised_us is None


def evaluate(
    spec: RuleSpec, state: RuleState, seen: Iterable[Sample]
) -> tuple[list[Signal], RuleState]:
    """Return the signals that some values make, and the state after them.

    Args:
        spec: The rule.
        state: State after the values before.
        seen: Values of the rule's subject, by time; those not newer than the state are ignored.
    """
    signals: list[Signal] = []
    last, since, raised, memory = state.last_us, state.since_us, state.raised_us, state.memory
    judge, delay_us = spec.terms.judge, 1_000_000 * spec.delay_s
    told: tuple[int, int] | None = None
    again = bool(spec.beside)  # several channels have a value at one instant
    for at_us, channel, value in seen:
        if last is not None and (at_us < last or (at_us == last and not again)):
            continue
        if spec.former:
            terms = spec.terms_at(at_us)
            memory = memory if last is None or spec.terms_at(last) is terms else ()
            judge = terms.judge
        last = at_us
        verdict, shown, limit, memory = judge(memory, at_us, channel, value)
        if verdict is Verdict.SILENT:
            continue
        if raised is None and verdict is not Verdict.OVER:
            since = None
            continue
        if not spec.watched(from_us(at_us)):
            verdict = Verdict.UNDER
        if raised is not None:
            told = (shown, limit)
            if verdict is Verdict.UNDER:
                signals.append(_signal(spec, SignalState.CLEARED, raised, at_us, shown, limit))
                raised = since = None
        elif verdict is Verdict.UNDER:
            since = None
        else:
            since = at_us if since is None else since
            if at_us - since >= delay_us:
                raised, told = at_us, (shown, limit)
                signals.append(_signal(spec, SignalState.RAISED, raised, at_us, shown, limit))
    after = RuleState(last_us=last, since_us=since, raised_us=raised, memory=memory, shown=told)
    return signals, after


def believed(state: RuleState, now_us: int) -> RuleState:
    """Return a state as it counts now: where a clock ran ahead and was corrected, begun anew.

    What stands open stays so; without this, values would be taken for late ones until the time
    that was told too early has come.

    Args:
        state: As it was stored.
        now_us: Latest instant that a value may rightly bear. [us]
    """
    if state.last_us is None or state.last_us <= now_us:
        return state
    return RuleState(raised_us=state.raised_us)


def still_id(alert: UUID) -> UUID:
    """Return the id of the alert that tells that a crossing of long ago still holds.

    Args:
        alert: The one of the crossing itself.
    """
    return id_of("alert still", str(alert))


def still_raised(spec: RuleSpec, state: RuleState, now: datetime) -> Signal:
    """Return the signal that a crossing found too late to wake anybody holds to this day.

    Args:
        spec: The rule.
        state: Of an alert that stands, just judged.
        now: Present instant, by which it is news.
    """
    raised, last, shown = state.raised_us, state.last_us, state.shown
    assert raised is not None and last is not None and shown is not None, "it was just judged"
    signal = _signal(spec, SignalState.RAISED, raised, last, *shown)
    return replace(signal, alert=still_id(signal.alert), after=signal.alert, newest=now)


def _signal(
    spec: RuleSpec, state: SignalState, raised_us: int, at_us: int, value: int, limit: int
) -> Signal:
    return Signal(
        alert=alert_id(spec.rule, spec.subject, from_us(raised_us)),
        state=state,
        at=from_us(at_us),
        value=value,
        rule=spec.rule,
        severity=spec.severity,
        limit=limit,
        channel=spec.subject.channel,
        name=spec.name,
        key=spec.key,
        about="" if spec.subject.channel else spec.subject.key,
        cuts=spec.cuts,
        fresh_s=spec.fresh_s,
    )


def stored_state(state: RuleState) -> list[int | None]:
    """Return a state as JSON values."""
    return [state.last_us, state.since_us, state.raised_us, *state.memory]


def state_of(stored: Any) -> RuleState:
    """Return the state that was stored, or that of the form before rules had kinds."""
    if isinstance(stored, dict):
        names = ("last_at", "above_since", "raised_at")
        last, since, raised = (_us_of(stored.get(name)) for name in names)
        return RuleState(last_us=last, since_us=since, raised_us=raised)
    last, since, raised, *memory = stored
    return RuleState(last_us=last, since_us=since, raised_us=raised, memory=tuple(memory))


def _us_of(stored: str | None) -> int | None:
    return None if stored is None else to_us(datetime.fromisoformat(stored))
