"""In: channels with formulas, a period, a position. Out: what they say there. I/O: reads.

The rule "formula" of energy/views/computed.py. All inputs of all formulas asked for are read at
once, over the whole period; each version then says what it says in the days it holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction
from functools import lru_cache, partial
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import psycopg
from numpy.typing import NDArray

from energy.base.clock import to_us
from energy.base.period import Period, grid_of, local_day, midnight
from energy.base.quality import Quality
from energy.metering.channel import Channel
from energy.metering.formula.check import Checked, check, check_result
from energy.metering.formula.evaluate import Values, per_group, per_interval
from energy.metering.formula.exact import Exact, fractions, rounded
from energy.metering.formula.inputs import Catalogue, Input
from energy.metering.formula.parser import parse
from energy.metering.formula.tree import Members, Node, PlaceValue
from energy.metering.formula.units import unit_of, usage_unit
from energy.metering.formula.version import FormulaVersion, in_force
from energy.metering.usage import BY_BADNESS, UsageSpan
from energy.metering.usage_groups import Every, group_key
from energy.views.formula.catalogue import SiteCatalogue, named_inputs
from energy.views.formula.inputs import (
    absences,
    attribute_columns,
    constant_columns,
    read_values,
)
from energy.views.formula.rows import formula_versions
from energy.views.formula.runs import runs_of
from energy.views.local_days import days_around
from energy.views.registry import load_channels
from energy.views.usage import empty_span

Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked of some formulas."""

    connection: Connection
    schema: str
    zone: ZoneInfo
    period: Period
    as_of: int | None = None
    """Metering position: as known there; None for now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """The part of a period in which one version of a formula holds and checks."""

    channel: Channel
    version: FormulaVersion
    text: str
    first: int
    """Its first interval."""
    last: int
    """The interval behind it."""
    checked: Checked

    @property
    def inputs(self) -> dict[int, Input]:
        """Return the channels it rests on, by number."""
        return {i.channel.number: i for part in _parts(self.checked) for i in part.inputs}


@dataclass(frozen=True, slots=True, kw_only=True)
class IndicatorGroup:
    """What a formula says of some neighbouring intervals."""

    start: datetime
    """Aware, in the site's zone."""
    end: datetime
    """Aware, in the site's zone."""
    value: Fraction | None
    """None where it is not known. [unit of the formula]"""
    quality: Quality


def formula_usage(
    connection: Connection,
    schema: str,
    zone: ZoneInfo,
    channels: Sequence[int],
    period: Period,
    as_of: int | None,
) -> Mapping[int, UsageSpan]:
    """Return what formulas say per interval, in whole base units of their utility.

    An indicator (no utility) is told in counts of its resolution, to be drawn: its value of a
    day or a month is none of their sums, see `indicator_groups`.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        zone: The site's zone: versions hold from its days on.
        channels: Channels of the rule "formula".
        period: Span on whole grid intervals.
        as_of: Metering position: versions and inputs as known there; None for now.
    """
    begins = midnight(local_day(period.start, zone), zone)  # rounding is carried from there
    whole = Period(start=begins, end=period.end)
    asked = Asked(connection=connection, schema=schema, zone=zone, period=whole, as_of=as_of)
    known = load_channels(connection, schema, only=channels)
    spans = {n: empty_span(n, whole, known[n].facts.grid_s) for n in channels}
    for piece, values in evaluated(asked, list(known.values())):
        span, part = spans[piece.channel.number], slice(piece.first, piece.last)
        found = per_interval(piece.checked, values)
        starts = _day_starts(asked, span.step_s, len(span.usage))
        usage, bad = rounded(found, _smallest(piece), len(span.usage), starts)
        span.usage[part], span.quality[part] = usage[part], BY_BADNESS[bad[part]]
    return {number: _from(span, period) for number, span in spans.items()}


def _day_starts(asked: Asked, step_s: int, length: int) -> NDArray[np.int64]:
    """Return the first interval of each local day."""
    start_us, end_us = to_us(asked.period.start), to_us(asked.period.end)
    days = days_around(start_us, end_us - 1, asked.zone).start_us
    inside = days[(days >= start_us) & (days < end_us)]
    starts: NDArray[np.int64] = (inside - start_us) // (step_s * 1_000_000)
    assert length == 0 or starts[0] == 0, "a period of formulas begins at midnight"
    return starts


def _from(span: UsageSpan, period: Period) -> UsageSpan:
    """Return the part of a span that was asked for."""
    skipped = (period.start - span.start) // timedelta(seconds=span.step_s)
    if skipped == 0:
        return span
    return replace(
        span, start=period.start, usage=span.usage[skipped:], quality=span.quality[skipped:]
    )


