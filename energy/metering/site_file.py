"""In: the parsed TOML of a site file. Out: a checked plan of the site, or every problem. Pure.

The energy side only: place tree, supply graphs, sources, meters with channels.
Rules of alerts are read by energy/alerting/rules/tables.py; accounts and tariffs are the billing
office's part of the same file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from energy.base.period import day_period, days_between, midnight
from energy.base.text import LANGUAGES
from energy.base.units import Utility
from energy.metering.channel import LOCAL_DAY_S
from energy.metering.formula.definition import PlannedFormula
from energy.metering.site_file_channels import ProfileFacts, read_channels
from energy.metering.site_file_checker import Checker
from energy.metering.site_file_drivers import PlannedMeter, read_drivers
from energy.metering.site_file_formulas import read_site_formulas
from energy.metering.source_facts import FILE, KEYS, source_problems, sources_problems
from energy.metering.supply.file import read_supplies

_SITE_KEYS = {"key", "name", "zone", "currency", "language"}
__all__ = ["PlannedMeter", "SitePlan", "read_site"]
_METER_KEYS = {
    "point",
    "name",
    "place",
    "utility",
    "serial",
    "profile",
    "source",
    "address",
    "multiplier",
    "quantities",
    "channels",
    "since",
    "planned",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePlan:
    """The energy side of a site file, checked."""

    key: str
    name: str
    zone: ZoneInfo
    currency: str
    language: str
    places: list[dict[str, Any]]
    supplies: list[dict[str, Any]]
    sources: list[dict[str, Any]]
    meters: list[PlannedMeter]
    formulas: list[PlannedFormula] = field(default_factory=list)


def read_site(
    document: Mapping[str, Any], profile_facts: ProfileFacts
) -> tuple[SitePlan | None, list[str]]:
    """Return the plan and no problem, or None and every problem found.

    Args:
        document: The parsed TOML.
        profile_facts: Gives the facts of a profile's quantity (the register maps).
    """
    checker = Checker(document)
    known = {"site", "place", "supply", "source", "meter", "driver", "account", "tariff", "rule"}
    known |= {"issuer", "formula", "party"}
    checker.unknown_keys(document, known, "file")
    site = document.get("site")
    if not isinstance(site, dict):
        return None, [*checker.problems, "[site] is missing"]
    checker.unknown_keys(site, _SITE_KEYS, "[site]")
    key, name, currency, language = (
        checker.text(site, k, "[site]") for k in ("key", "name", "currency", "language")
    )
    if language and language not in LANGUAGES:
        checker.problems.append(f"[site]: language {language!r} is none of {', '.join(LANGUAGES)}")
    zone = _zone(checker, site)
    places = _places(checker)
    sources = _sources(checker)
    meters = [
        _meter(checker, table, n, zone, places, sources, profile_facts)
        for n, table in enumerate(checker.tables("meter"), 1)
    ]
    meters += read_drivers(checker, zone, places, sources)
    checker.unique([meter.point for meter in meters], "meter point")
    checker.unique([meter.serial for meter in meters], "meter serial")
    _addresses(checker, meters)
    _grids(checker, meters, zone)
    supplies = read_supplies(checker, {meter.point: meter.utility for meter in meters}, zone)
    formulas = read_site_formulas(checker, places, meters)
    if checker.problems:
        return None, checker.problems
    return (
        SitePlan(
            key=key,
            name=name,
            zone=zone,
            currency=currency,
            language=language,
            places=places,
            supplies=supplies,
            sources=sources,
            meters=meters,
            formulas=formulas,
        ),
        [],
    )


def _zone(checker: Checker, site: Mapping[str, Any]) -> ZoneInfo:
    text = checker.text(site, "zone", "[site]")
    try:
        return ZoneInfo(text or "UTC")
    except (KeyError, ValueError, OSError):
        checker.problems.append(f"[site]: time zone {text!r} is unknown; write e.g. Europe/London")
        return ZoneInfo("UTC")


def _places(checker: Checker) -> list[dict[str, Any]]:
    places = checker.tables("place")
    keys = checker.keys(places, "place")
    for place, key in zip(places, keys, strict=True):
        where = f"place {key!r}"
        checker.text(place, "kind", where)
        checker.text(place, "name", where)
        checker.unknown_keys(
            place, {"key", "parent", "kind", "name", "area_m2", "attributes"}, where
        )
        parent = place.get("parent")
        if parent is not None:
            checker.known(str(parent), keys, "place", where, role="parent")
        if "area_m2" in place:
            checker.ratio(place["area_m2"], "area_m2", where)
        attributes = place.get("attributes", {})
        if not isinstance(attributes, dict):
            checker.problems.append(f'{where}: `attributes` is no table like {{headcount = "120"}}')
            attributes = {}
        for name, value in attributes.items():
            checker.ratio(value, name, where)
    known = set(keys)
    named = (place.get("parent") for place in places)
    parents = {
        key: parent if isinstance(parent, str) and parent in known else None
        for key, parent in zip(keys, named, strict=True)
    }
    for key in keys:
        seen: set[str] = set()
        at: str | None = key
        while at is not None and at not in seen:
            seen.add(at)
            at = parents.get(at)
        if at is not None:
            checker.problems.append(f"place {key!r}: its parents go round in a circle")
    return places


def _sources(checker: Checker) -> list[dict[str, Any]]:
    sources = checker.tables("source")
    keys = checker.keys(sources, "source")
    for source, key in zip(sources, keys, strict=True):
        checker.unknown_keys(source, set(KEYS), f"source {key!r}")
        checker.problems += source_problems(source)
    checker.problems += sources_problems(sources)
    return sources


def _meter(
    checker: Checker,
    table: Mapping[str, Any],
    number: int,
    zone: ZoneInfo,
    places: Sequence[Mapping[str, Any]],
    sources: Sequence[Mapping[str, Any]],
    profile_facts: ProfileFacts,
) -> PlannedMeter:
    where, before = f"meter {table.get('point') or number!r}", len(checker.problems)
    checker.unknown_keys(table, _METER_KEYS, where)
    point, name, place, serial, source = (
        checker.text(table, key, where) for key in ("point", "name", "place", "serial", "source")
    )
    checker.known(place, [p.get("key") for p in places], "place", where)
    checker.known(source, [s.get("key") for s in sources], "source", where)
    asked = source not in [s.get("key") for s in sources if s.get("kind") == FILE]
    stated = asked or "profile" in table
    profile = checker.text(table, "profile", where) if stated else FILE
    try:
        utility = Utility(str(table.get("utility", "")))
    except ValueError:
        checker.problems.append(
            f"{where}: utility {table.get('utility')!r} is none of {', '.join(Utility)}"
        )
        utility = Utility.ELECTRICITY
    address = table.get("address", None if asked else {FILE: point})
    if not isinstance(address, dict):
        checker.problems.append(f"{where}: `address` is missing, e.g. {{unit = 2}}")
        address = {}
    multiplier = checker.ratio(table.get("multiplier", "1"), "multiplier", where)
    since = table.get("since", date(2000, 1, 1))
    if not isinstance(since, date) or isinstance(since, datetime):
        checker.problems.append(f"{where}: `since` is no date like 2026-01-31")
        since = date(2000, 1, 1)
    channels = read_channels(checker, table, where, utility, multiplier, profile_facts)
    if len(checker.problems) > before:
        checker.doubtful.add(point)
    return PlannedMeter(
        point=point,
        name=name,
        place=place,
        utility=utility,
        serial=serial,
        profile=profile,
        source=source,
        address=address,
        multiplier=multiplier,
        channels=channels,
        since=midnight(since, zone),
        planned=checker.flag(table, "planned", where),
    )


def _grids(checker: Checker, meters: Sequence[PlannedMeter], zone: ZoneInfo) -> None:
    """Refuse a width that some local day of the zone is no whole number of."""
    every = [facts for meter in meters for facts in meter.channels]
    grids = {facts.grid_s for facts in every} | {facts.delivered_s for facts in every}
    grids -= {LOCAL_DAY_S}
    days = days_between(date(2015, 1, 1), date(2015, 12, 31))
    lengths = {day_period(day, zone) for day in days} if grids - {900} else set()
    for grid_s in sorted(grids):
        if any((day.end - day.start) % timedelta(seconds=grid_s) for day in lengths):
            checker.problems.append(
                f"[site]: days of {zone.key} are not whole numbers of {grid_s} s when its clocks "
                "change. Use grid_s = 900, and intervals as short."
            )


def _addresses(checker: Checker, meters: Sequence[PlannedMeter]) -> None:
    """Refuse two devices at one address of one source."""
    taken: dict[tuple[str, str], str] = {}
    for meter in meters:
        key = (meter.source, repr(sorted(meter.address.items())))
        if key in taken:
            checker.problems.append(
                f"meter {meter.point!r}: has the address of {taken[key]!r} on {meter.source}"
            )
        taken[key] = meter.point
