"""In: the formulas of a site, what they rest on now. Out: notes of what is broken. I/O: reads.

Every version that has begun is looked at, whenever it held: a late bill of last month must not
find nothing where there was something. What checks again, or has been revised, is over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from energy.base.clock import to_us
from energy.base.period import Period, local_day, midnight
from energy.metering.channel import Channel, Kind
from energy.metering.checks import broken_formula
from energy.metering.checks.broken_formula import Fault, HeldVersion
from energy.metering.formula.definition import checked_formula, planned_again
from energy.metering.formula.errors import FormulaError
from energy.metering.formula.parser import parse
from energy.metering.formula.tree import Members, Named, Node, PlaceValue, every_node
from energy.metering.formula.version import FormulaVersion, in_force
from energy.metering.note import Note
from energy.metering.places import PlaceAct, PlaceBook
from energy.views.formula.catalogue import SiteCatalogue
from energy.views.formula.rows import formula_versions
from energy.views.formula.runs import runs_of
from energy.views.noted import FOR_GOOD
from energy.views.places import read_places
from energy.views.registry import load_channels
from energy.views.validation.told import Scope, Told, notes_of

Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Site:
    """What formulas rest on, as it is now."""

    zone: ZoneInfo
    now: datetime
    until: datetime
    """What was before is looked at: right behind now."""
    versions: Mapping[int, Sequence[FormulaVersion]]
    channels: Mapping[int, Channel]
    """Of the formulas."""
    trees: Mapping[str, Node]
    catalogue: SiteCatalogue
    retired: Mapping[str, datetime]
    """Since when points have no meter any more."""
    places: PlaceBook


def broken_formulas(
    connection: Connection, schema: str, zone: ZoneInfo, now: datetime
) -> list[Note]:
    """Return the notes of formulas that check no longer, and of those that do again.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        zone: The site's zone: versions hold from its days on.
        now: The present, aware UTC.
    """
    versions = formula_versions(connection, schema)
    if not versions:
        return []
    site = _read(connection, schema, zone, now, versions)
    spans = broken_formula.found(
        held for channel in versions for held in _held(site, channel, versions[channel])
    )
    code, severity = broken_formula.CODE, broken_formula.SEVERITY
    scopes = [
        Scope(codes=(code,), channel=channel, low_us=0, high_us=to_us(FOR_GOOD))
        for channel in versions
    ]
    return notes_of(
        connection, schema, [Told.of(code, severity, span.place, span) for span in spans], scopes
    )


def _read(
    connection: Connection,
    schema: str,
    zone: ZoneInfo,
    now: datetime,
    versions: Mapping[int, Sequence[FormulaVersion]],
) -> _Site:
    texts = {each.text for own in versions.values() for each in own if each.text is not None}
    trees = {text: parse(text) for text in texts}
    until = now + timedelta(seconds=1)
    first = min(each.valid_from for own in versions.values() for each in own)
    since = min(midnight(first, zone), now)
    retired: list[tuple[Any, ...]] = connection.execute(
        f"SELECT point, retired_at FROM {schema}.meter WHERE retired_at <= %s", (now,)
    ).fetchall()
    return _Site(
        zone=zone,
        now=now,
        until=until,
        versions=versions,
        channels=load_channels(connection, schema, only=list(versions)),
        trees=trees,
        catalogue=SiteCatalogue(
            connection, schema, trees.values(), period=Period(start=since, end=until)
        ),
        retired=dict(retired),
        places=read_places(connection, schema),
    )


def _held(site: _Site, channel: int, versions: Sequence[FormulaVersion]) -> Iterator[HeldVersion]:
    """Yield the versions of a formula that have begun, each with what is wrong with it."""
    today = local_day(site.now, site.zone)
    days = sorted({each.valid_from for each in versions})
    starts = [midnight(day, site.zone) for day in days]
    for day, start, end in zip(days, starts, [*starts[1:], FOR_GOOD], strict=True):
        version = in_force(versions, day)
        if day > today or version is None or version.text is None:
            continue
        yield HeldVersion(
            place=channel,
            formula=site.channels[channel].point,
            start_us=to_us(start),
            end_us=to_us(end),
            faults=(
                *_unsound(site, channel, version, start, end),
                *(
                    Fault(start_us=to_us(since), end_us=to_us(end), error=error)
                    for since, error in _gone(site, version.text)
                ),
            ),
        )


def _unsound(
    site: _Site, channel: int, version: FormulaVersion, start: datetime, end: datetime
) -> Iterator[Fault]:
    """Yield when a version does not check: from when the first that does not fit served."""
    assert version.text is not None, "it computes something"
    planned = planned_again(
        site.channels[channel],
        unit=version.unit,
        text=version.text,
        valid_from=version.valid_from,
        constants=version.constants,
        reason=version.reason,
    )
    until = min(end, site.until)
    sound = partial(checked_formula, planned)
    for run in runs_of(site.trees[version.text], site.catalogue, sound, start, until):
        if isinstance(run.found, FormulaError):
            stands = end if run.end == until else run.end
            yield Fault(start_us=to_us(run.start), end_us=to_us(stands), error=run.found)


def _gone(site: _Site, text: str) -> Iterator[tuple[datetime, FormulaError]]:
    """Yield what a text names that is no more, each with since when."""
    for node in every_node(site.trees[text]):
        match node:
            case Named():
                yield from _retired(site, node, text)
            case Members(place=str(place)) | PlaceValue(place=place):
                closed = _closed(site, place)
                if closed is not None:
                    yield (
                        closed,
                        FormulaError.at(
                            "formula.place_closed", text, node.at, place=place, since=closed
                        ),
                    )


def _retired(site: _Site, node: Named, text: str) -> Iterator[tuple[datetime, FormulaError]]:
    """Yield that an input has no meter any more, or no formula."""
    found = site.catalogue.named(node.name)
    if found is None:
        return
    channel, since = found.channel, site.retired.get(found.channel.point)
    if channel.facts.kind is Kind.COMPUTED:
        last = in_force(site.versions.get(channel.number, ()), local_day(site.now, site.zone))
        gone = last is not None and last.text is None
        since = midnight(last.valid_from, site.zone) if last is not None and gone else None
    if since is not None:
        yield (
            since,
            FormulaError.at("formula.input_retired", text, node.at, name=node.name, since=since),
        )


def _closed(site: _Site, place: str) -> datetime | None:
    """Return since when a place is none any more; None while it is one, or never was."""
    if site.places.place_at(place, site.now) is not None:
        return None
    ends = [
        each.valid_from
        for each in site.places
        if each.place == place and each.act is PlaceAct.CLOSED and each.valid_from <= site.now
    ]
    return max(ends, default=None)
