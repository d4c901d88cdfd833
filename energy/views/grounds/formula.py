"""In: a channel with a formula, a period. Out: its versions, with the values of inputs. I/O."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from fractions import Fraction

import numpy as np

from energy.base.period import Period, local_day
from energy.metering.formula.evaluate import Values
from energy.metering.formula.exact import folded, fractions
from energy.metering.formula.inputs import DatedConstant, Input
from energy.metering.formula.units import unit_of
from energy.views.formula.usage import Asked, Piece, cut_values, evaluated
from energy.views.grounds.asked import SiteAsked
from energy.views.grounds.rows import Counted, FormulaGrounds, FormulaSpan

_INSTANT = timedelta(microseconds=1)


def formula_grounds(asked: SiteAsked, number: int, period: Period) -> FormulaGrounds:
    """Return what a formula rests on in a period.

    Args:
        asked: The site, and as known when.
        number: A channel of the rule "formula".
        period: Whole local days.
    """
    channel = asked.channel(number)
    where = Asked(
        connection=asked.connection,
        schema=asked.schema,
        zone=asked.zone,
        period=period,
        as_of=asked.as_of,
    )
    found = evaluated(where, [channel])
    named: dict[int, Counted] = {}
    for piece, values in found:
        named |= {each.channel: each for each in _inputs(asked, piece, values)}
    return FormulaGrounds(
        channel=number,
        point=channel.point,
        name=asked.name(channel.point),
        spans=tuple(_span(asked, where, piece, values) for piece, values in found),
        inputs=tuple(named.values()),
    )


def _span(asked: SiteAsked, where: Asked, piece: Piece, values: Values) -> FormulaSpan:
    step, version = timedelta(seconds=piece.channel.facts.grid_s), piece.version
    start, end = (where.period.start + n * step for n in (piece.first, piece.last))
    first, last = local_day(start, asked.zone), local_day(end - _INSTANT, asked.zone)
    return FormulaSpan(
        first_day=first,
        last_day=last,
        version=version.version,
        valid_from=version.valid_from,
        text=piece.text,
        unit=version.unit,
        constants=tuple(_constants(version.constants, first, last)),
        inputs=tuple(_inputs(asked, piece, cut_values(values, piece.first, piece.last))),
        position=version.position,
    )


def _constants(
    constants: Iterable[DatedConstant], first: date, last: date
) -> Iterable[tuple[str, Fraction, str, date]]:
    for each in sorted(constants, key=lambda constant: constant.name):
        values = sorted(each.values)
        ends = [since for since, _ in values[1:]]
        for (since, value), end in zip(values, [*ends, date.max], strict=True):
            if since <= last and end > first:
                yield each.name, value, each.unit, since


def _inputs(asked: SiteAsked, piece: Piece, values: Values) -> Iterable[Counted]:
    for number, each in sorted(piece.inputs.items()):
        yield _counted(asked, number, each, values)


def _counted(asked: SiteAsked, number: int, each: Input, values: Values) -> Counted:
    found = values.channels[number]
    start = np.zeros(1, dtype=np.int64)
    (value,) = fractions(folded(found, start, values.intervals, mean=each.gauge))
    unit = unit_of(each.channel.facts.unit)
    return Counted(
        channel=number,
        point=each.channel.point,
        name=asked.name(each.channel.point),
        quantity=each.channel.facts.quantity,
        value=None if value is None else value / unit.factor,
        unit=unit.text,
    )
