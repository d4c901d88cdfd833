"""In: a share file, a site. Out: what the site knows of it, and problems. I/O: reads."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import TypeVar

from energy.base.period import day_period, midnight
from energy.base.units import BASE_UNIT, Utility
from energy.base.wall_time import wall_text
from energy.metering.places import PlaceBook
from energy.metering.shares.bearer import BearerKind, HoursScope
from energy.metering.shares.file import ShareFile, StatedShare
from energy.metering.shares.hours_file import StatedHours
from energy.metering.shares.part import Part
from energy.metering.shares.week_hours import boundaries_off_grid
from energy.metering.supply.graph import BalanceNode
from energy.store.sites import Site
from energy.views.formula.graph import computed_graph
from energy.views.places import read_places
from energy.views.shares.bearers import BearerRow, HoldRow, read_bearers, read_holds
from energy.views.shares.rows import KnownKeys, ShareRow, known_keys, read_shares
from energy.views.shares.usage import share_point
from energy.views.shares.whole import balances_from, grid_around, is_same
from energy.views.told import Connection
from energy.views.usage_channels import UsageChannel, usage_channels

Each = TypeVar("Each")


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeFacts:
    """What is divided, as the channels of its shares need it."""

    whole: Mapping[str, str]
    """With the quantity of a point."""
    place: str
    utility: Utility
    quantity: str
    unit: str
    resolution: Fraction
    """[unit / count]"""
    grid_s: int
    """Width of an interval. [s]"""
    balances: frozenset[BalanceNode] = frozenset()
    """Of a supply node: what it balances with from the first day on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFacts:
    """What a site knows that a share file speaks of."""

    wholes: Mapping[str, WholeFacts]
    """By apportionment of the file; one that cannot be found is left out."""
    shares: Mapping[str, ShareRow]
    channels: Mapping[str, UsageChannel]
    """By point, of all that have usage."""
    points: frozenset[str]
    places: PlaceBook
    place_keys: frozenset[str]
    accounts: frozenset[str]
    bearers: tuple[BearerRow, ...]
    holds: tuple[HoldRow, ...]
    graph: Mapping[int, set[int]]
    """Computed channel -> the channels it rests on."""
    site: Site


def site_facts(
    connection: Connection, site: Site, file: ShareFile, accounts: Collection[str]
) -> SiteFacts:
    """Return what a site knows that a share file speaks of.

    Args:
        connection: Any connection that may read.
        site: The site.
        file: The file.
        accounts: Keys of its billing accounts.
    """
    keys = known_keys(connection, site.schema)
    shares = {share.key: share for share in read_shares(connection, site.schema)}
    channels = usage_channels(connection, site.schema, sorted(keys.place_of))
    stated = {part.place for share in file.shares for part in share.version.parts}
    places = sorted(place for place in stated if place is not None)
    wholes = {}
    for share in file.shares:
        known = shares.get(share.key)
        whole = share.whole or (known.whole if known is not None else {})
        facts = _whole(connection, site, whole, channels, keys, share.version.valid_from)
        if facts is not None and known is not None:  # its channels have the grid of the first day
            facts = replace(facts, grid_s=known.grid_s)
        if facts is not None:
            wholes[share.key] = facts
    return SiteFacts(
        wholes=wholes,
        shares=shares,
        channels=channels,
        points=frozenset(keys.place_of),
        places=read_places(connection, site.schema, only=places),
        place_keys=keys.places,
        accounts=frozenset(accounts),
        bearers=tuple(read_bearers(connection, site.schema)),
        holds=tuple(read_holds(connection, site.schema)),
        graph=computed_graph(connection, site.schema) if shares else {},
        site=site,
    )


