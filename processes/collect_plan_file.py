"""In: the registry of a site. Out: the collect plan. I/O: PostgreSQL, one file."""

from __future__ import annotations

from typing import Any

from energy.store.pool import Database
from energy.store.sites import Site
from processes.collector_plan import ChannelPlan, CollectPlan, MeterPlan, SourcePlan


def plan_from_registry(database: Database, site: Site) -> CollectPlan:
    """Return what the collector of a site must know.

    Args:
        database: The process's pool.
        site: The site.

    Raises:
        PlanError: The registry does not make a plan.
    """
    schema = site.schema
    with database.connection() as connection:
        sources: list[tuple[Any, ...]] = connection.execute(
            f"SELECT key, kind, settings FROM {schema}.source ORDER BY key"
        ).fetchall()
        meters: list[tuple[Any, ...]] = connection.execute(
            "SELECT m.point, m.source, m.profile, m.address, "
            "array_agg(c.number ORDER BY c.number), array_agg(c.quantity ORDER BY c.number) "
            f"FROM {schema}.meter AS m JOIN {schema}.channel AS c USING (point) "
            "WHERE m.serial IS NOT NULL AND m.retired_at IS NULL "
            "GROUP BY m.point ORDER BY m.point"
        ).fetchall()
    return CollectPlan(
        site=site.key,
        sources=tuple(
            SourcePlan(key=key, kind=kind, **settings) for key, kind, settings in sources
        ),
        meters=tuple(
            MeterPlan(
                point=point,
                source=source,
                profile=profile,
                address=address,
                channels=tuple(
                    ChannelPlan(number=number, quantity=quantity)
                    for number, quantity in zip(numbers, quantities, strict=True)
                ),
            )
            for point, source, profile, address, numbers, quantities in meters
        ),
    )
