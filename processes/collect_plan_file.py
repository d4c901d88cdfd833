"""In: the registry of a site. Out: the collect plan. I/O: PostgreSQL."""

from __future__ import annotations

from energy.metering.source_facts import FILE
from energy.store.pool import Database
from energy.store.sites import Site
from energy.views.registry_reads import read_served_meters, read_sources
from processes.collector_plan import ChannelPlan, CollectPlan, MeterPlan, SourcePlan


def plan_from_registry(database: Database, site: Site) -> CollectPlan:
    """Return what the collector of a site must know.

    Args:
        database: The process's pool.
        site: The site.

    Raises:
        PlanError: The registry does not make a plan.
    """
    every = read_sources(database, site.schema)
    files = {source.key for source in every if source.kind == FILE}  # nobody asks those
    return CollectPlan(
        site=site.key,
        zone=site.zone.key,
        sources=tuple(
            SourcePlan(key=source.key, kind=source.kind, **source.settings)
            for source in every
            if source.key not in files
        ),
        meters=tuple(
            MeterPlan(
                point=meter.point,
                source=meter.source,
                profile=meter.profile,
                address=meter.address,
                serial=meter.serial,
                register_serial=meter.register_serial,
                ratio_since=meter.ratio_since,
                channels=tuple(
                    ChannelPlan(
                        number=channel.number,
                        quantity=channel.quantity,
                        kind=channel.kind,
                        unit=channel.unit,
                        resolution=channel.resolution,
                        utility=channel.utility,
                    )
                    for channel in meter.channels
                ),
            )
            for meter in read_served_meters(database, site.schema)
            if meter.source not in files
        ),
    )
