"""In: an act told again. Out: that it is the same, or a refusal. I/O: reads the journal.

What a meter showed at an instant is recorded once: an act is known by its point and instant, and
the same act with other counts is another statement that contradicts it. Whoever tells it is told
what is recorded, not that all is well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, Final

from billing.money import exact_text
from energy.metering.channel import Channel
from energy.metering.meter import Meter, meter_id
from processes.meter_life.counts import MeterLifeError
from processes.technician_site import SiteDesk

BEHIND: Final = timedelta(microseconds=1)
"""An act at the instant of the last reading before it is recorded this far behind it. [us]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Resets:
    """What was said of a reset at one instant."""

    standing: Meter.RegisterReset | None
    withdrawn: tuple[Meter.ResetWithdrawn, ...]
    """By time of saying."""


def resets_at(desk: SiteDesk, point: str, at: datetime) -> Resets:
    """Return what was said of resets of a point at an instant, or right behind it."""
    standing: Meter.RegisterReset | None = None
    withdrawn: list[Meter.ResetWithdrawn] = []
    for event in _said(desk, point, (Meter.RegisterReset, Meter.ResetWithdrawn)):
        if not _is_at(event, at):
            continue
        if isinstance(event, Meter.ResetWithdrawn):
            standing = None
            withdrawn.append(event)
        else:
            standing = event
    return Resets(standing=standing, withdrawn=tuple(withdrawn))


def resets_standing(desk: SiteDesk, point: str) -> list[Meter.RegisterReset]:
    """Return the resets of a point that nobody took back, by time of saying."""
    found: dict[datetime, Meter.RegisterReset] = {}
    for event in _said(desk, point, (Meter.RegisterReset, Meter.ResetWithdrawn)):
        if isinstance(event, Meter.ResetWithdrawn):
            found.pop(event.at, None)
        else:
            found[event.at] = event
    return list(found.values())


def retired_at(
    desk: SiteDesk, point: str, at: datetime, *, moved_to: str | None = None
) -> Meter.Retired | None:
    """Return how the device of a point went at an instant: for good, or to another point."""
    gone = (e for e in _said(desk, point, Meter.Retired) if _is_at(e, at))
    return next((e for e in gone if e.record.get("moved_to") == moved_to), None)


def came_at(desk: SiteDesk, point: str, at: datetime) -> Meter.Commissioned | Meter.Replaced | None:
    """Return how a device came to a point at an instant."""
    kinds = (Meter.Commissioned, Meter.Replaced)
    return next((e for e in _said(desk, point, kinds) if _is_at(e, at)), None)


def when_gone(
    desk: SiteDesk,
    at: datetime,
    going: Sequence[Channel],
    coming: Mapping[int, int],
    since: datetime | None = None,
) -> datetime:
    """Return when a device goes that is told to go at an instant.

    What was read right then would count for the next device: it goes right behind that.

    Args:
        desk: The site.
        at: As it is told.
        going: Counters of the device that goes.
        coming: What the device that comes shows first, by channel number. [count]
        since: When the last act at its point was: none comes before a device that went right
            behind what was read of it.
    """
    if since == at + BEHIND:
        return since
    for channel in going:
        upto, _ = desk.around(channel.number, at)
        if upto and upto[0][0] == at and upto[0][1] != coming.get(channel.number):
            return at + BEHIND
    return at


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanSaid:
    """What was said of which register fed which channel over a span, by time of saying."""

    standing: Meter.Reversed | None
    """The very statement, where nothing else was said of the span since."""
    others: int
    """How often something else was said of it, or of a part of it."""


def said_of(
    desk: SiteDesk, point: str, start: datetime, end: datetime | None, *, straight: bool
) -> SpanSaid:
    """Return what was said of a span; a device that came into one that lasts ends it, too."""
    standing: Meter.Reversed | None = None
    others = 0
    for event in _said(desk, point, (Meter.Reversed, Meter.Commissioned, Meter.Replaced)):
        if not isinstance(event, Meter.Reversed):
            if end is not None or event.at <= start:
                continue
        elif (event.start, event.end, is_straight(event)) == (start, end, straight):
            standing = event
            continue
        elif (end is not None and event.start >= end) or (
            event.end is not None and event.end <= start
        ):
            continue
        standing, others = None, others + 1
    return SpanSaid(standing=standing, others=others)


def is_straight(event: Meter.Reversed) -> bool:
    """Return whether an event lets every register feed its own channel."""
    return bool(event.feeds) and all(key == str(fed) for key, fed in event.feeds.items())


def _is_at(event: Any, at: datetime) -> bool:
    """Return whether an act is that of an instant: recorded then, or right behind it."""
    return event.at in (at, at + BEHIND)


def _said(desk: SiteDesk, point: str, kinds: Any) -> list[Any]:
    events = desk.metering.events.get(meter_id(desk.site.key, point))
    return [event for event in events if isinstance(event, kinds)]


def require_same(
    point: str,
    at: datetime,
    counters: Sequence[Channel],
    told: Mapping[int, int],
    kept: Mapping[str, int],
    *,
    key: str = "meter_life.otherwise",
) -> None:
    """Refuse counts that are not those recorded of the same instant.

    Args:
        point: The metering point.
        at: When.
        counters: Of the point.
        told: Counts as told now, by channel number. [count]
        kept: Counts as recorded, by channel number. [count]
        key: Of the text that says what to do.

    Raises:
        MeterLifeError: One differs; names what is recorded and what to do.
    """
    if any(kept.get(str(number)) != count for number, count in told.items()):
        raise MeterLifeError.of(key, point=point, at=at, kept=_shown(counters, kept))


def require_same_span(
    point: str,
    event: Meter.Reversed,
    turned: Sequence[Channel],
    start_told: Mapping[int, int],
    end_told: Mapping[int, int],
) -> None:
    """Refuse other counts at the ends of a span than are recorded; where none are, any will do.

    Raises:
        MeterLifeError: One differs.
    """
    for at, told, kept in (
        (event.start, start_told, event.start_counts),
        (event.end or event.start, end_told, event.end_counts),
    ):
        known = {number: count for number, count in told.items() if str(number) in kept}
        require_same(point, at, turned, known, kept)


def require_same_arrival(
    point: str,
    at: datetime,
    counters: Sequence[Channel],
    final: Mapping[int, int],
    multiplier: Fraction | None,
    came: Meter.Commissioned | Meter.Replaced,
) -> None:
    """Refuse another multiplier, or other last counts of the device that went, than recorded.

    Raises:
        MeterLifeError: One differs; names what is recorded and what to do.
    """
    kept = came.final_counts if isinstance(came, Meter.Replaced) else {}
    require_same(point, at, counters, final, kept)
    if multiplier is not None and multiplier != Fraction(came.multiplier):
        told = f"x {came.multiplier}"
        raise MeterLifeError.of("meter_life.otherwise", point=point, at=at, kept=told)


def _shown(counters: Sequence[Channel], kept: Mapping[str, int]) -> str:
    """Return recorded counts as displays, for people."""
    facts = {str(channel.number): channel.facts for channel in counters}
    words = [
        f"{facts[number].quantity}={exact_text(count * facts[number].resolution)}"
        for number, count in kept.items()
        if number in facts
    ]
    return ", ".join(words) or "-"