def problems_of(file: ShareFile, facts: SiteFacts, *, revising: bool) -> list[str]:
    """Return what is wrong with a share file at a site, all of it.

    Args:
        file: The file.
        facts: What the site knows.
        revising: Whether apportionments that exist get other keys.
    """
    planned = {share_point(s.key, part.key) for s in file.shares for part in s.version.parts}
    problems: list[str] = []
    for share in file.shares:
        where = f"share {share.key!r}"
        problems += [
            f"{where}: {each}" for each in _share(share, facts, planned, revising=revising)
        ]
    problems += _divided_twice(file, facts)
    problems += _circles(file, facts)
    for _, bearer in file.bearers:
        if bearer.account is not None and bearer.account not in facts.accounts:
            problems.append(
                f"bearer {bearer.key!r}: there is no account {bearer.account!r}; "
                "open it first (`site init`)"
            )
    for _, hold in file.holds:
        if hold.point not in facts.points | planned:
            problems.append(f"bearer {hold.bearer!r}: there is no point {hold.point!r}")
    for hours in file.hours:
        problems += _hours(hours, file, facts)
    return problems


def _whole(
    connection: Connection,
    site: Site,
    whole: Mapping[str, str],
    channels: Mapping[str, UsageChannel],
    keys: KnownKeys,
    first: date,
) -> WholeFacts | None:
    """Return what is divided; None where the site does not have it."""
    if "point" in whole:
        channel = channels.get(whole["point"])
        if channel is None or whole.get("quantity", channel.quantity) != channel.quantity:
            return None
        return WholeFacts(
            whole={"point": channel.point, "quantity": channel.quantity},
            place=keys.place_of[channel.point],
            utility=Utility(channel.utility),
            quantity=channel.quantity,
            unit=channel.unit,
            resolution=Fraction(channel.resolution),
            grid_s=channel.grid_s,
        )
    if (whole.get("utility"), whole.get("node")) not in keys.nodes:
        return None
    utility = Utility(whole["utility"])
    balances = balances_from(connection, site.schema, whole, midnight(first, site.zone))
    return WholeFacts(
        whole=dict(whole),
        place="",
        utility=utility,
        quantity="unaccounted",
        unit=BASE_UNIT[utility],
        resolution=Fraction(1),
        grid_s=grid_around(connection, site.schema, utility, balances),
        balances=frozenset(balances),
    )


def _share(share: StatedShare, facts: SiteFacts, planned: set[str], *, revising: bool) -> list[str]:
    problems = []
    known = facts.shares.get(share.key)
    whole = facts.wholes.get(share.key)
    if revising and known is None:
        problems.append("there is none to revise; `share define` makes it")
    if not revising and known is not None and known.keys[0].version != share.version:
        problems.append("is defined already with another key; `share revise` changes it")
    if whole is None:
        problems.append(f"`whole` {dict(share.whole)} is nothing that the site counts")
    elif "node" in whole.whole and not whole.balances:
        problems.append(
            f"nothing is balanced at supply node {whole.whole['node']!r} from "
            f"{share.version.valid_from} on: no meter counts what it feeds; name a node above it"
        )
    elif known is not None and dict(known.whole) != dict(whole.whole):
        problems.append(f"divides {dict(known.whole)}; end it and define another one")
    else:
        problems += _divided_already(share, whole, facts)
    for part in share.version.parts:
        point = share_point(share.key, part.key)
        if point in facts.points and (known is None or part.key not in known.channels):
            problems.append(f"part {part.key!r}: there is a point {point!r} already")
        problems += [f"part {part.key!r}: {each}" for each in _part(share, part, facts, planned)]
    return problems


def _divided_already(share: StatedShare, whole: WholeFacts, facts: SiteFacts) -> list[str]:
    """Return the apportionment that divides the same; what is divided twice is borne twice."""
    known = facts.shares.get(share.key)
    return [
        f"{dict(whole.whole)} is divided by {other.key!r} already; end that first"
        for other in facts.shares.values()
        if other.key != share.key
        and is_same(whole.whole, other.whole, whole.balances)
        and (other.valid_to is None or other.valid_to > share.version.valid_from)
        and (known is None or known.valid_to is None or known.valid_to > other.first_day)
    ]


