"""In: a viewer and the queries. Out: the answers that the overview shows. I/O by the port."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from dashboards.pages.parts import Parts
from dashboards.queries.outage_rows import OutageBoard
from dashboards.queries.review_rows import ReviewQueue
from dashboards.queries.rows import (
    AlertRow,
    Answer,
    EnergyFlow,
    LoadProfile,
    UsageCalendar,
    UtilityTile,
)
from dashboards.viewer import Viewer
from energy.base.period import local_day
from energy.base.units import Utility


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """All panels of the overview."""

    tiles: Answer[tuple[UtilityTile, ...]]
    load: Answer[LoadProfile] | None
    """None at a site without meters of any utility."""
    flow: Answer[EnergyFlow] | None
    alerts: Answer[tuple[AlertRow, ...]]
    outages: Answer[OutageBoard]
    calendar: Answer[UsageCalendar] | None
    doubts: Answer[ReviewQueue]
    """Cases that wait, the most money first."""
    place: str
    """The place that holds all others; "" where none does."""


def chosen_utility(tiles: tuple[UtilityTile, ...], wanted: str | None) -> Utility | None:
    """Return the wanted utility if the site has it, else its first."""
    known = [tile.utility for tile in tiles]
    return next((u for u in known if u == wanted), known[0] if known else None)


def load_overview(parts: Parts, viewer: Viewer, wanted: str | None = None) -> Overview:
    """Return the answers of every panel for one utility's charts."""
    queries, scope = parts.queries, viewer.scope
    tiles = queries.tiles(scope)
    utility = chosen_utility(tiles.rows, wanted)
    yesterday = local_day(parts.clock.now(), parts.settings.zone) - timedelta(days=1)
    return Overview(
        tiles=tiles,
        load=queries.load_profile(scope, utility) if utility else None,
        flow=queries.energy_flow(scope, utility, yesterday) if utility else None,
        alerts=queries.open_alerts(scope),
        outages=queries.outages(scope),
        calendar=queries.usage_calendar(scope, utility) if utility else None,
        doubts=queries.review(scope),
        place=queries.site_place(scope),
    )
