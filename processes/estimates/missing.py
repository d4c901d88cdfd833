"""In: a span of days, a method. Out: drafts of all channels that lack usage there. I/O: reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from energy.base.errors import RefusedError
from energy.base.period import Period, span_of_days
from energy.base.quality import Quality
from energy.metering.channel import USAGE_KINDS, Channel
from energy.store.sites import Site
from energy.system import System
from energy.views.registry import load_registry
from energy.views.usage import read_spans
from processes.estimates.draft import EstimateDraft, draft_estimate

_AT_ONCE = 200
"""Channels whose usage is read at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undrafted:
    """A channel that lacks usage and cannot be estimated as asked."""

    channel: Channel
    error: RefusedError


def channels_missing(
    system: System, site: Site, first: date, last: date, *, every: bool = False
) -> list[Channel]:
    """Return the channels that lack usage in some local days, by number.

    Args:
        system: Parts of a process.
        site: The site.
        first: First local day.
        last: Last local day, included.
        every: Also those that no bill may rest on.
    """
    period = span_of_days(first, last, site.zone)
    period = Period(start=period.start, end=max(period.start, min(period.end, system.clock.now())))
    with system.database.connection() as connection:
        registry = load_registry(connection, site.schema)
        wanted = sorted(
            number
            for number in registry.segments
            if registry.channels[number].facts.kind in USAGE_KINDS
            and (every or registry.channels[number].facts.billing)
        )
        found = []
        for start in range(0, len(wanted), _AT_ONCE):
            part = wanted[start : start + _AT_ONCE]
            spans = read_spans(connection, site.schema, part, span_of_days(first, last, site.zone))
            found += [n for n in part if _lacks(spans[n].quality, spans[n].step_s, period)]
    return [registry.channels[number] for number in found]


def _lacks(
    quality: np.ndarray[tuple[int], np.dtype[np.uint8]], step_s: int, period: Period
) -> bool:
    whole = int((period.end - period.start).total_seconds()) // step_s
    return bool((quality[:whole] == Quality.MISSING).any())


def draft_missing(
    system: System,
    site: Site,
    channels: Sequence[Channel],
    first: date,
    last: date,
    method: str,
    *,
    options: Mapping[str, str],
    told: Callable[[int, int], None] = lambda _done, _of: None,
) -> Iterator[EstimateDraft | Undrafted]:
    """Yield a draft for each channel, or why there is none; gaps with a known total are left.

    Args:
        system: Parts of a process.
        site: The site.
        channels: Channels that lack usage.
        first: First local day.
        last: Last local day, included.
        method: Name of the method.
        options: As of `draft_estimate`.
        told: Told how many are done, of how many.
    """
    period = span_of_days(first, last, site.zone)
    for done, channel in enumerate(channels):
        told(done, len(channels))
        try:
            yield draft_estimate(
                system,
                site,
                channel,
                period.start,
                period.end,
                method,
                options=options,
                missing_only=True,
            )
        except RefusedError as error:
            yield Undrafted(channel=channel, error=error)
    told(len(channels), len(channels))