def _divided_twice(file: ShareFile, facts: SiteFacts) -> list[str]:
    """Return apportionments of the file that divide what another one of it does."""
    problems: list[str] = []
    before: list[tuple[str, WholeFacts]] = []
    for share in file.shares:
        if share.key in facts.shares or share.key not in facts.wholes:
            continue
        mine = facts.wholes[share.key]
        problems += [
            f"share {share.key!r}: {dict(mine.whole)} is divided by {other!r} of this file too; "
            "leave one of them out"
            for other, its in before
            if is_same(mine.whole, its.whole, mine.balances)
        ][:1]
        before.append((share.key, mine))
    return problems


def _part(share: StatedShare, part: Part, facts: SiteFacts, planned: set[str]) -> list[str]:
    problems = [
        f"point {point!r} has no usage"
        for point in part.points
        if point not in facts.channels and point not in planned
    ]
    if part.place is None:
        return problems
    if part.place not in facts.place_keys:
        return [*problems, f"there is no place {part.place!r}"]
    period = day_period(share.version.valid_from, facts.site.zone)
    for name in share.version.attributes:
        spans = facts.places.value_spans(part.place, name, period)
        if name not in part.stated and not any(s.start <= period.start for s in spans):
            day = share.version.valid_from.isoformat()
            problems.append(
                f"place {part.place!r} has no {name} on {day}; state it with the place or the part"
            )
    return problems


def _circles(file: ShareFile, facts: SiteFacts) -> list[str]:
    """Return apportionments that rest on themselves."""
    rests: dict[str, set[str]] = {}
    of_point = {
        share_point(share.key, part.key): share.key
        for share in file.shares
        for part in share.version.parts
    }
    of_channel = {
        number: share.key for share in facts.shares.values() for number in share.channels.values()
    }
    for share in file.shares:
        whole = share.whole or (facts.shares[share.key].whole if share.key in facts.shares else {})
        points = {whole.get("point", ""), *(p for part in share.version.parts for p in part.points)}
        own = rests.setdefault(share.key, set())
        own.update(of_point[point] for point in points if point in of_point)
        numbers = {facts.channels[point].number for point in points if point in facts.channels}
        own.update(of_channel[n] for n in _behind(numbers, facts.graph) if n in of_channel)
    return [
        f"share {share.key!r}: rests on itself"
        for share in file.shares
        if share.key in _behind(rests[share.key], rests)
    ]


def _behind(begin: Iterable[Each], rests: Mapping[Each, set[Each]]) -> set[Each]:
    """Return some things and all that they rest on."""
    found: set[Each] = set()
    waiting = list(begin)
    while waiting:
        each = waiting.pop()
        if each not in found:
            found.add(each)
            waiting += rests.get(each, ())
    return found


def _hours(hours: StatedHours, file: ShareFile, facts: SiteFacts) -> list[str]:
    where = f"hours {hours.key!r}"
    if hours.scope is HoursScope.PLACE:
        known = hours.key in facts.place_keys
        return [] if known else [f"{where}: there is no place {hours.key!r}"]
    line = BearerKind.PRODUCTION_LINE
    lines = {row.bearer.key for row in facts.bearers if row.kind is line}
    lines |= {bearer.key for kind, bearer in file.bearers if kind is line}
    if hours.key not in lines:
        return [f"{where}: there is no production line {hours.key!r}"]
    held = {
        row.hold.point for row in facts.holds if (row.kind, row.hold.bearer) == (line, hours.key)
    }
    held |= {hold.point for kind, hold in file.holds if (kind, hold.bearer) == (line, hours.key)}
    grids = {facts.channels[point].grid_s for point in held if point in facts.channels} or {900}
    return [
        f"{where}: {wall_text(minute)} lies inside an interval of {grid_s} s of its meters; "
        "a shift begins and ends with an interval"
        for grid_s in sorted(grids)
        for minute in boundaries_off_grid(hours.hours, grid_s)
    ]
