"""In: readings of a gauge by time, a rule and its state. Out: crossings, the next state. Pure.

Live evaluation and back-test run this same code. Time is the readings' own; a crossing is placed
at the reading that completed the delay.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from energy.alerting.rule import ThresholdRule
from energy.base.ids import id_of
from energy.base.quality import Quality
from energy.metering.reading import Reading


class Direction(StrEnum):
    """Which way the limit was crossed."""

    RAISED = "raised"
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleState:
    """What evaluation must remember of one rule."""

    last_at: datetime | None = None
    """Newest reading seen; older ones are ignored here."""
    above_since: datetime | None = None
    raised_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """A limit was crossed."""

    alert: UUID
    """uuid5 of (rule version, channel, instant of the raising crossing)."""
    rule: UUID
    channel: int
    direction: Direction
    at: datetime
    value: int
    """[count]"""


def alert_id(rule: ThresholdRule, raised_at: datetime) -> UUID:
    """Return the id of the alert a crossing raises; evaluating again gives the same."""
    return id_of("alert", str(rule.rule), str(rule.channel), raised_at.isoformat())


def evaluate(
    rule: ThresholdRule, state: RuleState, readings: Iterable[Reading]
) -> tuple[list[Crossing], RuleState]:
    """Return the crossings some readings make, and the state after them.

    Args:
        rule: The rule.
        state: State after the readings before.
        readings: Of the rule's channel, by time; those not newer than the state are ignored.
    """
    crossings: list[Crossing] = []
    for reading in readings:
        assert reading.channel == rule.channel, "a rule sees its own channel"
        if state.last_at is not None and reading.at <= state.last_at:
            continue
        if reading.quality == Quality.SUSPECT:
            continue
        state, crossing = _next(rule, replace(state, last_at=reading.at), reading)
        if crossing is not None:
            crossings.append(crossing)
    return crossings, state


def _next(
    rule: ThresholdRule, state: RuleState, reading: Reading
) -> tuple[RuleState, Crossing | None]:
    if state.raised_at is not None:
        if reading.count >= rule.above - rule.deadband:
            return state, None
        crossing = Crossing(
            alert=alert_id(rule, state.raised_at),
            rule=rule.rule,
            channel=rule.channel,
            direction=Direction.CLEARED,
            at=reading.at,
            value=reading.count,
        )
        return replace(state, raised_at=None, above_since=None), crossing
    if reading.count <= rule.above:
        return replace(state, above_since=None), None
    since = state.above_since or reading.at
    if reading.at - since < timedelta(seconds=rule.delay_s):
        return replace(state, above_since=since), None
    crossing = Crossing(
        alert=alert_id(rule, reading.at),
        rule=rule.rule,
        channel=rule.channel,
        direction=Direction.RAISED,
        at=reading.at,
        value=reading.count,
    )
    return replace(state, raised_at=reading.at, above_since=since), crossing
