"""In: a channel that is a share, a period. Out: by what its whole was divided, by span. I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from energy.base.period import Period
from energy.base.quality import Quality
from energy.base.units import Utility
from energy.metering.shares.bearer import BearerKind
from energy.metering.shares.keys import KEYS
from energy.metering.shares.version import KeyVersion, borne_weights
from energy.views.grounds.asked import SiteAsked
from energy.views.grounds.rows import KeyFigures, ShareGrounds, ShareSpan
from energy.views.shares.bearers import HoldRow, read_holds
from energy.views.shares.rows import ShareRow, read_shares, shares_of
from energy.views.shares.usage import DividedDay, share_point
from energy.views.shares.whole import whole_channels
from energy.views.usage_channels import usage_channels

Borne = Sequence[Mapping[str, Fraction | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Day:
    """A divided day as one part sees it."""

    divided: DividedDay
    borne: Borne
    """One mapping a key."""
    holder: str | None


def share_grounds(asked: SiteAsked, number: int, period: Period) -> ShareGrounds | None:
    """Return what a share rests on in a period; None where it is not known to be one.

    Args:
        asked: The site, and as known when.
        number: A channel of the rule "share".
        period: Whole local days.
    """
    where = (asked.connection, asked.schema)
    known = read_shares(*where, only=shares_of(*where, [number]), as_of=asked.as_of)
    parts = [(e, part) for e in known for part, own in e.channels.items() if own == number]
    if not parts:
        return None
    share, part = parts[0]
    utility = asked.channel(number).facts.utility
    assert utility is not None, "a share is of a utility"
    inputs = whole_channels(*where, share.whole, period, asked.as_of)
    days = _days(asked, share, part, period)
    versions = [day.divided.version for day in days if day.divided.version is not None]
    points = {
        point
        for version in {id(each): each for each in versions}.values()
        for each in version.parts
        if each.key == part and version.own_usage
        for point in each.points
    }
    own = usage_channels(*where, sorted(points))
    return ShareGrounds(
        channel=number,
        point=share_point(share.key, part),
        share=share.key,
        name=share.name,
        part=part,
        utility=Utility(utility),
        node=share.whole.get("node"),
        spans=tuple(_spans(share, part, days)),
        inputs=asked.counted(sorted(inputs), period),
        own=asked.counted(sorted(each.number for each in own.values()), period),
    )


def _days(asked: SiteAsked, share: ShareRow, part: str, period: Period) -> list[_Day]:
    holds = read_holds(
        asked.connection,
        asked.schema,
        points=[share_point(share.key, part)],
        as_of=asked.as_of,
    )
    return [_day(divided, holds) for divided in asked.divided(share, period)]


def _day(divided: DividedDay, holds: Sequence[HoldRow]) -> _Day:
    version = divided.version
    if version is None:
        return _Day(divided=divided, borne=(), holder=None)
    kind = BearerKind(version.held_by)
    held = (row.hold for row in holds if row.kind is kind and row.hold.on(divided.day))
    return _Day(
        divided=divided,
        borne=borne_weights(version, divided.facts),
        holder=next((hold.bearer for hold in held), None),
    )


def _spans(share: ShareRow, part: str, days: Iterable[_Day]) -> Iterable[ShareSpan]:
    """Yield neighbouring days on which all figures but the usage are the same."""
    for _, group in groupby(days, key=_alike):
        yield _span(share, part, list(group))


def _alike(day: _Day) -> tuple[Any, ...]:
    version = day.divided.version
    if version is None:
        return ()
    fixed = [
        tuple(sorted(borne.items(), key=lambda each: each[0]))
        for key, borne in zip(version.keys, day.borne, strict=True)
        if not KEYS[key.by].own_usage
    ]
    return version, _vacant(day.divided), day.holder, tuple(fixed)


def _vacant(divided: DividedDay) -> tuple[str, ...]:
    """Return the units that nobody holds; the owner's part is none."""
    owner = None if divided.version is None else divided.version.owner
    return tuple(sorted(divided.facts.vacant - {owner}))


def _span(share: ShareRow, part: str, days: Sequence[_Day]) -> ShareSpan:
    first, last = days[0].divided, days[-1].divided
    version = first.version
    portions = [_portion(day.divided, part) for day in days]
    known = [each for each in portions if each is not None]
    complete = version is not None and len(known) == len(portions)
    return ShareSpan(
        first_day=first.day,
        last_day=last.day,
        keys=() if version is None else tuple(_figures(version, part, days)),
        vacancy=None if version is None else version.vacancy,
        owner=None if version is None else version.owner,
        vacant=_vacant(first),
        holder=days[0].holder,
        least=min(known) if complete else None,
        most=max(known) if complete else None,
        whole=_sum(days, lambda each: (each.whole.usage, each.whole.quality)),
        usage=_sum(days, lambda each: _own(each, part)),
        carried=last.shares.carried.get(part),
        position=next((r.position for r in reversed(share.keys) if r.version == version), None),
    )


def _portion(divided: DividedDay, part: str) -> Fraction | None:
    portions = divided.found.portions
    return None if portions is None else portions.get(part, Fraction(0))


def _figures(version: KeyVersion, part: str, days: Sequence[_Day]) -> Iterable[KeyFigures]:
    """Yield what each key weighed: constant figures once, the own usage summed over the days."""
    for n, key in enumerate(version.keys):
        meant = days if KEYS[key.by].own_usage else days[:1]
        own = [day.borne[n].get(part, Fraction(0)) for day in meant]
        every = [weight for day in meant for weight in day.borne[n].values()]
        yield KeyFigures(by=key.by, portion=key.portion, own=_total(own), every=_total(every))


def _total(weights: Sequence[Fraction | None]) -> Fraction | None:
    known = [each for each in weights if each is not None]
    return sum(known, Fraction(0)) if len(known) == len(weights) else None


def _own(divided: DividedDay, part: str) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    used = divided.shares.usage.get(part)
    none = np.zeros(len(divided.shares.quality), dtype=np.int64)
    return (none if used is None else used), divided.shares.quality


def _sum(days: Sequence[_Day], told: Any) -> int | None:
    total = 0
    for day in days:
        usage, quality = told(day.divided)
        if (quality >= Quality.SUSPECT).any():
            return None
        total += int(usage.sum())
    return total
