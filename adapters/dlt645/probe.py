"""In: a bus. Out: who is there, what its plate says, how far its clock is off. I/O, read only."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from adapters.bcd import digits, number
from adapters.dlt645 import identifiers
from adapters.dlt645.client import Dlt645Client
from adapters.dlt645.decode import instant
from adapters.link_fault import AskFailedError, LinkFault
from energy.base.clock import Clock

SEVERAL = frozenset({LinkFault.WRONG_SUM, LinkFault.NOISE, LinkFault.UNFINISHED,
                     LinkFault.WRONG_LENGTH, LinkFault.WRONG_METER})  # fmt: skip
"""What answers of several meters at once look like."""

Told = Callable[[str], None]
"""Told which address is asked for, for a progress bar."""


async def probe_address(client: Dlt645Client) -> str:
    """Return the address of the only meter on the bus.

    Raises:
        AskFailedError: Nobody answers, or several at once: then their answers are damaged. Ask by
            the number on the plate, or search.
    """
    return await client.address()


async def search(client: Dlt645Client, told: Told = lambda _: None) -> list[str]:
    """Return the addresses on a bus with several meters, found pair of digits by pair.

    Whoever answers alone is found; where answers collide the next pair of digits is tried. A near
    meter may drown a far one: compare with the plates. A hundred questions a level, each as long as
    the client's time-out and the link's settling.

    Args:
        client: The bus; give it a short time-out.
        told: Told which digits are asked for.

    Raises:
        AskFailedError: The link cannot be opened.
    """
    found: list[str] = []
    waiting = [""]
    while waiting:
        known = waiting.pop(0)
        told(known)
        try:
            found.append(await _alone(client, known))
        except AskFailedError as error:
            if error.fault in SEVERAL and len(known) < 12:
                waiting += [f"{pair:02d}{known}" for pair in range(100)]
            elif error.fault in {LinkFault.NO_CONNECTION, LinkFault.CLOSED}:
                raise
    return sorted(set(found))


async def _alone(client: Dlt645Client, known: str) -> str:
    """Return the address of the only meter whose last digits are known.

    The question for an address goes to anybody; one with some digits known is an ordinary reading.
    """
    if not known:
        return await client.address()
    asked = "A" * (12 - len(known)) + known
    return digits(await client.read(asked, identifiers.ADDRESS, size=6))


async def clock_skew(
    client: Dlt645Client, meter: str, *, clock: Clock, zone: ZoneInfo
) -> timedelta | None:
    """Return how far a meter's clock is ahead of ours; None when it holds no date.

    Args:
        client: The bus.
        meter: Address of the meter.
        clock: Our clock.
        zone: Zone of the meter's clock.

    Raises:
        AskFailedError: The meter gave no proper answer.
    """
    date = digits(await client.read(meter, identifiers.DATE, size=4))
    time = digits(await client.read(meter, identifiers.TIME, size=3))
    now: datetime = clock.now()
    if time.startswith("0000"):  # midnight may have passed between the two answers
        date = digits(await client.read(meter, identifiers.DATE, size=4))
    theirs = instant(date[:6] + time, zone)
    return None if theirs is None else theirs - now


async def plate(client: Dlt645Client, meter: str) -> dict[str, str]:
    """Return what the meter says of itself: serial and asset number, ratios, pulses.

    Args:
        client: The bus.
        meter: Address of the meter.

    Raises:
        AskFailedError: The meter gave no proper answer.
    """
    found: dict[str, str] = {}
    for name, identifier, size in (
        ("serial_number", identifiers.SERIAL, 6),
        ("asset_number", identifiers.ASSET, 32),
        ("ct_ratio", identifiers.CT_RATIO, 3),
        ("vt_ratio", identifiers.VT_RATIO, 3),
        ("pulses_per_kwh", identifiers.PULSES_PER_KWH, 3),
    ):
        try:
            octets = await client.read(meter, identifier, size=size)
        except AskFailedError as error:
            if error.fault is not LinkFault.NO_SUCH_VALUE:
                raise
            continue
        if name == "asset_number":
            found[name] = octets[::-1].decode("ascii", "replace").strip("\0 ")
        elif name == "serial_number":
            found[name] = digits(octets)
        elif (value := number(octets)) is not None:
            found[name] = str(value)
    return found