def indicator_groups(asked: Asked, channel: Channel, every: Every) -> list[IndicatorGroup]:
    """Return what a formula says of hours, days or months: ratios of their sums.

    A group in which another version begins is told in two parts.

    Args:
        asked: Site, period and position.
        channel: The formula's channel.
        every: Width of a group.
    """
    step = timedelta(seconds=channel.facts.grid_s)
    length = grid_of(asked.period, channel.facts.grid_s)
    begins = [asked.period.start + n * step for n in range(length)]
    keys = [group_key(at, asked.zone, every) for at in begins]
    starts = [n for n in range(length) if n == 0 or keys[n] != keys[n - 1]]
    pieces = list(evaluated(asked, [channel]))
    cuts = {edge for piece, _ in pieces for edge in (piece.first, piece.last) if edge < length}
    edges = sorted({*starts, *cuts})
    value: dict[int, tuple[Fraction | None, Quality]] = {}
    for piece, values in pieces:
        own = np.array([e for e in edges if piece.first <= e < piece.last], dtype=np.int64)
        value |= _grouped(piece, values, own)
    missing = (None, Quality.MISSING)
    return [
        IndicatorGroup(
            start=begins[first].astimezone(asked.zone),
            end=(asked.period.start + last * step).astimezone(asked.zone),
            value=value.get(first, missing)[0],
            quality=value.get(first, missing)[1],
        )
        for first, last in zip(edges, [*edges[1:], length], strict=True)
    ]


def evaluated(asked: Asked, channels: Sequence[Channel]) -> list[tuple[Piece, Values]]:
    """Return every version of formulas that holds in a period, with the values of its inputs.

    Args:
        asked: Site, period and position.
        channels: The formulas' channels.
    """
    pieces = formula_pieces(asked, channels)
    found: list[tuple[Piece, Values]] = []
    for step_s in sorted({piece.channel.facts.grid_s for piece in pieces}):
        mine = [piece for piece in pieces if piece.channel.facts.grid_s == step_s]
        inputs = {number: each for piece in mine for number, each in piece.inputs.items()}
        shared = read_values(
            asked.connection,
            asked.schema,
            asked.zone,
            list(inputs.values()),
            asked.period,
            step_s,
            asked.as_of,
        )
        found += [(piece, _beside(asked, piece, shared)) for piece in mine]
    return found


