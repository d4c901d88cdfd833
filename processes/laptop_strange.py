"""In: a bundle, the site. Out: which of its readings the site must not take. I/O: PostgreSQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from energy.base.clock import to_us
from energy.base.text import t
from energy.metering.codec import decode
from energy.metering.reading import SpooledBatch
from processes.laptop_served import ALWAYS_US, Served, Steps, Strange, strange_readings, unlike
from processes.meter_acts import Did, acts_of
from processes.technician_site import SiteDesk

_STEPS = (Did.COMMISSIONED, Did.REPLACED, Did.RETIRED)


def strange_spans(
    desk: SiteDesk, served: Sequence[Served], others: Collection[int]
) -> list[Strange]:
    """Return the spans whose readings are another meter's than the site's.

    Args:
        desk: The site's.
        served: Which meters the laptop asked.
        others: Channel numbers that belong to another laptop: nothing of them is taken.
    """
    language = desk.site.language
    points = {channel.number: channel.point for channel in desk.channels()}
    asked: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for each in sorted(served, key=lambda each: each.since_us):
        asked[each.channel].append((each.since_us, each.serial))
    known: dict[str, Steps] = {}
    found = []
    for channel, steps in asked.items():
        point = points.get(channel)
        if channel in others:
            why = t(language, "laptop_why.strange_numbers", channel=channel)
            found.append(Strange(channel=channel, since_us=0, until_us=ALWAYS_US, why=why))
        elif point is not None:
            if point not in known:
                known[point] = _steps(desk, point)
            for since, until, own, theirs in unlike(steps, known[point]):
                why = t(
                    language,
                    "laptop_why.strange_meter",
                    point=point,
                    asked=own,
                    served=theirs or "-",
                )
                found.append(Strange(channel=channel, since_us=since, until_us=until, why=why))
    return found


def strange_in(batch: SpooledBatch, spans: Sequence[Strange]) -> int:
    """Return how many readings of a batch lie in spans that the site does not take. [reading]."""
    return int(strange_readings(decode(batch.payload), spans).sum()) if spans else 0


def _steps(desk: SiteDesk, point: str) -> Steps:
    return [
        (to_us(act.at), None if act.did is Did.RETIRED else act.serial)
        for act in acts_of(desk.metering, desk.site.key, point)
        if act.did in _STEPS
    ]
