"""In: sites and days. Out: their usage by utility, summed, and the sites that are not in it. Reads.

Every site is asked for its own small rollup rows with a time-out of its own; no statement names
two sites. What a site's whole is says its supply graph: the meters nearest to the incomers. A sum
always says how many sites and how many channel days are in it and how many should be.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import psycopg

from energy.base.errors import EnergyError
from energy.base.quality import Quality, worst_of
from energy.base.units import BASE_UNIT, Utility
from energy.store.errors import DATABASE_AWAY
from energy.store.pool import Database
from energy.store.sites import Site
from energy.views.group_by import TIMEOUT_S, GroupBy

_WHOLE = """
WITH RECURSIVE node AS (
    SELECT utility, key, point FROM {schema}.supply_node
    WHERE valid_from <= now() AND (valid_to IS NULL OR valid_to > now())
), edge AS (
    SELECT utility, from_key, to_key FROM {schema}.supply_edge
    WHERE valid_from <= now() AND (valid_to IS NULL OR valid_to > now())
), walk AS (
    SELECT utility, key, point FROM node AS n WHERE NOT EXISTS (
        SELECT FROM edge AS e WHERE e.utility = n.utility AND e.to_key = n.key)
    UNION
    SELECT n.utility, n.key, n.point FROM walk AS w
    JOIN edge AS e ON e.utility = w.utility AND e.from_key = w.key
    JOIN node AS n ON n.utility = e.utility AND n.key = e.to_key
    WHERE w.point IS NULL
), counted AS (
    SELECT DISTINCT ON (point) point, number, utility FROM {schema}.channel
    WHERE utility IS NOT NULL AND kind IN ('counter', 'interval') AND direction <> 'export'
    ORDER BY point, billing DESC, number
), top AS (
    SELECT DISTINCT c.number, c.utility FROM counted AS c
    JOIN walk AS w ON w.point = c.point AND w.utility = c.utility
), whole AS (
    SELECT number, utility FROM top UNION ALL
    SELECT c.number, c.utility FROM counted AS c
    WHERE NOT EXISTS (SELECT FROM top WHERE top.utility = c.utility)
)
"""
_USAGE = (
    _WHOLE
    + """
SELECT w.utility, d.{bucket}, sum(d.usage),
       count(*) FILTER (WHERE d.quality <> 6), array_agg(DISTINCT d.quality)
