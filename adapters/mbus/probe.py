"""In: a bus. Out: which meters are there, and which of them talk at once. I/O, read only.

Secondary addresses are searched by wildcards: whoever's number begins with 0 is selected, then with
1 and so on; where several answer at once, the next digit tells them apart.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from adapters.link_fault import NOT_ASKED, AskFailedError, LinkFault
from adapters.mbus.address import LAST_PRIMARY, Address, Secondary
from adapters.mbus.client import MbusClient, Readout, somebody
from adapters.mbus.numbers import instant_of
from adapters.mbus.records import Function, Record
from adapters.mbus.units import meaning_of

DIGITS = "0123456789"
NUMBER_SIZE = 8
QUIET_S = 0.15
"""After an answer nobody else may still speak: a meter begins within 330 bit times. [s]"""
SILENT = frozenset({LinkFault.NO_ANSWER, LinkFault.ECHO})
SPOILT = frozenset({
    LinkFault.NOISE, LinkFault.UNFINISHED, LinkFault.WRONG_SUM, LinkFault.COLLISION,
    LinkFault.WRONG_LENGTH, LinkFault.WRONG_METER,
})  # fmt: skip
"""What several meters make of one answer."""
BROKEN = NOT_ASKED | {LinkFault.CLOSED, LinkFault.SECOND_MASTER}
"""What ends a search: the bus itself is not well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """A meter that answered."""

    address: Address
    """Where it was asked."""
    readout: Readout


@dataclass(slots=True)
class Search:
    """What a search has found."""

    met: list[Met] = field(default_factory=list)
    collisions: list[Address] = field(default_factory=list)
    """Addresses at which several meters answer at once."""
    failed: list[tuple[Address, AskFailedError]] = field(default_factory=list)
    """Meters that acknowledged and then gave no proper answer."""


async def scan_primary(
    client: MbusClient, told: Callable[[str], None], addresses: Iterable[int] | None = None
) -> Search:
    """Return the meters at primary addresses.

    Args:
        client: The bus.
        told: Told each address before it is asked.
        addresses: Which; None asks 1 to 250.

    Raises:
        AskFailedError: The bus itself cannot be asked.
    """
    search = Search()
    for number in range(1, LAST_PRIMARY + 1) if addresses is None else addresses:
        told(str(number))
        await _look(client, Address(primary=number), search)
    return search


async def search_secondary(client: MbusClient, told: Callable[[str], None]) -> Search:
    """Return the meters on a bus by their numbers.

    Args:
        client: The bus.
        told: Told each beginning of a number before it is asked.

    Raises:
        AskFailedError: The bus itself cannot be asked.
    """
    search = Search()
    waiting = list(reversed(DIGITS))
    while waiting:
        begin = waiting.pop()
        told(begin)
        if len(begin) == NUMBER_SIZE:
            await _look(client, somebody(begin), search)
            continue
        alone = Search()
        await _look(client, somebody(begin), alone)
        if alone.collisions:
            waiting += [begin + digit for digit in reversed(DIGITS)]
        search.failed += alone.failed
        for met in alone.met:
            search.met.append(met)
            await _neighbours(client, met.readout.head.who.number, begin, told, search)
    return search


def clock_of(records: Iterable[Record], zone: ZoneInfo) -> datetime | None:
    """Return the meter's own time, aware UTC; None when it sends none.

    Args:
        records: Of one readout.
        zone: Zone of the meter's clock.
    """
    for record in records:
        meaning = meaning_of(record.vif)
        plain = not (meaning.extensions or record.storage or record.tariff or record.subunit)
        if plain and record.function is Function.INSTANTANEOUS and meaning.what == "instant":
            found = instant_of(record, zone)
            if found is not None:
                return found
    return None


def ahead(records: Iterable[Record], zone: ZoneInfo, now: datetime) -> timedelta | None:
    """Return how far a meter's clock is ahead of ours; None when it keeps no time.

    Args:
        records: Of one readout.
        zone: Zone of the meter's clock.
        now: When it was read.
    """
    theirs = clock_of(records, zone)
    return None if theirs is None else theirs - now


async def _neighbours(
    client: MbusClient, number: str, begin: str, told: Callable[[str], None], search: Search
) -> None:
    """Look for meters that answered together with one, bit for bit alike.

    New meters of one batch differ in the last digit alone, and where a sum has its bits too, two
    such answers on one wire are the answer of one of them.
    """
    for digit in DIGITS:
        other = number[:-1] + digit
        if other != number and other.startswith(begin):
            told(other)
            await _look(client, somebody(other), search)


async def _look(client: MbusClient, address: Address, search: Search) -> None:
    """Ask at an address and note who answers: nobody, one, or several at once."""
    try:
        await client.begin(address)
    except AskFailedError as error:
        if error.fault in BROKEN:
            raise
        if error.fault in SPOILT:
            search.collisions.append(address)
        return
    before = client.link.stray
    try:
        readout = await client.read(address)
        await asyncio.sleep(QUIET_S)
        await client.begin(address)  # what came meanwhile is counted as stray
    except AskFailedError as error:
        if error.fault in BROKEN:
            raise
        if error.fault in SPOILT:
            search.collisions.append(address)
        else:
            search.failed.append((address, error))
        return
    if client.link.stray > before:
        search.collisions.append(address)
        return
    who = readout.head.who
    named = Address(secondary=_named(who)) if address.primary is None else address
    search.met.append(Met(address=named, readout=readout))


def _named(who: Secondary) -> Secondary:
    """Return the shortest address that names a meter: its number, when that is all digits."""
    return who if not who.number.isdecimal() else Secondary(number=who.number)
