"""In: the [[driver]] tables of a site file. Out: points without utility, or problems. Pure.

A driver is what usage depends on: outdoor temperature, passengers, flights, occupancy. Its readings
come in files: its source is of kind `file`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from energy.base.errors import EnergyError
from energy.base.period import midnight
from energy.base.units import Utility
from energy.metering.channel import ChannelFacts, Kind
from energy.metering.site_file_channels import read_channels
from energy.metering.site_file_checker import Checker
from energy.metering.source_facts import FILE

DRIVER = "driver"
"""Profile of a point that is no meter."""
_KEYS = {"point", "name", "place", "source", "channels", "since"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedMeter:
    """A metering point with its first device."""

    point: str
    name: str
    place: str
    utility: Utility | None
    """None for a driver."""
    serial: str
    profile: str
    source: str
    address: dict[str, Any]
    multiplier: Fraction
    channels: tuple[ChannelFacts, ...]
    since: datetime
    planned: bool
    """True when a technician still has to commission it."""


def read_drivers(
    checker: Checker,
    zone: ZoneInfo,
    places: Sequence[Mapping[str, Any]],
    sources: Sequence[Mapping[str, Any]],
) -> list[PlannedMeter]:
    """Return the drivers of a site file; what is wrong goes to the checker's problems.

    Args:
        checker: Gathers problems.
        zone: The site's zone.
        places: Of the file.
        sources: Of the file.
    """
    keys = [place.get("key") for place in places]
    files = [source.get("key") for source in sources if source.get("kind") == FILE]
    return [
        _driver(checker, table, number, zone, keys, files)
        for number, table in enumerate(checker.tables("driver"), 1)
    ]


def _driver(
    checker: Checker,
    table: Mapping[str, Any],
    number: int,
    zone: ZoneInfo,
    places: Sequence[object],
    files: Sequence[object],
) -> PlannedMeter:
    where = f"driver {table.get('point') or number!r}"
    checker.unknown_keys(table, _KEYS, where)
    point, name, place, source = (
        checker.text(table, key, where) for key in ("point", "name", "place", "source")
    )
    checker.known(place, places, "place", where)
    if source and source not in files:
        checker.problems.append(f"{where}: source {source!r} is no source of kind {FILE}")
    since = table.get("since", date(2000, 1, 1))
    if not isinstance(since, date) or isinstance(since, datetime):
        checker.problems.append(f"{where}: `since` is no date like 2026-01-31")
        since = date(2000, 1, 1)
    channels = read_channels(checker, table, where, None, Fraction(1), _no_profile)
    for facts in channels:
        if facts.kind is Kind.COUNTER or facts.billing:
            checker.problems.append(
                f"{where}: {facts.quantity} must be gauge, interval or state, and not for billing"
            )
    return PlannedMeter(
        point=point,
        name=name,
        place=place,
        utility=None,
        serial=f"{DRIVER} {point}",
        profile=DRIVER,
        source=source,
        address={DRIVER: point},
        multiplier=Fraction(1),
        channels=channels,
        since=midnight(since, zone),
        planned=False,
    )


def _no_profile(profile: str, quantity: str) -> NoReturn:
    raise EnergyError(f"{quantity!r}: no profile ({profile}) knows it; state `channels`")
