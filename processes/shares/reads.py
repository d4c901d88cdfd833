"""In: a site. Out: its apportionments, their keys on a day, a day explained. I/O: reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from energy.base.quality import Quality
from energy.base.units import BASE_UNIT, Utility
from energy.metering.shares.apportionment import ShareError
from energy.metering.shares.bearer import BearerKind
from energy.metering.shares.keys import KEYS
from energy.metering.shares.version import KeyVersion
from energy.metering.usage import worst_in
from energy.store.pool import Database
from energy.store.sites import Site
from energy.views.readings_told import position_when
from energy.views.shares.bearers import BearerRow, HoldRow, read_bearers, read_holds
from energy.views.shares.rows import ShareRow, read_shares
from energy.views.shares.usage import DividedDay, divided_days, share_point
from energy.views.told import Connection
from energy.views.usage_channels import usage_channels
from processes.shares.doubted import cases_behind


@dataclass(frozen=True, slots=True, kw_only=True)
class PartShare:
    """What one part bears on a day, and why."""

    part: str
    point: str
    holder: str | None
    """Who holds it; None where nobody does."""
    weights: tuple[Fraction | None, ...]
    """One a key, in the order of the keys; None where it is not known."""
    portion: Fraction | None
    """Of the day's whole; None where it is not known."""
    usage: int | None
    """[base unit]; None where any of it is not known."""
    carried: Fraction | None
    """What rounding owes it as the day ends. [base unit]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplainedDay:
    """How a local day of an apportionment was divided."""

    share: str
    day: date
    as_of: int | None
    version: KeyVersion | None
    utility: Utility
    base_unit: str
    whole: int | None
    """[base unit]; None where any of it is not known."""
    known_whole: int
    """Sum of the intervals that are known. [base unit]"""
    quality: Quality
    """Of the shares: the worst of the day."""
    unknown: tuple[str, ...]
    """Parts whose weight is not known."""
    parts: tuple[PartShare, ...]
    cases: tuple[UUID, ...] = ()
    """Of the review queue, about what is not known of it; none where all is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BearersAt:
    """Cost bearers and what they hold."""

    bearers: tuple[BearerRow, ...]
    holds: tuple[HoldRow, ...]

    def held_by(self, row: BearerRow) -> list[tuple[str, date, date | None]]:
        """Return what a bearer holds: point, first day, first day no longer held."""
        who = (row.kind, row.bearer.key)
        mine = [each.hold for each in self.holds if (each.kind, each.hold.bearer) == who]
        return [(hold.point, hold.valid_from, hold.valid_to) for hold in mine]


def list_shares(database: Database, site: Site, as_of: str | None = None) -> list[ShareRow]:
    """Return the apportionments of a site by key.

    Args:
        database: Any pool that may read.
        site: The site.
        as_of: Position, instant or mark; None for now.
    """
    with database.connection() as connection:
        position = position_when(connection, site, as_of)
        return read_shares(connection, site.schema, as_of=position)


def the_share(database: Database, site: Site, key: str, as_of: str | None = None) -> ShareRow:
    """Return one apportionment.

    Raises:
        ShareError: There is none of that key.
    """
    with database.connection() as connection:
        position = position_when(connection, site, as_of)
        return _share(connection, site, key, position)


def explain_share(
    database: Database, site: Site, key: str, day: date, as_of: str | None = None
) -> ExplainedDay:
    """Return how a local day of an apportionment was divided.

    Args:
        database: Any pool that may read.
        site: The site.
        key: Key of the apportionment.
        day: Local day.
        as_of: Position, instant or mark; None for now.

    Raises:
        ShareError: There is none of that key.
        NotFoldedError: The views have not come that far.
    """
    with database.connection() as connection:
        position = position_when(connection, site, as_of)
        share = _share(connection, site, key, position)
        (divided,) = divided_days(connection, site.schema, site.zone, share, day, day, position)
        holders = _holders(connection, site, share, divided, position)
        utility = _utility(connection, site, share)
        lost, cases = _lost(divided.whole.quality), tuple[UUID, ...]()
        if lost.any() or _lost(divided.shares.quality).any():
            cases = cases_behind(connection, site, share, day, position)
    whole = divided.whole
    return ExplainedDay(
        share=key,
        day=day,
        as_of=position,
        version=divided.version,
        utility=utility,
        base_unit=BASE_UNIT[utility],
        whole=None if lost.any() else int(whole.usage.sum()),
        known_whole=int(whole.usage[~lost].sum()),
        quality=Quality(worst_in(divided.shares.quality)),
        unknown=divided.found.unknown,
        parts=tuple(_parts(share, divided, holders)),
        cases=cases,
    )


def read_bearers_at(database: Database, site: Site, as_of: str | None = None) -> BearersAt:
    """Return the cost bearers of a site and what they hold.

    Args:
        database: Any pool that may read.
        site: The site.
        as_of: Position, instant or mark; None for now.
    """
    with database.connection() as connection:
        position = position_when(connection, site, as_of)
        return BearersAt(
            bearers=tuple(read_bearers(connection, site.schema, as_of=position)),
            holds=tuple(read_holds(connection, site.schema, as_of=position)),
        )


def _share(connection: Connection, site: Site, key: str, as_of: int | None) -> ShareRow:
    found = read_shares(connection, site.schema, only=[key], as_of=as_of)
    if not found:
        raise ShareError.of("share.unknown", share=key)
    return found[0]


def _utility(connection: Connection, site: Site, share: ShareRow) -> Utility:
    if "utility" in share.whole:
        return Utility(share.whole["utility"])
    point = share.whole["point"]
    return Utility(usage_channels(connection, site.schema, [point])[point].utility)


def _holders(
    connection: Connection, site: Site, share: ShareRow, divided: DividedDay, as_of: int | None
) -> dict[str, str]:
    """Return who holds each part on the day, where anybody does."""
    if divided.version is None:
        return {}
    points = {share_point(share.key, part): part for part in share.channels}
    rows = read_holds(
        connection,
        site.schema,
        kinds=[BearerKind(divided.version.held_by)],
        points=sorted(points),
        as_of=as_of,
    )
    return {points[row.hold.point]: row.hold.bearer for row in rows if row.hold.on(divided.day)}


def _parts(share: ShareRow, divided: DividedDay, holders: Mapping[str, str]) -> Iterator[PartShare]:
    version, shares = divided.version, divided.shares
    told = {} if version is None else {part.key: n for n, part in enumerate(version.parts)}
    weights = [
        KEYS[key.by].weights(version.parts, divided.facts)
        for key in (() if version is None else version.keys)
        if version is not None
    ]
    complete = not _lost(shares.quality).any()
    for part in share.channels:
        used = shares.usage.get(part)
        yield PartShare(
            part=part,
            point=share_point(share.key, part),
            holder=holders.get(part),
            weights=tuple(each[told[part]] for each in weights if part in told),
            portion=None if divided.found.portions is None else divided.found.portions.get(part),
            usage=int(used.sum()) if used is not None and complete else None,
            carried=shares.carried.get(part),
        )


def _lost(quality: NDArray[np.uint8]) -> NDArray[np.bool_]:
    lost: NDArray[np.bool_] = (quality == Quality.MISSING) | (quality == Quality.SUSPECT)
    return lost
