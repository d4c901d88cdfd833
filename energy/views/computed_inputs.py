"""In: computed channels, a period, a position. Out: the channels they rest on in the end. I/O.

What bars a bill of a measured channel bars that of every formula and share that rests on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import psycopg

from energy.base.period import Period
from energy.views.computed import computed_rules
from energy.views.formula.rows import RULE
from energy.views.formula.usage import Asked, formula_inputs
from energy.views.registry import load_channels
from energy.views.shares.usage import channels_behind

Connection = psycopg.Connection[tuple[object, ...]]


def inputs_behind(
    connection: Connection,
    schema: str,
    zone: ZoneInfo,
    channels: Sequence[int],
    period: Period,
    as_of: int | None = None,
) -> set[int]:
    """Return every channel that some channels rest on in a period, directly or not.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        zone: The site's zone.
        channels: Channel numbers; a measured one rests on nothing.
        period: Span on whole grid intervals.
        as_of: Metering position: as known there; None for now.
    """
    asked = Asked(connection=connection, schema=schema, zone=zone, period=period, as_of=as_of)
    found: set[int] = set()
    waiting = list(channels)
    while waiting:
        rules = computed_rules(connection, schema, waiting)
        formulas = [number for number, rule in rules.items() if rule == RULE]
        shares = {number for number in rules if number not in formulas}
        behind = _of_formulas(asked, formulas) | _of_shares(asked, shares)
        waiting = sorted(behind - found)
        found |= behind
    return found - set(channels)


def _of_formulas(asked: Asked, numbers: Sequence[int]) -> set[int]:
    if not numbers:
        return set()
    channels = load_channels(asked.connection, asked.schema, only=numbers)
    return formula_inputs(asked, list(channels.values()))


def _of_shares(asked: Asked, numbers: set[int]) -> set[int]:
    if not numbers:
        return set()
    return channels_behind(
        asked.connection, asked.schema, asked.zone, sorted(numbers), asked.period, asked.as_of
    )
