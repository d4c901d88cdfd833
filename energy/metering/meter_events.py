"""In: what happens to a meter beside coming and going. Out: fields of its events. Pure.

The events themselves are those of the Meter aggregate (energy/metering/meter.py), which gives each
its topic.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from energy.base.aggregate import JournalAggregate
from energy.base.errors import RefusedError


class MeterStateError(RefusedError):
    """A command does not fit the state of the metering point."""

    code = "meter.state"


@dataclass(frozen=True, slots=True, kw_only=True)
class FedSpan:
    """Which registers feed which channels over a span."""

    start: datetime
    end: datetime | None
    """None while it lasts."""
    feeds: Mapping[int, int]
    """Number of the register's own channel by number of the channel that it feeds; empty where
    nothing is known of the register that counted."""
    start_counts: Mapping[int, int]
    """What the registers showed at the start, by their own channel. [count]"""
    end_counts: Mapping[int, int]
    """What they showed at the end. [count]"""

    def fields(self) -> dict[str, Any]:
        """Return it as the event holds it."""
        return {
            "start": self.start,
            "end": self.end,
            "feeds": keyed(self.feeds),
            "start_counts": keyed(self.start_counts),
            "end_counts": keyed(self.end_counts),
        }


class ServingEvent(JournalAggregate.Event):
    """A device begins to serve; what was wired the wrong way is so no more."""

    def apply(self, aggregate: Any) -> None:
        """Let the device serve."""
        for name in ("serial", "profile", "source", "address", "multiplier"):
            setattr(aggregate, name, getattr(self, name))
        aggregate.since, aggregate.feeds = vars(self)["at"], {}


class ResetFields(JournalAggregate.Event):
    """The registers of a device fell to other counts."""

    at: datetime
    counts_before: dict[str, int]
    """By channel number: the last counts before the fall. [count]"""
    counts_after: dict[str, int]
    """By channel number: the first counts behind it. [count]"""
    reason: str
    record: dict[str, Any]

    def apply(self, aggregate: Any) -> None:
        """Remember when the registers began anew, and since when nothing was said before."""
        aggregate.resets = {**aggregate.resets, self.at: aggregate.since}
        aggregate.since = self.at


class ResetWithdrawnFields(JournalAggregate.Event):
    """A reset that was recorded did not happen, or not so."""

    at: datetime
    """Of the reset."""
    registers: list[int]
    """Channel numbers of the registers that it named."""
    reason: str
    record: dict[str, Any]

    def apply(self, aggregate: Any) -> None:
        """Let what was said before the reset be the last again, where nothing came behind it."""
        before = aggregate.resets[self.at]
        aggregate.resets = {
            at: before if since == self.at else since
            for at, since in aggregate.resets.items()
            if at != self.at
        }
        if aggregate.since == self.at:
            aggregate.since = before


class RetiredFields(JournalAggregate.Event):
    """The device of a point went, and no other came."""

    at: datetime
    final_counts: dict[str, int]
    """By channel number. [count]"""
    reason: str
    record: dict[str, Any]

    def apply(self, aggregate: Any) -> None:
        """Let no device serve any more."""
        aggregate.serial, aggregate.since, aggregate.feeds = None, self.at, {}


class ReversedFields(JournalAggregate.Event):
    """Other registers than its own feed a channel over a span."""

    start: datetime
    end: datetime | None
    """None while it lasts."""
    feeds: dict[str, int]
    """Number of the register's own channel by number of the channel that it feeds."""
    start_counts: dict[str, int]
    """By the register's own channel, at the start. [count]"""
    end_counts: dict[str, int]
    """By the register's own channel, at the end. [count]"""
    reason: str
    record: dict[str, Any]

    def apply(self, aggregate: Any) -> None:
        """Remember what feeds the channels now, and from when on nothing else is said."""
        aggregate.since = max(aggregate.since, self.end or self.start)
        if self.end is None:
            aggregate.feeds = {key: fed for key, fed in self.feeds.items() if key != str(fed)}


def registers_of(channels: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return unit, resolution and modulus of the device's register, per channel number.

    Stated with every device: today they must be the channel's own, one day another device
    may count in other steps.
    """
    return {
        str(c["number"]): {key: c[key] for key in ("unit", "resolution", "modulus")}
        for c in channels
    }


def keyed(counts: Mapping[int, int]) -> dict[str, int]:
    """Return numbers with text keys, as JSON has them."""
    return {str(number): count for number, count in counts.items()}


def has_nul(value: object) -> bool:
    """Return whether a text anywhere in a value holds a NUL, which no table takes."""
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, Mapping):
        return any(has_nul(each) for pair in value.items() for each in pair)
    return isinstance(value, list | tuple) and any(has_nul(each) for each in value)