FROM whole AS w JOIN {schema}.{table} AS d ON d.channel = w.number
WHERE d.{bucket} >= %s AND d.{bucket} <= %s GROUP BY 1, 2
"""
)
_CHANNELS = _WHOLE + "SELECT utility, count(*) FROM whole GROUP BY 1"
_FRESH = (
    "SELECT (SELECT position FROM {schema}.follower WHERE name = 'metering'), "
    "(SELECT max(at) FROM {schema}.latest)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteUsage:
    """The usage of one site's whole in one day or month."""

    utility: Utility
    first: date
    """First day of the day or month, in the site's zone."""
    usage: int
    """[base unit]"""
    quality: Quality
    """The worst in the sum; MISSING when a meter's part of it is not known."""
    known: int
    """Meters whose usage is in the sum."""
    due: int
    """Meters whose usage should be in the sum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteAnswer:
    """What one site answered."""

    site: str
    position: int
    """Position of the metering journal that the figures reflect."""
    newest_at: datetime | None
    """Instant of the site's newest reading."""
    rows: tuple[SiteUsage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SilentSite:
    """A site that did not answer: its usage is in no sum."""

    site: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTotal:
    """The usage of several sites in one day or month."""

    utility: Utility
    base_unit: str
    first: date
    usage: int
    """[base unit]"""
    quality: Quality
    known: int
    due: int
    sites: tuple[str, ...]
    """Sites in the sum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupUsage:
    """The usage of a group of sites; never a silent partial sum."""

    every: GroupBy
    first: date
    last: date
    totals: tuple[GroupTotal, ...]
    answers: tuple[SiteAnswer, ...]
    silent: tuple[SilentSite, ...]

    @property
    def whole(self) -> bool:
        """Return whether every site answered."""
        return not self.silent

    @property
    def oldest_at(self) -> datetime | None:
        """Return the newest reading of the site that is furthest behind, or None."""
        instants = [answer.newest_at for answer in self.answers]
        known = [at for at in instants if at is not None]
        return min(known) if known and len(known) == len(instants) else None


def read_group(
    database: Database,
    sites: Sequence[Site],
    first: date,
    last: date,
    *,
    every: GroupBy = GroupBy.DAY,
    timeout_s: float = TIMEOUT_S,
) -> GroupUsage:
    """Return the usage of several sites by utility.

    Args:
        database: The process's pool; a few of its connections are used at a time.
        sites: The sites.
        first: First day, in each site's own zone; for months the month it lies in.
        last: Last day.
        every: Sums by day or by month.
        timeout_s: Longest time one site is waited for. [s]
    """
    start = first if every is GroupBy.DAY else first.replace(day=1)

    def ask(site: Site) -> SiteAnswer | SilentSite:
        try:
            return _ask(database, site, start, last, every, timeout_s)
        except psycopg.errors.QueryCanceled:
            return SilentSite(site=site.key, why=f"no answer in {timeout_s:g} s")
        except (EnergyError, psycopg.Error, *DATABASE_AWAY) as error:
            return SilentSite(site=site.key, why=str(error).splitlines()[0])

    with ThreadPoolExecutor(max_workers=max(1, min(len(sites), database.max_size // 2))) as asking:
        told = list(asking.map(ask, sites))
    answers = tuple(each for each in told if isinstance(each, SiteAnswer))
    return GroupUsage(
        every=every,
        first=start,
        last=last,
        totals=merged(answers),
        answers=answers,
        silent=tuple(each for each in told if isinstance(each, SilentSite)),
    )


def merged(answers: Iterable[SiteAnswer]) -> tuple[GroupTotal, ...]:
    """Return the sums of what the sites answered, by utility and time."""
    parts: dict[tuple[Utility, date], list[tuple[str, SiteUsage]]] = {}
    for answer in answers:
        for row in answer.rows:
            parts.setdefault((row.utility, row.first), []).append((answer.site, row))
    return tuple(
        GroupTotal(
            utility=utility,
            base_unit=BASE_UNIT[utility],
            first=first,
            usage=sum(row.usage for _, row in rows),
            quality=worst_of(row.quality for _, row in rows),
            known=sum(row.known for _, row in rows),
            due=sum(row.due for _, row in rows),
            sites=tuple(site for site, _ in rows),
        )
        for (utility, first), rows in sorted(parts.items())
    )


def _ask(
    database: Database, site: Site, first: date, last: date, every: GroupBy, timeout_s: float
) -> SiteAnswer:
    schema = site.schema
    text = _USAGE.format(schema=schema, bucket=every, table=f"usage_{every}")
    with database.transaction() as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        connection.execute(f"SET LOCAL statement_timeout = {max(1, round(timeout_s * 1000))}")
        due = _rows(connection, _CHANNELS.format(schema=schema))
        usage = _rows(connection, text, first, last)
        ((position, newest_at),) = _rows(connection, _FRESH.format(schema=schema))
    known = {(utility, bucket): row for utility, bucket, *row in usage}
    rows = [
        _site_usage(utility, bucket, known.get((utility, bucket)), int(channels))
        for utility, channels in due
        for bucket in _buckets(first, last, every)
    ]
    return SiteAnswer(site=site.key, position=position or 0, newest_at=newest_at, rows=tuple(rows))


def _site_usage(utility: str, first: date, row: list[Any] | None, due: int) -> SiteUsage:
    total, known, qualities = row if row is not None else (None, 0, [])
    quality = worst_of(Quality(code) for code in qualities)
    return SiteUsage(
        utility=Utility(utility),
        first=first,
        usage=int(total or 0),
        quality=quality if known == due else Quality.MISSING,
        known=known,
        due=due,
    )


def _buckets(first: date, last: date, every: GroupBy) -> list[date]:
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return days if every is GroupBy.DAY else sorted({day.replace(day=1) for day in days})


def _rows(
    connection: psycopg.Connection[tuple[object, ...]], statement: str, *values: object
) -> list[tuple[Any, ...]]:
    return connection.execute(statement.encode(), values).fetchall()
