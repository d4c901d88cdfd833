"""In: channels, a period, a position. Out: their usage, measured or computed. I/O: reads.

A computed channel has no readings: its usage follows from that of others by a rule (a formula, a
share of a common meter). Who wants usage asks here and need not know which kind a channel is of.
Nothing of it is stored: what changes an input has changed what is computed of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from energy.base.errors import RefusedError
from energy.base.period import Period
from energy.metering.usage import UsageSpan
from energy.views.as_of import usage_as_of
from energy.views.usage import empty_span, read_spans

Connection = psycopg.Connection[tuple[object, ...]]
Rule = Callable[
    [Connection, str, ZoneInfo, Sequence[int], Period, int | None], Mapping[int, UsageSpan]
]
"""Usage of some channels of one rule: takes what `channel_usage` takes, in its order."""
DEEPEST = 32
"""How many computed channels may rest on each other, one behind the other."""
MOST_KEPT = 2000
"""Spans kept between questions that are asked together; a month's takes some 27 kB."""


class ComputedDepthError(RefusedError):
    """Computed channels rest on each other deeper than is followed, or in a circle."""

    code = "computed.deep"


def _formula() -> Rule:
    from energy.views.formula.usage import formula_usage  # it asks here for its inputs

    return formula_usage


def _share() -> Rule:
    from energy.views.shares.usage import share_usage  # it asks here for what is divided

    return share_usage


RULES: dict[str, Callable[[], Rule]] = {"formula": _formula, "share": _share}
"""What finds a rule by its name; `computed_channel.rule` names the one a channel follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asking:
    """One question from outside: what rests on what it asks for is computed once."""

    depth: int
    together: bool = False
    """Whether it only holds questions that are asked one after the other."""
    outermost: bool = False
    """Whether it is asked from outside, not by a rule."""
    known: dict[tuple[int, Period], UsageSpan] = field(default_factory=dict)
    rules: dict[int, str | None] = field(default_factory=dict)
    """Rule by channel; None for a measured one."""


_asking: ContextVar[_Asking | None] = ContextVar("asking", default=None)


def channel_usage(
    connection: Connection,
    schema: str,
    zone: ZoneInfo,
    channels: Sequence[int],
    period: Period,
    as_of: int | None = None,
) -> dict[int, UsageSpan]:
    """Return the usage of some channels over a period, MISSING where nothing is known.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        zone: The site's zone.
        channels: Channel numbers, measured or computed.
        period: Span on whole grid intervals of every channel asked for.
        as_of: Metering position: usage as known there; None for now.

    Channels that rest on each other in a circle are MISSING: they must not keep anybody from
    what the others used. Whoever stores what would make a circle is refused before.

    Raises:
        NotFoldedError: The views have not come that far.
    """
    with _deeper(channels) as asking:
        _find_rules(connection, schema, channels, asking)
        measured = [n for n in channels if asking.rules[n] is None]
        spans = _measured(connection, schema, zone, measured, period, as_of) if measured else {}
        asked: dict[str, list[int]] = {}
        for number in dict.fromkeys(channels):
            rule = asking.rules[number]
            if rule is not None and (number, period) not in asking.known:
                asked.setdefault(rule, []).append(number)
        for name, mine in asked.items():
            found = _ruled(name, mine, asking, (connection, schema, zone, period, as_of))
            asking.known.update({(number, period): span for number, span in found.items()})
        return {n: spans[n] if n in spans else asking.known[n, period] for n in channels}


def _ruled(
    name: str,
    channels: Sequence[int],
    asking: _Asking,
    where: tuple[Connection, str, ZoneInfo, Period, int | None],
) -> Mapping[int, UsageSpan]:
    """Return what a rule says of channels; MISSING of those in a circle, if it is asked outside.

    Raises:
        ComputedDepthError: There is one, and more is told of it further out.
    """
    connection, schema, zone, period, as_of = where
    try:
        return RULES[name]()(connection, schema, zone, channels, period, as_of)
    except ComputedDepthError:
        if not asking.outermost:
            raise
    if len(channels) > 1:
        found: dict[int, UsageSpan] = {}
        for number in channels:
            found |= _ruled(name, [number], asking, where)
        return found
    (number,) = channels
    row = connection.execute(
        f"SELECT grid_s FROM {schema}.channel WHERE number = %s", (number,)
    ).fetchone()
    assert row is not None, "a rule is of a channel"
    return {number: empty_span(number, period, int(str(row[0])))}


@contextmanager
def asked_together() -> Iterator[None]:
    """Let questions about one site, as known at one position, share what they compute.

    A share of a common meter is computed with all the others: the bills of two hundred tenants ask
    two hundred times for the same.
    """
    token = _asking.set(_Asking(depth=0, together=True))
    try:
        yield
    finally:
        _asking.reset(token)


def computed_rules(connection: Connection, schema: str, channels: Sequence[int]) -> dict[int, str]:
    """Return the rule of those of some channels that are computed.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        channels: Channel numbers.
    """
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT channel, rule FROM {schema}.computed_channel WHERE channel = ANY(%s)",
        (list(channels),),
    ).fetchall()
    return dict(rows)


def _find_rules(
    connection: Connection, schema: str, channels: Sequence[int], asking: _Asking
) -> None:
    unknown = [number for number in channels if number not in asking.rules]
    if unknown:
        found = computed_rules(connection, schema, unknown)
        asking.rules.update({number: found.get(number) for number in unknown})


def _measured(
    connection: Connection,
    schema: str,
    zone: ZoneInfo,
    channels: Sequence[int],
    period: Period,
    as_of: int | None,
) -> dict[int, UsageSpan]:
    if as_of is None:
        return read_spans(connection, schema, channels, period)
    return usage_as_of(connection, schema, zone, channels, period, as_of)


@contextmanager
def _deeper(channels: Sequence[int]) -> Iterator[_Asking]:
    """Go one step deeper within the question at hand, or begin one.

    Raises:
        ComputedDepthError: That is deeper than anything sound.
    """
    outer = _asking.get()
    if outer is not None and outer.together and len(outer.known) > MOST_KEPT:
        outer.known.clear()
    inner = _Asking(depth=0, outermost=True)
    if outer is not None:
        inner = _Asking(
            depth=outer.depth + 1,
            outermost=outer.together,
            known=outer.known,
            rules=outer.rules,
        )
    if inner.depth > DEEPEST:
        shown = ", ".join(str(number) for number in list(channels)[:5])
        raise ComputedDepthError.of("computed.deep", channels=shown, most=DEEPEST)
    token = _asking.set(inner)
    try:
        yield inner
    finally:
        _asking.reset(token)
