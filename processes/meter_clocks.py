"""In: running sources whose meters have a clock. Out: how far each is off. I/O: their buses.

The questions go through the source's own link, in the event loop that polls it, one at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotInTime
from datetime import timedelta
from zoneinfo import ZoneInfo

from adapters.bus_source import BusSource
from adapters.dlt645.client import Dlt645Client
from adapters.dlt645.probe import clock_skew
from adapters.errors import AdapterError
from energy.base.clock import Clock
from processes.collector_sources import Sources
from processes.collector_tenants import DLT645, meter_number

ANSWER_S = 30.0
"""Longest wait for one meter: its bus has readings to take, too. [s]"""


def meter_clocks(
    sources: Sources, clock: Clock, zone: ZoneInfo, loop: asyncio.AbstractEventLoop
) -> Iterator[tuple[str, int | None]]:
    """Yield each metering point whose meter has a clock, and how far that is ahead [us].

    None where the meter gave no answer. DL/T 645 meters have one; they are set to local time.

    Args:
        sources: The running sources.
        clock: The host's.
        zone: Zone of the meters' clocks.
        loop: Runs the sources.
    """
    links = {each.key: each.link for each in sources.polled if isinstance(each, BusSource)}
    for source in sources.plan.sources:
        if source.kind != DLT645 or source.key not in links:
            continue
        client = Dlt645Client(links[source.key])
        for meter in sources.plan.meters_of(source.key):
            number = meter_number(source.kind, meter.address["meter"])
            asked = asyncio.run_coroutine_threadsafe(
                clock_skew(client, number, clock=clock, zone=zone), loop
            )
            yield meter.point, _answer_us(asked)


def _answer_us(asked: Future[timedelta | None]) -> int | None:
    try:
        ahead = asked.result(ANSWER_S)
    except (AdapterError, NotInTime):
        asked.cancel()
        return None
    return None if ahead is None else ahead // timedelta(microseconds=1)
