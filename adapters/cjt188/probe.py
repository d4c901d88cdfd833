"""In: a bus. Out: which meter is there, and how far its clock is off. I/O, read only."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from adapters.cjt188.client import Cjt188Client, Met
from adapters.cjt188.decode import layout_size, meter_clock
from adapters.link_fault import AskFailedError, LinkFault
from energy.base.clock import Clock


async def probe_address(client: Cjt188Client) -> Met:
    """Return the only meter on the bus, its type and the order of its identifiers' bytes.

    Raises:
        AskFailedError: Nobody answers, or several at once: then their answers are damaged.
    """
    try:
        return await client.address(low_first=False)
    except AskFailedError as error:
        if error.fault in {LinkFault.NO_CONNECTION, LinkFault.CLOSED}:
            raise
    return await client.address(low_first=True)


def layout_of(type_: int) -> str:
    """Return how a kind of meter lays out its values: 20H to 29H are heat meters."""
    return "heat" if 0x20 <= type_ <= 0x29 else "volume"


async def clock_skew(
    client: Cjt188Client, met: Met, *, clock: Clock, zone: ZoneInfo
) -> timedelta | None:
    """Return how far a meter's clock is ahead of ours; None when it keeps no time.

    Args:
        client: The bus.
        met: The meter.
        clock: Our clock.
        zone: Zone of the meter's clock.

    Raises:
        AskFailedError: The meter gave no proper answer.
    """
    layout = layout_of(met.type)
    values = await client.read(
        met.meter,
        type_=met.type,
        size=layout_size(layout),
        low_first=met.low_first,
        repeats=False,
    )
    theirs = meter_clock(values, layout, zone)
    return None if theirs is None else theirs - clock.now()