def formula_pieces(asked: Asked, channels: Sequence[Channel]) -> list[Piece]:
    """Return the versions of formulas that hold in a period, checked, by channel and time.

    Args:
        asked: Site, period and position.
        channels: The formulas' channels.
    """
    holding, trees, catalogue = _read(asked, channels)
    found = []
    for channel, version, first, last in holding:
        text = version.text
        assert text is not None, "what says nothing does not hold"
        step = timedelta(seconds=channel.facts.grid_s)
        begins, ends = (asked.period.start + n * step for n in (first, last))
        sound = partial(_checked, trees[text], text, channel, version)
        for run in runs_of(trees[text], catalogue, sound, begins, ends):
            low = -((begins - run.start) // step) + first
            high = (run.end - begins) // step + first
            # Where a class has meters that never add up, nothing is known of it.
            if isinstance(run.found, Checked) and low < high:
                found.append(
                    Piece(
                        channel=channel,
                        version=version,
                        text=text,
                        first=low,
                        last=high,
                        checked=run.found,
                    )
                )
    return found


def _checked(
    tree: Node, text: str, channel: Channel, version: FormulaVersion, catalogue: Catalogue
) -> Checked:
    """Return a version checked, its result too.

    Raises:
        FormulaError: Its units do not fit.
    """
    facts = channel.facts
    checked = check(tree, text, catalogue, {each.name: each for each in version.constants})
    check_result(checked, text, facts.utility, facts.quantity, version.unit)
    return checked


def formula_inputs(asked: Asked, channels: Sequence[Channel]) -> set[int]:
    """Return the channels that formulas name in a period, also where their units do not fit.

    Args:
        asked: Site, period and position.
        channels: The formulas' channels.
    """
    _, trees, catalogue = _read(asked, channels)
    return {
        each.channel.number for tree in trees.values() for each in named_inputs(tree, catalogue)
    }


def _read(
    asked: Asked, channels: Sequence[Channel]
) -> tuple[list[tuple[Channel, FormulaVersion, int, int]], dict[str, Node], SiteCatalogue]:
    """Return what holds of formulas in a period, the trees by text, and what their names mean."""
    by_number = {each.number: each for each in channels}
    versions = formula_versions(
        asked.connection, asked.schema, channels=list(by_number), as_of=asked.as_of
    )
    holding = [
        (by_number[number], each, first, last)
        for number, own in versions.items()
        for each, first, last in _holding(asked, own, by_number[number].facts.grid_s)
        if each.text is not None
    ]
    trees = {version.text: _parsed(version.text) for _, version, _, _ in holding if version.text}
    catalogue = SiteCatalogue(
        asked.connection, asked.schema, trees.values(), period=asked.period, as_of=asked.as_of
    )
    return holding, trees, catalogue


def _holding(
    asked: Asked, versions: Sequence[FormulaVersion], step_s: int
) -> list[tuple[FormulaVersion, int, int]]:
    """Return which version holds in which intervals of the period."""
    length, step = grid_of(asked.period, step_s), timedelta(seconds=step_s)
    first_day = local_day(asked.period.start, asked.zone)
    starts = {midnight(each.valid_from, asked.zone) for each in versions}
    inside = sorted(at for at in starts if asked.period.start < at < asked.period.end)
    found = []
    edges = [asked.period.start, *inside, asked.period.end]
    for begin, end in pairwise(edges):
        day = first_day if begin == asked.period.start else local_day(begin, asked.zone)
        version = in_force(versions, day)
        first = -((asked.period.start - begin) // step)
        last = min(-((asked.period.start - end) // step), length)
        if version is not None and first < last:
            found.append((version, first, last))
    return found


def _beside(asked: Asked, piece: Piece, shared: Values) -> Values:
    """Return the values of a piece: the channels it shares, and what is its own."""
    parts = _parts(piece.checked)
    places = {
        (each.node.place, each.node.name) for each in parts if isinstance(each.node, PlaceValue)
    }
    members = {each.node: each.inputs for each in parts if isinstance(each.node, Members)}
    step_s, period = piece.channel.facts.grid_s, asked.period
    where = (asked.connection, asked.schema)
    return replace(
        shared,
        constants=constant_columns(piece.version.constants, asked.zone, period, step_s),
        attributes=attribute_columns(*where, sorted(places), period, step_s, asked.as_of)
        if places
        else {},
        absent=absences(*where, members, period, step_s, asked.as_of),
    )


def _grouped(
    piece: Piece, values: Values, starts: NDArray[np.int64]
) -> dict[int, tuple[Fraction | None, Quality]]:
    """Return value and quality of groups by their first interval."""
    if len(starts) == 0:
        return {}
    inner = cut_values(values, piece.first, piece.last)
    found = per_group(piece.checked, inner, starts - piece.first)
    unit = unit_of(piece.version.unit).factor
    bads = np.broadcast_to(found.bad, (len(starts),)).tolist()
    told = fractions(found)
    told = told * len(starts) if len(told) == 1 else told
    return {
        first: (None if each is None else each / unit, Quality(int(BY_BADNESS[bad])))
        for first, each, bad in zip(starts.tolist(), told, bads, strict=True)
    }


def cut_values(values: Values, first: int, last: int) -> Values:
    """Return the values of some intervals alone. Pure.

    Args:
        values: Of a period.
        first: The first interval kept.
        last: The interval behind the last one kept.
    """

    def cut(each: Exact) -> Exact:
        def part(column: NDArray[np.generic]) -> NDArray[np.generic]:
            return column if len(column) == 1 else column[first:last]

        return Exact(
            scale=each.scale,
            num=part(each.num),
            den=None if each.den is None else part(each.den),
            bad=part(each.bad).astype(np.uint8),
        )

    return Values(
        intervals=last - first,
        step_s=values.step_s,
        channels={key: cut(each) for key, each in values.channels.items()},
        constants={key: cut(each) for key, each in values.constants.items()},
        attributes={key: cut(each) for key, each in values.attributes.items()},
        absent={key: each[first:last] for key, each in values.absent.items()},
    )


def _smallest(piece: Piece) -> Fraction:
    """Return the size of one whole number of a formula's result."""
    facts = piece.channel.facts
    if facts.utility is not None:
        return usage_unit(facts.utility, facts.quantity).factor
    return unit_of(facts.unit).factor * facts.resolution


def _parts(checked: Checked) -> list[Checked]:
    return [checked, *(inner for each in checked.parts for inner in _parts(each))]


@lru_cache(maxsize=1024)
def _parsed(text: str) -> Node:
    return parse(text)
