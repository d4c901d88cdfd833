"""In: a computed channel, an instant. Out: its value, and every value it rests on. I/O: reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import numpy as np

from energy.base.period import Period, grid_floor
from energy.base.quality import Quality
from energy.metering.channel import Channel, Kind
from energy.metering.formula.check import Checked
from energy.metering.formula.evaluate import Values, per_group
from energy.metering.formula.exact import Exact, folded, fractions
from energy.metering.formula.inputs import Input
from energy.metering.formula.tree import Members, Named, text_of
from energy.metering.formula.units import Unit, shown_unit, unit_of
from energy.metering.usage import BY_BADNESS
from energy.views.computed import DEEPEST, computed_rules
from energy.views.formula.rows import RULE
from energy.views.formula.usage import Asked, Piece, evaluated

MOST_MEMBERS = 200
"""Members of a class that are told one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One value of an explanation."""

    depth: int
    text: str
    """The part of the formula."""
    channel: str | None
    """Key of the channel it is read from."""
    value: Fraction | None
    """None where it is not known. [unit]"""
    unit: str
    quality: Quality
    version: int | None = None
    """Version of the formula that begins here."""
    valid_from: str | None = None
    """First local day of that version."""


def explained(asked: Asked, channel: Channel) -> list[Step]:
    """Return how the value of a formula over a period comes about, the result first.

    Args:
        asked: Site and position, and a period within which the formula does not change.
        channel: The formula's channel.
    """
    return list(_formula(asked, channel, 0))


def around(at: datetime, channel: Channel, zone: ZoneInfo) -> Period:
    """Return the interval of a channel's grid that holds an instant.

    Args:
        at: Aware.
        channel: The channel.
        zone: The site's zone.
    """
    step_s = channel.facts.grid_s
    start = grid_floor(at, step_s, zone)
    return Period(start=start, end=start + timedelta(seconds=step_s))


def _formula(asked: Asked, channel: Channel, depth: int) -> Iterator[Step]:
    found = evaluated(asked, [channel])
    told = sum(piece.last - piece.first for piece, _ in found)
    if depth > DEEPEST or not found or told < found[0][1].intervals:  # a part is not known
        yield Step(
            depth=depth,
            text=channel.key,
            channel=channel.key,
            value=None,
            unit=channel.facts.unit,
            quality=Quality.MISSING,
        )
        return
    for piece, values in found:
        unit = unit_of(piece.version.unit)
        first, *others = _parts(asked, piece, piece.checked, values, unit, depth)
        yield replace(
            first,
            channel=channel.key,
            version=piece.version.version,
            valid_from=piece.version.valid_from.isoformat(),
        )
        yield from others


def _parts(
    asked: Asked, piece: Piece, checked: Checked, values: Values, like: Unit, depth: int
) -> Iterator[Step]:
    """Yield a part and what it is made of."""
    node = checked.node
    unit = _unit_of(checked, like)
    if not isinstance(node, Members):
        value, quality = _value(per_group(checked, values, np.zeros(1, dtype=np.int64)), unit)
    else:
        value, quality = _class(checked, values, unit)
    named = checked.inputs[0].channel if isinstance(node, Named) else None
    yield Step(
        depth=depth,
        text=text_of(node),
        channel=None if named is None else named.key,
        value=value,
        unit=unit.text,
        quality=quality,
    )
    if named is not None and named.facts.kind is Kind.COMPUTED:
        rules = computed_rules(asked.connection, asked.schema, [named.number])
        if rules.get(named.number) == RULE:
            yield from _formula(asked, named, depth + 1)
    for each in checked.inputs[:MOST_MEMBERS] if isinstance(node, Members) else ():
        yield _member(each, values, unit, depth + 1)
    for part in checked.parts:
        yield from _parts(asked, piece, part, values, like, depth + 1)


def _unit_of(checked: Checked, like: Unit) -> Unit:
    """Return the unit in which a part is told: that of its register, else one like the result."""
    if isinstance(checked.node, Named):
        return unit_of(checked.inputs[0].channel.facts.unit)
    if checked.unit is not None and not checked.inputs:
        return checked.unit
    return shown_unit(checked.dimension, like)


def _class(checked: Checked, values: Values, unit: Unit) -> tuple[Fraction | None, Quality]:
    members = replace(checked, parts=())
    return _value(per_group(members, values, np.zeros(1, dtype=np.int64)), unit)


def _member(each: Input, values: Values, unit: Unit, depth: int) -> Step:
    found = values.channels[each.channel.number]
    start = np.zeros(1, dtype=np.int64)
    value, quality = _value(folded(found, start, values.intervals, mean=False), unit)
    return Step(
        depth=depth,
        text=f"[{each.channel.key}]",
        channel=each.channel.key,
        value=value,
        unit=unit.text,
        quality=quality,
    )


def _value(found: Exact, unit: Unit) -> tuple[Fraction | None, Quality]:
    value = fractions(found)[0]
    quality = Quality(int(BY_BADNESS[found.bad[0]]))
    return (None if value is None else value / unit.factor), quality
